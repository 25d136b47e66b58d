//! Signing in by an application that the person has registered at the site (OAuth 1.0a): its key and secret, the person's
//! consent on a page of the site, and the code that the page shows.

use super::sign_in::{Attempt, FIRST_FIELD, developers_help, field, sheet};
use crate::catalogue::t;
use crate::components::focus::focus;
use crate::components::live::live_view;
use crate::link::ask;
use crate::state::State;
use crate::words;
use browser::tabs;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::discogs::{DiscogsOAuth, DiscogsOAuthFinish, DiscogsOAuthStarted};
use protocol::method::{BeginDiscogsOAuth, FinishDiscogsOAuth};
use protocol::{ErrorBody, ErrorCode, Secret};

/// The only place where the person is to agree.
const SITE: &str = "https://www.discogs.com/";

/// Draws the step that it is at.
pub fn form(attempt: Attempt) -> AnyView {
    let begun = State::new(None::<DiscogsOAuthStarted>);
    view! {
        {live_view(move || match begun.get() {
            None => application(attempt, begun),
            Some(started) => code(attempt, started),
        })}
    }
    .into_any()
}

/// Which application.
fn application(attempt: Attempt, begun: State<Option<DiscogsOAuthStarted>>) -> AnyView {
    let (key, secret) = (State::new(String::new()), State::new(String::new()));
    let key_help = developers_help("discogs_application_link", "discogs_application_help");
    let secret_help = t("discogs_secret_help").into_any();
    let fields = view! {
        {field(FIRST_FIELD, "discogs_key_label", "text", key, key_help)}
        {field("discogs-secret", "discogs_secret_label", "password", secret, secret_help)}
    };
    let submit = move || {
        let given = |text: State<String>| text.with_untracked(|text| text.trim().to_owned());
        let (consumer_key, consumer_secret) = (given(key), given(secret));
        if consumer_key.is_empty() || consumer_secret.is_empty() || !attempt.begin() {
            return;
        }
        let wish = DiscogsOAuth {
            consumer_key: Secret::new(consumer_key),
            consumer_secret: Secret::new(consumer_secret),
        };
        spawn_local(async move {
            match ask::<BeginDiscogsOAuth>(wish).await {
                Ok(started) => {
                    attempt.go_on();
                    open(&started).await;
                    begun.set(Some(started));
                    request_animation_frame(|| focus(&["#", FIRST_FIELD].concat()));
                }
                Err(error) => attempt.fail(why_not(&error, "discogs_application_refused")),
            }
        });
    };
    sheet(attempt, fields.into_any(), "discogs_continue", submit)
}

/// Opens the page on which the person agrees. It can be opened by its link as well.
async fn open(started: &DiscogsOAuthStarted) {
    if started.authorize.starts_with(SITE) {
        // Where no tab can be opened, the link is left.
        let _ = tabs::create(&started.authorize).await;
    }
}

/// The code that the site shows.
fn code(attempt: Attempt, started: DiscogsOAuthStarted) -> AnyView {
    let text = State::new(String::new());
    let DiscogsOAuthStarted { authorize, login } = started;
    let address = Some(authorize).filter(|address| address.starts_with(SITE));
    let help = view! {
        {t("discogs_code_help")}
        " "
        <a href=address target="_blank" rel="noopener noreferrer">{t("discogs_code_link")}</a>
    };
    let field = field(FIRST_FIELD, "discogs_code_label", "text", text, help.into_any());
    let submit = move || {
        let given = text.with_untracked(|text| text.trim().to_owned());
        if given.is_empty() || !attempt.begin() {
            return;
        }
        let wish = DiscogsOAuthFinish { login: login.clone(), verifier: Secret::new(given) };
        spawn_local(async move {
            match ask::<FinishDiscogsOAuth>(wish).await {
                Ok(account) => attempt.succeed(account),
                Err(error) => attempt.fail(why_not(&error, "discogs_code_refused")),
            }
        });
    };
    sheet(attempt, field, "discogs_sign_in_short", submit)
}

/// What is meant here by errors that are met elsewhere too; `refused` is the word for what the site does not accept.
fn why_not(error: &ErrorBody, refused: &str) -> String {
    match error.code {
        ErrorCode::BadParameters => t(refused),
        ErrorCode::NotFound => t("discogs_attempt_over"),
        _ => words::refusal(error),
    }
}
