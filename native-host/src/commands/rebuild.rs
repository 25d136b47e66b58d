//! `library rebuild`: a lost or broken database is made again from the library folder.

use super::arguments::{Import, Output, Rebuild};
use super::{Failure, Outcome, daemon, import, open, open_running, say};
use crate::client::Client;
use crate::home::{Home, LockError};
use crate::{rebuild, words};
use indicatif::ProgressBar;
use protocol::method::{Items, ItemsQuery, JobsQuery, ListItems, ListJobs};
use protocol::{ItemState, JobState, JobSummary, Source};
use std::time::Duration;

/// Lost files that are named.
const MOST_NAMED: usize = 30;

pub(super) async fn run(home: &Home, wish: &Rebuild) -> Result<Outcome, Failure> {
    if let Some(client) = open_running(home).await? {
        refuse_while_busy(client).await?;
        daemon::end(home).await?;
    }
    let lock = match home.lock() {
        Err(LockError::AlreadyRunning) => {
            let words = "a daemon has just been started; wait until it rests, and run this again";
            return Err(Failure::Usage(words.into()));
        }
        other => other.map_err(anyhow::Error::from)?,
    };
    let bar = ProgressBar::new_spinner().with_message("reading the journal");
    bar.enable_steady_tick(Duration::from_millis(100));
    let mut on = |things| bar.set_message(format!("{things} things so far"));
    let made = rebuild::rebuild(home, wish.folder.as_deref(), &mut on).await;
    bar.finish_and_clear();
    drop(lock);
    let report = made?;
    tell(&report);
    if report.unknown == 0 {
        return Ok(if report.missing.is_empty() { Outcome::Clean } else { Outcome::Attention });
    }
    say(format_args!(
        "{} files are in none of this; they are taken in as your own.",
        report.unknown
    ));
    let rest = Import {
        folder: Some(report.folder),
        copy: false,
        in_place: true,
        dry_run: false,
        archive: Vec::new(),
        output: Output { json: false },
    };
    import::run(&mut open(home).await?, &rest).await
}

/// What runs now would be lost: its rows are in no file yet.
async fn refuse_while_busy(mut client: Client) -> Result<(), Failure> {
    let states = vec![ItemState::Running];
    let running = ItemsQuery { states, limit: 1, ..ItemsQuery::default() };
    let Items { total, .. } = client.call::<ListItems>(running).await?;
    let jobs = client.call::<ListJobs>(JobsQuery { limit: 20, before: None }).await?.jobs;
    let is_importing = |job: &JobSummary| {
        job.source == Source::Files && job.state == JobState::Listing && job.reason.is_none()
    };
    let words = match jobs.iter().find(|job| is_importing(job)) {
        Some(job) => format!(
            "a folder is being taken in; wait for it or `mediafetcher cancel {}`, then run this again",
            job.id
        ),
        None if total > 0 => format!(
            "{total} files are being brought home; `mediafetcher pause` first, then run this again"
        ),
        None => return Ok(()),
    };
    Err(Failure::Usage(words))
}

fn tell(report: &rebuild::Report) {
    for name in report.missing.iter().take(MOST_NAMED) {
        say(format_args!("not there any more, or changed: {}", words::printable(name)));
    }
    if report.missing.len() > MOST_NAMED {
        say(format_args!("… and {} more.", report.missing.len() - MOST_NAMED));
    }
    say(format_args!(
        "{} things in {} folders are there again, {} of them told by their tags; {} files are missing.",
        report.things,
        report.folders,
        report.by_tags,
        report.missing.len()
    ));
    if let Some(kept) = &report.kept {
        say(format_args!("The old database is kept as {}.", kept.display()));
    }
}
