//! `discogs`: accounts, reading, and tables with their proof.

mod follow;
mod proof;

use super::arguments::{DiscogsCommand, DiscogsExport, DiscogsRead, OneRun, Output, WhoseDiscogs};
use super::{Failure, Outcome, absolute, discogs_login, open, say};
use crate::client::Client;
use crate::home::Home;
use crate::words;
use follow::{follow, has_read};
use indicatif::{HumanBytes, HumanDuration};
use proof::tell;
use protocol::discogs::*;
use protocol::method::*;
use protocol::{ErrorBody, ErrorCode};
use std::time::Duration;
use time::{Date, OffsetDateTime};

pub(super) async fn run(home: &Home, command: &DiscogsCommand) -> Result<Outcome, Failure> {
    let client = &mut open(home).await?;
    match command {
        DiscogsCommand::Login { oauth: true, consumer_key_file, output, .. } => {
            discogs_login::by_application(client, consumer_key_file.as_deref(), *output).await
        }
        DiscogsCommand::Login { user, token_file, output, .. } => {
            discogs_login::run(client, user.as_deref(), token_file.as_deref(), *output).await
        }
        DiscogsCommand::Logout { whose } => {
            let account = account(client, whose).await?;
            client.call::<DiscogsSignOut>(OfDiscogsAccount { account: account.id }).await?;
            say(format_args!("{} is forgotten.", account.username));
            Ok(Outcome::Clean)
        }
        DiscogsCommand::Accounts(output) => accounts(client, *output).await,
        DiscogsCommand::Folders { whose, output } => folders(client, whose, *output).await,
        DiscogsCommand::Read(wish) => read_only(client, wish, Purpose::Asked).await,
        DiscogsCommand::Preload(wish) => read_only(client, &wish.into(), Purpose::Preload).await,
        DiscogsCommand::Export(wish) => export(client, DiscogsList::Collection, wish).await,
        DiscogsCommand::Wants(wish) => export(client, DiscogsList::Wants, wish).await,
        DiscogsCommand::Inventory(wish) => export(client, DiscogsList::Inventory, wish).await,
        DiscogsCommand::Runs(output) => runs(client, *output).await,
        DiscogsCommand::Pause(OneRun { run }) => {
            client.call::<PauseRun>(OfRun { run: RunId(*run) }).await?;
            Ok(Outcome::Clean)
        }
        DiscogsCommand::Resume(OneRun { run }) => {
            client.call::<ResumeRun>(OfRun { run: RunId(*run) }).await?;
            Ok(Outcome::Clean)
        }
        DiscogsCommand::Cancel(OneRun { run }) => {
            client.call::<CancelRun>(OfRun { run: RunId(*run) }).await?;
            Ok(Outcome::Clean)
        }
        DiscogsCommand::Cache { purge, output } => cache(client, *purge, *output).await,
    }
}

async fn accounts(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    let all = client.call::<ListDiscogsAccounts>(Nothing {}).await?;
    if output.json {
        say(protocol::envelope::to_value(&all));
        return Ok(Outcome::Clean);
    }
    if all.accounts.is_empty() {
        say("Nobody is signed in at Discogs: `mediafetcher discogs login`.");
    }
    for account in &all.accounts {
        let lists = account.lists.iter().filter(|list| list.read_at.is_some());
        let lists: Vec<String> =
            lists.map(|list| format!("{} {}", list.list.as_str(), list.entries)).collect();
        let known = if lists.is_empty() { "nothing read yet".into() } else { lists.join(", ") };
        say(format_args!("{}: {known}", words::printable(&account.username)));
    }
    Ok(Outcome::Clean)
}

async fn folders(
    client: &mut Client,
    whose: &WhoseDiscogs,
    output: Output,
) -> Result<Outcome, Failure> {
    let account = account(client, whose).await?;
    let all =
        client.call::<ListCollectionFolders>(OfDiscogsAccount { account: account.id }).await?;
    if output.json {
        say(protocol::envelope::to_value(&all));
        return Ok(Outcome::Clean);
    }
    if all.folders.is_empty() {
        say("The collection was not read yet: `mediafetcher discogs read`.");
    }
    for folder in &all.folders {
        say(format_args!(
            "{:>8}  {} ({})",
            folder.id,
            words::printable(&folder.name),
            folder.copies
        ));
    }
    Ok(Outcome::Clean)
}

async fn read_only(
    client: &mut Client,
    wish: &DiscogsRead,
    purpose: Purpose,
) -> Result<Outcome, Failure> {
    let filter = EntryFilter::from(&wish.only);
    if Depth::from(wish.depth) == Depth::List && !filter.is_all() {
        return Err(Failure::Usage(
            "a list is always read whole; to read more about some of it, add --depth details"
                .into(),
        ));
    }
    match read(client, DiscogsList::Collection, wish, purpose).await? {
        Some(run) if run.state == RunState::Finished && run.is_part && run.figures.total == 0 => {
            if !wish.output.json {
                say("Nothing in the list is as you said, so nothing more was read about it.");
            }
            Ok(Outcome::Attention)
        }
        Some(run) if has_read(&run, wish.depth.into()) && run.figures.failed == 0 => {
            Ok(Outcome::Clean)
        }
        Some(_) => Ok(Outcome::Attention),
        None => Ok(Outcome::Detached),
    }
}

/// Reads, and shows how far it is; `None` when the person has seen enough.
async fn read(
    client: &mut Client,
    list: DiscogsList,
    wish: &DiscogsRead,
    purpose: Purpose,
) -> Result<Option<Run>, Failure> {
    let account = account(client, &wish.whose).await?;
    let new = NewRun {
        key: format!("cli-{:032x}", rand::random::<u128>()),
        account: account.id,
        list,
        folders: wish.folder.clone(),
        filter: (&wish.only).into(),
        depth: wish.depth.into(),
        max_age_days: wish.max_age,
        keep_list: false,
        purpose,
    };
    if !wish.output.json {
        let estimate = client.call::<EstimateRun>(new.clone()).await?;
        say(told(&estimate, &account, list));
    }
    let RunStarted { run, existing } = client.call::<StartRun>(new).await?;
    if existing && !wish.output.json {
        say(format_args!("It is read by run {}, which was there before.", run.id));
    }
    let ended = follow(client, run.id, wish.depth.into(), wish.output).await?;
    if let Some(run) = &ended {
        tell_run(run, wish.output);
    }
    Ok(ended)
}

/// What reading would take, as far as that is known.
fn told(estimate: &Estimate, account: &DiscogsAccount, list: DiscogsList) -> String {
    let known = account.lists.iter().find(|state| state.list == list);
    if known.is_none_or(|state| state.read_at.is_none()) && estimate.releases == 0 {
        return "The list is read for the first time; how long it takes shows when it is.".into();
    }
    if estimate.releases == 0 {
        return format!("The list is read: {}.", about(estimate.seconds));
    }
    let (releases, cached) = (estimate.releases, estimate.from_cache);
    format!("{releases} releases: {}, {cached} from the cache.", about(estimate.seconds))
}

fn tell_run(run: &Run, output: Output) {
    if output.json {
        say(protocol::envelope::to_value(run));
        return;
    }
    if run.figures.failed > 0 {
        say(format_args!(
            "{} releases could not be read; the next run asks again.",
            run.figures.failed
        ));
    }
    match (&run.reason, run.state) {
        (Some(reason), RunState::NeedsYou) => say(next_step(run.id, reason)),
        (None, RunState::Finished) if run.figures.failed == 0 => say("Everything was read."),
        (None, RunState::Running) => {
            say(format_args!(
                "That was read; run {} goes on with more that was asked for.",
                run.id
            ));
        }
        _ => {}
    }
}

/// What lets a run go on that needs the person.
fn next_step(run: RunId, reason: &ErrorBody) -> String {
    match reason.code {
        ErrorCode::SignedOut | ErrorCode::SessionExpired | ErrorCode::PrivateList => {
            format!("Run {run} goes on by itself after `mediafetcher discogs login`.")
        }
        _ => format!("When that is mended: `mediafetcher discogs resume {run}`."),
    }
}

async fn export(
    client: &mut Client,
    list: DiscogsList,
    wish: &DiscogsExport,
) -> Result<Outcome, Failure> {
    if !wish.offline {
        match read(client, list, &wish.read, Purpose::Asked).await? {
            Some(run) if has_read(&run, wish.read.depth.into()) => {}
            Some(_) => return Ok(Outcome::Attention),
            None => return Ok(Outcome::Detached),
        }
    }
    let account = account(client, &wish.read.whose).await?;
    let new = NewExport {
        account: account.id,
        list,
        folders: wish.read.folder.clone(),
        filter: (&wish.read.only).into(),
        preset: wish.preset.into(),
        format: wish.form.into(),
        spreadsheet_safe: wish.spreadsheet_safe,
        to: wish.to.as_deref().map(absolute).transpose()?,
    };
    let done = client.call::<ExportDiscogs>(new).await?;
    let whole = done.rows == done.expected;
    if wish.read.output.json {
        say(protocol::envelope::to_value(&done));
    } else {
        tell(&done);
    }
    Ok(if whole { Outcome::Clean } else { Outcome::Attention })
}

async fn runs(client: &mut Client, output: Output) -> Result<Outcome, Failure> {
    let all = client.call::<ListRuns>(Nothing {}).await?;
    if output.json {
        say(protocol::envelope::to_value(&all));
        return Ok(Outcome::Clean);
    }
    for run in &all.runs {
        let RunFigures { done, total, failed, .. } = run.figures;
        let state = match run.state {
            RunState::Running => "running",
            RunState::Paused => "paused",
            RunState::NeedsYou => "needs you",
            RunState::Waiting => "waiting",
            RunState::Finished => "finished",
            RunState::Cancelled => "cancelled",
            RunState::Failed => "failed",
        };
        let list = run.list.as_str();
        let what = match (run.depth, run.is_part) {
            (Depth::List, _) => "",
            (Depth::Details, false) => ", details",
            (Depth::Details, true) => ", details of some",
            (Depth::Prices, false) => ", prices",
            (Depth::Prices, true) => ", prices of some",
        };
        say(format_args!(
            "{:>6}  {list}{what}: {state}, {done} of {total}, {failed} not read",
            run.id
        ));
        if let Some(reason) = &run.reason {
            say(format_args!("        {}", words::sentence(reason)));
            if run.state == RunState::NeedsYou {
                say(format_args!("        {}", next_step(run.id, reason)));
            }
        }
    }
    Ok(Outcome::Clean)
}

async fn cache(
    client: &mut Client,
    purge: Option<u32>,
    output: Output,
) -> Result<Outcome, Failure> {
    if let Some(older_than_days) = purge {
        let gone = client.call::<PurgeDiscogsCache>(PurgeCache { older_than_days }).await?;
        if !output.json {
            say(format_args!("{} answers were forgotten.", gone.answers));
        }
    }
    let figures = client.call::<CountDiscogsCache>(Nothing {}).await?;
    if output.json {
        say(protocol::envelope::to_value(&figures));
    } else {
        say(format_args!(
            "{} answers, {}; {} fetched in the last week; served {} times.",
            figures.answers,
            HumanBytes(figures.bytes),
            figures.fetched_last_week,
            figures.uses
        ));
        if let Some(oldest) = figures.oldest_at.and_then(day) {
            say(format_args!("The oldest is of {oldest}."));
        }
    }
    Ok(Outcome::Clean)
}

/// The account that is meant: the one named, or the only one.
async fn account(client: &mut Client, whose: &WhoseDiscogs) -> Result<DiscogsAccount, Failure> {
    let mut all = client.call::<ListDiscogsAccounts>(Nothing {}).await?.accounts;
    if let Some(user) = &whose.user {
        let named = |account: &DiscogsAccount| account.username.eq_ignore_ascii_case(user);
        let found = all.into_iter().find(named);
        return found.ok_or_else(|| {
            Failure::Usage(format!(
                "{user} is not known; `mediafetcher discogs login` adds an account"
            ))
        });
    }
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => {
            Err(Failure::Usage("there are several accounts: name one with --user".into()))
        }
        (None, _) => {
            Err(Failure::Usage("nobody is signed in: `mediafetcher discogs login`".into()))
        }
    }
}

/// The day of a moment, such as `2026-11-30`.
fn day(seconds: i64) -> Option<Date> {
    Some(OffsetDateTime::from_unix_timestamp(seconds).ok()?.date())
}

fn about(seconds: u64) -> String {
    format!("about {}", HumanDuration(Duration::from_secs(seconds)))
}
