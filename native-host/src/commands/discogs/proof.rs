//! What an export says of itself: how much was written, of what, and that nothing is missing.

use crate::commands::say;
use crate::words;
use indicatif::HumanBytes;
use protocol::discogs::{EntryFilter, Exported, ReadBy, Selection};
use time::OffsetDateTime;

/// Releases that are named; `--json` has all.
const MOST_NAMED: usize = 20;

/// Says what was written, and what proves it.
pub(super) fn tell(done: &Exported) {
    let (rows, bytes) = (done.rows, HumanBytes(done.bytes));
    say(format_args!("{rows} rows in {} ({bytes}).", words::printable(&done.file)));
    match &done.selection {
        Some(selection) => tell_selection(done, selection),
        None => tell_proof(done),
    }
    if let Ok(read) = OffsetDateTime::from_unix_timestamp(done.read_at) {
        let (date, hour, minute) = (read.date(), read.hour(), read.minute());
        say(format_args!("The list is of {date}, {hour:02}:{minute:02} UTC."));
    }
    if done.without_details > 0 {
        say(format_args!(
            "{} rows have the list's details only; `--depth details` or `prices` brings the rest.",
            done.without_details
        ));
    }
    for gone in done.gone.iter().take(MOST_NAMED) {
        let (artists, title) = (words::printable(&gone.artists), words::printable(&gone.title));
        say(format_args!("gone from the site, kept here: {artists} – {title} ({})", gone.release));
    }
    if done.gone.len() > MOST_NAMED {
        say(format_args!("… and {} more; --json names them.", done.gone.len() - MOST_NAMED));
    }
    if let Some(changes) = done.changes {
        say(format_args!(
            "Since the last export: {} new, {} gone, {} changed.",
            changes.added, changes.removed, changes.changed
        ));
    }
}

/// That nothing of the whole is missing.
fn tell_proof(done: &Exported) {
    let rows = done.rows;
    if done.rows == done.expected {
        let way = match done.proof.by {
            ReadBy::Export => ", by the site's own export",
            ReadBy::Pages => "",
        };
        say(format_args!("Proof: the site says {}, {rows} were written{way}.", done.expected));
    } else if done.proof.cut && done.rows == done.proof.found {
        say(format_args!(
            "The site shows the beginning of somebody else's inventory only: {rows} of {} were written. The rest is \
             not to be had.",
            done.expected
        ));
    } else {
        say(format_args!(
            "The site says {}, and {rows} were written: the list has changed since it was read. Read it again.",
            done.expected
        ));
    }
}

/// That nothing of a selection is missing, and of what it was selected.
fn tell_selection(done: &Exported, selection: &Selection) {
    let Exported { rows, expected, proof, .. } = done;
    let what = words::printable(&selected(selection));
    if rows == expected {
        say(format_args!("Proof: {expected} were chosen, {rows} were written ({what})."));
    } else {
        say(format_args!(
            "{expected} were chosen, {rows} of them are in the list and were written ({what})."
        ));
    }
    say(format_args!(
        "The whole list: the site says {}, {} were found.",
        proof.expected, proof.found
    ));
}

/// A selection in words.
fn selected(selection: &Selection) -> String {
    if selection.named > 0 {
        return format!("{} by their numbers", selection.named);
    }
    let EntryFilter {
        text, genres, styles, labels, formats, countries, from_year, to_year, ..
    } = &selection.filter;
    let any = |name: &str, values: &[String]| {
        (!values.is_empty()).then(|| format!("{name} {}", values.join(" or ")))
    };
    let parts = [
        (!text.trim().is_empty()).then(|| format!("words \"{}\"", text.trim())),
        any("genre", genres),
        any("style", styles),
        any("label", labels),
        any("format", formats),
        any("country", countries),
        from_year.map(|year| format!("from {year}")),
        to_year.map(|year| format!("to {year}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
