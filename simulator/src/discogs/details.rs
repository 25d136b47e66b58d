//! What only a release's own page shows, made from the seed and its number as the rest is.

use super::catalogue::{Catalogue, artist, imprint};
use super::clock;
use super::dice::{Dice, Topic};
use super::release::{
    Community, Credit, Identifier, Imprint, Picture, Release, Sheet, Track, Video,
};
use super::words::{COUNTRIES, NASTY, NOTES, ROLES, two_words};

/// When the database began, in seconds since 1970.
const BEGAN: i64 = 970_000_000;

impl Catalogue {
    /// Everything about a release.
    pub(super) fn release(self, number: u32) -> Release {
        let sheet = self.sheet(number);
        let mut dice = Dice::of(self.seed, Topic::Details, number.into());
        let added = BEGAN + i64::from(dice.within(0..700_000_000));
        let changed = added + i64::from(dice.within(0..90_000_000));
        let num_for_sale = if dice.one_in(5) { 0 } else { dice.within(1..200) };
        Release {
            country: (!dice.one_in(12)).then(|| (*dice.pick(COUNTRIES)).to_owned()),
            released: released(&mut dice, sheet.year),
            notes: (!dice.one_in(3)).then(|| (*dice.pick(NOTES)).to_owned()),
            data_quality: (*dice.pick(&["Correct", "Needs Vote", "Complete and Correct"]))
                .to_owned(),
            date_added: clock::with_offset(added),
            date_changed: clock::with_offset(changed),
            tracklist: tracklist(&mut dice),
            extraartists: extraartists(&mut dice),
            identifiers: identifiers(&mut dice, number),
            companies: companies(&mut dice),
            series: series(&mut dice, number),
            pictures: pictures(&mut dice, &sheet),
            videos: videos(&mut dice, &sheet),
            community: community(&mut dice),
            num_for_sale,
            lowest_price: (num_for_sale > 0).then(|| f64::from(dice.within(50..20_000)) / 100.0),
            estimated_weight: *dice.pick(&[60, 85, 230, 460]),
            format_quantity: sheet
                .formats
                .iter()
                .filter_map(|medium| medium.qty.parse::<u32>().ok())
                .sum(),
            sheet,
        }
    }
}

fn released(dice: &mut Dice, year: u16) -> Option<String> {
    let (month, day) = (dice.within(1..13), dice.within(1..29));
    match (year, dice.within(0..5)) {
        (0, _) => None,
        (year, 0) => Some(format!("{year}-{month:02}-00")),
        (year, 1) => Some(format!("{year}-00-00")),
        (year, 2 | 3) => Some(format!("{year}-{month:02}-{day:02}")),
        (year, _) => Some(year.to_string()),
    }
}

fn tracklist(dice: &mut Dice) -> Vec<Track> {
    let count = dice.within(1..15);
    let mut tracks = Vec::new();
    for number in 1..=count {
        if number > 1 && dice.one_in(9) {
            let title = format!("Side {}", two_words(number));
            tracks.push(Track { kind: "heading".into(), title, ..Track::default() });
        }
        tracks.push(if dice.one_in(20) {
            index(dice, number)
        } else {
            track(dice, &position(number, count))
        });
    }
    tracks
}

/// `A1`, `A2`, … up to the half, then `B1`, ….
fn position(number: u32, count: u32) -> String {
    let half = count.div_ceil(2);
    if number <= half { format!("A{number}") } else { format!("B{}", number - half) }
}

fn track(dice: &mut Dice, position: &str) -> Track {
    let word = dice.within(0..256);
    let title = if dice.one_in(5) { (*dice.pick(NASTY)).to_owned() } else { two_words(word) };
    let duration = if dice.one_in(6) {
        String::new()
    } else {
        format!("{}:{:02}", dice.within(0..12), dice.within(0..60))
    };
    let artists = if dice.one_in(7) { vec![artist(dice)] } else { Vec::new() };
    let extraartists = if dice.one_in(6) { vec![in_role(dice)] } else { Vec::new() };
    Track {
        position: position.to_owned(),
        kind: "track".into(),
        title,
        duration,
        artists,
        extraartists,
        sub_tracks: Vec::new(),
    }
}

/// A work in parts, as classical records have them.
fn index(dice: &mut Dice, number: u32) -> Track {
    let parts = (0..3).map(|part| track(dice, &format!("{number}{}", ["a", "b", "c"][part])));
    let sub_tracks = parts.collect();
    let title = format!("Suite No. {number}");
    Track { kind: "index".into(), title, sub_tracks, ..Track::default() }
}

fn in_role(dice: &mut Dice) -> Credit {
    let role = (*dice.pick(ROLES)).to_owned();
    Credit { role, ..artist(dice) }
}

fn extraartists(dice: &mut Dice) -> Vec<Credit> {
    let count = if dice.one_in(3) { 0 } else { dice.within(1..6) };
    let credit = |dice: &mut Dice| {
        let tracks = if dice.one_in(4) { "A1 to A3, B2".to_owned() } else { String::new() };
        Credit { tracks, ..in_role(dice) }
    };
    (0..count).map(|_| credit(dice)).collect()
}

fn identifiers(dice: &mut Dice, number: u32) -> Vec<Identifier> {
    let mut found = Vec::new();
    if !dice.one_in(3) {
        found.push(identifier(
            "Barcode",
            &format!("7 {} {:05} {}", 50_123 + number % 9, number % 100_000, number % 10),
            None,
        ));
    }
    if dice.one_in(2) {
        let side = Some("Side A runout, etched");
        found.push(identifier(
            "Matrix / Runout",
            &format!("XR-{number}-A¹ \"△ {}\"", number * 7),
            side,
        ));
    }
    if dice.one_in(4) {
        found.push(identifier("Label Code", "LC 0815", None));
    }
    if dice.one_in(8) {
        found.push(identifier("Price Code", "=2,500", Some("tax, included")));
    }
    found
}

fn identifier(kind: &str, value: &str, description: Option<&str>) -> Identifier {
    let description = description.map(str::to_owned);
    Identifier { kind: kind.to_owned(), value: value.to_owned(), description }
}

fn companies(dice: &mut Dice) -> Vec<Imprint> {
    const ROLES: &[(&str, &str)] = &[
        ("13", "Phonographic Copyright (p)"),
        ("14", "Copyright (c)"),
        ("17", "Pressed By"),
        ("23", "Recorded At"),
    ];
    let count = dice.within(0..4);
    let company = |dice: &mut Dice| {
        let number = dice.within(0..200);
        let role = *dice.pick(ROLES);
        imprint(5_000 + number, format!("{} GmbH & Co. KG", two_words(number)), String::new(), role)
    };
    (0..count).map(|_| company(dice)).collect()
}

fn series(dice: &mut Dice, number: u32) -> Vec<Imprint> {
    let of = dice
        .one_in(10)
        .then(|| imprint(9_000, "Archive, Series".into(), number.to_string(), ("2", "Series")));
    of.into_iter().collect()
}

fn pictures(dice: &mut Dice, sheet: &Sheet) -> Vec<Picture> {
    let count = if sheet.has_cover { dice.within(1..5) } else { 0 };
    (0..count).map(|_| Picture { width: 600, height: dice.within(400..601) }).collect()
}

fn videos(dice: &mut Dice, sheet: &Sheet) -> Vec<Video> {
    let count = if dice.one_in(2) { 0 } else { dice.within(1..4) };
    let video = |dice: &mut Dice| Video {
        uri: format!("https://www.youtube.com/watch?v={}", dice.letters(11)),
        title: format!("{} (official)", sheet.title),
        description: "First line\nSecond line, with \"quotes\"".into(),
        duration: dice.within(60..4000),
        embed: !dice.one_in(9),
    };
    (0..count).map(|_| video(dice)).collect()
}

fn community(dice: &mut Dice) -> Community {
    let person = |number: u32| format!("{}{number}", two_words(number).replace(' ', "."));
    let rating_count = dice.within(0..400);
    let average = f64::from(dice.within(100..501)) / 100.0;
    let first = dice.within(0..256);
    Community {
        have: dice.within(0..9000),
        want: dice.within(0..2000),
        rating_count,
        rating_average: if rating_count == 0 { 0.0 } else { average },
        submitter: person(first),
        contributors: (0..dice.within(1..5)).map(|n| person(first + n)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_unknown_in_all_the_ways_there_are() {
        let releases: Vec<Release> =
            (0..200).map(|number| Catalogue { seed: 1 }.release(number)).collect();
        let any = |odd: fn(&str) -> bool| {
            assert!(releases.iter().filter_map(|release| release.released.as_deref()).any(odd));
        };
        any(|released| released.ends_with("-00") && !released.ends_with("-00-00"));
        any(|released| released.ends_with("-00-00"));
        any(|released| released.len() == 4);
        assert!(
            releases.iter().all(|release| (release.sheet.year == 0) == release.released.is_none())
        );
        assert!(
            releases
                .iter()
                .flat_map(|release| &release.tracklist)
                .any(|track| !track.sub_tracks.is_empty())
        );
    }
}
