//! The parts that one thing of the library is shown with, in a row as in a tile. What can have the focus stays when the
//! rest changes.

use super::{Library, drag};
use crate::catalogue::tf;
use crate::components::button::LiveButton;
use crate::components::icon::Icon;
use crate::components::live::{Live, live, on};
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;
use protocol::LibraryItemId;
use protocol::shelf::{LibraryItem, MediaKind};

/// The thing at a place of the list.
#[derive(Clone, Copy)]
pub struct Thing {
    library: Library,
    index: u64,
    /// What is known of it; `None` until it came.
    pub item: Derived<Option<LibraryItem>>,
    /// Which.
    pub id: Derived<Option<LibraryItemId>>,
    title: Derived<String>,
    focused: Derived<bool>,
}

impl Thing {
    /// The one at `index`; Tab reaches it while it is `focused`.
    pub fn at(library: Library, index: u64, focused: Derived<bool>) -> Self {
        let rows = library.list.rows;
        let item = Derived::new(move || rows.with(|rows| rows.get(index).cloned()));
        let id = Derived::new(move || item.with(|item| item.as_ref().map(|item| item.id)));
        let title = Derived::new(move || {
            item.with(|item| item.as_ref().map(words::library_title)).unwrap_or_default()
        });
        Self { library, index, item, id, title, focused }
    }

    fn name(self, key: &'static str) -> impl Fn() -> String + Send + Sync + Copy {
        move || tf(key, &[("title", &self.title.get())])
    }

    fn tabindex(self) -> Live<&'static str> {
        live(move || if self.focused.get() { "0" } else { "-1" })
    }

    /// It has pictures.
    pub fn is_video(self) -> bool {
        self.item.with(|item| item.as_ref().is_some_and(|item| item.kind == MediaKind::Video))
    }

    /// To tick it.
    pub fn tick(self) -> AnyView {
        let list = self.library.list;
        list.tick_box("", self.index, self.name("select_row"), self.focused)
    }

    /// To play it; Space on the thing does.
    pub fn play(self, look: &'static str) -> AnyView {
        let player = self.library.page.player;
        let id = self.id;
        let is_here = Derived::new(move || id.get().is_some_and(|id| player.is_at(id)));
        let sounds = Derived::new(move || is_here.get() && player.playing.get());
        let name = move || self.name(if sounds.get() { "pause_title" } else { "play_title" })();
        let picture = move || if sounds.get() { Icon::Pause } else { Icon::Play };
        let play = LiveButton {
            current: live(move || is_here.get()),
            reached: live(move || self.focused.get()),
            ..LiveButton::new(look, picture, name, move || {
                if let Some(id) = id.get_untracked() {
                    self.library.play(id);
                }
            })
        };
        play.view()
    }

    /// To mark it.
    pub fn star(self) -> AnyView {
        let (id, item) = (self.id, self.item);
        let favorite = Derived::new(move || item.with(|i| i.as_ref().is_some_and(|i| i.favorite)));
        let star = LiveButton {
            pressed: live(move || Some(favorite.get())),
            reached: live(move || self.focused.get()),
            ..LiveButton::new(
                "quiet compact star",
                || Icon::Star,
                self.name("favorite_title"),
                move || {
                    if let Some(id) = id.get_untracked() {
                        self.library.mark(vec![id], !favorite.get_untracked());
                    }
                },
            )
        };
        star.view()
    }

    /// Its title, which opens the details, and who made it. Both can be dragged to a place at the side.
    pub fn words(self) -> AnyView {
        let (id, item, library) = (self.id, self.item, self.library);
        let maker = move || item.with(|item| item.as_ref().map(maker));
        view! {
            <div
                class="grow"
                draggable="true"
                on:dragstart=on(move |event| drag::begin(library, id.get_untracked(), &event))
                on:dragend=on(move |_| drag::end(library))
            >
                <button
                    type="button"
                    class="item-title cut title-button"
                    aria-haspopup="dialog"
                    tabindex=self.tabindex()
                    on:click=on(move |_| library.opened.set(id.get_untracked()))
                >
                    {live(move || self.title.get())}
                </button>
                <div class="small muted cut">{live(maker)}</div>
            </div>
        }
        .into_any()
    }
}

/// Who made it, and where it comes from.
fn maker(item: &LibraryItem) -> String {
    let source = words::source(item.source);
    match item.artist.as_deref() {
        Some(artist) => [artist, " · ", &source].concat(),
        None => source,
    }
}
