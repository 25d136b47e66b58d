//! "Send to MediaFetcher" in real Chromium with a window: from the menu, the popup, a panel, a key and the address
//! bar, with the sign-in that the person allows, and without.
#![cfg(target_os = "linux")]

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Config};
use e2e::media_facts;
use e2e::member::{Member, SITE};
use e2e::page::Page;
use e2e::permission::agree_beforehand;
use e2e::popup;
use e2e::stage::Stage;
use e2e::wait;
use protocol::shelf::LibraryItem;
use serde_json::json;
use simulator::VIDEOS;
use std::collections::BTreeSet;

/// From below: the browser's own last entries are one on links and two on pages.
const ON_LINKS: usize = 2;
const ON_PAGES: usize = 3;
const COOKIES: [&str; 2] = ["session", "__Host-part"];

fn titled<'a>(items: &'a [LibraryItem], title: &str) -> Result<&'a LibraryItem> {
    let titles: Vec<_> = items.iter().map(|item| &item.title).collect();
    let found = items.iter().find(|item| item.title == title);
    found.with_context(|| format!("no {title:?} among {titles:?}"))
}

/// How many requests for `path` carried a cookie, of how many. The browser itself is elsewhere on the site.
fn with_cookies(stage: &Stage, path: &str) -> (usize, usize) {
    let log = stage.control().log();
    let all = log.iter().filter(|entry| entry.host == VIDEOS && entry.path == path);
    (all.clone().filter(|entry| entry.cookie).count(), all.count())
}

#[tokio::test]
async fn all_that_is_sent_from_behind_a_sign_in_is_in_the_library() -> Result<()> {
    let member = Member::new().await?;
    let page = member.sign_in().await?;
    member.allow_in_popup(&page).await?;

    let link = "a[href$='/watch/hls']";
    member.send_by_menu(&page, link, ON_LINKS, 1).await?;
    page.go_to(&format!("{SITE}/watch/webm")).await?;
    member.send_by_menu(&page, "h1", ON_PAGES, 2).await?;
    for path in ["/watch/mp4", "/feed.xml", "/list"] {
        member.choose_send_page(path).await?;
    }
    member.jobs_at_rest(5).await?;
    let video = json!({
        "pageUrl": format!("{SITE}/watch/mp4"),
        "mediaType": "video",
        "srcUrl": format!("{SITE}/files/clip.mp4"),
    });
    member.choose_send(video).await?;
    let jobs = member.jobs_at_rest(6).await?;
    let sum = Member::sum(&jobs);
    // A stream, a WebM, an MP4 from its page and by itself, three episodes, twelve of a list.
    assert_eq!((jobs.len(), sum.listed, sum.done + sum.already), (6, 19, 19), "{jobs:#?}");

    let items = member.library().await?;
    let root = member.stage.home.library();
    let codecs = async |title: &str| {
        let file = root.join(&titled(&items, title)?.name);
        media_facts::codecs(&file).await
    };
    assert!(codecs("Tide at the pier").await?.starts_with("h264+aac"));
    assert!(codecs("Harbour in two sizes").await?.starts_with("h264+aac"));
    let lighthouse = std::fs::read(root.join(&titled(&items, "Lighthouse")?.name))?;
    let truth = member.stage.control().videos().truth("clip.mp4").context("no clip")?.to_vec();
    ensure!(lighthouse == truth, "the MP4 is not what the site has");
    assert_eq!(items.iter().filter(|item| item.codec == "mp3").count(), 3);
    assert_cookies_stayed(&member.stage);
    Ok(())
}

/// Waits until the newest job has brought its one page home.
async fn comes_home(member: &Member) -> Result<()> {
    let look = async || {
        let jobs = popup::jobs(&member.stage.home).await?;
        Ok(jobs.first().is_some_and(|job| job.balance.done == 1).then_some(()))
    };
    wait::until("the page to come home", wait::LONG, look).await
}

/// Sends a page whose sign-in may not be used.
async fn sent_without_sign_in(member: &Member, path: &str, jobs: usize) -> Result<()> {
    member.stage.control().clear_log();
    member.choose_send_page(path).await?;
    let jobs = member.jobs_at_rest(jobs).await?;
    assert_eq!(jobs[0].balance.needs_you, 1, "{jobs:#?}");
    let (with, all) = with_cookies(&member.stage, path);
    assert_eq!(with, 0);
    ensure!(all > 0, "nobody asked for {path}");
    Ok(())
}

fn assert_cookies_stayed(stage: &Stage) {
    for cookie in COOKIES {
        let saw = stage.control().hosts_that_saw(cookie);
        assert_eq!(saw, BTreeSet::from([VIDEOS.to_owned()]), "{cookie}");
    }
}

#[tokio::test]
async fn a_row_of_the_queue_that_needs_the_sign_in_asks_for_it_and_goes_on() -> Result<()> {
    let member = Member::new().await?;
    member.sign_in().await?;
    sent_without_sign_in(&member, "/watch/mp4", 1).await?;
    let queue = member.browser.open_extension_page("app.html#queue").await?;
    queue.wait_text("Needs your sign-in on videos.example.com.").await?;
    let ask = async || queue.click("button", "Use my sign-in on videos.example.com").await;
    member.screen.deny(ask).await?;
    queue.wait_text("You did not allow it").await?;
    member.screen.allow(ask).await?;
    comes_home(&member).await?;
    titled(&member.library().await?, "Lighthouse")?;
    assert_cookies_stayed(&member.stage);
    Ok(())
}

#[tokio::test]
async fn what_waits_goes_on_when_the_popup_was_allowed_and_a_forgotten_site_gets_nothing()
-> Result<()> {
    let member = Member::new().await?;
    let page = member.sign_in().await?;
    sent_without_sign_in(&member, "/watch/webm", 1).await?;
    // The popup closes before it hears the answer.
    member.allow_in_popup(&page).await?;
    comes_home(&member).await?;
    assert_cookies_stayed(&member.stage);

    let over = member.popup_over(&page).await?;
    over.page.click("button", "Forget this site").await?;
    let gone = async || Ok((!member.is_allowed().await?).then_some(()));
    wait::until("the site to be forgotten", wait::LONG, gone).await?;
    over.page.wait_text("is forgotten").await?;
    sent_without_sign_in(&member, "/watch/mp4", 2).await?;
    // The browser remembers that it was allowed once, and asks no more.
    over.page.click("button", "Use my sign-in on videos.example.com").await?;
    comes_home(&member).await?;
    titled(&member.library().await?, "Lighthouse")?;
    assert_cookies_stayed(&member.stage);
    Ok(())
}

/// Signed in and allowed, without a window.
async fn allowed() -> Result<(Stage, Browser, Page)> {
    let stage = Stage::quick(1).await?;
    let browser = stage.browser(Config::default()).await?;
    let site = browser.open(&format!("{SITE}/sign-in")).await?;
    site.click("button", "Sign in").await?;
    site.wait_text("/watch/webm").await?;
    agree_beforehand(&browser, "https://*/*").await?;
    let page = browser.open_extension_page("app.html#send").await?;
    let ask =
        format!("chrome.permissions.request({{origins: ['{SITE}/*', 'https://example.com/*']}})");
    ensure!(page.session.evaluate::<bool>(&ask).await?, "the site is not allowed");
    Ok((stage, browser, page))
}

#[tokio::test]
async fn what_is_pasted_typed_or_sent_by_key_comes_home() -> Result<()> {
    let (stage, browser, page) = allowed().await?;
    let text = format!(
        "{SITE}/watch/mp4\n{SITE}/list\nnot an address\nhttps://media.example.net/podcast/episode-1.mp3"
    );
    page.click("textbox", "Addresses").await?;
    page.session.call("Input.insertText", json!({"text": text})).await?;
    page.wait_text("3 addresses, 1 line is none").await?;
    page.click("button", "Send").await?;
    page.wait_text("3 addresses sent").await?;

    let worker = browser.worker().await?;
    let typed = format!("{}/watch/hls", SITE.trim_start_matches("https://"));
    let script = format!("chrome.omnibox.onInputEntered.dispatch({typed:?}, 'currentTab'); null");
    worker.evaluate::<Option<()>>(&script).await?;
    let site = browser.open(&format!("{SITE}/watch/webm")).await?;
    site.session.call("Page.bringToFront", json!({})).await?;
    let script = "chrome.tabs.query({active: true, lastFocusedWindow: true})
        .then(([tab]) => { chrome.commands.onCommand.dispatch('send-page', tab); return null; })";
    worker.evaluate::<Option<()>>(script).await?;

    let look = async || {
        let jobs = popup::jobs(&stage.home).await?;
        let sum = Member::sum(&jobs);
        let rests = jobs.iter().all(|job| job.balance.pending == 0 && job.balance.listed > 0);
        Ok((jobs.len() == 4 && rests).then_some((sum.listed, sum.done)))
    };
    let limit = popup::DOWNLOAD_LIMIT / 5;
    let sums = wait::until("everything to come home", limit, look).await;
    let sums = match sums {
        Ok(sums) => sums,
        Err(error) => return Err(error).context(format!("{:#?}", popup::jobs(&stage.home).await?)),
    };
    assert_eq!(sums, (16, 16), "{:#?}", popup::jobs(&stage.home).await?);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}
