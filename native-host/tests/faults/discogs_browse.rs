//! What the app's page of a collection asks for, through the real daemon and compared with the simulator's truth: pages,
//! facets and figures of what was read, one record with all that is known, and events of what goes on.

use crate::browser::Browser;
use crate::discogs::{USER, log_in, requests, say, signed_in, truth};
use crate::stage::{Stage, until};
use protocol::discogs::*;
use protocol::method::*;
use protocol::{ErrorCode, Event};
use simulator::discogs::{Fate, Release, Sizes};
use simulator::{Fault, FaultKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Instant;

/// A person whose collection was read.
fn read(copies: u32) -> Stage {
    let stage = signed_in(copies);
    let run: Run = say(&stage, &["read"]);
    assert_eq!(run.state, RunState::Finished);
    stage
}

fn account(stage: &Stage) -> DiscogsAccountId {
    stage.browser().ask::<ListDiscogsAccounts>(Nothing {}).accounts[0].id
}

fn query(stage: &Stage, filter: EntryFilter) -> EntryQuery {
    EntryQuery {
        account: account(stage),
        list: DiscogsList::Collection,
        filter,
        order: EntryOrder::Added,
        descending: false,
        offset: 0,
        limit: 500,
    }
}

fn entries(stage: &Stage, filter: EntryFilter) -> Vec<i64> {
    let page = stage.browser().ask::<ListEntries>(query(stage, filter));
    let numbers: Vec<i64> = page.entries.iter().map(|view| view.entry).collect();
    assert_eq!(page.total, numbers.len() as u64);
    numbers
}

/// The copies whose release is as asked for, in the order in which they were added.
fn copies(stage: &Stage, wanted: impl Fn(&Release) -> bool) -> Vec<i64> {
    let control = stage.control().discogs();
    let is_wanted = |release: u32| wanted(&control.release(release).unwrap());
    let copies = truth(stage).copies.into_iter().filter(|copy| is_wanted(copy.release_id));
    copies.map(|copy| copy.instance_id as i64).collect()
}

fn of_entry(stage: &Stage, entry: i64, refresh: bool) -> OfEntry {
    OfEntry { account: account(stage), list: DiscogsList::Collection, entry, refresh }
}

fn record(stage: &Stage, entry: i64, refresh: bool) -> Record {
    stage.browser().ask::<ReadEntry>(of_entry(stage, entry, refresh))
}

/// Makes every answer that is kept older by an hour.
fn age_an_hour(stage: &Stage) {
    stage.change_database("UPDATE discogs_answer SET fetched_at = fetched_at - 3600");
}

/// The counts of `values` as facets have them: the most frequent first, equals by name.
fn counted(values: impl Iterator<Item = String>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|(_, one), (_, other)| other.cmp(one));
    counts
}

#[test]
fn what_is_filtered_sorted_and_counted_is_what_the_site_has() {
    let stage = read(230);
    let all = entries(&stage, EntryFilter::default());
    assert_eq!(all, copies(&stage, |_| true), "every copy, in the order in which it was added");

    let any = EntryFilter::default;
    let genre = "Electronic".to_owned();
    let has_genre = |release: &Release| release.sheet.genres.contains(&genre);
    assert_eq!(
        entries(&stage, EntryFilter { genres: vec![genre.clone()], ..any() }),
        copies(&stage, has_genre)
    );
    let nineties = |release: &Release| (1990..=1999).contains(&release.sheet.year);
    let filter = EntryFilter { from_year: Some(1990), to_year: Some(1999), ..any() };
    assert_eq!(entries(&stage, filter), copies(&stage, nineties));
    let vinyl = |release: &Release| {
        release.sheet.formats.iter().any(|medium| medium.name == "Vinyl") && has_genre(release)
    };
    let filter =
        EntryFilter { formats: vec!["Vinyl".into()], genres: vec![genre.clone()], ..any() };
    assert_eq!(entries(&stage, filter), copies(&stage, vinyl));

    // A year's copies are together, and nothing is lost between pages.
    let mut paged = Vec::new();
    let by_year = EntryQuery {
        order: EntryOrder::Year,
        descending: true,
        limit: 100,
        ..query(&stage, any())
    };
    for offset in [0, 100, 200] {
        paged.extend(
            stage.browser().ask::<ListEntries>(EntryQuery { offset, ..by_year.clone() }).entries,
        );
    }
    let numbers: BTreeSet<i64> = paged.iter().map(|view| view.entry).collect();
    assert_eq!(numbers.len(), 230);
    assert!(paged.is_sorted_by_key(|view| std::cmp::Reverse(view.year)));

    // Facets and figures are the truth's own counts.
    let facets = stage.browser().ask::<CountEntries>(query(&stage, any()));
    let releases: Vec<Release> = truth(&stage)
        .copies
        .iter()
        .map(|copy| stage.control().discogs().release(copy.release_id).unwrap())
        .collect();
    assert_eq!(facets.genres, counted(releases.iter().flat_map(|one| one.sheet.genres.clone())));
    assert_eq!(facets.folders.iter().map(|(_, count)| count).sum::<u64>(), 230);
    let figures = stage.browser().ask::<MeasureEntries>(query(&stage, any()));
    let distinct: BTreeSet<u32> = releases.iter().map(|release| release.sheet.id).collect();
    assert_eq!((figures.entries, figures.releases), (230, distinct.len() as u64));
    let dated = releases.iter().filter(|release| release.sheet.year > 0).count() as u64;
    assert_eq!(figures.decades.iter().map(|(_, count)| count).sum::<u64>(), dated);
    assert_eq!(facets.years.iter().map(|(_, count)| count).sum::<u64>(), dated);
    assert_eq!(figures.added.iter().map(|(_, count)| count).sum::<u64>(), 230);
    assert!(figures.added.is_sorted());
}

#[test]
fn words_of_titles_labels_and_what_the_person_wrote_find_a_copy() {
    let stage = read(60);
    let truth = truth(&stage);
    let by =
        |text: &str| entries(&stage, EntryFilter { text: text.into(), ..EntryFilter::default() });
    for copy in &truth.copies {
        let sheet = stage.control().discogs().release(copy.release_id).unwrap().sheet;
        let texts = [&sheet.title, &sheet.labels[0].name, &sheet.labels[0].catno];
        let notes = copy.notes.iter().map(|note| &note.value);
        for text in texts.into_iter().chain(notes) {
            assert!(by(text).contains(&(copy.instance_id as i64)), "{text:?}");
        }
    }
    assert_eq!(by("nobody wrote this anywhere"), [0; 0]);
}

#[test]
fn lists_that_came_before_there_was_an_index_are_found_after_the_next_start() {
    let mut stage = read(40);
    let all = entries(&stage, EntryFilter::default());
    stage.kill_daemon();
    stage.change_database("DELETE FROM discogs_shown");
    stage.start_daemon();
    until("all are found again", || {
        (entries(&stage, EntryFilter::default()).len() == 40).then_some(())
    });
    assert_eq!(entries(&stage, EntryFilter::default()), all);
    let genres = stage.browser().ask::<CountEntries>(query(&stage, EntryFilter::default())).genres;
    assert!(!genres.is_empty());
}

#[test]
fn wants_and_what_is_sold_are_looked_through_too() {
    let stage = signed_in(3);
    let _: Exported = say(&stage, &["wants"]);
    let _: Exported = say(&stage, &["inventory"]);
    let of = |list| EntryQuery { list, ..query(&stage, EntryFilter::default()) };
    let wants = stage.browser().ask::<ListEntries>(of(DiscogsList::Wants));
    let truth = truth(&stage);
    let expected: Vec<i64> = truth.wants.iter().map(|want| want.release_id.into()).collect();
    assert_eq!(wants.entries.iter().map(|view| view.release).collect::<Vec<_>>(), expected);
    let shop = stage.browser().ask::<ListEntries>(of(DiscogsList::Inventory));
    assert_eq!(shop.total, 15);
    for (listing, view) in truth.listings.iter().zip(&shop.entries) {
        let price = view.price.as_ref().unwrap();
        assert_eq!((view.entry, &view.status), (listing.id as i64, &listing.status));
        assert_eq!(price.value.parse::<f64>().unwrap(), listing.price);
        assert_eq!(price.currency, truth.currency);
    }
}

#[test]
fn a_record_is_shown_at_once_and_asked_for_anew_after_six_hours() {
    let stage = read(8);
    let control = stage.control().discogs();
    let is_there = |release| control.fate(release) == Some(Fate::Present);
    let copy = truth(&stage).copies.into_iter().find(|copy| is_there(copy.release_id)).unwrap();
    let (entry, id) = (copy.instance_id as i64, copy.release_id);
    let release = control.release(id).unwrap();

    // What the list says is there without a request.
    let before = record(&stage, entry, false);
    assert_eq!((before.view.title.as_str(), before.fetched_at), (&*release.sheet.title, None));
    assert!(before.stale && before.prices.is_none() && before.tracks.is_empty());
    assert_eq!(requests(&stage, "/releases/"), 0);

    let fresh = record(&stage, entry, true);
    assert!(!fresh.stale && fresh.problem.is_none(), "{fresh:?}");
    assert_eq!(fresh.notes, release.notes.clone().unwrap_or_default());
    assert_eq!(fresh.country, release.country.clone().unwrap_or_default());
    assert_eq!(fresh.identifiers.len(), release.identifiers.len());
    let titles: Vec<&str> = fresh.tracks.iter().map(|track| track.title.as_str()).collect();
    let tracks = release.tracklist.iter();
    let expected: Vec<&str> = tracks
        .flat_map(|track| std::iter::once(track).chain(&track.sub_tracks))
        .map(|track| track.title.as_str())
        .collect();
    assert_eq!(titles, expected);
    let fields: Vec<&str> = fresh.fields.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(fields.len(), copy.notes.len());
    assert!(copy.notes.iter().all(|note| fields.contains(&note.value.as_str())));
    let prices = fresh.prices.clone().unwrap();
    assert_eq!(prices.for_sale, Some(release.num_for_sale.into()));
    let suggested = control.price_suggestions(id, &truth(&stage).currency);
    assert_eq!(prices.suggestions.len(), suggested.len());
    for (condition, price) in &prices.suggestions {
        assert_eq!(price.value.parse::<f64>().unwrap(), suggested[condition]);
    }

    // Young enough: wishing for it anew asks nothing, and needs nothing that would sign it.
    let listed = stage.file_that_holds("discogs/demo").unwrap();
    let (key, away) = (listed.with_file_name("secrets.key"), listed.with_file_name("away"));
    fs::rename(&key, &away).unwrap();
    let asked = |path: &str| requests(&stage, path);
    let (releases, stats) = (asked("/releases/"), asked("/marketplace/stats/"));
    (0..5).for_each(|_| age_an_hour(&stage));
    let young = record(&stage, entry, true);
    assert_eq!((young.fields, young.problem), (fresh.fields, None));
    assert_eq!((asked("/releases/"), asked("/marketplace/stats/")), (releases, stats));
    fs::rename(&away, &key).unwrap();
    // Too old: said so, and asked for once.
    (0..2).for_each(|_| age_an_hour(&stage));
    let old = record(&stage, entry, false);
    assert!(old.stale);
    assert_eq!(old.tracks, fresh.tracks, "and shown all the same");
    let renewed = record(&stage, entry, true);
    assert!(!renewed.stale && renewed.fetched_at.unwrap() >= fresh.fetched_at.unwrap());
    assert_eq!((asked("/releases/"), asked("/marketplace/stats/")), (releases + 1, stats + 1));
    // Of a clock that was wrong then: nobody knows how old it is.
    stage.change_database("UPDATE discogs_answer SET fetched_at = fetched_at + 86400");
    assert!(record(&stage, entry, false).stale);
}

#[test]
fn a_release_that_is_gone_and_a_site_that_fails_leave_what_was_known() {
    let stage = read(8);
    let control = stage.control().discogs();
    let is_there = |release| control.fate(release) == Some(Fate::Present);
    let copy = truth(&stage).copies.into_iter().find(|copy| is_there(copy.release_id)).unwrap();
    let entry = copy.instance_id as i64;
    let known = record(&stage, entry, true);
    assert!(!known.tracks.is_empty() && !known.view.gone);

    (0..7).for_each(|_| age_an_hour(&stage));
    control.expire_tokens_after(USER, 0);
    let failed = record(&stage, entry, true);
    assert_eq!(failed.problem.as_ref().unwrap().code, ErrorCode::SessionExpired);
    assert!(failed.stale);
    assert_eq!((&failed.tracks, &failed.prices.is_some()), (&known.tracks, &true));

    control.renew_token(USER);
    log_in(&stage);
    control.set_fate(copy.release_id, Fate::Gone);
    let gone = record(&stage, entry, true);
    assert!(gone.view.gone && !gone.stale && gone.problem.is_none(), "{gone:?}");
    assert_eq!((&gone.tracks, &gone.notes), (&known.tracks, &known.notes));
    let page = stage.browser().ask::<ListEntries>(query(&stage, EntryFilter::default()));
    let marked: Vec<bool> = page
        .entries
        .iter()
        .filter(|view| view.release == i64::from(copy.release_id))
        .map(|view| view.gone)
        .collect();
    assert!(!marked.is_empty() && marked.iter().all(|gone| *gone));

    let nobody = stage.browser().call::<ReadEntry>(of_entry(&stage, 1, false)).unwrap_err();
    assert_eq!(nobody.code, ErrorCode::NotFound);
}

#[test]
fn suggestions_that_are_refused_are_left_out_and_a_stranger_asks_for_no_prices() {
    let stage = read(3);
    let refused = Fault::new(FaultKind::Status { code: 403, retry_after: None })
        .on_path("/marketplace/price_suggestions/");
    stage.fault(refused);
    let control = stage.control().discogs();
    let is_there = |release| control.fate(release) == Some(Fate::Present);
    let copy = truth(&stage).copies.into_iter().find(|copy| is_there(copy.release_id)).unwrap();
    let shown = record(&stage, copy.instance_id as i64, true);
    assert!(!shown.stale && shown.problem.is_none(), "{shown:?}");
    let prices = shown.prices.unwrap();
    assert!(prices.suggestions.is_empty() && prices.for_sale.is_some());

    // Whose lists are only looked at as everybody may.
    let sizes = Sizes { copies: 2, wants: 0, listings: 0 };
    control.make_account("stranger", sizes);
    let _: DiscogsAccount = say(&stage, &["login", "--user", "stranger"]);
    let _: Run = say(&stage, &["read", "--user", "stranger"]);
    let accounts = stage.browser().ask::<ListDiscogsAccounts>(Nothing {}).accounts;
    let account = accounts.iter().find(|account| account.username == "stranger").unwrap().id;
    let all = EntryQuery { account, ..query(&stage, EntryFilter::default()) };
    let entry = stage.browser().ask::<ListEntries>(EntryQuery { limit: 1, ..all.clone() }).entries;
    let asked = requests(&stage, "/marketplace/");
    let of = OfEntry { account, refresh: true, ..of_entry(&stage, entry[0].entry, true) };
    let shown = stage.browser().ask::<ReadEntry>(of);
    assert!(!shown.stale && shown.fetched_at.is_some() && shown.prices.is_none(), "{shown:?}");
    assert_eq!(requests(&stage, "/marketplace/"), asked);
    assert_eq!(requests(&stage, "/users/stranger/collection/value"), 0);
    assert_eq!(stage.browser().ask::<MeasureEntries>(all).value, []);
}

#[test]
fn what_a_collection_is_worth_is_kept_whenever_it_is_read_and_missed_by_nobody() {
    let stage = read(20);
    let values = |stage: &Stage| {
        stage.browser().ask::<MeasureEntries>(query(stage, EntryFilter::default())).value
    };
    let first = values(&stage);
    assert_eq!(first.len(), 1);
    assert!(first[0].minimum < first[0].median && first[0].median < first[0].maximum);
    stage.change_database("UPDATE discogs_value SET at = at - 86400");
    stage.control().discogs().add_copies(USER, 5);
    let _: Run = say(&stage, &["read"]);
    let both = values(&stage);
    assert_eq!(both.len(), 2);
    // Each copy is worth the same here.
    assert_eq!(both[0].median * 25, both[1].median * 20);

    stage.fault(
        Fault::new(FaultKind::Status { code: 404, retry_after: None }).on_path("/collection/value"),
    );
    let run: Run = say(&stage, &["read"]);
    assert_eq!((run.state, values(&stage).len()), (RunState::Finished, 2));
}

/// Begins to read the collection with its details, seen by a client that is told of everything.
fn begin(stage: &Stage) -> (Browser, RunId) {
    let mut browser = stage.browser();
    browser.subscribe();
    let new = NewRun {
        key: "told".into(),
        account: account(stage),
        list: DiscogsList::Collection,
        folders: vec![],
        filter: EntryFilter::default(),
        depth: Depth::Details,
        max_age_days: Some(30),
        keep_list: false,
        purpose: Purpose::Asked,
    };
    let id = browser.ask::<StartRun>(new).run.id;
    (browser, id)
}

#[test]
fn a_run_and_what_it_changes_are_told_as_they_happen() {
    let stage = signed_in(6);
    let begun = Instant::now();
    let (mut browser, id) = begin(&stage);
    let (mut told, mut lists) = (Vec::new(), 0);
    browser.event(|event| match event {
        Event::Run { run } if run.id == id => {
            let is_over = run.state.is_over();
            told.push(run);
            is_over.then_some(())
        }
        Event::Discogs {} => {
            lists += 1;
            None
        }
        _ => None,
    });
    // Four figures a second and what is between, besides its states.
    let most = begun.elapsed().as_secs_f64() * 4.0 + 5.0;
    assert!((told.len() as f64) < most && f64::from(lists) < most, "{} in {most}", told.len());
    assert_eq!(told.first().unwrap().state, RunState::Running);
    assert_eq!(told.last().unwrap().state, RunState::Finished);
    assert!(told.iter().any(|run| run.figures.stage == RunStage::Details && run.figures.done > 0));
    assert!(lists > 0, "the list was told to be another");
    let done: Vec<u64> = told
        .iter()
        .filter(|run| run.figures.stage == RunStage::Details)
        .map(|run| run.figures.done)
        .collect();
    assert!(done.is_sorted(), "{done:?}");

    browser.ask::<DiscogsSignOut>(OfDiscogsAccount { account: account(&stage) });
    browser.event(|event| matches!(event, Event::Discogs {}).then_some(()));
}

#[test]
fn a_run_that_is_paused_says_so_and_how_far_it_was() {
    let stage = signed_in(40);
    let (mut browser, id) = begin(&stage);
    let of_run = |event| match event {
        Event::Run { run } if run.id == id => Some(run),
        _ => None,
    };
    browser.event(|event| {
        of_run(event).filter(|run| run.figures.done > 1 && run.figures.stage == RunStage::Details)
    });
    browser.ask::<PauseRun>(OfRun { run: id });
    let paused = browser.event(|event| of_run(event).filter(|run| run.state == RunState::Paused));
    assert!(paused.figures.done > 1 && paused.figures.total > 30, "{paused:?}");
    assert_eq!(browser.ask::<ListRuns>(Nothing {}).runs, [paused]);
    browser.ask::<ResumeRun>(OfRun { run: id });
    browser.event(|event| of_run(event).filter(|run| run.state == RunState::Running));
    browser.ask::<CancelRun>(OfRun { run: id });
    browser.event(|event| of_run(event).filter(|run| run.state == RunState::Cancelled));
}
