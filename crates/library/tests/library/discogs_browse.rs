//! Looking through lists of Discogs: found by words, filtered, sorted, counted; and what collections were worth.

use crate::support::Bench;
use library::LibraryError;
use library::discogs::{AnswerKind, Entry, Releases, Shown};
use protocol::discogs::*;
use std::collections::BTreeSet;

const LIST: DiscogsList = DiscogsList::Collection;
/// A moment that is surely to come, in seconds since 1970.
const AHEAD: i64 = 1 << 40;

/// A record in a few words.
#[derive(Clone, Copy)]
struct Copy {
    entry: i64,
    artists: &'static str,
    title: &'static str,
    label: &'static str,
    year: Option<i32>,
    genres: &'static [&'static str],
    folder: i64,
}

const COPIES: [Copy; 5] = [
    copy(1, "Bärlin", "Début", "Oneness", Some(1993), &["Electronic", "Pop"], 1),
    copy(2, "acid Twin", "Selected Walks", "Aplomb", Some(1992), &["Electronic"], 7),
    copy(3, "Cog", "Tango", "United Actors", Some(1971), &["Rock"], 7),
    copy(4, "Cog", "Fair Days", "United Actors", None, &["Rock"], 1),
    copy(5, "Émber Sims", "Émber Sims", "Bark", Some(2003), &["Pop"], 9),
];

const fn copy(
    entry: i64,
    artists: &'static str,
    title: &'static str,
    label: &'static str,
    year: Option<i32>,
    genres: &'static [&'static str],
    folder: i64,
) -> Copy {
    Copy { entry, artists, title, label, year, genres, folder }
}

impl Copy {
    fn entry(self) -> Entry {
        Entry {
            entry: self.entry,
            release: self.entry * 10,
            folder: Some(self.folder),
            // Later ones were added earlier, a month apart.
            added_at: Some(1_700_000_000 - self.entry * 31 * 24 * 60 * 60),
            record: "{}".into(),
        }
    }

    fn shown(self) -> Shown {
        let entry = self.entry();
        Shown {
            view: EntryView {
                entry: entry.entry,
                release: entry.release,
                artists: self.artists.into(),
                title: self.title.into(),
                label: self.label.into(),
                year: self.year,
                genres: self.genres.iter().map(|genre| (*genre).to_owned()).collect(),
                folder: entry.folder,
                added_at: entry.added_at,
                ..EntryView::default()
            },
            labels: vec![self.label.into(), "Murmur".into()],
            formats: vec!["Vinyl".into(), "Vinyl".into()],
            words: format!(
                "{} {} {} it's number-{}",
                self.artists, self.title, self.label, self.entry
            ),
        }
    }
}

async fn account(bench: &Bench) -> DiscogsAccountId {
    bench.library.put_discogs_account("digger", SignedBy::Token).await.unwrap().id
}

async fn read(bench: &Bench, account: DiscogsAccountId, copies: &[Copy]) {
    let library = &bench.library;
    let page: Vec<_> = copies.iter().map(|copy| (copy.entry(), copy.shown())).collect();
    let walk = library.begin_discogs_walk(account, LIST).await.unwrap();
    library.add_discogs_entries(account, LIST, walk, &page).await.unwrap();
    library.end_discogs_walk(account, LIST, walk, &ListProof::default(), None).await.unwrap();
}

fn query(account: DiscogsAccountId, filter: EntryFilter) -> EntryQuery {
    EntryQuery {
        account,
        list: LIST,
        filter,
        order: EntryOrder::Artist,
        descending: false,
        offset: 0,
        limit: 100,
    }
}

async fn found(bench: &Bench, query: &EntryQuery) -> Vec<i64> {
    let page = bench.library.browse_discogs(query).await.unwrap();
    let entries: Vec<i64> = page.entries.iter().map(|view| view.entry).collect();
    assert!(page.total >= entries.len() as u64);
    entries
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[tokio::test]
async fn words_find_what_they_begin_whatever_their_accents_and_are_no_syntax() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let by = async |text: &str| {
        let filter = EntryFilter { text: text.into(), ..EntryFilter::default() };
        found(&bench, &query(me, filter)).await
    };
    assert_eq!(by("barlin").await, [1]);
    assert_eq!(by("EMB sim").await, [5]);
    assert_eq!(by("united days").await, [4]);
    assert_eq!(by("number-3").await, [3]);
    assert_eq!(by("\"cog\" OR words:x*").await, [0; 0]);
    assert_eq!(by(" - ").await.len(), 5, "no word asks for nothing");
    assert_eq!(by(&"cog ".repeat(5_000)).await, [3, 4], "a page of text is no fault");

    // What was read again is found as it is now, and what is gone is not found.
    let renamed = Copy { title: "Landed", ..COPIES[3] };
    read(&bench, me, &[renamed]).await;
    assert_eq!((by("landed").await, by("united days").await), (vec![4], vec![]));
    assert_eq!(by("barlin").await, [0; 0]);
    bench.library.remove_discogs_account(me).await.unwrap();
    for table in ["discogs_shown", "discogs_tag"] {
        let mut connection = bench.connection().await;
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let left: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(bench.library.integrity().await.unwrap(), "ok");
}

#[tokio::test]
async fn a_page_is_what_matches_in_its_order() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let in_order = async |order, descending| {
        found(&bench, &EntryQuery { order, descending, ..query(me, EntryFilter::default()) }).await
    };
    assert_eq!(in_order(EntryOrder::Artist, false).await, [2, 1, 3, 4, 5]);
    assert_eq!(in_order(EntryOrder::Artist, true).await, [5, 4, 3, 1, 2]);
    assert_eq!(in_order(EntryOrder::Title, false).await, [1, 5, 4, 2, 3]);
    assert_eq!(in_order(EntryOrder::Label, false).await, [2, 5, 1, 3, 4]);
    assert_eq!(in_order(EntryOrder::Year, false).await, [4, 3, 2, 1, 5]);
    assert_eq!(in_order(EntryOrder::Added, false).await, [5, 4, 3, 2, 1]);

    let page = EntryQuery { offset: 1, limit: 2, ..query(me, EntryFilter::default()) };
    let page = bench.library.browse_discogs(&page).await.unwrap();
    assert_eq!((page.entries.len(), page.total), (2, 5));
    assert_eq!(page.entries[0], COPIES[0].shown().view);

    bench.library.keep_discogs_answer(AnswerKind::Release, 10, me, 0, None).await.unwrap();
    let page = bench.library.browse_discogs(&query(me, EntryFilter::default())).await.unwrap();
    let gone: Vec<i64> =
        page.entries.iter().filter(|view| view.gone).map(|view| view.entry).collect();
    assert_eq!(gone, [1]);
}

#[tokio::test]
async fn filters_of_several_fields_all_hold_and_a_field_takes_any_of_its_values() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let all = EntryFilter::default;
    let cases: [(EntryFilter, &[i64]); 9] = [
        (EntryFilter { genres: strings(&["Pop"]), ..all() }, &[1, 5]),
        (EntryFilter { genres: strings(&["Pop", "Rock"]), ..all() }, &[1, 3, 4, 5]),
        (EntryFilter { genres: strings(&["Pop"]), folders: vec![9, 7], ..all() }, &[5]),
        (EntryFilter { folders: vec![0, 7], ..all() }, &[2, 1, 3, 4, 5]),
        (EntryFilter { from_year: Some(1992), to_year: Some(1993), ..all() }, &[2, 1]),
        (EntryFilter { to_year: Some(1992), ..all() }, &[2, 3]),
        (EntryFilter { labels: strings(&["Murmur"]), text: "cog".into(), ..all() }, &[3, 4]),
        (EntryFilter { formats: strings(&["CD"]), ..all() }, &[]),
        (EntryFilter { styles: strings(&["Krautrock"]), ..all() }, &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(&bench, &query(me, filter.clone())).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_facet_counts_what_choosing_its_value_would_show() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let filter = EntryFilter { genres: strings(&["Rock"]), ..EntryFilter::default() };
    let facets = bench.library.discogs_facets(&query(me, filter)).await.unwrap();
    let counted = |value: &str, count| (value.to_owned(), count);
    assert_eq!(
        facets.genres,
        [counted("Electronic", 2), counted("Pop", 2), counted("Rock", 2)],
        "another can be chosen beside it"
    );
    assert_eq!(facets.folders, [(1, 1), (7, 1)]);
    assert_eq!(facets.labels, [counted("Murmur", 2), counted("United Actors", 2)]);
    assert_eq!(facets.formats, [counted("Vinyl", 2)], "twice in one record is once");
    assert_eq!(facets.years, [(1971, 1)]);
    assert_eq!(facets.styles, []);
}

#[tokio::test]
async fn countries_are_counted_and_chosen_as_far_as_the_site_was_asked() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let library = &bench.library;
    for release in [10, 20, 30, 99] {
        library
            .keep_discogs_answer(AnswerKind::Release, release, me, 0, Some(b"{}"))
            .await
            .unwrap();
    }
    assert_eq!(library.discogs_without_country(2).await.unwrap().len(), 2);
    let told = [(10, "UK"), (20, "Japan"), (30, ""), (99, "UK")];
    let told = told.map(|(release, country)| (release, country.to_owned()));
    library.note_discogs_countries(&told).await.unwrap();
    assert_eq!(library.discogs_without_country(2).await.unwrap(), []);

    let counted = |value: &str, count| (value.to_owned(), count);
    let facets = |filter| async { library.discogs_facets(&query(me, filter)).await.unwrap() };
    let all = facets(EntryFilter::default()).await;
    assert_eq!(all.countries, [counted("Japan", 1), counted("UK", 1)]);
    let japan = EntryFilter { countries: strings(&["Japan"]), ..EntryFilter::default() };
    assert_eq!(found(&bench, &query(me, japan.clone())).await, [2]);
    let beside = facets(japan.clone()).await;
    assert_eq!(beside.countries, [counted("Japan", 1), counted("UK", 1)]);
    assert_eq!(beside.genres, [counted("Electronic", 1)]);
    let both = EntryFilter {
        countries: strings(&["Japan", "UK"]),
        genres: strings(&["Pop"]),
        ..EntryFilter::default()
    };
    assert_eq!(found(&bench, &query(me, both)).await, [1]);

    // Whoever asks more about those of a country asks about those that may be from there, too.
    // Nothing that is kept is new enough.
    let asked = async |kind, filter| {
        let of = Releases { account: me, list: LIST, filter };
        let found = library.discogs_unanswered(kind, &of, &(AHEAD..=AHEAD), 10).await.unwrap();
        let covered = library.discogs_coverage(kind, &of, &(AHEAD..=AHEAD)).await;
        assert_eq!(covered.unwrap(), (found.len() as u64, found.len() as u64));
        found
    };
    let details = asked(AnswerKind::Release, japan.clone()).await;
    assert_eq!(BTreeSet::from_iter(details), BTreeSet::from([20, 40, 50]));
    assert_eq!(
        asked(AnswerKind::Stats, japan.clone()).await,
        [20],
        "what is not from there has no price"
    );
    let rock = EntryFilter { genres: strings(&["Rock"]), ..EntryFilter::default() };
    assert_eq!(asked(AnswerKind::Stats, rock).await, [40, 30], "in the order in which they came");
    library.purge_discogs_answers(i64::MAX).await.unwrap();
    assert_eq!(found(&bench, &query(me, japan)).await, [0; 0], "what is forgotten is not known");
}

#[tokio::test]
async fn entries_that_are_named_or_match_come_in_the_order_in_which_they_were_added() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let library = &bench.library;
    let matching = async |filter| library.discogs_matching(&query(me, filter)).await.unwrap();
    assert_eq!(matching(EntryFilter::default()).await, [5, 4, 3, 2, 1]);
    let rock = EntryFilter { genres: strings(&["Rock", "Pop"]), ..EntryFilter::default() };
    assert_eq!(matching(rock).await, [5, 4, 3, 1]);
    let named = EntryFilter { entries: vec![2, 77, 4, 2], ..EntryFilter::default() };
    assert_eq!(matching(named).await, [4, 2]);
    let entries = library.discogs_entries_of(me, LIST, &[1, 77, 5]).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.entry).collect::<Vec<_>>(), [5, 1]);
    assert_eq!(
        library.discogs_labels(me, LIST).await.unwrap(),
        strings(&["Aplomb", "Bark", "Murmur", "Oneness", "United Actors"])
    );
}

#[tokio::test]
async fn a_list_in_figures() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    for (at, median) in [(200, 975), (100, 950)] {
        let value = ValueAt { at, currency: "€".into(), median, ..ValueAt::default() };
        bench.library.keep_discogs_value(me, &value).await.unwrap();
    }
    let all = query(me, EntryFilter::default());
    let figures = bench.library.discogs_statistics(&all).await.unwrap();
    assert_eq!((figures.entries, figures.releases), (5, 5));
    assert_eq!(figures.decades, [(1970, 1), (1990, 2), (2000, 1)]);
    let months: Vec<(&str, u64)> =
        figures.added.iter().map(|(month, count)| (month.as_str(), *count)).collect();
    let expected = ["2023-06", "2023-07", "2023-08", "2023-09", "2023-10"];
    assert_eq!(months, expected.map(|month| (month, 1)));
    assert_eq!(figures.value.iter().map(|value| value.median).collect::<Vec<_>>(), [950, 975]);

    let rock = EntryFilter { genres: strings(&["Rock"]), ..EntryFilter::default() };
    let figures = bench.library.discogs_statistics(&query(me, rock)).await.unwrap();
    assert_eq!(figures.genres, [("Rock".to_owned(), 2)], "of what matches alone");
    let wants = EntryQuery { list: DiscogsList::Wants, ..all };
    let figures = bench.library.discogs_statistics(&wants).await.unwrap();
    assert_eq!(figures, ListStatistics::default(), "the value is the collection's");
}

#[tokio::test]
async fn entries_from_before_there_was_an_index_are_found_after_the_next_start() {
    let bench = Bench::new().await;
    let me = account(&bench).await;
    read(&bench, me, &COPIES).await;
    let mut connection = bench.connection().await;
    sqlx::query("DELETE FROM discogs_shown").execute(&mut connection).await.unwrap();
    drop(connection);
    let bench = bench.after_kill().await;
    let all = query(me, EntryFilter::default());
    assert_eq!(found(&bench, &all).await, [0; 0]);
    let shown = |list, entry: &Entry| {
        assert_eq!(list, LIST);
        COPIES.iter().find(|copy| copy.entry == entry.entry).unwrap().shown()
    };
    assert_eq!(bench.library.show_discogs_entries(shown).await.unwrap(), 5);
    assert_eq!(bench.library.show_discogs_entries(shown).await.unwrap(), 0);
    assert_eq!(found(&bench, &all).await, [2, 1, 3, 4, 5]);

    let entry = bench.library.discogs_entry(me, LIST, 3).await.unwrap();
    assert_eq!(entry, COPIES[2].entry());
    let unknown = bench.library.discogs_entry(me, DiscogsList::Wants, 3).await;
    assert!(matches!(unknown, Err(LibraryError::NotFound(_))));
}
