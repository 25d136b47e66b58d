//! The forms in which media is kept.

/// A container together with the codecs that browsers play in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Video: H.264 with AAC or MP3 in MP4.
    Mp4,
    /// AAC (or MP3) alone in MP4.
    M4a,
    /// MPEG audio layer 3.
    Mp3,
    /// Uncompressed audio.
    Wav,
    /// Lossless audio.
    Flac,
    /// Opus in Ogg.
    Opus,
}

impl Form {
    /// Every form.
    pub const ALL: &[Form] = &[Form::Mp4, Form::M4a, Form::Mp3, Form::Wav, Form::Flac, Form::Opus];

    /// What the file's name ends in, without the point.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Mp4 => "mp4",
            Form::M4a => "m4a",
            Form::Mp3 => "mp3",
            Form::Wav => "wav",
            Form::Flac => "flac",
            Form::Opus => "opus",
        }
    }

    /// ffmpeg's name for what writes it: the output's name does not tell.
    pub(super) fn muxer(self) -> &'static str {
        match self {
            // Other than `mp4`, it marks the file as audio.
            Form::M4a => "ipod",
            other => other.extension(),
        }
    }

    /// The index is moved to the front, so that players can begin before they have everything.
    pub(super) fn has_index(self) -> bool {
        matches!(self, Form::Mp4 | Form::M4a)
    }

    /// It has a place for subtitles.
    pub(super) fn takes_texts(self) -> bool {
        self == Form::Mp4
    }

    /// ffmpeg can write a picture into it.
    pub(super) fn takes_cover(self) -> bool {
        matches!(self, Form::Mp4 | Form::M4a | Form::Mp3 | Form::Flac)
    }
}

/// What audio that is wanted alone becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioFormat {
    /// AAC, about 96 kbit/s a channel.
    M4a,
    /// MP3 of variable bitrate, about 190 kbit/s.
    Mp3,
    /// Opus, 128 kbit/s.
    Opus,
}

impl AudioFormat {
    /// The form that it has on disk.
    pub fn form(self) -> Form {
        match self {
            AudioFormat::M4a => Form::M4a,
            AudioFormat::Mp3 => Form::Mp3,
            AudioFormat::Opus => Form::Opus,
        }
    }

    /// ffmpeg's name for its codec.
    pub(super) fn codec(self) -> &'static str {
        match self {
            AudioFormat::M4a => "aac",
            AudioFormat::Mp3 => "mp3",
            AudioFormat::Opus => "opus",
        }
    }
}
