//! Discogs' API by curl: who may see what, pages, prices and the limit.

mod common;

use common::shelf::{API, FOLDER, Shelf};
use common::{Got, curl};
use serde_json::json;
use simulator::discogs::Sizes;
use std::collections::BTreeSet;

#[test]
fn others_see_what_is_public_and_no_more() {
    let shelf = Shelf::new();
    let status = |path: &str| shelf.get(path).status;
    assert_eq!(
        shelf.get("/users/demo/collection/folders").json()["folders"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        shelf.own("/users/demo/collection/folders").json()["folders"].as_array().unwrap().len(),
        6
    );
    assert_eq!(status("/users/demo/collection/folders/1/releases"), 403);
    assert_eq!(status("/users/nobody/collection/folders"), 404);
    assert_eq!(shelf.own("/users/demo/collection/folders/999/releases").status, 404);
    assert_eq!(status("/oauth/identity"), 401);
    assert_eq!(status("/inventory/export"), 401);

    let fields = |got: Got| got.json()["fields"].as_array().unwrap().len();
    let path = "/users/demo/collection/fields";
    assert_eq!((fields(shelf.get(path)), fields(shelf.own(path))), (3, 7));
    let public: BTreeSet<u64> = shelf.get(path).json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["id"].as_u64().unwrap())
        .collect();
    for copy in shelf.get(FOLDER).json()["releases"].as_array().unwrap() {
        let notes = copy["notes"].as_array().into_iter().flatten();
        assert!(notes.into_iter().all(|note| public.contains(&note["field_id"].as_u64().unwrap())));
        assert_eq!(copy["basic_information"]["cover_image"], "");
    }
    assert!(shelf.get("/users/demo/wants").json()["wants"][0].get("notes").is_none());
    let statuses = |got: Got| -> BTreeSet<String> {
        let listings = got.json()["listings"].as_array().unwrap().clone();
        listings.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect()
    };
    let shop = "/users/demo/inventory?per_page=100";
    assert_eq!(
        statuses(shelf.get(&format!("{shop}&status=Draft"))),
        BTreeSet::from(["For Sale".into()])
    );
    assert_eq!(statuses(shelf.own(shop)).len(), 4);
    assert!(shelf.get(shop).json()["listings"][0].get("location").is_none());

    shelf.discogs().set_private("demo", true);
    let refused = shelf.get(FOLDER);
    assert_eq!(refused.status, 403);
    assert!(refused.json()["message"].as_str().unwrap().contains("authenticate as the owner"));
    assert_eq!(status("/users/demo/wants"), 403);
    assert_eq!(shelf.own(FOLDER).status, 200);
}

#[test]
fn without_a_user_agent_there_is_no_word_and_other_methods_are_refused() {
    let shelf = Shelf::new();
    let mute = curl(&shelf.0, &["--user-agent", "", &format!("{API}/releases/249504")]);
    assert_eq!((mute.status, mute.body.len()), (403, 0));
    let put = shelf.own_with(FOLDER, &["--request", "PUT"]);
    assert_eq!(put.status, 405);
    assert!(put.json()["message"].is_string());
    assert_eq!(
        shelf.get("/artists/x/y/z").json()["message"],
        "The requested resource was not found."
    );
}

#[test]
fn pages_say_where_the_others_are_and_sorting_holds_over_all_of_them() {
    let shelf = Shelf::new();
    let page = shelf.own(&format!("{FOLDER}?page=2&per_page=100&sort=added&sort_order=asc"));
    let framed = &page.json()["pagination"];
    assert_eq!(
        (&framed["pages"], &framed["items"], &framed["per_page"]),
        (&json!(3), &json!(230), &json!(100))
    );
    let next = format!("{API}{FOLDER}?page=3&per_page=100&sort=added&sort_order=asc");
    assert_eq!(framed["urls"]["next"], next);
    assert!(page.header("link").unwrap().contains(&format!("<{next}>; rel=\"next\"")));
    assert_eq!(shelf.own(&format!("{FOLDER}?page=4&per_page=100")).status, 404);

    let all: BTreeSet<u64> = shelf.account().copies.iter().map(|copy| copy.instance_id).collect();
    for sort in ["added", "artist", "title", "catno", "format", "label", "rating", "year"] {
        let (up, items) = shelf.walk(&format!("{FOLDER}?per_page=100&sort={sort}"));
        let (mut down, _) =
            shelf.walk(&format!("{FOLDER}?per_page=100&sort={sort}&sort_order=desc"));
        assert_eq!(items, 230);
        assert_eq!(up.iter().copied().collect::<BTreeSet<_>>(), all, "{sort}");
        down.reverse();
        assert_eq!(up, down, "{sort}");
    }
    let years: Vec<u64> = shelf.own(&format!("{FOLDER}?per_page=100&sort=year")).json()["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|copy| copy["basic_information"]["year"].as_u64().unwrap())
        .collect();
    assert!(years.is_sorted());
}

#[test]
fn the_limit_is_per_address_and_a_neighbour_counts() {
    let shelf = Shelf::with(Sizes::default(), 1.0);
    let discogs = shelf.discogs();
    discogs.spend(24);
    let last = shelf.get("/releases/249504");
    assert_eq!(last.header("x-discogs-ratelimit-remaining").as_deref(), Some("0"));
    let refused = shelf.get("/releases/249504");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json(), json!({"message": "You are making requests too quickly."}));
    assert!(refused.header("retry-after").is_none());
    assert_eq!(
        shelf.own("/releases/249504").header("x-discogs-ratelimit-used").as_deref(),
        Some("26")
    );
    // Only Linux has more than one address for itself from the start.
    if cfg!(target_os = "linux") {
        let address = format!("{API}/releases/249504");
        let elsewhere = curl(&shelf.0, &["--interface", "127.0.0.2", &address]);
        let used = elsewhere.header("x-discogs-ratelimit-used");
        assert_eq!((elsewhere.status, used.as_deref()), (200, Some("1")));
    }

    discogs.spend(34);
    discogs.set_retry_after(true);
    let refused = shelf.own("/releases/249504");
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(discogs.rate().refused, 2);
    discogs.set_time_scale(600.0);
    assert_eq!(shelf.own("/releases/249504").status, 200);
}

#[test]
fn other_peoples_shops_end_after_a_hundred_pages() {
    let shelf = Shelf::new();
    let last = shelf.own("/users/bigshop/inventory?per_page=100&page=100").json();
    assert_eq!(last["pagination"]["pages"], 102, "the number of pages does not tell");
    assert_eq!(last["listings"].as_array().unwrap().len(), 100);
    let beyond = shelf.own("/users/bigshop/inventory?per_page=100&page=101");
    assert_eq!(beyond.status, 403);
    let message = "Pagination above 100 disabled for inventories besides your own";
    assert_eq!(beyond.json()["message"], message);
    assert_eq!(shelf.own("/users/demo/inventory?per_page=1&page=101").status, 200);
}

#[test]
fn prices_are_told_in_the_right_currency() {
    let shelf = Shelf::new();
    let listing = |got: Got| got.json()["listings"][0].clone();
    let yen = listing(shelf.get("/users/bigshop/inventory"));
    let value = yen["price"]["value"].as_f64().unwrap();
    assert_eq!((yen["price"]["currency"].as_str(), value.fract()), (Some("JPY"), 0.0));
    assert!(yen["original_price"]["formatted"].as_str().unwrap().starts_with('¥'));
    assert_eq!(listing(shelf.own("/users/bigshop/inventory"))["price"]["currency"], "EUR");
    let alone = shelf.get(&format!("/marketplace/listings/{}", yen["id"]));
    assert_eq!(alone.json(), yen);
    let digits = shelf.account().listings[0].price * 100.0;
    shelf.discogs().set_currency("demo", "JPY");
    assert_eq!(shelf.account().listings[0].price, digits.round());
    let stats = shelf.get("/marketplace/stats/249504?curr_abbr=JPY").json();
    assert_eq!(stats["blocked_from_sale"], false);
    assert_eq!(shelf.get("/marketplace/stats/249504?curr_abbr=XXX").status, 422);
    assert_eq!(shelf.get("/marketplace/price_suggestions/249504").status, 401);
}
