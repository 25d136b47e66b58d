//! The built extension in real Chromium, before there is a host: its worker runs, its wasm starts, and the popup
//! says in words that the program is missing.

use anyhow::Result;
use e2e::browser::{Browser, Config};

#[tokio::test]
async fn the_worker_starts_and_its_wasm_with_it() -> Result<()> {
    let browser = Browser::start(&Config::default()).await?;
    let worker = browser.worker().await?;
    let version: String = worker.evaluate("chrome.runtime.getManifest().version").await?;
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    Ok(())
}

#[tokio::test]
async fn a_missing_host_is_explained_with_a_way_to_check_again() -> Result<()> {
    let browser = Browser::start(&Config::default()).await?;
    let popup = browser.open_extension_page("popup.html").await?;
    popup.wait_control("button", |name| name == "Check again").await?;
    Ok(())
}

#[tokio::test]
async fn the_pages_speak_french_when_asked_to() -> Result<()> {
    let browser = Browser::start(&Config::default()).await?;
    let settings = browser.open_extension_page("app.html#settings").await?;
    settings.choose("Language", "fr").await?;
    let popup = browser.open_extension_page("popup.html").await?;
    popup.wait_control("button", |name| name == "Vérifier à nouveau").await?;
    let language: String = popup.session.evaluate("document.documentElement.lang").await?;
    assert_eq!(language, "fr");
    Ok(())
}
