//! A collection about which everything is known, written as a table.

use super::{mega, signed_in};
use crate::table::Table;
use crate::usage::{Meter, Usage};
use crate::{middle, ours};
use anyhow::{Result, ensure};
use e2e::stage::Stage;
use protocol::discogs::{Exported, Run, RunState};

const RUNS: usize = 3;
/// What is written: its name, what is promised for 10,000, and how it is asked for.
type Export = (&'static str, &'static str, &'static [&'static str]);
const DETAILED: &[Export] = &[
    ("classic as CSV", "1 s, 80 MB", &["--preset", "classic", "--as", "csv"]),
    ("wide as CSV", "", &["--preset", "wide", "--as", "csv"]),
    ("wide as XLSX", "", &["--preset", "wide", "--as", "xlsx"]),
];
const LISTED: &[Export] = &[
    ("the site's own columns as CSV", "", &["--preset", "discogs", "--as", "csv"]),
    ("the same as XLSX", "", &["--preset", "discogs", "--as", "xlsx"]),
];

/// Exports of `copies` with everything about their releases, of a tenth of them, and of ten times as many as the list
/// tells them.
///
/// # Errors
/// When a table is not whole.
pub async fn run(copies: u32) -> Result<Table> {
    let title = "A collection out of the cache as a table, the middle of 3";
    let columns = ["", "rows", "file MB", "wall s", "rows/s", "daemon's peak MB", "budget"];
    let mut table = Table::new(title, &columns);
    for (copies, depth, exports) in [
        (copies / 10, "details", DETAILED),
        (copies, "details", DETAILED),
        (10 * copies, "list", LISTED),
    ] {
        let stage = signed_in(copies).await?;
        let read: Run = stage.discogs(&["read", "--depth", depth]).await?;
        ensure!(read.state == RunState::Finished, "{read:?}");
        for (name, budget, arguments) in exports {
            let (usage, exported) = export(&stage, arguments).await?;
            table.row(&[
                (*name).to_owned(),
                exported.rows.to_string(),
                format!("{:.1}", exported.bytes as f64 / 1e6),
                format!("{:.2}", usage.wall),
                format!("{:.0}", exported.rows as f64 / usage.wall),
                mega(usage.peak),
                (*budget).to_owned(),
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
        last =
            Some(stage.discogs::<Exported>(&[&["export", "--offline"], arguments].concat()).await?);
        usages.push(meter.read()?);
    }
    let exported = last.ok_or_else(|| anyhow::anyhow!("nothing was exported"))?;
    ensure!(exported.rows == exported.expected, "{exported:?}");
    let wall = middle(&usages.iter().map(|usage| usage.wall).collect::<Vec<_>>());
    let peak = usages.iter().map(|usage| usage.peak).max().unwrap_or_default();
    Ok((Usage { wall, peak, cpu: 0.0 }, exported))
}
