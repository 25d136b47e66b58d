//! The main job without a browser: `mediafetcher sync … --cookies` against the sites under their real names.

use anyhow::{Context, Result};
use e2e::stage::Stage;
use e2e::truth;
use protocol::{Balance, Variant};
use simulator::{Availability, Service};

const FORMATS: &[Variant] = Variant::OF_SONGS;

/// First download, second download, three new songs, one new title.
async fn brings_everything_and_later_only_what_is_new(service: Service, songs: u32) -> Result<()> {
    let stage = Stage::quick(songs).await?;
    let cookies = stage.cookie_file(service)?;
    let folder = stage.home.library();
    let to = folder.display().to_string();
    let arguments = ["--to", &to, "--formats", "mp3,wav,m4a,stems"];
    let site = service.as_str();

    let wanted = truth::wanted(stage.control(), service, FORMATS);
    let first = stage.home.sync(site, &cookies, &arguments).await?;
    assert_eq!(first.balance, truth::first_balance(service, &wanted), "{}", first.complaints);
    assert!(first.balance.adds_up());
    assert_eq!(first.status, 0);
    truth::check_files(&folder, stage.control(), &wanted)?;
    truth::check_decodes(&folder).await?;
    truth::check_tags(&folder, &wanted, 10).await?;

    let before = truth::fingerprint(&folder)?;
    stage.control().clear_log();
    let second = stage.home.sync(site, &cookies, &arguments).await?;
    assert_eq!(second.balance, truth::second_balance(service, &wanted), "{}", second.complaints);
    assert_eq!(truth::fingerprint(&folder)?, before);
    assert_no_file_was_asked_for(&stage);

    stage.control().set_quirks(service, e2e::stage::ACCOUNT, false);
    let added = stage.control().add_songs(service, e2e::stage::ACCOUNT, 3);
    stage.control().set_quirks(service, e2e::stage::ACCOUNT, true);
    let third = stage.home.sync(site, &cookies, &arguments).await?;
    let wanted = truth::wanted(stage.control(), service, FORMATS);
    let new = wanted.iter().filter(|file| added.contains(&file.song)).cloned().collect::<Vec<_>>();
    assert_eq!(third.balance.done, truth::first_balance(service, &new).done);
    truth::check_files(&folder, stage.control(), &wanted)?;

    rename_the_oldest(&stage, service, &arguments, &cookies).await
}

/// A song with a new title keeps its sound and gets a new name; nothing is downloaded.
async fn rename_the_oldest(
    stage: &Stage,
    service: Service,
    arguments: &[&str],
    cookies: &std::path::Path,
) -> Result<()> {
    let folder = stage.home.library();
    let songs = stage.control().songs(service, e2e::stage::ACCOUNT);
    let has_sound = |song: &&simulator::SongFacts| {
        song.files.iter().all(|file| file.availability == Availability::Present)
    };
    let oldest = songs.iter().rev().find(has_sound).context("a song with all its files")?;
    assert!(stage.control().rename_song(&oldest.id, "An entirely new title"));
    stage.control().clear_log();
    let fourth = stage.home.sync(service.as_str(), cookies, arguments).await?;
    assert_eq!(fourth.balance.done, 0);
    assert_no_file_was_asked_for(stage);
    let renamed = format!("An entirely new title_{}.mp3", oldest.id);
    assert!(folder.join(&renamed).exists(), "{renamed} is not there");
    let wanted = truth::wanted(stage.control(), service, FORMATS);
    truth::check_files(&folder, stage.control(), &wanted)?;
    truth::check_tags(&folder, &wanted, 10).await?;
    Ok(())
}

/// Absent files are looked for again; everything that answers with sound would be a download.
fn assert_no_file_was_asked_for(stage: &Stage) {
    let log = stage.control().log();
    let is_file = |path: &str| {
        path.contains("/download") || path.contains("/stems/") || path.contains("/audio/")
    };
    let brought: Vec<_> =
        log.iter().filter(|entry| is_file(&entry.path) && entry.status < 300).collect();
    assert!(brought.is_empty(), "{brought:#?}");
    assert_eq!(stage.control().counters().escapes, Default::default());
}

#[tokio::test]
async fn producer_ai_comes_home_by_command_line() -> Result<()> {
    brings_everything_and_later_only_what_is_new(Service::Producer, 320).await
}

#[tokio::test]
async fn google_flow_music_comes_home_by_command_line() -> Result<()> {
    brings_everything_and_later_only_what_is_new(Service::Flowmusic, 320).await
}

#[tokio::test]
async fn cookies_of_nobody_are_told_as_signed_out() -> Result<()> {
    let stage = Stage::quick(3).await?;
    let cookies = stage.cookie_file(Service::Producer)?;
    stage.control().expire(Service::Producer, e2e::stage::ACCOUNT, simulator::Expire::Sessions);
    let cookies = cookies.display().to_string();
    let output = stage.home.run(&["sync", "producer.ai", "--cookies", &cookies, "--json"]).await?;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("2001") || said.contains("2002"), "{said}");
    assert_ne!(said, serde_json::to_string(&Balance::default())?);
    Ok(())
}
