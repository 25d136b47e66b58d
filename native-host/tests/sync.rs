//! `sync` against a scripted daemon: what it asks for, what it prints, how it ends.

mod support;

use protocol::method::{NewJob, StartJob};
use protocol::{Envelope, ErrorBody, ErrorCode, Method};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, channel};
use support::{Machine, serve, text};

const COOKIES: &str = "#HttpOnly_www.producer.ai\tFALSE\t/\tTRUE\t0\tsession\ta-secret\n";

fn job(state: &str, balance: &Value) -> Value {
    json!({"id": 7, "source": "producer.ai", "account": {"id": "", "name": ""}, "formats": ["mp3"],
        "state": state, "songs": 2, "balance": balance, "listing": {}, "created_at": 0})
}

/// Answers as the daemon does; after `subscribe` come the `events`.
fn script(
    events: Vec<Value>,
) -> (impl FnMut(Envelope) -> Option<Vec<Envelope>>, Receiver<Envelope>) {
    let (heard, requests) = channel();
    let answer = move |request: Envelope| {
        let id = request.id;
        let body = match request.method.as_str() {
            "hello" => {
                json!({"proto": 1, "host_version": "1", "max_from_host": 1, "max_to_host": 1,
                "last_seq": 0})
            }
            "job.start" => json!({"job": 7, "existing": false}),
            "settings.set" => json!({}),
            "items.list" => json!({"items": [item("failed")], "total": 1}),
            _ => json!({}),
        };
        let mut messages = vec![Envelope::answer(id, body)];
        if request.method == "subscribe" {
            messages.extend(events.iter().map(|event| Envelope::event(id, event.clone())));
        }
        heard.send(request).unwrap();
        Some(messages)
    };
    (answer, requests)
}

fn item(state: &str) -> Value {
    json!({"id": 3, "job": 7, "source": "producer.ai", "source_id": "s", "variant": "mp3",
        "title": "Song", "state": state, "reason": ErrorBody::new(ErrorCode::NotMedia)})
}

fn snapshot(job: Value) -> Value {
    json!({"seq": 1, "event": "snapshot", "jobs": [job], "settings": {}, "paused": false})
}

fn sync(machine: &Machine, more: &[&str]) -> std::process::Child {
    let cookies = machine.folder().join("cookies");
    std::fs::write(&cookies, COOKIES).unwrap();
    let arguments = ["sync", "producer.ai", "--cookies", cookies.to_str().unwrap()];
    machine.launch(&[&arguments, more].concat())
}

#[test]
fn programs_get_json_lines_of_this_job_alone_and_the_balance_last() {
    let machine = Machine::new();
    let done = json!({"listed": 2, "done": 1, "already": 1});
    let mut other = job("running", &json!({}));
    other["id"] = json!(8);
    let (answer, requests) = script(vec![
        snapshot(job("listing", &json!({}))),
        json!({"seq": 2, "event": "job", "job": other}),
        json!({"seq": 3, "event": "item", "item": item("done")}),
        json!({"seq": 4, "event": "job", "job": job("finished", &done)}),
    ]);
    let serving = serve(&machine, answer);
    let output = sync(&machine, &["--json", "--formats", "mp3,stems", "--to", "music"]);
    let output = output.wait_with_output().unwrap();
    serving.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = text(&output.stdout);
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["job"]["id"] != 8));
    assert!(lines.iter().any(|line| line["event"] == "item" && line["item"]["state"] == "done"));
    let balance = r#"{"event":"balance","listed":2,"done":1,"already":1,"absent":0,"withheld":0,"failed":0,"cancelled":0,"needs_you":0}"#;
    assert_eq!(said.lines().last().unwrap(), balance);

    let requests: Vec<Envelope> = requests.iter().collect();
    let of = |method: &str| &requests.iter().find(|request| request.method == method).unwrap().body;
    let new: NewJob = serde_json::from_value(of(StartJob::NAME).clone()).unwrap();
    assert!(new.daemon_lists && new.formats.len() == 2 && new.account.id.is_empty());
    assert_eq!(of("credentials.put")["origin"], "https://www.producer.ai");
    assert_eq!(of("credentials.put")["cookies"][0]["value"], "a-secret");
    let folder = of("settings.set")["folder"].as_str().unwrap();
    assert!(std::path::Path::new(folder).is_absolute() && folder.ends_with("music"));
}

#[test]
fn people_get_plain_lines_in_a_pipe_and_failures_by_name() {
    let machine = Machine::new();
    let balance = json!({"listed": 1, "failed": 1});
    let (answer, _requests) = script(vec![snapshot(job("finished", &balance))]);
    let serving = serve(&machine, answer);
    let output = sync(&machine, &[]).wait_with_output().unwrap();
    serving.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.contains("1 files did not come:") && said.contains("Song (mp3)"), "{said}");
    assert!(said.ends_with("1 files listed: 1 failed\n"), "{said}");
    assert!(!said.contains("a-secret"));
}

#[test]
fn a_daemon_that_ends_in_the_middle_is_a_failure_that_says_what_to_do() {
    let machine = Machine::new();
    let (mut answer, _requests) = script(vec![snapshot(job("running", &json!({})))]);
    let mut subscribed = false;
    let serving = serve(&machine, move |request| {
        subscribed |= request.method == "subscribe";
        let messages = answer(request);
        messages.filter(|_| !subscribed)
    });
    let output = sync(&machine, &["--json"]).wait_with_output().unwrap();
    serving.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let last: Value = serde_json::from_str(text(&output.stdout).lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["code"]), (&json!("error"), &json!(1010)));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_showing_and_not_the_job() {
    let machine = Machine::new();
    let (answer, requests) =
        script(vec![snapshot(job("running", &json!({"listed": 1, "pending": 1})))]);
    let serving = serve(&machine, answer);
    let mut child = sync(&machine, &["--json"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("running"), "{line}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    line.clear();
    out.read_line(&mut line).unwrap();
    assert!(line.contains("mediafetcher cancel 7"), "{line}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    serving.join().unwrap();
    assert!(requests.iter().all(|request| !request.method.ends_with("cancel")));
}
