//! The panels of the app page. A new one is a file here and a line in [`PANELS`].

mod about;
mod checklist;
mod collection;
mod fields;
mod held_rows;
mod history;
mod library;
mod paged;
mod queue;
mod queue_row;
mod selection;
mod send;
mod sending_settings;
mod settings;
mod sites_setting;
mod template_field;
mod ticks;
mod web_item;

use crate::components::icon::Icon;
use crate::player::Player;
use crate::route::Route;
use crate::state::State;
use crate::store::Store;
use leptos::prelude::*;

pub use about::{honest, privacy};

/// What a panel is given.
#[derive(Clone, Copy)]
pub struct Page {
    /// What the page knows.
    pub store: Store,
    /// What the address says.
    pub route: State<Route>,
    /// What plays, whichever panel is shown.
    pub player: Player,
}

/// A section of the app page.
pub struct Panel {
    /// Its name in the address.
    pub name: &'static str,
    /// The catalogue's key of its title.
    pub title_key: &'static str,
    /// Beside the title.
    pub icon: Icon,
    /// Draws it.
    pub view: fn(Page) -> AnyView,
}

/// All panels, in the order of the navigation. The first is shown when the address names none.
pub const PANELS: &[Panel] = &[
    Panel { name: "queue", title_key: "nav_queue", icon: Icon::List, view: queue::queue },
    Panel { name: "send", title_key: "nav_send", icon: Icon::Send, view: send::send },
    Panel { name: "library", title_key: "nav_library", icon: Icon::Music, view: library::library },
    Panel {
        name: "collection",
        title_key: "nav_collection",
        icon: Icon::Disc,
        view: collection::collection,
    },
    Panel {
        name: "history",
        title_key: "nav_history",
        icon: Icon::History,
        view: history::history,
    },
    Panel {
        name: "settings",
        title_key: "nav_settings",
        icon: Icon::Gear,
        view: settings::settings,
    },
    Panel {
        name: "checklist",
        title_key: "nav_checklist",
        icon: Icon::CheckCircle,
        view: checklist::checklist,
    },
    Panel { name: "about", title_key: "nav_about", icon: Icon::Info, view: about::about },
];

/// The panel that a route names.
pub fn panel_of(route: &Route) -> &'static Panel {
    PANELS.iter().find(|panel| panel.name == route.panel).unwrap_or(&PANELS[0])
}
