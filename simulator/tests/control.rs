//! The control interface over HTTP, and the program itself.

mod common;

use common::{curl, simulator};
use serde_json::{Value, json};
use simulator::{Service, Simulator};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn ask(simulator: &Simulator, method: &str, path: &str, body: Value) -> Value {
    let url = format!("{}{path}", simulator.control_url());
    let body = body.to_string();
    let got = curl(simulator, &["--noproxy", "*", "--request", method, "--json", &body, &url]);
    assert_eq!(got.status, 200, "{method} {path}: {}", got.text());
    serde_json::from_slice(&got.body).unwrap_or(Value::Null)
}

#[test]
fn songs_are_counted_added_renamed_and_deleted() {
    let simulator = simulator(5);
    let songs = || simulator.control().songs(Service::Flowmusic, "demo");
    ask(&simulator, "POST", "/songs/count", json!({"service": "flowmusic", "count": 8}));
    assert_eq!(songs().len(), 8);
    let added = ask(&simulator, "POST", "/songs/add", json!({"service": "flowmusic", "count": 1}));
    assert_eq!(added["ids"][0], songs()[0].id.as_str());
    let id = songs()[3].id.clone();
    ask(&simulator, "POST", "/songs/rename", json!({"id": id, "title": "New Name"}));
    assert_eq!(songs()[3].title, "New Name");
    ask(&simulator, "POST", "/songs/delete", json!({"id": id}));
    assert_eq!(songs().len(), 8);
    ask(&simulator, "POST", "/songs/nasty", json!({"service": "flowmusic"}));
    assert!(songs().iter().any(|song| song.title == "../../x"));
    let told = ask(&simulator, "GET", "/songs?service=flowmusic", json!({}));
    assert_eq!(told.as_array().unwrap().len(), songs().len());
}

#[test]
fn faults_sizes_and_times_are_set() {
    let simulator = simulator(2);
    let rules = json!([{"path_contains": "/download", "kind": "reset", "at": 5}, {"kind": "challenge", "times": 1}]);
    ask(&simulator, "POST", "/faults", rules);
    assert_eq!(ask(&simulator, "GET", "/faults", json!({}))[1]["struck"], 0);
    ask(&simulator, "DELETE", "/faults", json!({}));
    assert!(simulator.control().faults().is_empty());
    ask(
        &simulator,
        "POST",
        "/songs/size",
        json!({"service": "producer.ai", "format": "mp3", "bytes": 300_000}),
    );
    let id = &simulator.control().songs(Service::Producer, "demo")[0].id;
    assert!(simulator.control().truth(id, simulator::Format::Mp3).unwrap().len() >= 300_000);
    ask(&simulator, "POST", "/life", json!({"signature": 5, "token": 60}));
    ask(&simulator, "POST", "/expire", json!({"service": "flowmusic", "what": "tokens"}));
    let counters = ask(&simulator, "GET", "/counters", json!({}));
    assert_eq!(counters["requests"], 0);
}

#[test]
fn signing_in_gives_a_cookie_file() {
    let simulator = simulator(1);
    let url = format!("{}/signin", simulator.control_url());
    let got =
        curl(&simulator, &["--noproxy", "*", "--json", r#"{"service": "producer.ai"}"#, &url])
            .text();
    assert!(got.starts_with("# Netscape HTTP Cookie File\n"));
    let line = got.lines().find(|line| line.contains("producer_session")).unwrap();
    let fields: Vec<&str> = line.split('\t').collect();
    assert_eq!(fields[..4], ["#HttpOnly_www.producer.ai", "FALSE", "/", "TRUE"]);
}

#[test]
fn the_program_tells_where_it_is() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_simulator"))
        .args(["--songs", "2", "--env"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let place: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let exports = lines.next().unwrap().unwrap();
    assert!(exports.starts_with("export HTTPS_PROXY=http://127.0.0.1:"), "{exports}");
    let ca = place["ca"].as_str().unwrap();
    let shell = format!(
        "{exports}; curl --silent https://www.producer.ai/__api/v2/users/me --cacert '{ca}'"
    );
    let output = Command::new("sh").args(["-c", &shell]).output().unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "null");
}
