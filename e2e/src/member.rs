//! A member of the simulator's video site, in front of a Chromium with a window, who sends what is on its pages.

use crate::browser::{Browser, Config};
use crate::page::Page;
use crate::popup::{self, Popup};
use crate::screen::Screen;
use crate::stage::Stage;
use crate::wait;
use anyhow::{Context, Result};
use protocol::shelf::LibraryItem;
use protocol::{Balance, JobState, JobSummary};
use serde_json::{Value, json};

/// The site.
pub const SITE: &str = "https://videos.example.com";

/// The person's screen, browser and home.
pub struct Member {
    /// The browser.
    pub browser: Browser,
    /// What it is drawn on.
    pub screen: Screen,
    /// The home, and the sites.
    pub stage: Stage,
}

impl Member {
    /// Starts everything. Nobody is signed in, nothing is allowed.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn new() -> Result<Self> {
        Self::with_songs(1).await
    }

    /// The same, with `songs` in the account at the other sites.
    ///
    /// # Errors
    /// As [`Member::new`].
    pub async fn with_songs(songs: u32) -> Result<Self> {
        let stage = Stage::quick(songs).await?;
        let screen = Screen::start().await?;
        let display = Some(screen.display().to_owned());
        let browser = stage.browser(Config { display, ..Config::default() }).await?;
        browser.worker().await?;
        Ok(Self { browser, screen, stage })
    }

    /// Signs in with the site's form, and stays on the page that it leads to.
    ///
    /// # Errors
    /// When the site does not let them in.
    pub async fn sign_in(&self) -> Result<Page> {
        let page = self.open("/sign-in").await?;
        page.click("button", "Sign in").await?;
        page.wait_text("/watch/webm").await?;
        Ok(page)
    }

    /// Opens a page of the site in a tab.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open(&self, path: &str) -> Result<Page> {
        self.browser.open(&[SITE, path].concat()).await
    }

    /// Opens the popup over `page`.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn popup_over(&self, page: &Page) -> Result<Popup> {
        popup::give_key(&self.browser).await?;
        page.session.call("Page.bringToFront", json!({})).await?;
        Popup::open_by_key(&self.browser, &self.screen).await
    }

    /// Allows in the popup over `page` that the sign-in there is used. The popup closes with the question.
    ///
    /// # Errors
    /// When the popup does not offer it, or it is not allowed afterwards.
    pub async fn allow_in_popup(&self, page: &Page) -> Result<()> {
        let popup = self.popup_over(page).await?;
        let ask = async || popup.page.click("button", "Use my sign-in on videos.example.com").await;
        self.screen.allow(ask).await?;
        wait::until("the sign-in to be allowed", wait::LONG, async || {
            Ok(self.is_allowed().await?.then_some(()))
        })
        .await
    }

    /// Whether the extension has the site.
    ///
    /// # Errors
    /// When the worker does not answer.
    pub async fn is_allowed(&self) -> Result<bool> {
        let script = format!("chrome.permissions.contains({{origins: ['{SITE}/*']}})");
        self.browser.worker().await?.evaluate(&script).await
    }

    /// Tells the extension of a click in the context menu, as Chromium does; `info` is what was clicked on.
    ///
    /// # Errors
    /// When the worker does not answer.
    pub async fn choose_send(&self, info: Value) -> Result<()> {
        let mut info = info;
        info["menuItemId"] = "send".into();
        info["editable"] = false.into();
        let script = format!(
            "chrome.tabs.query({{active: true, lastFocusedWindow: true}})
                .then(([tab]) => {{ chrome.contextMenus.onClicked.dispatch({info}, tab); return null; }})"
        );
        self.browser.worker().await?.evaluate::<Option<()>>(&script).await.map(drop)
    }

    /// Sends the page at `path` so.
    ///
    /// # Errors
    /// As [`Member::choose_send`].
    pub async fn choose_send_page(&self, path: &str) -> Result<()> {
        let address = [SITE, path].concat();
        self.choose_send(json!({"pageUrl": address})).await
    }

    /// Sends by the context menu, as [`Screen::choose_in_context_menu`] does, and waits for `jobs` jobs at rest.
    ///
    /// # Errors
    /// When there is no menu, or nothing comes of it.
    pub async fn send_by_menu(
        &self,
        page: &Page,
        selector: &str,
        nth: usize,
        jobs: usize,
    ) -> Result<Vec<JobSummary>> {
        let begun = async || {
            let begun = popup::jobs(&self.stage.home).await?.len();
            Ok((begun >= jobs).then_some(()))
        };
        self.screen.choose_in_context_menu(page, selector, nth, begun).await?;
        self.jobs_at_rest(jobs).await
    }

    /// Waits until there are `count` jobs of which nothing is to come any more, newest first.
    ///
    /// # Errors
    /// When they do not end, with how they stand.
    pub async fn jobs_at_rest(&self, count: usize) -> Result<Vec<JobSummary>> {
        let look = async || {
            let jobs = popup::jobs(&self.stage.home).await?;
            let rests = |job: &JobSummary| {
                job.balance.listed > 0 && job.balance.pending == 0 && job.state != JobState::Listing
            };
            Ok((jobs.len() >= count && jobs.iter().all(rests)).then_some(jobs))
        };
        match wait::until("the jobs to come to rest", popup::DOWNLOAD_LIMIT / 5, look).await {
            Ok(jobs) => Ok(jobs),
            Err(error) => {
                let jobs = popup::jobs(&self.stage.home).await.unwrap_or_default();
                Err(error).with_context(|| format!("{jobs:#?}"))
            }
        }
    }

    /// The sum over these jobs.
    pub fn sum(jobs: &[JobSummary]) -> Balance {
        jobs.iter().fold(Balance::default(), |sum, job| Balance {
            listed: sum.listed + job.balance.listed,
            done: sum.done + job.balance.done,
            already: sum.already + job.balance.already,
            needs_you: sum.needs_you + job.balance.needs_you,
            failed: sum.failed + job.balance.failed,
            ..sum
        })
    }

    /// What `mediafetcher library ls` shows.
    ///
    /// # Errors
    /// When the command fails.
    pub async fn library(&self) -> Result<Vec<LibraryItem>> {
        let text = self.stage.home.succeed(&["library", "ls", "--json"]).await?;
        let items = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        items.context("mediafetcher library ls --json")
    }
}
