//! One entry of a list, as a line of a table or with its cover among others. Both open everything that is known of it.

use super::sentences::{joined, price, title};
use super::shelf::Shelf;
use crate::catalogue::{t, tf};
use crate::clock::date;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view, on};
use crate::components::virtual_list::Shape;
use crate::state::{Derived, State};
use browser::environment::sleep;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::discogs::{DiscogsList, EntryView};

/// As in `styles/collection.css`.
pub const ROWS: Shape = Shape { look: "copy", row_height: 56, tile_width: 0 };
/// As in `styles/tiles.css`.
pub const COVERS: Shape = Shape { look: "tile", row_height: 256, tile_width: 184 };

/// A picture is fetched once its entry was in sight for so long: not while the list is scrolled past.
const SETTLED_MS: u32 = 120;

/// The entry at a place of the list; `None` until it came.
#[derive(Clone, Copy)]
struct Entry {
    shelf: Shelf,
    index: u64,
    view: Derived<Option<EntryView>>,
    focused: Derived<bool>,
}

/// What stands over the table.
pub fn columns(shelf: Shelf) -> AnyView {
    let last = match shelf.of.list {
        DiscogsList::Inventory => "discogs_price",
        _ => "details_added",
    };
    // Each line says the same in itself.
    let empty = Derived::new(move || shelf.rows.total().unwrap_or(0) == 0);
    view! {
        <div class="copy copy-columns small muted" class:hidden=live(move || empty.get()) aria-hidden="true">
            <span></span>
            <span></span>
            <span>{t("discogs_release")}</span>
            <span class="copy-label">{t("filter_label")}</span>
            <span class="copy-format">{t("filter_format")}</span>
            <span class="copy-figure">{t("filter_year")}</span>
            <span class="copy-figure copy-day">{t(last)}</span>
        </div>
    }
    .into_any()
}

/// The inside of the line at `index`.
pub fn row(shelf: Shelf, index: u64, focused: Derived<bool>) -> AnyView {
    let entry = Entry::at(shelf, index, focused);
    let known = move || entry.view.with(Option::is_some);
    let is_shop = shelf.of.list == DiscogsList::Inventory;
    view! {
        {entry.tick()}
        <div class="copy-cover">{entry.picture()}</div>
        {entry.words()}
        {live_view(move || entry.view.get().map(|view| facts(&view, is_shop)))}
        <div class="bone h32 copy-bone" class:hidden=live(known)></div>
    }
    .into_any()
}

fn facts(view: &EntryView, is_shop: bool) -> AnyView {
    let last = match is_shop {
        true => view.price.as_ref().map(price),
        false => view.added_at.map(date),
    };
    view! {
        <span class="small cut copy-label">{joined(&[&view.label, &view.catalog_number])}</span>
        <span class="small muted cut copy-format">{view.format.clone()}</span>
        <span class="figures small copy-figure">{view.year}</span>
        <span class="figures small muted copy-figure copy-day">{last}</span>
    }
    .into_any()
}

/// The inside of the tile at `index`.
pub fn cover(shelf: Shelf, index: u64, focused: Derived<bool>) -> AnyView {
    let entry = Entry::at(shelf, index, focused);
    let line = move || {
        entry.view.with(|view| {
            let view = view.as_ref()?;
            let year = view.year.map(|year| year.to_string()).unwrap_or_default();
            let asked = view.price.as_ref().map(price).unwrap_or_default();
            Some(joined(&[&year, &view.format, &asked]))
        })
    };
    view! {
        <div class="tile-cover">{entry.picture()} {entry.tick()}</div>
        {entry.words()}
        <div class="small muted cut">{live(line)}</div>
    }
    .into_any()
}

impl Entry {
    fn at(shelf: Shelf, index: u64, focused: Derived<bool>) -> Self {
        let rows = shelf.rows.rows;
        let view = Derived::new(move || rows.with(|rows| rows.get(index).cloned()));
        Self { shelf, index, view, focused }
    }

    /// To tick it.
    fn tick(self) -> AnyView {
        let view = self.view;
        let name = move || {
            let title = view.with(|view| view.as_ref().map(title)).unwrap_or_default();
            tf("select_row", &[("title", &title)])
        };
        self.shelf.rows.tick_box("", self.index, name, self.focused)
    }

    /// The picture, or what stands for it where there is none or it does not come.
    fn picture(self) -> Live<AnyView> {
        let shown = State::new(String::new());
        let address = Derived::new(move || {
            self.view.with(|view| view.as_ref().map(|view| view.thumb.clone())).unwrap_or_default()
        });
        follow(move || {
            shown.set(String::new());
            show_when_settled(shown, address, address.get());
        });
        live_view(move || picture(shown))
    }

    /// The title, which opens the rest, and who made it.
    fn words(self) -> AnyView {
        let Entry { shelf, index, view, focused } = self;
        let name = move || view.with(|view| view.as_ref().map(title)).unwrap_or_default();
        let artists = move || view.with(|view| view.as_ref().map(|view| view.artists.clone()));
        let gone = move || {
            view.with(|view| view.as_ref().is_some_and(|view| view.gone))
                .then(|| view! { <span class="tone-warn" title=t("discogs_gone")>{icon(Icon::Alert)}</span> })
        };
        let open = move |_| {
            if let Some(entry) = view.with_untracked(|view| view.as_ref().map(|view| view.entry)) {
                shelf.collection.open_record(shelf.of, entry);
            }
        };
        // Space ticks, as Enter opens.
        let tick = move |event: KeyboardEvent| {
            if event.key() == " " {
                event.prevent_default();
                shelf.rows.toggle(index, event.shift_key());
            }
        };
        view! {
            <div class="grow entry-words">
                <button
                    type="button"
                    class="item-title cut title-button row-focus"
                    aria-haspopup="dialog"
                    aria-keyshortcuts="Space"
                    tabindex=live(move || if focused.get() { "0" } else { "-1" })
                    on:click=on(open)
                    on:keydown=on(tick)
                >
                    {live(name)}
                </button>
                <div class="small muted cut">{live_view(gone)} {live(artists)}</div>
            </div>
        }
        .into_any()
    }
}

/// The picture at the address that `shown` holds; emptied when it does not come.
pub fn picture(shown: State<String>) -> AnyView {
    let address = shown.get();
    match address.is_empty() {
        true => icon(Icon::Disc),
        false => {
            let gone = on(move |_| shown.set(String::new()));
            view! {
                <img
                    src=address
                    alt=""
                    loading="lazy"
                    draggable="false"
                    referrerpolicy="no-referrer"
                    on:error=gone
                />
            }
            .into_any()
        }
    }
}

fn show_when_settled(shown: State<String>, now: Derived<String>, address: String) {
    // An address from a site is one to follow only if it is of the web.
    if !address.starts_with("https://") {
        return;
    }
    spawn_local(async move {
        sleep(SETTLED_MS).await;
        if !shown.is_gone() && now.get_untracked() == address {
            shown.set(address);
        }
    });
}
