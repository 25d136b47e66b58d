//! Discogs: a person's record collection, wantlist and shop, by its API v2 (<https://www.discogs.com/developers>).
//!
//! It is unlike the sites with songs: nothing is downloaded, what it has are records about records. So there is no
//! [`Site`](crate::site::Site) table; there are models of its answers, and a walk through its pages that proves that
//! nothing is missing. Who signs the requests, and how often they may be sent, is the transport's business.
//!
//! | module | job |
//! |---|---|
//! | `paths` | what can be asked for |
//! | `api` | asking: gone, moved, data |
//! | `oauth` | letting a person's own application act in their name |
//! | `pages` | lists in pages, read until their count adds up |
//! | `export`, `shop_file` | a shop by the file that the site makes of it |
//! | `visitor` | who is signed in on the site, by its pages |
//! | `loose` | fields that may hold anything |
//! | `model` | the answers |
//! | `names`, `dates`, `sums` | how the site writes names, days and amounts of money |

mod api;
mod dates;
mod export;
mod loose;
mod model;
mod names;
mod oauth;
mod pages;
mod paths;
mod shop_file;
mod sums;
mod visitor;

pub use api::{Discogs, Found};
pub use dates::{added_at, moment, partial_date};
pub use export::ExportedShop;
pub use model::{
    Artist, CollectionValue, Community, Copy, CustomField, Folder, Format, Identifier, Identity,
    Image, Label, ListedRelease, Listing, Money, Note, OriginalPrice, PriceSuggestions, Rating,
    Release, ReleaseStats, Track, Want,
};
pub use names::{clean, credit};
pub use oauth::{KeyPair, authorize_address};
pub use pages::{List, Page, Pages, Proof, Record};
pub use shop_file::{SHOP_COLUMNS, ShopCount, ShopListings};
pub use sums::hundredths;
pub use visitor::{visitor, visitor_page};
