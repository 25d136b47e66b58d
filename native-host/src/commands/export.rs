//! `library export`: what is there as a table, as JSON lines or as a playlist, on standard output or in a file.

use super::arguments::ExportFormat;
use super::library::each_page;
use super::{Failure, Outcome, say};
use crate::client::Client;
use crate::drafts::Drafts;
use crate::home::Home;
use protocol::method::{GetSettings, Nothing};
use protocol::shelf::{LibraryItem, LibraryQuery};
use std::io::{self, Write};
use std::path::Path;

/// The columns of the table.
const COLUMNS: [&str; 14] = [
    "id",
    "title",
    "artist",
    "album",
    "year",
    "part",
    "source",
    "source_id",
    "format",
    "codec",
    "bytes",
    "duration_ms",
    "favorite",
    "file",
];

/// Exports all that `query` finds.
pub(super) async fn run(
    home: &Home,
    client: &mut Client,
    query: LibraryQuery,
    format: ExportFormat,
    to: Option<&Path>,
) -> Result<Outcome, Failure> {
    let Some(path) = to else {
        write_all(client, query, format, &mut io::stdout().lock()).await?;
        return Ok(Outcome::Clean);
    };
    // Beside it and renamed at the end: an older export is replaced by a whole one or not at all.
    let path = &std::path::absolute(path)?;
    let mut draft = Drafts::of(home).begin(path.parent().unwrap_or(path))?;
    let count = write_all(client, query, format, draft.file()).await?;
    draft.keep(path)?;
    say(format_args!("{count} exported to {}.", path.display()));
    Ok(Outcome::Clean)
}

async fn write_all(
    client: &mut Client,
    query: LibraryQuery,
    format: ExportFormat,
    out: &mut impl Write,
) -> Result<u64, Failure> {
    let mut count = 0;
    match format {
        ExportFormat::Json => {
            each_page(client, query, |item| {
                count += 1;
                serde_json::to_writer(&mut *out, item).map_err(io::Error::from)?;
                writeln!(out)
            })
            .await?;
        }
        ExportFormat::Csv => {
            let mut table = csv::Writer::from_writer(&mut *out);
            table.write_record(COLUMNS).map_err(io::Error::from)?;
            each_page(client, query, |item| {
                count += 1;
                table.write_record(row(item)).map_err(io::Error::from)
            })
            .await?;
            table.flush()?;
        }
        ExportFormat::M3u8 => {
            let folder = client.call::<GetSettings>(Nothing {}).await?.folder;
            writeln!(out, "#EXTM3U")?;
            each_page(client, query, |item| {
                count += 1;
                writeln!(out, "{}", entry(item, Path::new(&folder)))
            })
            .await?;
        }
    }
    out.flush()?;
    Ok(count)
}

fn row(item: &LibraryItem) -> [String; COLUMNS.len()] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string());
    [
        item.id.to_string(),
        item.title.clone(),
        text(&item.artist),
        text(&item.album),
        number(item.year.map(i64::from)),
        item.part.clone(),
        item.source.to_string(),
        item.source_id.clone(),
        item.variant.to_string(),
        item.codec.clone(),
        item.bytes.to_string(),
        number(item.duration_ms),
        item.favorite.to_string(),
        item.name.clone(),
    ]
}

/// A line about the song and one with its file, as players read an extended M3U.
fn entry(item: &LibraryItem, folder: &Path) -> String {
    let seconds = item.duration_ms.map_or(-1, |ms| (ms + 500) / 1000);
    let title = match item.part.as_str() {
        "" => item.title.clone(),
        part => format!("{} ({part})", item.title),
    };
    let name = match &item.artist {
        Some(artist) => format!("{artist} - {title}"),
        None => title,
    };
    // A line is a line: titles come from sites.
    let name = name.replace(char::is_control, " ");
    format!("#EXTINF:{seconds},{name}\n{}", folder.join(&item.name).display())
}
