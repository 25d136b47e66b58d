//! Following one job until it ends, needs the person, or the person has seen enough.

use super::view::View;
use super::{Failure, Outcome};
use crate::client::Client;
use protocol::method::{Items, ItemsQuery, ListItems};
use protocol::{ErrorBody, ErrorClass, ErrorCode, Event, ItemState, JobId, JobState, JobSummary};

/// Problems named at the end; `mediafetcher jobs` and the app have them all.
const MOST_PROBLEMS: u32 = 20;

/// Shows `job` on `view` until nothing more happens by itself. Ctrl-C ends the showing, not the job.
///
/// # Errors
/// When the daemon ends first.
pub(super) async fn follow(
    client: &mut Client,
    job: JobId,
    view: &mut dyn View,
) -> Result<Outcome, Failure> {
    client.subscribe().await?;
    let mut latest: Option<JobSummary> = None;
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let event = tokio::select! {
            // First, so that it is listened for before anything is shown that could be answered with it.
            biased;
            _ = &mut interrupted => {
                view.note(&format!(
                    "The daemon goes on with job {job}. `mediafetcher status` shows it, \
                     `mediafetcher cancel {job}` ends it."
                ));
                return Ok(Outcome::Detached);
            }
            event = client.next_event() => event?.ok_or_else(ended_early)?.event,
        };
        show(event, job, &mut latest, view);
        if let Some(summary) = latest.as_ref().filter(|summary| is_at_rest(summary)) {
            name_problems(client, job, view).await?;
            view.end(summary);
            return Ok(outcome(summary));
        }
    }
}

/// The daemon went away before what was followed had ended.
pub(super) fn ended_early() -> ErrorBody {
    let detail = "it ended in the middle of it. What was done is safe; the same command goes on";
    ErrorBody::new(ErrorCode::HostMissing).with("detail", detail)
}

fn show(event: Event, job: JobId, latest: &mut Option<JobSummary>, view: &mut dyn View) {
    match event {
        Event::Snapshot { jobs, paused, .. } => {
            if paused {
                view.note("The queue is paused; `mediafetcher resume` goes on.");
            }
            if let Some(found) = jobs.into_iter().find(|found| found.id == job) {
                view.job(&found);
                *latest = Some(found);
            }
        }
        Event::Job { job: changed } if changed.id == job => {
            view.job(&changed);
            *latest = Some(changed);
        }
        Event::Item { item } if item.job == job => view.item(&item),
        Event::Progress { job: of, progress } if of == job => {
            if let Some(summary) = latest {
                view.progress(summary, &progress);
            }
        }
        Event::Paused { paused: true } => view.note("The queue was paused."),
        Event::Paused { paused: false } => view.note("The queue goes on."),
        _ => {}
    }
}

/// True when only the person can bring it further.
fn is_at_rest(job: &JobSummary) -> bool {
    let nothing_to_come = job.balance.pending == 0;
    match job.state {
        JobState::Finished | JobState::Cancelled => true,
        JobState::Running => nothing_to_come && job.balance.needs_you > 0,
        JobState::Listing => nothing_to_come && job.reason.as_ref().is_some_and(stops),
        JobState::Paused => false,
    }
}

fn stops(reason: &ErrorBody) -> bool {
    reason.class() != ErrorClass::Temporary
}

fn outcome(job: &JobSummary) -> Outcome {
    let all_listed = job.reason.is_none();
    match job.balance.is_clean() && all_listed {
        true => Outcome::Clean,
        false => Outcome::Attention,
    }
}

async fn name_problems(
    client: &mut Client,
    job: JobId,
    view: &mut dyn View,
) -> Result<(), ErrorBody> {
    let query = ItemsQuery {
        job: Some(job),
        states: vec![ItemState::Failed, ItemState::NeedsYou],
        limit: MOST_PROBLEMS,
        ..ItemsQuery::default()
    };
    let Items { items, total } = client.call::<ListItems>(query).await?;
    if total > 0 {
        view.note(&format!("{total} files did not come:"));
    }
    items.iter().for_each(|item| view.problem(item));
    let unnamed = total.saturating_sub(items.len() as u64);
    if unnamed > 0 {
        view.note(&format!("  and {unnamed} more"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(state: JobState, pending: u64, needs_you: u64, reason: Option<ErrorCode>) -> JobSummary {
        serde_json::from_value(json!({
            "id": 1, "source": "flowmusic", "account": {"id": "u", "name": ""}, "formats": [],
            "state": state, "songs": 0, "listing": {}, "created_at": 0,
            "balance": {"listed": pending + needs_you, "pending": pending, "needs_you": needs_you},
            "reason": reason.map(ErrorBody::new),
        }))
        .unwrap()
    }

    #[test]
    fn a_job_is_at_rest_when_only_the_person_can_bring_it_further() {
        use JobState::*;
        assert!(is_at_rest(&job(Finished, 0, 0, None)));
        assert!(is_at_rest(&job(Cancelled, 0, 0, None)));
        assert!(is_at_rest(&job(Running, 0, 2, None)));
        assert!(!is_at_rest(&job(Running, 1, 2, None)), "another site's files still come");
        assert!(!is_at_rest(&job(Listing, 0, 2, None)), "the list may bring more");
        assert!(is_at_rest(&job(Listing, 0, 0, Some(ErrorCode::SignedOut))));
        assert!(!is_at_rest(&job(Listing, 0, 0, Some(ErrorCode::Unreachable))));
        assert!(!is_at_rest(&job(Paused, 0, 2, None)));
    }

    #[test]
    fn only_a_job_with_a_whole_list_and_nothing_open_is_clean() {
        use JobState::*;
        assert_eq!(outcome(&job(Finished, 0, 0, None)), Outcome::Clean);
        assert_eq!(outcome(&job(Running, 0, 1, None)), Outcome::Attention);
        let cut_short = job(Finished, 0, 0, Some(ErrorCode::SiteChanged));
        assert_eq!(outcome(&cut_short), Outcome::Attention);
    }
}
