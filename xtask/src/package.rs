//! `package`: what is handed out. The same source gives the same bytes of the zip, on whichever day and machine
//! (with the same compiler): entries sorted, times and permissions fixed.

use crate::build::{self, Profile};
use crate::{console, workspace};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The zip and the program, both named with the version.
pub fn package() -> Result<()> {
    build::all(Profile::Release)?;
    console::heading("Package");
    let version = version()?;
    let zip = workspace::dist().join(format!("mediafetcher-extension-{version}.zip"));
    fs::write(&zip, zip_of(&workspace::dist_extension())?)?;
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let suffix = std::env::consts::EXE_SUFFIX;
    let program =
        workspace::dist().join(format!("mediafetcher-{version}-{system}-{machine}{suffix}"));
    fs::copy(Profile::Release.program("mediafetcher"), &program)?;
    for file in [zip, program] {
        println!("  {:x}  {}", Sha256::digest(fs::read(&file)?), file.display());
    }
    Ok(())
}

/// The extension's version, from the manifest that a browser reads.
fn version() -> Result<String> {
    let text = fs::read_to_string(workspace::root().join("manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&text)?;
    Ok(manifest["version"].as_str().context("manifest.json has no version")?.to_owned())
}

/// A zip of the files below `folder`.
fn zip_of(folder: &Path) -> Result<Vec<u8>> {
    // The earliest time a zip can hold; a file's own time would differ from one machine to the next.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let parts = entry.path().strip_prefix(folder)?.components();
        let name: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
        zip.start_file(name.join("/"), options)?;
        zip.write_all(&fs::read(entry.path())?)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_same_files_give_the_same_zip_whenever_they_were_written() -> Result<()> {
        let make = |order: &[&str], age: u64| -> Result<Vec<u8>> {
            let folder = tempfile::tempdir()?;
            fs::create_dir(folder.path().join("sub"))?;
            for name in order {
                let mut file = File::create(folder.path().join(name))?;
                file.write_all(name.as_bytes())?;
                file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(age))?;
            }
            zip_of(folder.path())
        };
        let one = make(&["b.js", "a.html", "sub/c.css"], 1_000_000_000)?;
        let other = make(&["sub/c.css", "a.html", "b.js"], 1_700_000_000)?;
        assert_eq!(one, other);
        Ok(())
    }
}
