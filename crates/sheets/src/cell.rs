//! What a cell can hold.

use std::borrow::Cow;
use std::fmt;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing. JSON has `null` for it and XML no element; CSV and XLSX cannot tell it from an empty text.
    Empty,
    /// Any text, kept character by character. Digits are not taken for numbers: catalogue numbers and barcodes are texts.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A number that is exact to its last digit, such as a price.
    Decimal(Decimal<'a>),
}

impl<'a> Cell<'a> {
    /// A text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// As it stands in CSV and XML.
    pub(crate) fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Decimal(decimal) => Cow::Borrowed(decimal.as_str()),
        }
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'a> From<Decimal<'a>> for Cell<'a> {
    fn from(decimal: Decimal<'a>) -> Self {
        Self::Decimal(decimal)
    }
}

/// A decimal number as its digits: `12.50` stays `12.50`. Written as JSON writes numbers, without an exponent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal<'a>(Cow<'a, str>);

/// The text is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: {0}")]
pub struct NotADecimal(pub String);

impl<'a> Decimal<'a> {
    /// Takes digits, with `-` in front and a point with digits behind where there are any.
    ///
    /// # Errors
    /// For anything else, such as `+1`, `.5`, `007` or `1e3`: nothing is put right silently.
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Result<Self, NotADecimal> {
        let text = text.into();
        if is_decimal(&text) { Ok(Self(text)) } else { Err(NotADecimal(text.into_owned())) }
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_digits() {
        for text in ["0", "12.50", "-0.00", "1000", "0.1", "-99999999999999999999.123456789"] {
            assert_eq!(Decimal::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_json_would_not_take_for_a_number_is_no_decimal() {
        for text in ["", "-", "+1", ".5", "5.", "007", "1e3", "1,5", " 1", "1 ", "٣", "--1", "NaN"]
        {
            assert!(Decimal::parse(text).is_err(), "{text:?}");
        }
    }
}
