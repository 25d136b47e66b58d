//! A folder is taken in from the app page: picked in the system's own window, followed to its end, with a report.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Config};
use e2e::page::{Page, Scheme};
use e2e::screen::Screen;
use e2e::stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};

/// A video, a copy of it, and what is no media.
fn fill(stage: &Stage) -> Result<PathBuf> {
    let folder = stage.home.file("Old films");
    fs::create_dir_all(&folder)?;
    let clip = stage.control().videos().truth("clip.mp4").context("no clip")?.to_vec();
    fs::write(folder.join("Harbour.mp4"), &clip)?;
    fs::write(folder.join("Harbour again.mp4"), &clip)?;
    fs::write(folder.join("Nothing.mp3"), "")?;
    fs::write(folder.join("Page.mp4"), "<!doctype html><title>Sign in</title>")?;
    Ok(folder)
}

async fn in_front_of_the_library(browser: &Browser) -> Result<Page> {
    let page = browser.open_extension_page("app.html#library").await?;
    page.present(1280, 900, Scheme::Light).await?;
    page.wait_text("Nothing here yet").await?;
    page.click("button", "Import").await?;
    page.wait_text("Take in a folder").await?;
    Ok(page)
}

/// What is in a folder, by name and content.
fn contents(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let names = e2e::truth::files_below(folder)?;
    names.into_iter().map(|name| Ok((name.clone(), fs::read(folder.join(name))?))).collect()
}

#[tokio::test]
async fn a_folder_that_is_picked_is_taken_in_and_reported() -> Result<()> {
    let stage = Stage::quick(1).await?;
    let folder = fill(&stage)?;
    let before = contents(&folder)?;
    // The daemon that the browser starts has the browser's screen.
    stage.home.succeed(&["daemon", "stop"]).await?;
    let screen = Screen::start().await?;
    let display = Some(screen.display().to_owned());
    let browser = stage.browser(Config { display, ..Config::default() }).await?;
    let page = in_front_of_the_library(&browser).await?;

    page.click("button", "Choose a folder").await?;
    page.wait_text("Choose it in the window that has opened").await?;
    screen.leave_folder_window().await?;

    let open = async || {
        page.wait_text("No folder was chosen.").await?;
        page.click("button", "Choose a folder").await
    };
    screen.pick_folder(open, &folder).await?;
    page.wait_text("Every file was looked at").await?;
    for said in ["4 of 4 files looked at", "2 files were not taken in", "1 file was there already"]
    {
        page.wait_text(said).await?;
    }
    let unfold = "document.querySelectorAll('dialog details').forEach(e => { e.open = true })";
    page.session.evaluate::<Option<()>>(unfold).await?;
    for said in ["Nothing.mp3 – it is empty", "Page.mp4 – it is a web page"] {
        page.wait_text(said).await?;
    }
    page.click("button", "Close").await?;
    page.wait_text("1 thing").await?;
    ensure!(contents(&folder)? == before, "the originals are not what they were");
    let home = contents(&stage.home.library())?;
    ensure!(home.iter().any(|(_, bytes)| *bytes == before[1].1), "the video did not come home");

    // After the page was loaded again, what came of it is still known.
    page.reload().await?;
    page.click("button", "Import").await?;
    page.wait_text("Every file was looked at").await?;
    page.wait_text("Old films").await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn without_a_screen_the_command_to_type_is_named() -> Result<()> {
    let stage = Stage::quick(1).await?;
    let browser = stage.browser(Config::default()).await?;
    let page = in_front_of_the_library(&browser).await?;
    page.wait_text("mediafetcher library import FOLDER").await?;
    page.click("button", "Choose a folder").await?;
    page.wait_text("No window can be shown where MediaFetcher runs.").await?;

    // Who types it sees here how it goes.
    let folder = fill(&stage)?;
    let ended = stage.home.run(&["library", "import", &folder.display().to_string()]).await?;
    assert_eq!(ended.status.code(), Some(1), "something is refused");
    page.wait_text("2 files were not taken in").await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}
