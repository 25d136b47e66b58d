//! `status`, `jobs`, `pause`, `resume`, `cancel`, `retry`: looking at the queue and steering it.

use super::arguments::Output;
use super::{Failure, Outcome, joined, open, open_running, say};
use crate::client::Client;
use crate::home::Home;
use crate::words;
use protocol::method::{Cancel, JobsQuery, ListJobs, OfJob, Pause, Resume, Retry};
use protocol::{Balance, Event, JobId, JobState, JobSummary, Method};
use serde_json::json;

/// As many as the daemon gives at once.
const MOST_JOBS: u32 = 200;

pub(super) async fn status(home: &Home, output: Output) -> Result<Outcome, Failure> {
    let Some(mut client) = open_running(home).await? else {
        match output.json {
            true => say(json!({ "running": false })),
            false => say("The daemon does not run; nothing is being downloaded."),
        }
        return Ok(Outcome::Clean);
    };
    let (jobs, paused) = snapshot(&mut client).await?;
    let open: Vec<JobSummary> = jobs.into_iter().filter(is_open).collect();
    if output.json {
        let version = &client.welcome().host_version;
        let state = json!({ "running": true, "version": version, "paused": paused, "jobs": open });
        say(state);
        return Ok(Outcome::Clean);
    }
    if paused {
        say("The queue is paused; `mediafetcher resume` goes on.");
    }
    if open.is_empty() {
        say("Nothing is running.");
    }
    open.iter().for_each(print);
    Ok(Outcome::Clean)
}

async fn snapshot(client: &mut Client) -> Result<(Vec<JobSummary>, bool), Failure> {
    client.subscribe().await?;
    while let Some(numbered) = client.next_event().await? {
        if let Event::Snapshot { jobs, paused, .. } = numbered.event {
            return Ok((jobs, paused));
        }
    }
    Err(anyhow::anyhow!("the daemon ended").into())
}

fn is_open(job: &JobSummary) -> bool {
    !matches!(job.state, JobState::Finished | JobState::Cancelled)
}

pub(super) async fn jobs(home: &Home, output: Output) -> Result<Outcome, Failure> {
    let query = JobsQuery { limit: MOST_JOBS, before: None };
    let answer = open(home).await?.call::<ListJobs>(query).await?;
    if output.json {
        say(protocol::envelope::to_value(&answer));
        return Ok(Outcome::Clean);
    }
    if answer.jobs.is_empty() {
        say("There are no jobs yet; `mediafetcher sync` starts one.");
    }
    answer.jobs.iter().for_each(print);
    Ok(Outcome::Clean)
}

fn print(job: &JobSummary) {
    let account = if job.account.name.is_empty() { &job.account.id } else { &job.account.name };
    say(format_args!(
        "{:>5}  {}  {:<9}  {} {} ({})",
        job.id,
        date(job.created_at),
        job.state.as_str(),
        job.source.title(),
        words::printable(account),
        joined(&job.formats),
    ));
    say(format_args!("       {}", balance_line(&job.balance)));
    if let Some(reason) = &job.reason {
        say(format_args!("       {}", words::explain(reason)));
    }
}

/// Minutes are enough, in UTC, so that lines of different machines can be compared.
fn date(seconds: i64) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]Z");
    let moment = time::OffsetDateTime::from_unix_timestamp(seconds).ok();
    moment.and_then(|moment| moment.format(format).ok()).unwrap_or_else(|| "?".to_owned())
}

/// The balance in words; what is zero is left out, except for what was listed.
pub(super) fn balance_line(balance: &Balance) -> String {
    let parts = [
        (balance.done, "downloaded"),
        (balance.already, "already there"),
        (balance.absent, "not at the site"),
        (balance.withheld, "withheld by the site"),
        (balance.failed, "failed"),
        (balance.cancelled, "cancelled"),
        (balance.needs_you, "waiting for you"),
        (balance.pending, "to come"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match parts.is_empty() {
        true => format!("{} files listed", balance.listed),
        false => format!("{} files listed: {}", balance.listed, parts.join(", ")),
    }
}

pub(super) async fn pause(home: &Home, job: Option<JobId>) -> Result<Outcome, Failure> {
    steer::<Pause>(home, job, "Paused; `mediafetcher resume` goes on.").await
}

pub(super) async fn resume(home: &Home, job: Option<JobId>) -> Result<Outcome, Failure> {
    steer::<Resume>(home, job, "Going on.").await
}

pub(super) async fn cancel(home: &Home, job: JobId) -> Result<Outcome, Failure> {
    steer::<Cancel>(home, Some(job), "Cancelled; what was downloaded stays.").await
}

pub(super) async fn retry(home: &Home, job: Option<JobId>) -> Result<Outcome, Failure> {
    steer::<Retry>(home, job, "Trying again.").await
}

async fn steer<M: Method<Params = OfJob>>(
    home: &Home,
    job: Option<JobId>,
    done: &str,
) -> Result<Outcome, Failure> {
    open(home).await?.call::<M>(OfJob { job }).await?;
    say(done);
    Ok(Outcome::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_in_words_leaves_out_what_is_zero() {
        let balance = Balance { listed: 3, done: 2, failed: 1, ..Balance::default() };
        assert_eq!(balance_line(&balance), "3 files listed: 2 downloaded, 1 failed");
        assert_eq!(balance_line(&Balance::default()), "0 files listed");
    }

    #[test]
    fn dates_are_short_and_impossible_ones_do_no_harm() {
        assert_eq!(date(1_700_000_000), "2023-11-14 22:13Z");
        assert_eq!(date(i64::MAX), "?");
    }
}
