//! `library tag` and `library rename`: what things say of themselves, and how their files are named.

use super::arguments::{Output, TagArguments};
use super::library::print_json;
use super::{Failure, Outcome, say};
use crate::client::Client;
use crate::words;
use indicatif::ProgressBar;
use protocol::edit::{
    EditItems, Edited, ItemEdit, MOST_EDITED, RenameFiles, RenameProgress, Renames, TagValues,
};
use protocol::method::{EditItemTags, RenameLibrary};
use protocol::{ErrorBody, ErrorCode, Event, LibraryItemId};

/// Files looked at for one answer of a dry run.
const PAGE: u32 = 500;

pub(super) async fn tag(
    client: &mut Client,
    items: &[LibraryItemId],
    values: &TagArguments,
    output: Output,
) -> Result<Outcome, Failure> {
    let values = TagValues {
        title: values.title.clone(),
        artist: values.artist.clone(),
        album: values.album.clone(),
        date: values.year.clone(),
    };
    let mut all = Edited::default();
    for some in items.chunks(MOST_EDITED) {
        let edit = |&item| ItemEdit { item, values: values.clone() };
        let wish = EditItems { edits: some.iter().map(edit).collect() };
        all.items.extend(client.call::<EditItemTags>(wish).await?.items);
    }
    let is_clean = all.items.iter().all(|item| item.error.is_none());
    if output.json {
        print_json(&all);
    } else {
        let done = all.items.iter().filter(|item| item.error.is_none()).count();
        for item in &all.items {
            match &item.error {
                Some(error) => say(format_args!("{:>6}  {}", item.item, words::sentence(error))),
                None if !item.written => say(format_args!(
                    "{:>6}  changed in the library alone: such a file carries no tags",
                    item.item
                )),
                None => {}
            }
        }
        say(format_args!("{done} of {} changed.", all.items.len()));
    }
    Ok(if is_clean { Outcome::Clean } else { Outcome::Attention })
}

/// Every page of a dry run.
pub(super) async fn plan(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    let mut all = Renames::default();
    let mut after = Some(0);
    while let Some(from) = after {
        let wish = RenameFiles { dry_run: true, after: from, limit: PAGE };
        let page = client.call::<RenameLibrary>(wish).await?;
        all.renames.extend(page.renames);
        all.total = page.total;
        after = page.next;
    }
    if output.json {
        print_json(&all);
        return Ok(Outcome::Clean);
    }
    for rename in &all.renames {
        let (from, to) = (words::printable(&rename.from), words::printable(&rename.to));
        say(format_args!("{from}\n  → {to}"));
    }
    say(format_args!("{} of {} files would be renamed.", all.renames.len(), all.total));
    Ok(Outcome::Clean)
}

/// Begins, and shows how far it is. Ctrl-C ends the showing alone.
pub(super) async fn rename(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    client.subscribe().await?;
    let total = client.call::<RenameLibrary>(RenameFiles::default()).await?.total;
    let bar = if output.json { ProgressBar::hidden() } else { ProgressBar::new(total) };
    let end = loop {
        let event = client.next_event().await?.ok_or_else(ended_early)?.event;
        if let Event::Renaming { progress } = event {
            bar.set_position(progress.looked_at);
            if progress.finished {
                break progress;
            }
        }
    };
    bar.finish_and_clear();
    report(&end, output)
}

fn report(end: &RenameProgress, output: Output) -> Result<Outcome, Failure> {
    if output.json {
        print_json(end);
    } else {
        say(format_args!("{} of {} files renamed.", end.renamed, end.total));
        if end.left > 0 {
            say(format_args!("{} keep their names for now: try again in a moment.", end.left));
        }
    }
    match &end.error {
        Some(error) => Err(error.clone().into()),
        None if end.left > 0 => Ok(Outcome::Attention),
        None => Ok(Outcome::Clean),
    }
}

fn ended_early() -> ErrorBody {
    let detail = "it ended in the middle of the renaming, and goes on with it at its next start";
    ErrorBody::new(ErrorCode::HostMissing).with("detail", detail)
}
