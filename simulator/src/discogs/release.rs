//! What the database knows of a release: the truth that answers are made of.

use serde::Serialize;

/// A name on a release or a track, with how it is written there and what joins it to the next one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Credit {
    /// Of the artist.
    pub id: u32,
    /// The artist's own name, with `(2)` where others have the same.
    pub name: String,
    /// The variation printed on this release; empty for none.
    pub anv: String,
    /// What stands between this name and the next.
    pub join: String,
    /// Empty for main artists.
    pub role: String,
    /// The tracks that the credit is for; empty for all.
    pub tracks: String,
}

/// A label or company on a release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Imprint {
    /// Of the label.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The catalogue number; `none` where there is none.
    pub catno: String,
    /// `1` for labels, other numbers for companies.
    pub entity_type: String,
    /// The same in words.
    pub entity_type_name: String,
}

/// One of the things a release consists of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Medium {
    /// `Vinyl`, `CD`, …
    pub name: String,
    /// How many.
    pub qty: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `LP`, `Album`, …; may be empty.
    pub descriptions: Vec<String>,
}

/// What lists show of a release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sheet {
    /// Of the release.
    pub id: u32,
    /// 0 for none.
    pub master_id: u32,
    /// The title.
    pub title: String,
    /// 0 when unknown.
    pub year: u16,
    /// Main artists.
    pub artists: Vec<Credit>,
    /// Labels.
    pub labels: Vec<Imprint>,
    /// What it consists of.
    pub formats: Vec<Medium>,
    /// Genres.
    pub genres: Vec<String>,
    /// Styles; may be empty.
    pub styles: Vec<String>,
    /// It has a picture.
    pub has_cover: bool,
}

/// A number on a release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Identifier {
    /// `Barcode`, `Matrix / Runout`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// As it is printed.
    pub value: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A line of the tracklist.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Track {
    /// `A1`, `1-02`; empty for headings.
    pub position: String,
    /// `track`, `heading` or `index`.
    #[serde(rename = "type_")]
    pub kind: String,
    /// The title.
    pub title: String,
    /// `4:23`; empty when unknown.
    pub duration: String,
    /// Artists of this track.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub artists: Vec<Credit>,
    /// Credits of this track.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extraartists: Vec<Credit>,
    /// The parts of an index track.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sub_tracks: Vec<Track>,
}

/// A video somewhere else.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Video {
    /// Its address.
    pub uri: String,
    /// Its title.
    pub title: String,
    /// What is said of it.
    pub description: String,
    /// Seconds.
    pub duration: u32,
    /// It may be shown inside other pages.
    pub embed: bool,
}

/// A picture's size in pixels; the first one is the primary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// What people have done with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Community {
    /// How many have it.
    pub have: u32,
    /// How many want it.
    pub want: u32,
    /// How many rated it.
    pub rating_count: u32,
    /// Their average, 0 to 5.
    pub rating_average: f64,
    /// Who submitted it.
    pub submitter: String,
    /// Who worked on it.
    pub contributors: Vec<String>,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Release {
    /// What lists show.
    #[serde(flatten)]
    pub sheet: Sheet,
    /// Where it came out.
    pub country: Option<String>,
    /// `1999`, `1999-03-00`, `1999-03-14`, or absent.
    pub released: Option<String>,
    /// Remarks, with `\r\n`.
    pub notes: Option<String>,
    /// `Correct`, `Needs Vote`, …
    pub data_quality: String,
    /// With a Pacific offset.
    pub date_added: String,
    /// With a Pacific offset.
    pub date_changed: String,
    /// Tracks and headings.
    pub tracklist: Vec<Track>,
    /// Credits.
    pub extraartists: Vec<Credit>,
    /// Barcodes, matrices, …
    pub identifiers: Vec<Identifier>,
    /// Companies.
    pub companies: Vec<Imprint>,
    /// Series.
    pub series: Vec<Imprint>,
    /// Pictures.
    pub pictures: Vec<Picture>,
    /// Videos.
    pub videos: Vec<Video>,
    /// What people have done with it.
    pub community: Community,
    /// How many are for sale.
    pub num_for_sale: u32,
    /// The lowest of their prices in US dollars; absent when none is for sale.
    pub lowest_price: Option<f64>,
    /// Grams.
    pub estimated_weight: u32,
    /// How many media, all formats together.
    pub format_quantity: u32,
}

/// The credit line: variations where there are any, joined as the release says.
pub fn credit_line(credits: &[Credit]) -> String {
    join(credits, |credit| if credit.anv.is_empty() { &credit.name } else { &credit.anv })
}

/// The same of the artists' own names.
pub fn sort_line(credits: &[Credit]) -> String {
    join(credits, |credit| &credit.name)
}

fn join(credits: &[Credit], shown: fn(&Credit) -> &String) -> String {
    let mut line = String::new();
    for (at, credit) in credits.iter().enumerate() {
        line += shown(credit);
        if at + 1 < credits.len() {
            match credit.join.as_str() {
                "" => line += " ",
                "," => line += ", ",
                word => line += &format!(" {word} "),
            }
        }
    }
    line
}

/// The formats in one line, as the marketplace shows them: `2xLP, Album, Ltd`, `CD, Album`.
pub fn format_line(formats: &[Medium]) -> String {
    let lines: Vec<String> = formats.iter().map(medium_line).collect();
    lines.join(" + ")
}

fn medium_line(medium: &Medium) -> String {
    let short = |word: &String| match word.as_str() {
        "Limited Edition" => "Ltd".to_owned(),
        "Reissue" => "RE".to_owned(),
        "Numbered" => "Num".to_owned(),
        "Compilation" => "Comp".to_owned(),
        other => other.to_owned(),
    };
    let mut words: Vec<String> = medium.descriptions.iter().map(short).collect();
    // Of vinyl only the size is said.
    if medium.name != "Vinyl" || words.is_empty() {
        words.insert(0, medium.name.clone());
    }
    if medium.qty != "1" {
        words[0] = format!("{}x{}", medium.qty, words[0]);
    }
    words.extend(medium.text.clone());
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit(name: &str, anv: &str, join: &str) -> Credit {
        Credit {
            id: 1,
            name: name.into(),
            anv: anv.into(),
            join: join.into(),
            role: String::new(),
            tracks: String::new(),
        }
    }

    #[test]
    fn names_are_joined_as_the_release_says() {
        let credits =
            [credit("Ann (2)", "", ","), credit("Bob", "Bobby", "Feat."), credit("Cy", "", ",")];
        assert_eq!(credit_line(&credits), "Ann (2), Bobby Feat. Cy");
        assert_eq!(sort_line(&credits), "Ann (2), Bob Feat. Cy");
    }

    #[test]
    fn formats_are_told_as_in_the_shop() {
        let medium = |name: &str, qty: &str, words: &[&str], text: Option<&str>| Medium {
            name: name.into(),
            qty: qty.into(),
            text: text.map(str::to_owned),
            descriptions: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        assert_eq!(
            format_line(&[medium("CD", "1", &["Album", "Promo"], None)]),
            "CD, Album, Promo"
        );
        let lp = medium("Vinyl", "2", &["LP", "Limited Edition"], Some("180"));
        assert_eq!(format_line(&[lp, medium("CD", "1", &[], None)]), "2xLP, Ltd, 180 + CD");
    }
}
