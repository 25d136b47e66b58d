//! `library`: what is there, found, filed, deleted and brought back.

use super::arguments::{LibraryCommand, Output, WhereToLook, Which};
use super::{Failure, Outcome, edit, export, import, open, rebuild, say, smart};
use crate::client::Client;
use crate::home::Home;
use crate::words;
use indicatif::{FormattedDuration, HumanBytes, ProgressBar};
use protocol::method::*;
use protocol::shelf::{
    Checked, FileItems, Folder, LibraryItem, LibraryQuery, MarkItems, NewFolder, OfLibraryItems,
    Place, Verdict, VerifyFrom,
};
use protocol::{FolderId, LibraryItemId};
use serde::Serialize;
use std::io;
use std::time::Duration;

/// As many as the daemon gives at once.
const PAGE: u32 = 500;
/// Files read again for one answer.
const AT_ONCE: u32 = 20;
/// Between the names of a folder and the one in it.
const SEPARATOR: char = '/';

pub(super) async fn run(home: &Home, command: &LibraryCommand) -> Result<Outcome, Failure> {
    if let LibraryCommand::Rebuild(wish) = command {
        // Without a daemon, which might not start.
        return rebuild::run(home, wish).await;
    }
    let client = &mut open(home).await?;
    match command {
        LibraryCommand::Rebuild(wish) => rebuild::run(home, wish).await,
        LibraryCommand::Ls { place, filter, output } => {
            let query = query_in(client, place, filter.query(String::new())).await?;
            list(client, query, *output).await
        }
        LibraryCommand::Search { words, filter, output } => {
            list(client, filter.query(words.join(" ")), *output).await
        }
        LibraryCommand::Rm(Which { items }) => {
            let done = client.call::<DeleteItems>(of(items)).await?;
            report(
                done.items,
                items.len(),
                "deleted; `mediafetcher library restore` brings it back",
            )
        }
        LibraryCommand::Restore(Which { items }) => {
            let done = client.call::<RestoreItems>(of(items)).await?;
            report(done.items, items.len(), "restored")
        }
        LibraryCommand::Mv { items, folder } => {
            let folder = folder_made(client, folder).await?;
            let wish = FileItems { items: items.clone(), folder };
            let done = client.call::<MoveItems>(wish).await?;
            report(done.items, items.len(), "moved")
        }
        LibraryCommand::Star { items, remove } => {
            let wish = MarkItems { items: items.clone(), favorite: !remove };
            let done = client.call::<MarkFavorites>(wish).await?;
            report(done.items, items.len(), if *remove { "unmarked" } else { "marked" })
        }
        LibraryCommand::Keep { name, words, place, filter } => {
            let query = query_in(client, place, filter.query(words.join(" "))).await?;
            smart::keep(client, name, query).await
        }
        LibraryCommand::Forget { name } => smart::forget(client, name).await,
        LibraryCommand::Tag { items, values, output } => {
            edit::tag(client, items, values, *output).await
        }
        LibraryCommand::Rename { dry_run: true, output } => edit::plan(client, *output).await,
        LibraryCommand::Rename { dry_run: false, output } => edit::rename(client, *output).await,
        LibraryCommand::Folders(output) => folders(client, *output).await,
        LibraryCommand::Export { kind, to, place, filter } => {
            let query = query_in(client, place, filter.query(String::new())).await?;
            export::run(home, client, query, *kind, to.as_deref()).await
        }
        LibraryCommand::Add { files, output } => import::add(client, files, *output).await,
        LibraryCommand::Import(wish) => import::run(client, wish).await,
        LibraryCommand::Verify(output) => verify(client, *output).await,
        LibraryCommand::EmptyTrash => {
            let freed = client.call::<EmptyTrash>(Nothing {}).await?;
            say(format_args!(
                "{} files deleted for good, {}.",
                freed.files,
                HumanBytes(freed.bytes)
            ));
            Ok(Outcome::Clean)
        }
        LibraryCommand::Stats(output) => stats(client, *output).await,
    }
}

fn of(items: &[LibraryItemId]) -> OfLibraryItems {
    OfLibraryItems { items: items.to_vec() }
}

/// What was asked for and did not change was not there, or was that way already: worth a word, no failure.
fn report(changed: u64, asked: usize, what: &str) -> Result<Outcome, Failure> {
    say(format_args!("{changed} of {asked} {what}."));
    Ok(Outcome::Clean)
}

/// The query in the place that is meant; a kept search is taken as it was kept.
async fn query_in(
    client: &mut Client,
    place: &WhereToLook,
    query: LibraryQuery,
) -> Result<LibraryQuery, Failure> {
    if let Some(name) = &place.smart {
        return smart::query(client, name).await;
    }
    Ok(LibraryQuery { place: where_to_look(client, place).await?, ..query })
}

async fn where_to_look(client: &mut Client, place: &WhereToLook) -> Result<Place, Failure> {
    if let Some(path) = &place.folder {
        let known = client.call::<ListFolders>(Nothing {}).await?.folders;
        return find(&known, path).map(Place::Folder).ok_or_else(|| unknown_folder(path));
    }
    Ok(match (place.trash, place.favorites) {
        (true, _) => Place::Trash,
        (_, true) => Place::Favorites,
        _ => Place::Everything,
    })
}

fn unknown_folder(path: &str) -> Failure {
    Failure::Usage(format!(
        "there is no folder {path:?}; `mediafetcher library folders` lists them"
    ))
}

/// Every page, so that a script sees the whole; gives how many things there are.
pub(super) async fn each_page(
    client: &mut Client,
    mut query: LibraryQuery,
    mut see: impl FnMut(&LibraryItem) -> io::Result<()>,
) -> Result<u64, Failure> {
    query.limit = PAGE;
    let mut seen = 0;
    loop {
        let page = client.call::<ListLibrary>(query.clone()).await?;
        page.items.iter().try_for_each(&mut see)?;
        seen += page.items.len() as u64;
        query.offset = u32::try_from(seen).unwrap_or(u32::MAX);
        if page.items.is_empty() || seen >= page.total {
            return Ok(seen);
        }
    }
}

async fn list(
    client: &mut Client,
    query: LibraryQuery,
    output: Output,
) -> Result<Outcome, Failure> {
    let shown = each_page(client, query, |item| {
        print(item, output);
        Ok(())
    });
    if shown.await? == 0 && !output.json {
        say("Nothing is there.");
    }
    Ok(Outcome::Clean)
}

fn print(item: &LibraryItem, output: Output) {
    if output.json {
        return print_json(item);
    }
    let title = match item.part.as_str() {
        "" => item.title.clone(),
        part => format!("{} – {part}", item.title),
    };
    let artist = item.artist.as_deref().unwrap_or("–");
    let star = if item.favorite { '★' } else { ' ' };
    let length = item.duration_ms.map_or_else(String::new, clock);
    say(format_args!(
        "{:>6} {star} {}  ({})  {}  {length}  {}  {}",
        item.id,
        words::printable(&title),
        words::printable(artist),
        item.variant,
        HumanBytes(item.bytes),
        words::printable(&item.name),
    ));
}

/// `0:03:25` of milliseconds.
fn clock(ms: i64) -> String {
    FormattedDuration(Duration::from_millis(ms.max(0).unsigned_abs())).to_string()
}

pub(super) fn print_json(value: &impl Serialize) {
    say(protocol::envelope::to_value(value));
}

async fn folders(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    let answer = client.call::<ListFolders>(Nothing {}).await?;
    if output.json {
        print_json(&answer);
        return Ok(Outcome::Clean);
    }
    if answer.folders.is_empty() {
        say("There are no folders; `mediafetcher library mv ID… --to NAME` makes one.");
    }
    for folder in &answer.folders {
        let path = path_of(&answer.folders, folder);
        say(format_args!("{:>6}  {} ({})", folder.id, words::printable(&path), folder.items));
    }
    smart::list(client).await?;
    Ok(Outcome::Clean)
}

async fn stats(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    let stats = client.call::<CountLibrary>(Nothing {}).await?;
    if output.json {
        print_json(&stats);
        return Ok(Outcome::Clean);
    }
    say(format_args!("things   {}", stats.items));
    say(format_args!("files    {} ({})", stats.files, HumanBytes(stats.bytes)));
    say(format_args!("playing  {}", clock(stats.duration_ms)));
    say(format_args!("trash    {} ({})", stats.deleted, HumanBytes(stats.deleted_bytes)));
    Ok(Outcome::Clean)
}

/// Reads everything, a few files for each answer.
async fn verify(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    let total = client.call::<CountLibrary>(Nothing {}).await?.files;
    let bar = if output.json { ProgressBar::hidden() } else { ProgressBar::new(total) };
    let mut sum = Checked::default();
    let mut after = Some(0);
    while let Some(from) = after {
        let some = client.call::<VerifyLibrary>(VerifyFrom { after: from, limit: AT_ONCE }).await?;
        bar.inc(some.files);
        sum.files += some.files;
        sum.bytes += some.bytes;
        sum.found.extend(some.found);
        after = some.next;
    }
    bar.finish_and_clear();
    let count = |which: &dyn Fn(Verdict) -> bool| {
        sum.found.iter().filter(|file| which(file.verdict)).count()
    };
    let away = count(&|verdict| verdict == Verdict::Away);
    let lost = count(&|verdict| !matches!(verdict, Verdict::Edited | Verdict::Away));
    if output.json {
        print_json(&sum);
    } else {
        for file in &sum.found {
            say(format_args!("{}: {}", words::printable(&file.name), verdict(file.verdict)));
        }
        say(format_args!("{} files read, {}; {lost} lost.", sum.files, HumanBytes(sum.bytes)));
        if away > 0 {
            say(format_args!(
                "{away} are on a disk that is not there; connect it to have them read."
            ));
        }
    }
    Ok(if lost + away == 0 { Outcome::Clean } else { Outcome::Attention })
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Sound => "as it was",
        Verdict::Edited => "changed by another program, and sound; kept as it is",
        Verdict::Damaged => "damaged by another program; set aside, and fetched again",
        Verdict::Rotten => {
            "other bytes than it had, and nobody wrote to it; set aside, and fetched again"
        }
        Verdict::Missing => "not there; fetched again",
        Verdict::Away => "its disk is not there",
    }
}

fn find(known: &[Folder], path: &str) -> Option<FolderId> {
    known
        .iter()
        .find(|folder| path_of(known, folder) == path.trim_matches(SEPARATOR))
        .map(|one| one.id)
}

fn path_of(known: &[Folder], folder: &Folder) -> String {
    let above = folder.parent.and_then(|parent| known.iter().find(|one| one.id == parent));
    match above {
        Some(above) => format!("{}{SEPARATOR}{}", path_of(known, above), folder.name),
        None => folder.name.clone(),
    }
}

/// The folder of that path, made with those above it where it is not there; nothing for `/`.
async fn folder_made(client: &mut Client, path: &str) -> Result<Option<FolderId>, Failure> {
    let known = client.call::<ListFolders>(Nothing {}).await?.folders;
    let mut parent = None;
    for name in path.split(SEPARATOR).map(str::trim).filter(|name| !name.is_empty()) {
        let found = known.iter().find(|one| one.parent == parent && one.name == name);
        parent = Some(match found {
            Some(folder) => folder.id,
            None => client.call::<AddFolder>(NewFolder { parent, name: name.to_owned() }).await?.id,
        });
    }
    Ok(parent)
}
