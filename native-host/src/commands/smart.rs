//! Smart folders on the command line: searches kept under a name.

use super::{Failure, Outcome, say};
use crate::client::Client;
use crate::words;
use protocol::method::{
    AddSmartFolder, EditSmartFolder, ListSmartFolders, Nothing, RemoveSmartFolder,
};
use protocol::shelf::LibraryQuery;
use protocol::smart::{ChangeSmartFolder, NewSmartFolder, OfSmartFolder, SmartFolder};

/// Keeps a search, in the place of an older one of that name.
pub(super) async fn keep(
    client: &mut Client,
    name: &str,
    query: LibraryQuery,
) -> Result<Outcome, Failure> {
    let name = name.to_owned();
    let kept = match find(client, &name).await? {
        Some(older) => {
            let change = ChangeSmartFolder { folder: older.id, name, query };
            client.call::<EditSmartFolder>(change).await?
        }
        None => client.call::<AddSmartFolder>(NewSmartFolder { name, query }).await?,
    };
    let shown = words::printable(&kept.name);
    say(format_args!(
        "{shown} finds {} things; `mediafetcher library ls --smart` lists them.",
        kept.items
    ));
    Ok(Outcome::Clean)
}

/// Forgets a kept search.
pub(super) async fn forget(client: &mut Client, name: &str) -> Result<Outcome, Failure> {
    let folder = known(client, name).await?.id;
    client.call::<RemoveSmartFolder>(OfSmartFolder { folder }).await?;
    say("Forgotten; what it found stays where it is.");
    Ok(Outcome::Clean)
}

/// The query of a kept search.
pub(super) async fn query(client: &mut Client, name: &str) -> Result<LibraryQuery, Failure> {
    Ok(known(client, name).await?.query)
}

/// Lists them, after the virtual folders.
pub(super) async fn list(client: &mut Client) -> Result<(), Failure> {
    for folder in client.call::<ListSmartFolders>(Nothing {}).await?.folders {
        say(format_args!(" smart  {} ({})", words::printable(&folder.name), folder.items));
    }
    Ok(())
}

async fn find(client: &mut Client, name: &str) -> Result<Option<SmartFolder>, Failure> {
    let all = client.call::<ListSmartFolders>(Nothing {}).await?.folders;
    Ok(all.into_iter().find(|folder| folder.name == name.trim()))
}

async fn known(client: &mut Client, name: &str) -> Result<SmartFolder, Failure> {
    let unknown = || {
        let words = "no search is kept under the name";
        Failure::Usage(format!("{words} {name:?}; `mediafetcher library folders` lists them"))
    };
    find(client, name).await?.ok_or_else(unknown)
}
