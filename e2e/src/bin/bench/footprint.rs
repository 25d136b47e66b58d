//! What the program costs when it does nothing, what the extension weighs, and how soon it is there.

use crate::{ours, table::Table, usage};
use anyhow::{Context, Result};
use e2e::browser::{Browser, Config};
use e2e::checkout;
use e2e::page::Page;
use e2e::stage::Stage;
use serde_json::json;
use simulator::Service;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// Measured this often; the middle counts.
const TIMES: usize = 7;
/// Until memory that was only needed at the start has gone back, and a stopped worker is gone.
const SETTLE: Duration = Duration::from_millis(800);
/// Songs of the sync after which memory is looked at again.
const SONGS: u32 = 100;

/// Asks the worker for what it can tell from cookies alone, and gives the milliseconds until it answers.
const ASK: &str = "(async () => {
  const began = performance.now();
  const answer = await chrome.runtime.sendMessage({
    to: 'worker', message: {ask: 'session_of', source: 'producer.ai'},
  });
  if (!answer || answer.err) throw new Error(JSON.stringify(answer));
  return performance.now() - began;
})()";
/// Milliseconds from the start of the navigation to the first paint with content.
const FIRST_PAINT: &str = "(async () => {
  for (;;) {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    if (paint) return paint.startTime;
    await new Promise((done) => setTimeout(done, 10));
  }
})()";

/// Memory of an idle daemon.
///
/// # Errors
/// When it does not start.
pub async fn idle_memory(table: &mut Table) -> Result<()> {
    let stage = Stage::new(simulator::Config { songs: SONGS, ..Default::default() }).await?;
    let id = ours::daemon(&stage.home).await?;
    tokio::time::sleep(SETTLE).await;
    budget(table, "daemon, idle after its start", mega(usage::memory(id, "VmRSS")?), "30 MB");
    ours::sync(&stage, Service::Flowmusic, "m4a").await?;
    tokio::time::sleep(SETTLE).await;
    let after = mega(usage::memory(id, "VmRSS")?);
    budget(table, &format!("daemon, idle after a sync of {SONGS} songs"), after, "30 MB");
    Ok(())
}

fn mega(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// What the wasm modules weigh after gzip.
///
/// # Errors
/// When the extension is not built.
pub async fn wasm_sizes(table: &mut Table) -> Result<()> {
    let folder = checkout::extension()?.join("wasm");
    for (what, name, most) in [
        ("worker's wasm, gzip", "mediafetcher_core_bg.wasm", "80 KB"),
        ("popup's wasm, gzip", "mediafetcher_popup_bg.wasm", "250 KB"),
        ("app page's wasm, gzip", "mediafetcher_app_bg.wasm", "250 KB"),
    ] {
        let bytes = gzip_length(&folder.join(name)).await?;
        budget(table, what, format!("{:.1} KB", bytes as f64 / 1024.0), most);
    }
    Ok(())
}

async fn gzip_length(file: &Path) -> Result<usize> {
    let mut gzip = Command::new("gzip");
    let output = gzip.args(["-9", "-c"]).arg(file).stderr(Stdio::inherit()).output().await;
    Ok(output.context("gzip")?.stdout.len())
}

/// A stopped worker's answer, and the popup's first paint, in real Chromium.
///
/// # Errors
/// When Chromium or the extension do not start.
pub async fn browser(table: &mut Table) -> Result<()> {
    let stage = Stage::quick(SONGS).await?;
    let browser = stage.browser(Config::default()).await?;
    browser.worker().await?;
    let wake = wake_times(&browser).await?;
    budget(table, "cold worker, from a message to its answer", milliseconds(wake), "120 ms");
    let paint = paint_times(&browser).await?;
    budget(table, "popup, first paint", milliseconds(paint), "150 ms");
    browser.quit().await
}

async fn wake_times(browser: &Browser) -> Result<f64> {
    let page = browser.open_extension_page("onboarding.html").await?;
    page.session.call("ServiceWorker.enable", json!({})).await?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        page.session.call("ServiceWorker.stopAllWorkers", json!({})).await?;
        tokio::time::sleep(SETTLE).await;
        times.push(page.session.evaluate(ASK).await?);
    }
    Ok(median(times))
}

async fn paint_times(browser: &Browser) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let page: Page = browser.open_extension_page("popup.html").await?;
        times.push(page.session.evaluate(FIRST_PAINT).await?);
        page.session.close().await?;
    }
    Ok(median(times))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn milliseconds(time: f64) -> String {
    format!("{time:.0} ms")
}

fn budget(table: &mut Table, what: &str, found: String, most: &str) {
    table.row(&[what.to_owned(), found, most.to_owned()]);
}
