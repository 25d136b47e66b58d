//! Whose songs they are: the account at the chosen site, or the way to sign in.

use super::Popup;
use crate::actions::{concerns_session, open_site};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, follow, live_view};
use crate::words;
use browser::messages;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Account, ErrorBody, ErrorCode, Source};

/// What is known of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// The site is being asked.
    Looking,
    /// Somebody is signed in.
    In(Account),
    /// Nobody is, or the site did not answer.
    Out(ErrorBody),
}

impl AccountState {
    /// Whether the site said that nobody is signed in.
    pub fn is_signed_out(&self) -> bool {
        matches!(self, AccountState::Out(error) if error.code == ErrorCode::SignedOut)
    }
}

/// Asks who is there whenever another site is chosen.
pub fn look_up(popup: Popup) {
    follow(move || {
        let Some(source) = popup.source.get() else { return };
        popup.account.set(AccountState::Looking);
        spawn_local(async move {
            let answer = messages::who_is_there(source).await;
            if popup.source.get_untracked() == Some(source) {
                popup.account.set(answer.map_or_else(AccountState::Out, AccountState::In));
            }
        });
    });
}

/// The line under the choice of sites.
pub fn account_line(popup: Popup) -> Live<AnyView> {
    live_view(move || match (popup.account.get(), popup.source.get()) {
        (AccountState::In(account), _) => signed_in(&account),
        (AccountState::Out(error), Some(source)) => signed_out(popup, &error, source),
        _ => view! { <p class="account muted" role="status">{t("account_looking")}</p> }.into_any(),
    })
}

fn signed_in(account: &Account) -> AnyView {
    let first = account.name.chars().next().map(String::from).unwrap_or_default();
    view! {
        <p class="account">
            <span class="avatar" aria-hidden="true">{first}</span>
            <span class="cut">{tf("account_signed_in", &[("name", &account.name)])}</span>
        </p>
    }
    .into_any()
}

fn signed_out(popup: Popup, error: &ErrorBody, source: Source) -> AnyView {
    let site = [("site", source.title())];
    let (text, label) = match error.code {
        ErrorCode::SignedOut => (tf("account_signed_out", &site), tf("account_sign_in", &site)),
        ErrorCode::SessionExpired => (words::error(error), tf("account_sign_in", &site)),
        _ => (words::error(error), tf("open_site", &site)),
    };
    let action = concerns_session(error).then(|| {
        button("primary", Some(Icon::Person), label, move || open_site(popup.store, source))
    });
    view! {
        <div class="notice warn" role="status">
            {icon(Icon::Alert)}
            <div class="stack grow"><p>{text}</p> <div>{action}</div></div>
        </div>
    }
    .into_any()
}
