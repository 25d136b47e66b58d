//! `library import` and `add`: folders and files that were there before, and lists of what other programs have fetched.

use super::arguments::{Import, Output};
use super::{Failure, Outcome, absolute, say};
use crate::client::Client;
use crate::words;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use protocol::intake::{
    ImportMode, ImportReport, ImportState, MOST_OWNED, NewImport, OfImport, OwnedAdded,
    OwnedEntries,
};
use protocol::method::{ImportFolder, NoteOwned, ShowImport};
use protocol::{ErrorBody, ErrorCode, ImportId};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Four looks a second.
const TICK: Duration = Duration::from_millis(250);
/// Refused files and twins that are named; `--json` has more of them.
const MOST_NAMED: usize = 30;

pub(super) async fn run(client: &mut Client, import: &Import) -> Result<Outcome, Failure> {
    if import.folder.is_none() && import.archive.is_empty() {
        let words = "name a folder, or an --archive of yt-dlp or gallery-dl, or both";
        return Err(Failure::Usage(words.into()));
    }
    for archive in &import.archive {
        own(client, archive, import.dry_run, import.output).await?;
    }
    let Some(folder) = &import.folder else { return Ok(Outcome::Clean) };
    let mode = match (import.copy, import.in_place) {
        (true, _) => ImportMode::Copy,
        (_, true) => ImportMode::InPlace,
        _ => ImportMode::Automatic,
    };
    take_in(client, folder, mode, import.dry_run, import.output).await
}

/// Takes in single files, one after the other; one that is refused does not stop the rest.
pub(super) async fn add(
    client: &mut Client,
    files: &[PathBuf],
    output: Output,
) -> Result<Outcome, Failure> {
    let mut all = Outcome::Clean;
    for file in files {
        match take_in(client, file, ImportMode::Automatic, false, output).await {
            Ok(Outcome::Clean) => {}
            Ok(Outcome::Attention) => all = Outcome::Attention,
            Ok(Outcome::Detached) => return Ok(Outcome::Detached),
            Err(Failure::Refused(error)) if error.code == ErrorCode::BadParameters => {
                eprintln!("{}", words::explain(&error));
                all = Outcome::Attention;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(all)
}

async fn own(
    client: &mut Client,
    file: &Path,
    dry_run: bool,
    output: Output,
) -> Result<(), Failure> {
    let entries = library::intake::read_archive(file).await.map_err(ErrorBody::from)?;
    let mut added = OwnedAdded::default();
    for some in entries.chunks(MOST_OWNED).filter(|_| !dry_run) {
        let more = client.call::<NoteOwned>(OwnedEntries { entries: some.to_vec() }).await?;
        added.new += more.new;
        added.known += more.known;
    }
    let shown = file.display();
    match (output.json, dry_run) {
        (true, _) => say(protocol::envelope::to_value(&added)),
        (_, true) => say(format_args!("{shown}: {} entries.", entries.len())),
        _ => say(format_args!(
            "{shown}: {} things that are not fetched again, {} of them new.",
            entries.len(),
            added.new
        )),
    }
    Ok(())
}

async fn take_in(
    client: &mut Client,
    folder: &Path,
    mode: ImportMode,
    dry_run: bool,
    output: Output,
) -> Result<Outcome, Failure> {
    let key = format!("import-{:016x}", rand::random::<u64>());
    let new = NewImport { key, folder: absolute(folder)?, mode, dry_run };
    let started = client.call::<ImportFolder>(new).await?.import;
    let report = follow(client, started, output).await?;
    let Some(report) = report else { return Ok(Outcome::Detached) };
    if output.json {
        say(protocol::envelope::to_value(&report));
    } else {
        tell(&report, started, dry_run);
    }
    let clean = report.state == ImportState::Ended && report.refused == 0;
    Ok(if clean { Outcome::Clean } else { Outcome::Attention })
}

/// Shows the import until it ends or needs the person; `None` when the person has seen enough.
async fn follow(
    client: &mut Client,
    import: ImportId,
    output: Output,
) -> Result<Option<ImportReport>, Failure> {
    let bar = if output.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let template = "{bar:30} {human_pos} of {human_len} files, {msg}";
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let report = client.call::<ShowImport>(OfImport { import }).await?;
        bar.set_length(report.found);
        bar.set_position(report.looked_at);
        bar.set_message(HumanBytes(report.bytes).to_string());
        let stuck = report.state == ImportState::Waiting && report.stuck.is_some();
        if report.is_over() || stuck {
            bar.finish_and_clear();
            return Ok(Some(report));
        }
        tokio::select! {
            _ = &mut interrupted => {
                bar.finish_and_clear();
                say(format_args!(
                    "The daemon goes on with import {import}. `mediafetcher status` shows it, \
                     `mediafetcher cancel {import}` ends it."
                ));
                return Ok(None);
            }
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

fn tell(report: &ImportReport, import: ImportId, dry_run: bool) {
    for file in report.problems.iter().take(MOST_NAMED) {
        say(format_args!("not taken in: {}: {}", words::printable(&file.path), why(&file.reason)));
    }
    for twin in report.twins.iter().take(MOST_NAMED) {
        let (path, other) = (words::printable(&twin.path), words::printable(&twin.same_as));
        say(format_args!("the same bytes: {path} and {other}"));
    }
    let named = report.problems.len().min(MOST_NAMED) + report.twins.len().min(MOST_NAMED);
    let all = report.refused + report.same_within + report.same_as_library;
    if all > named as u64 {
        say(format_args!("… and {} more; --json names them.", all - named as u64));
    }
    let verb = if dry_run { "would be taken in" } else { "taken in" };
    say(format_args!(
        "{} files, {}: {} {verb}, {} there already, {} with the bytes of another file here, {} with bytes that the \
         library had, {} not taken in.",
        report.looked_at,
        HumanBytes(report.bytes),
        report.imported,
        report.already,
        report.same_within,
        report.same_as_library,
        report.refused,
    ));
    if report.deleted > 0 {
        say(format_args!(
            "{} were taken in before and deleted by you: `mediafetcher library ls --trash` lists what can be restored.",
            report.deleted
        ));
    }
    match (&report.stuck, report.state) {
        (Some(reason), ImportState::Waiting) => say(format_args!(
            "{} The import {import} goes on by itself when that is mended.",
            words::explain(reason)
        )),
        (Some(reason), _) => say(words::explain(reason)),
        (None, ImportState::BrokenOff) => {
            say("The import was ended; the same command goes on with it.")
        }
        _ => {}
    }
}

/// Why a file of the person's own is not taken in, in a few words.
fn why(reason: &ErrorBody) -> String {
    let parameter =
        |name: &str| words::printable(reason.params.get(name).map_or("", String::as_str));
    match reason.code {
        ErrorCode::NotMedia => match parameter("kind").as_str() {
            "empty" => "it is empty".into(),
            "html" => "it is a web page".into(),
            "unknown" => "it is no media".into(),
            "nothing to play" => "there is nothing to play in it".into(),
            kind => format!("it is no media, but {kind}"),
        },
        ErrorCode::Damaged => format!("it is damaged or no media ({})", parameter("detail")),
        ErrorCode::Io => parameter("detail"),
        ErrorCode::ProgramMissing => {
            format!(
                "{} is needed to tell what it is; `mediafetcher doctor` says how to install it",
                parameter("program")
            )
        }
        _ => words::sentence(reason).trim_end_matches('.').to_owned(),
    }
}
