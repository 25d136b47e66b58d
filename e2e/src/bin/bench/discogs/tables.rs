//! A collection about which everything is known, written as a table.

use super::{mega, say, signed_in};
use crate::table::Table;
use crate::usage::{Meter, Usage};
use crate::{middle, ours};
use anyhow::{Result, ensure};
use e2e::stage::Stage;
use protocol::discogs::{Exported, Run, RunState};

const RUNS: usize = 3;

/// Exports of `copies` and of ten times as many.
///
/// # Errors
/// When a table is not whole.
pub async fn run(copies: u32) -> Result<Table> {
    let title = "A collection out of the cache as a table (wide: everything that is known)";
    let columns = ["", "rows", "file MB", "wall s", "rows/s", "daemon's peak MB", "budget"];
    let mut table = Table::new(title, &columns);
    for copies in [copies, 10 * copies] {
        let stage = signed_in(copies).await?;
        let read: Run = say(&stage, &["read", "--depth", "details"]).await?;
        ensure!(read.state == RunState::Finished, "{read:?}");
        for (name, arguments) in [
            ("classic as CSV", ["--preset", "classic", "--as", "csv"]),
            ("wide as CSV", ["--preset", "wide", "--as", "csv"]),
            ("wide as XLSX", ["--preset", "wide", "--as", "xlsx"]),
        ] {
            let (usage, exported) = export(&stage, &arguments).await?;
            let is_promised = copies <= 10_000 && name == "classic as CSV";
            table.row(&[
                name.to_owned(),
                exported.rows.to_string(),
                format!("{:.1}", exported.bytes as f64 / 1e6),
                format!("{:.2}", usage.wall),
                format!("{:.0}", exported.rows as f64 / usage.wall),
                mega(usage.peak),
                if is_promised { "1 s, 80 MB".to_owned() } else { String::new() },
            ]);
        }
    }
    Ok(table)
}

/// The middle time of several, and the most memory.
async fn export(stage: &Stage, arguments: &[&str]) -> Result<(Usage, Exported)> {
    let daemon = ours::daemon(&stage.home).await?;
    let (mut usages, mut last) = (Vec::new(), None);
    for _ in 0..RUNS {
        let meter = Meter::start(daemon)?;
        last = Some(say::<Exported>(stage, &[&["export", "--offline"], arguments].concat()).await?);
        usages.push(meter.read()?);
    }
    let exported = last.ok_or_else(|| anyhow::anyhow!("nothing was exported"))?;
    ensure!(exported.rows == exported.expected, "{exported:?}");
    let wall = middle(&usages.iter().map(|usage| usage.wall).collect::<Vec<_>>());
    let peak = usages.iter().map(|usage| usage.peak).max().unwrap_or_default();
    Ok((Usage { wall, peak, cpu: 0.0 }, exported))
}
