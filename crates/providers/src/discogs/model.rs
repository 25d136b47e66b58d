//! What the API answers, as far as it is used. Every field may be missing or of another type; the whole answer is
//! kept beside it by whoever stores it.

use super::loose::{decimal, flag, integer, list, record, text, texts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who the credentials belong to: `/oauth/identity`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// The person's number.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// The name in addresses.
    #[serde(deserialize_with = "text")]
    pub username: String,
}

/// A folder of a collection. 0 is "All", 1 is "Uncategorized".
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Folder {
    /// Its number.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Copies in it, as the site says.
    #[serde(deserialize_with = "integer")]
    pub count: Option<i64>,
}

/// A custom field of a collection. Which number means what differs between people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomField {
    /// Its number, which [`Note::field_id`] refers to.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// Its name, such as `Media Condition`.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// `dropdown` or `textarea`.
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: String,
    /// Its place among the fields.
    #[serde(deserialize_with = "integer")]
    pub position: Option<i64>,
    /// Others see it.
    #[serde(deserialize_with = "flag")]
    pub public: bool,
    /// What a dropdown offers.
    #[serde(deserialize_with = "texts")]
    pub options: Vec<String>,
}

/// One copy that a person owns. The same release can be there several times.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Copy {
    /// The copy's own number, unique in the collection.
    #[serde(deserialize_with = "integer")]
    pub instance_id: Option<i64>,
    /// The release.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// The folder it is in.
    #[serde(deserialize_with = "integer")]
    pub folder_id: Option<i64>,
    /// Stars, 0 (none) to 5.
    #[serde(deserialize_with = "integer")]
    pub rating: Option<i64>,
    /// When it was added, with the site's offset.
    #[serde(deserialize_with = "text")]
    pub date_added: String,
    /// What the person wrote into the custom fields.
    #[serde(deserialize_with = "list")]
    pub notes: Vec<Note>,
    /// The short form of the release.
    #[serde(deserialize_with = "record")]
    pub basic_information: Option<Release>,
}

/// What is written in one custom field of one copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Note {
    /// The field.
    #[serde(deserialize_with = "integer")]
    pub field_id: Option<i64>,
    /// The text.
    #[serde(deserialize_with = "text")]
    pub value: String,
}

/// A wanted release.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Want {
    /// The release.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// Stars, 0 (none) to 5.
    #[serde(deserialize_with = "integer")]
    pub rating: Option<i64>,
    /// What the person wrote.
    #[serde(deserialize_with = "text")]
    pub notes: String,
    /// When it was added, with the site's offset.
    #[serde(deserialize_with = "text")]
    pub date_added: String,
    /// The short form of the release.
    #[serde(deserialize_with = "record")]
    pub basic_information: Option<Release>,
}

/// A release: an issue of a record. The short form in lists has the first dozen fields only.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Release {
    /// Its number. Where the site merged two releases, it is not the one that was asked for.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// The title.
    #[serde(deserialize_with = "text")]
    pub title: String,
    /// The year, 0 where it is not known.
    #[serde(deserialize_with = "integer")]
    pub year: Option<i64>,
    /// The artists, in the order of the credit.
    #[serde(deserialize_with = "list")]
    pub artists: Vec<Artist>,
    /// The labels with their catalogue numbers.
    #[serde(deserialize_with = "list")]
    pub labels: Vec<Label>,
    /// The carriers.
    #[serde(deserialize_with = "list")]
    pub formats: Vec<Format>,
    /// Wide kinds of music.
    #[serde(deserialize_with = "texts")]
    pub genres: Vec<String>,
    /// Narrow kinds of music.
    #[serde(deserialize_with = "texts")]
    pub styles: Vec<String>,
    /// The number of the work that this is an issue of; 0 where there is none.
    #[serde(deserialize_with = "integer")]
    pub master_id: Option<i64>,
    /// A small picture. The address is signed and expires.
    #[serde(deserialize_with = "text")]
    pub thumb: String,
    /// A picture. The address is signed and expires.
    #[serde(deserialize_with = "text")]
    pub cover_image: String,

    /// The page of the release.
    #[serde(deserialize_with = "text")]
    pub uri: String,
    /// Where it was released.
    #[serde(deserialize_with = "text")]
    pub country: String,
    /// When it was released; parts that are not known are zeros.
    #[serde(deserialize_with = "text")]
    pub released: String,
    /// What is written about it.
    #[serde(deserialize_with = "text")]
    pub notes: String,
    /// Who else worked on it.
    #[serde(deserialize_with = "list")]
    pub extraartists: Vec<Artist>,
    /// Pressing plants, studios, rights holders.
    #[serde(deserialize_with = "list")]
    pub companies: Vec<Label>,
    /// Series that it belongs to.
    #[serde(deserialize_with = "list")]
    pub series: Vec<Label>,
    /// The tracks, with headings between them.
    #[serde(deserialize_with = "list")]
    pub tracklist: Vec<Track>,
    /// Barcodes, matrix numbers and the like.
    #[serde(deserialize_with = "list")]
    pub identifiers: Vec<Identifier>,
    /// The pictures.
    #[serde(deserialize_with = "list")]
    pub images: Vec<Image>,
    /// What people have and say.
    #[serde(deserialize_with = "record")]
    pub community: Option<Community>,
    /// The least that somebody asks for it, in the currency of the asking person.
    #[serde(deserialize_with = "decimal")]
    pub lowest_price: Option<String>,
    /// How many are for sale.
    #[serde(deserialize_with = "integer")]
    pub num_for_sale: Option<i64>,
    /// In grams.
    #[serde(deserialize_with = "integer")]
    pub estimated_weight: Option<i64>,
    /// Carriers in it.
    #[serde(deserialize_with = "integer")]
    pub format_quantity: Option<i64>,
    /// How sure the site is of it.
    #[serde(deserialize_with = "text")]
    pub data_quality: String,
}

/// Somebody on a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Artist {
    /// The artist's number.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// The name, with a number in parentheses where several have it.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// "Artist name variation": what is printed on the record, where it differs.
    #[serde(deserialize_with = "text")]
    pub anv: String,
    /// The words between this artist and the next.
    #[serde(deserialize_with = "text")]
    pub join: String,
    /// What somebody did.
    #[serde(deserialize_with = "text")]
    pub role: String,
    /// On which tracks.
    #[serde(deserialize_with = "text")]
    pub tracks: String,
}

/// A label, a company or a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Label {
    /// Its number.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// Its name, with a number in parentheses where several have it.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// The catalogue number; `none` where there is none.
    #[serde(deserialize_with = "text")]
    pub catno: String,
    /// What it is here, such as `Pressed By`.
    #[serde(deserialize_with = "text")]
    pub entity_type_name: String,
}

/// A carrier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Format {
    /// `Vinyl`, `CD`, …
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// How many.
    #[serde(deserialize_with = "text")]
    pub qty: String,
    /// `LP`, `Album`, `Reissue`, …
    #[serde(deserialize_with = "texts")]
    pub descriptions: Vec<String>,
    /// Free text, such as a colour.
    #[serde(deserialize_with = "text")]
    pub text: String,
}

/// A track, or a heading.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Track {
    /// Where it is, such as `A1`.
    #[serde(deserialize_with = "text")]
    pub position: String,
    /// `track`, `heading` or `index`.
    #[serde(rename = "type_", deserialize_with = "text")]
    pub kind: String,
    /// The title.
    #[serde(deserialize_with = "text")]
    pub title: String,
    /// Such as `3:45`; often empty.
    #[serde(deserialize_with = "text")]
    pub duration: String,
    /// Whose it is, where that differs from the record.
    #[serde(deserialize_with = "list")]
    pub artists: Vec<Artist>,
    /// Who else worked on it.
    #[serde(deserialize_with = "list")]
    pub extraartists: Vec<Artist>,
    /// The parts of an index track.
    #[serde(deserialize_with = "list")]
    pub sub_tracks: Vec<Track>,
}

/// A barcode, a matrix number, …
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Identifier {
    /// Which kind.
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: String,
    /// What it reads.
    #[serde(deserialize_with = "text")]
    pub value: String,
    /// Which of several.
    #[serde(deserialize_with = "text")]
    pub description: String,
}

/// A picture. The addresses are signed and expire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Image {
    /// `primary` or `secondary`.
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: String,
    /// The picture.
    #[serde(deserialize_with = "text")]
    pub uri: String,
    /// 150 pixels wide.
    #[serde(deserialize_with = "text")]
    pub uri150: String,
}

/// What people have and say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Community {
    /// How many have it.
    #[serde(deserialize_with = "integer")]
    pub have: Option<i64>,
    /// How many want it.
    #[serde(deserialize_with = "integer")]
    pub want: Option<i64>,
    /// Their stars.
    #[serde(deserialize_with = "record")]
    pub rating: Option<Rating>,
}

/// Stars.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Rating {
    /// The mean, 0 to 5.
    #[serde(deserialize_with = "decimal")]
    pub average: Option<String>,
    /// Of how many.
    #[serde(deserialize_with = "integer")]
    pub count: Option<i64>,
}

/// An amount of money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Money {
    /// As it was sent; some currencies have no decimals.
    #[serde(deserialize_with = "decimal")]
    pub value: Option<String>,
    /// ISO 4217.
    #[serde(deserialize_with = "text")]
    pub currency: String,
}

/// An amount of money as the marketplace writes that of a seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OriginalPrice {
    /// As it was sent; some currencies have no decimals.
    #[serde(deserialize_with = "decimal")]
    pub value: Option<String>,
    /// ISO 4217.
    #[serde(deserialize_with = "text")]
    pub curr_abbr: String,
}

/// What a release costs: `/marketplace/stats/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ReleaseStats {
    /// The least that somebody asks for it.
    #[serde(deserialize_with = "record")]
    pub lowest_price: Option<Money>,
    /// How many are for sale.
    #[serde(deserialize_with = "integer")]
    pub num_for_sale: Option<i64>,
    /// The site does not let it be sold.
    #[serde(deserialize_with = "flag")]
    pub blocked_from_sale: bool,
}

/// What the site would ask for a release, by condition: `/marketplace/price_suggestions/{id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PriceSuggestions(
    /// By condition, such as `Near Mint (NM or M-)`.
    pub BTreeMap<String, Money>,
);

/// What a collection is worth, in words such as `$1,234.56`: `/users/{u}/collection/value`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CollectionValue {
    /// If everything sold for the least.
    #[serde(deserialize_with = "text")]
    pub minimum: String,
    /// If everything sold for the median.
    #[serde(deserialize_with = "text")]
    pub median: String,
    /// If everything sold for the most.
    #[serde(deserialize_with = "text")]
    pub maximum: String,
}

/// Something for sale.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// Its number.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// `For Sale`, `Draft`, …
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// What is asked for it, converted to the currency of whoever reads it.
    #[serde(deserialize_with = "record")]
    pub price: Option<Money>,
    /// What is asked for it in the seller's currency.
    #[serde(deserialize_with = "record")]
    pub original_price: Option<OriginalPrice>,
    /// The state of the carrier.
    #[serde(deserialize_with = "text")]
    pub condition: String,
    /// The state of the sleeve.
    #[serde(deserialize_with = "text")]
    pub sleeve_condition: String,
    /// What buyers read.
    #[serde(deserialize_with = "text")]
    pub comments: String,
    /// When it was listed, with the site's offset.
    #[serde(deserialize_with = "text")]
    pub posted: String,
    /// Buyers may offer less.
    #[serde(deserialize_with = "flag")]
    pub allow_offers: bool,
    /// The seller's own number; only the seller sees it.
    #[serde(deserialize_with = "text")]
    pub external_id: String,
    /// Where the seller keeps it; only the seller sees it.
    #[serde(deserialize_with = "text")]
    pub location: String,
    /// In grams; only the seller sees it.
    #[serde(deserialize_with = "decimal")]
    pub weight: Option<String>,
    /// Carriers counted for shipping; only the seller sees it.
    #[serde(deserialize_with = "integer")]
    pub format_quantity: Option<i64>,
    /// How many there are of it; only the seller sees it.
    #[serde(deserialize_with = "integer")]
    pub quantity: Option<i64>,
    /// What it is a copy of.
    #[serde(deserialize_with = "record")]
    pub release: Option<ListedRelease>,
}

impl Listing {
    /// What the seller asks: not what that is today in the currency of whoever reads it, where both are told.
    pub fn asked(&self) -> Money {
        let original = self.original_price.clone().unwrap_or_default();
        match (original.value, original.curr_abbr) {
            (Some(value), currency) if !currency.is_empty() => {
                Money { value: Some(value), currency }
            }
            _ => self.price.clone().unwrap_or_default(),
        }
    }
}

/// The release of something for sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListedRelease {
    /// Its number.
    #[serde(deserialize_with = "integer")]
    pub id: Option<i64>,
    /// The artists.
    #[serde(deserialize_with = "text")]
    pub artist: String,
    /// The title.
    #[serde(deserialize_with = "text")]
    pub title: String,
    /// The label.
    #[serde(deserialize_with = "text")]
    pub label: String,
    /// The catalogue number.
    #[serde(deserialize_with = "text")]
    pub catalog_number: String,
    /// The carrier.
    #[serde(deserialize_with = "text")]
    pub format: String,
    /// All of it in one line.
    #[serde(deserialize_with = "text")]
    pub description: String,
    /// The year, 0 where it is not known.
    #[serde(deserialize_with = "integer")]
    pub year: Option<i64>,
    /// A small picture. The address is signed and expires.
    #[serde(deserialize_with = "text")]
    pub thumbnail: String,
}
