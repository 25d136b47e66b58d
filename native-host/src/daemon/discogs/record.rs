//! One entry with all that is known of it: from here at once, and when it is wished for asked for anew.

use super::accounts::find;
use super::lines::{About, answers, context, line};
use super::read::answers::ask;
use super::transport::DiscogsTransport;
use super::{Answer, now};
use crate::collection;
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::discogs::{AccountRow, Answer as Kept, AnswerKind, Entry};
use protocol::ErrorCode;
use protocol::discogs::*;
use providers::discogs::Discogs;
use transfer::Priority;

/// Seconds that a clock may be set back without what was just fetched being taken for old.
const SLACK: i64 = 60;

/// An entry. Asking anew that does not succeed leaves what was known, with the reason.
pub(in crate::daemon) async fn record(engine: &Engine, _: Caller, of: OfEntry) -> Answer<Record> {
    let account = find(engine, of.account).await?;
    let entry = engine.library.discogs_entry(of.account, of.list, of.entry).await?;
    let asked = match of.refresh && entry.release > 0 {
        true => refresh(engine, &account, entry.release).await,
        false => Ok(()),
    };
    let about = about(engine, of.account, entry.release).await?;
    let stale =
        entry.release > 0 && is_stale(&account, about.details.as_ref(), about.stats.as_ref());
    let fetched_at = about.details.as_ref().map(|details| details.fetched_at);
    let record = compose(engine, of, &entry, about).await?;
    Ok(Record { fetched_at, stale, problem: asked.err(), ..record })
}

async fn compose(engine: &Engine, of: OfEntry, entry: &Entry, about: About) -> Answer<Record> {
    let context = context(engine, of.account, of.list).await?;
    let view = collection::shown(of.list, entry).view;
    Ok(collection::record(&line(of.list, entry, about)?, &context, view))
}

async fn about(engine: &Engine, account: DiscogsAccountId, release: i64) -> Answer<About> {
    let one = async |kind| -> Answer<Option<Kept>> {
        Ok(answers(engine, account, kind, &[release]).await?.remove(&release))
    };
    Ok(About {
        details: one(AnswerKind::Release).await?,
        stats: one(AnswerKind::Stats).await?,
        suggestions: one(AnswerKind::Suggestions).await?,
        gone: false,
        owned: Vec::new(),
    })
}

/// What is gone has no prices. Those who are not signed in are not told them in their currency, and see those alone that
/// they have asked for.
fn is_stale(account: &AccountRow, details: Option<&Kept>, stats: Option<&Kept>) -> bool {
    let is_gone = details.is_some_and(|details| details.gone);
    let wants_prices = (account.signed_by != SignedBy::Nobody || stats.is_some()) && !is_gone;
    is_old(details) || wants_prices && is_old(stats)
}

fn is_old(answer: Option<&Kept>) -> bool {
    // What is from the future was fetched by a clock that was wrong: it may be of any age.
    answer.is_none_or(|answer| !(-SLACK..SHOWN_FOR).contains(&(now() - answer.fetched_at)))
}

/// Asks for what is missing or too old.
async fn refresh(engine: &Engine, account: &AccountRow, release: i64) -> Answer<()> {
    let AccountRow { id, ref username, signed_by } = *account;
    let known = async |kind| -> Answer<Option<Kept>> {
        Ok(engine.library.discogs_answers(kind, &[release], id).await?.remove(&release))
    };
    let before = known(AnswerKind::Release).await?;
    if !is_stale(account, before.as_ref(), known(AnswerKind::Stats).await?.as_ref()) {
        // Nobody is asked to unlock a keyring for what is here.
        return Ok(());
    }
    let priority = Priority::INTERACTIVE;
    let transport = DiscogsTransport::of(engine, username, signed_by, priority).await?;
    let discogs = Discogs::new(&transport);
    let ask = async |kind| ask(engine, &discogs, kind, release, id, 0).await;
    let was_gone = before.as_ref().is_some_and(|details| details.gone);
    let mut is_gone = was_gone;
    if is_old(before.as_ref()) {
        ask(AnswerKind::Release).await?;
        is_gone = known(AnswerKind::Release).await?.is_some_and(|details| details.gone);
    }
    if is_gone != was_gone {
        engine.discogs_changed();
    }
    let stats = known(AnswerKind::Stats).await?;
    let is_signed = signed_by != SignedBy::Nobody;
    if (is_signed || stats.is_some()) && !is_gone && is_old(stats.as_ref()) {
        // Before what decides whether prices are fresh, so that neither is forgotten.
        let suggested = if is_signed { ask(AnswerKind::Suggestions).await } else { Ok(()) };
        match suggested {
            // Not everybody is told what the site would ask for a record.
            Err(error) if error.code == ErrorCode::Refused => {}
            asked => asked?,
        }
        ask(AnswerKind::Stats).await?;
    }
    Ok(())
}
