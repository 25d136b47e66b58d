//! Discogs: lists whose count has to add up, things that are gone or moved, and records that hold anything.

mod scripted;

use protocol::{ErrorCode, Source};
use providers::discogs::{Copy, Discogs, Found, List, Page, Pages, Proof, Release};
use providers::{Request, Response};
use scripted::{Answer, Scripted, run};
use serde_json::{Value, json};

fn json(value: &Value) -> Answer {
    Ok(Response { status: 200, body: value.to_string().into_bytes(), ..Response::default() })
}

fn status(status: u16, body: &str) -> Answer {
    Ok(Response { status, body: body.as_bytes().to_vec(), ..Response::default() })
}

/// A page with these copies of a list of `items`, and another one after it.
fn page(copies: impl IntoIterator<Item = i64>, items: i64, more: bool) -> Answer {
    let record = |copy| json!({"instance_id": copy, "id": 1, "basic_information": {"title": "T"}});
    let copies: Vec<Value> = copies.into_iter().map(record).collect();
    let urls = if more { json!({"next": "https://api.discogs.com/anything"}) } else { json!({}) };
    json(&json!({"pagination": {"items": items, "urls": urls}, "releases": copies}))
}

/// The copies of each page, and whether the walk began anew with it.
type Read = Vec<(Vec<i64>, bool)>;

/// Reads a list to its end. Gives the proof and the paths that were asked for, too.
fn walk(
    answer: impl FnMut(usize, &Request) -> Answer,
) -> (Result<Read, ErrorCode>, Proof, Vec<String>) {
    let site = Scripted::new(Source::Discogs, answer);
    let discogs = Discogs::new(&site);
    let mut pages = Pages::new(List::copies("digger", 0));
    let read = async {
        let mut all = Vec::new();
        while let Some(Page { records, anew }) = pages.next_page(&discogs).await? {
            all.push((records.iter().map(|(copy, _)| copy.instance_id.unwrap()).collect(), anew));
        }
        Ok(all)
    };
    let all = run(read).map_err(|error: protocol::ErrorBody| error.code);
    (all, pages.proof(), site.paths())
}

#[test]
fn a_list_is_read_page_by_page_while_the_site_names_a_next_one() {
    let (all, proof, paths) = walk(|number, _| match number {
        0 => page(1..=100, 150, true),
        _ => page(101..=150, 150, false),
    });
    assert_eq!(all.unwrap().iter().map(|(copies, _)| copies.len()).sum::<usize>(), 150);
    let complete =
        Proof { expected: 150, found: 150, pages: 2, walks: 1, complete: true, ..Proof::default() };
    assert_eq!(proof, complete);
    let list = "/users/digger/collection/folders/0/releases?sort=added&sort_order=desc";
    assert_eq!(paths[1], format!("{list}&page=2&per_page=100"));
}

#[test]
fn short_and_empty_pages_are_not_the_end() {
    let (all, proof, _) = walk(|number, _| match number {
        0 => page(1..=3, 7, true),
        1 => page([], 7, true),
        _ => page(4..=7, 7, false),
    });
    assert_eq!(all.unwrap().len(), 3);
    assert!(proof.complete);
}

#[test]
fn what_moved_over_the_edge_of_a_page_is_found_by_a_second_walk() {
    // Copy 1 is removed after the first page was read: copy 3 moves to where it is not looked for.
    let (all, proof, _) = walk(|number, _| match number {
        0 => page([1, 2], 5, true),
        1 => page([4, 5], 4, false),
        2 => page([2, 3], 4, true),
        _ => page([4, 5], 4, false),
    });
    // Four were found and four expected, but of the first walk one is gone and one missing.
    let all = all.unwrap();
    assert!(proof.complete);
    assert_eq!(all.last().unwrap().0, [4, 5]);
    assert_eq!(proof.walks, 2, "{all:?}");
}

/// Copies in the site's order, newest first, of which one is removed and one added while they are read.
struct Restless {
    copies: Vec<i64>,
    removed: i64,
    /// Before which request it happens.
    removed_at: usize,
    added_at: usize,
    /// What was there at some time.
    moments: Vec<Vec<i64>>,
}

impl Restless {
    const PAGE: usize = 3;

    fn answer(&mut self, number: usize, request: &Request) -> Answer {
        if number == self.removed_at {
            self.copies.retain(|copy| *copy != self.removed);
        }
        if number == self.added_at {
            self.copies.insert(0, 99);
        }
        self.moments.push(self.copies.clone());
        let (_, asked) = request.url.split_once("&page=").unwrap();
        let (asked, _) = asked.split_once('&').unwrap();
        let begin = (asked.parse::<usize>().unwrap() - 1) * Self::PAGE;
        if begin >= self.copies.len() {
            return status(404, r#"{"message": "That page is out of range."}"#);
        }
        let end = self.copies.len().min(begin + Self::PAGE);
        let items = i64::try_from(self.copies.len()).unwrap();
        page(self.copies[begin..end].to_vec(), items, end < self.copies.len())
    }
}

#[test]
fn one_removed_and_one_added_while_a_list_is_read_leave_it_as_it_was_at_some_time() {
    for (removed, removed_at, added_at) in
        (1..=10).flat_map(|copy| (0..25).map(move |when| (copy, when / 5, when % 5)))
    {
        let copies = (1..=10).rev().collect();
        let mut list = Restless { copies, removed, removed_at, added_at, moments: vec![] };
        let (all, proof, _) = walk(|number, request| list.answer(number, request));
        let all = all.unwrap();
        let last = all.iter().rposition(|(_, anew)| *anew).unwrap();
        let mut found: Vec<i64> = all[last..].iter().flat_map(|(page, _)| page.clone()).collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        assert!(proof.complete);
        assert!(list.moments.contains(&found), "{removed} {removed_at} {added_at}: {found:?}");
    }
}

#[test]
fn a_page_that_is_gone_when_it_is_asked_for_makes_the_walk_begin_anew() {
    let gone = || status(404, r#"{"message": "That page is out of range."}"#);
    let (all, proof, _) = walk(|number, _| match number {
        0 => page([1, 2], 3, true),
        1 => gone(),
        _ => page([1, 2], 2, false),
    });
    assert_eq!(all.unwrap().last().unwrap(), &(vec![1, 2], true));
    assert_eq!((proof.walks, proof.complete), (2, true));
    let (all, ..) = walk(|_, _| gone());
    assert_eq!(all.unwrap_err(), ErrorCode::SiteChanged);
}

#[test]
fn a_copy_shown_twice_counts_once() {
    let (all, proof, _) = walk(|number, _| match number {
        0 => page([1, 2], 3, true),
        _ => page([2, 3], 3, false),
    });
    assert_eq!(all.unwrap()[1].0, [3]);
    assert_eq!((proof.found, proof.repeated, proof.complete), (3, 1, true));
}

#[test]
fn a_count_that_never_adds_up_is_said() {
    let (all, proof, _) = walk(|_, _| page([1, 2], 3, false));
    assert_eq!(all.unwrap_err(), ErrorCode::ListingUnstable);
    assert!(!proof.complete);
    assert_eq!(proof.walks, 5);
}

#[test]
fn a_page_that_failed_is_asked_for_again_and_nothing_counts_twice() {
    let site = Scripted::new(Source::Discogs, |number, _: &Request| match number {
        0 => page([1, 2], 4, true),
        1 => status(401, r#"{"message": "You must authenticate to access this resource."}"#),
        2 => status(401, r#"{"message": "You must authenticate to access this resource."}"#),
        _ => page([3, 4], 4, false),
    });
    let discogs = Discogs::new(&site);
    let mut pages: Pages<Copy> = Pages::new(List::copies("digger", 0));
    run(pages.next_page(&discogs)).unwrap();
    assert_eq!(run(pages.next_page(&discogs)).unwrap_err().code, ErrorCode::SessionExpired);
    let page = run(pages.next_page(&discogs)).unwrap().unwrap();
    assert_eq!(page.records.len(), 2);
    assert!(!page.anew);
    assert_eq!(run(pages.next_page(&discogs)).unwrap(), None);
    assert_eq!((pages.proof().found, pages.proof().walks), (4, 1));
}

#[test]
fn a_changed_site_is_said_with_the_field() {
    let broken = [
        json!({"releases": []}),
        json!({"pagination": {"items": "many"}, "releases": []}),
        json!({"pagination": {"items": 1}}),
        json!({"pagination": {"items": 1}, "releases": {}}),
        json!({"pagination": {"items": 1}, "releases": ["a"]}),
        json!({"pagination": {"items": 1}, "releases": [{"id": 5}]}),
    ];
    for answer in broken {
        let (all, ..) = walk(|_, _| json(&answer));
        assert_eq!(all.unwrap_err(), ErrorCode::SiteChanged, "{answer}");
    }
}

fn release(
    answer: impl FnMut(usize, &Request) -> Answer,
) -> (Result<Found<Release>, ErrorCode>, usize) {
    let site = Scripted::new(Source::Discogs, answer);
    let found = run(Discogs::new(&site).release(7)).map_err(|error| error.code);
    let asked = site.requests.borrow().len();
    (found, asked)
}

#[test]
fn a_release_that_is_gone_is_no_error() {
    let (found, _) = release(|_, _| status(404, r#"{"message": "Release not found."}"#));
    assert_eq!(found, Ok(Found::Gone));
}

#[test]
fn a_merged_release_is_followed_on_the_same_origin_only() {
    let moved = |to: &str| {
        Ok(Response { status: 301, location: Some(to.to_owned()), ..Response::default() })
    };
    for to in ["/releases/8", "https://api.discogs.com/releases/8"] {
        let (found, _) = release(|number, request| {
            if number == 0 {
                return moved(to);
            }
            assert!(request.url.ends_with("/releases/8"));
            json(&json!({"id": 8}))
        });
        let Ok(Found::Here { answer, raw }) = found else { panic!("{found:?}") };
        assert_eq!((answer.id, raw.as_slice()), (Some(8), br#"{"id":8}"#.as_slice()));
    }
    for to in
        ["https://example.com/releases/8", "//example.com/", "https://api.discogs.com.example.com/"]
    {
        let (found, asked) = release(|_, _| moved(to));
        assert_eq!((found, asked), (Err(ErrorCode::SiteChanged), 1), "{to}");
    }
    let (found, asked) = release(|_, _| moved("/releases/7"));
    assert_eq!((found, asked), (Err(ErrorCode::SiteChanged), 4));
}

#[test]
fn an_empty_answer_is_asked_for_again() {
    let (found, asked) =
        release(|number, _| if number < 2 { status(200, " \n") } else { json(&json!({"id": 7})) });
    assert!(matches!(found, Ok(Found::Here { .. })));
    assert_eq!(asked, 3);
    let (found, _) = release(|_, _| status(200, ""));
    assert_eq!(found, Err(ErrorCode::ServerError));
}

#[test]
fn a_protections_page_is_a_challenge_and_other_pages_are_no_data() {
    let blocked = "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>";
    assert_eq!(release(|_, _| status(403, blocked)).0, Err(ErrorCode::Challenge));
    assert_eq!(
        release(|_, _| status(200, "<html>Down for a while")).0,
        Err(ErrorCode::SiteChanged)
    );
    let forbidden = r#"{"message": "You don't have permission to access this resource."}"#;
    assert_eq!(release(|_, _| status(403, forbidden)).0, Err(ErrorCode::Refused));
    let banned =
        "<!doctype html><title>Access denied</title>The owner of this website has banned you";
    assert_eq!(release(|_, _| status(403, banned)).0, Err(ErrorCode::Challenge));
}

#[test]
fn who_has_no_seller_settings_is_refused_and_the_release_is_not_gone() {
    let unset = r#"{"message": "You must fill out your seller settings first."}"#;
    assert_eq!(release(|_, _| status(404, unset)).0, Err(ErrorCode::Refused));
    assert_eq!(
        release(|_, _| status(404, r#"{"message": "Release not found."}"#)).0,
        Ok(Found::Gone)
    );
}

#[test]
fn what_has_the_wrong_type_reads_as_absent_and_the_rest_is_kept() {
    let odd = json!({
        "id": "7", "title": 1984, "year": null, "artists": "nobody", "labels": null,
        "formats": [{"name": "Vinyl", "qty": 2, "descriptions": ["LP", 7, null, {}]}],
        "genres": {}, "community": [], "lowest_price": 12.5, "num_for_sale": [3],
        "tracklist": [{"title": "One", "artists": null, "sub_tracks": [{"title": "One a"}]}],
        "unknown": {"anything": [1]},
    });
    let (found, _) = release(|_, _| json(&odd));
    let Ok(Found::Here { answer, .. }) = found else { panic!("{found:?}") };
    assert_eq!((answer.id, answer.title.as_str(), answer.year), (Some(7), "1984", None));
    assert_eq!(answer.formats[0].qty, "2");
    assert_eq!(answer.formats[0].descriptions, ["LP", "7"]);
    assert_eq!((answer.artists.len(), answer.labels.len(), answer.genres.len()), (0, 0, 0));
    assert_eq!((answer.community, answer.lowest_price.as_deref()), (None, Some("12.5")));
    assert_eq!(
        (answer.num_for_sale, answer.tracklist[0].sub_tracks[0].title.as_str()),
        (None, "One a")
    );
}
