//! Discogs as python3-discogs-client meets it, which others wrote against the real one: everything that it reads is
//! compared with what the simulator knows.

mod common;

use common::start;
use serde_json::{Value, json};
use simulator::discogs::{
    Account, Credit, DiscogsConfig, Fate, Imprint, Listing, OwnedCopy, Release, Sheet, Track,
};
use simulator::{Config, Simulator};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Where `cargo xtask setup` puts Python with its packages.
const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/readers/bin");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_discogs.py");

/// A Discogs whose minute lasts as long as the scale says.
fn discogs(time_scale: f64) -> Simulator {
    let discogs = DiscogsConfig { time_scale, ..DiscogsConfig::default() };
    start(Config { songs: 1, discogs, ..Config::default() })
}

/// What the script prints. It is told where the proxy is and whom to trust, as a person would do it.
fn python(simulator: &Simulator, arguments: &[&str]) -> Value {
    let of_checkout = Path::new(TOOLS).join("python3");
    let program = if of_checkout.exists() { of_checkout } else { "python3".into() };
    let output = Command::new(program)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HTTPS_PROXY", simulator.proxy_url())
        .env("REQUESTS_CA_BUNDLE", simulator.ca_pem_path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(SCRIPT)
        .args(arguments)
        .output()
        .expect("Python is needed for the tests: run `cargo xtask setup`");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "is python3-discogs-client there? `cargo xtask setup`\n{errors}"
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn credits(credits: &[Credit]) -> Value {
    json!(credits)
}

fn imprints(imprints: &[Imprint]) -> Value {
    let imprint = |one: &Imprint| json!({"id": one.id, "name": one.name, "catno": one.catno, "entity_type_name": one.entity_type_name});
    imprints.iter().map(imprint).collect()
}

fn sheet(sheet: &Sheet) -> Value {
    let mut formats = json!(sheet.formats);
    for format in formats.as_array_mut().unwrap() {
        if format["descriptions"] == json!([]) {
            format.as_object_mut().unwrap().remove("descriptions");
        }
    }
    json!({
        "id": sheet.id, "master_id": sheet.master_id, "title": sheet.title, "year": sheet.year,
        "genres": sheet.genres, "styles": sheet.styles, "formats": formats,
        "artists": credits(&sheet.artists), "labels": imprints(&sheet.labels),
    })
}

fn copy(simulator: &Simulator, copy: &OwnedCopy) -> Value {
    let release = simulator.control().discogs().release(copy.release_id).unwrap();
    json!({
        "instance_id": copy.instance_id, "folder_id": copy.folder_id, "rating": copy.rating,
        "date_added": copy.date_added, "notes": copy.notes, "release": sheet(&release.sheet),
    })
}

fn listing(simulator: &Simulator, account: &Account, one: &Listing) -> Value {
    let mut value = json!(one);
    value["currency"] = account.currency.clone().into();
    value["seller"] = account.username.clone().into();
    value["weight"] = one.weight.map(f64::from).into();
    value["title"] =
        simulator.control().discogs().release(one.release_id).unwrap().sheet.title.into();
    value
}

fn track(track: &Track) -> Value {
    json!({
        "position": track.position, "type_": track.kind, "title": track.title,
        "duration": track.duration, "artists": credits(&track.artists),
        "extraartists": credits(&track.extraartists), "sub_tracks": track.sub_tracks.len(),
    })
}

fn release(simulator: &Simulator, release: &Release) -> Value {
    let mut value = sheet(&release.sheet);
    let sizes: Vec<_> =
        release.pictures.iter().map(|picture| [picture.width, picture.height]).collect();
    let videos: Vec<_> = release.videos.iter().map(|video| &video.uri).collect();
    let community = &release.community;
    let prices = simulator.control().discogs().price_suggestions(release.sheet.id, "EUR");
    let prices: BTreeMap<String, String> =
        prices.into_iter().map(|(condition, price)| (condition, format!("{price:?}"))).collect();
    let own = json!({
        "country": release.country, "released": release.released, "notes": release.notes,
        "data_quality": release.data_quality, "date_added": release.date_added,
        "date_changed": release.date_changed,
        "tracklist": release.tracklist.iter().map(track).collect::<Vec<_>>(),
        "extraartists": credits(&release.extraartists), "companies": imprints(&release.companies),
        "identifiers": release.identifiers, "videos": videos, "images": sizes,
        "community": [community.have, community.want, community.rating_count, community.rating_average],
        "suggestions": prices,
    });
    value.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    // The full answer says nothing of a master that is not there.
    if release.sheet.master_id == 0 {
        value["master_id"] = Value::Null;
    }
    value
}

/// Some of each: there, gone, merged in both ways.
fn some_releases(simulator: &Simulator, account: &Account) -> Vec<u32> {
    let discogs = simulator.control().discogs();
    let all: Vec<u32> = account.copies.iter().map(|copy| copy.release_id).collect();
    let with = |wanted: fn(Fate) -> bool| {
        all.iter().copied().find(|id| discogs.fate(*id).is_some_and(wanted))
    };
    let odd = [
        with(|fate| fate == Fate::Gone),
        with(|fate| matches!(fate, Fate::Redirects { .. })),
        with(|fate| matches!(fate, Fate::Becomes { .. })),
    ];
    odd.into_iter().flatten().chain(all.iter().copied().take(12)).collect()
}

#[test]
fn the_client_reads_everything_as_it_is() {
    let simulator = discogs(60.0);
    let discogs = simulator.control().discogs();
    let account = discogs.account("demo").unwrap();
    let releases = some_releases(&simulator, &account);
    let numbers: Vec<String> = releases.iter().map(u32::to_string).collect();
    let token = discogs.token("demo");
    let mut arguments = vec!["account", &token];
    arguments.extend(numbers.iter().map(String::as_str));
    let seen = python(&simulator, &arguments);

    assert_eq!((&seen["username"], &seen["id"]), (&json!("demo"), &json!(account.id)));
    assert_eq!(seen["num_collection"], 1200);
    let in_folder =
        |id: u32| account.copies.iter().filter(move |copy| id == 0 || copy.folder_id == id);
    assert_eq!(seen["folders"].as_object().unwrap().len(), account.folders.len() + 1);
    assert_eq!(seen["folders"]["0"], json!(["All", 1200]));
    for folder in &account.folders {
        let (id, count) = (folder.id.to_string(), in_folder(folder.id).count());
        assert_eq!(seen["folders"][&id], json!([folder.name, count]));
    }
    for id in account.folders.iter().map(|folder| folder.id).chain([0]) {
        let expected: Vec<Value> = in_folder(id).map(|one| copy(&simulator, one)).collect();
        let found = seen["copies"][id.to_string()].as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        expected.iter().zip(found).for_each(|(expected, found)| assert_eq!(found, expected));
    }
    let wants = account.wants.iter().rev().map(|want| json!({"id": want.release_id, "rating": want.rating, "notes": want.notes, "date_added": want.date_added}));
    assert_eq!(seen["wants"], wants.collect::<Value>());
    let listings = account.listings.iter().rev().map(|one| listing(&simulator, &account, one));
    assert_eq!(seen["listings"], listings.collect::<Value>());

    for (id, found) in releases.iter().zip(seen["releases"].as_array().unwrap()) {
        let id = match discogs.fate(*id).unwrap() {
            Fate::Gone => {
                assert_eq!(found["status"], 404, "{id}");
                continue;
            }
            Fate::Redirects { into } | Fate::Becomes { into } => into,
            Fate::Present => *id,
        };
        let expected = discogs.release(id).unwrap();
        let mut found = found.clone();
        let for_sale = found.as_object_mut().unwrap().remove("for_sale").unwrap();
        assert_eq!(found, release(&simulator, &expected), "{id}");
        assert_eq!(for_sale[0], expected.num_for_sale);
        assert_eq!(for_sale[1].is_null(), expected.lowest_price.is_none());
    }
}

#[test]
fn the_client_goes_through_oauth_and_reads_in_the_persons_name() {
    let simulator = discogs(60.0);
    let discogs = simulator.control().discogs();
    discogs.set_private("demo", true);
    let consumer = discogs.consumer();
    let seen = python(&simulator, &["oauth", &consumer.key, &consumer.secret, "demo"]);
    assert_eq!((&seen["asked"], &seen["username"]), (&json!(true), &json!("demo")));
    let account = discogs.account("demo").unwrap();
    assert_eq!(seen["wants"], account.wants.len());
    let notes: Vec<&String> = account.wants.iter().rev().take(50).map(|want| &want.notes).collect();
    assert_eq!(seen["notes"], json!(notes));
}

#[test]
fn the_client_meets_the_limit_at_the_sixty_first_request_of_a_minute() {
    let simulator = discogs(1.0);
    let token = simulator.control().discogs().token("demo");
    let seen = python(&simulator, &["limit", &token]);
    let passed = seen["seen"].as_array().unwrap();
    assert_eq!(passed.first(), Some(&json!([60, 1, 59])));
    assert_eq!(passed.last(), Some(&json!([60, 60, 0])));
    assert_eq!(seen["refusal"], "429: You are making requests too quickly.");
    let report = simulator.control().discogs().rate();
    assert_eq!((report.window_seconds, report.most_in_window), (60.0, 60));
    let refused = simulator.control().log().iter().filter(|entry| entry.status == 429).count();
    assert_eq!(report.refused, refused as u64);
    assert!(simulator.control().log().iter().all(|entry| !entry.query.contains(&token)));
}
