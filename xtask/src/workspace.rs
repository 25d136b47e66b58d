//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The packages that are built for this machine, always named together: cargo then settles on one set of
/// features for all of them and compiles no dependency twice.
pub const NATIVE_PACKAGES: &[&str] = &[
    "mediafetcher-protocol",
    "mediafetcher-providers",
    "mediafetcher-library",
    "mediafetcher-transfer",
    "mediafetcher-media",
    "mediafetcher",
    "mediafetcher-sheets",
    "mediafetcher-simulator",
    "mediafetcher-e2e",
];

/// The packages that are built for the browser.
pub const WASM_PACKAGES: &[&str] =
    &["mediafetcher-core", "mediafetcher-app", "mediafetcher-popup", "mediafetcher-ui"];
/// Those of them that are programs: the worker's, the full page's, the small pages'.
pub const WASM_PROGRAMS: &[&str] = &["mediafetcher-core", "mediafetcher-app", "mediafetcher-popup"];

/// `-p NAME` for each package.
pub fn select<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().flat_map(|package| ["-p", package]).collect()
}

/// The checkout's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where the program and the tests are built.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the wasm is built: apart, since it may come from another compiler.
pub fn target_wasm() -> PathBuf {
    root().join("target-wasm")
}

/// Programs that set-up brings in for this checkout only.
pub fn tools() -> PathBuf {
    target().join("tools")
}

/// What is made for people.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// What a browser loads.
pub fn dist_extension() -> PathBuf {
    dist().join("extension")
}
