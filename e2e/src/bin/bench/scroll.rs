//! The library in the app page: how soon the first covers are seen, and whether a large library scrolls smoothly, in
//! real Chromium.

use crate::library::fill;
use crate::ours;
use crate::table::Table;
use anyhow::{Result, ensure};
use e2e::browser::Config;
use e2e::page::{Page, Scheme};
use e2e::stage::{ACCOUNT, Stage};
use e2e::wait;
use serde::Deserialize;
use simulator::Service;

/// Songs with a cover, the newest of the library.
const SONGS: u32 = 60;
/// Covers that are waited for, in a window that holds them.
const COVERS: u32 = 50;
const WINDOW: (u32, u32) = (1920, 1900);
/// A window of the usual size.
const TAB: (u32, u32) = (1280, 800);
/// Pages are asked for these ways of scrolling.
const WAYS: &[(&str, Way)] = &[
    ("a wheel, 4,000 pixels a second", Way { pixels_a_second: Some(4_000), seconds: 8 }),
    ("the bar, from the first thing to the last", Way { pixels_a_second: None, seconds: 10 }),
];

/// How it is scrolled.
struct Way {
    /// The whole list without one.
    pixels_a_second: Option<u32>,
    seconds: u32,
}

/// What a page tells of a scroll.
#[derive(Deserialize)]
struct Scrolled {
    /// Milliseconds from frame to frame.
    gaps: Vec<f64>,
    /// The most elements in the list at once.
    nodes: u32,
}

/// Fills a library with `count` things, and looks at it.
///
/// # Errors
/// When something does not start, or the end of the list is not reached.
pub async fn run(count: u32) -> Result<Table> {
    let stage = Stage::quick(SONGS).await?;
    stage.control().set_quirks(Service::Producer, ACCOUNT, false);
    // A library folder that has been used, then what is not on the disk, then the newest, with their files.
    ours::sync(&stage, Service::Flowmusic, "m4a").await?;
    ours::stop(&stage.home).await?;
    fill(&stage.home.data().join("mediafetcher.db"), count).await?;
    ours::sync(&stage, Service::Producer, "mp3").await?;
    let browser = stage.browser(Config::default()).await?;

    let title = format!("The app page with {count} things");
    let mut table = Table::new(&title, &["", "p50 ms", "p95 ms", "longest ms", "most elements"]);
    let page = browser.open_extension_page("app.html#library").await?;
    page.present(TAB.0, TAB.1, Scheme::Light).await?;
    for layout in ["List", "Grid"] {
        page.click("button", layout).await?;
        for (name, way) in WAYS {
            let scrolled = scroll(&page, way).await?;
            row(&mut table, &format!("{layout}: {name}"), scrolled);
        }
    }
    // The layout is remembered, so that a page begins with covers.
    page.session.close().await?;
    let page = browser.open_extension_page("onboarding.html").await?;
    page.present(WINDOW.0, WINDOW.1, Scheme::Light).await?;
    let mut times = Vec::new();
    for _ in 0..5 {
        times.push(first_covers(&page).await?);
    }
    times.sort_by(f64::total_cmp);
    let time = |at: usize| format!("{:.0}", times[at]);
    let none = String::new();
    table.row(&[
        format!("the first {COVERS} covers on screen"),
        time(2),
        none.clone(),
        time(4),
        none,
    ]);
    browser.quit().await?;
    Ok(table)
}

/// Scrolls once, counting frames.
async fn scroll(page: &Page, way: &Way) -> Result<Scrolled> {
    let ready = async || {
        let script = "document.querySelector('.list')?.scrollTo(0, 0), document.querySelectorAll('.item .title-button').length > 8";
        Ok(page.session.evaluate::<bool>(script).await?.then_some(()))
    };
    wait::until("the list", wait::LONG, ready).await?;
    let Way { pixels_a_second, seconds } = way;
    let length = match pixels_a_second {
        Some(pixels) => (pixels * seconds).to_string(),
        None => "list.scrollHeight - list.clientHeight".to_owned(),
    };
    let script = format!(
        "new Promise((done) => {{
            const list = document.querySelector('.list');
            const length = {length}, gaps = [], begun = performance.now();
            let last = begun, nodes = 0;
            const frame = (now) => {{
                gaps.push(now - last);
                last = now;
                nodes = Math.max(nodes, list.querySelectorAll('*').length);
                const share = Math.min(1, (now - begun) / ({seconds} * 1000));
                list.scrollTop = length * share;
                if (share < 1) requestAnimationFrame(frame); else done({{gaps: gaps.slice(1), nodes}});
            }};
            requestAnimationFrame(frame);
        }})"
    );
    let scrolled = page.session.evaluate::<Scrolled>(&script).await?;
    let seen = async || {
        let script = "(() => {
            const list = document.querySelector('.list').getBoundingClientRect();
            const inside = [...document.querySelectorAll('.item')].filter((item) => {
                const box = item.getBoundingClientRect();
                return box.bottom > list.top && box.top < list.bottom;
            });
            return inside.length > 0 && inside.every((item) => item.querySelector('.title-button').innerText !== '');
        })()";
        Ok(page.session.evaluate::<bool>(script).await?.then_some(()))
    };
    wait::until("what was scrolled to", wait::LONG, seen).await?;
    Ok(scrolled)
}

fn row(table: &mut Table, name: &str, scrolled: Scrolled) {
    let Scrolled { mut gaps, nodes } = scrolled;
    gaps.sort_by(f64::total_cmp);
    let at = |share: usize| format!("{:.1}", gaps[(gaps.len() - 1) * share / 100]);
    table.row(&[name.to_owned(), at(50), at(95), at(100), nodes.to_string()]);
}

/// Milliseconds from the start of the page to the last of the first covers, drawn.
async fn first_covers(page: &Page) -> Result<f64> {
    page.go_to("about:blank").await?;
    page.go_to(&e2e::browser::page_url("app.html#library")).await?;
    let script = format!(
        "(async () => {{
            for (;;) {{
                const drawn = [...document.querySelectorAll('.tile img')].filter((image) => {{
                    const box = image.getBoundingClientRect();
                    return image.complete && image.naturalWidth > 0 && box.bottom > 0 && box.top < innerHeight;
                }});
                if (drawn.length >= {COVERS}) return performance.now();
                if (performance.now() > 60000) return 0;
                await new Promise((next) => requestAnimationFrame(next));
            }}
        }})()"
    );
    let time: f64 = page.session.evaluate(&script).await?;
    ensure!(time > 0.0, "{COVERS} covers are not seen");
    Ok(time)
}
