//! Songs of sites that the journal does not know, told by the tags that MediaFetcher wrote into them: the site's id,
//! and the address of its page, which names the site. Stems are told by the folder that they lie in.

use library::intake::Found;
use library::journal::KnownRecord;
use library::{Lane, Library, LibraryError, Output};
use media::{Container, Tags};
use protocol::method::NewJob;
use protocol::{Account, Asset, Fetch, Listing, Metadata, RemoteItem, Source, Variant};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Songs whose rows are written together.
const BATCH: usize = 50;

/// A song, or its stems, as found.
type Key = (Source, String, Variant);

/// A file of ours.
struct Ours {
    key: Key,
    part: String,
    name: String,
    tags: Tags,
    container: Container,
}

/// Makes rows of files that are recognised; gives how many those are, and how many are nobody's.
///
/// # Errors
/// Database and disk failures.
pub(super) async fn adopt(library: &Library) -> Result<(u64, u64), LibraryError> {
    let mut songs: BTreeMap<Key, Vec<Ours>> = BTreeMap::new();
    let mut unknown = 0;
    // What lies highest first: a copy that the person made elsewhere is their own file.
    let mut files = library.unclaimed().await?;
    files.sort_by_key(|found| found.folders.len());
    for found in files {
        let Some(ours) = recognise(&found) else {
            unknown += 1;
            continue;
        };
        let song = songs.entry(ours.key.clone()).or_default();
        match song.iter().any(|other| other.part == ours.part) {
            true => unknown += 1,
            false => song.push(ours),
        }
    }
    let mut adopted = 0;
    let songs: Vec<(Key, Vec<Ours>)> = songs.into_iter().collect();
    for source in Source::SITES {
        let of_site: Vec<_> = songs.iter().filter(|((site, ..), _)| site == source).collect();
        for some in of_site.chunks(BATCH) {
            adopted += adopt_some(library, *source, some).await?;
        }
    }
    Ok((adopted, unknown))
}

fn recognise(found: &Found) -> Option<Ours> {
    let extension = found.path.extension()?.to_str()?;
    let container = Container::of_extension(extension)?;
    let tags = media::read_tags(&found.path, container).ok()?;
    let id = tags.site_id.clone()?;
    let url = tags.source_url.clone()?;
    let source = *Source::SITES.iter().find(|site| url.starts_with(site.origin()))?;
    let in_stems = found.folders.last().is_some_and(|folder| folder.ends_with(".stems"));
    let (variant, part) = match (in_stems, container) {
        (true, _) => (Variant::Stems, found.path.file_stem()?.to_str()?.to_owned()),
        (_, Container::Mp3) => (Variant::Mp3, String::new()),
        (_, Container::Wav) => (Variant::Wav, String::new()),
        (_, Container::Mp4) => (Variant::M4a, String::new()),
    };
    Some(Ours { key: (source, id, variant), part, name: found.shown(), tags, container })
}

async fn adopt_some(
    library: &Library,
    source: Source,
    songs: &[&(Key, Vec<Ours>)],
) -> Result<u64, LibraryError> {
    let account = Account { id: String::new(), name: String::new() };
    let key = format!("rebuilt-by-tags/{source}");
    let new =
        NewJob { key, source, account, formats: Variant::OF_SONGS.to_vec(), daemon_lists: false };
    let (job, _) = library.start_job(&new, &new.formats).await?;
    let mut items = Vec::with_capacity(songs.len());
    for (key, files) in songs {
        let Some(first) = files.first() else { continue };
        let known = library.known_record(source, &key.1).await?;
        let known = known.unwrap_or_else(|| from_tags(library, first));
        items.push(RemoteItem {
            source,
            source_id: key.1.clone(),
            title: known.title,
            metadata: known.metadata,
            assets: vec![Asset { variant: key.2, fetch: Fetch::Here }],
            raw: known.raw,
        });
    }
    library.add_items(job, &new.formats, &items).await?;
    let mut adopted = 0;
    for claimed in
        library.claim(Lane::Files, u32::try_from(items.len()).unwrap_or(u32::MAX)).await?
    {
        let key = (claimed.source, claimed.source_id.clone(), claimed.variant);
        let Some((_, files)) = songs.iter().find(|(of, _)| *of == key) else { continue };
        let mut outputs = Vec::with_capacity(files.len());
        for file in files {
            outputs.push(output(library, file, &claimed.title)?);
        }
        adopted += outputs.len() as u64;
        library.commit(&claimed, outputs).await?;
    }
    let listing = Listing { pages: 1, seen: adopted, unique: adopted, complete: true };
    library.set_listing(job, Some(listing), None, true).await?;
    Ok(adopted)
}

/// The file as it lies there, taken for one that takes its own place.
fn output(library: &Library, ours: &Ours, title: &str) -> Result<Output, LibraryError> {
    let shelf = library.shelf();
    let facts = media::inspect(&shelf.path(&ours.name)?, ours.container).ok();
    Ok(Output {
        part: ours.part.clone(),
        file: ours.name.clone(),
        name: ours.name.clone(),
        sealed: shelf.seal(&ours.name)?,
        container: ours.container.to_string(),
        codec: facts.as_ref().map(|facts| facts.codec.clone()).unwrap_or_default(),
        duration_ms: facts.and_then(|facts| facts.duration_s).map(|s| (s * 1000.0).round() as i64),
        title: title.to_owned(),
        has_picture: false,
        replaces: Some(ours.name.clone()),
    })
}

/// What the tags tell of a song, and the site's record that lies beside it.
fn from_tags(library: &Library, ours: &Ours) -> KnownRecord {
    let tags = &ours.tags;
    let title = tags.title.clone().unwrap_or_default();
    let stem = format!(" ({})", ours.part);
    let title = match ours.part.as_str() {
        "" => title,
        _ => title.strip_suffix(&stem).unwrap_or(&title).to_owned(),
    };
    let line = |name: &str| {
        let comment = tags.comment.as_deref().unwrap_or_default();
        let mut lines =
            comment.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        lines.next().map(str::to_owned)
    };
    // ID3 leaves the zone out, which is UTC.
    let utc = |date: &String| match date.contains('T') && !date.ends_with('Z') {
        true => format!("{date}Z"),
        false => date.clone(),
    };
    let metadata = Metadata {
        artist: tags.artist.clone(),
        album: tags.album.clone(),
        created_at: tags.date.as_ref().map(utc),
        lyrics: tags.lyrics.clone(),
        prompt: line("Prompt"),
        model: line("Model"),
        seed: line("Seed"),
        page_url: tags.source_url.clone(),
        ..Metadata::default()
    };
    let base = match ours.name.split_once(".stems/") {
        Some((song, _)) => song,
        None => ours.name.rsplit_once('.').map_or(ours.name.as_str(), |(stem, _)| stem),
    };
    let beside = library.shelf().path(&format!("{base}.json")).ok();
    let text = beside.and_then(|path| std::fs::read_to_string(path).ok());
    let raw: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    KnownRecord { title, metadata, raw: raw.unwrap_or_else(|| json!({})) }
}
