//! From raw bytes on the disk to a sealed part: check, tags, time, hash, fsync (I2).

use super::engine::Engine;
use library::{Claimed, Output, Shelf, names};
use media::{Container, Cover, Facts, MediaError, Tags};
use protocol::{ErrorBody, ErrorCode, RemoteItem};
use std::sync::Arc;

/// A file shorter than the site says by more than this share and [`SHORT_BY_S`] is cut off.
const SHORT_SHARE: f64 = 0.9;
const SHORT_BY_S: f64 = 2.0;

/// A part file as it came.
pub(super) struct Raw {
    /// The stem's name in a bundle, empty otherwise.
    pub part: String,
    /// Name of the part file.
    pub file: String,
    /// What it must be.
    pub container: Container,
}

/// Verifies, tags and seals one part file.
///
/// # Errors
/// When it is not what it should be, or the disk refuses.
pub(super) async fn seal(
    engine: &Engine,
    claimed: &Claimed,
    raw: Raw,
    cover: Option<Cover>,
) -> Result<Output, ErrorBody> {
    let tags = tags_of(claimed, &raw.part, cover);
    let name = final_name(engine, claimed, &raw.part).await?;
    let shelf = engine.library.shelf();
    let claimed = claimed.clone();
    let internal = |error: &dyn std::error::Error| {
        ErrorBody::new(ErrorCode::Internal).with("detail", error.to_string())
    };
    let _place = engine.sealing.acquire().await.map_err(|closed| internal(&closed))?;
    let sealed = tokio::task::spawn_blocking(move || seal_now(&shelf, &claimed, raw, &tags, name));
    sealed.await.map_err(|lost| internal(&lost))?
}

fn seal_now(
    shelf: &Arc<Shelf>,
    claimed: &Claimed,
    raw: Raw,
    tags: &Tags,
    name: String,
) -> Result<Output, ErrorBody> {
    let path = shelf.path(&raw.file)?;
    let facts = media::inspect(&path, raw.container)?;
    check_duration(&facts, claimed)?;
    match media::write_tags(&path, raw.container, tags) {
        Ok(()) => {}
        Err(MediaError::CannotTag(why)) => tracing::warn!(name, why, "kept without tags"),
        Err(error) => return Err(error.into()),
    }
    if let Some(seconds) = claimed.metadata.created_at.as_deref().and_then(unix_seconds) {
        shelf.set_time(&raw.file, seconds)?;
    }
    let sealed = shelf.seal(&raw.file)?;
    Ok(Output {
        part: raw.part,
        file: raw.file,
        name,
        sealed,
        container: facts.container.to_string(),
        codec: facts.codec,
        duration_ms: facts.duration_s.map(|seconds| (seconds * 1000.0).round() as i64),
        title: claimed.title.clone(),
        has_picture: false,
        replaces: None,
    })
}

fn check_duration(facts: &Facts, claimed: &Claimed) -> Result<(), ErrorBody> {
    let (Some(said), Some(found)) = (claimed.metadata.duration_s, facts.duration_s) else {
        return Ok(());
    };
    if found < said * SHORT_SHARE - SHORT_BY_S {
        let detail = format!("{found:.1} s long instead of {said:.1} s");
        return Err(ErrorBody::new(ErrorCode::Damaged).with("detail", detail));
    }
    Ok(())
}

/// What goes into the file's tags.
pub(super) fn tags_of(claimed: &Claimed, part: &str, cover: Option<Cover>) -> Tags {
    let mut metadata = claimed.metadata.clone();
    if !part.is_empty() {
        metadata.stem = Some(part.to_owned());
    }
    let item = RemoteItem {
        source: claimed.source,
        source_id: claimed.source_id.clone(),
        title: claimed.title.clone(),
        metadata,
        assets: Vec::new(),
        raw: serde_json::Value::Null,
    };
    media::tags_for(&item, cover)
}

/// The name in the library: a song by the template, stems in the folder of their song.
pub(super) async fn final_name(
    engine: &Engine,
    claimed: &Claimed,
    part: &str,
) -> Result<String, ErrorBody> {
    let template = engine.library.settings().await?.template;
    let name_max = engine.library.shelf().name_max();
    let metadata = &claimed.metadata;
    let stem = if part.is_empty() { metadata.stem.as_deref() } else { Some(part) };
    let mut parts = claimed.name_parts();
    let Some(stem) = stem else {
        return Ok(names::file_name(&template, &parts, claimed.variant.extension(), name_max));
    };
    if let Some(parent) = metadata.parent_id.as_deref() {
        parts.id = parent;
        parts.title = metadata.parent_title.as_deref().unwrap_or(parts.title);
    }
    let folder = names::stems_folder(&template, &parts, name_max);
    Ok(format!("{folder}/{}", names::stem_file_name(stem)))
}

/// RFC 3339 to seconds since 1970.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    let format = &time::format_description::well_known::Rfc3339;
    Some(time::OffsetDateTime::parse(text, format).ok()?.unix_timestamp())
}
