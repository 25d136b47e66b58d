//! A collection of 1,200 copies from the command line: every cell of every table is what the site has.

use anyhow::{Context, Result};
use e2e::stage::Stage;
use e2e::tables::{self, FORMATS, PRESETS, Table};
use protocol::discogs::{Exported, Run, RunState};
use serde::de::DeserializeOwned;
use simulator::discogs::Sizes;

const USER: &str = "demo";
const COPIES: u32 = 1_200;

async fn signed_in() -> Result<Stage> {
    let stage = Stage::quick(1).await?;
    let discogs = stage.control().discogs();
    discogs.make_account(USER, Sizes { copies: COPIES, wants: 0, listings: 0 });
    // An hour of requests at the site's ordinary limit.
    discogs.set_limit(100_000);
    let token = stage.home.file("token.txt");
    std::fs::write(&token, discogs.token(USER))?;
    let token = token.display().to_string();
    stage.home.succeed(&["discogs", "login", "--token-file", &token]).await?;
    Ok(stage)
}

/// `discogs … --json` and its last line.
async fn say<T: DeserializeOwned>(stage: &Stage, arguments: &[&str]) -> Result<T> {
    let said = stage.home.succeed(&[&["discogs"], arguments, &["--json"]].concat()).await?;
    let last = said.lines().last().context("it says nothing")?;
    serde_json::from_str(last).with_context(|| last.to_owned())
}

#[tokio::test]
async fn every_cell_of_every_table_is_what_the_site_has() -> Result<()> {
    let stage = signed_in().await?;
    let read: Run = say(&stage, &["read", "--depth", "prices"]).await?;
    assert_eq!(read.state, RunState::Finished, "{read:?}");
    let mut made = Vec::new();
    for preset in PRESETS {
        for format in FORMATS {
            let safe = format == FORMATS[0] && preset == PRESETS[1];
            made.push(export(&stage, preset, format, safe).await?);
        }
    }
    made.push(export(&stage, PRESETS[1], FORMATS[0], false).await?);
    tables::compare(stage.control().discogs(), USER, &made)?;
    assert_eq!(stage.control().discogs().rate().refused, 0);

    // Once more: the list is read, and nothing about any release.
    stage.control().clear_log();
    say::<Run>(&stage, &["read", "--depth", "prices"]).await?;
    let log = stage.control().log();
    let asked: Vec<&String> = log.iter().map(|entry| &entry.path).collect();
    assert!(asked.iter().any(|path| path.ends_with("/releases")), "{asked:?}");
    let about_releases =
        |path: &&&String| path.starts_with("/releases/") || path.starts_with("/marketplace/");
    assert_eq!(asked.iter().find(about_releases), None);
    Ok(())
}

async fn export(
    stage: &Stage,
    preset: protocol::discogs::Preset,
    format: protocol::discogs::SheetFormat,
    spreadsheet_safe: bool,
) -> Result<Table> {
    let folder = stage.home.file(if spreadsheet_safe { "safe" } else { "plain" });
    std::fs::create_dir_all(&folder)?;
    let file = tables::name_in(&folder, preset, format);
    let (path, form) = (file.display().to_string(), file.extension().context("a form")?);
    let form = form.to_string_lossy();
    let mut arguments =
        vec!["export", "--offline", "--preset", preset.as_str(), "--as", &form, "--to", &path];
    arguments.extend(spreadsheet_safe.then_some("--spreadsheet-safe"));
    let exported: Exported = say(stage, &arguments).await?;
    let copies = u64::from(COPIES);
    assert_eq!((exported.rows, exported.expected), (copies, copies));
    Ok(Table { preset, format, spreadsheet_safe, file })
}
