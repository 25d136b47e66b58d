//! What is shown of an entry in a list, and the words it is found by.

use super::formats::short;
use super::line::EntryRecord;
use super::money::priced;
use library::discogs::{Entry, Shown};
use protocol::discogs::{DiscogsList, EntryView};
use providers::discogs::{Listing, Release, clean, credit};

/// Characters of one text, and values of one kind: far above what records have, so that one that somebody made huge does
/// not make a page of its list huge.
const LONGEST: usize = 500;
const MOST: usize = 50;
/// Bytes that an entry is found by, or a little more.
const MOST_WORDS: usize = 50_000;

/// What is shown of an entry, from the site's record of it. Of one that cannot be read, that it is there.
pub fn shown(list: DiscogsList, entry: &Entry) -> Shown {
    match EntryRecord::parse(list, &entry.record) {
        Ok(record) => record.shown(entry),
        Err(_) => Shown { view: plain(entry), ..Shown::default() },
    }
}

impl EntryRecord {
    /// What is shown of it.
    pub fn shown(&self, entry: &Entry) -> Shown {
        match self {
            EntryRecord::Copy(copy) => {
                let notes: Vec<&str> = copy.notes.iter().map(|note| note.value.as_str()).collect();
                released(entry, copy.basic_information.as_ref(), copy.rating, &notes)
            }
            EntryRecord::Want(want) => {
                released(entry, want.basic_information.as_ref(), want.rating, &[&want.notes])
            }
            EntryRecord::Listing(listing) => listed(entry, listing),
        }
    }
}

/// What every entry has.
fn plain(entry: &Entry) -> EntryView {
    EntryView {
        entry: entry.entry,
        release: entry.release,
        folder: entry.folder,
        added_at: entry.added_at,
        ..EntryView::default()
    }
}

fn released(
    entry: &Entry,
    release: Option<&Release>,
    rating: Option<i64>,
    notes: &[&str],
) -> Shown {
    let Some(release) = release else {
        return Shown {
            view: plain(entry),
            words: words(notes.iter().copied()),
            ..Shown::default()
        };
    };
    let first = release.labels.first();
    let artists = credit(&release.artists);
    let names = release.artists.iter().map(|artist| artist.name.as_str());
    let labels = release.labels.iter().flat_map(|label| [label.name.as_str(), &label.catno]);
    let found_by = [artists.as_str(), &release.title].into_iter().chain(names).chain(labels);
    Shown {
        words: words(found_by.chain(notes.iter().copied())),
        labels: values(release.labels.iter().map(|label| clean(&label.name))),
        formats: values(release.formats.iter().map(|format| format.name.as_str())),
        view: EntryView {
            artists: cut(&artists),
            title: cut(&release.title),
            label: first.map(|label| cut(clean(&label.name))).unwrap_or_default(),
            catalog_number: first.map(|label| cut(&label.catno)).unwrap_or_default(),
            format: cut(&short(&release.formats)),
            year: year(release.year),
            genres: values(release.genres.iter().map(String::as_str)),
            styles: values(release.styles.iter().map(String::as_str)),
            rating: rating.and_then(|stars| u8::try_from(stars).ok()).unwrap_or_default().min(5),
            thumb: address(&release.thumb),
            ..plain(entry)
        },
    }
}

/// Of something that is sold the site says everything in one text each.
fn listed(entry: &Entry, listing: &Listing) -> Shown {
    let release = listing.release.clone().unwrap_or_default();
    let texts = [
        &release.artist,
        &release.title,
        &release.label,
        &release.catalog_number,
        &listing.comments,
        &listing.location,
        &listing.external_id,
    ];
    Shown {
        words: words(texts.into_iter().map(String::as_str)),
        labels: values([release.label.as_str()].into_iter()),
        formats: Vec::new(),
        view: EntryView {
            artists: cut(&release.artist),
            title: cut(&release.title),
            label: cut(&release.label),
            catalog_number: cut(&release.catalog_number),
            format: cut(&release.format),
            year: year(release.year),
            thumb: address(&release.thumbnail),
            price: priced(&listing.asked()),
            status: cut(&listing.status),
            ..plain(entry)
        },
    }
}

fn words<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut all = String::new();
    for text in texts.filter(|text| !text.is_empty()) {
        all.extend(text.chars().take(MOST_WORDS.saturating_sub(all.len())));
        all.push('\n');
    }
    all
}

/// Values, each once, in their order.
fn values<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()).map(cut) {
        if !all.contains(&text) && all.len() < MOST {
            all.push(text);
        }
    }
    all
}

/// A year that is known and can be one.
fn year(year: Option<i64>) -> Option<i32> {
    year.filter(|year| (1..=9999).contains(year)).and_then(|year| i32::try_from(year).ok())
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// Half an address is none.
pub(super) fn address(text: &str) -> String {
    if text.len() <= 4 * LONGEST { text.to_owned() } else { String::new() }
}
