//! Every page and panel, with real content, as axe-core sees it: nothing serious, in light and dark.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result};
use e2e::axe::Inspector;
use e2e::browser::{Browser, Config};
use e2e::member::{Member, SITE};
use e2e::popup::{self, Popup};
use e2e::stage::{self, Stage};
use e2e::wait;
use protocol::Source;
use serde_json::json;
use simulator::Service;

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
                page.click("button", "Play ").await?;
                page.wait_control("button", |name| name == "Pause").await?;
                inspector.look(&page, "library with a selection and the player").await?;
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
    let panels = ["queue", "send", "library", "history", "settings", "checklist"];
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
    for (panel, text) in
        [("queue", "Nothing here"), ("library", "Nothing here"), ("history", "No download yet")]
    {
        let page = browser.open_extension_page(&format!("app.html#{panel}")).await?;
        page.wait_text(text).await?;
        inspector.look(&page, &format!("{panel} with nothing in it")).await?;
        page.session.close().await?;
    }
    inspector.judge()
}
