//! A shop: by the file that the site makes of it, and by pages that end early where it is somebody else's.

mod scripted;

use protocol::{ErrorBody, ErrorCode, Source};
use providers::discogs::{Discogs, List, Listing, Pages, Proof};
use providers::{HttpMethod, Request, Response};
use scripted::{Answer, Scripted, json_answer, parameter, run};
use serde_json::{Value, json};

const HEADER: &str = "listing_id,artist,title,label,catno,format,release_id,status,price,listed,comments,\
                      media_condition,sleeve_condition,accept_offer,external_id,weight,format_quantity,location,quantity";

/// A file with a header and these listings.
fn file(ids: impl IntoIterator<Item = i64>) -> String {
    let row = |id| {
        format!(
            "\r\n{id},\"A, \"\"B\"\"\",=1+1,L,00123,\"LP, Album\",7,For Sale,12.50,2026-02-28 17:30:05,\
             \"One\r\ntwo, \"\"three\"\"\n\",Mint (M),,Y,,230,1,'shelf\t3,2"
        )
    };
    let rows: String = ids.into_iter().map(row).collect();
    format!("{HEADER}{rows}\r\n")
}

fn front(items: i64) -> Answer {
    front_of(items, if items > 0 { vec![listed(1, "EUR")] } else { vec![] })
}

/// A listing as its seller reads it who buys in dollars.
fn listed(id: i64, currency: &str) -> Value {
    let original = json!({"value": 3, "curr_abbr": currency, "formatted": "3.00"});
    json!({"id": id, "price": {"value": 3.4712, "currency": "USD"}, "original_price": original})
}

fn front_of(items: i64, listings: Vec<Value>) -> Answer {
    json_answer(&json!({"pagination": {"items": items, "urls": {}}, "listings": listings}))
}

fn begun(location: &str) -> Answer {
    // The real site is not known to say anything more.
    Ok(Response { status: 200, location: Some(location.to_owned()), ..Response::default() })
}

fn csv(text: &str) -> Answer {
    let content_type = "text/csv; charset=utf-8".to_owned();
    Ok(Response {
        status: 200,
        content_type,
        body: text.as_bytes().to_vec(),
        ..Response::default()
    })
}

fn conflict() -> Answer {
    let body = br#"{"message": "An export is already in progress."}"#.to_vec();
    Ok(Response { status: 409, body, ..Response::default() })
}

const PENDING: &str = r#"{"id": 5, "status": "pending", "finished_ts": null}"#;
const DONE: &str = r#"{"id": 5, "status": "success", "finished_ts": "2026-02-28T17:31:00"}"#;
const FAILED: &str = r#"{"id": 5, "status": "failed", "finished_ts": "2026-02-28T17:31:00"}"#;

fn job(state: &str) -> Answer {
    json_answer(&serde_json::from_str(state).unwrap())
}

/// The listings of a file, and its proof.
type Shop = (Vec<(Listing, Value)>, Proof);

/// What came of an export, the paths that were asked for, and how long was waited in all, in ms.
fn export(
    answer: impl FnMut(usize, &Request) -> Answer,
) -> (Result<Shop, ErrorBody>, Vec<String>, u64) {
    let site = Scripted::new(Source::Discogs, answer);
    let discogs = Discogs::new(&site);
    let shop = run(async {
        let mut shop = discogs.export_inventory("seller").await?;
        let listings = shop.listings.by_ref().collect::<Result<Vec<_>, _>>()?;
        let proof = discogs.prove_shop("seller", shop.expected, shop.listings.tally()).await?;
        Ok((listings, proof))
    });
    let slept = site.slept.borrow().iter().sum();
    (shop, site.paths(), slept)
}

/// Answers what leads to a file; `of_job` answers the looks at the job by their number, `file` is what it made.
fn site(
    items: i64,
    file: String,
    mut of_job: impl FnMut(usize) -> Answer,
) -> impl FnMut(usize, &Request) -> Answer {
    let mut looks = 0;
    move |_, request| match request.url.strip_prefix("https://api.discogs.com").unwrap() {
        path if path.starts_with("/users/seller/inventory") => front(items),
        "/inventory/export" if request.method == HttpMethod::Post => {
            begun("https://api.discogs.com/inventory/export/5")
        }
        "/inventory/export/5" => {
            looks += 1;
            of_job(looks - 1)
        }
        "/inventory/export/5/download" => csv(&file),
        other => panic!("{other}"),
    }
}

#[test]
fn a_job_is_begun_waited_for_and_its_file_read_to_the_last_character() {
    let answer = site(3, file([11, 12, 13]), |look| job(if look < 4 { PENDING } else { DONE }));
    let (shop, paths, slept) = export(answer);
    let (listings, proof) = shop.unwrap();
    assert_eq!(slept, 1_000 + 2_000 + 4_000 + 8_000, "the pauses grow");
    assert_eq!(paths.len(), 1 + 1 + 5 + 1, "{paths:?}");
    assert_eq!((proof.expected, proof.found, proof.repeated, proof.complete), (3, 3, 0, true));
    let (listing, record) = &listings[0];
    assert_eq!(listing.id, Some(11));
    assert_eq!(listing.comments, "One\r\ntwo, \"three\"\n");
    assert_eq!(listing.location, "'shelf\t3");
    let price = listing.price.clone().unwrap();
    assert_eq!((price.value.as_deref(), price.currency.as_str()), (Some("12.50"), "EUR"));
    assert_eq!((listing.weight.as_deref(), listing.quantity), (Some("230"), Some(2)));
    assert!(listing.allow_offers);
    let release = listing.release.clone().unwrap();
    assert_eq!((release.id, release.artist.as_str()), (Some(7), "A, \"B\""));
    assert_eq!((release.title.as_str(), release.catalog_number.as_str()), ("=1+1", "00123"));
    // The row as it came is kept beside.
    assert_eq!(record["export"]["price"], "12.50");
    assert_eq!(record["export"].as_object().unwrap().len(), 19);
    assert_eq!(record["export"]["listed"], "2026-02-28 17:30:05");
}

/// The currencies of the listings 1 to 4 of a file, where pages show these.
fn currencies(shown: Vec<Value>) -> Vec<String> {
    let mut answer = site(4, file([1, 2, 3, 4]), |_| job(DONE));
    let (shop, ..) = export(|number, request| {
        let is_front = request.url.contains("/users/");
        if is_front { front_of(4, shown.clone()) } else { answer(number, request) }
    });
    let listings = shop.unwrap().0.into_iter();
    listings.map(|(listing, _)| listing.asked().currency).collect()
}

#[test]
fn a_listing_has_the_sellers_currency_where_that_is_known_and_none_where_it_is_not() {
    assert_eq!(currencies(vec![listed(1, "GBP"), listed(3, "GBP")]), ["GBP"; 4]);
    let differ = currencies(vec![listed(1, "GBP"), listed(3, "EUR")]);
    assert_eq!(differ, ["GBP", "", "EUR", ""]);
    assert_eq!(currencies(vec![json!({"id": 1, "price": null})]), [""; 4]);
    let (without, with) = (json!({"id": 2}), listed(1, "JPY"));
    assert_eq!(currencies(vec![without, with]), ["JPY"; 4]);
    // Before there was a seller's price beside it, this was one.
    let plain = json!({"id": 1, "price": {"value": 3, "currency": "CHF"}, "original_price": {}});
    assert_eq!(currencies(vec![plain]), ["CHF"; 4]);
}

#[test]
fn a_job_that_never_ends_or_fails_makes_no_file() {
    let (shop, _, slept) = export(site(3, file([1]), |_| job(PENDING)));
    let error = shop.unwrap_err();
    assert_eq!((error.code, slept), (ErrorCode::ServerError, 180_000));
    assert!(error.params["detail"].contains("too long"), "{error}");
    let (shop, ..) = export(site(3, file([1]), |_| job(FAILED)));
    assert!(shop.unwrap_err().params["detail"].contains("failed"));
}

#[test]
fn a_job_of_another_program_is_waited_for_and_not_taken_for_ours() {
    let (mut posts, mut looks) = (0, 0);
    let (shop, paths, _) = export(|_, request| {
        let path = request.url.strip_prefix("https://api.discogs.com").unwrap();
        match (path, request.method) {
            ("/inventory/export", HttpMethod::Post) => {
                posts += 1;
                if posts == 1 { conflict() } else { begun("/inventory/export/6") }
            }
            ("/inventory/export", _) => {
                let items = [DONE.replace('5', "4"), PENDING.to_owned()].join(",");
                job(&format!("{{\"items\": [{items}]}}"))
            }
            ("/inventory/export/5", _) => {
                looks += 1;
                job(if looks < 3 { PENDING } else { DONE })
            }
            ("/inventory/export/6", _) => job(DONE),
            ("/inventory/export/6/download", _) => csv(&file([1])),
            _ => front(1),
        }
    });
    assert_eq!(shop.unwrap().1.found, 1);
    assert!(!paths.iter().any(|path| path == "/inventory/export/5/download"), "{paths:?}");

    // One that never ends is not waited for for ever.
    let (shop, _, slept) = export(|_, request| match request.method {
        HttpMethod::Post => conflict(),
        HttpMethod::Get if request.url.ends_with("/inventory/export") => job(r#"{"items": []}"#),
        HttpMethod::Get => front(1),
    });
    assert_eq!((shop.unwrap_err().code, slept), (ErrorCode::ServerError, 180_000));
}

#[test]
fn a_file_counts_if_the_site_says_its_number_before_or_after() {
    let mut fronts = [4, 3].into_iter();
    let mut answer = site(0, file([1, 2, 3, 3]), |_| job(DONE));
    let (shop, ..) = export(|number, request| {
        if request.url.contains("/users/") {
            return front(fronts.next().unwrap());
        }
        answer(number, request)
    });
    let proof = shop.unwrap().1;
    assert_eq!((proof.expected, proof.found, proof.repeated), (3, 3, 1));
    let (shop, ..) = export(site(4, file([1, 2, 3]), |_| job(DONE)));
    assert_eq!(shop.unwrap_err().code, ErrorCode::ListingUnstable);
    let (shop, ..) = export(site(0, format!("{HEADER}\r\n"), |_| job(DONE)));
    assert_eq!(shop.unwrap().1.expected, 0);
}

#[test]
fn what_is_no_such_file_is_said() {
    let broken = [
        String::new(),
        file([1]).replace("listing_id", "id"),
        file([1]).replace("\r\n1,", "\r\none,"),
        format!("{HEADER}\r\n1,2,3\r\n"),
    ];
    for text in broken.iter().skip(1) {
        let (shop, ..) = export(site(1, text.clone(), |_| job(DONE)));
        assert_eq!(shop.unwrap_err().code, ErrorCode::SiteChanged, "{text}");
    }
    let (shop, ..) = export(site(1, broken[0].clone(), |_| job(DONE)));
    assert_eq!(shop.unwrap_err().code, ErrorCode::ServerError, "an empty file is asked for again");
}

/// Page `page` of a shop of `items` listings with full pages.
fn page(items: i64, page: i64) -> Answer {
    let first = (page - 1) * 100 + 1;
    let listings: Vec<Value> =
        (first..=items.min(first + 99)).map(|id| json!({ "id": id })).collect();
    let urls = if first + 99 < items { json!({"next": "anything"}) } else { json!({}) };
    json_answer(&json!({"pagination": {"items": items, "urls": urls}, "listings": listings}))
}

fn walk(answer: impl FnMut(usize, &Request) -> Answer) -> (Result<u64, ErrorCode>, Proof, usize) {
    walk_through(List::inventory("seller"), answer)
}

fn walk_through(
    list: List<Listing>,
    answer: impl FnMut(usize, &Request) -> Answer,
) -> (Result<u64, ErrorCode>, Proof, usize) {
    let site = Scripted::new(Source::Discogs, answer);
    let discogs = Discogs::new(&site);
    let mut pages: Pages<Listing> = Pages::new(list);
    let read = run(async {
        let mut found = 0;
        while let Some(page) = pages.next_page(&discogs).await? {
            found += page.records.len() as u64;
        }
        Ok(found)
    });
    let read = read.map_err(|error: ErrorBody| error.code);
    let asked = site.requests.borrow().len();
    (read, pages.proof(), asked)
}

fn refused() -> Answer {
    let body = br#"{"message": "Pagination above 100 disabled for inventories besides your own"}"#
        .to_vec();
    Ok(Response { status: 403, body, ..Response::default() })
}

#[test]
fn of_somebody_elses_shop_the_first_ten_thousand_come_and_the_proof_says_so() {
    let (found, proof, asked) = walk(|_, request| match parameter(request, "page") {
        number @ ..=100 => page(12_000, number as i64),
        _ => refused(),
    });
    assert_eq!((found, asked), (Ok(10_000), 101));
    assert_eq!((proof.expected, proof.found), (12_000, 10_000));
    assert!(proof.complete && proof.cut);
    // Ones own is read to its end.
    let (found, proof, _) = walk(|_, request| page(12_000, parameter(request, "page") as i64));
    assert_eq!((found, proof.complete, proof.cut), (Ok(12_000), true, false));
    // So it is where the site refuses page 101 of one's own: nothing is taken for its end.
    let answer = |_, request: &Request| match parameter(request, "page") {
        number @ ..=100 => page(12_000, number as i64),
        _ => refused(),
    };
    let (found, proof, _) = walk_through(List::own_inventory("seller"), answer);
    assert_eq!((found, proof.complete, proof.cut), (Err(ErrorCode::Refused), false, false));
    // A refusal before that is one.
    let (found, ..) = walk(|_, request| match parameter(request, "page") {
        1 => page(300, 1),
        _ => refused(),
    });
    assert_eq!(found, Err(ErrorCode::Refused));
}

#[test]
fn twenty_five_thousand_entries_are_read_and_proven() {
    let (found, proof, asked) = walk(|_, request| page(25_000, parameter(request, "page") as i64));
    assert_eq!((found, asked), (Ok(25_000), 250));
    assert!(proof.complete);
}
