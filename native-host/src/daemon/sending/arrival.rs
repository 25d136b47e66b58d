//! What came from a page, and its way into the library: what was said of it, tags, names, rows.

use super::page::Work;
use super::playable::Made;
use super::texts::{self, Text};
use crate::daemon::seal::{self, Draft, Writing};
use library::{
    Claimed, Extra, ExtraKind, Finished, LibraryError, ORIGINAL, Output, names, site_title,
};
use media::convert::{self, Additions, Chapter, Sheet};
use media::ytdlp::{Fetched, Info, Language, Subtitle};
use media::{Container, Cover, Program};
use protocol::{ErrorBody, ErrorCode, Metadata, RemoteItem};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A larger picture is not one to stand for something, in bytes.
const MOST_PICTURE: u64 = 16 << 20;

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
    /// The languages in which its page has subtitles, and what came of them.
    told: Vec<Language>,
    subtitles: Vec<Subtitle>,
    /// Those of them that are good, once they were looked through.
    texts: Vec<Text>,
    /// Its chapters.
    chapters: Vec<Chapter>,
    /// The file of its picture.
    pub picture: Option<PathBuf>,
    /// Its page has a picture.
    has_picture: bool,
}

impl Arrival {
    /// A file that was at the address itself.
    pub fn of_file(claimed: &Claimed, name: &str) -> Self {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let title = if claimed.title.is_empty() { stem.to_owned() } else { claimed.title.clone() };
        let extension = extension.to_owned();
        let raw = json!({ "sent": claimed.source_id, "file": name, "title": claimed.title });
        let said = said(claimed, title, claimed.metadata.clone(), raw);
        Self {
            file: None,
            extension,
            said,
            told: Vec::new(),
            subtitles: Vec::new(),
            texts: Vec::new(),
            chapters: Vec::new(),
            picture: None,
            has_picture: false,
        }
    }

    /// What yt-dlp fetched. `is_alone`: its page holds nothing else.
    pub fn of_page(claimed: &Claimed, fetched: Fetched, is_alone: bool, is_sound: bool) -> Self {
        let Fetched { file, info, subtitles, thumbnail } = fetched;
        let title = title(&info, is_alone).unwrap_or_else(|| claimed.title.clone());
        let metadata = metadata(claimed, &info);
        let raw = Value::Object(info.raw);
        let mut said = said(claimed, title, metadata, raw);
        let unusable = info.told_chapters.saturating_sub(info.chapters.len());
        if unusable > 0 {
            let told = ErrorBody::new(ErrorCode::ChaptersUnusable).with("count", unusable);
            said.metadata.left_out.push(told);
        }
        let extension = file.extension().and_then(|extension| extension.to_str());
        let extension = extension.unwrap_or_default().to_owned();
        Self {
            file: Some(file),
            extension,
            said,
            // Sound alone has no place to show them.
            told: if is_sound { Vec::new() } else { info.texts },
            subtitles,
            texts: Vec::new(),
            chapters: info.chapters,
            picture: thumbnail,
            has_picture: info.has_picture,
        }
    }

    /// Looks through the subtitles, now that the length of the media is known.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn sort_texts(&mut self, duration_s: Option<f64>) -> Result<(), ErrorBody> {
        let Some(folder) = self.file.as_deref().and_then(Path::parent).map(Path::to_owned) else {
            return Ok(());
        };
        let (told, came) = (std::mem::take(&mut self.told), std::mem::take(&mut self.subtitles));
        let sorting = tokio::task::spawn_blocking(move || {
            texts::sort(&told, &came, &folder, duration_s).map_err(|error| refused(&folder, error))
        });
        let lost = |lost| ErrorBody::new(ErrorCode::Internal).with("detail", lost);
        let sorted = sorting.await.map_err(lost)??;
        self.texts = sorted.kept;
        self.said.metadata.left_out.extend(sorted.left_out);
        Ok(())
    }

    /// What a file that is made of this gets, beyond what it has.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn additions(&self, claimed: &Claimed) -> Result<Additions, ErrorBody> {
        let Some(folder) = self.file.as_deref().and_then(Path::parent) else {
            return Ok(Additions::default());
        };
        let text = |text: &Text| convert::Text {
            file: text.subrip.clone(),
            language: text.language.clone(),
            title: text.title.clone(),
        };
        let tags = seal::tags_of(&self.described(claimed), "", None);
        let day = tags.date.map(|date| date.chars().take(10).collect());
        let told = [
            ("title", tags.title),
            ("artist", tags.artist),
            ("album", tags.album),
            ("date", day),
            ("description", self.said.metadata.description.clone()),
        ];
        let told: Vec<_> = told.into_iter().filter_map(|(key, text)| Some((key, text?))).collect();
        let sheet = Sheet::write(&folder.join("sheet.txt"), &told, &self.chapters);
        let sheet = sheet.map_err(|error| refused(folder, error))?;
        Ok(Additions { texts: self.texts.iter().map(text).collect(), sheet: Some(sheet) })
    }

    /// The item with what is said of it now.
    fn described(&self, claimed: &Claimed) -> Claimed {
        Claimed {
            title: self.said.title.clone(),
            metadata: self.said.metadata.clone(),
            ..claimed.clone()
        }
    }

    fn extras(&self, picture: Option<&Cover>) -> Vec<Extra> {
        let text = |text: &Text| {
            Some(Extra {
                kind: ExtraKind::Subtitle,
                language: text.language.clone(),
                extension: "vtt".into(),
                bytes: std::fs::read(&text.webvtt).ok()?,
            })
        };
        let texts = self.texts.iter().filter_map(text);
        let picture = picture.map(|cover| Extra {
            kind: ExtraKind::Picture,
            language: String::new(),
            extension: if cover.mime() == "image/png" { "png" } else { "jpg" }.into(),
            bytes: cover.data().to_vec(),
        });
        texts.chain(picture).collect()
    }
}

/// What the disk refused, in the library's words.
fn refused(folder: &Path, source: std::io::Error) -> ErrorBody {
    LibraryError::Io { what: folder.display().to_string(), source }.into()
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
    mut arrival: Arrival,
    made: Made,
) -> Result<Vec<Finished>, ErrorBody> {
    let (engine, claimed) = (work.engine, work.claimed);
    let cover = arrival.picture.as_deref().and_then(cover);
    if arrival.has_picture && cover.is_none() {
        let told = ErrorBody::new(ErrorCode::PictureUnusable);
        arrival.said.metadata.left_out.push(told);
    }
    engine.library.describe(claimed, &arrival.said, &arrival.extras(cover.as_ref())).await?;
    let described = arrival.described(claimed);
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
