//! Making what arrived playable: looked at, kept as it is where that plays, else packed anew or encoded.

use super::arrival::Arrival;
use super::by_ytdlp::disk_full;
use super::page::Work;
use super::tools::PATIENCE;
use library::names::PART_SUFFIX;
use media::Program;
use media::convert::{
    self, Additions, ConvertError, Form, Plan, Preset, Probed, Recipe, StreamKind, Wishes,
};
use protocol::send::Stage;
use protocol::{ErrorBody, ErrorCode};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

/// A part file that plays.
pub(super) struct Made {
    /// Its name in the library folder.
    pub part: String,
    /// What it is.
    pub form: Form,
    /// What is in it.
    pub probed: Probed,
    /// It is byte for byte what came.
    pub is_untouched: bool,
    /// What had to be encoded, as it came, where that is to be kept.
    pub original: Option<PathBuf>,
}

/// Makes what arrived a part file that plays.
///
/// # Errors
/// When it is damaged, holds nothing to play, or a program fails.
pub(super) async fn make(work: &Work<'_>, arrival: &mut Arrival) -> Result<Made, ErrorBody> {
    let ffprobe = work.engine.program(Program::Ffprobe).await?;
    let shelf = work.engine.library.shelf();
    let source = match &arrival.file {
        Some(file) => file.clone(),
        None => shelf.path(&work.claimed.kept.part)?,
    };
    let probed =
        convert::probe(&ffprobe, &source, work.cancel).await.map_err(|error| body(work, error))?;
    arrival.sort_texts(probed.duration_s).await?;
    let (recipe, encodes) = match convert::plan(&probed, &wishes(work)) {
        Plan::Keep(form) => return keep(work, arrival, form, probed),
        Plan::Remux(recipe) => (recipe, false),
        Plan::Convert(recipe) => (recipe, true),
        Plan::Refuse(refusal) => {
            return Err(ErrorBody::new(ErrorCode::Damaged).with("detail", refusal));
        }
    };
    let part = part_name(&work.claimed.kept.part);
    let additions = arrival.additions(work.claimed)?;
    let files = Files { source: &source, additions: &additions, part: &part };
    let made = run(work, files, &probed, &recipe).await;
    if made.is_err() {
        // A stray is quarantined at the next start.
        let _ = shelf.remove(&part);
    }
    let original = (encodes && work.settings.keep_original).then_some(source);
    Ok(Made { part, form: recipe.form, probed: made?, is_untouched: false, original })
}

fn keep(work: &Work<'_>, arrival: &Arrival, form: Form, probed: Probed) -> Result<Made, ErrorBody> {
    let part = work.claimed.kept.part.clone();
    if let Some(file) = &arrival.file {
        work.engine.library.shelf().adopt(file, &part)?;
    }
    Ok(Made { part, form, probed, is_untouched: true, original: None })
}

/// What goes into a run of ffmpeg, and the part file that comes out.
struct Files<'a> {
    source: &'a Path,
    additions: &'a Additions,
    part: &'a str,
}

async fn run(
    work: &Work<'_>,
    files: Files<'_>,
    probed: &Probed,
    recipe: &Recipe,
) -> Result<Probed, ErrorBody> {
    let (ffmpeg, ffprobe) =
        (work.engine.program(Program::Ffmpeg).await?, work.engine.program(Program::Ffprobe).await?);
    let output = work.engine.library.shelf().path(files.part)?;
    let stage = |fraction, speed| Stage::Converting { fraction, speed };
    work.engine.meter.stage(work.claimed, stage(Some(0.0), None));
    // One at a time: a small machine stays usable.
    let place = work.cancel.run_until_cancelled(work.engine.encoding.acquire()).await;
    let Some(Ok(_place)) = place else { return Err(ErrorBody::new(ErrorCode::Withdrawn)) };
    let job = convert::Job {
        ffmpeg: &ffmpeg,
        ffprobe: &ffprobe,
        source: files.source,
        probed,
        recipe,
        additions: files.additions,
        output: &output,
        patience: PATIENCE,
    };
    let mut progress = |now: convert::Progress| {
        work.engine.meter.stage(work.claimed, stage(now.fraction, now.speed));
    };
    convert::run(&job, work.cancel, &mut progress).await.map_err(|error| body(work, error))
}

fn wishes(work: &Work<'_>) -> Wishes {
    let settings = &work.settings;
    Wishes {
        want: work.want(),
        preset: Preset::named(&settings.encoder_preset).unwrap_or_default(),
        threads: u16::try_from(settings.encoder_threads).ok().and_then(NonZeroU16::new),
        ..Wishes::default()
    }
}

fn body(work: &Work<'_>, error: ConvertError) -> ErrorBody {
    match error {
        ConvertError::DiskFull => disk_full(work.engine.library.shelf().root()),
        other => other.into(),
    }
}

/// Beside the item's own part, so that a start finds strays (I5).
pub(super) fn part_name(base: &str) -> String {
    format!("{}-1{PART_SUFFIX}", base.strip_suffix(PART_SUFFIX).unwrap_or(base))
}

impl Made {
    /// There is a moving picture.
    pub fn has_picture(&self) -> bool {
        self.form == Form::Mp4
    }

    /// The codec that says most of it: of the picture, or of the sound.
    pub fn codec(&self) -> String {
        let wanted = if self.has_picture() { StreamKind::Video } else { StreamKind::Audio };
        let stream = self.probed.streams.iter().find(|stream| stream.kind == wanted);
        stream.and_then(|stream| stream.codec.clone()).unwrap_or_default()
    }
}
