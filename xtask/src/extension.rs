//! Puts `dist/extension` together: the folder that a browser loads.
//!
//! Its content is exactly: `manifest.json`, what `extension/` holds apart from the Rust sources of the pages,
//! and the bound wasm under `wasm/`. Files of an earlier build that no longer belong are removed.

use crate::bindgen::{self, Bound};
use crate::{console, sizes, wasm, workspace};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Path inside the extension → the file it is copied from.
type Content = BTreeMap<PathBuf, PathBuf>;

/// Compiles, binds and assembles.
pub fn build() -> Result<()> {
    console::heading("Extension");
    let mut content = pages(&workspace::root())?;
    let budgets = [sizes::WORKER_BUDGET, sizes::PAGE_BUDGET, sizes::PAGE_BUDGET];
    for (module, budget) in wasm::compile()?.iter().zip(budgets) {
        let bound = bindgen::bind(module)?;
        report_size(&bound, budget)?;
        for file in [bound.script, bound.wasm] {
            let name = file.file_name().context("bindgen names its files")?;
            content.insert(Path::new("wasm").join(name), file);
        }
    }
    let folder = workspace::dist_extension();
    mirror(&content, &folder)?;
    console::found("extension", &folder.display().to_string());
    Ok(())
}

fn report_size(bound: &Bound, budget: usize) -> Result<()> {
    let bytes = fs::read(&bound.wasm)?;
    let name = bound.wasm.file_name().unwrap_or_default().to_string_lossy().into_owned();
    console::found(&name, &sizes::verdict(bytes.len(), sizes::gzip_length(&bytes)?, budget));
    Ok(())
}

/// The manifest and the hand-written files.
fn pages(root: &Path) -> Result<Content> {
    let source = root.join("extension");
    let mut content = Content::from([("manifest.json".into(), root.join("manifest.json"))]);
    let entries =
        WalkDir::new(&source).into_iter().filter_entry(|entry| belongs(&source, entry.path()));
    for entry in entries {
        let entry = entry?;
        if entry.file_type().is_file() {
            let inside = entry.path().strip_prefix(&source)?.to_path_buf();
            content.insert(inside, entry.into_path());
        }
    }
    Ok(content)
}

fn belongs(source: &Path, path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let document = path.extension().is_some_and(|extension| extension == "md");
    path != source.join("ui") && !hidden && !document
}

/// Makes `folder` hold exactly `content`, touching only what differs.
fn mirror(content: &Content, folder: &Path) -> Result<()> {
    for (inside, from) in content {
        let to = folder.join(inside);
        let wanted = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        if fs::read(&to).is_ok_and(|there| there == wanted) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(folder))?;
        fs::write(&to, wanted).with_context(|| format!("cannot write {}", to.display()))?;
    }
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        let inside = entry.path().strip_prefix(folder)?;
        if entry.file_type().is_file() && !content.contains_key(inside) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_longer_part_of_the_extension_goes() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (from, to) = (folder.path().join("a.js"), folder.path().join("out"));
        fs::write(&from, "1")?;
        mirror(
            &Content::from([("a.js".into(), from.clone()), ("b/c.js".into(), from.clone())]),
            &to,
        )?;
        mirror(&Content::from([("b/c.js".into(), from)]), &to)?;
        assert!(!to.join("a.js").exists());
        assert_eq!(fs::read_to_string(to.join("b/c.js"))?, "1");
        Ok(())
    }

    #[test]
    fn sources_and_documents_stay_out_of_the_extension() {
        let source = Path::new("/x/extension");
        assert!(!belongs(source, &source.join("ui")));
        assert!(!belongs(source, &source.join("README.md")));
        assert!(!belongs(source, &source.join(".DS_Store")));
        assert!(belongs(source, &source.join("popup.html")));
    }
}
