//! Each flow of the library by keyboard alone: nothing here touches a mouse or gives the focus to anything but by keys.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Config};
use e2e::keyboard::Way::{Back, Forward};
use e2e::keyboard::{focused, go_to, press, select_text, write};
use e2e::page::{Page, Scheme};
use e2e::stage::{ACCOUNT, Stage};
use e2e::wait;
use simulator::Service;

const SERVICE: Service = Service::Producer;
const SONGS: u32 = 12;

/// A person whose songs are here, in front of the library, with nothing that has the focus.
async fn with_songs() -> Result<(Stage, Browser, Page)> {
    let stage = Stage::quick(SONGS).await?;
    stage.control().set_quirks(SERVICE, ACCOUNT, false);
    let cookies = stage.cookie_file(SERVICE)?;
    let to = stage.home.library().display().to_string();
    stage.home.sync(SERVICE.as_str(), &cookies, &["--to", &to]).await?;
    let browser = stage.browser(Config::default()).await?;
    let page = browser.open_extension_page("app.html#library").await?;
    page.present(1280, 800, Scheme::Light).await?;
    page.wait_text("12 things").await?;
    Ok((stage, browser, page))
}

/// Goes to the first thing of the list, from the search box on: it is past everything that is above and beside the list.
async fn go_to_list(page: &Page) -> Result<()> {
    press(page, "/").await?;
    go_to(page, Forward, "checkbox", "Select ").await
}

async fn has_focus(page: &Page, role: &str, name: &str) -> Result<()> {
    let mut seen = None;
    let look = async || {
        seen = focused(page).await?;
        let is_there = seen.as_ref().is_some_and(|it| it.role == role && it.name.starts_with(name));
        Ok(is_there.then_some(()))
    };
    let found = wait::until(&format!("the focus at {role} {name:?}"), wait::LONG, look).await;
    found.with_context(|| format!("it is at {seen:?}"))
}

async fn holds(page: &Page, what: &str, script: &str) -> Result<()> {
    let look = async || Ok(page.session.evaluate::<bool>(script).await?.then_some(()));
    wait::until(what, wait::LONG, look).await
}

#[tokio::test]
async fn a_folder_is_made_and_what_is_selected_is_moved_deleted_and_brought_back() -> Result<()> {
    let (_stage, browser, page) = with_songs().await?;
    go_to(&page, Forward, "button", "New folder").await?;
    press(&page, "Enter").await?;
    has_focus(&page, "textbox", "Name of the new folder").await?;
    write(&page, "Evening").await?;
    press(&page, "Enter").await?;
    page.wait_control("button", |name| name.starts_with("Evening")).await?;

    go_to_list(&page).await?;
    press(&page, " ").await?;
    page.wait_text("1 selected").await?;
    press(&page, "ArrowDown").await?;
    has_focus(&page, "button", "Play ").await?;
    go_to(&page, Back, "checkbox", "Select ").await?;
    press(&page, " ").await?;
    page.wait_text("2 selected").await?;
    go_to(&page, Back, "combobox", "Folder to move to").await?;
    press(&page, "ArrowDown").await?;
    go_to(&page, Forward, "button", "Move there").await?;
    press(&page, "Enter").await?;
    page.wait_text("2 things moved").await?;
    go_to(&page, Back, "button", "Evening").await?;
    press(&page, "Enter").await?;
    page.wait_text("2 things").await?;

    go_to_list(&page).await?;
    press(&page, " ").await?;
    go_to(&page, Back, "button", "Delete").await?;
    press(&page, "Enter").await?;
    page.wait_text("1 thing deleted.").await?;
    go_to(&page, Forward, "button", "Undo").await?;
    press(&page, "Enter").await?;
    page.wait_text("1 thing is back.").await?;
    page.wait_text("2 things").await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_title_is_changed_and_changed_back() -> Result<()> {
    let (_stage, browser, page) = with_songs().await?;
    go_to_list(&page).await?;
    press(&page, "ArrowDown").await?;
    // The row's own button has the focus; its title is the next but one.
    has_focus(&page, "button", "Play ").await?;
    let title =
        focused(&page).await?.map(|it| it.name.replacen("Play ", "", 1)).unwrap_or_default();
    go_to(&page, Forward, "button", &title).await?;
    press(&page, "Enter").await?;
    page.wait_text("SHA-256").await?;
    go_to(&page, Forward, "button", "Edit").await?;
    press(&page, "Enter").await?;
    has_focus(&page, "textbox", "Title").await?;
    select_text(&page).await?;
    write(&page, "By keys alone").await?;
    press(&page, "Enter").await?;
    page.wait_text("1 thing changed.").await?;
    page.wait_control("button", |name| name == "Play By keys alone").await?;
    go_to(&page, Forward, "button", "Undo").await?;
    press(&page, "Enter").await?;
    page.wait_control("button", |name| name == format!("Play {title}")).await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn songs_are_played_and_looked_through_as_a_list_and_as_tiles() -> Result<()> {
    let (_stage, browser, page) = with_songs().await?;
    go_to_list(&page).await?;
    press(&page, "End").await?;
    has_focus(&page, "button", "Play ").await?;
    press(&page, "Home").await?;
    has_focus(&page, "button", "Play ").await?;
    press(&page, " ").await?;
    holds(&page, "sound", "document.getElementById('sound').currentTime > 0.2").await?;
    // Over a song that has ended another begins by itself.
    go_to(&page, Forward, "button", "Next").await?;
    press(&page, "Enter").await?;
    go_to(&page, Back, "button", "Pause").await?;
    press(&page, " ").await?;
    holds(&page, "a pause", "document.getElementById('sound').paused").await?;
    go_to(&page, Forward, "slider", "Position").await?;
    press(&page, "Home").await?;
    press(&page, "ArrowRight").await?;
    holds(&page, "elsewhere", "document.getElementById('sound').currentTime === 1").await?;

    go_to(&page, Back, "button", "Grid").await?;
    press(&page, "Enter").await?;
    holds(&page, "tiles", "document.querySelectorAll('.tile').length === 12").await?;
    go_to_list(&page).await?;
    let first = focused(&page).await?;
    press(&page, "ArrowRight").await?;
    has_focus(&page, "button", "Play ").await?;
    go_to(&page, Back, "checkbox", "Select ").await?;
    ensure!(focused(&page).await? != first, "the arrow does not go on to the next tile");
    press(&page, "ArrowDown").await?;
    has_focus(&page, "button", "Play ").await?;
    press(&page, " ").await?;
    holds(&page, "sound again", "!document.getElementById('sound').paused").await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn what_is_searched_is_found_and_kept_and_dialogs_give_the_focus_back() -> Result<()> {
    let (_stage, browser, page) = with_songs().await?;
    press(&page, "/").await?;
    has_focus(&page, "searchbox", "Search the library").await?;
    write(&page, "no such words").await?;
    page.wait_text("Nothing matches").await?;
    go_to(&page, Back, "button", "Keep this search").await?;
    press(&page, "Enter").await?;
    has_focus(&page, "textbox", "Name of the search").await?;
    select_text(&page).await?;
    write(&page, "Nowhere").await?;
    press(&page, "Enter").await?;
    page.wait_text("Nowhere is kept.").await?;
    press(&page, "/").await?;
    press(&page, "Escape").await?;
    page.wait_text("12 things").await?;

    go_to(&page, Back, "button", "Import").await?;
    press(&page, "Enter").await?;
    page.wait_text("Take in a folder").await?;
    go_to(&page, Forward, "button", "Choose a folder").await?;
    press(&page, "Escape").await?;
    has_focus(&page, "button", "Import").await?;
    // Chromium notes of a dialog that opens that the button still had the focus when it came into the page.
    let is_note = |line: &String| line.contains("Autofocus processing was blocked");
    let complaints = browser.complaints().into_iter().filter(|line| !is_note(line));
    assert_eq!(complaints.collect::<Vec<_>>(), Vec::<String>::new());
    Ok(())
}
