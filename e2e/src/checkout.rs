//! Where the built things are in the checkout.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The checkout's top folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The built extension.
///
/// # Errors
/// When it was not built.
pub fn extension() -> Result<PathBuf> {
    let folder = root().join("dist/extension");
    built(folder.join("manifest.json"))?;
    Ok(folder)
}

/// The built `mediafetcher`, of the profile that this program was built with.
///
/// # Errors
/// When it was not built.
pub fn mediafetcher() -> Result<PathBuf> {
    let mut folder = std::env::current_exe()?;
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    built(folder.join(format!("mediafetcher{}", std::env::consts::EXE_SUFFIX)))
}

/// The script of axe-core, which `cargo xtask setup` fetches into the folder of the build.
///
/// # Errors
/// When it was not fetched.
pub fn axe_core() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let mut above = program.ancestors().map(|folder| folder.join("tools/axe.min.js"));
    let Some(file) = above.find(|file| file.exists()) else {
        bail!("axe-core is missing: run `cargo xtask setup` first");
    };
    Ok(file)
}

/// The search path of programs, with those first that `cargo xtask setup` installed.
pub fn path_with_tools() -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools = root().join("target/tools/python/bin");
    let joined = std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path)));
    joined.unwrap_or(path).to_string_lossy().into_owned()
}

fn built(path: PathBuf) -> Result<PathBuf> {
    if !path.exists() {
        bail!("{} is missing: run `cargo xtask build` first", path.display());
    }
    Ok(path)
}
