//! What the person can set, and the defaults.

use crate::item::Variant;
use serde::{Deserialize, Serialize};

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Absolute path of the library folder.
    pub folder: String,
    /// What "Download all" brings.
    pub formats: Vec<Variant>,
    /// File name without the extension: `{title} {id} {date} {artist} {playlist} {format} {source}`.
    pub template: String,
    /// Transfers at once from file hosts, 1 to 32.
    pub parallel: u32,
    /// Milliseconds between two calls to a site's API, at least 100.
    pub pace_ms: u64,
    /// Look for new songs every 6 hours while the browser runs.
    pub keep_up_to_date: bool,
    /// Days that deleted files stay in the trash, 1 to 3650.
    pub trash_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            folder: String::new(),
            formats: vec![Variant::Mp3],
            template: "{title}_{id}".into(),
            parallel: 8,
            pace_ms: 500,
            keep_up_to_date: false,
            trash_days: 30,
        }
    }
}

/// A change to some of the settings; absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsPatch {
    /// See [`Settings::folder`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// See [`Settings::formats`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formats: Option<Vec<Variant>>,
    /// See [`Settings::template`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// See [`Settings::parallel`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
    /// See [`Settings::pace_ms`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace_ms: Option<u64>,
    /// See [`Settings::keep_up_to_date`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_up_to_date: Option<bool>,
    /// See [`Settings::trash_days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trash_days: Option<u32>,
}
