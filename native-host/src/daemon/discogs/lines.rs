//! Entries with what is kept of the site's answers about their releases.

use super::Answer;
use crate::collection::{Context, EntryRecord, Line, Owned};
use crate::daemon::engine::Engine;
use library::discogs::{Answer as Kept, AnswerKind, Entry};
use protocol::discogs::{DiscogsAccountId, DiscogsList};
use protocol::{ErrorBody, ErrorCode};
use providers::discogs::CustomField;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// What is kept about the release of one entry.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub details: Option<Kept>,
    pub stats: Option<Kept>,
    pub suggestions: Option<Kept>,
    /// The site does not have it any more, as is known without its details.
    pub gone: bool,
    /// Own copies of it.
    pub owned: Vec<Owned>,
}

/// An entry with what is known of its release.
pub(super) fn line(list: DiscogsList, entry: &Entry, about: About) -> Answer<Line> {
    let About { details, stats, suggestions, gone, owned } = about;
    Ok(Line {
        entry: EntryRecord::parse(list, &entry.record).map_err(broken)?,
        owned,
        gone: gone || details.as_ref().is_some_and(|answer| answer.gone),
        details: body(details)?,
        priced_at: stats.as_ref().map(|answer| answer.fetched_at),
        stats: body(stats)?,
        suggestions: body(suggestions)?,
    })
}

/// What all entries of a list share.
pub(super) async fn context(
    engine: &Engine,
    account: DiscogsAccountId,
    list: DiscogsList,
) -> Answer<Context> {
    let folders = engine.library.discogs_folders(account).await?;
    let mut fields = Vec::new();
    for field in engine.library.discogs_fields(account).await? {
        fields.push(parse::<CustomField>(field.record.as_bytes())?);
    }
    let folders = folders.into_iter().map(|folder| (folder.id, folder.name)).collect();
    Ok(Context { list, folders, fields })
}

/// What is kept about releases, and noted as used.
pub(super) async fn answers(
    engine: &Engine,
    account: DiscogsAccountId,
    kind: AnswerKind,
    releases: &[i64],
) -> Answer<HashMap<i64, Kept>> {
    let answers = engine.library.discogs_answers(kind, releases, account).await?;
    let used: Vec<i64> = answers.keys().copied().collect();
    engine.library.note_discogs_uses(kind, &used).await?;
    Ok(answers)
}

fn body<T: DeserializeOwned>(answer: Option<Kept>) -> Answer<Option<T>> {
    answer.and_then(|answer| answer.body).map(|body| parse(&body)).transpose()
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Answer<T> {
    serde_json::from_slice(json).map_err(broken)
}

fn broken(error: serde_json::Error) -> ErrorBody {
    ErrorBody::new(ErrorCode::Database).with("detail", error)
}
