//! Compares the library folder with what the simulator knows that the site has.

use crate::stage::ACCOUNT;
use crate::{media_facts, payload};
use anyhow::{Context, Result, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use protocol::{Balance, Variant};
use simulator::{Availability, Control, Format, Service};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many files ffmpeg looks at side by side.
const SIDE_BY_SIDE: usize = 2;

/// A file that the site has, refuses or lacks.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The song's id.
    pub song: String,
    /// The song's title.
    pub title: String,
    /// Which of its files.
    pub format: Format,
    /// Whether the site gives it.
    pub availability: Availability,
}

/// Everything that asking for `variants` should bring or account for.
pub fn wanted(control: &Control, service: Service, variants: &[Variant]) -> Vec<Wanted> {
    let mut all = Vec::new();
    for song in control.songs(service, ACCOUNT) {
        for file in song.files {
            let Ok(format) = file.format.parse() else { continue };
            if variants.contains(&variant_of(format)) {
                let (song, title) = (song.id.clone(), song.title.clone());
                all.push(Wanted { song, title, format, availability: file.availability });
            }
        }
    }
    all
}

/// The balance of a first download of `wanted`. The stems of a song are one entry on producer.ai, where they come in
/// one answer, and one each on flowmusic.app.
pub fn first_balance(service: Service, wanted: &[Wanted]) -> Balance {
    let mut bundles = BTreeSet::new();
    let mut balance = Balance::default();
    for file in wanted {
        let is_stem = matches!(file.format, Format::Stem(_));
        if is_stem && service == Service::Producer && !bundles.insert(&file.song) {
            continue;
        }
        balance.listed += 1;
        match file.availability {
            Availability::Present => balance.done += 1,
            Availability::Absent => balance.absent += 1,
            Availability::Withheld => balance.withheld += 1,
        }
    }
    balance
}

/// The balance of a second download, when nothing has changed.
pub fn second_balance(service: Service, wanted: &[Wanted]) -> Balance {
    let first = first_balance(service, wanted);
    Balance { already: first.done, done: 0, ..first }
}

/// Checks every file of the library folder:
///
/// * each present file is there once, with exactly the site's sound (I3),
/// * nothing absent or withheld is there, no part is left behind, and there is nothing else but the companions.
///
/// # Errors
/// The first thing that is not so.
pub fn check_files(folder: &Path, control: &Control, wanted: &[Wanted]) -> Result<usize> {
    let mut unexplained = files_below(folder)?;
    unexplained.retain(|file| !is_companion(file));
    let mut found = Vec::new();
    for file in wanted {
        let place = Place::of(file);
        let matching: Vec<_> =
            unexplained.iter().filter(|path| place.fits(path)).cloned().collect();
        match (file.availability, &matching[..]) {
            (Availability::Present, [one]) => {
                unexplained.remove(one);
                found.push((file, folder.join(one)));
            }
            (Availability::Present, other) => {
                bail!("{} {}: found {other:?}", file.song, file.format)
            }
            (_, []) => {}
            (_, other) => {
                bail!("{} {} is not to be had, but found {other:?}", file.song, file.format)
            }
        }
    }
    ensure!(unexplained.is_empty(), "nobody asked for {unexplained:?}");
    for (file, path) in &found {
        same_sound(control, file, path).with_context(|| path.display().to_string())?;
    }
    Ok(found.len())
}

/// [`check_files`] and [`check_decodes`].
///
/// # Errors
/// As those.
pub async fn check_library(folder: &Path, control: &Control, wanted: &[Wanted]) -> Result<usize> {
    check_files(folder, control, wanted)?;
    check_decodes(folder).await
}

/// Checks that ffmpeg decodes every file without complaint, and gives how many there are.
///
/// # Errors
/// What it complains about.
pub async fn check_decodes(folder: &Path) -> Result<usize> {
    let files = files_below(folder)?.into_iter().filter(|file| !is_companion(file));
    let decoded = stream::iter(files.map(|file| folder.join(file)))
        .map(|path| async move { media_facts::sound_md5(&path).await })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(decoded.len())
}

/// Checks whatever has its final name by now, at any moment of a download, and gives the ids of those songs. The sound
/// of those in `known` was compared before.
///
/// # Errors
/// A file whose sound is not the site's.
pub fn check_present(
    folder: &Path,
    control: &Control,
    wanted: &[Wanted],
    known: &BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    let files = files_below(folder)?;
    let mut there = BTreeSet::new();
    for file in wanted {
        let place = Place::of(file);
        let Some(path) = files.iter().find(|path| place.fits(path)) else { continue };
        if !known.contains(&file.song) {
            same_sound(control, file, &folder.join(path))
                .with_context(|| path.display().to_string())?;
        }
        there.insert(file.song.clone());
    }
    Ok(there)
}

/// Checks with ffprobe that every `step`th file says what it is.
///
/// # Errors
/// The first that does not.
pub async fn check_tags(folder: &Path, wanted: &[Wanted], step: usize) -> Result<usize> {
    let files = files_below(folder)?;
    let present = wanted.iter().filter(|file| file.availability == Availability::Present);
    let mut checked = 0;
    for file in present.filter(|file| !matches!(file.format, Format::Stem(_))).step_by(step) {
        let place = Place::of(file);
        let path = files.iter().find(|path| place.fits(path)).context("checked before")?;
        let facts = media_facts::probe(&folder.join(path)).await?;
        let tag = |name: &str| facts.tags.get(name).map(String::as_str).unwrap_or_default();
        if !file.title.is_empty() {
            ensure!(tag("title") == file.title, "{path:?}: title {:?}", tag("title"));
        }
        ensure!(!tag("date").is_empty(), "{path:?} has no date: {:?}", facts.tags);
        let in_tags = facts.tags.values().any(|value| value.contains(&file.song));
        // ffprobe shows only the RIFF tags of a wav, which have no place for it; the ID3 chunk has.
        let in_id3 =
            || Ok::<_, std::io::Error>(has_bytes(&std::fs::read(folder.join(path))?, &file.song));
        let named = in_tags || (file.format == Format::Wav && in_id3()?);
        ensure!(named, "{path:?} does not name the site's id: {:?}", facts.tags);
        checked += 1;
    }
    Ok(checked)
}

/// The files below `folder`, relative to it, without what is hidden.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).with_context(|| next.display().to_string())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            } else {
                found.insert(entry.path().strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    Ok(found)
}

/// The size and time of every file, to prove that nothing was touched.
///
/// # Errors
/// When a file cannot be read.
pub fn fingerprint(folder: &Path) -> Result<BTreeMap<PathBuf, (u64, std::time::SystemTime)>> {
    let facts = files_below(folder)?.into_iter().map(|file| {
        let facts = std::fs::metadata(folder.join(&file))?;
        Ok((file, (facts.len(), facts.modified()?)))
    });
    facts.collect()
}

fn has_bytes(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn variant_of(format: Format) -> Variant {
    match format {
        Format::Mp3 => Variant::Mp3,
        Format::Wav => Variant::Wav,
        Format::M4a => Variant::M4a,
        Format::Stem(_) => Variant::Stems,
    }
}

/// What lies beside the media: the raw record, timed lyrics, subtitles, a picture.
pub fn is_companion(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    ["json", "lrc", "vtt", "srt", "jpg", "png"].contains(&&*extension)
}

/// How the path of a file ends, whatever the title was made into.
struct Place {
    folder_end: Option<String>,
    name_end: String,
}

impl Place {
    fn of(file: &Wanted) -> Self {
        match file.format {
            Format::Stem(stem) => Self {
                folder_end: Some(format!("_{}.stems", file.song)),
                name_end: format!("{}.m4a", stem.name()),
            },
            format => Self {
                folder_end: None,
                name_end: format!("_{}.{}", file.song, format.extension()),
            },
        }
    }

    fn fits(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy());
        match (&self.folder_end, folder) {
            (None, None) => name.ends_with(&self.name_end),
            (Some(end), Some(folder)) => name == self.name_end && folder.ends_with(end),
            _ => false,
        }
    }
}

fn same_sound(control: &Control, file: &Wanted, path: &Path) -> Result<()> {
    let truth = control.truth(&file.song, file.format).context("the simulator has no such file")?;
    let extension = file.format.extension();
    let here = payload::of(extension, &std::fs::read(path)?)?;
    let there = payload::of(extension, &truth.to_vec()).context("the simulator's own file")?;
    ensure!(here == there, "its sound is not the site's");
    Ok(())
}
