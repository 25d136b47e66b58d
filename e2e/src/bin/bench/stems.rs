//! One answer of JSON with all stems of a song in base64, decoded to files while it arrives.

use crate::{ours, table::Table};
use anyhow::{Context, Result, ensure};
use e2e::stage::{ACCOUNT, Stage};
use simulator::Service;

const SERVICE: Service = Service::Producer;
/// A song whose length the simulator does not tell: its stems are shorter than it, which would count as damage.
const NUMBER: u32 = 8;

/// Fetches the stems of one song, whose answer has `bytes` bytes.
///
/// # Errors
/// When they do not arrive.
pub async fn run(bytes: u64) -> Result<Table> {
    let stage = Stage::new(simulator::Config { songs: NUMBER, ..Default::default() }).await?;
    let control = stage.control();
    let songs = control.songs(SERVICE, ACCOUNT);
    let song = songs.iter().find(|song| song.number == NUMBER).context("no such song")?;
    for other in songs.iter().filter(|other| other.id != song.id) {
        control.delete_song(&other.id);
    }
    control.set_stems_size(SERVICE, ACCOUNT, &song.id, bytes);
    control.clear_log();
    let measured = ours::sync(&stage, SERVICE, "stems").await?;
    ensure!(measured.balance.done == 1, "{:?}", measured.balance);
    let sent = control.log().iter().map(|entry| entry.bytes).max().unwrap_or_default();

    let usage = measured.usage;
    let title = format!("Stems: {:.0} MB of base64 JSON decoded to four files", sent as f64 / 1e6);
    let mut table = Table::new(&title, &["", "wall s", "MB/s", "CPU s", "peak MB"]);
    table.row(&[
        "mediafetcher".to_owned(),
        format!("{:.1}", usage.wall),
        format!("{:.0}", sent as f64 / 1e6 / usage.wall),
        format!("{:.1}", usage.cpu),
        format!("{:.0}", usage.peak as f64 / 1e6),
    ]);
    Ok(table)
}
