//! From the compiler's wasm to what a browser loads: wasm-bindgen, then wasm-opt where it is installed.
//!
//! A module whose bytes have not changed is not worked on again.

use crate::{console, sizes, workspace};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// What the compiler emits, and no more: `--all-features` makes a module that Chromium refuses.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The two files of a module.
pub struct Bound {
    /// The JavaScript that loads it.
    pub script: PathBuf,
    /// The module.
    pub wasm: PathBuf,
}

/// Binds `input`, the compiler's `NAME.wasm`, to `NAME.js` and `NAME_bg.wasm`.
pub fn bind(input: &Path) -> Result<Bound> {
    let name = input.file_stem().context("a wasm file has a name")?.to_string_lossy().into_owned();
    let folder = workspace::target_wasm().join("bindgen").join(&name);
    let bound = Bound {
        script: folder.join(format!("{name}.js")),
        wasm: folder.join(format!("{name}_bg.wasm")),
    };
    let bytes = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    let optimizer = wasm_opt();
    let stamp = format!("{:x} {:?}", Sha256::digest(&bytes), optimizer);
    let stamp_file = folder.join("stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|kept| kept == stamp) && bound.wasm.exists() {
        return Ok(bound);
    }
    generate(input, &name, &folder).with_context(|| format!("wasm-bindgen on {name}"))?;
    if let Some(version) = optimizer {
        optimize(&bound.wasm, version);
    }
    fs::write(stamp_file, stamp)?;
    Ok(bound)
}

fn generate(input: &Path, name: &str, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Bindgen::new()
        .input_path(input)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}

/// The version of the installed wasm-opt.
fn wasm_opt() -> Option<u32> {
    let text = console::ask(Command::new("wasm-opt").arg("--version"))?;
    text.split_whitespace().find_map(|word| word.parse().ok())
}

/// Keeps what wasm-opt makes if it travels lighter: some versions make fewer bytes that compress worse.
fn optimize(wasm: &Path, version: u32) {
    let smaller = wasm.with_extension("opt.wasm");
    let mut command = Command::new("wasm-opt");
    command.arg("-Oz").args(WASM_FEATURES).arg(wasm).arg("-o").arg(&smaller);
    let kept = console::run(&mut command).and_then(|()| keep_lighter(&smaller, wasm));
    match kept {
        Ok(true) => {}
        Ok(false) => console::note(&format!("wasm-opt {version}"), "left out: it saves nothing"),
        Err(error) => {
            console::note(&format!("wasm-opt {version}"), &format!("left out: {error:#}"))
        }
    }
}

/// Puts `candidate` in the place of `wasm` if it is smaller after gzip; otherwise removes it.
fn keep_lighter(candidate: &Path, wasm: &Path) -> Result<bool> {
    let lighter =
        sizes::gzip_length(&fs::read(candidate)?)? < sizes::gzip_length(&fs::read(wasm)?)?;
    if lighter {
        fs::rename(candidate, wasm)?
    } else {
        fs::remove_file(candidate)?
    }
    Ok(lighter)
}
