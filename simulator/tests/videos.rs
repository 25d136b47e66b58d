//! The video site as a person meets it: by curl, and by the real yt-dlp with a cookie file.

mod common;

use common::{Got, complaints, curl, probe, simulator, start};
use serde_json::{Value, json};
use simulator::{
    Config, ESCAPING_TITLE, Fault, FaultKind, Refusal, Simulator, VIDEO_FILES, VIDEOS,
};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SITE: &str = "https://videos.example.com";
/// Where `cargo xtask` puts yt-dlp.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/python/bin");

/// A person with a folder of their own and the cookies in it.
struct Member<'a> {
    simulator: &'a Simulator,
    folder: TempDir,
    cookies: PathBuf,
}

impl<'a> Member<'a> {
    fn new(simulator: &'a Simulator) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cookies = folder.path().join("cookies.txt");
        std::fs::write(&cookies, simulator.control().videos().sign_in()).unwrap();
        Self { simulator, folder, cookies }
    }

    fn get(&self, path: &str) -> Got {
        self.get_with(path, &[])
    }

    fn get_with(&self, path: &str, more: &[&str]) -> Got {
        let (cookies, url) = (self.cookies.to_str().unwrap(), format!("{SITE}{path}"));
        curl(self.simulator, &[&["--cookie", cookies], more, &[&url]].concat())
    }

    /// What yt-dlp says of a page.
    fn ask(&self, path: &str) -> Value {
        let done = self.yt_dlp(path, &["--dump-single-json"]);
        assert!(done.status.success(), "{path}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    fn yt_dlp(&self, path: &str, more: &[&str]) -> Output {
        let cookies = self.cookies.to_str().unwrap();
        yt_dlp(self.simulator, self.folder.path(), path, &[&["--cookies", cookies], more].concat())
    }
}

/// `yt-dlp` as a person would call it: with the proxy and the certificate, nothing else special.
fn yt_dlp(simulator: &Simulator, folder: &Path, path: &str, more: &[&str]) -> Output {
    let of_checkout = Path::new(TOOLS).join("yt-dlp");
    let program = if of_checkout.exists() { of_checkout } else { "yt-dlp".into() };
    Command::new(program)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("HTTPS_PROXY", simulator.proxy_url())
        .env("HTTP_PROXY", simulator.proxy_url())
        .env("SSL_CERT_FILE", simulator.ca_pem_path())
        .current_dir(folder)
        .args(["--ignore-config", "--no-cache-dir"])
        .args(more)
        .args(["--", &format!("{SITE}{path}")])
        .output()
        .expect("yt-dlp is needed for the tests: run `cargo xtask setup`, or `pipx install yt-dlp`")
}

fn truth(simulator: &Simulator, name: &str) -> Vec<u8> {
    simulator.control().videos().truth(name).unwrap_or_else(|| panic!("no {name}")).to_vec()
}

#[test]
fn without_both_cookies_nothing_is_shown() {
    let simulator = simulator(1);
    let file = simulator.control().videos().sign_in();
    let value = |name: &str| {
        let line = file.lines().find(|line| line.contains(name)).unwrap();
        format!("{name}={}", line.rsplit('\t').next().unwrap())
    };
    let (session, part) = (value("session"), value("__Host-part"));
    let both = format!("{session}; {part}");
    let status = |path: &str, cookie: &str| {
        curl(&simulator, &["--header", &format!("Cookie: {cookie}"), &format!("{SITE}{path}")])
            .status
    };
    for path in ["/", "/watch/webm", "/list", "/feed.xml", "/live"] {
        assert_eq!(status(path, &both), 200, "{path}");
        assert_eq!(status(path, &session), 401, "{path}");
        assert_eq!(status(path, &part), 401, "{path}");
    }
    for path in ["/files/clip.webm", "/files/poster.jpg", "/hls/master.m3u8", "/slow.mp4"] {
        assert_eq!(status(path, &both), 200, "{path}");
        assert_eq!(status(path, &session), 403, "{path}");
        assert_eq!(status(path, &part), 403, "{path}");
    }
    let refused = curl(&simulator, &[&format!("{SITE}/watch/webm")]);
    assert!(refused.text().contains("Sign in to watch") && !refused.text().contains("<video"));
    let folder = tempfile::tempdir().unwrap();
    let stranger = yt_dlp(&simulator, folder.path(), "/watch/webm", &["--dump-single-json"]);
    assert!(String::from_utf8_lossy(&stranger.stderr).contains("HTTP Error 401"), "{stranger:?}");
    simulator.control().videos().set_refusal(Refusal::Redirect);
    let sent = curl(&simulator, &["--location", &format!("{SITE}/watch/webm")]);
    assert_eq!(sent.status, 200);
    assert!(sent.headers.contains("303") && sent.text().contains("Sign in to watch"));
    simulator.control().videos().end_sessions();
    assert_eq!(status("/files/clip.webm", &both), 403);
}

#[test]
fn the_form_sets_two_cookies_for_its_own_host_and_leads_to_the_front_page() {
    let simulator = simulator(1);
    let jar = tempfile::NamedTempFile::new().unwrap();
    let jar = jar.path().to_str().unwrap();
    let with_jar = |more: &[&str], path: &str| {
        let url = format!("{SITE}{path}");
        curl(&simulator, &[&["--cookie", jar, "--cookie-jar", jar], more, &[&url]].concat())
    };
    assert!(with_jar(&[], "/sign-in").text().contains(r#"<form method="post" action="/sign-in">"#));
    let sent = with_jar(&["--data", "account=demo"], "/sign-in");
    assert_eq!((sent.status, sent.header("location").as_deref()), (303, Some("/")));
    let set: Vec<&str> =
        sent.headers.lines().filter(|line| line.starts_with("set-cookie:")).collect();
    assert_eq!(set.len(), 2, "{set:?}");
    assert!(set[0].contains("session=") && set[0].contains("SameSite=Lax"));
    assert!(set[1].contains("__Host-part=") && set[1].contains("SameSite=None; Partitioned"));
    for line in set {
        assert!(line.contains("Secure; HttpOnly") && line.contains("Path=/"), "{line}");
        assert!(!line.contains("Domain"), "{line}");
    }
    assert!(with_jar(&[], "/").text().contains("/watch/webm"));
    assert_eq!(with_jar(&[], "/files/clip.mp4").status, 200);
}

#[test]
fn yt_dlp_finds_one_video_twelve_and_three_episodes() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    let one = member.ask("/watch/webm");
    assert_eq!(one["url"], format!("{SITE}/files/clip.webm"));
    assert!(one["title"].as_str().unwrap().starts_with("Tide at the pier"));
    assert_eq!(one["description"], "The tide comes in & goes out again, in five seconds.");
    assert_eq!(one["thumbnail"], format!("{SITE}/files/poster.jpg"));
    assert_eq!(one["subtitles"]["en"][0]["url"], format!("{SITE}/files/captions.en.vtt"));
    assert_eq!(member.ask("/watch/mp4")["url"], format!("{SITE}/files/clip.mp4"));
    assert_eq!(member.ask("/watch/hls")["formats"].as_array().unwrap().len(), 2);

    let list = member.ask("/list");
    let addresses: HashSet<&str> = list["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["url"].as_str().unwrap())
        .collect();
    assert_eq!(addresses.len(), 12);

    let feed = member.ask("/feed.xml");
    let episodes = feed["entries"].as_array().unwrap();
    assert_eq!((feed["title"].as_str(), episodes.len()), (Some("Keepers of the light"), 3));
    assert_eq!(episodes[2]["url"], format!("https://{VIDEO_FILES}/podcast/episode-1.mp3"));

    assert_eq!(member.ask("/many")["entries"].as_array().unwrap().len(), 500);
    let nothing = member.yt_dlp("/nothing", &["--dump-single-json"]);
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("Unsupported URL"), "{nothing:?}");
    assert!(member.ask("/escape")["title"].as_str().unwrap().starts_with(ESCAPING_TITLE));
}

#[test]
fn a_stream_comes_whole_and_its_host_never_sees_the_cookies() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    let done = member.yt_dlp("/watch/hls", &["--output", "got.mp4"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (codec, seconds) = probe(&std::fs::read(member.folder.path().join("got.mp4")).unwrap());
    assert_eq!(codec, "h264");
    assert!((seconds - 6.0).abs() < 0.3, "{seconds} s");
    let hosts: BTreeSet<String> =
        simulator.control().log().into_iter().map(|entry| entry.host).collect();
    assert_eq!(hosts, BTreeSet::from([VIDEOS.to_owned(), VIDEO_FILES.to_owned()]));
    for cookie in ["session", "__Host-part"] {
        let saw = simulator.control().hosts_that_saw(cookie);
        assert_eq!(saw, BTreeSet::from([VIDEOS.to_owned()]), "{cookie}");
    }
    let segment = curl(&simulator, &[&format!("https://{VIDEO_FILES}/hls/high0.ts")]);
    assert_eq!(segment.status, 403, "an address without signature");
}

#[test]
fn live_streams_move_on_and_yt_dlp_calls_them_live() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    for path in ["/live", "/live/stream.m3u8"] {
        assert_eq!(member.ask(path)["is_live"], true, "{path}");
    }
    let list = member.get("/live/stream.m3u8").text();
    assert!(!list.contains("ENDLIST") && list.matches("#EXTINF").count() == 3, "{list}");
    let segment = list.lines().find(|line| line.starts_with("https")).unwrap();
    let (codec, seconds) = probe(&curl(&simulator, &[segment]).body);
    assert_eq!(codec, "h264");
    assert!((seconds - 2.0).abs() < 0.3, "{seconds} s");
    let end = Instant::now() + Duration::from_secs(10);
    while member.get("/live/stream.m3u8").text().lines().nth(3) == list.lines().nth(3) {
        assert!(Instant::now() < end, "the window does not move");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn radio_has_no_length_and_goes_on_for_as_long_as_somebody_listens() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    for (path, is_named) in [("/radio.mp3", true), ("/endless.mp3", false), ("/on-air", false)] {
        let heard = member.get_with(path, &["--max-time", "8"]);
        assert_eq!(heard.code, Some(28), "{path}: curl itself gave up");
        assert!(heard.body.len() > 1_000_000, "{path}: {} bytes", heard.body.len());
        assert_eq!(heard.header("content-length"), None, "{path}");
        assert_eq!(heard.header("icy-name").is_some(), is_named, "{path}");
        assert_eq!(probe(&heard.body[..500_000]).0, "mp3", "{path}");
    }
}

#[test]
fn files_come_in_parts_with_a_validator() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    let whole = truth(&simulator, "clip.mp4");
    let first = member.get("/files/clip.mp4");
    assert!(first.body == whole);
    let tag = first.header("etag").unwrap();
    let part = member.get_with("/files/clip.mp4", &["--range", "1000-"]);
    assert_eq!(part.status, 206);
    assert!(part.body == whole[1000..]);
    simulator.control().videos().replace("/files/clip.mp4");
    let condition = format!("If-Range: {tag}");
    let again = member.get_with("/files/clip.mp4", &["--range", "1000-", "--header", &condition]);
    assert_eq!(again.status, 200);
    assert!(again.body != whole && again.body == truth(&simulator, "clip.mp4"));
    assert_eq!(complaints(&again.body), "");
}

#[test]
fn faults_strike_here_as_on_the_other_sites() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    let control = simulator.control();
    let once = |kind: FaultKind| control.add_fault(Fault::new(kind).on_host(VIDEOS).times(1));
    once(FaultKind::SigninPage);
    let page = member.get("/files/clip.webm");
    assert!(page.status == 200 && page.text().contains("Sign in to watch"));
    once(FaultKind::RedirectToOrigin);
    let moved = member.get_with("/files/clip.webm", &["--location"]);
    assert!(moved.body == truth(&simulator, "clip.webm"));
    assert!(!control.hosts_that_saw("session").contains("cdn.flowmusic.app"));
    let before = member.get("/files/clip.mp4").header("etag");
    once(FaultKind::ChangeEtag);
    assert_ne!(member.get("/files/clip.mp4").header("etag"), before);
    once(FaultKind::Reset { at: 5000 });
    assert_eq!(member.get("/files/clip.webm").body.len(), 5000);
}

#[test]
fn every_file_is_real_unlike_every_other_and_the_same_in_a_second_simulator() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Some(folder.path().to_path_buf());
    let other = start(Config { songs: 1, media_cache: cache, ..Config::default() });
    let simulator = simulator(1);
    let mut names: Vec<String> =
        ["clip.webm", "clip.mp4", "high1.ts", "low2.ts", "escape.mp4"].map(str::to_owned).into();
    names.extend((1..=12).map(|n| format!("list-{n}.mp4")));
    names.extend([1, 2, 500].map(|n| format!("many-{n}.mp4")));
    names.extend((1..=3).map(|n| format!("episode-{n}.mp3")));
    let mut seen = HashSet::new();
    for name in &names {
        let bytes = truth(&simulator, name);
        assert_eq!(complaints(&bytes), "", "{name}");
        assert!(truth(&other, name) == bytes, "{name}");
        assert!(seen.insert(bytes), "{name}");
    }
    assert_eq!(probe(&truth(&simulator, "clip.webm")).0, "vp9");
    assert_eq!(probe(&truth(&simulator, "clip.mp4")).0, "h264");
    assert_eq!(probe(&truth(&simulator, "poster.jpg")).0, "mjpeg");
    assert_ne!(complaints(&truth(&simulator, "broken.webm")), "");
    assert_eq!(probe(&truth(&simulator, "garbled.webm")).0, "");
    assert!(truth(&simulator, "empty.mp4").is_empty());
    assert!(simulator.control().videos().truth("many-501.mp4").is_none());
}

#[test]
fn the_slow_file_comes_at_the_rate_that_is_set() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    let length = truth(&simulator, "slow.mp4").len() as u64;
    simulator.control().videos().set_slow_rate(length / 4);
    let started = Instant::now();
    assert!(member.get("/slow.mp4").body == truth(&simulator, "slow.mp4"));
    let took = started.elapsed();
    assert!(took > Duration::from_millis(3500), "{took:?}");
    simulator.control().videos().set_slow_rate(length * 100);
    let comes_fast = || {
        let started = Instant::now();
        member.get("/slow.mp4");
        started.elapsed() < took / 2
    };
    assert!((0..3).any(|_| comes_fast()));
}

#[test]
fn ways_into_the_local_network_are_offered_and_whoever_follows_is_noted() {
    let simulator = simulator(1);
    let member = Member::new(&simulator);
    let location = |path: &str| member.get(path).header("location").unwrap();
    assert!(location("/redirect-local").starts_with("http://127.0.0.1:"));
    assert_eq!(location("/redirect-link-local"), "http://169.254.169.254/latest/meta-data/");
    assert_eq!(simulator.control().counters().trapped, 0);
    member.get_with("/redirect-local", &["--location", "--noproxy", "127.0.0.1"]);
    assert_eq!(simulator.control().counters().trapped, 1);
}

#[test]
fn the_public_half_needs_no_cookies() {
    let simulator = simulator(1);
    let folder = tempfile::tempdir().unwrap();
    let done = yt_dlp(&simulator, folder.path(), "/public/watch/mp4", &["--output", "got.mp4"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(std::fs::read(folder.path().join("got.mp4")).unwrap() == truth(&simulator, "clip.mp4"));
    assert!(simulator.control().log().iter().all(|entry| entry.cookies.is_empty()));
}

#[test]
fn other_processes_have_the_same_powers() {
    let simulator = simulator(1);
    let ask = |method: &str, path: &str, body: Value| {
        let url = format!("{}/videos{path}", simulator.control_url());
        let body = body.to_string();
        curl(&simulator, &["--noproxy", "*", "--request", method, "--json", &body, &url])
    };
    let cookies = ask("POST", "/signin", json!({})).text();
    assert!(cookies.contains("#HttpOnly_videos.example.com\tFALSE\t/\tTRUE\t"), "{cookies}");
    let settings = json!({"refusal": "redirect", "slow_bytes_per_second": 1_000_000});
    assert_eq!(ask("POST", "/set", settings).status, 200);
    assert_eq!(curl(&simulator, &[&format!("{SITE}/list")]).status, 303);
    let before = ask("GET", "/truth/list-3.mp4", json!({})).body;
    assert!(before == truth(&simulator, "list-3.mp4"));
    ask("POST", "/replace", json!({"path": "/files/list-3.mp4"}));
    assert!(ask("GET", "/truth/list-3.mp4", json!({})).body != before);
    assert_eq!(ask("POST", "/expire", json!({})).status, 200);
}
