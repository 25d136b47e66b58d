//! The player: what sounds, at which place, and what follows. It lasts as long as the page, whichever panel is shown.
//!
//! The bytes come from the daemon's media server (`library.play`). [`bar`] is what is seen of it.

mod bar;
mod media_session;
mod memory;
mod play_queue;

pub use bar::player_bar;

use crate::catalogue::t;
use crate::components::live::follow;
use crate::link::ask;
use crate::state::{Derived, State};
use crate::store::Store;
use leptos::prelude::*;
use leptos::task::spawn_local;
use media_session::{on_media_keys, tell_media, tell_progress};
use memory::Memory;
use play_queue::PlayQueue;
use protocol::method::{PlayItem, ShowLibraryItem};
use protocol::shelf::{LibraryItem, LibraryQuery, MediaAddress, OfLibraryItem};
use protocol::{ErrorBody, ErrorCode, LibraryItemId};
use std::future::Future;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlMediaElement;

/// Going back within this many seconds goes to the thing before, later to the beginning of this one.
const BACK_S: u64 = 3;
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
        };
        let up = Derived::new(move || store.link.get().is_up());
        follow(move || {
            if up.get() && player.now.with_untracked(Option::is_none) {
                player.return_to(memory);
            }
        });
        on_media_keys(move |key, to| match key {
            "previoustrack" => player.previous(),
            "nexttrack" => player.next(true),
            "seekto" => player.seek(to as u64),
            _ => player.toggle(),
        });
        player
    }

    /// Shows what was played at the last visit, if it is still there.
    fn return_to(self, memory: Memory) {
        let Some(id) = memory.item else { return };
        spawn_local(async move {
            let Ok(details) = ask::<ShowLibraryItem>(OfLibraryItem { item: id }).await else {
                return;
            };
            // Something else may have been chosen meanwhile.
            if self.queue.with_untracked(|queue| queue.current().is_none()) {
                self.queue.update(|queue| queue.begin_alone(id));
                self.at.set(memory.at);
                self.show(details.item);
            }
        });
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
        self.load(id, 0);
    }

    /// Whether it is at `id`.
    pub fn is_at(self, id: LibraryItemId) -> bool {
        self.now.with(|now| now.as_ref().is_some_and(|now| now.id == id))
    }

    /// Fetches the address of `id` and plays from second `from` on.
    fn load(self, id: LibraryItemId, from: u64) {
        spawn_local(async move {
            let answer = look_up(id).await;
            if self.queue.with_untracked(PlayQueue::current) != Some(id) {
                return;
            }
            match answer {
                Ok((item, address)) => self.sound(item, address, from).await,
                Err(error) if error.code == ErrorCode::NotFound => {
                    // It was deleted for good since the list was read.
                    let mut next = None;
                    self.queue.update(|queue| next = queue.drop_current());
                    match next {
                        Some(next) => self.load(next, 0),
                        None => self.store.toasts.complain(&error),
                    }
                }
                Err(error) => self.store.toasts.complain(&error),
            }
        });
    }

    async fn sound(self, item: LibraryItem, address: MediaAddress, from: u64) {
        let Some(element) = element() else { return };
        tell_media(
            &item.title,
            item.artist.as_deref().unwrap_or_default(),
            item.album.as_deref().unwrap_or_default(),
            &address.cover_url,
        );
        self.at.set(from);
        self.show(item);
        self.cover.set(address.cover_url);
        element.set_src(&address.url);
        element.set_volume(self.volume.get_untracked() as f64 / 100.0);
        element.set_current_time(from as f64);
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
            self.load(current, self.at.get_untracked());
        } else if element.paused() {
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
            self.load(next, 0);
        }
    }

    fn previous(self) {
        let mut before = None;
        if self.at.get_untracked() <= BACK_S {
            self.queue.update(|queue| before = queue.previous());
        }
        match before {
            Some(before) => self.load(before, 0),
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

    fn set_volume(self, volume: u64) {
        self.volume.set(volume);
        if let Some(element) = element() {
            element.set_volume(volume.min(100) as f64 / 100.0);
        }
        self.remember();
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
        Memory { volume, shuffled, repeat, item, at }.save();
    }

    fn tell(self, element: &HtmlMediaElement) {
        tell_progress(!element.paused(), element.current_time(), element.duration());
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
            self.load(id, self.at.get_untracked());
        }
    }
}

async fn look_up(id: LibraryItemId) -> Result<(LibraryItem, MediaAddress), ErrorBody> {
    let address = ask::<PlayItem>(OfLibraryItem { item: id }).await?;
    let details = ask::<ShowLibraryItem>(OfLibraryItem { item: id }).await?;
    Ok((details.item, address))
}

/// The element that sounds.
fn element() -> Option<HtmlMediaElement> {
    document().get_element_by_id("sound").map(JsCast::unchecked_into)
}

async fn play(element: &HtmlMediaElement) {
    if let Ok(begun) = element.play() {
        // Broken off by the next thing, or refused until the person presses play; either is seen.
        let _ = JsFuture::from(begun).await;
    }
}
