//! Ranges, conditions, signed addresses, other hosts, and what the log says of it all.

mod common;

use common::{Visitor, curl, simulator};
use simulator::{Format, Service};

/// The public m4a of the only song.
fn public_file(simulator: &simulator::Simulator) -> (String, Vec<u8>) {
    let control = simulator.control();
    let (user, id) = (
        control.user_id(Service::Producer, "demo"),
        control.songs(Service::Producer, "demo")[0].id.clone(),
    );
    let url =
        format!("https://storage.googleapis.com/corpusant-app-public/riffs/{user}/audio/{id}.m4a");
    (url, control.truth(&id, Format::M4a).unwrap().to_vec())
}

#[test]
fn a_range_is_served_with_a_true_content_range() {
    let simulator = simulator(1);
    let (url, truth) = public_file(&simulator);
    let got = curl(&simulator, &["--range", "1000-1999", &url]);
    assert_eq!((got.status, got.body.as_slice()), (206, &truth[1000..2000]));
    assert_eq!(got.header("content-range"), Some(format!("bytes 1000-1999/{}", truth.len())));
    let beyond = curl(&simulator, &["--range", "99999999-", &url]);
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, Some(format!("bytes */{}", truth.len())))
    );
}

#[test]
fn curl_resumes_a_half_file_to_the_true_whole() {
    let simulator = simulator(1);
    let (url, truth) = public_file(&simulator);
    let part = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(part.path(), &truth[..5000]).unwrap();
    curl(&simulator, &["--continue-at", "-", "--output", part.path().to_str().unwrap(), &url]);
    assert!(std::fs::read(part.path()).unwrap() == truth);
}

#[test]
fn a_range_needs_the_validator_to_be_current() {
    let simulator = simulator(1);
    let (url, truth) = public_file(&simulator);
    let head = curl(&simulator, &["--head", &url]);
    assert_eq!(head.header("content-length"), Some(truth.len().to_string()));
    let ask = |validator: String| {
        curl(&simulator, &["--range", "10-19", "--header", &format!("If-Range: {validator}"), &url])
    };
    assert_eq!(ask(head.header("etag").unwrap()).status, 206);
    assert_eq!(ask(head.header("last-modified").unwrap()).status, 206);
    let whole = ask("\"another\"".into());
    assert_eq!((whole.status, whole.body.len()), (200, truth.len()));
}

#[test]
fn signed_addresses_end_and_say_so_in_xml() {
    let simulator = simulator(9);
    let control = simulator.control();
    let visitor = Visitor::new(&simulator, Service::Flowmusic);
    let wav_of = |n: usize| {
        let clips = visitor.get("https://www.flowmusic.app/__api/clips/auth-user?limit=100").json()
            ["clips"]
            .clone();
        let songs: Vec<_> = clips
            .as_array()
            .unwrap()
            .iter()
            .filter(|clip| clip["op_type"] != "audio__split_stems")
            .collect();
        songs[n]["wav_url"].as_str().unwrap().to_owned()
    };
    // Song 8 has its files on the second file host, song 7 on the first.
    assert_eq!(curl(&simulator, &[&wav_of(1)]).status, 200);
    control.set_signature_life(0);
    let (cdn, storage) = (wav_of(1), wav_of(2));
    assert!(cdn.contains("cdn.flowmusic.app") && storage.contains("X-Goog-Signature"));
    let expired = curl(&simulator, &[&cdn]);
    assert_eq!(expired.status, 403);
    assert!(expired.text().contains("Request has expired"));
    let expired = curl(&simulator, &[&storage]);
    assert_eq!(expired.status, 400);
    assert!(expired.text().contains("<Code>ExpiredToken</Code>"));
    let forged = storage.replace("X-Goog-Expires=1", "X-Goog-Expires=999999");
    assert_eq!(curl(&simulator, &[&forged]).status, 403);
}

#[test]
fn other_hosts_are_refused_and_counted() {
    let simulator = simulator(1);
    let got = curl(&simulator, &["https://www.example.com/"]);
    assert_ne!(got.code, Some(0));
    assert_eq!(curl(&simulator, &["http://www.example.org/"]).status, 502);
    let plain = curl(&simulator, &["--header", "Cookie: a=b", "http://www.producer.ai/library"]);
    assert_eq!(
        (plain.status, plain.header("location").as_deref()),
        (301, Some("https://www.producer.ai/library"))
    );
    let counters = simulator.control().counters();
    assert_eq!(counters.escapes.keys().collect::<Vec<_>>(), ["www.example.com", "www.example.org"]);
    assert_eq!(counters.plain, 1);
    let log = simulator.control().log();
    assert!(log.iter().any(|entry| entry.scheme == "http" && entry.cookie));
}

#[test]
fn the_log_tells_credentials_ranges_and_bytes() {
    let simulator = simulator(1);
    let (url, truth) = public_file(&simulator);
    curl(&simulator, &["--range", "0-99", &url]);
    curl(&simulator, &["--header", "Authorization: Bearer x", "--cookie", "a=b", &url]);
    let log = simulator.control().log();
    assert_eq!(
        (log[0].status, log[0].bytes, log[0].range.as_deref()),
        (206, 100, Some("bytes=0-99"))
    );
    assert!(!log[0].cookie && !log[0].authorization);
    assert!(log[1].cookie && log[1].authorization && log[1].complete);
    assert_eq!(log[1].bytes, truth.len() as u64);
    simulator.control().clear_log();
    assert!(simulator.control().log().is_empty());
}

#[tokio::test]
async fn reqwest_meets_the_sites_as_curl_does() {
    let simulator = simulator(1);
    let (url, truth) = public_file(&simulator);
    let ca = std::fs::read(simulator.ca_pem_path()).unwrap();
    let client = reqwest::Client::builder()
        .proxy(reqwest::Proxy::all(simulator.proxy_url()).unwrap())
        .tls_certs_only([reqwest::Certificate::from_pem(&ca).unwrap()])
        .build()
        .unwrap();
    let bytes = client.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert!(bytes == truth);
    let apex = client.get("https://producer.ai/__api/v2/users/me").send().await.unwrap();
    assert_eq!(apex.url().host_str(), Some("www.producer.ai"));
}
