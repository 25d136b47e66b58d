//! What a person does while the daemon works: deletes something, brings something back, changes something, has all
//! files named anew.

use crate::port::Port;
use crate::snapshot::Thing;
use crate::tally::Tally;
use anyhow::Result;
use protocol::edit::{EditItems, ItemEdit, RenameFiles, TagValues};
use protocol::method::{DeleteItems, EditItemTags, RenameLibrary, RestoreItems, SetSettings};
use protocol::shelf::OfLibraryItems;
use protocol::{LibraryItemId, SettingsPatch};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::time::Duration;

/// Things deleted and brought back at once.
const MEDDLED: usize = 12;
/// Things changed at once.
const EDITED: usize = 4;
/// How files are named, one after the other.
const TEMPLATES: &[&str] = &["{title}_{id}", "{source} {title}_{id}", "{title} {artist}_{id}"];
/// In so many of a hundred lives all files are to be named anew.
const RENAMES: f64 = 0.2;

/// Again and again until the end.
///
/// # Errors
/// When the daemon refuses.
pub async fn meddle(port: &mut Port, things: &[Thing], tally: &mut Tally) -> Result<()> {
    let chosen = |deleted: bool| -> Vec<LibraryItemId> {
        let of_that_kind = things.iter().filter(move |thing| thing.deleted == deleted);
        of_that_kind.map(|thing| LibraryItemId(thing.id)).collect()
    };
    let (mut here, mut deleted) = (chosen(false), chosen(true));
    let mut dice = StdRng::seed_from_u64(tally.kills().into());
    if dice.random_bool(RENAMES) {
        name_anew(port, &mut dice, tally).await?;
    }
    if here.is_empty() && deleted.is_empty() {
        std::future::pending::<()>().await;
    }
    loop {
        match dice.random_range(0..3) {
            0 => {
                let items: Vec<_> = here.choose_multiple(&mut dice, MEDDLED).copied().collect();
                deleted.extend(&items);
                here.retain(|item| !items.contains(item));
                tally.deleted += port.call::<DeleteItems>(&OfLibraryItems { items }).await?.items;
            }
            1 => {
                let items: Vec<_> = deleted.choose_multiple(&mut dice, MEDDLED).copied().collect();
                tally.restored += port.call::<RestoreItems>(&OfLibraryItems { items }).await?.items;
            }
            _ => {
                let some = here.choose_multiple(&mut dice, EDITED).copied().collect();
                tally.edited += edit(port, some, dice.random()).await?;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Titles and artists are compared with the sites' at the end, so that only the album is changed. Gives how many were;
/// what was damaged meanwhile, or is being worked on, is refused.
async fn edit(port: &mut Port, items: Vec<LibraryItemId>, number: u16) -> Result<usize> {
    let album = Some(format!("Album {number}"));
    let edit = |item| {
        let values = TagValues { album: album.clone(), ..TagValues::default() };
        ItemEdit { item, values }
    };
    let edits = items.into_iter().map(edit).collect();
    let edited = port.call::<EditItemTags>(&EditItems { edits }).await?.items;
    Ok(edited.iter().filter(|item| item.error.is_none()).count())
}

async fn name_anew(port: &mut Port, dice: &mut StdRng, tally: &mut Tally) -> Result<()> {
    let template = TEMPLATES.choose(dice).map(|template| (*template).to_owned());
    port.call::<SetSettings>(&SettingsPatch { template, ..SettingsPatch::default() }).await?;
    port.call::<RenameLibrary>(&RenameFiles::default()).await?;
    tally.renames += 1;
    Ok(())
}
