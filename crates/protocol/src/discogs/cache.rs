//! What is kept of the site's answers.

use serde::{Deserialize, Serialize};

/// The cache in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CacheFigures {
    /// Answers kept.
    pub answers: u64,
    /// Bytes they take.
    pub bytes: u64,
    /// How often one served.
    pub uses: u64,
    /// Answers fetched in the last seven days.
    pub fetched_last_week: u64,
    /// When the oldest was fetched, seconds since 1970.
    pub oldest_at: Option<i64>,
}

/// Which answers to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeCache {
    /// Those older than so many days; 0 forgets all.
    pub older_than_days: u32,
}

/// How many were forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachePurged {
    /// Answers.
    pub answers: u64,
}
