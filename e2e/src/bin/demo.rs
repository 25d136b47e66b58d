//! The main job before one's eyes: a signed-in sample account, real Chromium with the extension, "Download all".
//!
//! Nothing leaves this machine: the sites are the simulator's.

use anyhow::{Context, Result, bail};
use clap::Parser;
use e2e::browser::{Browser, Config};
use e2e::member::SITE;
use e2e::page::Page;
use e2e::permission::agree_beforehand;
use e2e::popup::{self, Popup};
use e2e::stage::{self, Stage};
use e2e::{checkout, gallery, media_facts, truth, wait};
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{Balance, JobSummary, Source, Variant};
use simulator::discogs::Sizes;
use simulator::{Service, VIDEOS};
use std::path::{Path, PathBuf};

/// How many files are looked at closely in the end.
const SAMPLES: usize = 4;

#[derive(Parser)]
#[command(about = "\"Download all\" in real Chromium against simulated sites")]
struct Arguments {
    /// Show the browser, and leave it open until Ctrl-C
    #[arg(long)]
    headed: bool,
    /// Songs in the sample account
    #[arg(long, default_value_t = 40)]
    songs: u32,
    /// What to bring of each
    #[arg(long, value_delimiter = ',', default_value = "mp3,stems")]
    formats: Vec<Variant>,
    /// Which site: producer.ai or flowmusic
    #[arg(long, default_value = "producer.ai")]
    site: Source,
    /// Also take pictures of every page in English and French
    #[arg(long)]
    gallery: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let headed = arguments.headed && has_display();
    if arguments.headed && !headed {
        println!("There is no display: running without a window.");
    }
    let folder = checkout::root().join("demo");
    let (library, pictures) = (folder.join("library"), folder.join("screenshots"));
    empty(&library)?;
    empty(&pictures)?;

    println!("Starting the sites, with {} songs in the account `demo` …", arguments.songs);
    let stage = Stage::quick(arguments.songs).await?;
    stage.home.succeed(&["config", "set", "folder", &library.display().to_string()]).await?;
    println!("Starting Chromium with the extension …");
    let mut browser = stage.browser(Config { headed, ..Config::default() }).await?;
    let balance = download(&stage, &browser, &arguments, &pictures).await?;
    report(&balance, &library).await?;
    if arguments.gallery {
        take_gallery(&stage, &browser, &pictures).await?;
    }
    println!("\nScreenshots: {}", pictures.display());
    if headed {
        println!("The browser stays open; Ctrl-C ends the demo.");
        tokio::select! {
            ended = browser.wait() => ended?,
            pressed = tokio::signal::ctrl_c() => pressed?,
        }
    }
    Ok(())
}

/// Signs in, clicks, and shows how it goes until it ends.
async fn download(
    stage: &Stage,
    browser: &Browser,
    arguments: &Arguments,
    pictures: &Path,
) -> Result<Balance> {
    let source = arguments.site;
    let service = match source {
        Source::Producer => Service::Producer,
        Source::Flowmusic => Service::Flowmusic,
        Source::Discogs | Source::Web | Source::Files => {
            bail!("the demo is of a site with an account")
        }
    };
    println!("Signing in at {} …", service.host());
    browser.open(&stage::sign_in_address(service)).await?;
    let popup = Popup::open(browser).await?;
    popup.choose_site(source).await?;
    popup.page.wait_text("Signed in as").await?;
    popup.choose_formats(&arguments.formats).await?;
    println!("Clicking \"Download all\" …");
    popup.download_all().await?;

    let bar = progress_bar();
    popup.page.wait_control("button", |name| name == "Pause").await?;
    gallery::popup(&popup.page, pictures, "popup-running", "en").await?;
    let job = popup::wait_for_end(&stage.home, 1, |job| show(&bar, job)).await?;
    bar.finish_and_clear();
    popup.page.wait_control("button", |name| name.starts_with("Download all")).await?;
    gallery::popup(&popup.page, pictures, "popup-done", "en").await?;
    Ok(job.balance)
}

async fn report(balance: &Balance, library: &Path) -> Result<()> {
    println!("\nBalance");
    let lines = [
        ("downloaded", balance.done),
        ("already here", balance.already),
        ("not on the site", balance.absent),
        ("withheld by the site", balance.withheld),
        ("failed", balance.failed),
        ("cancelled", balance.cancelled),
        ("waiting for you", balance.needs_you),
    ];
    for (name, count) in lines.iter().filter(|(_, count)| *count > 0) {
        println!("  {count:>6}  {name}");
    }
    let sum = if balance.adds_up() { "adds up" } else { "DOES NOT ADD UP" };
    println!("  {:>6}  listed: it {sum}", balance.listed);

    println!("\nFolder {}", library.display());
    let files = truth::files_below(library)?;
    let sound = |file: &&PathBuf| {
        file.extension().is_some_and(|extension| extension != "json" && extension != "lrc")
    };
    let sounds: Vec<_> = files.iter().filter(sound).collect();
    for file in sounds.iter().step_by((sounds.len() / SAMPLES).max(1)).take(SAMPLES) {
        let facts = media_facts::probe(&library.join(file)).await?;
        let title = facts.tags.get("title").map_or("", String::as_str);
        let cover = if facts.has_cover { ", cover" } else { "" };
        println!("  {}", file.display());
        println!("      {} {:.1} s, title {title:?}{cover}", facts.codec, facts.duration_s);
    }
    println!("  {} files in all", files.len());
    Ok(())
}

/// What is sent for the pictures: what comes home, what is slow, what waits for a sign-in, what is broken.
const SENT: &[&str] = &[
    "/public/watch/webm",
    "/public/watch/hls",
    "/watch/mp4",
    "/public/broken",
    "/public/watch/slow",
];
/// Bytes a second, so that the slow one is still on its way in the last picture.
const SLOW: u64 = 500;

/// Every page in both languages.
async fn take_gallery(stage: &Stage, browser: &Browser, pictures: &Path) -> Result<()> {
    println!("Sending pages for the pictures …");
    let lines: Vec<_> = SENT.iter().map(|path| [SITE, path].concat()).collect();
    let addresses = lines.join("\n");
    stage.control().videos().set_slow_rate(SLOW);
    let send = gallery::send_panel(browser, pictures, "en", &addresses).await?;
    send.click("button", "Send").await?;
    let stages = async || {
        let jobs = popup::jobs(&stage.home).await?;
        let sent = jobs.first().filter(|job| job.source == Source::Web).map(|job| job.balance);
        Ok(sent.filter(|sent| sent.pending <= 1 && sent.done > 0 && sent.needs_you > 0))
    };
    wait::until("pages to arrive", popup::DOWNLOAD_LIMIT, stages).await?;
    // The popup may see the page in front of it only where the sign-in may be used.
    agree_beforehand(browser, &[SITE, "/*"].concat()).await?;
    let ask = format!("chrome.permissions.request({{origins: ['{SITE}/*']}})");
    send.session.evaluate::<bool>(&ask).await?;
    send.session.close().await?;
    let site = browser.open(&[SITE, SENT[0]].concat()).await?;

    println!("Reading a collection at Discogs …");
    stage.read_collection(Sizes { copies: 400, wants: 40, listings: 30 }).await?;
    println!("Taking in a folder …");
    take_in_folder(stage).await?;
    println!("Taking pictures of every page …");
    take_pages(browser, pictures, "en", &site).await?;
    let settings = browser.open_extension_page("app.html#settings").await?;
    settings.choose("Language", "fr").await?;
    gallery::send_panel(browser, pictures, "fr", &addresses).await?.session.close().await?;
    let popup = Popup::open(browser).await?;
    gallery::popup(&popup.page, pictures, "popup-done", "fr").await?;
    take_pages(browser, pictures, "fr", &site).await
}

/// A folder with a film, a copy of it, and what is none.
async fn take_in_folder(stage: &Stage) -> Result<()> {
    let folder = stage.home.file("Old films");
    std::fs::create_dir_all(folder.join("Copies"))?;
    let film = stage.control().videos().truth("list-1.mp4").context("no film")?;
    for name in ["Summer by the sea.mp4", "Copies/Summer by the sea (1).mp4"] {
        std::fs::write(folder.join(name), film.to_vec())?;
    }
    std::fs::write(folder.join("Ticket.mp4"), "<!doctype html><title>Ticket</title>")?;
    std::fs::write(folder.join("Unfinished.mp3"), "")?;
    // It ends with a word on what is no media.
    stage.home.run(&["library", "import", &folder.display().to_string()]).await.map(drop)
}

async fn take_pages(browser: &Browser, pictures: &Path, language: &str, site: &Page) -> Result<()> {
    gallery::pages(browser, pictures, language).await?;
    gallery::library(browser, pictures, language).await?;
    gallery::collection(browser, pictures, language).await?;
    let popup = Popup::open_behind(browser, site).await?;
    popup.page.wait_text(VIDEOS).await?;
    gallery::popup(&popup.page, pictures, "popup-page", language).await?;
    popup.page.session.close().await
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("  {bar:32} {pos}/{len} files  {elapsed}  {msg}")
    {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, job: &JobSummary) {
    bar.set_length(job.balance.listed);
    bar.set_position(job.balance.listed - job.balance.pending);
    bar.set_message(if job.listing.complete { "" } else { "reading the list" });
}

fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(std::fs::create_dir_all(folder)?)
}
