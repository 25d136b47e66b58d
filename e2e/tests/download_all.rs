//! The main job in real Chromium: sign in on the site, open the popup, click "Download all", look at the disk.

use anyhow::Result;
use e2e::browser::Config;
use e2e::popup::{self, Popup};
use e2e::stage::{self, Stage};
use e2e::truth;
use protocol::{Source, Variant};
use simulator::Service;

async fn everything_comes_home(service: Service, source: Source) -> Result<()> {
    let stage = Stage::quick(320).await?;
    let browser = stage.browser(Config::default()).await?;
    browser.open(&stage::sign_in_address(service)).await?;

    let popup = Popup::open(&browser).await?;
    popup.choose_site(source).await?;
    popup.page.wait_text("Signed in as").await?;
    popup.choose_formats(Variant::OF_SONGS).await?;
    popup.download_all().await?;
    let job = popup::wait_for_end(&stage.home, 1, |_| ()).await?;
    let wanted = truth::wanted(stage.control(), service, Variant::OF_SONGS);
    assert_eq!(job.balance, truth::first_balance(service, &wanted), "{job:?}");
    assert!(job.listing.complete);
    popup.page.wait_text("Everything is here").await?;
    let library = stage.home.library();
    truth::check_files(&library, stage.control(), &wanted)?;
    truth::check_decodes(&library).await?;
    truth::check_tags(&library, &wanted, 10).await?;

    popup.download_all().await?;
    let again = popup::wait_for_end(&stage.home, 2, |_| ()).await?;
    assert_eq!(again.balance, truth::second_balance(service, &wanted), "{again:?}");

    stage.control().add_songs(service, stage::ACCOUNT, 3);
    popup.download_all().await?;
    popup::wait_for_end(&stage.home, 3, |_| ()).await?;
    let wanted = truth::wanted(stage.control(), service, Variant::OF_SONGS);
    truth::check_files(&library, stage.control(), &wanted)?;
    assert_eq!(stage.control().counters().plain, 0);
    Ok(())
}

#[tokio::test]
async fn all_of_producer_ai_comes_home_with_one_click() -> Result<()> {
    everything_comes_home(Service::Producer, Source::Producer).await
}

#[tokio::test]
async fn all_of_google_flow_music_comes_home_with_one_click() -> Result<()> {
    everything_comes_home(Service::Flowmusic, Source::Flowmusic).await
}

#[tokio::test]
async fn closing_the_browser_stops_nothing_and_on_reopening_all_is_there() -> Result<()> {
    let stage = Stage::quick(60).await?;
    let profile = stage.home.file("profile");
    let config = || Config { profile: Some(profile.clone()), ..Config::default() };
    let browser = stage.browser(config()).await?;
    browser.open(&stage::sign_in_address(Service::Producer)).await?;
    let popup = Popup::open(&browser).await?;
    popup.choose_site(Source::Producer).await?;
    popup.page.wait_text("Signed in as").await?;
    popup.download_all().await?;
    // The list is the browser's to read; from here on only the daemon is needed.
    let listed = async || {
        let jobs = popup::jobs(&stage.home).await?;
        Ok(jobs.first().is_some_and(|job| job.listing.complete).then_some(()))
    };
    e2e::wait::until("the list to be complete", popup::DOWNLOAD_LIMIT, listed).await?;
    browser.quit().await?;

    let job = popup::wait_for_end(&stage.home, 1, |_| ()).await?;
    let wanted = truth::wanted(stage.control(), Service::Producer, &[Variant::Mp3]);
    assert_eq!(job.balance, truth::first_balance(Service::Producer, &wanted));
    let browser = stage.browser(config()).await?;
    let popup = Popup::open(&browser).await?;
    popup.choose_site(Source::Producer).await?;
    popup.page.wait_text("Everything is here").await
}
