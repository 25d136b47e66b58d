//! Each scripted fault, seen by curl.

mod common;

use common::{Got, Visitor, curl, simulator};
use simulator::{Fault, FaultKind, Format, RetryAfter, Service, Simulator};

const CUT_SHORT: Option<i32> = Some(18);
const CONNECTION_RESET: Option<i32> = Some(56);
const TIMED_OUT: Option<i32> = Some(28);

/// The address and bytes of the newest song's public m4a.
fn file(simulator: &Simulator) -> (String, Vec<u8>) {
    let control = simulator.control();
    let (user, id) = (
        control.user_id(Service::Producer, "demo"),
        control.songs(Service::Producer, "demo")[0].id.clone(),
    );
    let url =
        format!("https://storage.googleapis.com/corpusant-app-public/riffs/{user}/audio/{id}.m4a");
    (url, control.truth(&id, Format::M4a).unwrap().to_vec())
}

/// The file as it comes with a fault of this kind; after that one it comes as it should.
fn struck(kind: FaultKind, arguments: &[&str]) -> (Got, Vec<u8>) {
    let simulator = simulator(1);
    let (url, truth) = file(&simulator);
    simulator
        .control()
        .add_fault(Fault::new(kind).on_host("storage.googleapis.com").on_variant("m4a").times(1));
    let arguments: Vec<&str> = arguments.iter().copied().chain([url.as_str()]).collect();
    let got = curl(&simulator, &arguments);
    assert!(curl(&simulator, &[&url]).body == truth, "the second time all is well");
    assert_eq!(simulator.control().faults()[0].struck, 1);
    assert!(simulator.control().log()[0].fault.is_some());
    (got, truth)
}

#[test]
fn a_reset_comes_after_the_bytes_before_it() {
    let (got, truth) = struck(FaultKind::Reset { at: 10_000 }, &[]);
    assert_eq!(got.code, CONNECTION_RESET);
    assert!(got.body == truth[..10_000]);
}

#[test]
fn a_stall_sends_what_is_before_it_and_then_nothing() {
    let until_still = ["--speed-limit", "1", "--speed-time", "3"];
    let (got, truth) = struck(FaultKind::Stall { at: 5_000, seconds: 30.0 }, &until_still);
    assert_eq!(got.code, TIMED_OUT);
    assert!(got.body == truth[..5_000]);
}

#[test]
fn a_short_stall_goes_on() {
    let (got, truth) = struck(FaultKind::Stall { at: 5_000, seconds: 0.05 }, &[]);
    assert!(got.code == Some(0) && got.body == truth);
}

#[test]
fn a_trickle_is_slow_and_true() {
    let (got, truth) = struck(FaultKind::Trickle { bytes_per_second: 2_000 }, &["--max-time", "8"]);
    assert_eq!(got.code, TIMED_OUT);
    assert!(!got.body.is_empty() && got.body.len() < 20_000 && truth.starts_with(&got.body));
}

#[test]
fn a_content_length_may_be_too_small_or_too_large() {
    let (got, truth) = struck(FaultKind::ContentLength { by: -100 }, &[]);
    assert!(got.code == Some(0) && got.body == truth[..truth.len() - 100]);
    let (got, truth) = struck(FaultKind::ContentLength { by: 100 }, &[]);
    assert!(got.code == CUT_SHORT && got.body == truth, "{:?}", got.code);
}

#[test]
fn an_ignored_range_gives_the_whole_file() {
    let (got, truth) = struck(FaultKind::IgnoreRange, &["--header", "Range: bytes=100-"]);
    assert!(got.status == 200 && got.body == truth);
}

#[test]
fn a_wrong_content_range_tells_another_start() {
    let (got, truth) =
        struck(FaultKind::ContentRange { shift: 7 }, &["--header", "Range: bytes=100-199"]);
    assert_eq!(got.header("content-range"), Some(format!("bytes 107-206/{}", truth.len())));
    assert!(got.status == 206 && got.body == truth[100..200]);
}

#[test]
fn a_changed_tag_means_another_file_from_then_on() {
    let simulator = simulator(1);
    let (url, before) = file(&simulator);
    let tag = curl(&simulator, &["--head", &url]).header("etag").unwrap();
    simulator.control().add_fault(Fault::new(FaultKind::ChangeEtag).times(1));
    let resume = ["--header", "Range: bytes=100-", "--header", &format!("If-Range: {tag}"), &url];
    let got = curl(&simulator, &resume);
    let after = file(&simulator).1;
    assert_ne!(before, after);
    assert!(got.status == 200 && got.body == after);
}

#[test]
fn another_answer_takes_the_place_of_the_file() {
    let answers = [
        (FaultKind::SigninPage, 200, "<form action=\"/signin\">"),
        (FaultKind::JsonError, 200, "\"error\""),
        (FaultKind::EmptyBody, 200, ""),
        (FaultKind::NullUser, 200, "null"),
        (FaultKind::Challenge, 403, "Just a moment..."),
        (FaultKind::ExpiredSignature, 400, "ExpiredToken"),
        (FaultKind::Status { code: 503, retry_after: None }, 503, "Service Unavailable"),
    ];
    for (kind, status, text) in answers {
        let (got, truth) = struck(kind, &[]);
        assert_eq!(got.status, status);
        assert!(got.text().contains(text) && got.body != truth, "{}", got.text());
    }
}

#[test]
fn the_challenge_carries_the_header_that_names_it() {
    let (got, _) = struck(FaultKind::Challenge, &[]);
    assert_eq!(got.header("cf-mitigated").as_deref(), Some("challenge"));
}

#[test]
fn retry_after_comes_in_both_forms() {
    let kind = |retry_after| FaultKind::Status { code: 429, retry_after: Some(retry_after) };
    let (got, _) = struck(kind(RetryAfter::Seconds(7)), &[]);
    assert_eq!((got.status, got.header("retry-after").as_deref()), (429, Some("7")));
    let (got, _) = struck(kind(RetryAfter::Date(90)), &[]);
    let date = httpdate::parse_http_date(&got.header("retry-after").unwrap()).unwrap();
    assert!(date > std::time::SystemTime::now());
}

#[test]
fn a_redirect_chain_ends_in_the_file_or_never() {
    let (got, truth) = struck(FaultKind::RedirectChain { hops: 5 }, &["--location"]);
    assert_eq!(got.headers.matches("302 Found").count(), 5);
    assert!(got.body == truth);
    let (got, _) =
        struck(FaultKind::RedirectChain { hops: 2000 }, &["--location", "--max-redirs", "20"]);
    assert_eq!(got.code, Some(47));
}

#[test]
fn another_origin_has_the_file_too_and_asks_for_nothing() {
    let simulator = simulator(2);
    let visitor = Visitor::new(&simulator, Service::Producer);
    let song = simulator.control().songs(Service::Producer, "demo")[0].clone();
    simulator
        .control()
        .add_fault(Fault::new(FaultKind::RedirectToOrigin).on_path("/download").times(1));
    let url = format!("https://www.producer.ai/__api/{}/download?format=mp3", song.id);
    let got = visitor.get_with(&url, &["--location"]);
    assert!(got.body == simulator.control().truth(&song.id, Format::Mp3).unwrap().to_vec());
    let log = simulator.control().log();
    assert_eq!(
        (log[0].host.as_str(), log[1].host.as_str()),
        ("www.producer.ai", "cdn.flowmusic.app")
    );
    assert!(log[0].cookie && !log[1].cookie);
}

#[test]
fn a_redirect_to_this_machine_leads_into_a_trap() {
    let (got, _) = struck(FaultKind::RedirectToLoopback, &[]);
    let location = got.header("location").unwrap();
    assert!(location.starts_with("http://127.0.0.1:") && location.ends_with("/trap"));
    let simulator = simulator(1);
    curl(&simulator, &["--noproxy", "*", &format!("{}/trap", simulator.control_url())]);
    assert_eq!(simulator.control().counters().trapped, 1);
}

/// The page of songs as it comes with a fault.
fn page(simulator: &Simulator, offset: u32) -> Got {
    let visitor = Visitor::new(simulator, Service::Producer);
    let user = simulator.control().user_id(Service::Producer, "demo");
    visitor.get(&format!(
        "https://www.producer.ai/__api/v2/users/{user}/generations?offset={offset}&limit=20"
    ))
}

fn numbers(simulator: &Simulator, page: &Got) -> Vec<u32> {
    let facts = simulator.control().songs(Service::Producer, "demo");
    let number = |id: &str| facts.iter().find(|song| song.id == id).unwrap().number;
    page.json()["generations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|song| number(song["id"].as_str().unwrap()))
        .collect()
}

#[test]
fn an_endless_list_repeats_its_first_page() {
    let simulator = simulator(30);
    simulator.control().add_fault(Fault::new(FaultKind::EndlessPage).on_path("/generations"));
    for offset in [0, 20, 40] {
        assert_eq!(
            numbers(&simulator, &page(&simulator, offset)),
            (11..=30).rev().collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_shifting_list_gets_a_song_after_each_page() {
    let simulator = simulator(30);
    simulator
        .control()
        .add_fault(Fault::new(FaultKind::ShiftingPages).on_path("/generations").times(1));
    assert_eq!(numbers(&simulator, &page(&simulator, 0))[19], 11);
    assert_eq!(numbers(&simulator, &page(&simulator, 20))[0], 11, "the last one comes again");
    assert_eq!(simulator.control().songs(Service::Producer, "demo").len(), 31);
}

#[test]
fn a_page_may_repeat_an_entry_lose_a_field_or_break_off() {
    let simulator = simulator(30);
    let control = simulator.control();
    control.add_fault(Fault::new(FaultKind::DuplicateItems).on_path("/generations").times(1));
    let repeated = numbers(&simulator, &page(&simulator, 0));
    assert_eq!((repeated.len(), repeated[0], repeated[20]), (21, 30, 30));
    control.add_fault(
        Fault::new(FaultKind::DropField { name: "id".into() }).on_path("/generations").times(1),
    );
    assert!(page(&simulator, 0).json()["generations"][0]["id"].is_null());
    control.add_fault(Fault::new(FaultKind::MalformedJson).on_path("/generations").times(1));
    let broken = page(&simulator, 0);
    assert!(serde_json::from_slice::<serde_json::Value>(&broken.body).is_err());
    control.add_fault(
        Fault::new(FaultKind::HugeJson { bytes: 5_000_000 }).on_path("/generations").times(1),
    );
    let huge = page(&simulator, 0);
    assert!(huge.body.len() >= 5_000_000);
    assert_eq!(numbers(&simulator, &huge).len(), 20);
}
