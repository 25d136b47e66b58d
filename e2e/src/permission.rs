//! Permissions that were given before, for a Chromium without a window, where nobody can answer its question.
//!
//! What the person sees is tested with [`crate::screen::Screen`].

use crate::browser::Browser;
use anyhow::Result;

/// Makes the next `chrome.permissions.request` for `origins`, such as `https://videos.example.com/*`, or for a part
/// of them, succeed without a question. The extension does not have the permission until it asks.
///
/// This is what the switch for a site on `chrome://extensions` does.
///
/// # Errors
/// When the browser does not do it.
pub async fn agree_beforehand(browser: &Browser, origins: &str) -> Result<()> {
    let page = browser.open("chrome://extensions/").await?;
    let id = protocol::EXTENSION_ID.trim();
    let script =
        format!("chrome.developerPrivate.addHostPermission({id:?}, {origins:?}).then(() => null)");
    page.session.evaluate::<Option<()>>(&script).await?;
    page.session.close().await
}
