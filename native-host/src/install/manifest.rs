//! The host manifest: the small JSON file that tells a browser which program to launch, and for whom.

use super::browsers::Browser;
use crate::relay::FIREFOX_ID;
use protocol::{EXTENSION_ID, HOST_NAME};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The content of a host manifest. Chromium-like browsers know `allowed_origins`, Firefox
/// `allowed_extensions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The name the extension connects to.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// The program, absolute.
    pub path: PathBuf,
    /// `stdio`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Origins that may connect, such as `chrome-extension://ID/`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// Add-ons that may connect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_extensions: Vec<String>,
}

impl Manifest {
    /// The manifest by which `browser` launches `program`.
    pub fn new(browser: Browser, program: &Path) -> Self {
        let mut manifest = Self {
            name: HOST_NAME.to_owned(),
            description: "MediaFetcher".to_owned(),
            path: program.to_owned(),
            kind: "stdio".to_owned(),
            allowed_origins: Vec::new(),
            allowed_extensions: Vec::new(),
        };
        match browser {
            Browser::Firefox => manifest.allowed_extensions.push(FIREFOX_ID.to_owned()),
            _ => manifest.allowed_origins.push(origin()),
        }
        manifest
    }

    /// Reads the manifest at `path`.
    ///
    /// # Errors
    /// When there is none, or when it is not a host manifest ([`io::ErrorKind::InvalidData`]).
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    /// Writes it to `path`, making the folder; a browser sees the old content or the new one, never a half.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let fresh = path.with_extension("json.new");
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&fresh, path)
    }

    /// True when it lets our extension in.
    pub fn lets_us_in(&self, browser: Browser) -> bool {
        match browser {
            Browser::Firefox => self.allowed_extensions.iter().any(|id| id == FIREFOX_ID),
            _ => self.allowed_origins.contains(&origin()),
        }
    }

    /// True when it is MediaFetcher's, whichever copy of it wrote it.
    pub fn is_ours(&self) -> bool {
        self.name == HOST_NAME
    }
}

fn origin() -> String {
    format!("chrome-extension://{EXTENSION_ID}/")
}

/// The manifest's file name in a browser's folder.
pub fn file_name() -> String {
    format!("{HOST_NAME}.json")
}
