//! The database's releases, each made from the seed and its number alone, so that none has to be kept.

use super::dice::{Dice, Topic};
use super::release::{Credit, Imprint, Medium, Sheet};
use super::words::{FIRST, GENRES, JOINS, NASTY, STYLES, two_words};

/// The id of the first release.
const FIRST_ID: u32 = 249_504;
/// How far ids lie apart.
const APART: u32 = 37;
/// How many releases there are.
const SIZE: u32 = 1_000_000;
/// The artist that compilations are by.
const VARIOUS: u32 = 194;

/// The database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Catalogue {
    pub seed: u64,
}

/// The id of the release with this number.
pub(super) fn id_of(number: u32) -> u32 {
    FIRST_ID + number * APART
}

/// The number of the release with this id, if there ever was one.
pub(super) fn number_of(id: u32) -> Option<u32> {
    let beyond = id.checked_sub(FIRST_ID)?;
    (beyond % APART == 0 && beyond / APART < SIZE).then_some(beyond / APART)
}

impl Catalogue {
    /// What lists show of a release.
    pub(super) fn sheet(self, number: u32) -> Sheet {
        let mut dice = Dice::of(self.seed, Topic::Sheet, number.into());
        Sheet {
            id: id_of(number),
            master_id: if dice.one_in(3) { 0 } else { 1000 + number * 3 },
            title: title(number),
            year: if number % 9 == 4 { 0 } else { dice.within(1955..2027) as u16 },
            artists: main_artists(&mut dice, number),
            labels: labels(&mut dice),
            formats: formats(&mut dice),
            genres: dice.some(GENRES, 2),
            styles: if dice.one_in(6) { Vec::new() } else { dice.some(STYLES, 3) },
            has_cover: !dice.one_in(12),
        }
    }
}

/// Every fourth title is one that breaks programs.
fn title(number: u32) -> String {
    if number % 4 == 1 {
        return NASTY[(number / 4) as usize % NASTY.len()].to_owned();
    }
    match number % 10 {
        2 => two_words(number / 2),
        6 => format!("{} = {}", two_words(number), NASTY[number as usize % NASTY.len()]),
        8 => format!("{} / {}", two_words(number), two_words(number / 3)),
        _ => format!("{} Vol. {}", two_words(number), number % 100),
    }
}

fn main_artists(dice: &mut Dice, number: u32) -> Vec<Credit> {
    if number % 17 == 3 {
        return vec![credit(VARIOUS, "Various", String::new())];
    }
    let count = if dice.one_in(3) { dice.within(2..5) } else { 1 };
    let mut artists: Vec<Credit> = (0..count).map(|_| artist(dice)).collect();
    if let Some((_, before)) = artists.split_last_mut() {
        before.iter_mut().for_each(|credit| credit.join = (*dice.pick(JOINS)).to_owned());
    }
    // Some releases say what joins although nothing follows.
    if number % 23 == 11
        && let Some(last) = artists.last_mut()
    {
        last.join = ",".into();
    }
    artists
}

/// Any artist, sometimes under another name.
pub(super) fn artist(dice: &mut Dice) -> Credit {
    let number = dice.within(0..600);
    let name = artist_name(number);
    let anv = match dice.within(0..8) {
        0 => name.to_uppercase(),
        1 => format!("{}. {}", &FIRST[number as usize % FIRST.len()][..1], number),
        _ => String::new(),
    };
    credit(10_000 + number * 13, &name, anv)
}

/// Several artists have the same name; all but the first have a number behind it.
fn artist_name(number: u32) -> String {
    match number % 12 {
        5 => NASTY[(number / 12) as usize % NASTY.len()].to_owned(),
        7 => format!("{} (2)", two_words(number)),
        9 => format!("{} ({})", two_words(number), 3 + number % 20),
        11 => format!("The {}", two_words(number)),
        _ => two_words(number),
    }
}

fn credit(id: u32, name: &str, anv: String) -> Credit {
    let none = String::new;
    Credit { id, name: name.to_owned(), anv, join: none(), role: none(), tracks: none() }
}

fn labels(dice: &mut Dice) -> Vec<Imprint> {
    let count = if dice.one_in(4) { dice.within(2..4) } else { 1 };
    (0..count).map(|_| label(dice)).collect()
}

fn label(dice: &mut Dice) -> Imprint {
    let number = dice.within(0..200);
    let name = match number % 10 {
        3 => format!("Not On Label ({} Self-released)", two_words(number)),
        // Beside a label of the same name, and as one of a name whose others nobody here has.
        5 => format!("{} Records (2)", two_words(number - 1)),
        9 => format!("{} Records (4)", two_words(number)),
        7 => NASTY[number as usize % NASTY.len()].to_owned(),
        _ => format!("{} Records", two_words(number)),
    };
    let digits = dice.within(1..9999);
    let catno = match dice.within(0..9) {
        0 => "none".to_owned(),
        1 => format!("=CAT-{digits}"),
        2 => format!("{digits:05}"),
        3 => format!("ST-{digits}, {digits}-2"),
        4 => format!("Нв-{digits}"),
        5 => format!("{}E{}", digits % 10, digits % 100),
        _ => format!("XR {digits}-{}", digits % 3),
    };
    imprint(300 + number, name, catno, ("1", "Label"))
}

/// A label or company in one of the database's roles.
pub(super) fn imprint(
    id: u32,
    name: String,
    catno: String,
    (entity_type, entity_type_name): (&str, &str),
) -> Imprint {
    let (entity_type, entity_type_name) = (entity_type.to_owned(), entity_type_name.to_owned());
    Imprint { id, name, catno, entity_type, entity_type_name }
}

fn formats(dice: &mut Dice) -> Vec<Medium> {
    let count = if dice.one_in(10) { 2 } else { 1 };
    (0..count).map(|_| medium(dice)).collect()
}

fn medium(dice: &mut Dice) -> Medium {
    const KINDS: &[(&str, &[&str])] = &[
        ("Vinyl", &["LP", "Album", "Limited Edition", "Reissue"]),
        ("Vinyl", &["12\"", "33 ⅓ RPM", "Single"]),
        ("Vinyl", &["7\"", "45 RPM", "Single", "Numbered"]),
        ("CD", &["Album", "Promo", "Compilation"]),
        ("Cassette", &["Album", "Stereo"]),
        ("File", &["FLAC", "Album"]),
        ("Box Set", &["Compilation", "Limited Edition", "Numbered"]),
        ("CDr", &[]),
    ];
    const TEXTS: &[&str] = &["180", "Red, \"See-Through\"", "紙ジャケット", "Gatefold; 3mm spine"];
    let (name, words) = *dice.pick(KINDS);
    let descriptions = if words.is_empty() { Vec::new() } else { dice.some(words, 3) };
    let text = dice.one_in(4).then(|| (*dice.pick(TEXTS)).to_owned());
    let qty = if dice.one_in(6) { dice.within(2..6) } else { 1 }.to_string();
    Medium { name: name.to_owned(), qty, text, descriptions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_the_same_every_time_and_has_its_number_in_its_id() {
        let catalogue = Catalogue { seed: 7 };
        assert_eq!(catalogue.sheet(12), catalogue.sheet(12));
        assert_ne!(catalogue.sheet(12), Catalogue { seed: 8 }.sheet(12));
        assert_eq!(number_of(id_of(12)), Some(12));
        assert_eq!(number_of(id_of(12) + 1), None);
        assert_eq!(number_of(1), None);
    }

    #[test]
    fn a_few_hundred_releases_hold_everything_that_is_odd() {
        let sheets: Vec<Sheet> =
            (0..400).map(|number| Catalogue { seed: 1 }.sheet(number)).collect();
        let any = |odd: fn(&Sheet) -> bool| assert!(sheets.iter().any(odd));
        any(|sheet| sheet.year == 0);
        any(|sheet| sheet.artists.len() > 2);
        any(|sheet| sheet.artists.iter().any(|artist| artist.name.ends_with("(2)")));
        any(|sheet| sheet.artists.iter().any(|artist| !artist.anv.is_empty()));
        any(|sheet| sheet.artists.last().is_some_and(|last| last.join == ","));
        any(|sheet| sheet.title.starts_with('='));
        any(|sheet| sheet.labels[0].catno == "none");
        any(|sheet| !sheet.has_cover && sheet.master_id == 0);
    }
}
