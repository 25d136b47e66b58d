//! Tables of a Discogs collection, compared cell by cell with the simulator's truth.
//!
//! The readers are Python's `csv`, `json` and `xml.etree` and openpyxl; what each cell has to be is worked out in
//! `tables.py` from the truth alone. Nothing of the product takes part.

use crate::checkout;
use anyhow::{Context, Result, bail};
use protocol::discogs::{Preset, SheetFormat};
use serde_json::{Map, Value, json};
use simulator::discogs::{DiscogsControl, Truth};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SCRIPT: &str = include_str!("tables.py");
/// All kinds of columns.
pub const PRESETS: [Preset; 3] = [Preset::Classic, Preset::Discogs, Preset::Wide];
/// All forms.
pub const FORMATS: [SheetFormat; 4] =
    [SheetFormat::Csv, SheetFormat::Jsonl, SheetFormat::Xml, SheetFormat::Xlsx];

/// One table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its columns.
    pub preset: Preset,
    /// Its form.
    pub format: SheetFormat,
    /// Texts that a spreadsheet would take for a formula have an apostrophe in front.
    pub spreadsheet_safe: bool,
    /// Where it is.
    pub file: PathBuf,
}

/// Compares tables of the whole collection of `user` with what the account has, every cell of every row.
///
/// # Errors
/// When a cell differs, with the first of them.
pub fn compare(discogs: DiscogsControl<'_>, user: &str, tables: &[Table]) -> Result<()> {
    let truth = discogs.truth(user).context("there is no such account")?;
    let tables: Vec<Value> = tables
        .iter()
        .map(|table| {
            json!({"preset": table.preset, "format": table.format, "file": table.file,
                "spreadsheet_safe": table.spreadsheet_safe})
        })
        .collect();
    let question =
        json!({"prices": prices(discogs, &truth), "truth": truth, "tables": tables}).to_string();
    ask_python(&question)
}

/// What each release costs. Those that are gone or merged cost nothing.
fn prices(discogs: DiscogsControl<'_>, truth: &Truth) -> Map<String, Value> {
    let currency = &truth.account.currency;
    let there = truth.releases.iter().filter(|(id, _)| !truth.fates.contains_key(id));
    let priced = there.map(|(&id, release)| {
        let prices = json!({
            "lowest": discogs.lowest_price(id, currency), "for_sale": release.num_for_sale,
            "suggestions": discogs.price_suggestions(id, currency),
        });
        (id.to_string(), prices)
    });
    priced.collect()
}

fn ask_python(question: &str) -> Result<()> {
    let mut python = Command::new(python())
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("Python with openpyxl is needed: run `cargo xtask setup`")?;
    let mut questions = python.stdin.take().context("a pipe")?;
    questions.write_all(question.as_bytes())?;
    drop(questions);
    let ended = python.wait_with_output()?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        bail!("{}\n{said}", String::from_utf8_lossy(&ended.stdout));
    }
    Ok(())
}

fn python() -> PathBuf {
    let program = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    checkout::root().join("target/tools/readers").join(program)
}

/// A name for a table that says what is in it.
pub fn name_in(folder: &Path, preset: Preset, format: SheetFormat) -> PathBuf {
    let extension = match format {
        SheetFormat::Csv => "csv",
        SheetFormat::Jsonl => "jsonl",
        SheetFormat::Xml => "xml",
        SheetFormat::Xlsx => "xlsx",
    };
    folder.join(format!("{}.{extension}", preset.as_str()))
}
