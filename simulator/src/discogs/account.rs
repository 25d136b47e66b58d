//! What a person has on Discogs: the truth of a collection, a wantlist and a shop.

use serde::{Deserialize, Serialize};

/// The folder of everything.
pub const ALL: u32 = 0;
/// The folder of what is in no other.
pub const UNCATEGORIZED: u32 = 1;

/// An account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// Of the person.
    pub id: u64,
    /// Their name on the site.
    pub username: String,
    /// The name they tell.
    pub name: String,
    /// Where they are.
    pub location: String,
    /// What they say of themselves.
    pub profile: String,
    /// With a Pacific offset.
    pub registered: String,
    /// In which they buy and sell.
    pub currency: String,
    /// Only they see their collection and wantlist.
    pub is_private: bool,
    /// Without `All`, which is no folder of its own.
    pub folders: Vec<Folder>,
    /// Fields of their own making and those that come with the site.
    pub fields: Vec<Field>,
    /// In the order they were added.
    pub copies: Vec<OwnedCopy>,
    /// In the order they were added.
    pub wants: Vec<Want>,
    /// In the order they were listed.
    pub listings: Vec<Listing>,
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Folder {
    /// Of the folder.
    pub id: u32,
    /// Its name.
    pub name: String,
}

/// A field that a copy may have a note in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Of the field.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Where it stands among the others.
    pub position: u32,
    /// Others see its notes.
    pub public: bool,
    /// What may be written.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// What may be written in a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum FieldKind {
    /// One of these.
    Dropdown {
        /// The choices.
        options: Vec<String>,
    },
    /// Anything.
    Textarea {
        /// How high it is shown.
        lines: u32,
    },
}

/// One copy of a release.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnedCopy {
    /// Of the copy; another one for each copy of a release.
    pub instance_id: u64,
    /// Of the release.
    pub release_id: u32,
    /// The folder it is in.
    pub folder_id: u32,
    /// 0 for none, else 1 to 5.
    pub rating: u8,
    /// With a Pacific offset.
    pub date_added: String,
    /// What is written in the fields.
    pub notes: Vec<Note>,
}

/// What is written in a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// Which.
    pub field_id: u32,
    /// The text.
    pub value: String,
}

/// A release that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Want {
    /// Of the release.
    pub release_id: u32,
    /// 0 for none, else 1 to 5.
    pub rating: u8,
    /// A remark that only its owner sees; may be empty.
    pub notes: String,
    /// With a Pacific offset.
    pub date_added: String,
}

/// Something for sale, or not yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listing {
    /// Of the listing.
    pub id: u64,
    /// Of the release.
    pub release_id: u32,
    /// `For Sale`, `Draft`, …
    pub status: String,
    /// Of the medium.
    pub condition: String,
    /// Of the sleeve; may be empty.
    pub sleeve_condition: String,
    /// What the seller says.
    pub comments: String,
    /// In the seller's currency.
    pub price: f64,
    /// With a Pacific offset.
    pub posted: String,
    /// Offers may be made.
    pub allow_offers: bool,
    /// Grams; absent when the site shall know it.
    pub weight: Option<u32>,
    /// For the postage.
    pub format_quantity: u32,
    /// The seller's own number.
    pub external_id: String,
    /// Where the seller keeps it.
    pub location: String,
    /// How many.
    pub quantity: u32,
}

/// How much an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sizes {
    /// Copies in the collection.
    pub copies: u32,
    /// Releases on the wantlist.
    pub wants: u32,
    /// Listings in the shop.
    pub listings: u32,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { copies: 1200, wants: 150, listings: 800 }
    }
}
