//! The choice of several values of one property, which comes up under its button; and all that is chosen, each with a
//! button that takes it out.

use super::filter_parts::{Part, Property, name_of};
use super::narrowed::Narrowed;
use super::shelf::Shelf;
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, each, live, live_view, on};
use crate::state::{Derived, State};
use crate::words;
use leptos::ev::Event;
use leptos::prelude::*;
use protocol::discogs::Depth;
use wasm_bindgen::JsCast;

/// The button of a property, and what comes up under it.
pub fn facet(shelf: Shelf, property: Property) -> AnyView {
    let query = shelf.rows.query;
    let chosen = move || query.with(|query| property.chosen(&query.filter).len() as u64);
    let name = move || match chosen() {
        0 => property.name(),
        n => tf("filter_count", &[("name", &property.name()), ("n", &words::number(n))]),
    };
    let id = format!("facet-{property:?}").to_lowercase();
    let (anchor, under) = (format!("anchor-name: --{id}"), format!("position-anchor: --{id}"));
    let open = State::new(false);
    let toggled = move |event: Event| {
        let menu = event.target().map(JsCast::unchecked_into::<web_sys::Element>);
        open.set(menu.is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false)));
    };
    let values = move || {
        let offered =
            query.with(|query| shelf.facets.with(|facets| property.offered(facets, &query.filter)));
        if open.get() { offered } else { Vec::new() }
    };
    let target = id.clone();
    view! {
        <button
            type="button"
            class="input choice facet"
            class:chosen=live(move || chosen() > 0)
            style=anchor
            popovertarget=target
        >
            <span class="grow cut">{live(name)}</span>
            {icon(Icon::Down)}
        </button>
        <div
            id=id
            class="facet-menu"
            popover="auto"
            role="group"
            aria-label=property.name()
            style=under
            on:toggle=on(toggled)
        >
            {each(values, move |value| option(shelf, property, value))}
        </div>
    }
    .into_any()
}

fn option(shelf: Shelf, property: Property, value: String) -> AnyView {
    let query = shelf.rows.query;
    let value = StoredValue::new(value);
    let chosen = move || {
        query.with(|query| value.with_value(|value| property.chosen(&query.filter).contains(value)))
    };
    let count = move || {
        let count = shelf.facets.with(|facets| {
            value.with_value(|value| {
                property.counts(facets).iter().find(|(one, _)| one == value).map(|(_, n)| *n)
            })
        });
        words::number(count.unwrap_or(0))
    };
    let name = move || {
        shelf.facets.with(|facets| value.with_value(|value| name_of(facets, property, value)))
    };
    let choose = move |event: Event| {
        let chosen = event_target_checked(&event);
        query.update(|query| {
            value.with_value(|value| property.choose(&mut query.filter, value, chosen));
        });
    };
    view! {
        <label class="facet-option">
            <input type="checkbox" prop:checked=live(chosen) on:change=on(choose) />
            <span class="grow">{live(name)}</span>
            " "
            <span class="count figures small muted">{live(count)}</span>
        </label>
    }
    .into_any()
}

/// What is asked for, part by part, and what can be done with what is shown.
pub fn in_force(shelf: Shelf) -> Live<AnyView> {
    let parts = Derived::new(move || shelf.rows.query.with(|query| Part::all(&query.filter)));
    let any = Derived::new(move || parts.with(|parts| !parts.is_empty()));
    let total = move || shelf.rows.total().unwrap_or(0);
    // How many there are is known of the query before until the present one is answered.
    let offered = Derived::new(move || total() > 0 && shelf.rows.is_answered());
    live_view(move || {
        any.get().then(|| {
            let export = move |_| {
                let narrowed = Narrowed::shown(shelf);
                shelf.export(Some(narrowed));
            };
            let read = move |_| {
                let narrowed = Narrowed::shown(shelf);
                shelf.read(Some(narrowed), Depth::Details);
            };
            let read = shelf.has_details().then(|| {
                view! {
                    <button type="button" class="button compact" on:click=on(read)>
                        {icon(Icon::Retry)}
                        {live(move || tn("read_these", total()))}
                    </button>
                }
            });
            view! {
                <div class="row in-force" role="group" aria-label=t("in_force")>
                    {each(move || parts.get(), move |part| chip(shelf, part))}
                    {button("compact quiet", None, t("clear_all"), move || shelf.clear_filters())}
                    <div class="row" class:hidden=live(move || !offered.get())>
                        {read}
                        <button type="button" class="button compact" on:click=on(export)>
                            {icon(Icon::Download)}
                            {live(move || tn("export_these", total()))}
                        </button>
                    </div>
                </div>
            }
        })
    })
}

fn chip(shelf: Shelf, part: Part) -> AnyView {
    let part = StoredValue::new(part);
    let said = Derived::new(move || {
        shelf.facets.with(|facets| {
            part.with_value(|part| part.words(|property, value| name_of(facets, property, value)))
        })
    });
    let take_out = move |_| {
        let part = part.get_value();
        if matches!(part, Part::Text(_)) {
            shelf.text.set(String::new());
        }
        shelf.rows.query.update(|query| part.take_out(&mut query.filter));
        // What had the focus is no more.
        request_animation_frame(|| {
            focus("#search");
            focus(".in-force button");
        });
    };
    view! {
        <button
            type="button"
            class="chip taken"
            aria-label=live(move || tf("take_out", &[("what", &said.get())]))
            on:click=on(take_out)
        >
            <span>{live(move || said.get())}</span>
            {icon(Icon::Cross)}
        </button>
    }
    .into_any()
}
