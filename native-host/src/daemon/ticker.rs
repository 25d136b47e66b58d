//! What follows from changes, at most four times a second: files beside songs, ended jobs, figures for clients.

use super::engine::Engine;
use protocol::{Event, JobId, JobState, JobSummary, Source};
use std::time::Duration;

/// Four a second.
const TICK: Duration = Duration::from_millis(250);

/// Sleeps while nothing changes.
pub(super) async fn run(engine: Engine) {
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = engine.changed.notified() => {}
        }
        let jobs = engine.take_changed();
        engine.write_sidecars().await;
        engine.tell_library().await;
        engine.tell_discogs().await;
        if let Err(error) = end_jobs(&engine).await {
            tracing::error!(%error, "ended jobs could not be noted");
        }
        for job in jobs {
            tell(&engine, job).await;
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn end_jobs(engine: &Engine) -> Result<(), library::LibraryError> {
    let ended = engine.library.finish_jobs().await?;
    let sent_pages = ended.iter().any(|job| job.source == Source::Web);
    for job in ended {
        tracing::info!(job = job.id.0, balance = ?job.balance, "a job has ended");
        engine.meter.forget_job(job.id);
        engine.hub.send(Event::Job { job });
    }
    if sent_pages {
        engine.forget_done_sites().await;
    }
    Ok(())
}

async fn tell(engine: &Engine, job: JobId) {
    match engine.library.job(job).await {
        Ok(job) if job.finished_at.is_none() => tell_summary(engine, job),
        Ok(_) => {} // told when it ended
        Err(error) => tracing::warn!(%error, "a job could not be read"),
    }
}

fn tell_summary(engine: &Engine, job: JobSummary) {
    let list_ended = job.state != JobState::Listing;
    let progress = engine.meter.progress(job.id, &job.balance, list_ended);
    if let Some(progress) = progress {
        // While bytes flow, the next figures are due with the next tick.
        if !(progress.running.is_empty() && progress.stages.is_empty()) {
            engine.job_changed(job.id);
        }
        engine.hub.send(Event::Progress { job: job.id, progress });
    }
    engine.hub.send(Event::Job { job });
}
