//! Signing in at Discogs: with a token of the person's own, by an application of theirs, or by name for what everybody
//! may see.

use super::{Collection, Open, oauth};
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
use protocol::discogs::{DiscogsAccount, DiscogsLogin};
use protocol::method::DiscogsSignIn;
use protocol::{ErrorBody, ErrorCode, Secret};

/// The ways, in the order of the buttons.
const WAYS: Options =
    &[("discogs_by_token", ""), ("discogs_by_application", ""), ("discogs_by_name", "")];
const BY_TOKEN: usize = 0;
const BY_APPLICATION: usize = 1;
/// Where the site makes tokens, and where applications are registered.
pub const DEVELOPERS: &str = "https://www.discogs.com/settings/developers";
/// The element that is written into first.
pub const FIRST_FIELD: &str = "discogs-field";

/// An attempt to sign in.
#[derive(Clone, Copy)]
pub struct Attempt {
    collection: Collection,
    /// Somebody is being asked.
    busy: State<bool>,
    /// Why it did not succeed, in words.
    complaint: State<Option<String>>,
}

impl Attempt {
    /// Begins to ask; false while it is asked already.
    pub fn begin(self) -> bool {
        self.complaint.set(None);
        !self.busy.get_untracked() && {
            self.busy.set(true);
            true
        }
    }

    /// It did not succeed.
    pub fn fail(self, why: String) {
        self.busy.set(false);
        self.complaint.set(Some(why));
    }

    /// A step has succeeded, and another follows.
    pub fn go_on(self) {
        self.busy.set(false);
    }

    /// The account is there.
    pub fn succeed(self, account: DiscogsAccount) {
        // The person may have closed it meanwhile.
        if !self.busy.is_gone() {
            self.busy.set(false);
            close_dialog();
        }
        let said = tf("discogs_signed_in", &[("name", &account.username)]);
        self.collection.store.toasts.say(said);
        self.collection.put_account(account);
    }
}

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
    let attempt =
        Attempt { collection, busy: State::new(false), complaint: State::new(None::<String>) };
    let chosen = move || {
        attempt.complaint.set(None);
        match way.get() {
            BY_TOKEN => by_token(attempt),
            BY_APPLICATION => oauth::form(attempt),
            _ => by_name(attempt),
        }
    };
    let content = view! {
        <div class="stack">
            {segments("sign-in-way", "discogs_ways", WAYS, way)}
            {live_view(chosen)}
        </div>
    };
    request_animation_frame(|| request_animation_frame(|| focus(&["#", FIRST_FIELD].concat())));
    dialog("", t("discogs_sign_in"), content.into_any(), move || collection.open.set(None))
}

/// Fields with the button `label` under them, which does `submit`, and what went wrong.
pub fn sheet(
    attempt: Attempt,
    fields: AnyView,
    label: &'static str,
    submit: impl Fn() + 'static,
) -> AnyView {
    let Attempt { busy, complaint, .. } = attempt;
    let press = move |event: SubmitEvent| {
        event.prevent_default();
        submit();
    };
    let why = move || {
        let why = complaint.get();
        why.map(|why| view! { <p class="complaint" role="alert">{why}</p> }.into_any())
    };
    let label = move || t(if busy.get() { "discogs_signing_in" } else { label });
    let blocked = move || busy.get().then_some("true");
    view! {
        <form class="stack" on:submit=on(press)>
            {fields}
            {live_view(why)}
            <div class="row">
                <button type="submit" class="button primary" aria-disabled=live(blocked)>
                    {live(label)}
                </button>
                {button("", None, t("cancel"), close_dialog)}
            </div>
        </form>
    }
    .into_any()
}

/// A field called `label` for one line, `kind` of which is `text` or `password`.
pub fn field(
    id: &'static str,
    label: &str,
    kind: &'static str,
    text: State<String>,
    help: AnyView,
) -> AnyView {
    let help_id = [id, "-help"].concat();
    view! {
        <div class="field">
            <label for=id>{t(label)}</label>
            <input
                id=id
                class="input"
                type=kind
                required=true
                autocomplete="off"
                spellcheck="false"
                aria-describedby=help_id.clone()
                prop:value=live(move || text.get())
                on:input=on(move |event| text.set(event_target_value(&event)))
            />
            <p id=help_id class="small muted">{help}</p>
        </div>
    }
    .into_any()
}

/// A link to the site's page for developers, and what follows it.
pub fn developers_help(link: &str, rest: &str) -> AnyView {
    view! {
        <a href=DEVELOPERS target="_blank" rel="noopener noreferrer">{t(link)}</a>
        " "
        {t(rest)}
    }
    .into_any()
}

fn by_token(attempt: Attempt) -> AnyView {
    let text = State::new(String::new());
    let help = developers_help("discogs_token_link", "discogs_token_help");
    let field = field(FIRST_FIELD, "discogs_token_label", "password", text, help);
    sheet(attempt, field, "discogs_sign_in_short", move || sign_in(attempt, true, text))
}

fn by_name(attempt: Attempt) -> AnyView {
    let text = State::new(String::new());
    // It begins with the name of who is signed in on the site in this browser.
    spawn_local(async move {
        // Without one the person types it.
        if let Ok(Some(name)) = messages::discogs_user().await
            && !text.is_gone()
            && text.with_untracked(String::is_empty)
        {
            text.set(name);
        }
    });
    let help = t("discogs_name_help").into_any();
    let field = field(FIRST_FIELD, "discogs_name_label", "text", text, help);
    sheet(attempt, field, "discogs_sign_in_short", move || sign_in(attempt, false, text))
}

fn sign_in(attempt: Attempt, by_token: bool, text: State<String>) {
    let given = text.with_untracked(|text| text.trim().to_owned());
    if given.is_empty() || !attempt.begin() {
        return;
    }
    spawn_local(async move {
        match ask::<DiscogsSignIn>(wish(by_token, given)).await {
            Ok(account) => attempt.succeed(account),
            Err(error) => attempt.fail(why_not(by_token, &error)),
        }
    });
}

fn wish(by_token: bool, given: String) -> DiscogsLogin {
    match by_token {
        true => DiscogsLogin { token: Some(Secret::new(given)), username: String::new() },
        false => DiscogsLogin { token: None, username: given },
    }
}

/// What is meant here by errors that are met elsewhere too.
fn why_not(by_token: bool, error: &ErrorBody) -> String {
    use ErrorCode::{Absent, NotFound, PrivateList, SessionExpired, SignedOut};
    match (error.code, by_token) {
        (SignedOut | SessionExpired, true) => t("discogs_token_refused"),
        (Absent | NotFound, false) => t("discogs_name_unknown"),
        (SignedOut | SessionExpired | PrivateList, false) => t("discogs_name_private"),
        _ => words::refusal(error),
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
        assert_eq!(why_not(true, &full), words::refusal(&full));
        let unwritten = ErrorBody::new(ErrorCode::Io).with("detail", "x");
        assert!(why_not(true, &unwritten).contains("try again"), "nobody does by itself");
    }
}
