//! Golden files of what is said about Discogs.

use crate::golden::golden;
use protocol::discogs::*;
use protocol::event::Numbered;
use protocol::{ErrorBody, ErrorCode, Event, Secret, Seq};

const ME: DiscogsAccountId = DiscogsAccountId(2);

fn run() -> Run {
    Run {
        id: RunId(5),
        account: ME,
        list: DiscogsList::Collection,
        depth: Depth::Prices,
        is_part: true,
        state: RunState::Waiting,
        reason: Some(ErrorBody::new(ErrorCode::RateLimited).with("host", "api.discogs.com")),
        figures: RunFigures { stage: RunStage::Details, done: 7, total: 1_200, failed: 1 },
        seconds_left: 1_234,
        created_at: 1_790_000_000,
    }
}

fn view() -> EntryView {
    EntryView {
        entry: 1_001,
        release: 249_504,
        artists: "Ümlaut Feat. Someone".into(),
        title: "Début".into(),
        label: "Some Label".into(),
        catalog_number: "XR 31".into(),
        format: "2xLP, Album, RE".into(),
        year: Some(1993),
        genres: vec!["Electronic".into(), "Pop".into()],
        styles: vec!["House".into()],
        folder: Some(1),
        added_at: Some(1_500_000_000),
        rating: 5,
        thumb: "https://i.discogs.com/signed/1.jpeg".into(),
        gone: false,
        price: Some(price("12.50")),
        status: "For Sale".into(),
    }
}

fn price(value: &str) -> Price {
    Price { value: value.into(), currency: "EUR".into() }
}

#[test]
fn accounts_and_their_lists_are_as_in_the_golden_files() {
    let login = DiscogsLogin { token: Some(Secret::new("t")), username: String::new() };
    golden("discogs.login", &login);
    let (consumer_key, consumer_secret) = (Secret::new("k"), Secret::new("s"));
    golden("discogs.oauth", &DiscogsOAuth { consumer_key, consumer_secret });
    let authorize = "https://www.discogs.com/oauth/authorize?oauth_token=t".into();
    golden("discogs.oauth_started", &DiscogsOAuthStarted { authorize, login: "1f".into() });
    let finish = DiscogsOAuthFinish { login: "1f".into(), verifier: Secret::new("c") };
    golden("discogs.oauth_finish", &finish);
    let proof = ListProof {
        expected: 1_200,
        found: 1_200,
        repeated: 1,
        pages: 12,
        walks: 1,
        by: ReadBy::Pages,
        cut: false,
    };
    let list = ListState {
        list: DiscogsList::Collection,
        entries: 1_200,
        read_at: Some(1_790_000_000),
        proof: Some(proof),
    };
    let account = DiscogsAccount {
        id: ME,
        username: "digger".into(),
        signed_by: SignedBy::Token,
        lists: vec![list],
    };
    golden("discogs.accounts", &DiscogsAccounts { accounts: vec![account] });
    let folder = CollectionFolder { id: 1, name: "Uncategorized".into(), copies: 1_200 };
    golden("discogs.folders", &CollectionFolders { folders: vec![folder] });
    golden("discogs.account", &OfDiscogsAccount { account: ME });
}

#[test]
fn runs_are_as_in_the_golden_files() {
    let new = NewRun {
        key: "k-1".into(),
        account: ME,
        list: DiscogsList::Wants,
        folders: vec![1, 7],
        filter: jazz(),
        depth: Depth::Details,
        max_age_days: Some(30),
        keep_list: false,
        purpose: Purpose::Preload,
    };
    golden("discogs.read", &new);
    golden("discogs.run_started", &RunStarted { run: run(), existing: false });
    golden("discogs.runs", &Runs { runs: vec![run()] });
    golden("discogs.run", &OfRun { run: RunId(5) });
    let estimate = Estimate {
        releases: 5_000,
        from_cache: 12,
        requests: 5_041,
        seconds: 5_160,
        joins: Some(RunId(5)),
    };
    golden("discogs.estimate", &estimate);
    golden("event.run", &Numbered { seq: Seq(1), event: Event::Run { run: run() } });
    golden("event.discogs", &Numbered { seq: Seq(1), event: Event::Discogs {} });
}

fn jazz() -> EntryFilter {
    EntryFilter { genres: vec!["Jazz".into()], ..EntryFilter::default() }
}

/// A run of the whole collection.
fn wish(depth: Depth) -> NewRun {
    NewRun {
        key: "k".into(),
        account: ME,
        list: DiscogsList::Collection,
        folders: vec![],
        filter: EntryFilter::default(),
        depth,
        max_age_days: Some(30),
        keep_list: false,
        purpose: Purpose::Asked,
    }
}

#[test]
fn what_a_run_reads_anyway_is_a_part_of_it() {
    let details = wish(Depth::Details);
    let again = |other: &NewRun| NewRun { key: "another".into(), ..other.clone() };
    for list_read in [false, true] {
        assert_eq!(details.joined(&again(&details), list_read), Some(details.clone()));
        let prices = wish(Depth::Prices);
        assert_eq!(prices.joined(&again(&details), list_read), Some(prices.clone()));
        let some = NewRun { folders: vec![3], max_age_days: Some(90), ..details.clone() };
        assert_eq!(details.joined(&some, list_read), Some(details.clone()));
        let jazz = NewRun { filter: jazz(), ..details.clone() };
        assert_eq!(jazz.joined(&again(&jazz), list_read), Some(jazz.clone()));
        let known = NewRun { keep_list: true, ..details.clone() };
        assert_eq!(details.joined(&known, list_read), Some(details.clone()));
    }
    // Who wants the list wants it of now.
    let list = wish(Depth::List);
    assert_eq!(list.joined(&again(&list), false), Some(list.clone()));
    assert_eq!(list.joined(&list, true), None);
    // And does not wait for more.
    assert_eq!(details.joined(&list, false), None);
}

#[test]
fn a_run_goes_on_with_more_when_that_is_all_that_was_asked_for() {
    let (list, details) = (wish(Depth::List), wish(Depth::Details));
    let more = NewRun { key: "another".into(), folders: vec![3], ..details.clone() };
    let joined = list.joined(&more, false);
    assert_eq!(joined, Some(NewRun { key: "k".into(), ..more.clone() }));
    let all = NewRun { folders: vec![0], max_age_days: Some(7), ..details.clone() };
    assert_eq!(more.joined(&all, true), Some(NewRun { key: "another".into(), ..all.clone() }));
    let preload = NewRun { purpose: Purpose::Preload, ..details.clone() };
    assert_eq!(preload.joined(&details, true), Some(details.clone()), "now somebody waits for it");
    assert_eq!(details.joined(&preload, true), Some(details.clone()));
}

#[test]
fn different_work_is_a_run_of_its_own() {
    let details = wish(Depth::Details);
    let one = NewRun { folders: vec![1], ..details.clone() };
    for other in [
        NewRun { list: DiscogsList::Wants, ..details.clone() },
        NewRun { account: DiscogsAccountId(99), ..details.clone() },
        NewRun { folders: vec![2], ..details.clone() },
        NewRun { filter: jazz(), folders: vec![2], ..details.clone() },
        // Prices of the one, which nobody asked for, would come with those of the other.
        NewRun { folders: vec![2], depth: Depth::Prices, ..details.clone() },
    ] {
        assert_eq!(one.joined(&other, false), None, "{other:?}");
    }
    let known = NewRun { keep_list: true, ..details.clone() };
    assert_eq!(known.joined(&details, true), None, "it does not read the list");
    let rock = EntryFilter { genres: vec!["Rock".into()], ..EntryFilter::default() };
    let (jazz, rock) =
        (NewRun { filter: jazz(), ..details.clone() }, NewRun { filter: rock, ..details.clone() });
    assert_eq!(jazz.joined(&rock, false), None);
    // Whoever wants little does not wait for much, and gets no more than that.
    assert_eq!((details.joined(&jazz, false), jazz.joined(&details, false)), (None, None));
    let of_known = NewRun { keep_list: true, ..jazz.clone() };
    let list = wish(Depth::List);
    assert_eq!(list.joined(&of_known, false), None, "the list is there");
    assert_eq!(list.joined(&jazz, false), Some(NewRun { key: "k".into(), ..jazz.clone() }));
}

#[test]
fn looking_through_a_list_is_as_in_the_golden_files() {
    let query = EntryQuery {
        account: ME,
        list: DiscogsList::Collection,
        filter: EntryFilter {
            text: "uml deb".into(),
            folders: vec![1],
            genres: vec!["Electronic".into(), "Pop".into()],
            countries: vec!["UK".into()],
            entries: vec![1_001],
            from_year: Some(1990),
            ..EntryFilter::default()
        },
        order: EntryOrder::Label,
        descending: true,
        offset: 100,
        limit: 100,
    };
    golden("discogs.query", &query);
    golden("discogs.page", &EntryPage { entries: vec![view()], total: 1_200 });
    let facets = EntryFacets {
        folders: vec![(1, 700), (7, 500)],
        genres: vec![("Electronic".into(), 900)],
        labels: vec![("Some Label (2)".into(), 9)],
        countries: vec![("UK".into(), 8)],
        names: vec![("Some Label (2)".into(), "Some Label".into())],
        years: vec![(1993, 30), (1992, 40)],
        ..EntryFacets::default()
    };
    golden("discogs.facets", &facets);
    let value =
        ValueAt { at: 1_790_000_000, currency: "€".into(), minimum: 5, median: 10, maximum: 20 };
    let statistics = ListStatistics {
        entries: 1_200,
        releases: 1_170,
        decades: vec![(1980, 400), (1990, 700)],
        added: vec![("2024-03".into(), 12)],
        value: vec![value],
        ..ListStatistics::default()
    };
    golden("discogs.statistics", &statistics);
}

#[test]
fn one_record_is_as_in_the_golden_files() {
    let of = OfEntry { account: ME, list: DiscogsList::Collection, entry: 1_001, refresh: true };
    golden("discogs.entry", &of);
    let track = RecordTrack {
        position: "A1".into(),
        artists: "Someone".into(),
        title: "Café at 3 a.m.".into(),
        duration: "4:12".into(),
        heading: false,
    };
    let prices = RecordPrices {
        lowest: Some(price("9.99")),
        for_sale: Some(41),
        suggestions: vec![("Mint (M)".into(), price("24.4375"))],
        fetched_at: 1_790_000_000,
    };
    let record = Record {
        view: view(),
        page: "https://www.discogs.com/release/249504".into(),
        country: "UK".into(),
        released: "1993-07".into(),
        image: "https://i.discogs.com/signed/2.jpeg".into(),
        labels: vec![("Some Label".into(), "XR 31".into())],
        tracks: vec![track],
        identifiers: vec![("Barcode".into(), "4 000000 000006".into())],
        credits: vec![("Producer".into(), "Somebody Else".into())],
        notes: "Two\nlines".into(),
        fields: vec![("Media Condition".into(), "Mint (M)".into())],
        prices: Some(prices),
        fetched_at: Some(1_790_000_000),
        stale: true,
        problem: Some(ErrorBody::new(ErrorCode::Unreachable).with("host", "api.discogs.com")),
    };
    golden("discogs.record", &record);
}

#[test]
fn exports_and_the_cache_are_as_in_the_golden_files() {
    let new = NewExport {
        account: ME,
        list: DiscogsList::Collection,
        folders: vec![7],
        filter: EntryFilter { styles: vec!["House".into()], ..EntryFilter::default() },
        preset: Preset::Wide,
        format: SheetFormat::Jsonl,
        spreadsheet_safe: true,
        to: Some("/home/someone/records.jsonl".into()),
    };
    golden("discogs.export", &new);
    let gone = GoneRelease { release: 5, artists: "Someone".into(), title: "Lost".into() };
    let proof =
        ListProof { expected: 1_200, found: 1_200, pages: 12, walks: 1, ..ListProof::default() };
    let exported = Exported {
        proof,
        file: "Exports/discogs-digger-collection-7-wide.jsonl".into(),
        bytes: 4_000,
        rows: 500,
        expected: 500,
        selection: Some(Selection {
            filter: EntryFilter { styles: vec!["House".into()], ..EntryFilter::default() },
            named: 0,
        }),
        read_at: 1_790_000_000,
        without_details: 1,
        gone: vec![gone],
        changes: Some(Changes { since: 1_780_000_000, added: 3, removed: 2, changed: 1 }),
    };
    golden("discogs.exported", &exported);
    let figures = CacheFigures {
        answers: 1_170,
        bytes: 4_000_000,
        uses: 2_340,
        fetched_last_week: 12,
        oldest_at: Some(1_780_000_000),
    };
    golden("discogs.cache", &figures);
    golden("discogs.purge", &PurgeCache { older_than_days: 30 });
    golden("discogs.purged", &CachePurged { answers: 7 });
}
