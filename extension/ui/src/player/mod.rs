//! The player: what plays, at which place, and what follows. It lasts as long as the page, whichever panel is shown.
//!
//! The bytes come from the daemon's media server (`library.play`). There is one media element and one queue for sound
//! and pictures. [`bar`] is what is always seen of it, [`screen`] is the picture.

mod bar;
mod chapters;
mod element;
mod keys;
mod levels;
mod media_session;
mod memory;
mod places;
mod play_queue;
mod screen;
mod screen_controls;
mod subtitles;

pub use screen::player_frame;
pub use subtitles::name_of as language_name;

use crate::catalogue::t;
use crate::components::live::follow;
use crate::link::ask;
use crate::state::{Derived, State};
use crate::store::Store;
use chapters::{Chapter, chapters_of};
use element::{element, play};
use leptos::task::spawn_local;
use media_session::{on_media_keys, tell_media, tell_progress};
use memory::Memory;
use places::Places;
use play_queue::PlayQueue;
use protocol::method::{PlayItem, ShowLibraryItem};
use protocol::shelf::{
    LibraryDetails, LibraryItem, LibraryQuery, MediaAddress, MediaKind, OfLibraryItem,
};
use protocol::{ErrorBody, ErrorCode, LibraryItemId};
use screen::Screen;
use std::future::Future;
use web_sys::{HtmlElement, HtmlMediaElement};

/// Going back within this many seconds goes to the thing before, later to the beginning of this one.
const BACK_S: u64 = 3;
/// How far the media keys for it go forward and back, in seconds.
const SKIP_S: i64 = 10;
/// The place is remembered this often, in seconds.
const REMEMBER_S: u64 = 5;

/// The player's signals.
#[derive(Clone, Copy)]
pub struct Player {
    store: Store,
    /// What it is at.
    pub now: State<Option<LibraryItem>>,
    /// It sounds.
    pub playing: State<bool>,
    /// Address of the cover; empty without one.
    cover: State<String>,
    /// Seconds from the start.
    at: State<u64>,
    /// Seconds in all.
    length: State<u64>,
    /// 0 to 100.
    volume: State<u64>,
    queue: State<PlayQueue>,
    /// The list that the queue holds whole.
    list: State<Option<LibraryQuery>>,
    /// Where the sound broke off last.
    failed: State<Option<(LibraryItemId, u64)>>,
    /// Silent, however loud it would be.
    muted: State<bool>,
    /// How fast videos go, of 100.
    speed: State<u64>,
    /// How the picture is shown; not at all for sound alone.
    screen: State<Screen>,
    /// What had the focus before the picture took the page.
    opener: State<Option<HtmlElement>>,
    /// The languages in which there are subtitles.
    languages: State<Vec<String>>,
    /// In which language they are wished for; empty for none.
    language: State<String>,
    /// The parts of what plays.
    chapters: State<Vec<Chapter>>,
    /// Where the person stopped in long things.
    places: State<Places>,
}

impl Player {
    /// At what was played last, silent.
    pub fn new(store: Store) -> Self {
        let memory = Memory::load();
        let queue = PlayQueue::new(memory.shuffled, memory.repeat);
        let player = Self {
            store,
            now: State::default(),
            playing: State::default(),
            cover: State::default(),
            at: State::default(),
            length: State::default(),
            volume: State::new(memory.volume),
            queue: State::new(queue),
            list: State::new(None),
            failed: State::new(None),
            muted: State::new(memory.muted),
            speed: State::new(memory.speed),
            screen: State::default(),
            opener: State::new(None),
            languages: State::default(),
            language: State::new(memory.language.clone()),
            chapters: State::default(),
            places: State::new(Places::load()),
        };
        let up = Derived::new(move || store.link.get().is_up());
        follow(move || {
            if up.get() && player.now.with_untracked(Option::is_none) {
                player.return_to(memory.item, memory.at);
            }
        });
        let seen = store.library_changes.get_untracked();
        follow(move || {
            if store.library_changes.get() != seen {
                player.read_again();
            }
        });
        on_media_keys(move |key, to| match key {
            "previoustrack" => player.previous(),
            "nexttrack" => player.next(true),
            "seekto" => player.seek(to as u64),
            "seekbackward" => player.seek_by(-SKIP_S),
            "seekforward" => player.seek_by(SKIP_S),
            _ => player.toggle(),
        });
        player
    }

    /// Shows what was played at the last visit, if it is still there.
    fn return_to(self, item: Option<LibraryItemId>, at: u64) {
        let Some(id) = item else { return };
        spawn_local(async move {
            let Ok(details) = ask::<ShowLibraryItem>(OfLibraryItem { item: id }).await else {
                return;
            };
            // Something else may have been chosen meanwhile.
            if self.queue.with_untracked(|queue| queue.current().is_none()) {
                self.queue.update(|queue| queue.begin_alone(id));
                self.at.set(at);
                self.show(details.item);
            }
        });
    }

    /// What it is at may have been changed: its words follow, and it plays on.
    fn read_again(self) {
        let Some(id) = self.now.with_untracked(|now| now.as_ref().map(|now| now.id)) else {
            return;
        };
        spawn_local(async move {
            // One that is gone for good keeps the words it had.
            let Ok(details) = ask::<ShowLibraryItem>(OfLibraryItem { item: id }).await else {
                return;
            };
            let is_new = self.now.with_untracked(|now| {
                now.as_ref().is_some_and(|now| now.id == id && *now != details.item)
            });
            if is_new {
                self.tell_what(&details.item);
                self.now.set(Some(details.item));
            }
        });
    }

    /// Tells the system what plays.
    fn tell_what(self, item: &LibraryItem) {
        let artist = item.artist.as_deref().unwrap_or_default();
        let album = item.album.as_deref().unwrap_or_default();
        tell_media(&item.title, artist, album, &self.cover.get_untracked());
    }

    fn show(self, item: LibraryItem) {
        self.length.set(item.duration_ms.and_then(|ms| u64::try_from(ms / 1000).ok()).unwrap_or(0));
        self.now.set(Some(item));
    }

    /// Plays `id` out of the list of `query`; `all` gives the ids of that list.
    pub fn play(
        self,
        id: LibraryItemId,
        query: LibraryQuery,
        all: impl Future<Output = Result<Vec<LibraryItemId>, ErrorBody>> + 'static,
    ) {
        let same_list = self.list.with_untracked(|list| list.as_ref() == Some(&query));
        let mut held = false;
        self.queue.update(|queue| held = same_list && queue.jump(id, js_sys::Math::random));
        if !held {
            self.queue.update(|queue| queue.begin_alone(id));
            self.list.set(None);
            spawn_local(async move {
                // Without the list the one thing is played all the same.
                let Ok(ids) = all.await else { return };
                self.queue.update(|queue| {
                    if let Some(current) = queue.current() {
                        held = queue.begin(ids, current, js_sys::Math::random);
                    }
                });
                self.list.set(held.then_some(query));
            });
        }
        screen::expect_large(self);
        self.load(id, None);
    }

    /// Whether it is at `id`.
    pub fn is_at(self, id: LibraryItemId) -> bool {
        self.now.with(|now| now.as_ref().is_some_and(|now| now.id == id))
    }

    /// Fetches the address of `id` and plays from second `from` on, or from where the person stopped.
    fn load(self, id: LibraryItemId, from: Option<u64>) {
        spawn_local(async move {
            let answer = look_up(id).await;
            if self.queue.with_untracked(PlayQueue::current) != Some(id) {
                return;
            }
            match answer {
                Ok((details, address)) => self.sound(details, address, from).await,
                Err(error) if error.code == ErrorCode::NotFound => {
                    // It was deleted for good since the list was read.
                    let mut next = None;
                    self.queue.update(|queue| next = queue.drop_current());
                    match next {
                        Some(next) => self.load(next, None),
                        None => self.store.toasts.complain(&error),
                    }
                }
                Err(error) => self.store.toasts.complain(&error),
            }
        });
    }

    async fn sound(self, details: LibraryDetails, address: MediaAddress, from: Option<u64>) {
        let Some(element) = element() else { return };
        let LibraryDetails { item, subtitles, raw, .. } = details;
        let from = from.unwrap_or_else(|| self.places.with_untracked(|places| places.of(item.id)));
        self.at.set(from);
        let is_video = item.kind == MediaKind::Video;
        self.cover.set(address.cover_url);
        self.tell_what(&item);
        self.show(item);
        self.chapters.set(chapters_of(&raw));
        self.languages.set(subtitles);
        element.set_src(&address.url);
        element.set_volume(self.volume.get_untracked() as f64 / 100.0);
        element.set_muted(self.muted.get_untracked());
        element.set_current_time(from as f64);
        self.set_rate(&element, is_video);
        screen::begin(self, is_video);
        self.show_subtitles();
        play(&element).await;
    }

    /// Goes on or pauses.
    pub fn toggle(self) {
        let (Some(element), Some(current)) =
            (element(), self.queue.with_untracked(PlayQueue::current))
        else {
            return;
        };
        if !element.has_attribute("src") {
            self.load(current, Some(self.at.get_untracked()));
        } else if element.paused() {
            screen::come_back(self);
            spawn_local(async move { play(&element).await });
        } else {
            // Pausing what is there always works.
            let _ = element.pause();
        }
    }

    /// Goes on to the next thing. When not `asked` by the person, one thing may repeat.
    fn next(self, asked: bool) {
        let mut next = None;
        self.queue.update(|queue| next = queue.next(asked));
        if let Some(next) = next {
            self.load(next, None);
        }
    }

    fn previous(self) {
        let mut before = None;
        if self.at.get_untracked() <= BACK_S {
            self.queue.update(|queue| before = queue.previous());
        }
        match before {
            Some(before) => self.load(before, None),
            None => self.seek(0),
        }
    }

    fn seek(self, to: u64) {
        self.at.set(to);
        if let Some(element) = element() {
            element.set_current_time(to as f64);
            self.tell(&element);
        }
    }

    fn seek_by(self, by: i64) {
        self.seek(keys::moved(self.at.get_untracked(), by, self.length.get_untracked()));
    }

    /// What it is at has pictures.
    fn is_video(self) -> bool {
        let is_video = |now: &LibraryItem| now.kind == MediaKind::Video;
        self.now.with_untracked(|now| now.as_ref().is_some_and(is_video))
    }

    fn toggle_shuffle(self) {
        self.queue.update(|queue| queue.shuffle(!queue.shuffled, js_sys::Math::random));
        self.remember();
    }

    fn change_repeat(self) {
        self.queue.update(|queue| queue.repeat = queue.repeat.next());
        self.remember();
    }

    fn remember(self) {
        let (shuffled, repeat, item) =
            self.queue.with_untracked(|queue| (queue.shuffled, queue.repeat, queue.current()));
        let (volume, at) = (self.volume.get_untracked(), self.at.get_untracked());
        let (muted, speed) = (self.muted.get_untracked(), self.speed.get_untracked());
        let language = self.language.get_untracked();
        Memory { volume, shuffled, repeat, item, at, muted, speed, language }.save();
        if let Some(id) = self.now.with_untracked(|now| now.as_ref().map(|now| now.id)) {
            let (is_video, length) = (self.is_video(), self.length.get_untracked());
            self.places.update_quietly(|places| {
                if places.note(id, is_video, at, length) {
                    places.save();
                }
            });
        }
    }

    fn tell(self, element: &HtmlMediaElement) {
        let (at, length) = (element.current_time(), element.duration());
        tell_progress(!element.paused(), at, length, element.playback_rate());
    }

    /// Takes in what happened to the element.
    fn hear(self, event: &web_sys::Event) {
        let Some(element) = element() else { return };
        match event.type_().as_str() {
            "timeupdate" => self.move_to(&element),
            "ended" => self.next(false),
            "error" => self.try_again(),
            _ => {
                self.playing.set(!element.paused());
                if element.duration().is_finite() {
                    self.length.set(element.duration() as u64);
                }
                self.tell(&element);
                self.remember();
            }
        }
    }

    fn move_to(self, element: &HtmlMediaElement) {
        let at = element.current_time() as u64;
        // Between two things the element is at 0, which is where neither is.
        if element.ready_state() == 0 || at == self.at.get_untracked() {
            return;
        }
        self.at.set(at);
        if at.is_multiple_of(REMEMBER_S) {
            self.remember();
        }
    }

    /// An address is good until the daemon ends: one that fails is asked for anew, once at each place.
    fn try_again(self) {
        let Some(id) = self.queue.with_untracked(PlayQueue::current) else { return };
        self.playing.set(false);
        let failure = Some((id, self.at.get_untracked()));
        if self.failed.get_untracked() == failure {
            self.store.toasts.say(t("player_failed"));
        } else {
            self.failed.set(failure);
            self.load(id, Some(self.at.get_untracked()));
        }
    }
}

async fn look_up(id: LibraryItemId) -> Result<(LibraryDetails, MediaAddress), ErrorBody> {
    let address = ask::<PlayItem>(OfLibraryItem { item: id }).await?;
    let details = ask::<ShowLibraryItem>(OfLibraryItem { item: id }).await?;
    Ok((details, address))
}
