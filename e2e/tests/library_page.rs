//! The library in the app page: found, played, marked, changed, deleted and brought back, in the real browser.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Config};
use e2e::keyboard::press;
use e2e::page::{Page, Scheme};
use e2e::stage::Stage;
use e2e::{truth, wait};
use protocol::Variant;
use serde_json::json;
use simulator::Service;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

const SERVICE: Service = Service::Producer;
const SONGS: u32 = 12;

/// A person whose songs are here, in front of the library.
async fn with_songs() -> Result<(Stage, Browser, Page)> {
    let stage = Stage::quick(SONGS).await?;
    stage.control().set_quirks(SERVICE, e2e::stage::ACCOUNT, false);
    let cookies = stage.cookie_file(SERVICE)?;
    let to = stage.home.library().display().to_string();
    let synced = stage.home.sync(SERVICE.as_str(), &cookies, &["--to", &to]).await?;
    assert_eq!(synced.balance.done, u64::from(SONGS), "{}", synced.complaints);
    let browser = stage.browser(Config::default()).await?;
    let page = browser.open_extension_page("app.html#library").await?;
    page.present(1280, 800, Scheme::Light).await?;
    page.wait_text("12 things").await?;
    Ok((stage, browser, page))
}

/// Seconds that have been played of what plays.
async fn played(page: &Page) -> Result<f64> {
    page.session.evaluate("document.getElementById('sound').currentTime").await
}

async fn plays_beyond(page: &Page, seconds: f64) -> Result<()> {
    let look = async || Ok((played(page).await? > seconds).then_some(()));
    let found = wait::until("time to advance", wait::LONG, look).await;
    found.with_context(|| format!("it should play beyond {seconds} s"))
}

#[tokio::test]
async fn a_song_plays_and_the_player_stays_when_another_panel_is_shown() -> Result<()> {
    let (_stage, browser, page) = with_songs().await?;
    // Songs are short: one would be over, and the next be there, before all has been looked at.
    page.session.evaluate::<bool>("document.getElementById('sound').loop = true").await?;
    page.click("button", "Play ").await?;
    plays_beyond(&page, 0.3).await?;
    // Elsewhere in the song, which needs a range of the file.
    page.session
        .evaluate::<bool>(
            "(() => { const s = document.getElementById('sound'); s.currentTime = s.duration / 2; return true })()",
        )
        .await?;
    let half: f64 = page.session.evaluate("document.getElementById('sound').duration / 2").await?;
    plays_beyond(&page, half + 0.2).await?;
    let width = "document.querySelector('.player .cover img')?.naturalWidth ?? 0";
    let is_drawn = async || {
        let width: f64 = page.session.evaluate(width).await?;
        Ok((width > 0.0).then_some(()))
    };
    wait::until("the cover to be drawn", wait::LONG, is_drawn).await?;

    page.click("link", "Queue").await?;
    page.wait_control("searchbox", |_| true).await?;
    let before = played(&page).await?;
    let goes_on = async || Ok((played(&page).await? != before).then_some(()));
    wait::until("the song to go on", wait::LONG, goes_on).await?;
    page.click("button", "Pause").await?;
    page.click("button", "Next").await?;
    plays_beyond(&page, 0.2).await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_is_typed_finds_and_what_is_deleted_comes_back() -> Result<()> {
    let (stage, _browser, page) = with_songs().await?;
    let wanted = truth::wanted(stage.control(), SERVICE, &[Variant::Mp3]);
    truth::check_files(&stage.home.library(), stage.control(), &wanted)?;
    page.click("searchbox", "Search the library").await?;
    page.session.call("Input.insertText", json!({"text": "no such words"})).await?;
    page.wait_text("Nothing matches").await?;
    page.click("button", "Clear search").await?;
    page.wait_text("12 things").await?;

    page.click("checkbox", "Select ").await?;
    page.click("button", "Delete").await?;
    page.wait_text("1 thing deleted.").await?;
    page.wait_text("11 things").await?;
    page.click("button", "Undo").await?;
    page.wait_text("12 things").await?;
    truth::check_files(&stage.home.library(), stage.control(), &wanted)?;
    Ok(())
}

#[tokio::test]
async fn a_list_that_could_not_be_read_comes_by_itself_when_it_can() -> Result<()> {
    let (stage, _browser, page) = with_songs().await?;
    let database = stage.home.data().join("mediafetcher.db");
    let mut database = SqliteConnectOptions::new().filename(database).connect().await?;
    sqlx::query("ALTER TABLE library_item RENAME TO away").execute(&mut database).await?;
    page.click("searchbox", "Search the library").await?;
    page.session.call("Input.insertText", json!({"text": "no such words"})).await?;
    page.wait_text("database could not be used").await?;
    sqlx::query("ALTER TABLE away RENAME TO library_item").execute(&mut database).await?;
    page.wait_text("Nothing matches").await?;
    Ok(())
}

/// Drops the row whose title is `row` on the place whose text begins with `place`, as the browser tells a page of it.
async fn drag(page: &Page, row: &str, place: &str) -> Result<()> {
    let script = format!(
        "(() => {{
            const row = [...document.querySelectorAll('.item')].find(e => e.innerText.includes({row:?}));
            const place = [...document.querySelectorAll('.place')].find(e => e.innerText.trim().startsWith({place:?}));
            const dataTransfer = new DataTransfer();
            const tell = (on, kind) => on.dispatchEvent(
                new DragEvent(kind, {{bubbles: true, cancelable: true, dataTransfer}}));
            const from = row.querySelector('[draggable=true]');
            tell(from, 'dragstart');
            const taken = !tell(place, 'dragover');
            if (taken) tell(place, 'drop');
            tell(from, 'dragend');
            return taken;
        }})()"
    );
    ensure!(page.session.evaluate::<bool>(&script).await?, "{place} does not take it");
    Ok(())
}

#[tokio::test]
async fn things_move_to_folders_by_pointer_and_by_keyboard_and_show_as_tiles() -> Result<()> {
    let (_stage, browser, page) = with_songs().await?;
    page.click("button", "New folder").await?;
    page.wait_control("textbox", |_| true).await?;
    page.session.call("Input.insertText", json!({"text": "Sets"})).await?;
    page.click("button", "Save").await?;
    page.wait_control("button", |name| name.starts_with("Sets")).await?;
    let first: String =
        page.session.evaluate("document.querySelector('.item .title-button').innerText").await?;
    drag(&page, &first, "Sets").await?;
    page.wait_text("1 thing moved").await?;

    // By keyboard: tick, choose the folder, press the button.
    page.session
        .evaluate::<bool>("(document.querySelectorAll('.select-box')[1].focus(), true)")
        .await?;
    press(&page, " ").await?;
    page.wait_text("1 selected").await?;
    let folder: String = page
        .session
        .evaluate("[...document.querySelectorAll('.move-choice option')].find(o => o.text === 'Sets').value")
        .await?;
    page.choose("Folder to move to", &folder).await?;
    page.session
        .evaluate::<bool>("(document.querySelector('.move-choice button').focus(), true)")
        .await?;
    press(&page, "Enter").await?;
    page.click("button", "Sets").await?;
    page.wait_text("2 things").await?;

    page.click("button", "Grid").await?;
    let covers = async || {
        let count =
            "[...document.querySelectorAll('.tile img')].filter(i => i.naturalWidth > 0).length";
        let seen: u32 = page.session.evaluate(count).await?;
        Ok((seen == 2).then_some(()))
    };
    wait::until("two covers", wait::LONG, covers).await?;
    page.reload().await?;
    page.wait_text("12 things").await?;
    page.wait_control("button", |name| name == "Grid").await?;
    let tiles = async || {
        let seen: u32 = page.session.evaluate("document.querySelectorAll('.tile').length").await?;
        Ok((seen == 12).then_some(()))
    };
    wait::until("tiles again", wait::LONG, tiles).await?;
    page.click("button", "Play ").await?;
    plays_beyond(&page, 0.3).await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

/// Waits until the titles in sight have `there` and not `gone`.
async fn wait_titles(page: &Page, there: &str, gone: &str) -> Result<()> {
    let look = async || {
        let script = "[...document.querySelectorAll('.title-button')].map(e => e.innerText)";
        let titles: Vec<String> = page.session.evaluate(script).await?;
        let has = |title: &str| titles.iter().any(|there| there == title);
        Ok((has(there) && !has(gone)).then_some(()))
    };
    wait::until(&format!("{there:?} instead of {gone:?}"), wait::LONG, look).await
}

#[tokio::test]
async fn a_title_is_changed_in_the_dialog_and_changed_back() -> Result<()> {
    const NEW: &str = "Quite another title";
    let (_stage, browser, page) = with_songs().await?;
    let first: String =
        page.session.evaluate("document.querySelector('.item .title-button').innerText").await?;
    page.click("button", &first).await?;
    page.click("button", "Edit").await?;
    page.wait_control("textbox", |name| name == "Title").await?;
    // What was written there is selected, so that what is typed takes its place.
    let old: String = page
        .session
        .evaluate("(() => { const e = document.activeElement; e.select(); return e.value })()")
        .await?;
    page.session.call("Input.insertText", json!({"text": NEW})).await?;
    page.click("button", "Save").await?;
    page.wait_text("1 thing changed.").await?;
    wait_titles(&page, NEW, &old).await?;
    let focused: bool =
        page.session.evaluate("document.activeElement.matches('.title-button')").await?;
    ensure!(focused, "the focus does not come back from the dialogs");

    page.click("button", "Undo").await?;
    page.wait_text("1 thing is as it was before.").await?;
    wait_titles(&page, &old, NEW).await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}
