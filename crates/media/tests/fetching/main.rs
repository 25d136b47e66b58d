//! The real yt-dlp against a site on this machine, and programs that misbehave in its place.
#![cfg(unix)]

mod beside;
mod failing;
mod site;
#[path = "../support/mod.rs"]
mod support;

use media::Program;
use media::ytdlp::{Address, Entry, FetchError, Fetched, Nest, Progress, Taste, YtDlp};
use site::{Answer, Site};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Where `cargo xtask` puts yt-dlp.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/python/bin");

async fn yt_dlp() -> YtDlp {
    let program = Program::YtDlp.find(Some(Path::new(TOOLS))).await.unwrap_or_else(|| {
        panic!("yt-dlp is needed for the tests: run `cargo xtask setup`, or `pipx install yt-dlp`")
    });
    let ffmpeg = Program::Ffmpeg.find(None).await.expect("ffmpeg is needed: apt install ffmpeg");
    YtDlp { program: program.path, ffmpeg: ffmpeg.path, patience: Duration::from_secs(60) }
}

fn webm() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.webm");
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=160x90:rate=10:d=2",
        "-f",
        "lavfi",
        "-i",
        "sine=d=2",
        "-c:v",
        "libvpx",
    ];
    support::ffmpeg(&arguments, &path);
    std::fs::read(path).unwrap()
}

fn address(site: &Site, path: &str) -> Address {
    Address::parse(&format!("{}{path}", site.origin)).unwrap()
}

fn nest(folder: &TempDir) -> Nest<'_> {
    Nest {
        folder: folder.path(),
        cookies: None,
        owned: None,
        user_agent: None,
        proxy: None,
        may_go_around: true,
    }
}

async fn read(site: &Site, path: &str) -> Result<Vec<Entry>, FetchError> {
    let folder = tempfile::tempdir().unwrap();
    let cancel = CancellationToken::new();
    yt_dlp().await.read_page(&address(site, path), &nest(&folder), &cancel).await
}

async fn fetch(
    entry: &Entry,
    nest: &Nest<'_>,
    taste: &Taste,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Fetched, FetchError> {
    yt_dlp().await.fetch(entry, nest, taste, &CancellationToken::new(), progress).await
}

/// An entry for a page that was not read.
fn unread(site: &Site, path: &str) -> Entry {
    Entry::unread(address(site, path), None)
}

#[tokio::test]
async fn a_video_on_a_page_is_read_and_fetched_byte_for_byte() {
    let video = webm();
    let page = "<video src='a.webm' poster='/p.jpg'><track kind='subtitles' srclang='en' src='/s.vtt'></video>";
    let folder = tempfile::tempdir().unwrap();
    let picture = support::jpeg(folder.path());
    let site = Site::start(vec![
        ("/page", Answer::page(page)),
        ("/a.webm", Answer::of("video/webm", video.clone())),
        ("/p.jpg", Answer::of("image/jpeg", picture.clone())),
        ("/s.vtt", Answer::of("text/vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")),
    ]);
    let entries = read(&site, "/page").await.unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].address, address(&site, "/page"));
    let mut told = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let fetched = fetch(&entries[0], &nest(&folder), &Taste::default(), &mut |now| told.push(now))
        .await
        .unwrap();
    assert_eq!(fetched.file, folder.path().join("media.webm"));
    assert!(std::fs::read(&fetched.file).unwrap() == video);
    assert!(fetched.info.title.as_deref().unwrap().starts_with("Tide"), "{:?}", fetched.info);
    assert_eq!(fetched.info.page.as_deref(), Some(entries[0].address.as_str()));
    assert!(!fetched.info.raw.contains_key("url"));
    assert_eq!(told.last().unwrap().bytes, video.len() as u64);
    assert_eq!(told.last().unwrap().total, Some(video.len() as u64));
    let languages: Vec<_> = fetched.subtitles.iter().map(|one| one.language.as_str()).collect();
    assert_eq!(languages, ["en"]);
    let thumbnail = fetched.thumbnail.expect("a picture");
    assert!(std::fs::read(thumbnail).unwrap() == picture);
}

#[tokio::test]
async fn several_videos_on_a_page_are_fetched_one_by_one() {
    let (one, two) = (webm(), [webm(), vec![0; 10]].concat());
    let site = Site::start(vec![
        ("/page", Answer::page("<video src='1.webm'></video><video src='2.webm'></video>")),
        ("/1.webm", Answer::of("video/webm", one)),
        ("/2.webm", Answer::of("video/webm", two.clone())),
    ]);
    let entries = read(&site, "/page").await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.item).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert_eq!(entries[0].list.as_deref(), Some("Tide"));
    let folder = tempfile::tempdir().unwrap();
    let fetched = fetch(&entries[1], &nest(&folder), &Taste::default(), &mut |_| {}).await.unwrap();
    assert!(std::fs::read(fetched.file).unwrap() == two);
    assert!(fetched.info.title.unwrap().contains('2'));
    let whole = unread(&site, "/page");
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&whole, &nest(&folder), &Taste::default(), &mut |_| {}).await;
    assert_eq!(error, Err(FetchError::Several));
}

#[tokio::test]
async fn a_feed_is_a_list_of_its_episodes() {
    let item = |n| {
        format!(
            "<item><title>E{n}</title><link>http://127.0.0.1:9/{n}</link><enclosure url='http://127.0.0.1:9/{n}.mp3' type='audio/mpeg'/></item>"
        )
    };
    let feed = format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Pod</title>{}{}</channel></rss>",
        item(1),
        item(2)
    );
    let site = Site::start(vec![("/feed", Answer::of("application/rss+xml", feed))]);
    let entries = read(&site, "/feed").await.unwrap();
    let titles: Vec<_> = entries.iter().map(|entry| entry.title.as_deref()).collect();
    assert_eq!(titles, [Some("E1"), Some("E2")]);
    assert!(entries.iter().all(|entry| entry.item.is_none()), "{entries:?}");
}

#[tokio::test]
async fn a_stream_in_pieces_comes_as_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.m3u8");
    let picture =
        ["-f", "lavfi", "-i", "testsrc=size=160x90:rate=10:d=4", "-f", "lavfi", "-i", "sine=d=4"];
    let pieces =
        ["-pix_fmt", "yuv420p", "-g", "10", "-hls_time", "1", "-hls_list_size", "0", "-f", "hls"];
    support::ffmpeg(&[picture.as_slice(), &pieces].concat(), &list);
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| {
            (format!("/{}", file.file_name().display()), std::fs::read(file.path()).unwrap())
        })
        .collect();
    assert!(files.len() > 3, "a list and several pieces");
    let answers = files.iter().map(|(path, body)| {
        let is_list = path.ends_with("m3u8");
        let kind = if is_list { "application/vnd.apple.mpegurl" } else { "video/mp2t" };
        (path.as_str(), Answer::of(kind, body.clone()))
    });
    let site = Site::start(answers.collect());
    let entries = read(&site, "/list.m3u8").await.unwrap();
    let nest_folder = tempfile::tempdir().unwrap();
    let fetched =
        fetch(&entries[0], &nest(&nest_folder), &Taste::default(), &mut |_| {}).await.unwrap();
    let probed = support::probe(&fetched.file);
    let seconds: f64 = probed["format"]["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - 4.0).abs() < 0.3, "{seconds}");
}

#[tokio::test]
async fn cookies_are_sent_to_their_site_and_stay_out_of_what_is_kept() {
    let site = Site::start(vec![
        ("/page", Answer::page("<video src='a.webm'></video>")),
        ("/a.webm", Answer::of("video/webm", webm())),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let cookies = folder.path().join("cookies.txt");
    let text = "# Netscape HTTP Cookie File\n#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tsid\ts3cret\n\
                other.example\tFALSE\t/\tFALSE\t4102444800\tsid\telsewhere\n";
    std::fs::write(&cookies, text).unwrap();
    let nest = Nest { cookies: Some(&cookies), ..nest(&folder) };
    let entry = unread(&site, "/page");
    let fetched = fetch(&entry, &nest, &Taste::default(), &mut |_| {}).await.unwrap();
    let requests = site.requests();
    assert!(requests.iter().all(|head| head.contains("sid=s3cret")), "{requests:?}");
    assert!(requests.iter().all(|head| !head.contains("elsewhere")), "{requests:?}");
    assert!(!format!("{:?}", fetched.info).contains("s3cret"));
}

#[tokio::test]
async fn nothing_is_written_outside_the_private_folder_and_no_settings_are_read() {
    let site = Site::start(vec![("/a.webm", Answer::of("video/webm", webm()))]);
    let folder = tempfile::tempdir().unwrap();
    // What yt-dlp would read as its settings if it were let.
    std::fs::write(folder.path().join("yt-dlp.conf"), "--output elsewhere.webm\n").unwrap();
    std::fs::create_dir(folder.path().join("yt-dlp")).unwrap();
    std::fs::write(folder.path().join("yt-dlp/config"), "--output elsewhere.webm\n").unwrap();
    let fetched = fetch(&unread(&site, "/a.webm"), &nest(&folder), &Taste::default(), &mut |_| {})
        .await
        .unwrap();
    assert_eq!(fetched.file.file_name().unwrap(), "media.webm");
}
