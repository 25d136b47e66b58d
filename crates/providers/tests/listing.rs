//! Lists that change while they are read, never end, or are cut: what is listed is complete or it is an error.

mod scripted;

use proptest::prelude::*;
use protocol::{ErrorBody, ErrorCode, Listing, Source, Variant};
use providers::Lister;
use scripted::*;
use serde_json::json;
use std::collections::{BTreeSet, HashSet};

fn lister() -> Lister {
    Lister::new(Source::Producer, account(), vec![Variant::Mp3])
}

/// Reads a list that `change` may alter before each request: what was listed, what there is, and the proof.
fn try_changing(
    mut list: Vec<String>,
    mut change: impl FnMut(usize, &mut Vec<String>),
) -> Result<(Vec<String>, Vec<String>, Listing), ErrorBody> {
    let mut lister = lister();
    let transport = Scripted::new(Source::Producer, |number, request| {
        change(number, &mut list);
        generations(&list, request)
    });
    let ids = read_all(&mut lister, &transport)?;
    drop(transport);
    Ok((ids, list, lister.listing()))
}

fn read_changing(
    list: Vec<String>,
    change: impl FnMut(usize, &mut Vec<String>),
) -> (Vec<String>, Vec<String>, Listing) {
    try_changing(list, change).expect("the list can be read")
}

#[test]
fn a_quiet_list_is_read_once_in_order_and_proven() {
    for count in [0, 1, 3, 4, 5, 16, 19, 20, 21, 36, 40, 320] {
        let (ids, list, listing) = read_changing(songs(count), |_, _| {});
        assert_eq!(ids, list, "{count} songs");
        assert!(listing.complete, "{count} songs");
        assert_eq!(listing.unique, count as u64);
        assert!(listing.seen >= listing.unique);
    }
}

#[test]
fn an_empty_list_takes_one_request() {
    let (_, _, listing) = read_changing(vec![], |_, _| {});
    assert_eq!(listing, Listing { pages: 1, seen: 0, unique: 0, complete: true });
}

#[test]
fn songs_are_counted_while_the_list_is_read() {
    let list = songs(50);
    let transport = Scripted::new(Source::Producer, |_, request| generations(&list, request));
    let mut lister = lister();
    run(lister.next_page(&transport)).expect("a page");
    assert_eq!(lister.songs(), 20);
    assert!(!lister.listing().complete, "complete is said at the end only");
    read_all(&mut lister, &transport).expect("the rest");
    assert_eq!(lister.songs(), 50);
}

#[test]
fn a_song_made_during_the_walk_is_listed_and_nothing_comes_twice() {
    let (ids, list, listing) = read_changing(songs(100), |number, list| {
        if matches!(number, 1 | 2 | 5) {
            list.insert(0, format!("new-{number}"));
        }
    });
    assert_eq!(ids.iter().collect::<BTreeSet<_>>(), list.iter().collect());
    assert_eq!(ids.len(), 103);
    assert!(listing.complete);
}

#[test]
fn more_new_songs_than_a_page_holds_are_all_listed() {
    let (ids, list, _) = read_changing(songs(30), |number, list| {
        if number == 2 {
            list.splice(0..0, (0..70).map(|more| format!("new-{more}")));
        }
    });
    assert_eq!(ids.iter().collect::<BTreeSet<_>>(), list.iter().collect());
}

#[test]
fn looks_at_the_front_do_not_leave_a_gap_when_it_moves_on() {
    // 30 songs take two pages, one to see the end; the next request looks at the front. There, 70 new songs; and
    // 16 more before the second page of the look, so that it shows exactly what the first one showed.
    let (ids, list, _) = read_changing(songs(30), |number, list| {
        let (how_many, name) = match number {
            3 => (70, "a"),
            4 => (16, "b"),
            _ => return,
        };
        list.splice(0..0, (0..how_many).map(|more| format!("{name}-{more}")));
    });
    assert_eq!(ids.iter().collect::<BTreeSet<_>>(), list.iter().collect());
}

#[test]
fn songs_deleted_during_the_walk_make_none_be_skipped() {
    for deleted in [1, 3, 4, 5, 19, 20, 21, 60] {
        let (ids, list, listing) = read_changing(songs(200), |number, list| {
            if number == 5 {
                list.drain(..deleted);
            }
        });
        let ids: HashSet<_> = ids.iter().collect();
        assert!(list.iter().all(|id| ids.contains(id)), "{deleted} deleted");
        assert!(listing.complete);
    }
}

#[test]
fn a_list_that_shrinks_below_the_next_page_is_read_to_its_end() {
    let (ids, list, listing) = read_changing(songs(60), |number, list| {
        if number == 2 {
            list.drain(..40);
        }
    });
    assert!(list.iter().all(|id| ids.contains(id)));
    assert!(listing.complete);
}

#[test]
fn a_list_emptied_during_the_walk_ends() {
    let (ids, _, listing) = read_changing(songs(60), |number, list| {
        if number == 2 {
            list.clear();
        }
    });
    assert_eq!(ids.len(), 36);
    assert!(listing.complete);
}

#[test]
fn a_site_that_caps_its_pages_is_read_to_the_end() {
    let list = songs(100);
    let transport = Scripted::new(Source::Producer, |_, request| {
        let offset = parameter(request, "offset");
        let records: Vec<_> =
            list.iter().skip(offset).take(10).map(|id| json!({ "id": id })).collect();
        json_answer(&json!({ "generations": records }))
    });
    assert_eq!(read_all(&mut lister(), &transport).expect("the list"), list);
}

#[test]
fn one_record_twice_on_a_page_is_one_song() {
    let transport = Scripted::new(Source::Producer, |_, request| {
        let twice = ["a", "b", "a", "c", "b", "c"].map(str::to_owned);
        generations(&twice, request)
    });
    let mut lister = lister();
    assert_eq!(read_all(&mut lister, &transport).expect("the list"), ["a", "b", "c"]);
    assert_eq!(lister.listing().unique, 3);
}

#[test]
fn the_same_page_for_ever_is_given_up() {
    let list = songs(20);
    let transport = Scripted::new(Source::Producer, |_, _| {
        let records: Vec<_> = list.iter().map(|id| json!({ "id": id })).collect();
        json_answer(&json!({ "generations": records }))
    });
    let mut lister = lister();
    let error = read_all(&mut lister, &transport).expect_err("no end");
    assert_eq!(error.code, ErrorCode::ListingUnstable);
    assert!(!lister.listing().complete);
    assert!(transport.requests.borrow().len() < 25, "it is given up soon");
}

#[test]
fn a_list_without_end_is_given_up() {
    let transport = Scripted::new(Source::Producer, |_, request| {
        let offset = parameter(request, "offset");
        let records: Vec<_> =
            (offset..offset + 20).map(|at| json!({ "id": format!("s{at}") })).collect();
        json_answer(&json!({ "generations": records }))
    });
    let error = read_all(&mut lister(), &transport).expect_err("no end");
    assert_eq!(error.code, ErrorCode::ListingUnstable);
}

#[test]
fn other_songs_on_every_page_are_given_up() {
    let transport = Scripted::new(Source::Producer, |number, _| {
        let records: Vec<_> =
            (0..20).map(|at| json!({ "id": format!("s{number}-{at}") })).collect();
        json_answer(&json!({ "generations": records }))
    });
    let error = read_all(&mut lister(), &transport).expect_err("no end");
    assert_eq!(error.code, ErrorCode::ListingUnstable);
    assert!(transport.requests.borrow().len() < 1_000);
}

#[test]
fn a_song_made_after_each_page_does_not_keep_the_list_from_ending() {
    let mut list = songs(30);
    let mut served = list.clone();
    let transport = Scripted::new(Source::Producer, |number, request| {
        served.clone_from(&list);
        list.insert(0, format!("new-{number}"));
        generations(&served, request)
    });
    let mut lister = lister();
    let ids = read_all(&mut lister, &transport).expect("the list ends");
    drop(transport);
    assert!(lister.listing().complete);
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>(),
        served.iter().collect(),
        "all that the last page knew of"
    );
}

#[test]
fn a_front_that_grows_by_more_than_a_page_each_time_is_given_up() {
    let mut list = songs(30);
    let transport = Scripted::new(Source::Producer, |number, request| {
        list.splice(0..0, (0..25).map(|more| format!("new-{number}-{more}")));
        generations(&list, request)
    });
    let mut lister = lister();
    let error = read_all(&mut lister, &transport).expect_err("no rest");
    assert_eq!(error.code, ErrorCode::ListingUnstable);
    assert!(!lister.listing().complete);
}

#[test]
fn after_an_error_the_list_goes_on_where_it_was() {
    let list = songs(60);
    let transport = Scripted::new(Source::Producer, |number, request| match number {
        1 | 2 => status(401),
        _ => generations(&list, request),
    });
    let mut lister = lister();
    let first = run(lister.next_page(&transport)).expect("a page").expect("songs");
    let error = run(lister.next_page(&transport)).expect_err("not signed in");
    assert_eq!(error.code, ErrorCode::SessionExpired);
    let rest = read_all(&mut lister, &transport).expect("the rest");
    assert_eq!(first.len() + rest.len(), 60);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever is made and deleted while the list is read: what is there when it comes to rest is listed, once.
    /// Giving up is honest, too, and happens only when the list grows by more than it had.
    #[test]
    fn nothing_that_stays_is_missed(
        count in 0usize..150,
        changes in prop::collection::vec((0usize..20, any::<bool>(), 0usize..200, 1usize..70), 0..8),
    ) {
        let read = try_changing(songs(count), |number, list| {
            let now = changes.iter().enumerate().filter(|(_, change)| change.0 == number);
            for (made, (_, add, place, how_many)) in now {
                if *add {
                    list.splice(0..0, (0..*how_many).map(|more| format!("new-{made}-{more}")));
                } else {
                    let from = (*place).min(list.len());
                    let to = (from + how_many).min(list.len());
                    list.drain(from..to);
                }
            }
        });
        let made: usize = changes.iter().filter(|change| change.1).map(|change| change.3).sum();
        match read {
            Ok((ids, after, listing)) => {
                prop_assert!(listing.complete);
                let listed: HashSet<_> = ids.iter().collect();
                prop_assert_eq!(listed.len(), ids.len(), "nothing comes twice");
                for id in &after {
                    prop_assert!(listed.contains(id), "{} is missing", id);
                }
            }
            Err(error) => {
                prop_assert_eq!(error.code, ErrorCode::ListingUnstable);
                prop_assert!(made > 150, "given up after only {} new songs", made);
            }
        }
    }
}
