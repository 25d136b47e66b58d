//! The same folder, listed with everything about its releases and written as a table: ours beside a short script with
//! python3-discogs-client.

use super::{USER, mega, signed_in};
use crate::ours;
use crate::table::Table;
use crate::usage::{Meter, Usage, of_program};
use anyhow::{Result, ensure};
use e2e::checkout;
use e2e::stage::Stage;
use protocol::discogs::Exported;
use tokio::process::Command;

const SCRIPT: &str = include_str!("client.py");

/// A collection of `copies`, at a site whose limit nobody meets.
///
/// # Errors
/// When one of them does not write every copy.
pub async fn run(copies: u32) -> Result<Table> {
    let stage = signed_in(copies).await?;
    let title =
        format!("{copies} copies with their releases, listed and written as CSV, without a limit");
    let mut table = Table::new(&title, &["", "requests", "wall s", "CPU s", "peak MB"]);
    let mut add = |name: &str, usage: Usage| {
        let requests = stage.control().log().len();
        stage.control().clear_log();
        table.row(&[
            name.to_owned(),
            requests.to_string(),
            format!("{:.1}", usage.wall),
            format!("{:.1}", usage.cpu),
            mega(usage.peak),
        ]);
    };
    stage.control().clear_log();
    add("python3-discogs-client", python(&stage, copies).await?);
    add("mediafetcher", export(&stage, copies).await?);
    add("mediafetcher, a second time", export(&stage, copies).await?);
    Ok(table)
}

async fn export(stage: &Stage, copies: u32) -> Result<Usage> {
    let meter = Meter::start(ours::daemon(&stage.home).await?)?;
    let exported: Exported = stage.discogs(&["export", "--depth", "details"]).await?;
    ensure!(exported.rows == u64::from(copies), "{exported:?}");
    meter.read()
}

async fn python(stage: &Stage, copies: u32) -> Result<Usage> {
    let file = stage.home.file("python.csv");
    let python = checkout::root().join("target/tools/readers/bin/python3");
    let mut command = Command::new(python);
    command
        .args(["-c", SCRIPT, &stage.control().discogs().token(USER)])
        .arg(&file)
        .env("HTTPS_PROXY", stage.simulator.proxy_url())
        .env("REQUESTS_CA_BUNDLE", stage.simulator.ca_pem_path());
    let usage = of_program(&mut command).await?;
    let lines = std::fs::read_to_string(&file)?.lines().count();
    ensure!(lines > copies as usize, "{lines} lines");
    Ok(usage)
}
