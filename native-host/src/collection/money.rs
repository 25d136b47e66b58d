//! Amounts of money with the decimals of their currency (ISO 4217).

use protocol::discogs::Price;
use providers::discogs::Money;

/// Currencies without decimals among those in which the site sells.
const WHOLE: [&str; 1] = ["JPY"];

/// Conditions in the order of the site's grading, best first.
pub(super) const CONDITIONS: [&str; 8] = [
    "Mint (M)",
    "Near Mint (NM or M-)",
    "Very Good Plus (VG+)",
    "Very Good (VG)",
    "Good Plus (G+)",
    "Good (G)",
    "Fair (F)",
    "Poor (P)",
];

/// An amount as a decimal with the digits of its currency, such as `12.50`; `1200` for yen. What is no plain number stays
/// as it was sent.
pub(super) fn amount(money: &Money) -> Option<String> {
    let sent = money.value.as_deref()?;
    let decimals = if WHOLE.contains(&money.currency.as_str()) { 0 } else { 2 };
    Some(with_decimals(sent, decimals).unwrap_or_else(|| sent.to_owned()))
}

/// An amount with its currency, such as `12.50 EUR`.
pub(super) fn price(money: &Money) -> Option<String> {
    let amount = amount(money)?;
    Some(if money.currency.is_empty() { amount } else { format!("{amount} {}", money.currency) })
}

/// A number without zeros that say nothing: `250` for `250.0`. What is no plain number stays as it was sent.
pub(super) fn plain(sent: &str) -> String {
    with_decimals(sent, 0).unwrap_or_else(|| sent.to_owned())
}

/// An amount and its currency, each by itself.
pub(super) fn priced(money: &Money) -> Option<Price> {
    Some(Price { value: amount(money)?, currency: money.currency.clone() })
}

/// The number with this many decimals, if that loses no digit.
fn with_decimals(sent: &str, decimals: usize) -> Option<String> {
    let (whole, part) = sent.split_once('.').unwrap_or((sent, ""));
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.trim_end_matches('0');
    if whole.is_empty() || !is_plain(whole) || !is_plain(part) || part.len() > decimals {
        return None;
    }
    let point = if decimals == 0 { "" } else { "." };
    Some(format!("{whole}{point}{part:0<decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency_and_lose_none() {
        let all = [
            ("12.5", "EUR", "12.50 EUR"),
            ("12", "USD", "12.00 USD"),
            ("1200.0", "JPY", "1200 JPY"),
            ("0.1", "", "0.10"),
            ("1.005", "GBP", "1.005 GBP"),
            ("0.5", "JPY", "0.5 JPY"),
            ("1e3", "USD", "1e3 USD"),
            ("-2", "USD", "-2 USD"),
        ];
        for (value, currency, shown) in all {
            let money = Money { value: Some(value.into()), currency: currency.into() };
            assert_eq!(price(&money).as_deref(), Some(shown));
        }
        assert_eq!(price(&Money::default()), None);
    }
}
