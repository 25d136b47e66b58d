//! An entry with all that is known of it, as a page shows it.

use super::line::{Context, EntryRecord, Line};
use super::money::{CONDITIONS, priced};
use super::shown::address;
use protocol::discogs::{EntryView, Price, Record, RecordPrices, RecordTrack};
use providers::discogs::{
    Artist, Identifier, Listing, PriceSuggestions, Release, Track, clean, credit, partial_date,
};

/// Characters of one text, of what is written about a release, and lines of one kind: far above what records have, so that
/// one that somebody made huge is still a page.
const LONGEST: usize = 5_000;
const LONGEST_NOTES: usize = 100_000;
const MOST_LINES: usize = 5_000;

/// All that is known of an entry. `view` is what lists show of it.
pub fn record(line: &Line, context: &Context, view: EntryView) -> Record {
    let fields = fields(line, context);
    let page = line.page().unwrap_or_default();
    let view = EntryView { gone: line.gone, ..view };
    let record = Record { page, fields, prices: prices(line), view, ..Record::default() };
    match line.release() {
        Some(release) => of_release(release, record),
        None => record,
    }
}

fn of_release(release: &Release, record: Record) -> Record {
    let labels = release.labels.iter();
    // Its address expires; that of the details is the newer one.
    let thumb = Some(address(&release.thumb)).filter(|thumb| !thumb.is_empty());
    let thumb = thumb.unwrap_or(record.view.thumb);
    Record {
        view: EntryView { thumb, ..record.view },
        country: cut(&release.country, LONGEST),
        released: cut(partial_date(&release.released), LONGEST),
        image: address(image(release)),
        labels: lines(labels.map(|label| (clean(&label.name).to_owned(), label.catno.clone()))),
        tracks: tracks(&release.tracklist),
        identifiers: lines(release.identifiers.iter().map(identified)),
        credits: lines(credits(release).into_iter()),
        notes: cut(&release.notes, LONGEST_NOTES),
        ..record
    }
}

fn lines(all: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let short = |(what, text): (String, String)| (cut(&what, LONGEST), cut(&text, LONGEST));
    all.take(MOST_LINES).map(short).collect()
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

/// The site's choice, or the first.
fn image(release: &Release) -> &str {
    let primary = release.images.iter().find(|image| image.kind == "primary");
    let image = primary.or(release.images.first()).map(|image| &image.uri);
    image.filter(|uri| !uri.is_empty()).unwrap_or(&release.cover_image)
}

fn tracks(tracklist: &[Track]) -> Vec<RecordTrack> {
    let mut all = Vec::new();
    add(tracklist, &mut all);
    all
}

fn add(tracks: &[Track], all: &mut Vec<RecordTrack>) {
    for track in tracks {
        if all.len() == MOST_LINES {
            return;
        }
        all.push(RecordTrack {
            position: cut(&track.position, LONGEST),
            artists: cut(&credit(&track.artists), LONGEST),
            title: cut(&track.title, LONGEST),
            duration: cut(&track.duration, LONGEST),
            // An index names the parts below it.
            heading: matches!(track.kind.as_str(), "heading" | "index"),
        });
        add(&track.sub_tracks, all);
    }
}

/// Which kind of number, and what it reads.
pub(super) fn identified(one: &Identifier) -> (String, String) {
    let which =
        if one.description.is_empty() { String::new() } else { format!(" ({})", one.description) };
    (format!("{}{which}", one.kind), one.value.clone())
}

/// What somebody did, and the name as it is printed with the tracks: of the record, then of each track.
pub(super) fn credits(release: &Release) -> Vec<(String, String)> {
    let mut all: Vec<_> =
        release.extraartists.iter().map(|artist| credited(artist, &artist.tracks)).collect();
    add_credits(&release.tracklist, &mut all);
    all
}

fn add_credits(tracks: &[Track], all: &mut Vec<(String, String)>) {
    for track in tracks {
        let at = if track.position.is_empty() { &track.title } else { &track.position };
        all.extend(track.extraartists.iter().map(|artist| credited(artist, at)));
        add_credits(&track.sub_tracks, all);
    }
}

fn credited(artist: &Artist, tracks: &str) -> (String, String) {
    let name = if artist.anv.is_empty() { clean(&artist.name) } else { &artist.anv };
    let tracks = if tracks.is_empty() { String::new() } else { format!(" ({tracks})") };
    (artist.role.clone(), format!("{name}{tracks}"))
}

/// What the person wrote, under the names that the site has for it.
fn fields(line: &Line, context: &Context) -> Vec<(String, String)> {
    let fields: Vec<(String, String)> = match &line.entry {
        EntryRecord::Copy(_) => context
            .fields
            .iter()
            .map(|field| (field.name.clone(), line.note(field).to_owned()))
            .collect(),
        EntryRecord::Want(want) => vec![("Notes".to_owned(), want.notes.clone())],
        EntryRecord::Listing(listing) => for_sale(listing),
    };
    fields.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn for_sale(listing: &Listing) -> Vec<(String, String)> {
    let fields = [
        ("Media Condition", &listing.condition),
        ("Sleeve Condition", &listing.sleeve_condition),
        ("Comments", &listing.comments),
        ("Location", &listing.location),
        ("External ID", &listing.external_id),
    ];
    fields.map(|(name, text)| (name.to_owned(), text.clone())).to_vec()
}

fn prices(line: &Line) -> Option<RecordPrices> {
    let fetched_at = line.priced_at?;
    let stats = line.stats.clone().unwrap_or_default();
    Some(RecordPrices {
        lowest: stats.lowest_price.as_ref().and_then(priced),
        for_sale: stats.num_for_sale,
        suggestions: line.suggestions.as_ref().map(suggestions).unwrap_or_default(),
        fetched_at,
    })
}

fn suggestions(PriceSuggestions(prices): &PriceSuggestions) -> Vec<(String, Price)> {
    let of = |condition: &str| Some((condition.to_owned(), priced(prices.get(condition)?)?));
    CONDITIONS.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::shown;
    use library::discogs::Entry;
    use protocol::discogs::DiscogsList;

    fn line(list: DiscogsList, entry: &str, details: &str) -> Line {
        let details = (!details.is_empty()).then(|| serde_json::from_str(details).unwrap());
        Line {
            owned: vec![],
            entry: EntryRecord::parse(list, entry).unwrap(),
            details,
            stats: None,
            suggestions: None,
            priced_at: None,
            gone: false,
        }
    }

    #[test]
    fn parts_of_a_track_follow_it_and_headings_are_none() {
        let details = r#"{"tracklist": [
            {"type_": "heading", "title": "Side A"},
            {"type_": "index", "position": "A1", "title": "Suite", "sub_tracks":
                [{"type_": "track", "position": "A1.a", "title": "One", "artists": [{"name": "X (3)"}]}]}],
            "released": "1999-03-00", "images": [{"type": "secondary", "uri": "b"}, {"type": "primary", "uri": "a"}],
            "identifiers": [{"type": "Barcode", "value": "7", "description": "Text"}],
            "extraartists": [{"name": "Y (2)", "role": "Producer", "tracks": "A1"}]}"#;
        let line = line(DiscogsList::Wants, r#"{"id": 5, "notes": "soon"}"#, details);
        let record = record(&line, &Context::default(), EntryView::default());
        let tracks: Vec<_> = record
            .tracks
            .iter()
            .map(|track| (track.title.as_str(), track.artists.as_str(), track.heading))
            .collect();
        assert_eq!(tracks, [("Side A", "", true), ("Suite", "", true), ("One", "X", false)]);
        assert_eq!((record.released.as_str(), record.image.as_str()), ("1999-03", "a"));
        assert_eq!(record.identifiers, [("Barcode (Text)".to_owned(), "7".to_owned())]);
        assert_eq!(record.credits, [("Producer".to_owned(), "Y (A1)".to_owned())]);
        assert_eq!(record.fields, [("Notes".to_owned(), "soon".to_owned())]);
        assert_eq!(record.page, "https://www.discogs.com/release/5");
        assert_eq!(record.prices, None);
    }

    #[test]
    fn what_somebody_made_huge_stays_small_in_a_list() {
        let huge = "x".repeat(1_000_000);
        let json = serde_json::json!({
            "id": 5, "notes": huge, "basic_information": {
                "title": huge, "thumb": huge, "year": 99999, "genres": vec![huge.clone(); 100],
                "styles": (0..100).collect::<Vec<i32>>(),
            },
        });
        let entry =
            Entry { entry: 5, release: 5, folder: None, added_at: None, record: json.to_string() };
        let shown = shown(DiscogsList::Wants, &entry);
        assert_eq!((shown.view.title.len(), shown.view.thumb.as_str()), (500, ""));
        assert_eq!((shown.view.genres.len(), shown.view.styles.len()), (1, 50));
        assert_eq!(shown.view.year, None);
        assert!(shown.words.len() < 60_000);
        let broken = Entry { record: "[]".into(), ..entry };
        assert_eq!(super::super::shown(DiscogsList::Wants, &broken).view.entry, 5);
    }
}
