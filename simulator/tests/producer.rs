//! producer.ai as a person meets it, by curl.

mod common;

use base64::prelude::{BASE64_STANDARD, Engine};
use common::{Visitor, curl, simulator, start};
use simulator::{Availability, Config, Format, Service, Stem};

const SITE: &str = "https://www.producer.ai";

#[test]
fn signing_in_on_the_page_sets_a_cookie_that_opens_the_api() {
    let simulator = simulator(3);
    let jar = tempfile::NamedTempFile::new().unwrap();
    let jar = jar.path().to_str().unwrap();
    let me = format!("{SITE}/__api/v2/users/me");
    let with_jar = |url: &str| curl(&simulator, &["--cookie", jar, "--cookie-jar", jar, url]);

    assert_eq!(with_jar(&me).text(), "null");
    let page = with_jar(&format!("{SITE}/signin?account=demo"));
    assert!(page.text().contains("Signed in as <strong>demo</strong>"));
    let cookie = page.headers.lines().find(|line| line.contains("producer_session")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Secure"), "{cookie}");
    assert_eq!(
        with_jar(&me).json()["id"],
        simulator.control().user_id(Service::Producer, "demo").as_str()
    );
    assert!(with_jar(&format!("{SITE}/")).text().contains("Signed in as"));
    with_jar(&format!("{SITE}/signout"));
    assert_eq!(with_jar(&me).text(), "null");
}

#[test]
fn without_a_session_the_api_says_401() {
    let simulator = simulator(3);
    let user = simulator.control().user_id(Service::Producer, "demo");
    let id = simulator.control().songs(Service::Producer, "demo")[0].id.clone();
    for path in [
        format!("v2/users/{user}/generations"),
        format!("{id}/download?format=mp3"),
        format!("stems/{id}"),
    ] {
        assert_eq!(curl(&simulator, &[&format!("{SITE}/__api/{path}")]).status, 401, "{path}");
    }
}

#[test]
fn the_list_is_newest_first_and_ends_with_a_short_page() {
    let simulator = simulator(45);
    let visitor = Visitor::new(&simulator, Service::Producer);
    let user = simulator.control().user_id(Service::Producer, "demo");
    let page = |offset: usize| {
        let list = visitor
            .get(&format!("{SITE}/__api/v2/users/{user}/generations?offset={offset}&limit=20"))
            .json();
        let ids = list["generations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|song| song["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let pages: Vec<Vec<String>> = [0, 20, 40, 60].map(page).into();
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 5, 0]);
    let truth: Vec<String> = simulator
        .control()
        .songs(Service::Producer, "demo")
        .into_iter()
        .map(|song| song.id)
        .collect();
    assert_eq!(pages.concat(), truth);
}

#[test]
fn every_way_of_downloading_gives_the_true_bytes() {
    let simulator = simulator(12);
    let visitor = Visitor::new(&simulator, Service::Producer);
    let mut ways = [0, 0, 0];
    for song in simulator.control().songs(Service::Producer, "demo") {
        for format in [Format::Mp3, Format::Wav, Format::M4a] {
            let got = visitor.get_with(
                &format!("{SITE}/__api/{}/download?format={format}", song.id),
                &["--location"],
            );
            assert_eq!(got.status, 200);
            let is_json = got.header("content-type").unwrap().contains("json");
            let bytes = if is_json {
                curl(&simulator, &[got.json()["url"].as_str().unwrap()]).body
            } else {
                got.body
            };
            ways[if is_json { 0 } else { 1 + got.headers.matches("HTTP/1.1 307").count() }] += 1;
            assert!(
                bytes == simulator.control().truth(&song.id, format).unwrap().to_vec(),
                "{} {format}",
                song.number
            );
        }
    }
    assert!(ways.iter().all(|times| *times > 0), "{ways:?}");
}

#[test]
fn stems_come_as_base64_in_one_answer() {
    let simulator = simulator(1);
    let visitor = Visitor::new(&simulator, Service::Producer);
    let control = simulator.control();
    let id = control.songs(Service::Producer, "demo")[0].id.clone();
    control.set_stems_size(Service::Producer, "demo", &id, 3_000_000);
    let got = visitor.get(&format!("{SITE}/__api/stems/{id}"));
    assert!(got.body.len() >= 3_000_000);
    let stems = got.json()["stems"].clone();
    for stem in Stem::all() {
        let bytes = BASE64_STANDARD.decode(stems[stem.name()].as_str().unwrap()).unwrap();
        assert!(
            bytes == control.truth(&id, Format::Stem(stem)).unwrap().to_vec(),
            "{}",
            stem.name()
        );
    }
}

#[test]
fn the_public_addresses_need_no_session() {
    let simulator = simulator(1);
    let visitor = Visitor::new(&simulator, Service::Producer);
    let control = simulator.control();
    let user = control.user_id(Service::Producer, "demo");
    let song =
        visitor.get(&format!("{SITE}/__api/v2/users/{user}/generations")).json()["generations"][0]
            .clone();
    let id = song["id"].as_str().unwrap();
    let audio = song["audio_url"].as_str().unwrap();
    assert_eq!(
        audio,
        format!("https://storage.googleapis.com/corpusant-app-public/riffs/{user}/audio/{id}.m4a")
    );
    assert!(curl(&simulator, &[audio]).body == control.truth(id, Format::M4a).unwrap().to_vec());
    let cover = curl(&simulator, &[song["image_url"].as_str().unwrap()]);
    assert_eq!(cover.header("content-type").as_deref(), Some("image/jpeg"));
    assert!(cover.body == control.cover(id).unwrap().to_vec());
}

#[test]
fn what_the_facts_call_absent_and_withheld_answers_404_and_403() {
    let simulator = start(Config { songs: 40, ..Config::default() });
    let visitor = Visitor::new(&simulator, Service::Producer);
    let mut seen = [0; 3];
    for song in simulator.control().songs(Service::Producer, "demo") {
        for file in &song.files {
            let path = match file.format.as_str() {
                format @ ("mp3" | "wav" | "m4a") => format!("{}/download?format={format}", song.id),
                _ => format!("stems/{}", song.id),
            };
            if file.availability == Availability::Present && song.number > 3 {
                continue;
            }
            let (index, statuses): (usize, &[u16]) = match file.availability {
                Availability::Present => (0, &[200, 307]),
                Availability::Absent => (1, &[404]),
                Availability::Withheld => (2, &[403]),
            };
            seen[index] += 1;
            let got = visitor.get(&format!("{SITE}/__api/{path}"));
            assert!(statuses.contains(&got.status), "{path}: {}", got.status);
        }
    }
    assert!(seen.iter().all(|times| *times > 0), "{seen:?}");
}

#[test]
fn where_there_is_a_supabase_cookie_a_bearer_is_needed_as_well() {
    let simulator = simulator(1);
    let cookies = simulator.control().sign_in(Service::Producer, "demo", true);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &cookies).unwrap();
    let (file, me) = (file.path().to_str().unwrap(), format!("{SITE}/__api/v2/users/me"));
    assert_eq!(curl(&simulator, &["--cookie", file, &me]).text(), "null");
    let bearer = format!("Authorization: Bearer {}", common::bearer(&cookies).unwrap());
    assert_eq!(
        curl(&simulator, &["--cookie", file, "--header", &bearer, &me]).json()["username"],
        "demo"
    );
}
