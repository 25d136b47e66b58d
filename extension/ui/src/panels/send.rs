//! Sending addresses that are pasted, dropped or typed.

use super::Page;
use crate::catalogue::{t, tn};
use crate::components::choice::choice;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live, live_view, on};
use crate::components::missing_host::missing_host;
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use crate::words;
use browser::address::{Address, Recognised, recognise};
use browser::messages;
use leptos::ev::{DragEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::send::SentPage;
use protocol::{ErrorBody, Variant};

/// The panel's signals.
#[derive(Clone, Copy)]
struct Send {
    store: Store,
    text: State<String>,
    /// What was chosen here; the setting's before.
    variant: State<Option<Variant>>,
    sending: State<bool>,
    /// Why not everything was taken, the last time.
    refused: State<Option<ErrorBody>>,
}

/// Draws the panel.
pub fn send(page: Page) -> AnyView {
    let store = page.store;
    let send = Send {
        store,
        text: State::default(),
        variant: State::new(None),
        sending: State::new(false),
        refused: State::new(None),
    };
    let missing = Derived::new(move || matches!(store.link.get(), Link::Missing(_)));
    let content = move || if missing.get() { missing_host(store) } else { form(send) };
    view! {
        <div class="panel">
            <div class="panel-head"><h1>{t("send_title")}</h1></div>
            <div class="narrow stack">
                <p class="muted">{t("send_intro")}</p>
                {live_view(content)}
            </div>
        </div>
    }
    .into_any()
}

fn form(send: Send) -> AnyView {
    let read = Derived::new(move || send.text.with(|text| recognise(text)));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        go(send, read.get_untracked());
    };
    let blocked = move || {
        send.sending.get()
            || !send.store.link.get().is_up()
            || read.with(|read| read.addresses.is_empty())
    };
    let label = move || if send.sending.get() { t("send_sending") } else { t("send_now") };
    view! {
        <form
            class="card stack"
            on:submit=on(submit)
            on:dragover=on(|event: DragEvent| event.prevent_default())
            on:drop=on(move |event| take_dropped(send, &event))
        >
            <div class="field">
                <label for="addresses">{t("send_label")}</label>
                <textarea
                    id="addresses"
                    class="input mono addresses"
                    rows="6"
                    spellcheck="false"
                    autocomplete="off"
                    aria-describedby="addresses-help addresses-found"
                    prop:value=live(move || send.text.get())
                    on:input=on(move |event| send.text.set(event_target_value(&event)))
                ></textarea>
                <p id="addresses-found" class="small figures" role="status">{live(move || read.with(found))}</p>
                <p id="addresses-help" class="small muted">{t("send_help")}</p>
            </div>
            <div class="row">
                {choice(t("send_as_label"), send_as_choices, move || chosen(send).to_string(), move |name| {
                    send.variant.set(name.parse().ok());
                })}
                <button type="submit" class="button primary" disabled=live(blocked)>
                    {icon(Icon::Send)}
                    <span>{live(label)}</span>
                </button>
            </div>
            {complaint(send)}
            <p class="small muted">{t("send_sites_note")}</p>
        </form>
    }
    .into_any()
}

/// What pages can be sent as: the stored names, with words.
pub fn send_as_choices() -> Vec<(String, String)> {
    let choice = |variant: &Variant| (variant.to_string(), t(&format!("send_as_{variant}")));
    Variant::OF_PAGES.iter().map(choice).collect()
}

fn chosen(send: Send) -> Variant {
    let setting = || send.store.settings.with(|settings| settings.as_ref().map(|s| s.send_as));
    send.variant.get().or_else(setting).unwrap_or(Variant::Media)
}

/// "3 addresses, 1 line is none".
fn found(read: &Recognised) -> String {
    let Recognised { addresses, strange_lines } = read;
    let found = match addresses.len() {
        0 => t("send_nothing"),
        n => tn("send_found", n as u64),
    };
    match strange_lines {
        0 => found,
        n => crate::catalogue::tf("list_comma", &[("a", &found), ("b", &tn("send_strange", *n))]),
    }
}

fn complaint(send: Send) -> Live<AnyView> {
    live_view(move || {
        let refused = send.refused.get().as_ref().map(words::error);
        refused.map(|words| view! { <p class="complaint" role="alert">{words}</p> })
    })
}

/// What is dropped goes on a line of its own, after what is there.
fn take_dropped(send: Send, event: &DragEvent) {
    let dropped = event.data_transfer().and_then(|data| {
        let text = |kind| data.get_data(kind).ok().filter(|text| !text.trim().is_empty());
        text("text/uri-list").or_else(|| text("text/plain"))
    });
    if let Some(dropped) = dropped {
        event.prevent_default();
        send.text.update(|text| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(dropped.trim());
            text.push('\n');
        });
    }
}

fn go(send: Send, read: Recognised) {
    let variant = Some(send.variant.get_untracked().unwrap_or_else(|| chosen(send)));
    let page = |address: &Address| SentPage {
        address: address.as_str().to_owned(),
        ..SentPage::default()
    };
    let pages: Vec<SentPage> = read.addresses.iter().map(page).collect();
    if pages.is_empty() || send.sending.get_untracked() {
        return;
    }
    send.sending.set(true);
    send.refused.set(None);
    let toasts = send.store.toasts;
    spawn_local(async move {
        match messages::send(pages, variant).await {
            Ok(sent) => {
                let text = tn("sent_toast", sent.pages);
                toasts.offer(text, t("send_show_queue"), show_queue);
                send.text.set(String::new());
                send.refused.set(sent.refused);
            }
            Err(error) => send.refused.set(Some(error)),
        }
        send.sending.set(false);
    });
}

fn show_queue() {
    // A page can always go to a part of itself.
    let _ = window().location().set_hash("queue");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};

    #[test]
    fn what_is_recognised_is_said_with_what_is_not() {
        assert!(install_file(Language::En, include_str!("../../../_locales/en/messages.json")));
        let said = |text: &str| found(&recognise(text));
        assert_eq!(
            said("a.example/1\nb.example/2\nhttp://c.example\nhello there"),
            "3 addresses, 1 line is none"
        );
        assert_eq!(said("https://a.example"), "1 address");
        assert_eq!(said(""), "No address yet");
        assert_eq!(said("x\ny"), "No address yet, 2 lines are none");
    }

    #[test]
    fn every_way_to_send_has_a_word() {
        assert!(install_file(Language::En, include_str!("../../../_locales/en/messages.json")));
        let choices = send_as_choices();
        assert_eq!(choices.len(), Variant::OF_PAGES.len());
        assert!(choices.iter().all(|(name, word)| !word.contains(name.as_str())), "{choices:?}");
        assert_eq!(choices[0], ("media".to_owned(), "Video".to_owned()));
    }
}
