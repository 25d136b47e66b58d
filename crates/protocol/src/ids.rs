//! Newtypes for the numbers that travel, so that a job is never taken for an item.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// What the person asked for once.
    JobId
}
id! {
    /// One wanted file.
    ItemId
}
id! {
    /// The number of an event; grows by one with each event of a daemon's life.
    Seq
}
id! {
    /// One thing the person has.
    LibraryItemId
}
id! {
    /// A virtual folder.
    FolderId
}
id! {
    /// An import of a folder: the number of its job. Negative for one that only looks, which has no job.
    ImportId
}
id! {
    /// A kept search.
    SmartFolderId
}
