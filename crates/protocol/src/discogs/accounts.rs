//! Accounts, their lists and folders.

use crate::secret::{Secret, serialize_option_to_daemon, serialize_to_daemon};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An account of Discogs in this library, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DiscogsAccountId(pub i64);

impl fmt::Display for DiscogsAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What signs requests for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedBy {
    /// A personal access token.
    Token,
    /// An application of the person's own, in their name (OAuth 1.0a).
    #[serde(rename = "oauth")]
    OAuth,
    /// Nothing: what everybody may see.
    Nobody,
}

/// Adds an account, or gives one that is there another token. The token is asked about before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsLogin {
    /// A personal access token (discogs.com, Settings, Developers). Without one, `username` says whose public lists.
    #[serde(
        default,
        serialize_with = "serialize_option_to_daemon",
        skip_serializing_if = "Option::is_none"
    )]
    pub token: Option<Secret>,
    /// The name in addresses; with a token it is asked for.
    #[serde(default)]
    pub username: String,
}

/// Begins to sign in by an application that the person has registered (discogs.com, Settings, Developers). Nothing is
/// changed until [`DiscogsOAuthFinish`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsOAuth {
    /// The application's consumer key.
    #[serde(serialize_with = "serialize_to_daemon")]
    pub consumer_key: Secret,
    /// Its consumer secret.
    #[serde(serialize_with = "serialize_to_daemon")]
    pub consumer_secret: Secret,
}

/// Where the person agrees that the application acts in their name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsOAuthStarted {
    /// A page of the site, for the person to open. It shows a code.
    pub authorize: String,
    /// Names this attempt. It is good for a quarter of an hour, and not after the daemon has ended.
    pub login: String,
}

/// Ends what [`DiscogsOAuth`] began: adds the account, or gives one that is there other credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsOAuthFinish {
    /// The attempt.
    pub login: String,
    /// The code that the page has shown.
    #[serde(serialize_with = "serialize_to_daemon")]
    pub verifier: Secret,
}

/// An account and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsAccount {
    /// Which.
    pub id: DiscogsAccountId,
    /// The name in addresses.
    pub username: String,
    /// What signs its requests.
    pub signed_by: SignedBy,
    /// Its lists, those never read among them.
    pub lists: Vec<ListState>,
}

/// The accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscogsAccounts {
    /// By name.
    pub accounts: Vec<DiscogsAccount>,
}

/// One account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfDiscogsAccount {
    /// Which.
    pub account: DiscogsAccountId,
}

/// A list of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscogsList {
    /// The copies that somebody owns.
    #[default]
    Collection,
    /// The releases that somebody wants.
    Wants,
    /// What somebody sells.
    Inventory,
}

impl DiscogsList {
    /// Every list.
    pub const ALL: &[DiscogsList] =
        &[DiscogsList::Collection, DiscogsList::Wants, DiscogsList::Inventory];

    /// The name on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            DiscogsList::Collection => "collection",
            DiscogsList::Wants => "wants",
            DiscogsList::Inventory => "inventory",
        }
    }
}

/// How far a list is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListState {
    /// Which.
    pub list: DiscogsList,
    /// Entries there are here.
    pub entries: u64,
    /// When it was last read to its end, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<i64>,
    /// How that is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ListProof>,
}

/// Which way a list came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadBy {
    /// Page by page.
    #[default]
    Pages,
    /// As a file that the site made of it: all of it is of one moment.
    Export,
}

/// How a list was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListProof {
    /// Entries that the site says there are.
    pub expected: u64,
    /// Entries found, each once.
    pub found: u64,
    /// Entries that came a second time.
    pub repeated: u64,
    /// Pages read.
    pub pages: u32,
    /// How often the list was begun until its count added up.
    pub walks: u32,
    /// Which way it came.
    pub by: ReadBy,
    /// It is somebody else's inventory, of which the site shows the newest 10,000 only: `found` is less than `expected`,
    /// and no more is to be had.
    pub cut: bool,
}

/// The folders of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionFolders {
    /// In the site's order, "All" first.
    pub folders: Vec<CollectionFolder>,
}

/// A folder of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionFolder {
    /// The site's number: 0 is "All", 1 "Uncategorized".
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Copies in it, as the site says.
    pub copies: u64,
}
