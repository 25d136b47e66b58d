//! Browser and worker ended at each step of the main job: nothing is lost, nothing comes twice.

use anyhow::{Context, Result};
use e2e::browser::{Browser, Config};
use e2e::popup::{self, Popup};
use e2e::stage::{self, Stage};
use e2e::{truth, wait};
use protocol::{Source, Variant};
use serde_json::json;
use simulator::{STORAGE, Service};
use std::path::PathBuf;

const SERVICE: Service = Service::Producer;
/// Three pages of the site's list.
const SONGS: u32 = 50;

/// How far the job is when something ends.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The click, and not one request after it.
    Click,
    /// The site was asked who is signed in.
    Account,
    /// The first page of the list was asked for.
    FirstPage,
    /// So was the last but one.
    Listing,
    /// Songs are on their way, and the list was read.
    Downloading,
}

const STEPS: [Step; 5] =
    [Step::Click, Step::Account, Step::FirstPage, Step::Listing, Step::Downloading];

/// A person who is signed in and about to click.
struct Person {
    stage: Stage,
    profile: PathBuf,
    /// Requests before the click.
    before: usize,
}

impl Person {
    async fn at_the_popup() -> Result<(Self, Browser, Popup)> {
        let stage = Stage::quick(SONGS).await?;
        let profile = stage.home.file("profile");
        let mut person = Self { stage, profile, before: 0 };
        let browser = person.browser().await?;
        browser.open(&stage::sign_in_address(SERVICE)).await?;
        let popup = Popup::open(&browser).await?;
        popup.choose_site(Source::Producer).await?;
        popup.page.wait_text("Signed in as").await?;
        person.before = person.stage.control().log().len();
        Ok((person, browser, popup))
    }

    async fn browser(&self) -> Result<Browser> {
        let profile = Some(self.profile.clone());
        self.stage.browser(Config { profile, ..Config::default() }).await
    }

    /// Waits until the job is as far as `step`.
    async fn reach(&self, step: Step) -> Result<()> {
        let look = async || {
            let log = self.stage.control().log();
            let since = &log[self.before..];
            let asked = |part: &str| since.iter().filter(|entry| entry.path.contains(part)).count();
            let there = match step {
                Step::Click => true,
                Step::Account => asked("/users/me") > 0,
                Step::FirstPage => asked("/generations") > 0,
                Step::Listing => asked("/generations") > 1,
                Step::Downloading => {
                    let jobs = popup::jobs(&self.stage.home).await?;
                    since
                        .iter()
                        .any(|entry| entry.host == STORAGE || entry.path.contains("download"))
                        && jobs.first().is_some_and(|job| job.listing.complete)
                }
            };
            Ok(there.then_some(()))
        };
        wait::until(&format!("{step:?}"), wait::LONG, look).await
    }

    /// Everything comes home, once, in one job.
    async fn gets_everything(&self) -> Result<()> {
        let job = popup::wait_for_end(&self.stage.home, 1, |_| ()).await?;
        let control = self.stage.control();
        let wanted = truth::wanted(control, SERVICE, &[Variant::Mp3]);
        assert_eq!(job.balance, truth::first_balance(SERVICE, &wanted), "{job:?}");
        assert!(job.listing.complete);
        assert_eq!(popup::jobs(&self.stage.home).await?.len(), 1);
        truth::check_files(&self.stage.home.library(), control, &wanted)?;
        Ok(())
    }
}

#[tokio::test]
async fn a_browser_that_is_closed_at_any_step_loses_nothing() -> Result<()> {
    // Closed in the moment of the click, nobody has heard of it, and on reopening the person sees that.
    for step in &STEPS[1..] {
        let (person, browser, popup) = Person::at_the_popup().await?;
        popup.download_all().await?;
        person.reach(*step).await?;
        browser.quit().await?;
        // What the daemon has heard of it does by itself; what it has not is taken up when the browser is back.
        let _browser = person.browser().await?;
        person.gets_everything().await.with_context(|| format!("closed at {step:?}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_that_is_stopped_at_any_step_loses_nothing() -> Result<()> {
    for step in STEPS {
        let (person, _browser, popup) = Person::at_the_popup().await?;
        popup.page.session.call("ServiceWorker.enable", json!({})).await?;
        popup.download_all().await?;
        person.reach(step).await?;
        popup.page.session.call("ServiceWorker.stopAllWorkers", json!({})).await?;
        person.gets_everything().await.with_context(|| format!("stopped at {step:?}"))?;
    }
    Ok(())
}
