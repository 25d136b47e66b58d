//! Makes shops: listings of owned copies and of other releases.

use super::account::{Account, Listing};
use super::catalogue::id_of;
use super::clock;
use super::dice::{Dice, Topic};
use super::money::Currency;
use super::words::{MEDIA_CONDITIONS, REMARKS, SLEEVES_ONLY};

/// The smallest id of a listing, which are unlike each other over all shops and have outgrown 32 bits.
const FIRST_ID: u64 = 4_120_000_000;
/// When the first was listed, in seconds since 1970.
const FIRST_LISTED: i64 = 1_400_000_000;
/// How far apart they were listed, in seconds.
const LISTED_APART: i64 = 9_973;
/// Where the releases begin that are sold without being in the collection.
const STOCK: u32 = 500_000;

/// Lists so many things. Every other one is a copy of the collection, as long as there are any.
pub(super) fn open(own: u64, account: &mut Account, count: u32) {
    account.listings = (0..count).map(|number| listing(own, number, account)).collect();
}

impl Account {
    /// Changes the currency. The prices keep their digits, as they do on the site.
    pub(super) fn trade_in(&mut self, abbreviation: &str) {
        let (old, new) = (Currency::of(&self.currency), Currency::of(abbreviation));
        for listing in &mut self.listings {
            listing.price = new.amount(old.cents(listing.price));
        }
        self.currency = new.abbreviation.to_owned();
    }
}

fn listing(own: u64, number: u32, account: &Account) -> Listing {
    let mut dice = Dice::of(own, Topic::Listing, number.into());
    let owned = account.copies.get(number as usize).filter(|_| number.is_multiple_of(2));
    let cents = dice.within(50..30_000);
    let sleeves = [MEDIA_CONDITIONS, SLEEVES_ONLY, &[""]].concat();
    let remark = (*dice.pick(REMARKS)).to_owned();
    Listing {
        id: FIRST_ID + own % 1000 * 1_000_000 + u64::from(number) * 11,
        release_id: owned.map_or(id_of(STOCK + number), |copy| copy.release_id),
        status: status(number).to_owned(),
        condition: (*dice.pick(MEDIA_CONDITIONS)).to_owned(),
        sleeve_condition: (*dice.pick(&sleeves)).to_owned(),
        comments: if dice.one_in(5) { String::new() } else { remark },
        price: Currency::of(&account.currency).amount(cents),
        posted: clock::with_offset(FIRST_LISTED + i64::from(number) * LISTED_APART),
        allow_offers: dice.one_in(2),
        weight: (!dice.one_in(4)).then(|| dice.within(60..900)),
        format_quantity: dice.within(1..4),
        external_id: if dice.one_in(3) { String::new() } else { format!("EXT-{number:06}, \"x\"") },
        location: if dice.one_in(3) {
            String::new()
        } else {
            format!("Shelf {}\t{}", number % 9, number % 7)
        },
        quantity: if dice.one_in(9) { dice.within(2..6) } else { 1 },
    }
}

/// Most is for sale.
fn status(number: u32) -> &'static str {
    match number % 20 {
        7 => "Draft",
        13 => "Expired",
        17 => "Sold",
        _ => "For Sale",
    }
}
