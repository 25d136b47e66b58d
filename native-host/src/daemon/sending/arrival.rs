//! What came from a page, and its way into the library: what was said of it, tags, names, rows.

use super::page::Work;
use super::playable::Made;
use crate::daemon::seal::{self, Draft, Writing};
use library::{Claimed, Extra, ExtraKind, Finished, ORIGINAL, Output, names, site_title};
use media::ytdlp::{Fetched, Info, Subtitle};
use media::{Container, Cover, Program};
use protocol::{ErrorBody, Metadata, RemoteItem};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// All texts of a film together, in bytes.
const MOST_TEXT: u64 = 16 << 20;
/// A larger picture is not one to stand for something, in bytes.
const MOST_PICTURE: u64 = 16 << 20;
/// So many languages of one thing are kept.
const MOST_LANGUAGES: usize = 100;

/// How the work on a page ended.
pub(super) enum Outcome {
    /// One thing came.
    Arrived(Box<Arrival>),
    /// Several are wanted in its place.
    Replaced,
}

/// What came.
pub(super) struct Arrival {
    /// The media, outside the library; `None` when it is the item's part file.
    pub file: Option<PathBuf>,
    /// What its name ended in where it came from.
    extension: String,
    /// What is said of it.
    pub said: RemoteItem,
    /// Files with subtitles.
    subtitles: Vec<Subtitle>,
    /// The file of its picture.
    pub picture: Option<PathBuf>,
}

impl Arrival {
    /// A file that was at the address itself.
    pub fn of_file(claimed: &Claimed, name: &str) -> Self {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let title = if claimed.title.is_empty() { stem.to_owned() } else { claimed.title.clone() };
        let extension = extension.to_owned();
        let raw = json!({ "sent": claimed.source_id, "file": name, "title": claimed.title });
        let said = said(claimed, title, claimed.metadata.clone(), raw);
        Self { file: None, extension, said, subtitles: Vec::new(), picture: None }
    }

    /// What yt-dlp fetched. `is_alone`: its page holds nothing else.
    pub fn of_page(claimed: &Claimed, fetched: Fetched, is_alone: bool, is_sound: bool) -> Self {
        let Fetched { file, info, subtitles, thumbnail } = fetched;
        let title = title(&info, is_alone).unwrap_or_else(|| claimed.title.clone());
        let metadata = metadata(claimed, &info);
        let raw = Value::Object(info.raw);
        // Sound alone has no place to show them.
        let subtitles = if is_sound { Vec::new() } else { subtitles };
        let said = said(claimed, title, metadata, raw);
        let extension = file.extension().and_then(|extension| extension.to_str());
        let extension = extension.unwrap_or_default().to_owned();
        Self { file: Some(file), extension, said, subtitles, picture: thumbnail }
    }

    fn extras(&self, picture: Option<&Cover>) -> Vec<Extra> {
        let mut room = MOST_TEXT;
        let text = |subtitle: &Subtitle| {
            let length = subtitle.file.metadata().ok()?.len();
            room = room.checked_sub(length)?;
            let bytes = std::fs::read(&subtitle.file).ok()?;
            let extension = subtitle.file.extension()?.to_str()?.to_ascii_lowercase();
            let language = subtitle.language.clone();
            Some(Extra { kind: ExtraKind::Subtitle, language, extension, bytes })
        };
        let texts = self.subtitles.iter().take(MOST_LANGUAGES).filter_map(text);
        let picture = picture.map(|cover| Extra {
            kind: ExtraKind::Picture,
            language: String::new(),
            extension: if cover.mime() == "image/png" { "png" } else { "jpg" }.into(),
            bytes: cover.data().to_vec(),
        });
        texts.chain(picture).collect()
    }
}

fn said(claimed: &Claimed, title: String, metadata: Metadata, raw: Value) -> RemoteItem {
    RemoteItem {
        source: claimed.source,
        source_id: claimed.source_id.clone(),
        title,
        metadata,
        assets: Vec::new(),
        raw,
    }
}

/// What the page calls it. Where yt-dlp knows no more than a page's own title it numbers what is on the page, also
/// what is there alone.
fn title(info: &Info, is_alone: bool) -> Option<String> {
    let title = info.title.as_deref()?.trim();
    let is_plain_page = matches!(info.extractor.as_deref(), Some("Generic" | "HTML5MediaEmbed"));
    let unnumbered = title.strip_suffix(" (1)").filter(|_| is_alone && is_plain_page);
    let title = unnumbered.unwrap_or(title);
    (!title.is_empty()).then(|| title.to_owned())
}

fn metadata(claimed: &Claimed, info: &Info) -> Metadata {
    let text = |key: &str| info.raw.get(key).and_then(Value::as_str).map(str::to_owned);
    let known = claimed.metadata.clone();
    Metadata {
        artist: text("artist").or_else(|| info.uploader.clone()).or(known.artist),
        album: text("album").or(known.album),
        playlist: known.playlist,
        created_at: info.upload_date.as_deref().and_then(rfc3339).or(known.created_at),
        duration_s: info.duration_s.or(known.duration_s),
        short_id: info.id.clone().filter(|id| is_short(id)).or(known.short_id),
        page_url: info.page.clone().or(known.page_url),
        description: info.description.clone(),
        ..Metadata::default()
    }
}

/// An id that is a name, not an address or a sentence.
fn is_short(id: &str) -> bool {
    (1..=40).contains(&id.len())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// `YYYYMMDD`, as yt-dlp has it.
fn rfc3339(day: &str) -> Option<String> {
    let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
    is_day.then(|| format!("{}-{}-{}T00:00:00Z", &day[..4], &day[4..6], &day[6..]))
}

/// The picture as what tags can carry; made so by ffmpeg where it is something else, and done without where that fails.
pub(super) async fn jpeg(work: &Work<'_>, picture: Option<PathBuf>) -> Option<PathBuf> {
    let picture = picture?;
    if cover(&picture).is_some() {
        return Some(picture);
    }
    let ffmpeg = work.engine.program(Program::Ffmpeg).await.ok()?;
    let made = picture.with_extension("made.jpg");
    match media::convert::picture(&ffmpeg, &picture, &made, work.cancel).await {
        Ok(()) => Some(made),
        Err(error) => {
            tracing::info!(%error, "a picture is done without");
            None
        }
    }
}

/// Stores what was said, tags what was made by us, seals, and takes it into the library.
pub(super) async fn commit(
    work: &Work<'_>,
    arrival: Arrival,
    made: Made,
) -> Result<Vec<Finished>, ErrorBody> {
    let (engine, claimed) = (work.engine, work.claimed);
    let cover = arrival.picture.as_deref().and_then(cover);
    engine.library.describe(claimed, &arrival.said, &arrival.extras(cover.as_ref())).await?;
    let described = Claimed {
        title: arrival.said.title.clone(),
        metadata: arrival.said.metadata.clone(),
        ..claimed.clone()
    };
    let mut outputs = Vec::new();
    if let Some(original) = &made.original {
        outputs.push(original_output(work, &described, original, &arrival.extension).await?);
    }
    outputs.insert(0, output(work, &described, &made, cover).await?);
    let finished = engine.commit(claimed, outputs).await?;
    // What was encoded or packed anew is not needed any more.
    if made.part != claimed.kept.part
        && let Err(error) = engine.library.shelf().remove(&claimed.kept.part)
    {
        tracing::warn!(%error, "what a file was made from stays until the next start");
    }
    Ok(finished)
}

fn cover(picture: &Path) -> Option<Cover> {
    let length = picture.metadata().ok()?.len();
    if length > MOST_PICTURE {
        return None;
    }
    Cover::new(std::fs::read(picture).ok()?)
}

async fn output(
    work: &Work<'_>,
    described: &Claimed,
    made: &Made,
    cover: Option<Cover>,
) -> Result<Output, ErrorBody> {
    let extension = made.form.extension();
    let name = seal::final_name(work.engine, described, "", extension).await?;
    let mut draft = Draft::new(made.part.clone(), name, described.title.clone());
    draft.output.container = extension.to_owned();
    draft.output.codec = made.codec();
    draft.output.duration_ms = made.probed.duration_s.map(seal::milliseconds);
    draft.output.has_picture = made.has_picture();
    // What came byte for byte stays so.
    if let Some(container) = Container::of_extension(extension).filter(|_| !made.is_untouched) {
        draft.writing = Writing::Tags(container, Box::new(seal::tags_of(described, "", cover)));
    }
    draft.made_at = described.metadata.created_at.as_deref().and_then(seal::unix_seconds);
    seal::at_the_disk(work.engine, move |shelf| draft.finish(shelf)).await
}

/// What was encoded, beside the result: `Title_id.original.webm`.
async fn original_output(
    work: &Work<'_>,
    described: &Claimed,
    original: &Path,
    extension: &str,
) -> Result<Output, ErrorBody> {
    let shelf = work.engine.library.shelf();
    let extension = extension.to_ascii_lowercase();
    let known = names::EXTENSIONS.iter().find(|known| **known == extension);
    let extension = known.copied().unwrap_or(names::UNKNOWN_EXTENSION);
    // The item's own part has its place already; what comes from elsewhere takes it.
    let part = work.claimed.kept.part.clone();
    if original != shelf.path(&part)? {
        shelf.adopt(original, &part)?;
    }
    let name = seal::final_name(work.engine, described, ORIGINAL, extension).await?;
    let mut draft = Draft::new(part, name, site_title(ORIGINAL, &described.title));
    draft.output.part = ORIGINAL.to_owned();
    draft.output.container = extension.to_owned();
    seal::at_the_disk(work.engine, move |shelf| draft.finish(shelf)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_becomes_a_time_and_nonsense_none() {
        assert_eq!(rfc3339("20260203").as_deref(), Some("2026-02-03T00:00:00Z"));
        assert_eq!(rfc3339("2026"), None);
        assert_eq!(rfc3339("2026020é"), None);
    }

    #[test]
    fn a_thing_alone_on_its_page_is_not_numbered() {
        let info = |extractor: &str| Info {
            title: Some("Tide (1)".into()),
            extractor: Some(extractor.into()),
            ..Info::default()
        };
        assert_eq!(title(&info("Generic"), true).as_deref(), Some("Tide"));
        assert_eq!(title(&info("Generic"), false).as_deref(), Some("Tide (1)"));
        assert_eq!(title(&info("Vimeo"), true).as_deref(), Some("Tide (1)"));
        assert_eq!(title(&Info::default(), true), None);
    }

    #[test]
    fn only_an_id_that_is_a_name_becomes_part_of_one() {
        assert!(is_short("dQw4w9WgXcQ"));
        assert!(
            !is_short("https://videos.example.com/watch") && !is_short("") && !is_short("../x")
        );
    }
}
