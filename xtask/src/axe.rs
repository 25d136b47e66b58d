//! axe-core, which looks at a page for what keeps people from using it. Its licence (MPL-2.0) is not this project's,
//! so it is fetched for the tests and never part of what is given away.

use crate::{console, workspace};
use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const VERSION: &str = "4.14.1";
/// SHA-256 of the script in the package of that version.
const HASH: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";
/// Where it is in the package.
const MEMBER: &str = "package/axe.min.js";
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// The size of a block of a tar archive.
const BLOCK: usize = 512;

/// Where the tests look for it.
fn file() -> PathBuf {
    workspace::tools().join("axe.min.js")
}

/// Its version, when the very file that is expected is there.
pub fn find() -> Option<String> {
    let bytes = fs::read(file()).ok()?;
    is_it(&bytes).then(|| VERSION.to_owned())
}

fn is_it(bytes: &[u8]) -> bool {
    format!("{:x}", Sha256::digest(bytes)) == HASH
}

/// Gets it from the npm registry. True when it is there afterwards.
pub fn fetch() -> bool {
    let done = into(&workspace::tools());
    if let Err(error) = &done {
        console::note("axe-core", &format!("{error:#}"));
    }
    done.is_ok()
}

fn into(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut pack = Command::new(npm);
    pack.args(["pack", "--silent", &format!("axe-core@{VERSION}")]).current_dir(folder);
    console::run_quietly("npm pack axe-core", &mut pack, LIMIT)?;
    let package = folder.join(format!("axe-core-{VERSION}.tgz"));
    let mut archive = Vec::new();
    GzDecoder::new(fs::File::open(&package)?).read_to_end(&mut archive)?;
    let script = member(&archive, MEMBER).context("the package has no axe.min.js")?;
    ensure!(is_it(script), "this is not the axe-core that is expected");
    fs::write(file(), script)?;
    Ok(fs::remove_file(package)?)
}

/// The content of the file `name` in a tar archive (POSIX.1-1988, "ustar").
fn member<'a>(archive: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = archive;
    while rest.len() >= BLOCK {
        let (head, content) = rest.split_at(BLOCK);
        let text = |from: usize, length: usize| {
            let field = head[from..from + length].split(|byte| *byte == 0).next()?;
            std::str::from_utf8(field).ok()
        };
        let Some(size) = usize::from_str_radix(text(124, 12)?.trim(), 8).ok() else { break };
        if text(0, 100) == Some(name) {
            return content.get(..size);
        }
        rest = content.get(size.next_multiple_of(BLOCK)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block.extend(content);
        block.resize(block.len().next_multiple_of(BLOCK), 0);
        block
    }

    #[test]
    fn a_file_is_found_in_an_archive_behind_others_and_a_cut_archive_has_none() {
        let archive = [entry("package/a", &[7; 700]), entry(MEMBER, b"axe")].concat();
        assert_eq!(member(&archive, MEMBER), Some(&b"axe"[..]));
        assert_eq!(member(&archive, "package/b"), None);
        assert_eq!(member(&archive[..1000], MEMBER), None);
        assert_eq!(member(&[0; 2 * BLOCK], MEMBER), None);
    }
}
