//! Asking about the releases of a list, one by one: what is kept already is not asked for.

use super::{Reading, Stop};
use crate::collection::country_of;
use crate::daemon::discogs::browse::show_for;
use crate::daemon::discogs::runs::{Failures, fresh, releases};
use crate::daemon::discogs::transport::DiscogsTransport;
use crate::daemon::discogs::{Answer, precedence};
use crate::daemon::engine::Engine;
use futures::StreamExt;
use library::discogs::{AnswerKind, Releases};
use protocol::discogs::{DiscogsAccountId, RunStage};
use protocol::{ErrorBody, ErrorClass, ErrorCode};
use providers::discogs::{Discogs, Found};
use std::ops::RangeInclusive;

/// Releases asked about at once. The limit is the site's; this only hides how long an answer takes.
const AT_ONCE: usize = 4;
/// Releases taken from the list of those to ask about.
const CHUNK: u32 = 200;
/// Tries about one release that fails while others do not.
const TRIES: u32 = 3;
/// So many that fail one after the other for good are not all at fault themselves: it is the site that has changed, or does
/// not answer this computer.
const MOST_IN_A_ROW: u32 = 20;

impl Reading<'_> {
    /// Asks about each release that is meant about which nothing new enough is known.
    pub(super) async fn about(
        &self,
        transport: &DiscogsTransport,
        kind: AnswerKind,
    ) -> Result<(), Stop> {
        let of = releases(&self.row.request);
        show_for(self.engine, &of.filter).await?;
        let mut most = 0;
        loop {
            let fresh = &fresh(self.row.created_at, self.row.request.max_age_days);
            most = self.count(kind, &of, fresh, most).await?;
            let given_up = self.task.failures().given_up.clone();
            let chunk = CHUNK + u32::try_from(given_up.len()).unwrap_or(u32::MAX - CHUNK);
            let missing = self.engine.library.discogs_unanswered(kind, &of, fresh, chunk).await?;
            let missing: Vec<i64> =
                missing.into_iter().filter(|release| !given_up.contains(release)).collect();
            if missing.is_empty() {
                return Ok(());
            }
            // Somebody may wait for it by now.
            let purpose = self.engine.library.discogs_run(self.row.id).await?.request.purpose;
            let transport = transport.at(precedence::of(kind, purpose));
            match self.ask(&Discogs::new(&transport), kind, missing).await {
                // Not everybody is told what the site would ask for a record: then nobody is missing anything.
                Err(Stop::Failed(error))
                    if kind == AnswerKind::Suggestions && error.code == ErrorCode::Refused =>
                {
                    return Ok(());
                }
                asked => asked?,
            }
        }
    }

    /// Tells how far it is, and gives of how many: never less than `most`, as those that turn out to be from elsewhere are
    /// done as well.
    async fn count(
        &self,
        kind: AnswerKind,
        of: &Releases,
        fresh: &RangeInclusive<i64>,
        most: u64,
    ) -> Result<u64, Stop> {
        let (all, missing) = self.engine.library.discogs_coverage(kind, of, fresh).await?;
        let all = all.max(most);
        self.tell(|figures| {
            figures.stage = match kind {
                AnswerKind::Release => RunStage::Details,
                AnswerKind::Stats | AnswerKind::Suggestions => RunStage::Prices,
            };
            figures.total = all;
            figures.done = all - missing;
            figures.failed = self.task.failures().given_up.len() as u64;
        });
        Ok(all)
    }

    async fn ask(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        kind: AnswerKind,
        releases: Vec<i64>,
    ) -> Result<(), Stop> {
        let asked = releases
            .into_iter()
            .map(|release| async move { (release, self.ask_one(discogs, kind, release).await) });
        let mut answers = futures::stream::iter(asked).buffer_unordered(AT_ONCE);
        loop {
            let next = tokio::select! {
                next = answers.next() => next,
                () = self.task.cancel.cancelled() => return Err(Stop::Cancelled),
            };
            match next {
                None => return Ok(()),
                Some((_, Ok(()))) => {
                    self.task.failures().in_a_row = 0;
                    self.tell(|figures| figures.done += 1);
                }
                // Refused for all, unless some were told.
                Some((_, Err(error)))
                    if kind == AnswerKind::Suggestions
                        && error.code == ErrorCode::Refused
                        && self.task.figures().done == 0 =>
                {
                    return Err(error.into());
                }
                Some((release, Err(error))) => {
                    note_failure(&mut self.task.failures(), release, error)?;
                }
            }
        }
    }

    async fn ask_one(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        kind: AnswerKind,
        release: i64,
    ) -> Answer<()> {
        let (account, begun) = (self.row.request.account, self.row.created_at);
        // Another run may have asked since the releases were looked up.
        let fresh = fresh(begun, self.row.request.max_age_days);
        if self.engine.library.discogs_is_answered(kind, release, account, &fresh).await? {
            return Ok(());
        }
        ask(self.engine, discogs, kind, release, account, begun).await
    }
}

/// Asks about a release and keeps the answer, which counts as fetched at `not_before` (seconds since 1970) at the earliest.
pub async fn ask(
    engine: &Engine,
    discogs: &Discogs<'_, DiscogsTransport>,
    kind: AnswerKind,
    release: i64,
    account: DiscogsAccountId,
    not_before: i64,
) -> Answer<()> {
    let mut country = None;
    let raw = match kind {
        AnswerKind::Release => {
            let found = discogs.release(release).await?;
            if let Found::Here { answer, .. } = &found {
                country = Some(country_of(answer));
            }
            body(found)
        }
        AnswerKind::Stats => body(discogs.stats(release).await?),
        AnswerKind::Suggestions => body(discogs.price_suggestions(release).await?),
    };
    let library = &engine.library;
    library.keep_discogs_answer(kind, release, account, not_before, raw.as_deref()).await?;
    if let Some(country) = country {
        library.note_discogs_countries(&[(release, country)]).await?;
    }
    Ok(())
}

/// One release that cannot be read does not stop the others; whatever is wrong with all of them does.
fn note_failure(failures: &mut Failures, release: i64, error: ErrorBody) -> Result<(), Stop> {
    tracing::warn!(release, %error, "a release could not be read");
    // Nobody is answered then: that says nothing of the release that happened to be asked about.
    if matches!(error.code, ErrorCode::RateLimited | ErrorCode::Unreachable) {
        return Err(error.into());
    }
    let tried = failures.tries.entry(release).or_default();
    *tried += 1;
    match error.class() {
        ErrorClass::NeedsUser => Err(error.into()),
        _ if error.code == ErrorCode::Withdrawn => Err(Stop::Cancelled),
        ErrorClass::Temporary if *tried < TRIES => Err(error.into()),
        _ if failures.in_a_row >= MOST_IN_A_ROW => Err(error.into()),
        _ => {
            failures.in_a_row += 1;
            failures.given_up.insert(release);
            Ok(())
        }
    }
}

fn body<M>(found: Found<M>) -> Option<Vec<u8>> {
    match found {
        Found::Here { raw, .. } => Some(raw),
        Found::Gone => None,
    }
}
