//! The currencies of the marketplace.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Currency {
    pub abbreviation: &'static str,
    /// The marketplace's own number.
    pub id: u32,
    symbol: &'static str,
    /// Digits behind the point.
    decimals: usize,
    /// What one US dollar is worth in it, always the same here.
    per_dollar: f64,
}

const ALL: &[Currency] = &[
    currency("USD", 1, "$", 2, 1.0),
    currency("GBP", 2, "£", 2, 0.78),
    currency("EUR", 3, "€", 2, 0.87),
    currency("CAD", 4, "CA$", 2, 1.37),
    currency("AUD", 5, "A$", 2, 1.52),
    currency("JPY", 6, "¥", 0, 149.0),
    currency("CHF", 7, "CHF", 2, 0.8),
    currency("MXN", 8, "MX$", 2, 18.4),
    currency("BRL", 9, "R$", 2, 5.4),
    currency("NZD", 10, "NZ$", 2, 1.72),
    currency("SEK", 11, "SEK", 2, 9.4),
    currency("ZAR", 12, "ZAR", 2, 17.6),
];

const fn currency(
    abbreviation: &'static str,
    id: u32,
    symbol: &'static str,
    decimals: usize,
    per_dollar: f64,
) -> Currency {
    Currency { abbreviation, id, symbol, decimals, per_dollar }
}

impl Currency {
    /// The currency of this abbreviation, if the marketplace has it.
    pub(super) fn find(abbreviation: &str) -> Option<Self> {
        ALL.iter().copied().find(|currency| currency.abbreviation == abbreviation)
    }

    /// The same; the US dollar where there is none.
    pub(super) fn of(abbreviation: &str) -> Self {
        Self::find(abbreviation).unwrap_or(ALL[0])
    }

    /// A price made of a number of cents: the same digits, without a fraction where there is none.
    pub(super) fn amount(self, cents: u32) -> f64 {
        if self.decimals == 0 { f64::from(cents) } else { f64::from(cents) / 100.0 }
    }

    /// The digits of an amount.
    pub(super) fn cents(self, amount: f64) -> u32 {
        let unit = if self.decimals == 0 { 1.0 } else { 100.0 };
        (amount * unit).round() as u32
    }

    /// What an amount in US dollars is in this currency.
    pub(super) fn of_dollars(self, dollars: f64) -> f64 {
        self.round(dollars * self.per_dollar)
    }

    /// What an amount in this currency is in another one.
    pub(super) fn into(self, other: Currency, amount: f64) -> f64 {
        if self == other { amount } else { other.of_dollars(amount / self.per_dollar) }
    }

    fn round(self, amount: f64) -> f64 {
        let unit = 10_f64.powi(self.decimals as i32);
        (amount * unit).round() / unit
    }

    /// `€1,234.50`, `¥1,200`.
    pub(super) fn formatted(self, amount: f64) -> String {
        let digits = format!("{amount:.*}", self.decimals);
        let (whole, fraction) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        let groups: Vec<&str> = whole
            .as_bytes()
            .rchunks(3)
            .rev()
            .filter_map(|group| std::str::from_utf8(group).ok())
            .collect();
        format!("{}{}{fraction}", self.symbol, groups.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_with_the_digits_of_their_currency() {
        assert_eq!(Currency::of("EUR").formatted(1234.5), "€1,234.50");
        assert_eq!(Currency::of("JPY").formatted(1200.0), "¥1,200");
        assert_eq!(Currency::of("GBP").formatted(1.21), "£1.21");
    }

    #[test]
    fn yen_have_no_fraction() {
        assert_eq!(Currency::of("JPY").amount(1250), 1250.0);
        assert_eq!(Currency::of("JPY").of_dollars(0.68), 101.0);
        assert_eq!(Currency::of("EUR").into(Currency::of("EUR"), 9.99), 9.99);
    }
}
