//! Pages of the web, sent from a browser or the command line: what they hold comes home as what plays, whatever the
//! page is, and whatever happens on the way.

use crate::disks::Disk;
use crate::stage::{Stage, until_true};
use protocol::method::*;
use protocol::send::*;
use protocol::shelf::*;
use protocol::{Balance, Cookie, ErrorCode, ItemState, JobId, Secret, SettingsPatch, Variant};
use simulator::{VIDEO_FILES, VIDEOS};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const SITE: &str = "https://videos.example.com";

pub fn pages(paths: &[&str]) -> Vec<SentPage> {
    let page = |path: &&str| SentPage { address: format!("{SITE}{path}"), ..SentPage::default() };
    paths.iter().map(page).collect()
}

/// What the extension reads of a person who signed in.
pub fn session(stage: &Stage) -> SiteSession {
    let cookie = |line: &str| {
        let fields: Vec<&str> = line.strip_prefix("#HttpOnly_")?.split('\t').collect();
        Some(Cookie {
            name: fields[5].into(),
            value: Secret::new(fields[6]),
            domain: fields[0].into(),
            host_only: true,
            path: "/".into(),
            secure: true,
            http_only: true,
            expires_at: None,
        })
    };
    let cookies = stage.control().videos().sign_in().lines().filter_map(cookie).collect();
    SiteSession { host: VIDEOS.into(), cookies, user_agent: Some("Browser/1".into()) }
}

pub fn send(stage: &Stage, key: &str, paths: &[&str], session: Option<SiteSession>) -> JobId {
    let send = NewSend { key: key.into(), pages: pages(paths), variant: None, session };
    stage.browser().ask::<SendPages>(send).job
}

/// Sends with a session and waits for the end.
#[track_caller]
pub fn sent(stage: &Stage, paths: &[&str]) -> Balance {
    let job = send(stage, &paths.concat(), paths, Some(session(stage)));
    end_of(stage, job)
}

pub fn end_of(stage: &Stage, job: JobId) -> Balance {
    stage.browser().wait_for(job, |job| job.balance.pending == 0 && job.balance.listed > 0).balance
}

pub fn all(stage: &Stage) -> Vec<LibraryItem> {
    let query = LibraryQuery { limit: 500, ..LibraryQuery::default() };
    stage.browser().ask::<ListLibrary>(query).items
}

pub fn only(stage: &Stage) -> (LibraryItem, PathBuf) {
    let mut items = all(stage);
    assert_eq!(items.len(), 1, "{items:#?}");
    let item = items.remove(0);
    let path = stage.library().join(&item.name);
    (item, path)
}

/// Codecs of all streams, as ffprobe has them.
pub fn codecs(file: &Path) -> String {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"])
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join("+")
}

/// What an item of a job failed for.
pub fn reasons(stage: &Stage, job: JobId) -> BTreeSet<ErrorCode> {
    let items = stage.browser().items(job);
    items.into_iter().filter_map(|item| Some(item.reason?.code)).collect()
}

/// Nothing of unfinished work is left in the library folder, once the last work has put its things away.
pub fn assert_tidy(stage: &Stage) {
    let count = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().count();
    until_true("no part, no folder of work and no cookie file stays", || {
        stage.longest_part().is_none()
            && count(stage.library().join(".mediafetcher/work")) == 0
            && count(stage.folder().join("data/tmp")) == 0
    });
}

#[test]
fn a_page_behind_a_sign_in_comes_home_as_what_plays_with_what_is_said_of_it() {
    let stage = Stage::new(0);
    assert_eq!(
        sent(&stage, &["/watch/webm"]),
        Balance { listed: 1, done: 1, ..Balance::default() }
    );
    let (item, path) = only(&stage);
    assert_eq!((item.title.as_str(), item.kind), ("Tide at the pier", MediaKind::Video));
    assert!(path.extension().is_some_and(|end| end == "mp4"));
    assert!(codecs(&path).starts_with("h264+aac"), "{}", codecs(&path));
    let details = stage.browser().ask::<ShowLibraryItem>(OfLibraryItem { item: item.id });
    let said = "The tide comes in & goes out again, in five seconds.";
    assert_eq!(details.description.as_deref(), Some(said));
    assert_eq!(details.page_url.as_deref(), Some(format!("{SITE}/watch/webm").as_str()));
    assert_eq!(details.subtitles, ["en"]);
    let texts = OfSubtitles { item: item.id, language: "en".into() };
    assert!(stage.browser().ask::<ReadSubtitles>(texts).vtt.starts_with("WEBVTT"));
    let beside = |extension: &str| path.with_extension(extension);
    until_true("picture, texts and record lie beside it", || {
        ["jpg", "en.vtt", "en.srt", "json"].iter().all(|end| beside(end).is_file())
    });
    for cookie in ["session", "__Host-part"] {
        let saw = stage.control().hosts_that_saw(cookie);
        assert_eq!(saw, BTreeSet::from([VIDEOS.to_owned()]), "{cookie}");
    }
    assert_tidy(&stage);
    // As sound alone it has no place for texts: those of the video stay.
    let sound = NewSend {
        key: "sound".into(),
        pages: pages(&["/watch/webm"]),
        variant: Some(Variant::Mp3),
        session: Some(session(&stage)),
    };
    let job = stage.browser().ask::<SendPages>(sound).job;
    assert_eq!(end_of(&stage, job).done, 1);
    let details = stage.browser().ask::<ShowLibraryItem>(OfLibraryItem { item: item.id });
    assert_eq!(details.subtitles, ["en"]);
    let sound = all(&stage).into_iter().find(|item| item.kind == MediaKind::Audio).unwrap();
    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: vec![sound.id] });

    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: vec![item.id] });
    let entries = || std::fs::read_dir(stage.library()).unwrap().flatten();
    until_true("nothing of it is left", || {
        entries().all(|entry| entry.file_name() == ".mediafetcher")
    });
    stage.browser().ask::<RestoreItems>(OfLibraryItems { items: vec![item.id] });
    until_true("all of it is back", || {
        ["mp4", "jpg", "en.vtt", "en.srt", "json"].iter().all(|end| beside(end).is_file())
    });
}

#[test]
fn what_plays_as_it_is_stays_byte_for_byte_from_its_page_and_from_its_own_address() {
    let stage = Stage::new(0);
    let truth = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    assert_eq!(sent(&stage, &["/files/clip.mp4"]).done, 1);
    let (item, path) = only(&stage);
    assert_eq!(item.title, "clip");
    assert!(std::fs::read(&path).unwrap() == truth);
    assert_eq!(sent(&stage, &["/watch/mp4"]).done, 1);
    let items = all(&stage);
    let files: BTreeSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!((items.len(), files.len()), (2, 1), "the same bytes are one file");
    assert!(items.iter().all(|item| item.references == 2));
    assert!(std::fs::read(&path).unwrap() == truth);
    // Once more: it is here, and what is known of it stays.
    let again = send(&stage, "again", &["/watch/mp4"], Some(session(&stage)));
    assert_eq!(end_of(&stage, again).already, 1);
    let known = all(&stage).into_iter().find(|item| item.title == "Lighthouse").unwrap();
    let details = stage.browser().ask::<ShowLibraryItem>(OfLibraryItem { item: known.id });
    assert_eq!(details.description.as_deref(), Some("A moving test picture with a tone."));
    until_true("its record lies beside it", || path.with_extension("json").is_file());
    assert_tidy(&stage);
}

#[test]
fn a_stream_a_list_of_twelve_and_a_feed_become_what_they_hold() {
    let stage = Stage::new(0);
    assert_eq!(sent(&stage, &["/watch/hls"]).done, 1);
    let (_, path) = only(&stage);
    assert!(codecs(&path).starts_with("h264+aac"), "{}", codecs(&path));
    assert_eq!(sent(&stage, &["/list"]), Balance { listed: 12, done: 12, ..Balance::default() });
    assert_eq!(sent(&stage, &["/feed.xml"]), Balance { listed: 3, done: 3, ..Balance::default() });
    assert_eq!(all(&stage).len(), 16);
    let saw = stage.control().hosts_that_saw("session");
    assert!(!saw.contains(VIDEO_FILES), "{saw:?}");
    assert_tidy(&stage);
}

#[test]
fn the_same_bytes_that_come_by_two_ways_at_once_are_one_file() {
    let stage = Stage::new(0);
    assert_eq!(sent(&stage, &["/watch/mp4", "/files/clip.mp4"]).done, 2);
    let items = all(&stage);
    assert!(items.len() == 2 && items[0].name == items[1].name, "{items:#?}");
    assert_eq!(items[0].references, 2);
    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: vec![items[0].id] });
    assert!(stage.library().join(&items[1].name).is_file(), "somebody else has it");
    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: vec![items[1].id] });
    let file = stage.library().join(&items[1].name);
    until_true("the last takes it along", || !file.exists());
    stage.browser().ask::<RestoreItems>(OfLibraryItems { items: vec![items[0].id] });
    until_true("it is there again", || file.is_file());
    assert_tidy(&stage);
}

#[test]
fn a_page_of_five_hundred_is_read_once_and_can_be_given_up() {
    let stage = Stage::new(0);
    let job = send(&stage, "k", &["/many"], Some(session(&stage)));
    stage.browser().wait_for(job, |job| job.balance.listed == 500 && job.balance.done > 20);
    stage.browser().ask::<Cancel>(OfJob { job: Some(job) });
    let ended = stage.browser().wait_for(job, |job| job.finished_at.is_some()).balance;
    assert!(ended.adds_up() && ended.failed == 0 && ended.cancelled > 0, "{ended:?}");
    let reads = stage.control().log().iter().filter(|entry| entry.path == "/many").count();
    assert!(reads <= 4, "the page was read {reads} times");
    assert_tidy(&stage);
}

#[test]
fn a_program_that_is_missing_is_named_and_the_work_goes_on_when_it_is_there() {
    let mut stage = Stage::new(0);
    let tools = stage.folder().join("programs");
    std::fs::create_dir(&tools).unwrap();
    stage.stop_daemon();
    stage.use_programs_in(&tools);
    stage.start_daemon();
    let job = send(&stage, "k", &["/watch/mp4"], Some(session(&stage)));
    stage.browser().wait_for(job, |job| job.balance.needs_you == 1);
    let missing = stage.browser().items(job).remove(0).reason.unwrap();
    assert_eq!(
        (missing.code, missing.params["program"].as_str()),
        (ErrorCode::ProgramMissing, "yt-dlp")
    );
    // One that hangs is no program that answers, one that babbles neither.
    for (name, script) in
        [("yt-dlp", "#!/bin/sh\nexec sleep 600\n"), ("ffmpeg", "#!/bin/sh\nyes\n")]
    {
        stage_script(&tools.join(name), script);
    }
    stage.browser().ask::<Retry>(OfJob { job: Some(job) });
    stage.browser().wait_for(job, |job| job.balance.needs_you == 1);
    for name in ["yt-dlp", "ffmpeg"] {
        std::fs::remove_file(tools.join(name)).unwrap();
    }
    stage.link_programs(&tools);
    stage.browser().ask::<Retry>(OfJob { job: Some(job) });
    assert_eq!(end_of(&stage, job).done, 1);
    assert_tidy(&stage);
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_encoding_waits_and_goes_on_when_there_is_room() {
    let mut stage = Stage::new(0);
    let Some(disk) = Disk::mount(&stage.folder().join("disk"), "300k") else { return };
    stage.use_library(&disk.at);
    let job = send(&stage, "k", &["/files/clip.webm"], Some(session(&stage)));
    stage.browser().wait_for(job, |job| job.balance.needs_you == 1);
    assert_eq!(reasons(&stage, job), BTreeSet::from([ErrorCode::DiskFull]));
    assert!(all(&stage).is_empty());
    disk.remount("size=96m");
    stage.browser().wait_for(job, |job| job.balance.done == 1);
    let (_, path) = only(&stage);
    assert!(codecs(&path).starts_with("h264+aac"), "{}", codecs(&path));
    assert_tidy(&stage);
}

#[test]
fn what_another_program_has_fetched_is_not_fetched_again() {
    let stage = Stage::new(0);
    let archive = stage.folder().join("archive.txt");
    crate::stage::write_file(&archive, b"generic mp4-1\ngeneric mp4\ngeneric list-3\n");
    let empty = stage.folder().join("nothing");
    std::fs::create_dir(&empty).unwrap();
    let [empty, archive] = [&empty, &archive].map(|path| path.to_str().unwrap());
    let noted = stage.start(&["library", "import", empty, "--archive", archive]).end();
    assert_eq!(noted.0, 0, "{}", noted.1);
    let job = send(&stage, "k", &["/watch/mp4"], Some(session(&stage)));
    assert_eq!(end_of(&stage, job).failed, 1);
    assert_eq!(reasons(&stage, job), BTreeSet::from([ErrorCode::AlreadyOwned]));
    assert_eq!(sent(&stage, &["/list"]).listed, 11);
    assert_tidy(&stage);
}

pub fn stage_script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    crate::stage::write_file(path, text.as_bytes());
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn without_a_session_it_waits_for_the_person_and_goes_on_with_one() {
    let stage = Stage::new(0);
    let job = send(&stage, "k", &["/watch/mp4", "/files/clip.mp4"], None);
    let waiting = stage.browser().wait_for(job, |job| job.balance.needs_you == 2);
    assert_eq!(waiting.account.id, VIDEOS);
    assert_eq!(reasons(&stage, job), BTreeSet::from([ErrorCode::SignedOut]));
    let other = SiteSession { host: "other.example.com".into(), ..session(&stage) };
    stage.browser().ask::<PutSiteSession>(other);
    assert_eq!(stage.browser().job(job).balance.needs_you, 2);
    stage.browser().ask::<PutSiteSession>(session(&stage));
    stage.browser().wait_for(job, |job| job.balance.done == 2);
    assert_tidy(&stage);
}

#[test]
fn a_session_that_is_not_enough_is_left_to_the_person() {
    let stage = Stage::new(0);
    let old = session(&stage);
    stage.control().videos().end_sessions();
    let job = send(&stage, "k", &["/watch/mp4"], Some(old.clone()));
    stage.browser().wait_for(job, |job| job.balance.needs_you == 1);
    stage.browser().ask::<PutSiteSession>(old);
    stage.browser().wait_for(job, |job| job.balance.needs_you == 1);
    let reads = || stage.control().log().iter().filter(|entry| entry.path == "/watch/mp4").count();
    let before = reads();
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(reads(), before, "it is tried again without need");
}

#[test]
fn what_cannot_be_had_is_said_in_its_own_way_and_the_rest_comes() {
    let stage = Stage::new(0);
    let paths =
        ["/nothing", "/live", "/watch/live", "/broken", "/garbled", "/empty", "/gone", "/escape"];
    let job = send(&stage, "k", &paths, Some(session(&stage)));
    let balance = end_of(&stage, job);
    let items = stage.browser().items(job);
    let of = |path: &str| items.iter().find(|item| item.source_id.ends_with(path)).unwrap();
    let code = |path: &str| of(path).reason.as_ref().map(|reason| reason.code);
    assert_eq!(code("/nothing"), Some(ErrorCode::NothingToFetch));
    for path in ["com/live", "/watch/live"] {
        assert_eq!(code(path), Some(ErrorCode::LiveStream), "{path}");
    }
    for path in ["/broken", "/garbled", "/empty"] {
        assert_eq!(of(path).state, ItemState::Failed, "{path}");
        assert!(!of(path).reason.as_ref().unwrap().params["detail"].is_empty(), "{path}");
    }
    assert_eq!(of("/gone").state, ItemState::Absent);
    assert_eq!(of("/escape").state, ItemState::Done, "{:?}", of("/escape").reason);
    assert_eq!((balance.done, balance.absent, balance.failed), (1, 1, 6));
    let name = of("/escape").name.clone().unwrap();
    assert!(!name.contains('/') && !name.contains('\u{202e}') && !name.contains('<'), "{name}");
    assert_tidy(&stage);
}

#[test]
fn sound_alone_and_the_original_are_kept_when_that_is_wanted() {
    let stage = Stage::new(0);
    let keep = SettingsPatch {
        keep_original: Some(true),
        encoder_preset: Some("ultrafast".into()),
        ..SettingsPatch::default()
    };
    stage.browser().change_settings(keep);
    assert_eq!(sent(&stage, &["/watch/webm"]).done, 1);
    let items = all(&stage);
    assert_eq!(items.len(), 2, "{items:#?}");
    let original = items.iter().find(|item| item.part == "original").unwrap();
    let bytes = std::fs::read(stage.library().join(&original.name)).unwrap();
    assert!(original.name.ends_with(".original.webm"), "{}", original.name);
    assert!(bytes == stage.control().videos().truth("clip.webm").unwrap().to_vec());
    for variant in [Variant::Mp3, Variant::Opus, Variant::M4a] {
        let send = NewSend {
            key: variant.as_str().into(),
            pages: pages(&["/watch/mp4"]),
            variant: Some(variant),
            session: Some(session(&stage)),
        };
        let job = stage.browser().ask::<SendPages>(send).job;
        let balance = end_of(&stage, job);
        assert_eq!(balance.done, 1, "{variant}: {:?}", reasons(&stage, job));
        let items = all(&stage);
        let sound = items.iter().find(|item| item.variant == variant).unwrap();
        assert_eq!(sound.kind, MediaKind::Audio);
        assert!(sound.name.ends_with(variant.extension()), "{}", sound.name);
    }
    assert_tidy(&stage);
}

#[test]
fn addresses_that_lead_elsewhere_are_refused_before_anything_is_noted() {
    let stage = Stage::new(0);
    for address in [
        "--exec=reboot",
        "-o/tmp/x",
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "javascript:alert(1)",
        "ftp://files.example/a.mp4",
        "https://someone:word@videos.example.com/",
        "http://127.0.0.1:8080/",
        "http://localhost/x.mp4",
        "http://[::1]/",
        "http://192.168.1.1/cam",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f000001/",
    ] {
        let pages = vec![SentPage { address: address.into(), ..SentPage::default() }];
        let send = NewSend { key: address.into(), pages, ..NewSend::default() };
        let refused = stage.browser().call::<SendPages>(send).unwrap_err();
        assert_eq!(refused.code, ErrorCode::AddressRefused, "{address}");
    }
    assert!(stage.browser().newest_job().is_none());
    let none = NewSend { key: "none".into(), ..NewSend::default() };
    assert_eq!(stage.browser().call::<SendPages>(none).unwrap_err().code, ErrorCode::BadParameters);
    let foreign = SiteSession { host: "evil.example".into(), ..session(&stage) };
    let send = NewSend {
        key: "x".into(),
        pages: pages(&["/list"]),
        variant: None,
        session: Some(foreign),
    };
    assert_eq!(stage.browser().call::<SendPages>(send).unwrap_err().code, ErrorCode::BadParameters);
}

#[test]
fn a_kill_in_the_middle_loses_nothing_and_leaves_nothing() {
    let mut stage = Stage::new(0);
    let slow =
        SettingsPatch { encoder_preset: Some("veryslow".into()), ..SettingsPatch::default() };
    stage.browser().change_settings(slow);
    let paths = ["/watch/webm", "/list", "/watch/hls"];
    let job = send(&stage, "k", &paths, Some(session(&stage)));
    for pause in [300, 900, 1500, 2500] {
        std::thread::sleep(std::time::Duration::from_millis(pause));
        stage.kill_daemon();
        stage.start_daemon();
        // A session is in memory only.
        stage.browser().ask::<PutSiteSession>(session(&stage));
    }
    stage.browser().wait_for(job, |job| job.balance.done + job.balance.already == 14);
    assert_eq!(all(&stage).len(), 14);
    for item in all(&stage) {
        assert!(codecs(&stage.library().join(&item.name)).contains("h264"), "{}", item.name);
    }
    // What the last kill interrupted is swept by the next start.
    stage.stop_daemon();
    stage.start_daemon();
    assert_tidy(&stage);
}

#[test]
fn the_command_line_sends_as_well() {
    let stage = Stage::new(0);
    let cookies = stage.folder().join("cookies.txt");
    std::fs::write(&cookies, stage.control().videos().sign_in()).unwrap();
    let url = format!("{SITE}/list");
    let cookies = cookies.to_str().unwrap();
    let sent = stage.start(&["send", &url, "--cookies", cookies, "--json"]).synced();
    sent.assert_all_done(12);
    let refused = stage.start(&["send", "--", "--exec=reboot"]).end();
    assert_eq!(refused.0, 1);
    assert_tidy(&stage);
}
