//! From raw bytes on the disk to a sealed part: check, tags, time, hash, fsync (I2).

use super::engine::Engine;
use library::{Claimed, Held, LibraryError, Output, Sealed, Shelf};
use media::{Container, Cover, Facts, MediaError, TagChanges, Tags};
use protocol::{ErrorBody, ErrorCode, RemoteItem};
use std::path::{Path, PathBuf};
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

/// What is written into a part file before it is sealed.
pub(super) enum Writing {
    /// Nothing: it stays byte for byte what it is.
    Nothing,
    /// All tags that are ours.
    Tags(Container, Box<Tags>),
    /// Single fields, in whatever the name ends in.
    Changes(String, TagChanges),
}

/// A part file that was found good, on its way to being sealed.
pub(super) struct Draft {
    /// What it will be; its hash is not known yet.
    pub output: Output,
    /// What is written into it.
    pub writing: Writing,
    /// When its content was made, seconds since 1970.
    pub made_at: Option<i64>,
}

impl Draft {
    /// A part file that becomes `name`, without tags and without anything known of it.
    pub fn new(file: String, name: String, title: String) -> Self {
        let output = Output {
            part: String::new(),
            file,
            name,
            sealed: Sealed { sha256: String::new(), size: 0 },
            container: String::new(),
            codec: String::new(),
            duration_ms: None,
            title,
            has_picture: false,
            replaces: None,
            edit: None,
        };
        Self { output, writing: Writing::Nothing, made_at: None }
    }

    /// Notes what the file was found to be.
    pub fn found(&mut self, facts: &Facts) {
        self.output.container = facts.container.to_string();
        self.output.codec = facts.codec.clone();
        self.output.duration_ms = facts.duration_s.map(milliseconds);
    }

    /// It takes the place of a file that is there, and is what that is.
    pub fn holds(&mut self, held: &Held) {
        self.output.part.clone_from(&held.part);
        self.output.container.clone_from(&held.container);
        self.output.codec.clone_from(&held.codec);
        self.output.duration_ms = held.duration_ms;
        self.output.has_picture = held.has_picture;
        self.output.replaces = Some(held.path.clone());
    }

    /// Makes the part file a copy of the file that it replaces, with its time; gives its path.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn copy_of_replaced(&mut self, shelf: &Shelf) -> Result<PathBuf, ErrorBody> {
        let old = self.output.replaces.as_deref().unwrap_or_default();
        shelf.check_for(old)?;
        let (from, to) = (shelf.path(old)?, shelf.path(&self.output.file)?);
        let failed = |source| ErrorBody::from(LibraryError::Io { what: old.into(), source });
        let time = std::fs::metadata(&from).and_then(|found| found.modified()).map_err(failed)?;
        std::fs::copy(&from, &to).map_err(failed)?;
        let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        self.made_at = i64::try_from(since.as_secs()).ok();
        Ok(to)
    }

    /// Writes, sets the time, reads back and syncs (I2).
    ///
    /// # Errors
    /// When the file cannot be written to, or the disk refuses.
    pub fn finish(self, shelf: &Shelf) -> Result<Output, ErrorBody> {
        let mut output = self.output;
        let path = shelf.path(&output.file)?;
        let before = output.replaces.as_deref().and_then(|old| Sound::of(&path, old));
        let written = match &self.writing {
            Writing::Nothing => Ok(()),
            Writing::Tags(container, tags) => media::write_tags(&path, *container, tags),
            Writing::Changes(extension, changes) => media::edit_tags(&path, extension, changes),
        };
        match (written, &self.writing) {
            (Err(MediaError::CannotTag(why)), Writing::Tags(..)) => {
                tracing::warn!(name = output.name, why, "kept without tags");
            }
            (written, _) => written?,
        }
        if let Some(before) = before {
            before.check(&path)?;
        }
        if let Some(seconds) = self.made_at {
            shelf.set_time(&output.file, seconds)?;
        }
        output.sealed = shelf.seal(&output.file)?;
        Ok(output)
    }
}

/// What a good file was before tags were written into it.
struct Sound {
    container: Container,
    duration_s: Option<f64>,
}

impl Sound {
    /// `name` tells by its end what the file must be. One that is not known here, or not known to be good, is not
    /// judged.
    fn of(path: &Path, name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        let container = Container::of_extension(extension)?;
        let facts = media::inspect(path, container).ok()?;
        Some(Self { container, duration_s: facts.duration_s })
    }

    /// It is as whole and as long as before.
    fn check(&self, path: &Path) -> Result<(), ErrorBody> {
        let now = media::inspect(path, self.container)?.duration_s;
        if now == self.duration_s {
            return Ok(());
        }
        let detail = "its sound is another after the tags were written";
        Err(ErrorBody::new(ErrorCode::Damaged).with("detail", detail))
    }
}

pub(super) fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Does what reads and writes whole files, a few at a time.
///
/// # Errors
/// Those of `work`.
pub(super) async fn at_the_disk<T: Send + 'static>(
    engine: &Engine,
    work: impl FnOnce(&Arc<Shelf>) -> Result<T, ErrorBody> + Send + 'static,
) -> Result<T, ErrorBody> {
    let internal = |error: &dyn std::error::Error| {
        ErrorBody::new(ErrorCode::Internal).with("detail", error.to_string())
    };
    let shelf = engine.library.shelf();
    let _place = engine.sealing.acquire().await.map_err(|closed| internal(&closed))?;
    tokio::task::spawn_blocking(move || work(&shelf)).await.map_err(|lost| internal(&lost))?
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
    let name = final_name(engine, claimed, &raw.part, claimed.variant.extension()).await?;
    let claimed = claimed.clone();
    at_the_disk(engine, move |shelf| {
        let facts = media::inspect(&shelf.path(&raw.file)?, raw.container)?;
        check_duration(&facts, &claimed)?;
        let mut draft = Draft::new(raw.file, name, claimed.title);
        draft.found(&facts);
        draft.output.part = raw.part;
        draft.writing = Writing::Tags(raw.container, Box::new(tags));
        draft.made_at = claimed.metadata.created_at.as_deref().and_then(unix_seconds);
        draft.finish(shelf)
    })
    .await
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

/// What goes into the file's tags: what the person says, else what the site says.
pub(super) fn tags_of(claimed: &Claimed, part: &str, cover: Option<Cover>) -> Tags {
    let mut said = claimed.edited(part);
    if !part.is_empty() {
        said.metadata.stem = Some(part.to_owned());
    }
    let item = RemoteItem {
        source: said.source,
        source_id: said.source_id,
        title: said.title,
        metadata: said.metadata,
        assets: Vec::new(),
        raw: serde_json::Value::Null,
    };
    media::tags_for(&item, cover)
}

/// The name in the library, by the template in force.
pub(super) async fn final_name(
    engine: &Engine,
    claimed: &Claimed,
    part: &str,
    extension: &str,
) -> Result<String, ErrorBody> {
    let template = engine.library.settings().await?.template;
    Ok(claimed.file_name(&template, part, extension, engine.library.shelf().name_max()))
}

/// RFC 3339 to seconds since 1970.
pub(super) fn unix_seconds(text: &str) -> Option<i64> {
    let format = &time::format_description::well_known::Rfc3339;
    Some(time::OffsetDateTime::parse(text, format).ok()?.unix_timestamp())
}
