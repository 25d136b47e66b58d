//! Pictures of the extension's pages, for the README and for a demo without a screen.

use crate::browser::Browser;
use crate::page::{Page, Scheme};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The popup's width, in CSS pixels.
const POPUP_WIDTH: u32 = 380;
/// The tallest popup that a browser shows.
const POPUP_HEIGHT: f64 = 600.0;
const TAB: (u32, u32) = (1280, 800);
/// How long two frames may take before they are asked for again.
const FRAME_LIMIT: Duration = Duration::from_secs(5);

/// What is taken in a tab: the name of the picture, the page, and what is on it once it has its content.
const TABS: &[(&str, &str, &str)] = &[
    ("library", "app.html#library", ".item-title"),
    ("queue", "app.html#queue", ".item-title"),
    ("history", "app.html#history", "article"),
    ("settings", "app.html#settings", "select"),
    ("checklist", "app.html#checklist", "h1"),
    ("onboarding", "onboarding.html", "h1"),
];

/// The name of a picture, what is done for it, and what holds once it is to be seen. In scripts, as the words on buttons
/// are of two languages.
type Scene = (&'static str, &'static str, &'static str);

/// What is done in the library. Tiles are the last: they are remembered.
const SCENES: &[Scene] = &[
    (
        "edit",
        "[...document.querySelectorAll('.item .select-box')].slice(0, 3).forEach(box => box.click());
         setTimeout(() => [...document.querySelectorAll('.bulk .button')].at(-3).click(), 200)",
        "document.querySelector('dialog[open] #edit-title') !== null",
    ),
    (
        "import",
        "document.querySelector('.panel-head .button.compact:not(.toggle)').click()",
        "(all => { all.forEach(one => { one.open = true }); return all.length > 0 })(
             document.querySelectorAll('dialog[open] section details'))",
    ),
    (
        "video",
        "const kind = document.querySelectorAll('.filters select')[1];
         kind.value = 'video';
         kind.dispatchEvent(new Event('change', {bubbles: true}));
         setTimeout(() => document.querySelector('.item .row-focus').click(), 1000)",
        "(v => v.videoWidth > 0 && v.currentTime > 0.4 && (v.pause(), true))(document.getElementById('sound'))",
    ),
    (
        "grid",
        "document.querySelectorAll('.layout button')[1].click()",
        "[...document.querySelectorAll('.tile img')].filter(image => image.naturalWidth > 0).length > 8",
    ),
];

/// The same in a collection that was read. The look is remembered.
const OF_A_COLLECTION: &[Scene] = &[
    (
        "collection-table",
        "document.querySelectorAll('input[name=collection-look]')[0].click()",
        "[...document.querySelectorAll('.copy-cover img')].filter(i => i.naturalWidth > 0).length > 5",
    ),
    (
        "collection-record",
        "document.querySelector('.item .row-focus').click()",
        "document.querySelector('dialog[open] .tracks') !== null",
    ),
    (
        "collection-statistics",
        "document.querySelectorAll('input[name=collection-look]')[2].click()",
        "document.querySelector('.chart-bars') !== null",
    ),
    (
        "collection-export",
        "document.querySelectorAll('.shelf-head .button')[1].click();
         setTimeout(() => document.querySelector('dialog .button.primary').click(), 300)",
        "document.querySelector('dialog[open] .notice.ok') !== null",
    ),
    (
        "collection",
        "document.querySelectorAll('input[name=collection-look]')[1].click()",
        "[...document.querySelectorAll('.tile img')].filter(i => i.naturalWidth > 0).length > 5",
    ),
];

/// Takes what opens over the library, in light and dark.
///
/// # Errors
/// As [`pages`].
pub async fn library(browser: &Browser, folder: &Path, language: &str) -> Result<()> {
    let loaded = "document.querySelector('.select-box:not(:disabled)') !== null";
    let after = "document.querySelector('.layout button').click()";
    for scene in SCENES {
        take(browser, folder, language, ("app.html#library", loaded), scene, after).await?;
    }
    Ok(())
}

/// Takes a collection that was read, and what opens over it, in light and dark.
///
/// # Errors
/// As [`pages`].
pub async fn collection(browser: &Browser, folder: &Path, language: &str) -> Result<()> {
    let loaded = "document.querySelector('.item .row-focus, .charts') !== null";
    for scene in OF_A_COLLECTION {
        take(browser, folder, language, ("app.html#collection", loaded), scene, "").await?;
    }
    Ok(())
}

async fn take(
    browser: &Browser,
    folder: &Path,
    language: &str,
    (address, loaded): (&str, &str),
    (name, act, holds): &Scene,
    after: &str,
) -> Result<()> {
    let page = browser.open_extension_page(address).await?;
    page.present(TAB.0, TAB.1, Scheme::Light).await?;
    there(&page, address, loaded).await?;
    page.session.evaluate::<Option<()>>(&format!("{{ {act}; }} null")).await?;
    there(&page, name, holds).await?;
    for scheme in [Scheme::Light, Scheme::Dark] {
        page.prefer(scheme).await?;
        settled(&page).await?;
        page.screenshot(&folder.join(file_name(name, language, scheme))).await?;
    }
    page.session.evaluate::<Option<()>>(&format!("{{ {after}; }} null")).await?;
    page.session.close().await
}

async fn there(page: &Page, what: &str, script: &str) -> Result<()> {
    let look = async || Ok(page.session.evaluate::<bool>(script).await?.then_some(()));
    crate::wait::until(what, crate::wait::LONG, look).await
}

/// Takes every page in light and dark into `folder`, as `NAME-LANGUAGE-SCHEME.png`.
///
/// # Errors
/// When a page does not load or a picture cannot be written.
pub async fn pages(browser: &Browser, folder: &Path, language: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (name, address, content) in TABS {
        let page = browser.open_extension_page(address).await?;
        let script = format!("document.querySelector({content:?}) !== null");
        there(&page, &format!("the content of {address}"), &script).await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            page.present(TAB.0, TAB.1, scheme).await?;
            settled(&page).await?;
            let file = folder.join(file_name(name, language, scheme));
            page.screenshot(&file).await?;
            files.push(file);
        }
        page.session.close().await?;
    }
    Ok(files)
}

/// Takes the Send panel with `addresses` in it, in light and dark, and leaves it open.
///
/// # Errors
/// As [`pages`].
pub async fn send_panel(
    browser: &Browser,
    folder: &Path,
    language: &str,
    addresses: &str,
) -> Result<Page> {
    let page = browser.open_extension_page("app.html#send").await?;
    let field = page.wait_control("textbox", |_| true).await?;
    page.click_on(&field).await?;
    page.session.call("Input.insertText", serde_json::json!({"text": addresses})).await?;
    for scheme in [Scheme::Light, Scheme::Dark] {
        page.present(TAB.0, TAB.1, scheme).await?;
        settled(&page).await?;
        page.screenshot(&folder.join(file_name("send", language, scheme))).await?;
    }
    Ok(page)
}

/// Takes the popup as it is now, in light and dark.
///
/// # Errors
/// As [`pages`].
pub async fn popup(page: &Page, folder: &Path, name: &str, language: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for scheme in [Scheme::Light, Scheme::Dark] {
        page.present(POPUP_WIDTH, POPUP_HEIGHT as u32, scheme).await?;
        settled(page).await?;
        let height: f64 =
            page.session.evaluate("document.body.getBoundingClientRect().height").await?;
        page.present(POPUP_WIDTH, height.clamp(200.0, POPUP_HEIGHT).ceil() as u32, scheme).await?;
        settled(page).await?;
        let file = folder.join(file_name(name, language, scheme));
        page.screenshot(&file).await?;
        files.push(file);
    }
    Ok(files)
}

/// Waits until what the page's program wanted to draw is drawn: nothing is busy, and two frames have passed.
///
/// # Errors
/// When it stays busy, or is gone.
pub async fn settled(page: &Page) -> Result<()> {
    let look = async || {
        let busy: bool =
            page.session.evaluate("document.querySelector('[aria-busy=true]') !== null").await?;
        Ok((!busy).then_some(()))
    };
    crate::wait::until("the page to be drawn", crate::wait::LONG, look).await?;
    let frames =
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))";
    // A tab that is just being shown may miss the question, and then never answers it.
    let drawn = async || {
        page.session.call("Page.bringToFront", serde_json::json!({})).await?;
        let frame = page.session.evaluate::<i64>(frames);
        Ok(matches!(tokio::time::timeout(FRAME_LIMIT, frame).await, Ok(Ok(_))).then_some(()))
    };
    crate::wait::until("two frames", crate::wait::LONG, drawn).await
}

fn file_name(name: &str, language: &str, scheme: Scheme) -> String {
    let scheme = if scheme == Scheme::Dark { "dark" } else { "light" };
    format!("{name}-{language}-{scheme}.png")
}
