//! Every page and panel, with real content, as axe-core sees it: nothing serious, in light and dark.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result};
use e2e::axe::Inspector;
use e2e::browser::{Browser, Config};
use e2e::keyboard;
use e2e::member::{Member, SITE};
use e2e::page::Page;
use e2e::popup::{self, Popup};
use e2e::stage::{self, ACCOUNT, Stage};
use e2e::wait;
use protocol::Source;
use serde_json::json;
use simulator::Service;
use simulator::discogs::Sizes;

/// So that silence means something.
#[tokio::test]
async fn what_cannot_be_read_or_named_is_found() -> Result<()> {
    let browser = Browser::start(&Config::default()).await?;
    let page = browser
        .open(
            "data:text/html,<html lang=en><title>A</title><main><h1>A</h1><button></button>\
               <p style='color:%23bbb;background:%23fff'>pale</p></main>",
        )
        .await?;
    let mut inspector = Inspector::new()?;
    inspector.look(&page, "bad").await?;
    let found = format!("{:#}", inspector.judge().expect_err("nothing was found"));
    assert!(found.contains("button-name") && found.contains("color-contrast"), "{found}");
    Ok(())
}

/// Songs and pages in every state that the queue knows.
async fn with_content() -> Result<Member> {
    let member = Member::with_songs(12).await?;
    let home = &member.stage.home;
    let cookies = member.stage.cookie_file(Service::Producer)?;
    let to = home.library().display().to_string();
    home.sync(Service::Producer.as_str(), &cookies, &["--to", &to]).await?;
    let attic = home.file("Attic");
    std::fs::create_dir(&attic)?;
    for name in ["Nothing.mp3", "Nothing again.mp3"] {
        std::fs::write(attic.join(name), "")?;
    }
    home.run(&["library", "import", &attic.display().to_string()]).await?;
    member.browser.open(&stage::sign_in_address(Service::Producer)).await?;
    for path in ["/public/watch/webm", "/public/broken", "/public/gone", "/watch/mp4"] {
        member.choose_send_page(path).await?;
    }
    let rests = async || {
        let jobs = popup::jobs(home).await?;
        let web: Vec<_> = jobs.iter().filter(|job| job.source == Source::Web).collect();
        let rests =
            |job: &&protocol::JobSummary| job.balance.listed > 0 && job.balance.pending == 0;
        Ok((web.len() == 4 && web.iter().all(rests)).then_some(()))
    };
    wait::until("what was sent to come to rest", popup::DOWNLOAD_LIMIT / 5, rests).await?;
    // And one that goes on for as long as anybody looks.
    member.choose_send_page("/public/watch/slow").await?;
    Ok(member)
}

/// What opens over the library, and the player with a picture and without.
async fn of_the_library(page: &Page, inspector: &mut Inspector) -> Result<()> {
    page.click("button", "Edit").await?;
    page.wait_text("Fields that you leave empty").await?;
    inspector.look(page, "edit").await?;
    page.click("button", "Close").await?;
    page.click("button", "Clear selection").await?;

    page.click("button", "New folder").await?;
    page.wait_control("textbox", |name| name == "Name of the new folder").await?;
    inspector.look(page, "the name of a new folder").await?;
    keyboard::write(page, "Evening").await?;
    page.click("button", "Save name").await?;
    page.click("button", "Evening").await?;
    page.wait_text("This folder is empty").await?;
    page.click("button", "Remove").await?;
    page.wait_text("Remove the folder Evening?").await?;
    inspector.look(page, "a question about a folder").await?;
    page.click("button", "Keep").await?;
    page.click("button", "Everything").await?;

    page.choose("Kind", "video").await?;
    page.click("button", "Keep this search").await?;
    page.wait_control("textbox", |name| name == "Name of the search").await?;
    inspector.look(page, "the name of a search").await?;
    page.click("button", "Close").await?;
    page.choose("Kind", "").await?;

    page.click("button", "Import").await?;
    page.wait_text("Every file was looked at").await?;
    let unfold = "document.querySelectorAll('dialog details').forEach(e => { e.open = true })";
    page.session.evaluate::<Option<()>>(unfold).await?;
    inspector.look(page, "import").await?;
    page.click("button", "Close").await?;

    page.click("button", "Grid").await?;
    page.wait_control("button", |name| name.starts_with("Play ")).await?;
    inspector.look(page, "grid").await?;
    page.click("searchbox", "Search the library").await?;
    keyboard::write(page, "Tide").await?;
    page.wait_text("1 thing").await?;
    page.click("button", "Play Tide").await?;
    page.wait_control("button", |name| name == "Make the video small").await?;
    inspector.look(page, "a video, large").await?;
    page.click("button", "Make the video small").await?;
    inspector.look(page, "a video, small").await?;
    keyboard::press(page, "/").await?;
    keyboard::press(page, "Escape").await?;
    page.choose("Kind", "audio").await?;
    page.click("button", "Play ").await?;
    page.wait_control("button", |name| name == "Pause").await?;
    inspector.look(page, "sound").await
}

#[tokio::test]
async fn nothing_serious_is_found_in_the_app_page() -> Result<()> {
    let member = with_content().await?;
    let mut inspector = Inspector::new()?;
    let words = [
        ("queue", "Slow boat"),
        ("send", "No address yet"),
        ("library", "Tide at the pier"),
        ("history", ""),
        ("settings", "Sending pages"),
        ("checklist", ""),
        ("about", ""),
    ];
    for (panel, text) in words {
        let page = member.browser.open_extension_page(&format!("app.html#{panel}")).await?;
        page.wait_text(text).await?;
        inspector.look(&page, panel).await?;
        match panel {
            "queue" => {
                page.click("checkbox", "Select Lighthouse")
                    .await
                    .or(page.click("checkbox", "Select ").await)?;
                inspector.look(&page, "queue with a selection").await?;
            }
            "send" => {
                page.click("textbox", "Addresses").await?;
                let text = format!("{SITE}/public/list\nhttp://127.0.0.1/\nno address");
                page.session.call("Input.insertText", json!({"text": text})).await?;
                page.wait_text("2 addresses").await?;
                inspector.look(&page, "send with addresses").await?;
            }
            "library" => {
                page.click("button", "Tide at the pier").await?;
                page.wait_text("SHA-256").await?;
                inspector.look(&page, "details").await?;
                page.reload().await?;
                page.wait_text("Tide at the pier").await?;
                page.click("checkbox", "Select ").await?;
                inspector.look(&page, "library with a selection").await?;
                of_the_library(&page, &mut inspector).await?;
            }
            _ => {}
        }
        page.session.close().await?;
    }
    let page = member.browser.open_extension_page("onboarding.html").await?;
    page.wait_text("1").await?;
    inspector.look(&page, "onboarding").await?;
    inspector.judge()
}

/// Discogs: each look of a list, and all that opens over it.
#[tokio::test]
async fn nothing_serious_is_found_in_the_collection() -> Result<()> {
    let stage = Stage::quick(1).await?;
    stage.read_collection(Sizes { copies: 40, wants: 3, listings: 0 }).await?;
    let browser = stage.browser(Config::default()).await?;
    let mut inspector = Inspector::new()?;
    let page = browser.open_extension_page("app.html#collection").await?;
    page.wait_text("40 of 40, each once").await?;
    for (look, text) in [("Covers", "40 entries"), ("Table", "Release"), ("Statistics", "By genre")]
    {
        page.click("radio", look).await?;
        page.wait_text(text).await?;
        inspector.look(&page, look).await?;
    }
    page.click("radio", "Table").await?;
    page.click("button", "Genre").await?;
    page.wait_control("checkbox", |name| name.starts_with("Electronic")).await?;
    inspector.look(&page, "a choice of genres").await?;
    page.click("checkbox", "Electronic").await?;
    keyboard::press(&page, "Escape").await?;
    page.click("checkbox", "Select ").await?;
    page.wait_text("1 selected").await?;
    inspector.look(&page, "a filter in force and a copy that is ticked").await?;
    page.click("button", "Export selected").await?;
    page.wait_text("1 entry only:").await?;
    inspector.look(&page, "an export of what is ticked").await?;
    page.click("button", "Close").await?;
    page.click("button", "Clear selection").await?;
    page.click("button", "Clear all").await?;
    page.wait_text("40 entries").await?;
    let first_row = async || {
        let script = "document.querySelector('.item .row-focus')?.innerText ?? ''";
        let title: String = page.session.evaluate(script).await?;
        Ok((!title.is_empty()).then_some(title))
    };
    let title = wait::until("a row", wait::LONG, first_row).await?;
    page.click("button", &title).await?;
    page.wait_text("Details of ").await?;
    inspector.look(&page, "a record").await?;
    page.click("button", "Close").await?;

    page.click("button", "Export").await?;
    page.click("button", "Write the table").await?;
    page.wait_text("40 of 40: nothing is missing.").await?;
    inspector.look(&page, "an export").await?;
    page.click("button", "Close").await?;

    page.click("button", "Add an account").await?;
    page.click("radio", "Public lists").await?;
    inspector.look(&page, "signing in by name").await?;
    page.click("radio", "Application").await?;
    inspector.look(&page, "signing in by an application").await?;
    page.click("radio", "With a token").await?;
    inspector.look(&page, "signing in with a token").await?;
    page.click("button", "Close").await?;

    stage.control().discogs().renew_token(ACCOUNT);
    page.click("button", "Read again").await?;
    page.click("radio", "Details and prices").await?;
    page.wait_text("releases, ").await?;
    inspector.look(&page, "what reading takes").await?;
    page.click("button", "Start reading").await?;
    page.wait_text("Reading needs you").await?;
    inspector.look(&page, "a run that needs somebody").await?;
    page.click("button", "Kept answers").await?;
    page.wait_text("Forget answers").await?;
    inspector.look(&page, "kept answers").await?;
    page.click("button", "Wantlist").await?;
    page.wait_text("Nothing of this list was read yet").await?;
    inspector.look(&page, "a list that was never read").await?;
    let astray = "location.hash = '#collection?user=somebody'";
    page.session.evaluate::<String>(astray).await?;
    page.wait_text("No account called somebody").await?;
    inspector.look(&page, "an address that leads nowhere").await?;
    inspector.judge()
}

#[tokio::test]
async fn nothing_serious_is_found_in_the_popup() -> Result<()> {
    let member = with_content().await?;
    let mut inspector = Inspector::new()?;
    let popup = Popup::open(&member.browser).await?;
    popup.choose_site(Source::Producer).await?;
    popup.page.wait_text("Signed in as").await?;
    inspector.look(&popup.page, "popup after a download").await?;
    popup.choose_site(Source::Flowmusic).await?;
    inspector.look(&popup.page, "popup of a site where nobody is signed in").await?;
    popup.page.session.close().await?;

    let page = member.sign_in().await?;
    let over = member.popup_over(&page).await?;
    over.page.wait_text("Send this page").await?;
    inspector.look(&over.page, "popup over a page").await?;
    over.page.session.close().await?;
    member.allow_in_popup(&page).await?;
    let over = member.popup_over(&page).await?;
    over.page.wait_text("Forget this site").await?;
    inspector.look(&over.page, "popup over a page that is allowed").await?;
    inspector.judge()
}

#[tokio::test]
async fn nothing_serious_is_found_where_the_program_is_missing_or_nothing_is_there() -> Result<()> {
    let mut inspector = Inspector::new()?;
    let browser = Browser::start(&Config::default()).await?;
    let panels = ["queue", "send", "library", "collection", "history", "settings", "checklist"];
    let panels = panels.map(|panel| format!("app.html#{panel}"));
    for name in ["popup.html".to_owned(), "onboarding.html".to_owned()].iter().chain(&panels) {
        let page = browser.open_extension_page(name).await?;
        let there = page.wait_control("button", |name| name == "Check again").await;
        there.with_context(|| format!("{name} without the program"))?;
        inspector.look(&page, &format!("{name} without the program")).await?;
        page.session.close().await?;
    }
    drop(browser);
    let stage = Stage::quick(1).await?;
    let browser = stage.browser(Config::default()).await?;
    for (panel, text) in [
        ("queue", "Nothing here"),
        ("library", "Nothing here"),
        ("collection", "Your records"),
        ("history", "No download yet"),
    ] {
        let page = browser.open_extension_page(&format!("app.html#{panel}")).await?;
        page.wait_text(text).await?;
        inspector.look(&page, &format!("{panel} with nothing in it")).await?;
        page.session.close().await?;
    }
    inspector.judge()
}
