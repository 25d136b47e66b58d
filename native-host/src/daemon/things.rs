//! What clients may ask of the library: to look, to arrange, to delete and to bring back.

use super::engine::Engine;
use super::server::Caller;
use library::{ExtraKind, LibraryError};
use protocol::method::Nothing;
use protocol::shelf::*;
use protocol::smart::*;
use protocol::{ErrorBody, Event};
use std::time::Duration;

type Answer<T> = Result<T, ErrorBody>;

/// Files read again for one answer, so that a client sees it going on.
const MOST_CHECKED: u32 = 50;
/// How often the trash is looked through. It is kept for days.
const COLLECTED_EVERY: Duration = Duration::from_secs(60 * 60);

impl Engine {
    /// Tells clients, if there is something to tell.
    pub async fn tell_library(&self) {
        if self.take_library_changed() {
            // A commit may have changed where a file belongs: its bytes were in the trash, or its thing is deleted.
            self.unsettled.notify_one();
            self.hub.send(Event::Library {});
        }
    }
}

/// Moves files into the trash and out of it. From disk to disk that takes long, and nobody else waits for it.
pub(super) async fn settle(engine: Engine) {
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = engine.unsettled.notified() => {}
        }
        engine.library.settle_all().await;
    }
}

/// Deletes for good what has been in the trash for long enough, and has moved what could not be moved before.
pub(super) async fn keep_trash(engine: Engine) {
    loop {
        engine.unsettled.notify_one();
        match engine.library.collect().await {
            Ok(collected) if collected.files > 0 => {
                tracing::info!(?collected, "the trash was looked through");
                engine.library_changed();
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the trash could not be looked through"),
        }
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = tokio::time::sleep(COLLECTED_EVERY) => {}
        }
    }
}

/// Ends a call that changed the library: clients are told.
fn told<T>(engine: &Engine, done: Result<T, LibraryError>) -> Answer<T> {
    let done = done?;
    engine.library_changed();
    Ok(done)
}

pub(super) async fn list(engine: &Engine, _: Caller, query: LibraryQuery) -> Answer<LibraryPage> {
    Ok(engine.library.list_library(&query).await?)
}

pub(super) async fn facets(engine: &Engine, _: Caller, query: LibraryQuery) -> Answer<Facets> {
    Ok(engine.library.facets(&query).await?)
}

pub(super) async fn show(engine: &Engine, _: Caller, of: OfLibraryItem) -> Answer<LibraryDetails> {
    Ok(engine.library.show(of.item).await?)
}

pub(super) async fn stats(engine: &Engine, _: Caller, _: Nothing) -> Answer<LibraryStats> {
    Ok(engine.library.stats().await?)
}

pub(super) async fn delete(engine: &Engine, _: Caller, of: OfLibraryItems) -> Answer<Changed> {
    told(engine, engine.library.delete_items(&of.items).await)
}

pub(super) async fn restore(engine: &Engine, _: Caller, of: OfLibraryItems) -> Answer<Changed> {
    told(engine, engine.library.restore_items(&of.items).await)
}

pub(super) async fn empty_trash(engine: &Engine, _: Caller, _: Nothing) -> Answer<Collected> {
    told(engine, engine.library.collect_before(i64::MAX).await)
}

pub(super) async fn file(engine: &Engine, _: Caller, wish: FileItems) -> Answer<Changed> {
    told(engine, engine.library.file_items(&wish).await)
}

pub(super) async fn mark(engine: &Engine, _: Caller, wish: MarkItems) -> Answer<Changed> {
    told(engine, engine.library.mark_items(&wish).await)
}

pub(super) async fn verify(engine: &Engine, _: Caller, from: VerifyFrom) -> Answer<Checked> {
    engine.check_after(from.after, from.limit.clamp(1, MOST_CHECKED)).await
}

pub(super) async fn folders(engine: &Engine, _: Caller, _: Nothing) -> Answer<Folders> {
    Ok(Folders { folders: engine.library.folders().await? })
}

pub(super) async fn add_folder(engine: &Engine, _: Caller, new: NewFolder) -> Answer<Folder> {
    told(engine, engine.library.add_folder(&new).await)
}

pub(super) async fn edit_folder(
    engine: &Engine,
    _: Caller,
    change: ChangeFolder,
) -> Answer<Folder> {
    told(engine, engine.library.change_folder(&change).await)
}

pub(super) async fn remove_folder(engine: &Engine, _: Caller, of: OfFolder) -> Answer<Nothing> {
    told(engine, engine.library.remove_folder(of.folder).await).map(|()| Nothing {})
}

pub(super) async fn subtitles(engine: &Engine, _: Caller, of: OfSubtitles) -> Answer<Subtitles> {
    let found = engine.library.extra_of(of.item, ExtraKind::Subtitle, &of.language).await?;
    Ok(Subtitles { vtt: String::from_utf8_lossy(&found.bytes).into_owned() })
}

pub(super) async fn smart_folders(engine: &Engine, _: Caller, _: Nothing) -> Answer<SmartFolders> {
    Ok(SmartFolders { folders: engine.library.smart_folders().await? })
}

pub(super) async fn add_smart_folder(
    engine: &Engine,
    _: Caller,
    new: NewSmartFolder,
) -> Answer<SmartFolder> {
    told(engine, engine.library.add_smart_folder(&new).await)
}

pub(super) async fn edit_smart_folder(
    engine: &Engine,
    _: Caller,
    change: ChangeSmartFolder,
) -> Answer<SmartFolder> {
    told(engine, engine.library.change_smart_folder(&change).await)
}

pub(super) async fn remove_smart_folder(
    engine: &Engine,
    _: Caller,
    of: OfSmartFolder,
) -> Answer<Nothing> {
    told(engine, engine.library.remove_smart_folder(of.folder).await).map(|()| Nothing {})
}

pub(super) async fn covers(engine: &Engine, _: Caller, _: Nothing) -> Answer<CoverAddresses> {
    engine.cover_addresses().await
}

pub(super) async fn play(engine: &Engine, _: Caller, of: OfLibraryItem) -> Answer<MediaAddress> {
    engine.library.file_of(of.item).await?; // a thing that is not there is refused here, in words
    engine.media_address(of.item).await
}
