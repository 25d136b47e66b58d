//! Finds Chromium. Google's own Chrome does not do: it no longer loads an extension named on its command line.

use std::path::{Path, PathBuf};

/// Names a program other than the usual ones.
pub const VARIABLE: &str = "MEDIAFETCHER_CHROMIUM";

const NAMES: &[&str] = &["chromium", "chromium-browser", "ungoogled-chromium"];
const PLACES: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Chromium\\Application\\chrome.exe",
];

/// The program, if there is one.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let on_path = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let local = directories::BaseDirs::new()
        .map(|dirs| dirs.data_local_dir().join("Chromium/Application/chrome.exe"));
    on_path
        .chain(PLACES.iter().map(PathBuf::from))
        .chain(local)
        .find(|program| Path::is_file(program))
}
