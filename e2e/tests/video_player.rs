//! What was sent from pages of the web plays in the app page: moving pictures, subtitles, and sound after it.
//!
//! The things are fetched for real: `mediafetcher send` with the cookies of the simulator's video site, yt-dlp, ffmpeg.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Config};
use e2e::keyboard::press;
use e2e::page::{Page, Scheme};
use e2e::stage::Stage;
use e2e::wait;
use protocol::shelf::{LibraryItem, MediaKind};
use serde_json::json;

const SITE: &str = "https://videos.example.com";
const EPISODE: &str = "https://media.example.net/podcast/episode-1.mp3";
/// The converted one with subtitles, and the one of a stream.
const TIDE: &str = "Tide at the pier";
const HARBOUR: &str = "Harbour in two sizes";

/// A person who sent pages of the site, in front of the library.
async fn with_sent(paths: &[&str], more: &[&str]) -> Result<(Stage, Browser, Page)> {
    let stage = Stage::quick(1).await?;
    let cookies = stage.video_cookie_file()?.display().to_string();
    let pages: Vec<String> = paths.iter().map(|path| format!("{SITE}{path}")).collect();
    let addresses = pages.iter().map(String::as_str).chain(more.iter().copied());
    let arguments: Vec<&str> =
        ["send", "--cookies", &cookies].into_iter().chain(addresses).collect();
    stage.home.succeed(&arguments).await?;
    let browser = stage.browser(Config::default()).await?;
    let page = browser.open_extension_page("app.html#library").await?;
    page.present(1280, 800, Scheme::Light).await?;
    Ok((stage, browser, page))
}

/// Evaluates with `v`, the media element.
async fn of_element<T: serde::de::DeserializeOwned>(page: &Page, script: &str) -> Result<T> {
    let script =
        format!("(() => {{ const v = document.getElementById('sound'); return {script} }})()");
    page.session.evaluate(&script).await
}

async fn plays_beyond(page: &Page, seconds: f64) -> Result<()> {
    let look = async || {
        let at: f64 = of_element(page, "v.currentTime").await?;
        Ok((at > seconds).then_some(()))
    };
    let found = wait::until("time to advance", wait::LONG, look).await;
    found.with_context(|| format!("it should play beyond {seconds} s"))
}

async fn holds(page: &Page, what: &str, script: &str) -> Result<()> {
    let look = async || Ok(of_element::<bool>(page, script).await?.then_some(()));
    wait::until(what, wait::LONG, look).await
}

/// Plays each thing again and again: what is short would be over before all has been looked at.
async fn loops(page: &Page) -> Result<()> {
    holds(page, "the player", "v !== null && (v.loop = true)").await
}

/// Two moments of the picture differ, and the element has drawn frames between them.
async fn frames_change(page: &Page) -> Result<()> {
    let drawn =
        async || of_element::<f64>(page, "v.getVideoPlaybackQuality().totalVideoFrames").await;
    let (before, first) = (drawn().await?, picture(page).await?);
    let look = async || {
        let differs = picture(page).await? != first;
        Ok((differs && drawn().await? > before).then_some(()))
    };
    wait::until("another frame", wait::LONG, look).await
}

/// The inner half of the element as it is seen now.
async fn picture(page: &Page) -> Result<String> {
    let clip: serde_json::Value = of_element(
        page,
        "(b => ({x: b.x + b.width / 4, y: b.y + b.height / 4, width: b.width / 2, height: b.height / 2, scale: 0.25}))
            (v.getBoundingClientRect())",
    )
    .await?;
    let answer =
        page.session.call("Page.captureScreenshot", json!({"format": "png", "clip": clip})).await?;
    Ok(answer["data"].as_str().context("no picture")?.to_owned())
}

#[tokio::test]
async fn a_video_plays_with_subtitles_and_gives_the_page_back() -> Result<()> {
    let (_stage, browser, page) = with_sent(&["/watch/webm"], &[]).await?;
    page.wait_text("1 thing").await?;
    page.click("button", TIDE).await?;
    for known in ["The tide comes in & goes out again", "English"] {
        page.wait_text(known).await?;
    }
    page.wait_control("link", |name| name.contains("Open its page")).await?;
    page.click("button", "Close").await?;
    loops(&page).await?;
    page.click("button", &format!("Play {TIDE}")).await?;
    plays_beyond(&page, 0.2).await?;
    frames_change(&page).await?;
    holds(&page, "the focus at the picture", "document.activeElement.id === 'screen'").await?;

    // Elsewhere, which needs a range of the file; then it stands still.
    page.click("button", "Pause").await?;
    holds(&page, "a pause", "v.paused").await?;
    of_element::<bool>(&page, "(v.currentTime = 1, true)").await?;
    holds(&page, "the place", "!v.seeking && Math.abs(v.currentTime - 1) < 0.3").await?;

    page.choose("Subtitles", "en").await?;
    holds(&page, "a track", "v.textTracks.length === 1 && v.textTracks[0].mode === 'showing'")
        .await?;
    holds(&page, "words", "v.textTracks[0].cues?.length > 0").await?;
    let words = "[...v.textTracks[0].cues].some(cue => {
        v.currentTime = (cue.startTime + cue.endTime) / 2; return true })";
    ensure!(of_element::<bool>(&page, words).await?);
    holds(&page, "words under the picture", "v.textTracks[0].activeCues.length > 0").await?;
    page.choose("Speed", "200").await?;
    holds(&page, "the speed", "v.playbackRate === 2").await?;

    // By keys: the picture has the focus once it is large.
    of_element::<bool>(
        &page,
        "(document.getElementById('screen').focus(), v.currentTime = 0, true)",
    )
    .await?;
    press(&page, " ").await?;
    holds(&page, "play by key", "!v.paused").await?;
    press(&page, "m").await?;
    holds(&page, "silence", "v.muted").await?;
    page.wait_control("button", |name| name == "Sound on").await?;
    press(&page, "c").await?;
    holds(&page, "no subtitles", "document.querySelector('track') === null").await?;
    press(&page, "f").await?;
    holds(&page, "full screen", "document.fullscreenElement !== null").await?;
    page.wait_control("button", |name| name == "Leave full screen").await?;
    press(&page, "f").await?;
    holds(&page, "the page again", "document.fullscreenElement === null").await?;
    press(&page, "Escape").await?;
    page.wait_control("searchbox", |_| true).await?;
    page.wait_control("button", |name| name == "Make the video large").await?;
    let back = "document.activeElement.classList.contains('row-focus')";
    holds(&page, "the focus back at the row", back).await?;
    page.click("button", "Close the video").await?;
    holds(&page, "silence", "v.paused && v.getBoundingClientRect().width === 0").await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn the_queue_goes_on_over_videos_and_sound_and_it_is_remembered_where_it_stopped()
-> Result<()> {
    let (_stage, browser, page) = with_sent(&["/watch/hls", "/watch/webm"], &[EPISODE]).await?;
    page.wait_text("3 things").await?;
    page.choose("Kind", "audio").await?;
    page.wait_text("1 thing").await?;
    page.choose("Kind", "video").await?;
    page.wait_text("2 things").await?;
    page.choose("Kind", "").await?;
    page.wait_text("3 things").await?;
    page.choose("Order", "sort_title").await?;
    loops(&page).await?;
    page.click("button", &format!("Play {HARBOUR}")).await?;
    plays_beyond(&page, 0.2).await?;
    frames_change(&page).await?;
    // Titles in order: the episode, the harbour, the tide.
    page.click("button", "Next").await?;
    page.wait_text(TIDE).await?;
    plays_beyond(&page, 0.2).await?;
    frames_change(&page).await?;
    page.click("button", "Make the video small").await?;
    page.click("button", "Play episode").await?;
    holds(&page, "sound alone", "v.videoWidth === 0 && v.getBoundingClientRect().width === 0")
        .await?;
    plays_beyond(&page, 0.2).await?;
    // Of what follows sound the picture stays in the corner, and the page stays usable.
    page.click("button", "Next").await?;
    holds(&page, "a picture", "v.videoWidth > 0 && v.getBoundingClientRect().width > 0").await?;
    page.wait_control("searchbox", |_| true).await?;

    plays_beyond(&page, 1.2).await?;
    page.click("button", "Pause").await?;
    holds(&page, "a pause", "v.paused").await?;
    page.reload().await?;
    page.wait_control("slider", |name| name == "Position").await?;
    page.wait_text(HARBOUR).await?;
    loops(&page).await?;
    // Not one of a row, whose name begins so.
    let play = page.wait_control("button", |name| name == "Play").await?;
    page.click_on(&play).await?;
    plays_beyond(&page, 1.0).await?;
    holds(&page, "a picture again", "v.videoWidth > 0 && v.getBoundingClientRect().width > 0")
        .await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}

/// What is in the library, as `mediafetcher library ls` shows it.
async fn things(stage: &Stage) -> Result<Vec<LibraryItem>> {
    let text = stage.home.succeed(&["library", "ls", "--json"]).await?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Plays a thing from its row, then from its middle on, and gives the page back.
async fn plays_whole(page: &Page, thing: &LibraryItem) -> Result<()> {
    loops(page).await?;
    let name = format!("Play {}", thing.title);
    let row = page.wait_control("button", |there| there == name).await?;
    page.click_on(&row).await?;
    page.wait_control("button", |name| name == "Pause").await?;
    let is_video = thing.kind == MediaKind::Video;
    let kind = if is_video { "v.videoWidth > 0" } else { "v.videoWidth === 0" };
    holds(page, "what plays", &format!("v.readyState > 2 && v.duration > 1 && {kind}")).await?;
    plays_beyond(page, 0.2).await?;
    if is_video {
        frames_change(page).await?;
    }
    // Elsewhere, which needs a range of the file; it goes on from there.
    let half: f64 = of_element(page, "(v.currentTime = v.duration / 2)").await?;
    holds(page, "the place", &format!("!v.seeking && v.currentTime >= {half}")).await?;
    plays_beyond(page, half + 0.1).await?;
    if is_video {
        frames_change(page).await?;
        press(page, "Escape").await?;
    }
    let pause = page.wait_control("button", |name| name == "Pause").await?;
    page.click_on(&pause).await?;
    holds(page, "a pause", "v.paused").await?;
    of_element::<bool>(page, "(v.loop = false, true)").await.map(drop)
}

#[tokio::test]
async fn an_mp4_a_webm_a_stream_a_podcast_and_a_list_of_twelve_all_play() -> Result<()> {
    let pages = ["/watch/mp4", "/watch/webm", "/watch/hls", "/feed.xml", "/list"];
    let (stage, browser, page) = with_sent(&pages, &[]).await?;
    page.wait_text("18 things").await?;
    let things = things(&stage).await?;
    let of_kind = |kind| things.iter().filter(move |thing| thing.kind == kind).count();
    assert_eq!((of_kind(MediaKind::Video), of_kind(MediaKind::Audio)), (15, 3), "{things:#?}");
    for thing in &things {
        plays_whole(&page, thing).await.with_context(|| thing.title.clone())?;
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}
