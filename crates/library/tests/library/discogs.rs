//! Lists that are read in walks, answers that are kept, and what an export held.

use crate::support::Bench;
use library::LibraryError;
use library::discogs::{
    AnswerKind, Begun, Entry, Field, Fingerprints, Folders, Releases, Scope, Shown,
};
use protocol::ErrorCode;
use protocol::discogs::*;

const LIST: DiscogsList = DiscogsList::Collection;
/// A moment that is surely to come, in seconds since 1970.
const AHEAD: i64 = 1 << 40;

async fn account(bench: &Bench, name: &str) -> DiscogsAccountId {
    bench.library.put_discogs_account(name, SignedBy::Token).await.unwrap().id
}

/// A copy of a release, added at a moment of its own.
fn copy(entry: i64, release: i64, folder: i64) -> Entry {
    let record = format!(r#"{{"instance_id":{entry},"note":"a \"quoted\" line\nand another"}}"#);
    Entry { entry, release, folder: Some(folder), added_at: Some(1_000 + entry), record }
}

/// Entries with the little that must be shown of them.
fn listed(entries: &[Entry]) -> Vec<(Entry, Shown)> {
    let view = |entry: &Entry| {
        let Entry { entry, release, folder, added_at, .. } = *entry;
        EntryView { entry, release, folder, added_at, ..EntryView::default() }
    };
    let one = |entry: &Entry| (entry.clone(), Shown { view: view(entry), ..Shown::default() });
    entries.iter().map(one).collect()
}

async fn read(bench: &Bench, account: DiscogsAccountId, copies: &[Entry]) -> u64 {
    let library = &bench.library;
    let walk = library.begin_discogs_walk(account, LIST).await.unwrap();
    for page in copies.chunks(2) {
        library.add_discogs_entries(account, LIST, walk, &listed(page)).await.unwrap();
    }
    let proof = ListProof { expected: copies.len() as u64, ..ListProof::default() };
    library.end_discogs_walk(account, LIST, walk, &proof, None).await.unwrap()
}

fn all(account: DiscogsAccountId) -> Scope {
    Scope { account, list: LIST, folders: vec![] }
}

/// The releases of what matches.
fn of(account: DiscogsAccountId, filter: EntryFilter) -> Releases {
    Releases { account, list: LIST, filter }
}

async fn entries(bench: &Bench, scope: &Scope) -> Vec<Entry> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = bench.library.discogs_entries(scope, after, 2).await.unwrap();
        found.extend(page.entries);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn a_walk_that_ended_leaves_what_it_found_and_one_that_broke_off_takes_nothing_away() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    assert_eq!(bench.library.discogs_list(me, LIST).await.unwrap().read_at, None);
    read(&bench, me, &[copy(1, 10, 1), copy(2, 20, 1), copy(3, 10, 7)]).await;

    // A walk that is killed after its first page: one copy was moved to another folder.
    let walk = bench.library.begin_discogs_walk(me, LIST).await.unwrap();
    bench.library.add_discogs_entries(me, LIST, walk, &listed(&[copy(2, 20, 7)])).await.unwrap();
    let expected = [copy(1, 10, 1), copy(2, 20, 7), copy(3, 10, 7)];
    assert_eq!(entries(&bench, &all(me)).await, expected);

    let gone = read(&bench, me, &[copy(2, 20, 7), copy(4, 40, 7)]).await;
    assert_eq!(gone, 2);
    assert_eq!(entries(&bench, &all(me)).await, [copy(2, 20, 7), copy(4, 40, 7)]);
    let state = bench.library.discogs_list(me, LIST).await.unwrap();
    assert_eq!((state.entries, state.proof.unwrap().expected), (2, 2));
    assert!(state.read_at.is_some());
}

#[tokio::test]
async fn an_older_walk_adds_and_ends_nothing() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let older = bench.library.begin_discogs_walk(me, LIST).await.unwrap();
    bench.library.begin_discogs_walk(me, LIST).await.unwrap();
    let added = bench.library.add_discogs_entries(me, LIST, older, &listed(&[copy(1, 1, 1)])).await;
    assert!(matches!(added, Err(LibraryError::Superseded)));
    let ended = bench.library.end_discogs_walk(me, LIST, older, &ListProof::default(), None).await;
    assert!(matches!(ended, Err(LibraryError::Superseded)));
}

#[tokio::test]
async fn entries_come_in_pages_by_folder_and_those_without_a_moment_too() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let timeless = |entry| Entry { added_at: None, ..copy(entry, 1, 3) };
    let copies =
        [timeless(8), timeless(9), timeless(7), copy(1, 1, 3), copy(2, 1, 4), copy(3, 1, 5)];
    read(&bench, me, &copies).await;
    let numbers = async |folders: Vec<i64>| {
        let scope = Scope { folders, ..all(me) };
        entries(&bench, &scope).await.iter().map(|entry| entry.entry).collect::<Vec<_>>()
    };
    assert_eq!(numbers(vec![]).await, [7, 8, 9, 1, 2, 3]);
    assert_eq!(numbers(vec![3]).await, [7, 8, 9, 1]);
    assert_eq!(numbers(vec![4, 5]).await, [2, 3]);
    assert_eq!(numbers(vec![6]).await, [0; 0]);
}

#[tokio::test]
async fn what_is_asked_next_is_what_was_never_asked_and_then_what_is_oldest() {
    let bench = Bench::new().await;
    let (me, other) = (account(&bench, "digger").await, account(&bench, "seller").await);
    let unknown = Entry { release: 0, ..copy(5, 0, 1) };
    read(&bench, me, &[copy(1, 10, 1), copy(2, 10, 1), copy(3, 20, 1), copy(4, 30, 2), unknown])
        .await;
    let library = &bench.library;
    let next = async |kind, folders: Vec<i64>, since| {
        let some = of(me, EntryFilter { folders, ..EntryFilter::default() });
        library.discogs_unanswered(kind, &some, &(since..=AHEAD), 10).await.unwrap()
    };
    assert_eq!(next(AnswerKind::Release, vec![], 0).await, [10, 20, 30], "each once");
    library.keep_discogs_answer(AnswerKind::Release, 10, other, 0, Some(b"{}")).await.unwrap();
    assert_eq!(next(AnswerKind::Release, vec![], 0).await, [20, 30], "releases are everybody's");
    assert_eq!(next(AnswerKind::Release, vec![2], 0).await, [30]);
    assert_eq!(next(AnswerKind::Release, vec![], AHEAD).await, [20, 30, 10], "the old one last");
    library.keep_discogs_answer(AnswerKind::Stats, 10, other, 0, Some(b"{}")).await.unwrap();
    assert_eq!(next(AnswerKind::Stats, vec![], 0).await, [10, 20, 30], "prices are not");
    let covered = library
        .discogs_coverage(AnswerKind::Release, &of(me, EntryFilter::default()), &(0..=AHEAD))
        .await;
    assert_eq!(covered.unwrap(), (3, 2));

    // An answer of a clock that was years ahead is of no known age; the one of a run that a clock was set back in is.
    library.keep_discogs_answer(AnswerKind::Release, 20, other, AHEAD + 1, None).await.unwrap();
    assert_eq!(next(AnswerKind::Release, vec![], 0).await, [30, 20]);
    library.keep_discogs_answer(AnswerKind::Release, 30, other, AHEAD, None).await.unwrap();
    assert_eq!(next(AnswerKind::Release, vec![], 0).await, [20]);
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_and_outlives_the_release() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let library = &bench.library;
    let long = format!(r#"{{"notes":"{}"}}"#, "é\\n".repeat(1_000_000)).into_bytes();
    library.keep_discogs_answer(AnswerKind::Release, 1, me, 0, Some(&long)).await.unwrap();
    library.keep_discogs_answer(AnswerKind::Release, 2, me, 0, None).await.unwrap();
    library.keep_discogs_answer(AnswerKind::Release, 1, me, 0, None).await.unwrap();
    let found = library.discogs_answers(AnswerKind::Release, &[1, 2, 3], me).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[&1].body.as_ref(), found[&1].gone), (Some(&long), true));
    assert_eq!((found[&2].body.as_ref(), found[&2].gone), (None, true));

    library.note_discogs_uses(AnswerKind::Release, &[1]).await.unwrap();
    let figures = library.discogs_cache().await.unwrap();
    assert_eq!((figures.answers, figures.uses, figures.fetched_last_week), (2, 1, 2));
    assert!(figures.bytes < long.len() as u64 / 4);
    assert_eq!(library.purge_discogs_answers(0).await.unwrap(), 0);
    assert_eq!(library.purge_discogs_answers(i64::MAX).await.unwrap(), 2);
}

#[tokio::test]
async fn a_run_is_found_by_its_key_and_stays_as_it_ended() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let library = &bench.library;
    let new = NewRun {
        key: "a".into(),
        account: me,
        list: LIST,
        folders: vec![3],
        filter: EntryFilter::default(),
        depth: Depth::Details,
        max_age_days: Some(30),
        keep_list: false,
        purpose: Purpose::Asked,
    };
    let (id, begun) = library.start_discogs_run(&new).await.unwrap();
    assert_eq!(begun, Begun::New);
    assert_eq!(library.start_discogs_run(&new).await.unwrap(), (id, Begun::Known));
    let reason = protocol::ErrorBody::new(ErrorCode::SessionExpired).with("site", "Discogs");
    let figures = RunFigures { done: 3, total: 5, failed: 1, ..RunFigures::default() };
    library.note_discogs_run(id, RunState::NeedsYou, Some(&reason), &figures).await.unwrap();
    let row = library.discogs_run(id).await.unwrap();
    assert_eq!(
        (row.request, row.state, row.reason),
        (new.clone(), RunState::NeedsYou, Some(reason))
    );
    assert_eq!(row.figures, figures);
    assert_eq!(library.unfinished_discogs_runs().await.unwrap().len(), 1);
    library.set_discogs_run(id, RunState::Paused).await.unwrap();
    library.note_discogs_run(id, RunState::Waiting, None, &figures).await.unwrap();
    assert_eq!(library.discogs_run(id).await.unwrap().state, RunState::Paused, "by the person");
    library.set_discogs_run(id, RunState::Cancelled).await.unwrap();
    library.set_discogs_run(id, RunState::Running).await.unwrap();
    assert_eq!(library.discogs_run(id).await.unwrap().state, RunState::Cancelled);
    assert!(library.unfinished_discogs_runs().await.unwrap().is_empty());

    let nobody = NewRun { key: "b".into(), account: DiscogsAccountId(99), ..new };
    assert!(matches!(library.start_discogs_run(&nobody).await, Err(LibraryError::NotFound(_))));
}

#[tokio::test]
async fn what_a_run_can_take_on_is_no_other_run() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let library = &bench.library;
    let new = |key: &str, depth, purpose| NewRun {
        key: key.into(),
        account: me,
        list: LIST,
        folders: vec![],
        filter: EntryFilter::default(),
        depth,
        max_age_days: Some(30),
        keep_list: false,
        purpose,
    };
    let list = new("a", Depth::List, Purpose::Asked);
    let (id, _) = library.start_discogs_run(&list).await.unwrap();
    let details = new("b", Depth::Details, Purpose::Asked);
    assert_eq!(library.discogs_run_to_join(&details).await.unwrap(), Some(id));
    assert_eq!(library.start_discogs_run(&details).await.unwrap(), (id, Begun::Joined));
    assert_eq!(library.discogs_run(id).await.unwrap().request.depth, Depth::Details);

    // Whoever read the list alone has not read all of it.
    let figures = RunFigures::default();
    library.discogs_run_has_list(id).await.unwrap();
    assert!(!library.finish_discogs_run(id, &list, &figures).await.unwrap());
    assert_eq!(library.discogs_run(id).await.unwrap().state, RunState::Running);

    // The list is wanted as it is now: that is short work of its own, and nobody's wish is a part of either.
    let (again, begun) =
        library.start_discogs_run(&new("c", Depth::List, Purpose::Asked)).await.unwrap();
    assert!(again != id && begun == Begun::New);
    library.set_discogs_run(again, RunState::Paused).await.unwrap();
    let fresh = new("d", Depth::List, Purpose::KeepFresh);
    assert_eq!(library.start_discogs_run(&fresh).await.unwrap().1, Begun::Known);
    assert_eq!(library.discogs_run(again).await.unwrap().state, RunState::Paused);
    assert_eq!(library.unfinished_discogs_runs().await.unwrap().len(), 2);

    let whole = library.discogs_run(id).await.unwrap().request;
    assert!(library.finish_discogs_run(id, &whole, &figures).await.unwrap());
    assert_eq!(library.discogs_run(id).await.unwrap().state, RunState::Finished);
    library.set_discogs_run(again, RunState::Cancelled).await.unwrap();
    assert_eq!(library.discogs_run_to_join(&details).await.unwrap(), None);

    // Nor does a list stay old because details of it were put off.
    let (put_off, _) = library.start_discogs_run(&details).await.unwrap();
    library.discogs_run_has_list(put_off).await.unwrap();
    library.set_discogs_run(put_off, RunState::Paused).await.unwrap();
    assert_eq!(library.start_discogs_run(&fresh).await.unwrap().1, Begun::New);
}

#[tokio::test]
async fn what_was_read_long_ago_is_no_part_of_what_is_ordered_now() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let library = &bench.library;
    let new = |key: &str| NewRun {
        key: key.into(),
        account: me,
        list: LIST,
        folders: vec![],
        filter: EntryFilter::default(),
        depth: Depth::Details,
        max_age_days: Some(30),
        keep_list: false,
        purpose: Purpose::Asked,
    };
    let (id, _) = library.start_discogs_run(&new("a")).await.unwrap();
    library.discogs_run_has_list(id).await.unwrap();
    assert_eq!(library.start_discogs_run(&new("b")).await.unwrap(), (id, Begun::Joined));
    assert!(library.discogs_run(id).await.unwrap().list_read, "it was read a moment ago");

    // One at work goes on with what it has.
    bench.age_discogs_runs().await;
    let (other, begun) = library.start_discogs_run(&new("c")).await.unwrap();
    assert!(other != id && begun == Begun::New);
    library.set_discogs_run(other, RunState::Cancelled).await.unwrap();

    // What was asked is looked at from when it began; one that rests begins anew, with its list.
    library.set_discogs_run(id, RunState::Paused).await.unwrap();
    let long_ago = library.discogs_run(id).await.unwrap().created_at;
    let known = NewRun { keep_list: true, ..new("d") };
    assert_eq!(library.start_discogs_run(&known).await.unwrap(), (id, Begun::Joined));
    let row = library.discogs_run(id).await.unwrap();
    assert!(row.created_at > long_ago && row.list_read, "nobody wants another list");
    bench.age_discogs_runs().await;
    assert_eq!(library.start_discogs_run(&new("e")).await.unwrap(), (id, Begun::Joined));
    let row = library.discogs_run(id).await.unwrap();
    assert!(row.created_at > long_ago && !row.list_read);
}

#[tokio::test]
async fn a_forgotten_account_leaves_nothing_but_what_is_everybodys() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let library = &bench.library;
    read(&bench, me, &[copy(1, 10, 1)]).await;
    let folder = CollectionFolder { id: 1, name: "Uncategorized".into(), copies: 1 };
    let walk = library.begin_discogs_walk(me, LIST).await.unwrap();
    let field = Field { field: 1, place: 1, record: "{}".into() };
    for fields in [Some(vec![field.clone()]), None] {
        let folders = Folders { folders: vec![folder.clone()], fields };
        let proof = ListProof::default();
        library.end_discogs_walk(me, LIST, walk, &proof, Some(&folders)).await.unwrap();
        assert_eq!(library.discogs_folders(me).await.unwrap(), folders.folders);
        let known = library.discogs_fields(me).await.unwrap();
        assert_eq!(known, std::slice::from_ref(&field), "untold fields stay");
    }
    for kind in [AnswerKind::Release, AnswerKind::Suggestions] {
        library.keep_discogs_answer(kind, 10, me, 0, Some(b"{}")).await.unwrap();
    }
    let rows = Fingerprints::from([(1, u64::MAX), (2, 0)]);
    library.note_discogs_export(me, "collection", &rows).await.unwrap();
    assert_eq!(library.last_discogs_export(me, "collection").await.unwrap().unwrap().1, rows);

    // The same name in other letters is the same account.
    assert_eq!(account(&bench, "Digger").await, me);
    library.remove_discogs_account(me).await.unwrap();
    assert!(matches!(library.remove_discogs_account(me).await, Err(LibraryError::NotFound(_))));
    assert_eq!(library.discogs_cache().await.unwrap().answers, 1);
    assert!(library.discogs_accounts().await.unwrap().is_empty());
    assert!(library.last_discogs_export(me, "collection").await.unwrap().is_none());
    let again = account(&bench, "digger").await;
    assert_eq!(entries(&bench, &all(again)).await, []);
}

#[tokio::test]
async fn owned_copies_of_releases_are_found_and_other_lists_are_none() {
    let bench = Bench::new().await;
    let (me, other) = (account(&bench, "digger").await, account(&bench, "seller").await);
    read(&bench, me, &[copy(3, 10, 1), copy(1, 10, 7), copy(2, 20, 1)]).await;
    read(&bench, other, &[copy(9, 10, 1)]).await;
    let found = bench.library.discogs_copies(me, &[10, 30]).await.unwrap();
    assert_eq!(found, [copy(1, 10, 7), copy(3, 10, 1)]);
}

#[tokio::test]
async fn twenty_five_thousand_copies_are_kept_and_come_back_in_order() {
    let bench = Bench::new().await;
    let me = account(&bench, "digger").await;
    let copies: Vec<Entry> = (1..=25_000).map(|n| copy(n, n / 2, n % 4)).collect();
    let library = &bench.library;
    let walk = library.begin_discogs_walk(me, LIST).await.unwrap();
    for page in copies.chunks(100) {
        library.add_discogs_entries(me, LIST, walk, &listed(page)).await.unwrap();
    }
    let proof = ListProof { expected: 25_000, found: 25_000, ..ListProof::default() };
    assert_eq!(library.end_discogs_walk(me, LIST, walk, &proof, None).await.unwrap(), 0);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = library.discogs_entries(&all(me), after, 500).await.unwrap();
        found.extend(page.entries);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert!(found == copies);
    let covered = library
        .discogs_coverage(AnswerKind::Release, &of(me, EntryFilter::default()), &(0..=AHEAD))
        .await;
    assert_eq!(covered.unwrap(), (12_500, 12_500));
}
