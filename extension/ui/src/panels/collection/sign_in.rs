//! Signing in at Discogs: with a token of the person's own, or by name for what everybody may see.

use super::{Collection, Open};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::dialog::{close_dialog, dialog};
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{live, live_view, on};
use crate::components::radio::{Options, segments};
use crate::link::ask;
use crate::state::State;
use crate::words;
use browser::messages;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::discogs::DiscogsLogin;
use protocol::method::DiscogsSignIn;
use protocol::{ErrorBody, ErrorCode, Secret};

/// The ways, in the order of the buttons.
const WAYS: Options = &[("discogs_by_token", ""), ("discogs_by_name", "")];
const BY_TOKEN: usize = 0;
/// Where the site makes tokens.
const TOKENS: &str = "https://www.discogs.com/settings/developers";

/// Instead of lists, while there is no account.
pub fn welcome(collection: Collection) -> AnyView {
    let open = move || collection.open.set(Some(Open::SignIn));
    view! {
        <div class="empty">
            {icon(Icon::Disc)} <strong>{t("discogs_welcome")}</strong> <p>{t("discogs_welcome_help")}</p>
            {button("primary", Some(Icon::Person), t("discogs_sign_in"), open)}
        </div>
    }
    .into_any()
}

/// The dialog.
pub fn form(collection: Collection) -> AnyView {
    let way = State::new(BY_TOKEN);
    let text = State::new(String::new());
    let complaint = State::new(None::<String>);
    let busy = State::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let given = text.with_untracked(|text| text.trim().to_owned());
        if given.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        complaint.set(None);
        let by_token = way.get_untracked() == BY_TOKEN;
        spawn_local(async move {
            let answer = ask::<DiscogsSignIn>(wish(by_token, given)).await;
            // The person may have closed it meanwhile.
            let is_open = !busy.is_gone();
            busy.set(false);
            match answer {
                Ok(account) => {
                    if is_open {
                        close_dialog();
                    }
                    let said = tf("discogs_signed_in", &[("name", &account.username)]);
                    collection.store.toasts.say(said);
                    collection.put_account(account);
                }
                Err(error) => complaint.set(Some(why_not(by_token, &error))),
            }
        });
    };
    let field = move || {
        text.set(String::new());
        complaint.set(None);
        match way.get() {
            BY_TOKEN => token_field(text),
            _ => name_field(text),
        }
    };
    let why = move || {
        let why = complaint.get();
        why.map(|why| view! { <p class="complaint" role="alert">{why}</p> }.into_any())
    };
    let label = move || t(if busy.get() { "discogs_signing_in" } else { "discogs_sign_in_short" });
    let blocked = move || busy.get().then_some("true");
    let content = view! {
        <form class="stack" on:submit=on(submit)>
            {segments("sign-in-way", "discogs_ways", WAYS, way)}
            {live_view(field)}
            {live_view(why)}
            <div class="row">
                <button type="submit" class="button primary" aria-disabled=live(blocked)>
                    {live(label)}
                </button>
                {button("", None, t("cancel"), close_dialog)}
            </div>
        </form>
    };
    request_animation_frame(|| request_animation_frame(|| focus("#discogs-field")));
    dialog("", t("discogs_sign_in"), content.into_any(), move || collection.open.set(None))
}

fn token_field(text: State<String>) -> AnyView {
    view! {
        <div class="field">
            <label for="discogs-field">{t("discogs_token_label")}</label>
            <input
                id="discogs-field"
                class="input mono"
                type="password"
                required=true
                autocomplete="off"
                spellcheck="false"
                aria-describedby="discogs-help"
                on:input=on(move |event| text.set(event_target_value(&event)))
            />
            <p id="discogs-help" class="small muted">
                <a href=TOKENS target="_blank" rel="noopener noreferrer">{t("discogs_token_link")}</a>
                " "
                {t("discogs_token_help")}
            </p>
        </div>
    }
    .into_any()
}

/// Begins with the name of who is signed in on the site in this browser.
fn name_field(text: State<String>) -> AnyView {
    spawn_local(async move {
        // Without one the person types it.
        if let Ok(Some(name)) = messages::discogs_user().await
            && !text.is_gone()
            && text.with_untracked(String::is_empty)
        {
            text.set(name);
        }
    });
    view! {
        <div class="field">
            <label for="discogs-field">{t("discogs_name_label")}</label>
            <input
                id="discogs-field"
                class="input"
                type="text"
                required=true
                autocomplete="off"
                spellcheck="false"
                aria-describedby="discogs-help"
                prop:value=live(move || text.get())
                on:input=on(move |event| text.set(event_target_value(&event)))
            />
            <p id="discogs-help" class="small muted">{t("discogs_name_help")}</p>
        </div>
    }
    .into_any()
}

fn wish(by_token: bool, given: String) -> DiscogsLogin {
    match by_token {
        true => DiscogsLogin { token: Some(Secret::new(given)), username: String::new() },
        false => DiscogsLogin { token: None, username: given },
    }
}

/// What is meant here by errors that are met elsewhere too.
fn why_not(by_token: bool, error: &ErrorBody) -> String {
    use ErrorCode::{Absent, NotFound, SessionExpired, SignedOut, Withheld};
    match (error.code, by_token) {
        (SignedOut | SessionExpired, true) => t("discogs_token_refused"),
        (Absent | NotFound, false) => t("discogs_name_unknown"),
        (SignedOut | SessionExpired | Withheld, false) => t("discogs_name_private"),
        _ => words::error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};

    #[test]
    fn a_token_is_sent_as_one_and_a_name_as_one() {
        let token = wish(true, "secret".into());
        assert_eq!(token.token.as_ref().map(Secret::expose), Some("secret"));
        let name = wish(false, "ada".into());
        assert_eq!((name.token, name.username.as_str()), (None, "ada"));
    }

    #[test]
    fn a_refusal_is_said_as_what_it_means_here() {
        assert!(install_file(Language::En, include_str!("../../../../_locales/en/messages.json")));
        let ended = ErrorBody::new(ErrorCode::SessionExpired).with("site", "discogs");
        assert!(why_not(true, &ended).contains("token"));
        assert!(why_not(false, &ended).contains("private"));
        assert!(why_not(false, &ErrorBody::new(ErrorCode::Absent)).contains("name"));
        let full = ErrorBody::new(ErrorCode::DiskFull).with("folder", "/x");
        assert_eq!(why_not(true, &full), words::error(&full));
    }
}
