//! How Discogs writes amounts of money in words: a sign of the currency, groups of three digits, a fraction of at most two.

/// An amount such as `CA$1,234.56` as its currency and hundredths of it; `None` where it is no such amount.
///
/// What stands last is a fraction if one or two digits stand behind it, otherwise it parts groups: `¥1,200` are 1200.
pub fn hundredths(text: &str) -> Option<(String, i64)> {
    let is_digit = |c: char| c.is_ascii_digit();
    let (first, last) = (text.find(is_digit)?, text.rfind(is_digit)?);
    let (sign, number) = (text[..first].trim(), &text[first..=last]);
    let (behind, is_negative) = (text[last + 1..].trim(), sign.starts_with(['-', '\u{2212}']));
    let parts_groups = |c: char| matches!(c, '.' | ',' | '\'' | '\u{2019}') || c.is_whitespace();
    let (whole, fraction) = match number.rfind(['.', ',']) {
        Some(at) if (1..=2).contains(&(number.len() - at - 1)) => number.split_at(at),
        _ => (number, ""),
    };
    let whole: String = whole.chars().filter(|c| !parts_groups(*c)).collect();
    let fraction = fraction.trim_start_matches(['.', ',']);
    let digits = format!("{whole}{fraction:0<2}");
    if is_negative || !digits.chars().all(is_digit) {
        return None;
    }
    let currency = if sign.is_empty() { behind } else { sign };
    Some((currency.to_owned(), digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_every_currency() {
        let all = [
            ("$1,234.56", "$", 123_456),
            ("€0.05", "€", 5),
            ("¥1,200", "¥", 120_000),
            ("¥1,234,567", "¥", 123_456_700),
            ("CA$12.00", "CA$", 1_200),
            ("SEK1,234.50", "SEK", 123_450),
            ("1.234,56 €", "€", 123_456),
            ("1 234,5 kr", "kr", 123_450),
            ("R$ 7", "R$", 700),
            ("£12.345", "£", 1_234_500),
        ];
        for (text, currency, sum) in all {
            assert_eq!(hundredths(text), Some((currency.to_owned(), sum)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in ["", "$", "-$1.00", "$1.2x3", "99999999999999999999", "n/a"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
