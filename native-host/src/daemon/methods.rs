//! What clients may ask, and the answers. No method runs a program, reads a path or opens a file that the client
//! names.

use super::discogs;
use super::edit;
use super::engine::Engine;
use super::import;
use super::rename;
use super::scheduler;
use super::sending;
use super::server::Caller;
use super::things;
use crate::doctor::{self, DaemonFact};
use crate::screen;
use protocol::envelope::to_value;
use protocol::method::*;
use protocol::{
    Credentials, ErrorBody, ErrorCode, JobId, JobState, Method, Settings, SettingsPatch, Source,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

type Answer<T> = Result<T, ErrorBody>;

/// Parameters as their type.
///
/// # Errors
/// [`ErrorCode::BadParameters`].
pub(super) fn parse<T: DeserializeOwned>(body: Value) -> Result<T, ErrorBody> {
    let body = if body.is_null() { Value::Object(Default::default()) } else { body };
    let bad = |error| ErrorBody::new(ErrorCode::BadParameters).with("detail", error);
    serde_json::from_value(body).map_err(bad)
}

/// Answers one request.
///
/// # Errors
/// What the client is told.
pub(super) async fn answer(
    engine: &Engine,
    caller: Caller,
    method: &str,
    body: Value,
) -> Result<Value, ErrorBody> {
    macro_rules! dispatch {
        ($($kind:ident => $handler:expr;)*) => {
            match method {
                $(<$kind as Method>::NAME => {
                    let params = parse::<<$kind as Method>::Params>(body)?;
                    let answer: <$kind as Method>::Answer = $handler(engine, caller, params).await?;
                    Ok(to_value(&answer))
                })*
                other => Err(ErrorBody::new(ErrorCode::Unsupported).with("method", other)),
            }
        };
    }
    dispatch! {
        PutCredentials => put_credentials;
        ForgetCredentials => forget_credentials;
        SendPages => sending::send;
        PutSiteSession => sending::put_session;
        ForgetSiteSession => sending::forget_session;
        UpdateTools => sending::update_tools;
        StartJob => start_job;
        AddItems => add_items;
        ListingDone => listing_done;
        ListingFailed => listing_failed;
        Pause => pause;
        Resume => resume;
        Cancel => cancel;
        Retry => retry;
        RetryItems => retry_items;
        CancelItems => cancel_items;
        ListJobs => list_jobs;
        ListItems => list_items;
        GetSettings => get_settings;
        SetSettings => set_settings;
        Doctor => run_doctor;
        OpenFolder => open_folder;
        ListLibrary => things::list;
        CountFacets => things::facets;
        ShowLibraryItem => things::show;
        CountLibrary => things::stats;
        DeleteItems => things::delete;
        RestoreItems => things::restore;
        EmptyTrash => things::empty_trash;
        MoveItems => things::file;
        MarkFavorites => things::mark;
        EditItemTags => edit::edit;
        RenameLibrary => rename::rename;
        VerifyLibrary => things::verify;
        ImportFolder => import::start;
        ImportChosen => import::start_chosen;
        ShowImport => import::report;
        NoteOwned => import::own;
        ListFolders => things::folders;
        AddFolder => things::add_folder;
        EditFolder => things::edit_folder;
        RemoveFolder => things::remove_folder;
        ListSmartFolders => things::smart_folders;
        AddSmartFolder => things::add_smart_folder;
        EditSmartFolder => things::edit_smart_folder;
        RemoveSmartFolder => things::remove_smart_folder;
        PlayItem => things::play;
        FindCovers => things::covers;
        ReadSubtitles => things::subtitles;
        DiscogsSignIn => discogs::login;
        BeginDiscogsOAuth => discogs::begin_oauth;
        FinishDiscogsOAuth => discogs::finish_oauth;
        DiscogsSignOut => discogs::logout;
        ListDiscogsAccounts => discogs::accounts;
        ListCollectionFolders => discogs::folders;
        ListEntries => discogs::entries;
        CountEntries => discogs::facets;
        ReadEntry => discogs::record;
        MeasureEntries => discogs::statistics;
        StartRun => discogs::start;
        EstimateRun => discogs::estimate;
        ListRuns => discogs::list;
        PauseRun => discogs::pause;
        ResumeRun => discogs::resume;
        CancelRun => discogs::cancel;
        ExportDiscogs => discogs::export;
        CountDiscogsCache => discogs::cache;
        PurgeDiscogsCache => discogs::purge;
        StopDaemon => stop_daemon;
    }
}

async fn put_credentials(engine: &Engine, _: Caller, credentials: Credentials) -> Answer<Nothing> {
    let (source, account_id) = (credentials.source, credentials.account_id.clone());
    if engine.sessions.put(credentials)? {
        engine.session_renewed(source, Some(&account_id)).await;
        engine.read_waiting_lists(source).await?;
    }
    Ok(Nothing {})
}

async fn forget_credentials(engine: &Engine, _: Caller, of: OfSource) -> Answer<Nothing> {
    engine.sessions.forget(of.source);
    Ok(Nothing {})
}

async fn start_job(engine: &Engine, caller: Caller, new: NewJob) -> Answer<Started> {
    if !Source::SITES.contains(&new.source) {
        let error = ErrorBody::new(ErrorCode::BadParameters);
        return Err(error.with("detail", format!("{} has no account to list", new.source)));
    }
    let formats = match new.formats.is_empty() {
        true => engine.library.settings().await?.formats,
        false => new.formats.clone(),
    };
    let (job, existing) = engine.library.start_job(&new, &formats).await?;
    // Whoever asks again may have mended the disk just now.
    scheduler::look_at_disk(engine).await;
    if new.daemon_lists {
        engine.read_list(job, false);
    } else {
        engine.listers.read_by_client(job, caller.connection);
    }
    engine.job_changed(job);
    Ok(Started { job, existing })
}

async fn add_items(engine: &Engine, caller: Caller, listed: Listed) -> Answer<Added> {
    let state = engine.library.job(listed.job).await?.state;
    if matches!(state, JobState::Cancelled | JobState::Finished) {
        return Err(ErrorBody::new(ErrorCode::Withdrawn));
    }
    engine.listers.read_by_client(listed.job, caller.connection);
    engine.add_page(listed.job, &listed.items).await
}

async fn listing_done(engine: &Engine, _: Caller, end: ListingEnd) -> Answer<protocol::JobSummary> {
    engine.list_ended(end.job, end.listing).await
}

async fn listing_failed(
    engine: &Engine,
    _: Caller,
    end: ListingError,
) -> Answer<protocol::JobSummary> {
    if engine.listers.is_read_by_daemon(end.job) {
        return Ok(engine.library.job(end.job).await?);
    }
    let edition = engine.edition_for(end.job).await;
    engine.list_failed(end.job, &end.error, edition).await
}

async fn pause(engine: &Engine, _: Caller, of: OfJob) -> Answer<Nothing> {
    match of.job {
        None => engine.set_paused(true).await?,
        Some(job) => {
            set_state(engine, job, JobState::Paused).await?;
            engine.interrupt(|_, of_job| of_job == job, false);
        }
    }
    Ok(Nothing {})
}

async fn resume(engine: &Engine, _: Caller, of: OfJob) -> Answer<Nothing> {
    match of.job {
        None => engine.set_paused(false).await?,
        Some(job) => {
            set_state(engine, job, JobState::Running).await?;
            engine.read_list(job, true);
            import::resume_all(engine).await;
        }
    }
    Ok(Nothing {})
}

async fn cancel(engine: &Engine, _: Caller, of: OfJob) -> Answer<Nothing> {
    let jobs: Vec<JobId> = match of.job {
        Some(job) => vec![job],
        None => engine.library.unfinished_jobs().await?.iter().map(|job| job.id).collect(),
    };
    for job in jobs {
        set_state(engine, job, JobState::Cancelled).await?;
        // Put back rather than ended: the job that wants a file now decides (`Library::settle`).
        engine.interrupt(|_, of_job| of_job == job, false);
        engine.listers.ended(job);
    }
    engine.everything_changed().await;
    Ok(Nothing {})
}

async fn set_state(engine: &Engine, job: JobId, state: JobState) -> Answer<()> {
    engine.library.set_job_state(job, state).await?;
    engine.job_changed(job);
    engine.wake.notify_one();
    Ok(())
}

async fn retry(engine: &Engine, _: Caller, of: OfJob) -> Answer<Nothing> {
    try_again_whatever_stopped_it(engine).await;
    engine.library.retry_job(of.job).await?;
    for job in engine.library.unfinished_jobs().await? {
        let chosen = of.job.is_none_or(|of_job| of_job == job.id);
        if chosen && job.state == JobState::Listing {
            engine.read_list(job.id, false);
        }
        engine.job_changed(job.id);
    }
    import::resume_all(engine).await;
    engine.wake.notify_one();
    engine.everything_changed().await;
    Ok(Nothing {})
}

/// The person says that it is mended now: sessions get another chance, the disk is tried.
async fn try_again_whatever_stopped_it(engine: &Engine) {
    for &source in Source::SITES {
        engine.sessions.pardon(source);
        if engine.is_blocked(source) {
            engine.session_renewed(source, None).await;
        }
    }
    scheduler::try_disk_again(engine).await;
}

async fn retry_items(engine: &Engine, _: Caller, of: OfItems) -> Answer<Nothing> {
    try_again_whatever_stopped_it(engine).await;
    engine.library.retry_items(&of.items).await?;
    tell_about(engine, &of).await;
    Ok(Nothing {})
}

async fn cancel_items(engine: &Engine, _: Caller, of: OfItems) -> Answer<Nothing> {
    engine.library.cancel_items(&of.items).await?;
    engine.interrupt(|item, _| of.items.contains(&item), true);
    tell_about(engine, &of).await;
    Ok(Nothing {})
}

async fn tell_about(engine: &Engine, of: &OfItems) {
    for &item in &of.items {
        engine.item_changed(item).await;
    }
    engine.wake.notify_one();
}

async fn list_jobs(engine: &Engine, _: Caller, query: JobsQuery) -> Answer<Jobs> {
    Ok(Jobs { jobs: engine.library.jobs(query.limit.clamp(1, 200), query.before).await? })
}

async fn list_items(engine: &Engine, _: Caller, query: ItemsQuery) -> Answer<Items> {
    Ok(engine.library.items(&query).await?)
}

async fn get_settings(engine: &Engine, _: Caller, _: Nothing) -> Answer<Settings> {
    Ok(engine.library.settings().await?)
}

async fn set_settings(engine: &Engine, _: Caller, patch: SettingsPatch) -> Answer<Settings> {
    let settings = engine.library.change_settings(patch).await?;
    engine.apply(&settings);
    Ok(settings)
}

async fn run_doctor(engine: &Engine, _: Caller, _: Nothing) -> Answer<Checklist> {
    let settings = engine.library.settings().await?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(doctor::checks(&engine.home, &settings, DaemonFact::Answers { version }).await)
}

async fn open_folder(engine: &Engine, _: Caller, _: Nothing) -> Answer<Nothing> {
    engine.library.check_shelf().await?;
    screen::open_folder(engine.library.shelf().root())?;
    Ok(Nothing {})
}

async fn stop_daemon(engine: &Engine, caller: Caller, _: Nothing) -> Answer<Nothing> {
    if !caller.is_cli {
        return Err(ErrorBody::new(ErrorCode::Forbidden).with("origin", "a browser"));
    }
    let engine = engine.clone();
    // After the answer is out.
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        engine.stopping.cancel();
    });
    Ok(Nothing {})
}
