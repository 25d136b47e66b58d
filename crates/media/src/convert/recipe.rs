//! How a file is made from another: which streams are taken and what happens to each, as arguments of ffmpeg.

use super::additions::Additions;
use super::form::Form;
use super::plan::Wishes;
use std::num::NonZeroU16;

/// How hard libx264 works: slower makes smaller files of the same look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// For very weak machines.
    Ultrafast,
    /// For weak machines.
    Superfast,
    /// About three times as fast as `Medium`.
    Veryfast,
    /// About twice as fast as `Medium`.
    Faster,
    /// A little faster than `Medium`.
    Fast,
    /// What x264 takes by itself.
    #[default]
    Medium,
    /// About half as fast as `Medium`.
    Slow,
    /// About a quarter as fast as `Medium`.
    Slower,
    /// For those who have days.
    Veryslow,
}

impl Preset {
    /// Every preset, from the fastest.
    pub const ALL: &[Preset] = &[
        Preset::Ultrafast,
        Preset::Superfast,
        Preset::Veryfast,
        Preset::Faster,
        Preset::Fast,
        Preset::Medium,
        Preset::Slow,
        Preset::Slower,
        Preset::Veryslow,
    ];

    /// x264's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Preset::Ultrafast => "ultrafast",
            Preset::Superfast => "superfast",
            Preset::Veryfast => "veryfast",
            Preset::Faster => "faster",
            Preset::Fast => "fast",
            Preset::Medium => "medium",
            Preset::Slow => "slow",
            Preset::Slower => "slower",
            Preset::Veryslow => "veryslow",
        }
    }

    /// The preset of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|preset| preset.as_str() == name)
    }
}

/// What happens to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Taken as it is.
    Copy,
    /// Encoded as H.264.
    H264 {
        /// A row or column is cut off: yuv420p has none that is half.
        is_odd: bool,
    },
    /// Encoded as AAC.
    Aac {
        /// Channels of the source.
        channels: u32,
    },
    /// Encoded as MP3.
    Mp3,
    /// Encoded as Opus.
    Opus,
    /// Encoded as FLAC.
    Flac,
    /// Made the text track of MP4.
    MovText,
    /// Taken as it is, as the picture that belongs to the file.
    Cover,
}

impl Step {
    /// Nothing is lost or has to be computed.
    pub fn is_lossless(self) -> bool {
        matches!(self, Step::Copy | Step::MovText | Step::Cover)
    }
}

/// A stream of the source that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Track {
    /// Its index in the source.
    pub index: u32,
    /// What happens to it.
    pub step: Step,
}

/// How a file is made from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// What it becomes.
    pub form: Form,
    /// The streams that are taken, in their new order.
    pub tracks: Vec<Track>,
    pub(super) crf: u8,
    pub(super) preset: Preset,
    pub(super) threads: Option<NonZeroU16>,
    /// The source keeps the tags of the whole file with its stream.
    pub(super) tags_are_with_stream: bool,
}

impl Recipe {
    pub(super) fn new(form: Form, tracks: Vec<Track>, wishes: &Wishes) -> Self {
        Self {
            form,
            tracks,
            // 0 is lossless, which is a profile that browsers do not play; x264 ends at 51.
            crf: wishes.crf.clamp(1, 51),
            preset: wishes.preset,
            threads: wishes.threads,
            tags_are_with_stream: false,
        }
    }

    /// The arguments before `-i`.
    pub(super) fn input_arguments(&self) -> Vec<String> {
        // AVI has no times of its own, and MP4 cannot do without.
        let mut arguments = words("-fflags +genpts");
        arguments.extend(self.thread_arguments());
        arguments
    }

    /// The arguments between the sources and the output's name. `has_chapters`: the source has some of its own.
    pub(super) fn output_arguments(&self, added: &Additions, has_chapters: bool) -> Vec<String> {
        let mut arguments = Vec::new();
        for (place, track) in self.tracks.iter().enumerate() {
            arguments.extend(words(&format!("-map 0:{}", track.index)));
            arguments.extend(self.track_arguments(place, track.step));
        }
        let with_texts = self.form.takes_texts();
        if with_texts {
            arguments.extend(added.track_arguments(self.tracks.len()));
        }
        arguments.extend(added.sheet_arguments(with_texts, has_chapters));
        if self.tags_are_with_stream {
            arguments.extend(words("-map_metadata 0:s:0"));
        }
        arguments.extend(self.thread_arguments());
        if self.form.has_index() {
            arguments.extend(words("-movflags +faststart"));
        }
        arguments.extend(words(&format!("-f {}", self.form.muxer())));
        arguments
    }

    fn thread_arguments(&self) -> Vec<String> {
        self.threads.map(|threads| words(&format!("-threads {threads}"))).unwrap_or_default()
    }

    fn track_arguments(&self, n: usize, step: Step) -> Vec<String> {
        match step {
            Step::Copy => words(&format!("-c:{n} copy")),
            Step::H264 { is_odd } => {
                let (crf, preset) = (self.crf, self.preset.as_str());
                let mut arguments = words(&format!(
                    "-c:{n} libx264 -crf:{n} {crf} -preset:{n} {preset} -profile:{n} high -pix_fmt:{n} yuv420p"
                ));
                if is_odd {
                    arguments
                        .extend(words(&format!("-filter:{n} crop=iw-mod(iw\\,2):ih-mod(ih\\,2)")));
                }
                arguments
            }
            // The layouts that players know; others are mixed to the nearest of them.
            Step::Aac { channels } => words(&format!(
                "-c:{n} aac -b:{n} {}k -filter:{n} aformat=channel_layouts=mono|stereo|5.1",
                96 * channels.clamp(1, 6)
            )),
            Step::Mp3 => words(&format!("-c:{n} libmp3lame -q:{n} 2")),
            Step::Opus => words(&format!(
                "-c:{n} libopus -b:{n} 128k -filter:{n} aformat=channel_layouts=mono|stereo"
            )),
            Step::Flac => words(&format!("-c:{n} flac")),
            Step::MovText => words(&format!("-c:{n} mov_text")),
            Step::Cover => words(&format!("-c:{n} copy -disposition:{n} attached_pic")),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(form: Form, steps: &[Step]) -> Recipe {
        let tracks = steps.iter().zip([3, 1, 2]).map(|(&step, index)| Track { index, step });
        Recipe::new(form, tracks.collect(), &Wishes::default())
    }

    #[test]
    fn a_video_is_encoded_as_browsers_play_it() {
        let steps = [Step::H264 { is_odd: true }, Step::Aac { channels: 2 }];
        assert_eq!(
            recipe(Form::Mp4, &steps).output_arguments(&Additions::default(), true).join(" "),
            "-map 0:3 -c:0 libx264 -crf:0 20 -preset:0 medium -profile:0 high -pix_fmt:0 yuv420p \
             -filter:0 crop=iw-mod(iw\\,2):ih-mod(ih\\,2) -map 0:1 -c:1 aac -b:1 192k \
             -filter:1 aformat=channel_layouts=mono|stereo|5.1 -map_metadata 0 -map_chapters 0 \
             -movflags +faststart -f mp4"
        );
    }

    #[test]
    fn threads_bound_decoder_and_encoder_and_lossless_is_not_asked_for() {
        let wishes = Wishes { threads: NonZeroU16::new(2), crf: 0, ..Wishes::default() };
        let track = Track { index: 0, step: Step::H264 { is_odd: false } };
        let recipe = Recipe::new(Form::Mp4, vec![track], &wishes);
        assert!(recipe.input_arguments().join(" ").contains("-threads 2"));
        let output = recipe.output_arguments(&Additions::default(), true).join(" ");
        assert!(output.contains("-threads 2") && output.contains("-crf:0 1 "), "{output}");
    }

    #[test]
    fn only_what_has_an_index_moves_it() {
        let arguments = recipe(Form::Mp3, &[Step::Mp3, Step::Cover])
            .output_arguments(&Additions::default(), true)
            .join(" ");
        assert!(arguments.ends_with("-map_chapters 0 -f mp3"), "{arguments}");
        assert!(arguments.contains("-c:1 copy -disposition:1 attached_pic"));
    }

    #[test]
    fn a_preset_is_found_by_its_name() {
        for preset in Preset::ALL {
            assert_eq!(Preset::named(preset.as_str()), Some(*preset));
        }
        assert_eq!(Preset::named("placebo -exec"), None);
    }
}
