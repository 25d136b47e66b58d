//! A collection of 1,200 copies, from the command line and on the app page: every cell of every table is what the site
//! has.

use anyhow::{Context, Result};
use e2e::browser::Config;
use e2e::keyboard::write;
use e2e::page::Page;
use e2e::popup::DOWNLOAD_LIMIT;
use e2e::stage::Stage;
use e2e::tables::{self, FORMATS, PRESETS, Table};
use e2e::wait;
use protocol::discogs::{Exported, Preset, Run, RunState, Runs, SheetFormat};
use simulator::discogs::Sizes;

const USER: &str = "demo";
const COPIES: u32 = 1_200;

async fn with_records() -> Result<Stage> {
    let stage = Stage::quick(1).await?;
    let discogs = stage.control().discogs();
    discogs.make_account(USER, Sizes { copies: COPIES, wants: 0, listings: 0 });
    // An hour of requests at the site's ordinary limit.
    discogs.set_limit(100_000);
    Ok(stage)
}

#[tokio::test]
async fn every_cell_of_every_table_is_what_the_site_has() -> Result<()> {
    let stage = with_records().await?;
    stage.sign_in_at_discogs(USER).await?;
    let read: Run = stage.discogs(&["read", "--depth", "prices"]).await?;
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
    stage.discogs::<Run>(&["read", "--depth", "prices"]).await?;
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
    preset: Preset,
    format: SheetFormat,
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
    let exported: Exported = stage.discogs(&arguments).await?;
    let copies = u64::from(COPIES);
    assert_eq!((exported.rows, exported.expected), (copies, copies));
    Ok(Table { preset, format, spreadsheet_safe, file })
}

#[tokio::test]
async fn every_cell_of_every_table_made_on_the_page_is_what_the_site_has() -> Result<()> {
    let stage = with_records().await?;
    let browser = stage.browser(Config::default()).await?;
    let page = browser.open_extension_page("app.html#collection").await?;
    page.click("button", "Sign in at Discogs").await?;
    page.click("textbox", "Personal access token").await?;
    write(&page, &stage.control().discogs().token(USER)).await?;
    page.click("button", "Sign in").await?;
    page.click("button", "Read this list").await?;
    page.click("radio", "Details and prices").await?;
    page.click("button", "Start reading").await?;
    page.wait_text("1,200 of 1,200, each once.").await?;
    let finished = async || {
        let runs: Runs = stage.discogs(&["runs"]).await?;
        Ok(runs.runs.iter().all(|run| run.state == RunState::Finished).then_some(()))
    };
    wait::until("everything to be read", DOWNLOAD_LIMIT, finished).await?;

    page.click("button", "Export").await?;
    let mut made = Vec::new();
    for preset in PRESETS {
        for format in FORMATS {
            made.push(export_on(&page, &stage, preset, format).await?);
        }
    }
    tables::compare(stage.control().discogs(), USER, &made)?;
    assert_eq!(stage.control().discogs().rate().refused, 0);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

async fn export_on(
    page: &Page,
    stage: &Stage,
    preset: Preset,
    format: SheetFormat,
) -> Result<Table> {
    let columns = match preset {
        Preset::Classic => "Classic",
        Preset::Discogs => "As Discogs does",
        Preset::Wide => "Everything",
    };
    let form = match format {
        SheetFormat::Csv => "CSV",
        SheetFormat::Jsonl => "JSON Lines",
        SheetFormat::Xml => "XML",
        SheetFormat::Xlsx => "Excel",
    };
    page.click("radio", columns).await?;
    page.click("radio", form).await?;
    page.click("button", "Write the table").await?;
    let file = tables::name_in(&stage.home.library().join("Exports"), preset, format);
    let name = file.file_name().context("a name")?.to_string_lossy();
    let file = file.with_file_name(format!("discogs-{USER}-collection-{name}"));
    let shown = format!("Exports/{}", file.file_name().context("a name")?.to_string_lossy());
    page.wait_text(&shown).await?;
    page.wait_text("1,200 of 1,200: nothing is missing.").await?;
    Ok(Table { preset, format, spreadsheet_safe: false, file })
}
