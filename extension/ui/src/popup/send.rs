//! "Send this page": the page in the tab, whether the sign-in there may be used, and how earlier ones stand.

use super::Popup;
use crate::actions::show_page;
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live, live_view, on};
use crate::sign_in::{allow, forget};
use crate::state::{Derived, State};
use crate::store::is_active;
use browser::address::Address;
use browser::tabs::Tab;
use browser::{messages, site_access};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::send::SentPage;
use protocol::{JobSummary, Source};

/// The page in a tab, if it is one of the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabPage {
    address: Address,
    title: Option<String>,
}

impl TabPage {
    /// Of a tab; pages of the browser itself are none.
    pub fn of(tab: &Tab) -> Option<Self> {
        let address = Address::parse(tab.url.as_deref()?)?;
        Some(Self { address, title: tab.title.clone().filter(|title| !title.trim().is_empty()) })
    }

    fn sent(&self) -> SentPage {
        let address = self.address.as_str().to_owned();
        SentPage { address, found_on: None, title: self.title.clone() }
    }
}

/// The card; not there for a page that cannot be sent.
pub fn send_card(popup: Popup) -> Live<AnyView> {
    live_view(move || popup.tab_page.get().map(|page| card(popup, page)))
}

fn card(popup: Popup, page: TabPage) -> AnyView {
    let host = page.address.host().to_owned();
    view! {
        <section class="card stack" aria-labelledby="send-host">
            <h2 id="send-host" class="cut">{host}</h2>
            {send_button(popup, &page)}
            {access(popup, &page.address)}
            {earlier(popup)}
        </section>
    }
    .into_any()
}

fn send_button(popup: Popup, page: &TabPage) -> AnyView {
    let store = popup.store;
    let sending = State::new(false);
    let sent = page.sent();
    let press = move |_| {
        sending.set(true);
        let pages = vec![sent.clone()];
        spawn_local(async move {
            match messages::send(pages, None).await {
                Ok(sent) => store.toasts.say(tn("sent_toast", sent.pages)),
                Err(error) => store.toasts.complain(&error),
            }
            sending.set(false);
        });
    };
    let blocked = move || sending.get() || !store.link.get().is_up();
    let label = move || if sending.get() { t("send_sending") } else { t("send_page") };
    view! {
        <button type="button" class="button primary wide" disabled=live(blocked) on:click=on(press)>
            {icon(Icon::Send)}
            <span>{live(label)}</span>
        </button>
    }
    .into_any()
}

/// Whether the sign-in at the page's site is used, with the button that changes it.
fn access(popup: Popup, address: &Address) -> Option<AnyView> {
    let host = address.host().to_owned();
    if !site_access::can_be_chosen(&host) {
        return None;
    }
    if !address.is_secure() {
        return Some(view! { <p class="small muted">{t("site_not_secure")}</p> }.into_any());
    }
    let allowed = State::new(None::<bool>);
    let looked_at = host.clone();
    follow(move || {
        let host = looked_at.clone();
        spawn_local(async move { allowed.set(Some(site_access::is_allowed(&host).await)) });
    });
    let choice = move || Some(line(popup, host.clone(), allowed.get()?, allowed));
    Some(view! { <div role="status">{live_view(choice)}</div> }.into_any())
}

fn line(popup: Popup, host: String, is_allowed: bool, allowed: State<Option<bool>>) -> AnyView {
    let store = popup.store;
    let named = [("host", host.as_str())];
    let (text, act) = if is_allowed {
        let text = tf("site_allowed", &named);
        let press = move || forget(store, host.clone(), move || allowed.set(Some(false)));
        (text, button("compact", Some(Icon::Cross), t("site_forget_this"), press))
    } else {
        let (text, label) = (tf("site_ask", &named), tf("site_use", &named));
        let press = move || {
            let said = tf("site_now_allowed", &[("host", &host)]);
            allow(store, &host, move || {
                allowed.set(Some(true));
                store.toasts.say(said);
            });
        };
        (text, button("compact", Some(Icon::Person), label, press))
    };
    view! { <p class="small muted">{text}</p> <div class="act-below">{act}</div> }.into_any()
}

/// What was sent before and is not here yet.
fn earlier(popup: Popup) -> Live<AnyView> {
    let store = popup.store;
    let open = Derived::new(move || store.jobs.with(|jobs| open_pages(jobs)));
    live_view(move || {
        let (pending, needs_you) = open.get();
        let pending = (pending > 0).then(|| tn("web_pending", pending));
        let needs_you = (needs_you > 0).then(|| tn("web_needs_you", needs_you));
        let lines: Vec<String> = [pending, needs_you].into_iter().flatten().collect();
        (!lines.is_empty()).then(|| {
            let show = move || show_page(store, "app.html#queue");
            view! {
                <div class="row spread">
                    <span class="small grow">{lines.join(" · ")}</span>
                    {button("compact quiet", None, t("send_show_queue"), show)}
                </div>
            }
        })
    })
}

/// Of all that was sent: how much is still to come, and how much waits for the person.
fn open_pages(jobs: &[JobSummary]) -> (u64, u64) {
    let sent = jobs.iter().filter(|job| job.source == Source::Web);
    sent.fold((0, 0), |(pending, needs_you), job| {
        let moves = if is_active(job) { job.balance.pending } else { 0 };
        (pending + moves, needs_you + job.balance.needs_you)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::job;
    use protocol::JobState;

    fn tab(url: Option<&str>, title: &str) -> Tab {
        Tab {
            id: 1,
            window_id: 1,
            url: url.map(str::to_owned),
            title: Some(title.into()),
            cookie_store_id: None,
        }
    }

    #[test]
    fn only_pages_of_the_web_are_sent_and_a_blank_title_is_none() {
        let page = TabPage::of(&tab(Some("https://example.com/a"), " ")).expect("a page");
        let sent = SentPage { address: "https://example.com/a".into(), ..SentPage::default() };
        assert_eq!(page.sent(), sent);
        assert_eq!(TabPage::of(&tab(Some("chrome://settings"), "x")), None);
        assert_eq!(TabPage::of(&tab(None, "x")), None);
    }

    #[test]
    fn what_is_open_is_counted_over_all_that_was_sent() {
        let mut sent = job(1, Source::Web, JobState::Running);
        (sent.balance.pending, sent.balance.needs_you) = (2, 1);
        let mut ended = job(2, Source::Web, JobState::Cancelled);
        ended.balance.pending = 9;
        let mut songs = job(3, Source::Producer, JobState::Running);
        songs.balance.pending = 9;
        assert_eq!(open_pages(&[sent, ended, songs]), (2, 1));
    }
}
