//! Makes accounts: who they are, their folders and fields, and what is in their collection and wantlist.

use super::account::{
    Account, Field, FieldKind, Folder, Note, OwnedCopy, Sizes, UNCATEGORIZED, Want,
};
use super::catalogue::id_of;
use super::clock;
use super::dice::{Dice, Topic, number_of};
use super::shop;
use super::words::{MEDIA_CONDITIONS, NASTY, REMARKS, SLEEVES_ONLY, two_words};

/// When the first copy was added, in seconds since 1970.
const FIRST_ADDED: i64 = 1_230_000_000;
/// How far apart copies were added at least, in seconds.
const ADDED_APART: i64 = 17_321;
/// Where the wantlist begins among the releases.
const WANTS: u32 = 300_000;
/// The smallest id of a copy; more than 32 signed bits hold.
const FIRST_INSTANCE: u64 = 2_150_000_010;
/// How far the ids of one account's copies lie apart.
const INSTANCES_APART: u64 = 3;

/// Makes accounts of one world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Maker {
    pub seed: u64,
}

impl Maker {
    /// The account of this name, with so much in it.
    pub(super) fn account(self, username: &str, sizes: Sizes) -> Account {
        let own = self.own_seed(username);
        let mut dice = Dice::of(own, Topic::Person, 0);
        let id = u64::from(dice.within(1_000_000..20_000_000));
        let registered = FIRST_ADDED - i64::from(dice.within(0..90_000_000));
        let first_field = if dice.one_in(2) { 1 } else { 11 };
        let mut account = Account {
            id,
            username: username.to_owned(),
            name: format!("{} \"{username}\"", two_words(id as u32)),
            location: "Zürich, Schweiz".into(),
            profile: "Line one\r\nLine two".into(),
            registered: clock::with_offset(registered),
            currency: "EUR".into(),
            is_private: false,
            folders: folders(),
            fields: fields(first_field),
            copies: Vec::new(),
            wants: (0..sizes.wants).map(|number| want(own, number)).collect(),
            listings: Vec::new(),
        };
        self.add_copies(&mut account, sizes.copies);
        shop::open(own, &mut account, sizes.listings);
        account
    }

    /// Adds copies behind the others.
    pub(super) fn add_copies(self, account: &mut Account, count: u32) {
        let own = self.own_seed(&account.username);
        let beyond = |last: &OwnedCopy| last.instance_id + INSTANCES_APART - first_instance(own);
        let first = account.copies.last().map_or(0, |last| beyond(last) / INSTANCES_APART) as u32;
        account.copies.reserve(count as usize);
        for number in first..first + count {
            let copy = copy(own, number, account);
            account.copies.push(copy);
        }
    }

    fn own_seed(self, username: &str) -> u64 {
        self.seed ^ number_of(&username.to_lowercase())
    }
}

fn folders() -> Vec<Folder> {
    let own = [
        (7_204_118, "Jazz & Soul"),
        (7_204_121, "日本盤"),
        (7_310_555, "To sell, \"maybe\""),
        (7_988_002, "=Box 7"),
    ];
    let all = [(UNCATEGORIZED, "Uncategorized")].into_iter().chain(own);
    all.map(|(id, name)| Folder { id, name: name.to_owned() }).collect()
}

/// The three fields that come with the site and four of the person's own. One has the name of a column that exports
/// have, two have the same name.
fn fields(first: u32) -> Vec<Field> {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let dropdown = |options: &[&str]| FieldKind::Dropdown { options: texts(options) };
    let sleeves = [MEDIA_CONDITIONS, SLEEVES_ONLY].concat();
    let all = [
        ("Media Condition", true, dropdown(MEDIA_CONDITIONS)),
        ("Sleeve Condition", true, dropdown(&sleeves)),
        ("Notes", true, FieldKind::Textarea { lines: 3 }),
        ("Shelf, row", false, dropdown(&["A, 1", "A, 2", "B; \"top\"", "棚3"])),
        ("Prix d'achat", false, FieldKind::Textarea { lines: 1 }),
        ("Country", false, FieldKind::Textarea { lines: 1 }),
        ("Notes", false, FieldKind::Textarea { lines: 10 }),
    ];
    let numbered = all.into_iter().zip(1..);
    numbered
        .map(|((name, public, kind), position)| Field {
            // Fields that were deleted leave gaps.
            id: first + position - 1 + u32::from(position > 4),
            name: name.to_owned(),
            position,
            public,
            kind,
        })
        .collect()
}

/// Ids of copies are unlike each other over all accounts.
fn first_instance(own: u64) -> u64 {
    FIRST_INSTANCE + own % 1000 * 1_000_000
}

fn copy(own: u64, number: u32, account: &Account) -> OwnedCopy {
    let mut dice = Dice::of(own, Topic::Copy, number.into());
    // Every fortieth is another copy of the one before it.
    let release = if number % 40 == 39 { number - 1 } else { number };
    let folder = if dice.one_in(6) { 0 } else { dice.within(1..account.folders.len() as u32) };
    // Some were added in the same second.
    let moment = i64::from(number - u32::from(number % 10 == 9)) * ADDED_APART;
    OwnedCopy {
        instance_id: first_instance(own) + u64::from(number) * INSTANCES_APART,
        release_id: id_of(release),
        folder_id: account.folders[folder as usize].id,
        rating: if dice.one_in(2) { 0 } else { dice.within(1..6) as u8 },
        date_added: clock::with_offset(FIRST_ADDED + moment),
        notes: account.fields.iter().filter_map(|field| note(&mut dice, field)).collect(),
    }
}

/// A third of all fields is empty.
fn note(dice: &mut Dice, field: &Field) -> Option<Note> {
    if dice.one_in(3) {
        return None;
    }
    let value = match &field.kind {
        FieldKind::Dropdown { options } => dice.pick(options).clone(),
        FieldKind::Textarea { lines: 1 } => price_or_word(dice),
        FieldKind::Textarea { .. } => (*dice.pick(REMARKS)).to_owned(),
    };
    Some(Note { field_id: field.id, value })
}

fn price_or_word(dice: &mut Dice) -> String {
    let cents = dice.within(100..9999);
    match dice.within(0..4) {
        0 => format!("{},{:02} €", cents / 100, cents % 100),
        1 => format!("¥{cents}"),
        2 => (*dice.pick(NASTY)).to_owned(),
        _ => format!("{}.{:02}", cents / 100, cents % 100),
    }
}

fn want(own: u64, number: u32) -> Want {
    let mut dice = Dice::of(own, Topic::Want, number.into());
    Want {
        release_id: id_of(WANTS + number),
        rating: if dice.one_in(2) { 0 } else { dice.within(1..6) as u8 },
        notes: if dice.one_in(2) { String::new() } else { (*dice.pick(REMARKS)).to_owned() },
        date_added: clock::with_offset(FIRST_ADDED + i64::from(number) * ADDED_APART * 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn copies_are_told_apart_by_instance_and_spread_over_the_folders() {
        let account = Maker { seed: 1 }.account("demo", Sizes::default());
        let instances: BTreeSet<u64> = account.copies.iter().map(|copy| copy.instance_id).collect();
        let releases: BTreeSet<u32> = account.copies.iter().map(|copy| copy.release_id).collect();
        let folders: BTreeSet<u32> = account.copies.iter().map(|copy| copy.folder_id).collect();
        assert_eq!(instances.len(), 1200);
        assert_eq!(releases.len(), 1170);
        assert_eq!(folders, account.folders.iter().map(|folder| folder.id).collect());
    }

    #[test]
    fn added_copies_are_the_ones_that_would_have_come_next() {
        let maker = Maker { seed: 1 };
        let sizes = |copies| Sizes { copies, wants: 0, listings: 0 };
        let mut account = maker.account("demo", sizes(50));
        maker.add_copies(&mut account, 30);
        assert_eq!(account, maker.account("demo", sizes(80)));
    }
}
