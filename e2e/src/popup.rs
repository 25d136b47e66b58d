//! The toolbar's popup, used as a person uses it.

use crate::browser::{Browser, page_url};
use crate::cdp::Target;
use crate::daemon::Home;
use crate::page::Page;
use crate::screen::Screen;
use crate::wait;
use anyhow::{Context, Result};
use protocol::{JobState, JobSummary, Source, Variant};
use std::collections::HashSet;
use std::time::Duration;

/// The longest that a download of some hundred songs may take on a small machine.
pub const DOWNLOAD_LIMIT: Duration = Duration::from_secs(15 * 60);

/// The popup, opened in a tab so that it does not close by itself.
pub struct Popup {
    /// Its page.
    pub page: Page,
}

impl Popup {
    /// Opens it.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open(browser: &Browser) -> Result<Self> {
        Ok(Self { page: browser.open_extension_page("popup.html").await? })
    }

    /// Opens it in a tab behind `page`, which it then is about, given that the extension may see that page.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open_behind(browser: &Browser, page: &Page) -> Result<Self> {
        browser.worker().await?;
        page.session.call("Page.bringToFront", serde_json::json!({})).await?;
        let session = browser.cdp.open_tab_behind("about:blank").await?;
        Ok(Self { page: Page::open(session, &page_url("popup.html")).await? })
    }

    /// Opens the real popup under the toolbar button, for the tab that is in front.
    ///
    /// # Errors
    /// When the browser does not open it.
    pub async fn open_at_toolbar(browser: &Browser) -> Result<Self> {
        let worker = browser.worker().await?;
        worker.evaluate::<Option<()>>("chrome.action.openPopup().then(() => null)").await?;
        let address = page_url("popup.html");
        let session =
            browser.cdp.wait_for_target("the popup", |target| target.url == address).await?;
        Ok(Self { page: Page { session } })
    }

    /// Opens the real popup as a person does, with the key of [`give_key`]: only then may it see which page is in the
    /// tab in front.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn open_by_key(browser: &Browser, screen: &Screen) -> Result<Self> {
        let address = page_url("popup.html");
        let is_popup = |target: &Target| target.url == address;
        let is_there = async || Ok(browser.cdp.targets().await?.iter().any(is_popup).then_some(()));
        screen.press_until("the popup", KEY_ON_SCREEN, POPUP_EFFECT, is_there).await?;
        let session = browser.cdp.wait_for_target("the popup", is_popup).await?;
        session.call("Accessibility.enable", serde_json::json!({})).await?;
        Ok(Self { page: Page { session } })
    }

    /// Chooses the site.
    ///
    /// # Errors
    /// When it is not offered.
    pub async fn choose_site(&self, source: Source) -> Result<()> {
        self.page.click("radio", source.title()).await
    }

    /// Ticks exactly these formats.
    ///
    /// # Errors
    /// When one is not offered.
    pub async fn choose_formats(&self, wanted: &[Variant]) -> Result<()> {
        for variant in Variant::OF_SONGS {
            let name = format_name(*variant);
            let chip = self.page.wait_control("checkbox", |there| there == name).await?;
            if chip.checked != wanted.contains(variant) {
                self.page.click_on(&chip).await?;
            }
        }
        let look = async || {
            let chips = self.page.controls("checkbox").await?;
            let ticked: HashSet<_> =
                chips.iter().filter(|chip| chip.checked).map(|chip| chip.name.as_str()).collect();
            let names: HashSet<_> = wanted.iter().map(|variant| format_name(*variant)).collect();
            Ok((ticked == names).then_some(()))
        };
        wait::until("the formats to be ticked", wait::LONG, look).await
    }

    /// Clicks the large button.
    ///
    /// # Errors
    /// When it cannot be clicked.
    pub async fn download_all(&self) -> Result<()> {
        self.page.click("button", "Download all").await
    }
}

/// How long the popup may take to open before its key counts as lost; the key would close one that is open.
const POPUP_EFFECT: Duration = Duration::from_secs(20);

/// The key that opens the popup, for the browser and for the screen.
const KEY: &str = "Ctrl+Shift+Y";
const KEY_ON_SCREEN: &str = "ctrl+shift+y";

/// Sets the key that opens the popup, as a person does on `chrome://extensions/shortcuts`: every extension with a
/// button has this command.
///
/// # Errors
/// When the browser does not take it.
pub async fn give_key(browser: &Browser) -> Result<()> {
    let settings = browser.cdp.open_tab("about:blank").await?;
    let page = Page::open(settings, "chrome://extensions/shortcuts").await?;
    let id = protocol::EXTENSION_ID.trim();
    let script = format!(
        "chrome.developerPrivate.updateExtensionCommand(
            {{extensionId: {id:?}, commandName: '_execute_action', keybinding: {KEY:?}}}).then(() => null)"
    );
    page.session.evaluate::<Option<()>>(&script).await?;
    page.session.close().await
}

/// The name of a format's check box.
fn format_name(variant: Variant) -> &'static str {
    match variant {
        Variant::Mp3 => "MP3",
        Variant::Wav => "WAV",
        Variant::M4a => "M4A",
        Variant::Stems => "Stems",
        Variant::Media | Variant::Opus => panic!("the popup does not offer {variant}"),
    }
}

/// The jobs, newest first, as `mediafetcher jobs` tells them.
///
/// # Errors
/// When the command fails.
pub async fn jobs(home: &Home) -> Result<Vec<JobSummary>> {
    let text = home.succeed(&["jobs", "--json"]).await?;
    let answer: protocol::method::Jobs =
        serde_json::from_str(&text).context("mediafetcher jobs --json")?;
    Ok(answer.jobs)
}

/// Waits until the newest of at least `count` jobs has ended, telling `watch` how it goes.
///
/// # Errors
/// When it does not end.
pub async fn wait_for_end(
    home: &Home,
    count: usize,
    mut watch: impl FnMut(&JobSummary),
) -> Result<JobSummary> {
    let look = async || {
        let jobs = jobs(home).await?;
        let Some(newest) = jobs.first().filter(|_| jobs.len() >= count) else { return Ok(None) };
        watch(newest);
        let ended = matches!(newest.state, JobState::Finished | JobState::Cancelled);
        Ok(ended.then(|| newest.clone()))
    };
    wait::until("the end of the download", DOWNLOAD_LIMIT, look).await
}
