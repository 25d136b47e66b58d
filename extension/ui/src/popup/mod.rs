//! The toolbar popup: what is here, what runs, what failed, and one large button. It closes whenever the person
//! clicks elsewhere, so everything it does is told to the daemon or the worker and goes on without it.

mod account;
mod download;
mod outcome;
mod running;
mod send;
mod site;

use crate::actions::{open_folder, resume, show_page};
use crate::catalogue::t;
use crate::components::button::{button, icon_button};
use crate::components::icon::{Icon, brand, icon};
use crate::components::live::{Live, live, live_view, on};
use crate::components::missing_host::missing_host_short;
use crate::components::notice;
use crate::components::toast::toasts;
use crate::components::variant_chips::{chosen_formats, variant_chips};
use crate::state::{Derived, State};
use crate::store::{Link, Store, is_active, newest_of};
use account::AccountState;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{JobId, JobSummary, Source, Variant};
use send::TabPage;

/// The popup's signals.
#[derive(Clone, Copy)]
pub struct Popup {
    /// What the page knows.
    pub store: Store,
    /// The chosen site; `None` until the tab and the last choice were looked at.
    pub source: State<Option<Source>>,
    /// The site of the tab that the person looks at.
    pub tab_source: State<Option<Source>>,
    /// The page in that tab, if it can be sent.
    pub tab_page: State<Option<TabPage>>,
    /// Who is signed in there.
    pub account: State<AccountState>,
    /// The ticked formats.
    pub formats: State<Vec<Variant>>,
    /// The worker was asked to start, and the job has not shown up yet.
    pub starting: State<bool>,
    /// The chosen site's newest job.
    pub job: Derived<Option<JobSummary>>,
}

/// Draws the page.
pub fn popup(store: Store) -> AnyView {
    let source = State::new(None);
    let popup = Popup {
        store,
        source,
        tab_source: State::new(None),
        tab_page: State::new(None),
        account: State::new(AccountState::Looking),
        formats: chosen_formats(store),
        starting: State::new(false),
        job: Derived::new(move || store.jobs.with(|jobs| newest_of(jobs, source.get()?).cloned())),
    };
    site::choose_first(popup);
    account::look_up(popup);
    // Read first: with the sign, what it stands for goes too.
    let left = notice::notice();
    // The person has seen how things stand, so the badge's sign can go.
    spawn_local(browser::messages::seen());
    let missing = Derived::new(move || is_missing(&store.link.get()));
    let content = move || if missing.get() { missing_host_short(store) } else { main_part(popup) };
    view! {
        <main class="popup">
            <div class="popup-head">
                {brand()}
                {icon_button("quiet compact", Icon::Gear, t("open_settings"), move || show_page(store, "app.html#settings"))}
            </div>
            <h1 class="visually-hidden">"MediaFetcher"</h1>
            {left}
            {live_view(content)}
            <div class="popup-foot">
                {open_folder_button(store)}
                {button("", Some(Icon::Tab), t("open_app"), move || show_page(store, "app.html"))}
            </div>
            {toasts(store.toasts)}
        </main>
    }
    .into_any()
}

fn is_missing(link: &Link) -> bool {
    matches!(link, Link::Missing(_))
}

fn main_part(popup: Popup) -> AnyView {
    let store = popup.store;
    let active = Derived::new(move || popup.job.get().as_ref().is_some_and(is_active));
    let ended = Derived::new(move || popup.job.get().is_some() && !active.get());
    let first_time = Derived::new(move || store.link.get().is_up() && popup.job.get().is_none());
    let lost = move || {
        (store.link.get() == Link::Lost)
            .then(|| notice("warn", Icon::Plug, t("lost_title"), t("lost_why")))
    };
    view! {
        {live_view(lost)}
        {send::send_card(popup)}
        {site::site_choice(popup)}
        {account::account_line(popup)}
        {download::download_button(popup)}
        {variant_chips(store, popup.formats)}
        {queue_paused(store)}
        {live_view(move || active.get().then(|| running::running(popup)))}
        {live_view(move || ended.get().then(|| outcome::outcome(popup)))}
        {outcome::problems(popup)}
        {live_view(move || first_time.get().then(|| view! { <p class="small muted">{t("never_run")}</p> }))}
    }
    .into_any()
}

/// Something to read, with a picture.
fn notice(look: &str, picture: Icon, title: String, text: String) -> AnyView {
    view! {
        <div class=["notice ", look].concat()>
            {icon(picture)}
            <div><strong>{title}</strong> <p>{text}</p></div>
        </div>
    }
    .into_any()
}

/// When everything is paused, that is why nothing moves.
fn queue_paused(store: Store) -> Live<AnyView> {
    live_view(move || {
        store.paused.get().then(|| {
            view! {
                <div class="notice row spread">
                    <span class="grow">{t("queue_paused")}</span>
                    {button("compact", Some(Icon::Play), t("queue_resume"), move || resume(store, None))}
                </div>
            }
        })
    })
}

fn open_folder_button(store: Store) -> AnyView {
    let down = move || !store.link.get().is_up();
    view! {
        <button type="button" class="button" disabled=live(down) on:click=on(move |_| open_folder(store))>
            {icon(Icon::Folder)}
            {t("open_folder")}
        </button>
    }
    .into_any()
}

impl Popup {
    /// The id of the job shown, without following it.
    pub fn job_id(self) -> Option<JobId> {
        self.job.with_untracked(|job| job.as_ref().map(|job| job.id))
    }
}
