//! The checklist: what MediaFetcher needs on this computer, and what to do about what is missing.

use super::Page;
use crate::catalogue::{t, tn};
use crate::components::button::button;
use crate::components::command_line::command_line;
use crate::components::icon::Icon;
use crate::components::live::{follow, live_view};
use crate::components::missing_host::missing_host;
use crate::components::state_word::check_result;
use crate::link::ask;
use crate::state::{Derived, State};
use crate::store::{Link, Store};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::{Check, CheckResult, Doctor, Nothing};

/// Draws the panel.
pub fn checklist(page: Page) -> AnyView {
    let store = page.store;
    let checks = State::new(None::<Vec<Check>>);
    let up = Derived::new(move || store.link.get().is_up());
    follow(move || {
        if up.get() {
            examine(store, checks);
        }
    });
    let missing = Derived::new(move || matches!(store.link.get(), Link::Missing(_)));
    let never_up = Derived::new(move || {
        missing.get() || (store.link.get() == Link::Connecting && checks.get().is_none())
    });
    let content = move || match (never_up.get(), checks.get()) {
        (true, _) => missing_host(store),
        (false, None) => view! { <p class="muted" role="status">{t("checking")}</p> }.into_any(),
        (false, Some(checks)) => list(store, checks),
    };
    let again = move || {
        let done = up.get() && checks.get().is_some();
        done.then(|| {
            button("", Some(Icon::Retry), t("check_again"), move || examine(store, checks))
        })
    };
    view! {
        <div class="panel">
            <div class="panel-head"><h1>{t("checklist_title")}</h1> {live_view(again)}</div>
            <div class="narrow stack">{live_view(content)}</div>
        </div>
    }
    .into_any()
}

fn examine(store: Store, checks: State<Option<Vec<Check>>>) {
    checks.set(None);
    spawn_local(async move {
        match ask::<Doctor>(Nothing {}).await {
            Ok(answer) => checks.set(Some(answer.checks)),
            Err(error) => store.toasts.complain(&error),
        }
    });
}

fn list(store: Store, checks: Vec<Check>) -> AnyView {
    let bad = checks.iter().filter(|check| check.result == CheckResult::Bad).count() as u64;
    let summary = if bad == 0 { t("checklist_all_ok") } else { tn("checklist_bad", bad) };
    let lines = checks.into_iter().map(|check| line(store, check)).collect_view();
    view! {
        <p class="muted">{t("checklist_intro")}</p>
        <p role="status"><strong>{summary}</strong></p>
        <ul class="card checks">{lines}</ul>
    }
    .into_any()
}

fn line(store: Store, check: Check) -> impl IntoView {
    let title = words::check(&check);
    let hint = (!check.hint.is_empty()).then(|| hint(store, check.hint.clone()));
    view! {
        <li>
            {check_result(check.result)}
            <div class="stack">
                <div><strong>{title}</strong> <div class="found small">{check.found}</div></div>
                {hint}
            </div>
        </li>
    }
}

/// A command can be copied; a sentence is only read.
fn hint(store: Store, hint: String) -> AnyView {
    let is_command = ["mediafetcher ", "sudo ", "apt ", "brew ", "winget ", "cargo ", "pipx "]
        .iter()
        .any(|start| hint.starts_with(start));
    match is_command {
        true => command_line(store, hint),
        false => view! { <p>{hint}</p> }.into_any(),
    }
}
