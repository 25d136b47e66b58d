//! What goes wrong with Discogs: pages that do not add up, answers that are none, releases that are gone, exports that
//! do not end.

mod common;

use common::shelf::{API, FOLDER, Shelf};
use serde_json::json;
use simulator::discogs::{Course, Fate};
use simulator::{Fault, FaultKind, RetryAfter};
use std::collections::BTreeSet;

#[test]
fn pages_come_short_overlap_and_shrink_when_they_are_told_to() {
    let shelf = Shelf::new();
    let path = format!("{FOLDER}?per_page=100&sort=added");
    let all: Vec<u64> = shelf.account().copies.iter().map(|copy| copy.instance_id).collect();
    assert_eq!(shelf.walk(&path), (all.clone(), 230));

    shelf.fault(Fault::new(FaultKind::ShortPages { missing: 3 }).on_path("page=2").times(1));
    let (short, items) = shelf.walk(&path);
    assert_eq!((short.len(), items), (227, 230));
    assert_eq!(shelf.walk(&path).0, all, "the second walk finds the rest");

    shelf.fault(Fault::new(FaultKind::OverlappingPages));
    let (twice, items) = shelf.walk(&path);
    assert_eq!((twice.len(), items), (232, 230));
    assert_eq!(twice.into_iter().collect::<BTreeSet<_>>().len(), 230);

    shelf.fault(Fault::new(FaultKind::ShrinkingPages).on_path("per_page=100").times(1));
    let (after, items) = shelf.walk(&path);
    assert_eq!((after.len(), items), (229, 229), "one was seen and is gone, one slipped through");
    assert!(!after.contains(&all[100]));
    let left: Vec<u64> = shelf.account().copies.iter().map(|copy| copy.instance_id).collect();
    assert_eq!(left, all[1..]);

    shelf.fault(Fault::new(FaultKind::ShiftingPages).times(1));
    shelf.walk(&path);
    assert_eq!(shelf.account().copies.len(), 230);
}

#[test]
fn answers_go_wrong_in_all_the_known_ways() {
    let shelf = Shelf::new();
    let release = "/releases/249504";
    let storm = FaultKind::Status { code: 429, retry_after: Some(RetryAfter::Seconds(2)) };
    shelf.fault(Fault::new(storm).times(3));
    for _ in 0..3 {
        let got = shelf.own(release);
        assert_eq!(
            (got.status, got.header("x-discogs-ratelimit-remaining").as_deref()),
            (429, Some("0"))
        );
        assert_eq!(got.json()["message"], "You are making requests too quickly.");
        assert_eq!(got.header("retry-after").as_deref(), Some("2"));
    }
    assert_eq!(shelf.own(release).status, 200);
    let logged = shelf.0.control().log().iter().filter(|entry| entry.status == 429).count();
    assert_eq!(logged, 3);

    shelf.fault(Fault::new(FaultKind::Challenge));
    let got = shelf.own(release);
    assert_eq!((got.status, got.header("server").as_deref()), (403, Some("cloudflare")));
    assert!(got.text().contains("<title>Just a moment...</title>"));
    assert!(got.header("x-discogs-ratelimit").is_none());

    shelf.fault(Fault::new(FaultKind::EdgeLimit { retry_after: 3 }));
    let got = shelf.own(release);
    assert_eq!((got.status, got.header("retry-after").as_deref()), (429, Some("3")));
    assert!(got.text().contains("You are being rate limited"));
    assert!(got.header("x-discogs-ratelimit").is_none());

    shelf.fault(Fault::new(FaultKind::EmptyBody));
    let got = shelf.own(release);
    assert_eq!((got.status, got.body.len()), (200, 0));
    shelf.fault(Fault::new(FaultKind::SigninPage));
    let got = shelf.own(release);
    assert!(got.status == 200 && got.text().contains("Log in | Discogs"));
    shelf.fault(Fault::new(FaultKind::Status { code: 503, retry_after: None }));
    let got = shelf.own(release);
    assert_eq!((got.status, got.json()["message"].as_str()), (503, Some("Service Unavailable")));
    shelf.0.control().clear_faults();

    shelf.discogs().enlarge_release(249_504, 20_000_000);
    let got = shelf.own(release);
    assert!(got.body.len() > 20_000_000);
    assert!(got.json()["tracklist"].as_array().unwrap().len() > 10_000);
}

#[test]
fn merged_and_deleted_releases_stay_in_collections() {
    let shelf = Shelf::new();
    let ids: Vec<u32> = shelf.account().copies.iter().map(|copy| copy.release_id).take(3).collect();
    let path = |id: u32| format!("/releases/{id}");
    shelf.discogs().set_fate(ids[0], Fate::Gone);
    shelf.discogs().set_fate(ids[1], Fate::Redirects { into: ids[2] });
    let gone = shelf.own(&path(ids[0]));
    assert_eq!(
        (gone.status, gone.json()["message"].as_str()),
        (404, Some("That release does not exist or may have been deleted."))
    );
    let moved = shelf.own(&path(ids[1]));
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some(format!("{API}/releases/{}", ids[2])))
    );
    shelf.discogs().set_fate(ids[1], Fate::Becomes { into: ids[2] });
    assert_eq!(shelf.own(&path(ids[1])).json()["id"], ids[2]);
    let listed = shelf.own(&format!("{FOLDER}?sort=added")).json()["releases"].clone();
    let listed: Vec<u64> =
        listed.as_array().unwrap()[..3].iter().map(|copy| copy["id"].as_u64().unwrap()).collect();
    assert_eq!(listed, ids.iter().copied().map(u64::from).collect::<Vec<_>>());
}

#[test]
fn an_export_takes_its_time_ends_in_a_file_fails_or_never_ends() {
    let shelf = Shelf::new();
    let begin = || shelf.own_with("/inventory/export", &["--request", "POST"]);
    let begun = begin();
    assert_eq!((begun.status, begun.json()), (200, json!({})));
    let job = begun.header("location").unwrap().strip_prefix(API).unwrap().to_owned();
    assert_eq!(begin().status, 409);
    assert_eq!(shelf.own(&format!("{job}/download")).status, 404);
    let waiting = shelf.own(&job).json();
    assert!(waiting["finished_ts"].is_null() && waiting["download_url"].is_null());
    let done = shelf.own(&job).json();
    assert_eq!(done["status"], "success");
    assert_eq!(shelf.own("/inventory/export").json()["items"], json!([done]));
    let file = shelf.own(&format!("{job}/download"));
    assert_eq!(file.header("content-type").as_deref(), Some("text/csv; charset=utf-8"));
    let disposition = file.header("content-disposition").unwrap();
    assert!(disposition.contains(done["filename"].as_str().unwrap()), "{disposition}");
    assert!(file.body.starts_with(b"listing_id,artist,title,label,catno,format,release_id,status,price,listed,comments,\
        media_condition,sleeve_condition,accept_offer,external_id,weight,format_quantity,location,quantity\r\n"));
    let listings = shelf.account().listings;
    let mut rows = csv::Reader::from_reader(file.body.as_slice());
    let rows: Vec<csv::StringRecord> = rows.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), listings.len());
    for (row, listing) in rows.iter().zip(&listings) {
        let sheet = shelf.discogs().release(listing.release_id).unwrap().sheet;
        assert_eq!((&row[0], &row[2]), (listing.id.to_string().as_str(), sheet.title.as_str()));
        assert_eq!((&row[10], &row[17]), (listing.comments.as_str(), listing.location.as_str()));
        assert_eq!(row[8].parse::<f64>().unwrap(), listing.price);
    }

    shelf.discogs().set_export_course(Course::Fails);
    let job = begin().header("location").unwrap().strip_prefix(API).unwrap().to_owned();
    assert_eq!(shelf.own(&job).json()["status"], "failed");
    shelf.discogs().set_export_course(Course::Never);
    let job = begin().header("location").unwrap().strip_prefix(API).unwrap().to_owned();
    assert!((0..5).all(|_| shelf.own(&job).json()["status"] == "pending"));
}
