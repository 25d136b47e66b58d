//! The simulator's video site in real Chromium: what it sets and shows is what a real site would.

use anyhow::{Context, Result};
use e2e::browser::{Browser, Config, Proxy};
use e2e::page::Page;
use e2e::permission::agree_beforehand;
use e2e::wait;
use serde_json::json;
use simulator::{Simulator, VIDEO_FILES, VIDEOS};
use std::collections::BTreeSet;

const SITE: &str = "https://videos.example.com";

async fn stage() -> Result<(Simulator, Browser)> {
    // It blocks while it starts its own threads.
    let start = || Simulator::start(simulator::Config { songs: 1, ..Default::default() });
    let simulator = tokio::task::spawn_blocking(start).await??;
    let proxy =
        Proxy { url: simulator.proxy_url(), spki: simulator.spki_sha256_base64().to_owned() };
    let browser = Browser::start(&Config { proxy: Some(proxy), ..Config::default() }).await?;
    Ok((simulator, browser))
}

async fn sign_in(browser: &Browser) -> Result<Page> {
    let page = browser.open(&format!("{SITE}/watch/webm")).await?;
    page.wait_text("Sign in to watch").await?;
    page.click("button", "Sign in").await?;
    page.wait_text("/watch/webm").await?;
    Ok(page)
}

/// Plays the video of the page from its middle, without sound. No call waits for the video: one that stands still is
/// asked again, and says at the end how it stands. Chromium loads no video in a tab that was always behind another, and
/// the extension's first page may open after this one: so it is brought to the front.
async fn plays(page: &Page) -> Result<()> {
    let script = "(() => {
        const video = document.querySelector('video');
        if (!video) return 'no video yet';
        const {readyState, networkState, currentTime, paused, seeking, error} = video;
        if (currentTime > 3.0) return 'plays';
        video.muted = true;
        if (paused) video.play().catch(() => null);
        else if (readyState > 1 && !seeking && currentTime < 2.5) video.currentTime = 2.5;
        return JSON.stringify({readyState, networkState, currentTime, paused, seeking, error: error?.message});
    })()";
    let mut stands = String::new();
    let look = async || {
        page.session.call("Page.bringToFront", json!({})).await?;
        stands = page.session.evaluate(script).await?;
        Ok((stands == "plays").then_some(()))
    };
    let found = wait::until("the video to go on", wait::LONG, look).await;
    found.with_context(|| format!("it stands at {stands}"))
}

#[tokio::test]
async fn a_member_sees_moving_pictures_and_the_cookies_stay_at_their_host() -> Result<()> {
    let (simulator, browser) = stage().await?;
    let page = sign_in(&browser).await?;
    for path in ["/watch/webm", "/watch/mp4"] {
        page.go_to(&format!("{SITE}{path}")).await?;
        plays(&page).await.context(path)?;
    }
    // A browser would send cookies here, too, if it had any for this host.
    let asked = page.session.evaluate::<String>(
        "fetch('https://media.example.net/podcast/episode-1.mp3', {mode: 'no-cors', credentials: 'include'})
            .then((answer) => answer.type)",
    );
    assert_eq!(asked.await?, "opaque");
    let log = simulator.control().log();
    assert!(log.iter().any(|entry| entry.host == VIDEO_FILES && entry.status == 200));
    for cookie in ["session", "__Host-part"] {
        let saw = simulator.control().hosts_that_saw(cookie);
        assert_eq!(saw, BTreeSet::from([VIDEOS.to_owned()]), "{cookie}");
    }
    Ok(())
}

#[tokio::test]
async fn an_extension_with_the_site_reads_both_cookies_one_by_its_partition() -> Result<()> {
    let (_simulator, browser) = stage().await?;
    sign_in(&browser).await?;
    agree_beforehand(&browser, "https://*/*").await?;
    let page = browser.open_extension_page("app.html").await?.session;
    let script = format!("chrome.permissions.request({{origins: ['{SITE}/*']}})");
    assert!(page.evaluate::<bool>(&script).await?);
    let names = async |more: &str| {
        let script = format!(
            "chrome.cookies.getAll({{url: '{SITE}/watch/webm'{more}}})
                .then((all) => all.map((one) => [one.name, one.httpOnly, one.partitionKey?.topLevelSite]))"
        );
        page.evaluate::<Vec<(String, bool, Option<String>)>>(&script).await
    };
    let partition = Some("https://example.com".to_owned());
    let expected =
        [("__Host-part".to_owned(), true, partition), ("session".to_owned(), true, None)];
    assert_eq!(names("").await?, expected[1..]);
    let mut both = names(", partitionKey: {}").await?;
    both.sort();
    assert_eq!(both, expected);
    Ok(())
}
