//! How the last job ended, in words, and what went wrong.

use super::Popup;
use crate::actions::{concerns_session, open_site, retry_job};
use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{follow, live_view};
use crate::link::ask;
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::{ItemsQuery, ListItems};
use protocol::{ErrorBody, ItemState, ItemView, JobState, JobSummary, Source};

/// Problems looked at; more of them rarely have another reason.
const LOOKED_AT: u32 = 200;

/// The balance.
pub fn outcome(popup: Popup) -> AnyView {
    let card = move || {
        popup.job.get().map(|job| {
            let (tone, picture, title) = verdict(&job);
            let balance = words::balance(&job.balance);
            let reason = job.reason.as_ref().map(words::error);
            view! {
                <div class="card outcome">
                    <span class=tone>{icon(picture)}</span>
                    <div class="grow">
                        <h2>{t(title)}</h2>
                        <p>{balance}</p>
                        {reason.map(|reason| view! { <p class="muted">{reason}</p> })}
                    </div>
                </div>
            }
        })
    };
    view! { <section role="status">{live_view(card)}</section> }.into_any()
}

/// The tone, the picture and the catalogue's key of the title.
fn verdict(job: &JobSummary) -> (&'static str, Icon, &'static str) {
    let balance = &job.balance;
    if job.state == JobState::Cancelled {
        ("tone-calm", Icon::Cross, "balance_cancelled")
    } else if job.reason.is_some() || !job.listing.complete {
        ("tone-bad", Icon::Alert, "balance_unlisted")
    } else if balance.needs_you > 0 {
        ("tone-warn", Icon::Person, "balance_needs_you")
    } else if balance.failed > 0 {
        ("tone-warn", Icon::Alert, "balance_some")
    } else if balance.listed == 0 {
        ("tone-calm", Icon::CheckCircle, "balance_none")
    } else {
        ("tone-ok", Icon::CheckCircle, "balance_clean")
    }
}

/// What failed or needs the person, one line a reason.
pub fn problems(popup: Popup) -> AnyView {
    let found = State::new(Vec::<Problem>::new());
    let count = Derived::new(move || {
        popup.job.with(|job| {
            job.as_ref().map(|job| (job.id, job.balance.failed + job.balance.needs_you))
        })
    });
    follow(move || {
        let Some((job, n)) = count.get() else { return found.set(Vec::new()) };
        if n == 0 {
            return found.set(Vec::new());
        }
        let states = vec![ItemState::Failed, ItemState::NeedsYou];
        let query =
            ItemsQuery { job: Some(job), states, limit: LOOKED_AT, ..ItemsQuery::default() };
        spawn_local(async move {
            if let Ok(answer) = ask::<ListItems>(query).await {
                found.set(grouped(&answer.items));
            }
        });
    });
    let card = move || {
        let problems = found.get();
        let source = popup.source.get_untracked()?;
        (!problems.is_empty()).then(|| problems_card(popup, problems, source))
    };
    live_view(card).into_any()
}

/// A reason, and the files that have it.
#[derive(Clone, Debug, PartialEq)]
struct Problem {
    error: Option<ErrorBody>,
    files: u64,
    first_title: String,
}

/// Files with the same reason become one problem; the reason of most files comes first.
fn grouped(items: &[ItemView]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for item in items {
        match problems.iter_mut().find(|problem| problem.error == item.reason) {
            Some(problem) => problem.files += 1,
            None => problems.push(Problem {
                error: item.reason.clone(),
                files: 1,
                first_title: words::title(item),
            }),
        }
    }
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.files));
    problems
}

fn problems_card(popup: Popup, problems: Vec<Problem>, source: Source) -> AnyView {
    let store = popup.store;
    let session =
        problems.iter().any(|problem| problem.error.as_ref().is_some_and(concerns_session));
    let sign_in = session.then(|| {
        let label = tf("account_sign_in", &[("site", source.title())]);
        button("compact", Some(Icon::Person), label, move || open_site(store, source))
    });
    let again = move || {
        if let Some(job) = popup.job_id() {
            retry_job(store, job, session.then_some(source));
        }
    };
    let lines = problems.into_iter().take(3).map(line).collect_view();
    view! {
        <section class="card problems" aria-labelledby="problems">
            <div class="row spread">
                <h2 id="problems">{t("problems_title")}</h2>
                {button("compact", Some(Icon::Retry), t("try_again"), again)}
            </div>
            <ul class="stack">{lines}</ul>
            {sign_in}
        </section>
    }
    .into_any()
}

fn line(problem: Problem) -> impl IntoView {
    let what = if problem.files == 1 { problem.first_title } else { tn("files", problem.files) };
    let why = problem.error.as_ref().map(words::error);
    view! { <li class="problem"><span class="tone-bad">{icon(Icon::Alert)}</span><div class="grow"><strong class="cut block">{what}</strong> <p>{why}</p></div></li> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::job;
    use protocol::{ErrorCode, ItemId, JobId, Variant};

    fn failed(title: &str, code: ErrorCode) -> ItemView {
        ItemView {
            id: ItemId(1),
            job: JobId(1),
            source: Source::Producer,
            source_id: "1".into(),
            variant: Variant::Mp3,
            title: title.into(),
            state: ItemState::Failed,
            reason: Some(ErrorBody::new(code)),
            next_try_at: None,
            attempts: 1,
            bytes: None,
            name: None,
        }
    }

    #[test]
    fn one_line_a_reason_and_the_most_frequent_first() {
        let items = [
            failed("a", ErrorCode::Refused),
            failed("b", ErrorCode::DiskFull),
            failed("c", ErrorCode::DiskFull),
        ];
        let problems = grouped(&items);
        assert_eq!(problems.iter().map(|problem| problem.files).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(problems[1].first_title, "a");
    }

    #[test]
    fn everything_is_here_only_when_the_list_was_complete_and_nothing_failed() {
        let mut ended = job(1, Source::Producer, JobState::Finished);
        ended.balance.listed = 3;
        assert_eq!(verdict(&ended).2, "balance_unlisted");
        ended.listing.complete = true;
        assert_eq!(verdict(&ended).2, "balance_clean");
        ended.balance.failed = 1;
        assert_eq!(verdict(&ended).2, "balance_some");
        ended.balance.needs_you = 1;
        assert_eq!(verdict(&ended).2, "balance_needs_you");
    }
}
