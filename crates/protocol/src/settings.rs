//! What the person can set, and the defaults.

use crate::item::Variant;
use serde::{Deserialize, Serialize};

/// What [`Settings::encoder_preset`] may be: x264's presets, from the fastest.
pub const ENCODER_PRESETS: &[&str] = &[
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
];

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
    /// As what pages of the web are brought home: one of [`Variant::OF_PAGES`].
    pub send_as: Variant,
    /// What had to be encoded is kept as it came too, beside the result.
    pub keep_original: bool,
    /// How hard the video encoder works: a preset of x264, `ultrafast` to `veryslow`.
    pub encoder_preset: String,
    /// The most processor threads of the encoder, 0 to 64; 0 leaves it to the encoder.
    pub encoder_threads: u32,
    /// No picture with more lines than this where there is a choice; 0 for the best.
    pub max_height: u32,
    /// Pages in the local network may be sent too.
    pub allow_local: bool,
    /// The most that is fetched of a file whose server does not say how long it is, in MB, 16 to 1,000,000: a broadcast
    /// has no end.
    pub open_ended_mb: u64,
    /// Days that an answer of Discogs serves before it is asked for again, 0 to 3650; 0 always asks.
    pub discogs_cache_days: u32,
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
            send_as: Variant::Media,
            keep_original: false,
            encoder_preset: "medium".into(),
            encoder_threads: 0,
            max_height: 0,
            allow_local: false,
            open_ended_mb: 4_000,
            discogs_cache_days: 30,
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
    /// See [`Settings::send_as`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_as: Option<Variant>,
    /// See [`Settings::keep_original`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_original: Option<bool>,
    /// See [`Settings::encoder_preset`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder_preset: Option<String>,
    /// See [`Settings::encoder_threads`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoder_threads: Option<u32>,
    /// See [`Settings::max_height`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_height: Option<u32>,
    /// See [`Settings::allow_local`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_local: Option<bool>,
    /// See [`Settings::open_ended_mb`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_ended_mb: Option<u64>,
    /// See [`Settings::discogs_cache_days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discogs_cache_days: Option<u32>,
}
