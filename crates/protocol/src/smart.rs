//! Smart folders: searches that the person keeps under a name. What is in one is found anew each time.

use crate::ids::SmartFolderId;
use crate::shelf::LibraryQuery;
use serde::{Deserialize, Serialize};

/// A kept search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmartFolder {
    /// Which.
    pub id: SmartFolderId,
    /// Its name, unlike that of any other.
    pub name: String,
    /// What is in it, and in which order. Its `offset` and `limit` are 0: they are the client's.
    pub query: LibraryQuery,
    /// Things found now.
    pub items: u64,
}

/// Keeps a search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewSmartFolder {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub query: LibraryQuery,
}

/// Gives a kept search another name and another query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeSmartFolder {
    /// Which.
    pub folder: SmartFolderId,
    /// Its name from now on.
    pub name: String,
    /// What is in it from now on.
    pub query: LibraryQuery,
}

/// One kept search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfSmartFolder {
    /// Which.
    pub folder: SmartFolderId,
}

/// All kept searches, by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SmartFolders {
    /// The searches.
    pub folders: Vec<SmartFolder>,
}
