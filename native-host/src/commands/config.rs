//! `config get` and `config set`: the settings by name.

use super::arguments::ConfigCommand;
use super::{Failure, Outcome, open, say};
use crate::home::Home;
use protocol::method::{GetSettings, Nothing, SetSettings};
use protocol::{Settings, SettingsPatch, Variant};
use std::str::FromStr;

/// The name of a setting on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The library folder.
    Folder,
    /// What to bring of each song.
    Formats,
    /// How files are named.
    Template,
    /// Transfers at once.
    Parallel,
    /// Milliseconds between two calls to a site.
    PaceMs,
    /// Look for new songs while the browser runs.
    KeepUpToDate,
    /// Days that deleted files stay in the trash.
    TrashDays,
    /// As what pages are brought home.
    SendAs,
    /// Keep what was encoded, too.
    KeepOriginal,
    /// Effort of the video encoder.
    EncoderPreset,
    /// Processor threads of the encoder.
    EncoderThreads,
    /// Lines of the largest picture.
    MaxHeight,
    /// Pages in the local network may be sent.
    AllowLocal,
    /// MB of the largest file of unknown length.
    OpenEndedMb,
    /// Days that an answer of Discogs serves.
    DiscogsCacheDays,
}

const NUMBER: &str = "a number is expected";
const TRUE_OR_FALSE: &str = "true or false is expected";

impl Key {
    const ALL: [(&'static str, Key); 15] = [
        ("folder", Key::Folder),
        ("formats", Key::Formats),
        ("template", Key::Template),
        ("parallel", Key::Parallel),
        ("pace-ms", Key::PaceMs),
        ("keep-up-to-date", Key::KeepUpToDate),
        ("trash-days", Key::TrashDays),
        ("send-as", Key::SendAs),
        ("keep-original", Key::KeepOriginal),
        ("encoder-preset", Key::EncoderPreset),
        ("encoder-threads", Key::EncoderThreads),
        ("max-height", Key::MaxHeight),
        ("allow-local", Key::AllowLocal),
        ("open-ended-mb", Key::OpenEndedMb),
        ("discogs-cache-days", Key::DiscogsCacheDays),
    ];

    /// Every name, to be read.
    pub fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    fn of(self, settings: &Settings) -> String {
        match self {
            Key::Folder => settings.folder.clone(),
            Key::Formats => super::joined(&settings.formats),
            Key::Template => settings.template.clone(),
            Key::Parallel => settings.parallel.to_string(),
            Key::PaceMs => settings.pace_ms.to_string(),
            Key::KeepUpToDate => settings.keep_up_to_date.to_string(),
            Key::TrashDays => settings.trash_days.to_string(),
            Key::SendAs => settings.send_as.to_string(),
            Key::KeepOriginal => settings.keep_original.to_string(),
            Key::EncoderPreset => settings.encoder_preset.clone(),
            Key::EncoderThreads => settings.encoder_threads.to_string(),
            Key::MaxHeight => settings.max_height.to_string(),
            Key::AllowLocal => settings.allow_local.to_string(),
            Key::OpenEndedMb => settings.open_ended_mb.to_string(),
            Key::DiscogsCacheDays => settings.discogs_cache_days.to_string(),
        }
    }

    fn patch(self, value: &str) -> Result<SettingsPatch, Failure> {
        let mut patch = SettingsPatch::default();
        match self {
            Key::Folder => patch.folder = Some(super::absolute(value.as_ref())?),
            Key::Formats => patch.formats = Some(formats(value)?),
            Key::Template => patch.template = Some(value.to_owned()),
            Key::Parallel => patch.parallel = Some(parsed(value, NUMBER)?),
            Key::PaceMs => patch.pace_ms = Some(parsed(value, NUMBER)?),
            Key::KeepUpToDate => {
                patch.keep_up_to_date = Some(parsed(value, TRUE_OR_FALSE)?);
            }
            Key::TrashDays => patch.trash_days = Some(parsed(value, NUMBER)?),
            Key::SendAs => patch.send_as = Some(value.parse().map_err(Failure::Usage)?),
            Key::KeepOriginal => patch.keep_original = Some(parsed(value, TRUE_OR_FALSE)?),
            Key::EncoderPreset => patch.encoder_preset = Some(value.to_owned()),
            Key::EncoderThreads => patch.encoder_threads = Some(parsed(value, NUMBER)?),
            Key::MaxHeight => patch.max_height = Some(parsed(value, NUMBER)?),
            Key::AllowLocal => patch.allow_local = Some(parsed(value, TRUE_OR_FALSE)?),
            Key::OpenEndedMb => patch.open_ended_mb = Some(parsed(value, NUMBER)?),
            Key::DiscogsCacheDays => patch.discogs_cache_days = Some(parsed(value, NUMBER)?),
        }
        Ok(patch)
    }
}

impl FromStr for Key {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Key::ALL.iter().find(|(name, _)| *name == text);
        known.map(|&(_, key)| key).ok_or_else(|| format!("there is no setting {text:?}"))
    }
}

fn formats(value: &str) -> Result<Vec<Variant>, Failure> {
    value.split(',').map(|name| name.trim().parse().map_err(Failure::Usage)).collect()
}

fn parsed<T: FromStr>(value: &str, expected: &str) -> Result<T, Failure> {
    value.parse().map_err(|_| Failure::Usage(expected.to_owned()))
}

/// Runs `config`.
///
/// # Errors
/// For values that are refused, here or by the daemon.
pub async fn run(home: &Home, command: &ConfigCommand) -> Result<Outcome, Failure> {
    match command {
        ConfigCommand::Get { key } => {
            let settings = open(home).await?.call::<GetSettings>(Nothing {}).await?;
            match key {
                Some(key) => say(key.of(&settings)),
                None => {
                    for (name, key) in Key::ALL {
                        say(format_args!("{name} = {}", key.of(&settings)));
                    }
                }
            }
        }
        ConfigCommand::Set { key, value } => {
            let patch = key.patch(value)?;
            let settings = open(home).await?.call::<SetSettings>(patch).await?;
            say(key.of(&settings));
        }
    }
    Ok(Outcome::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_can_be_read_and_what_was_read_can_be_set() {
        let settings = Settings { folder: "/music".into(), ..Settings::default() };
        for (name, key) in Key::ALL {
            assert_eq!(name.parse(), Ok(key));
            let patch = key.patch(&key.of(&settings)).unwrap();
            assert_ne!(patch, SettingsPatch::default(), "{name}");
        }
    }

    #[test]
    fn values_of_the_wrong_kind_are_wrong_usage() {
        for (key, value) in
            [(Key::Formats, "mp3,ogg"), (Key::Parallel, "many"), (Key::KeepUpToDate, "1")]
        {
            assert!(matches!(key.patch(value), Err(Failure::Usage(_))));
        }
    }
}
