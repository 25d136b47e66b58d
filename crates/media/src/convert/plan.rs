//! What has to be done to a file so that it can be played everywhere. Decides only; touches nothing.

use super::form::{AudioFormat, Form};
use super::probe::{Probed, Stream, StreamKind};
use super::recipe::{Preset, Recipe, Step, Track};
use std::num::NonZeroU16;

/// Pictures that stand still; a text that looks like a picture to ffmpeg (`tty`) is one of them.
const STILL: &[&str] = &["image2", "tty", "ico"];
/// Containers that only name other files, which would be read in their place.
const NAMES_OTHERS: &[&str] = &["hls", "dash", "concat", "imf", "sdp", "rtsp", "ffmetadata"];
/// What `<audio>` plays in a wav.
const WAV_CODECS: &[&str] = &["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"];
/// Sound without loss, which it should not suffer here.
const LOSSLESS: &[&str] = &["alac", "wavpack", "ape", "tta", "truehd", "mlp"];
/// Subtitles that are text; those that are pictures have no place in MP4.
const TEXTS: &[&str] = &["subrip", "ass", "ssa", "webvtt", "text"];
const COVERS: &[&str] = &["mjpeg", "png"];

/// What is wanted of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Want {
    /// All of it: picture and sound, or the sound of what has no picture.
    #[default]
    Video,
    /// The sound alone.
    Audio(AudioFormat),
}

/// How the person wants files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// What is wanted of it.
    pub want: Want,
    /// x264's constant rate factor, 1 (best) to 51; outside it is drawn in.
    pub crf: u8,
    /// How hard x264 works.
    pub preset: Preset,
    /// The most threads; `None` leaves it to ffmpeg.
    pub threads: Option<NonZeroU16>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { want: Want::default(), crf: 20, preset: Preset::default(), threads: None }
    }
}

/// What has to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: it stays byte for byte, and this is what it is.
    Keep(Form),
    /// Packed anew, without loss.
    Remux(Recipe),
    /// Encoded, as far as needed.
    Convert(Recipe),
    /// It cannot be made playable.
    Refuse(Refusal),
}

/// Why a file cannot be made playable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No streams.
    #[error("the file is empty")]
    NoStreams,
    /// Neither sound nor a moving picture.
    #[error("there is nothing to play in the file")]
    NothingToPlay,
    /// Only sound is wanted and there is none.
    #[error("the video has no sound")]
    NoAudio,
    /// A playlist, which would have other files read in its place.
    #[error("the file only names other files")]
    NamesOthers,
    /// ffmpeg does not know how to decode it.
    #[error("the format of picture or sound is not known to ffmpeg")]
    UnknownCodec,
}

/// Decides what has to be done to the file with these contents.
pub fn plan(probed: &Probed, wishes: &Wishes) -> Plan {
    decide(probed, wishes).unwrap_or_else(Plan::Refuse)
}

fn decide(probed: &Probed, wishes: &Wishes) -> Result<Plan, Refusal> {
    if probed.streams.is_empty() {
        return Err(Refusal::NoStreams);
    }
    if NAMES_OTHERS.iter().any(|name| probed.is_in(name)) {
        return Err(Refusal::NamesOthers);
    }
    let picture = picture(probed);
    let sounds = sounds(probed)?;
    match (wishes.want, picture, sounds.first()) {
        (_, None, None) => Err(Refusal::NothingToPlay),
        (Want::Audio(_), Some(_), None) => Err(Refusal::NoAudio),
        (Want::Audio(format), _, Some(sound)) => {
            Ok(audio(probed, wishes, sound, picture.is_none(), Some(format)))
        }
        (Want::Video, None, Some(sound)) => Ok(audio(probed, wishes, sound, true, None)),
        (Want::Video, Some(picture), _) => video(probed, wishes, picture, &sounds),
    }
}

/// The first picture that moves.
fn picture(probed: &Probed) -> Option<&Stream> {
    let is_still =
        STILL.iter().any(|name| probed.is_in(name)) || probed.container.ends_with("_pipe");
    of_kind(probed, StreamKind::Video).find(|stream| !stream.attached_pic && !is_still)
}

fn sounds(probed: &Probed) -> Result<Vec<&Stream>, Refusal> {
    let all = || of_kind(probed, StreamKind::Audio);
    let known: Vec<_> = all().filter(|stream| stream.codec.is_some()).collect();
    if known.is_empty() && all().next().is_some() {
        return Err(Refusal::UnknownCodec);
    }
    Ok(known)
}

fn of_kind(probed: &Probed, kind: StreamKind) -> impl Iterator<Item = &Stream> {
    probed.streams.iter().filter(move |stream| stream.kind == kind)
}

fn has_codec(stream: &Stream, names: &[&str]) -> bool {
    stream.codec.as_deref().is_some_and(|codec| names.contains(&codec))
}

/// MP4, and not the QuickTime that it came from.
fn is_mp4(probed: &Probed) -> bool {
    let brand = probed.tags.get("major_brand").map(|brand| brand.trim());
    probed.is_in("mp4") && brand.is_some_and(|brand| brand != "qt")
}

fn video(
    probed: &Probed,
    wishes: &Wishes,
    picture: &Stream,
    sounds: &[&Stream],
) -> Result<Plan, Refusal> {
    let (Some(width), Some(height)) = (picture.width, picture.height) else {
        return Err(Refusal::UnknownCodec);
    };
    if picture.codec.is_none() {
        return Err(Refusal::UnknownCodec);
    }
    // What is cut to even numbers has to leave something.
    if width < 2 || height < 2 {
        return Err(Refusal::NothingToPlay);
    }
    let pixels = picture.pix_fmt.as_deref();
    let is_right = has_codec(picture, &["h264"]) && matches!(pixels, Some("yuv420p" | "yuvj420p"));
    let is_odd = width % 2 == 1 || height % 2 == 1;
    let step = if is_right { Step::Copy } else { Step::H264 { is_odd } };
    let mut tracks = vec![Track { index: picture.index, step }];
    tracks.extend(sounds.iter().map(|sound| {
        let step = if has_codec(sound, &["aac", "mp3"]) { Step::Copy } else { to_aac(sound) };
        Track { index: sound.index, step }
    }));
    if is_mp4(probed) && tracks.iter().all(|track| track.step == Step::Copy) {
        return Ok(Plan::Keep(Form::Mp4));
    }
    tracks.extend(of_kind(probed, StreamKind::Subtitle).filter_map(text_track));
    Ok(made(probed, wishes, Form::Mp4, tracks))
}

fn text_track(stream: &Stream) -> Option<Track> {
    let step = match stream.codec.as_deref()? {
        "mov_text" => Step::Copy,
        codec if TEXTS.contains(&codec) => Step::MovText,
        _ => return None,
    };
    Some(Track { index: stream.index, step })
}

fn to_aac(sound: &Stream) -> Step {
    Step::Aac { channels: sound.channels.unwrap_or(2) }
}

/// `is_alone`: the file has no moving picture. `wanted`: what it must become; else whatever plays.
fn audio(
    probed: &Probed,
    wishes: &Wishes,
    sound: &Stream,
    is_alone: bool,
    wanted: Option<AudioFormat>,
) -> Plan {
    let kept = kept_audio(probed, sound).filter(|_| is_alone);
    if let Some(form) = kept.filter(|form| wanted.is_none_or(|wanted| wanted.form() == *form)) {
        return Plan::Keep(form);
    }
    let (form, step) = match wanted {
        Some(format) => (
            format.form(),
            if has_codec(sound, &[format.codec()]) { Step::Copy } else { encode(format, sound) },
        ),
        None => playable_audio(sound),
    };
    made(probed, wishes, form, vec![Track { index: sound.index, step }])
}

fn encode(format: AudioFormat, sound: &Stream) -> Step {
    match format {
        AudioFormat::M4a => to_aac(sound),
        AudioFormat::Mp3 => Step::Mp3,
        AudioFormat::Opus => Step::Opus,
    }
}

/// The form of a file that plays as it is, with this as its sound.
fn kept_audio(probed: &Probed, sound: &Stream) -> Option<Form> {
    let codec = sound.codec.as_deref()?;
    match codec {
        "aac" | "mp3" if is_mp4(probed) => Some(Form::M4a),
        "mp3" if probed.is_in("mp3") => Some(Form::Mp3),
        "flac" if probed.is_in("flac") => Some(Form::Flac),
        "opus" if probed.is_in("ogg") => Some(Form::Opus),
        _ if WAV_CODECS.contains(&codec) && probed.is_in("wav") => Some(Form::Wav),
        _ => None,
    }
}

/// What sound becomes that plays in no container, or not in this one.
fn playable_audio(sound: &Stream) -> (Form, Step) {
    match sound.codec.as_deref().unwrap_or_default() {
        "aac" => (Form::M4a, Step::Copy),
        "mp3" => (Form::Mp3, Step::Copy),
        "opus" => (Form::Opus, Step::Copy),
        "flac" => (Form::Flac, Step::Copy),
        codec if LOSSLESS.contains(&codec) || codec.starts_with("pcm_") => (Form::Flac, Step::Flac),
        _ => (Form::M4a, to_aac(sound)),
    }
}

/// With the cover, where there is one and the form has a place for it.
fn made(probed: &Probed, wishes: &Wishes, form: Form, mut tracks: Vec<Track>) -> Plan {
    let cover = of_kind(probed, StreamKind::Video)
        .find(|stream| stream.attached_pic && has_codec(stream, COVERS));
    if let Some(cover) = cover.filter(|_| form.takes_cover()) {
        tracks.push(Track { index: cover.index, step: Step::Cover });
    }
    let mut recipe = Recipe::new(form, tracks, wishes);
    recipe.tags_are_with_stream = probed.is_in("ogg");
    if recipe.tracks.iter().all(|track| track.step.is_lossless()) {
        Plan::Remux(recipe)
    } else {
        Plan::Convert(recipe)
    }
}

#[cfg(test)]
mod tests;
