//! The relay under fire: what a browser, or somebody who is none, may send to it.

mod support;

use mediafetcher::relay::FIREFOX_ID;
use protocol::frame::{BROWSER_LIMIT, FrameDecoder, MAX_TO_HOST, PREFIX};
use protocol::{EXTENSION_ID, Envelope, ErrorBody, ErrorCode, Kind};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::process::{Child, ExitStatus};
use support::{Machine, serve};

fn our_origin() -> String {
    format!("chrome-extension://{EXTENSION_ID}/")
}

fn echo(request: Envelope) -> Option<Vec<Envelope>> {
    Some(vec![Envelope::answer(request.id, request.body)])
}

/// A frame without the checks of a polite sender.
fn raw_frame(json: &[u8]) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap();
    [&length.to_ne_bytes()[..], json].concat()
}

fn request(id: u64, body: Value) -> Vec<u8> {
    raw_frame(&serde_json::to_vec(&Envelope::request(id, "echo", body)).unwrap())
}

/// Reads one message, checking what a browser would: a length that it takes, and JSON.
fn read_message(relay: &mut Child) -> Envelope {
    let out = relay.stdout.as_mut().unwrap();
    let mut prefix = [0; PREFIX];
    out.read_exact(&mut prefix).unwrap();
    let length = u32::from_ne_bytes(prefix) as usize;
    assert!(length <= BROWSER_LIMIT);
    let mut json = vec![0; length];
    out.read_exact(&mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// Everything that still comes, and how it ended.
fn rest(mut relay: Child) -> (Vec<Envelope>, ExitStatus) {
    let mut bytes = Vec::new();
    relay.stdout.take().unwrap().read_to_end(&mut bytes).unwrap();
    let mut decoder = FrameDecoder::new(BROWSER_LIMIT);
    decoder.push(&bytes);
    let mut messages = Vec::new();
    while let Some(json) = decoder.next_frame().unwrap() {
        messages.push(serde_json::from_slice(&json).unwrap());
    }
    assert!(decoder.is_between_frames(), "standard output carries frames only");
    (messages, relay.wait().unwrap())
}

/// Sends `bytes` to a relay with a daemon behind it, closes the pipe, and gives the error it answers with.
fn refusal_of(bytes: &[u8]) -> ErrorBody {
    let machine = Machine::new();
    let serving = serve(&machine, echo);
    let mut relay = machine.launch(&[&our_origin()]);
    // The relay may refuse and leave before all of it is written.
    let _ = relay.stdin.take().unwrap().write_all(bytes);
    let (messages, status) = rest(relay);
    serving.join().unwrap();
    assert!(status.success(), "{status}");
    let [refusal] = &messages[..] else { panic!("one message: {messages:?}") };
    assert_eq!((refusal.id, refusal.kind), (0, Kind::Err));
    serde_json::from_value(refusal.body.clone()).unwrap()
}

#[test]
fn an_oversize_frame_is_refused_by_its_length_alone() {
    let length = u32::try_from(MAX_TO_HOST + 1).unwrap();
    let error = refusal_of(&length.to_ne_bytes());
    assert_eq!(error.code, ErrorCode::FrameTooLarge);
    assert_eq!(error.params["limit"], MAX_TO_HOST.to_string());
    assert_eq!(refusal_of(&u32::MAX.to_ne_bytes()).code, ErrorCode::FrameTooLarge);
}

#[test]
fn a_frame_of_no_length_is_refused() {
    assert_eq!(refusal_of(&raw_frame(b"")).code, ErrorCode::BadFrame);
}

#[test]
fn a_frame_that_ends_too_early_is_refused() {
    let whole = request(1, json!("x"));
    for cut in [1, PREFIX, PREFIX + 1, whole.len() - 1] {
        assert_eq!(refusal_of(&whole[..cut]).code, ErrorCode::BadFrame, "cut at {cut}");
    }
}

#[test]
fn a_frame_that_is_no_json_or_no_message_is_refused() {
    let deep = "[".repeat(100_000);
    for json in ["nonsense", "\u{0}", "{}", "[1]", r#"{"v":1,"id":-1,"kind":"req"}"#, &deep] {
        let error = refusal_of(&raw_frame(json.as_bytes()));
        assert_eq!(error.code, ErrorCode::BadFrame, "{}", &json[..json.len().min(40)]);
    }
    assert_eq!(refusal_of(&raw_frame(b"\"\xff\xfe\"")).code, ErrorCode::BadFrame);
}

#[test]
fn a_frame_may_come_byte_by_byte_and_two_at_once() {
    let machine = Machine::new();
    let serving = serve(&machine, echo);
    let mut relay = machine.launch(&[&our_origin()]);
    let mut pipe = relay.stdin.take().unwrap();
    for byte in request(1, json!("slow")) {
        pipe.write_all(&[byte]).unwrap();
        pipe.flush().unwrap();
    }
    assert_eq!(read_message(&mut relay), Envelope::answer(1, json!("slow")));
    pipe.write_all(&[request(2, json!("a")), request(3, json!("b"))].concat()).unwrap();
    assert_eq!(read_message(&mut relay), Envelope::answer(2, json!("a")));
    assert_eq!(read_message(&mut relay), Envelope::answer(3, json!("b")));
    drop(pipe);
    let (messages, status) = rest(relay);
    assert!(messages.is_empty() && status.success());
    serving.join().unwrap();
}

#[test]
fn the_largest_frame_goes_through_and_its_answer_comes_in_pieces_a_browser_takes() {
    let machine = Machine::new();
    let serving = serve(&machine, echo);
    let mut relay = machine.launch(&[&our_origin()]);
    let mut pipe = relay.stdin.take().unwrap();
    let empty = request(1, json!("")).len() - PREFIX;
    let body = "ü\"".repeat((MAX_TO_HOST - empty) / 4);
    let frame = request(1, json!(body));
    let sent = std::thread::spawn(move || {
        pipe.write_all(&frame).unwrap();
        pipe
    });
    let mut text = String::new();
    loop {
        let piece = read_message(&mut relay);
        assert!(piece.piece && piece.id == 1);
        text.push_str(piece.body.as_str().unwrap());
        if !piece.more {
            break;
        }
    }
    assert!(serde_json::from_str::<Value>(&text).unwrap() == json!(body));
    drop(sent.join().unwrap());
    assert!(rest(relay).1.success());
    serving.join().unwrap();
}

#[test]
fn the_relay_leaves_when_the_daemon_does() {
    let machine = Machine::new();
    let serving = serve(&machine, |request| (request.id == 1).then(|| echo(request)).flatten());
    let mut relay = machine.launch(&[&our_origin()]);
    let mut pipe = relay.stdin.take().unwrap();
    pipe.write_all(&[request(1, json!("x")), request(2, json!("y"))].concat()).unwrap();
    // The pipe stays open, as a browser's does.
    let (messages, status) = rest(relay);
    assert!(matches!(&messages[..], [answer] if answer.id == 1) && status.success());
    serving.join().unwrap();
}

#[test]
fn a_daemon_that_is_just_ending_is_followed_by_a_new_one_and_the_hello_is_not_lost() {
    let machine = Machine::new();
    let ending = serve(&machine, |_| None);
    let mut relay = machine.launch(&[&our_origin()]);
    let mut pipe = relay.stdin.take().unwrap();
    pipe.write_all(&request(1, json!("no hello"))).unwrap();
    // What the real daemon says to that.
    let answer = read_message(&mut relay);
    ending.join().unwrap();
    let refusal: ErrorBody = serde_json::from_value(answer.body).unwrap();
    assert_eq!(refusal.params["detail"], "the first request must be hello");
    drop(pipe);
    assert!(rest(relay).1.success());
}

#[test]
fn firefox_calls_in_its_own_way() {
    let machine = Machine::new();
    let serving = serve(&machine, echo);
    let mut relay = machine.launch(&["/x/app.mediafetcher.host.json", FIREFOX_ID]);
    let mut pipe = relay.stdin.take().unwrap();
    pipe.write_all(&request(1, json!("x"))).unwrap();
    assert_eq!(read_message(&mut relay), Envelope::answer(1, json!("x")));
    drop(pipe);
    assert!(rest(relay).1.success());
    serving.join().unwrap();
}

#[test]
fn another_caller_is_turned_away_before_anything_is_touched() {
    let stranger = "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/";
    let no_slash = our_origin().trim_end_matches('/').to_owned();
    let longer = format!("{}x", our_origin());
    let manifest = "/x/app.mediafetcher.host.json";
    for call in [&[stranger][..], &[&no_slash], &[&longer], &[manifest, "other@addon"], &[manifest]]
    {
        let machine = Machine::new();
        let mut relay = machine.launch(call);
        drop(relay.stdin.take());
        let (messages, status) = rest(relay);
        assert_eq!(status.code(), Some(1), "{call:?}");
        assert_eq!((messages[0].id, messages[0].kind), (0, Kind::Err));
        let error: ErrorBody = serde_json::from_value(messages[0].body.clone()).unwrap();
        assert_eq!(error.code, ErrorCode::Forbidden);
        assert!(!machine.folder().join("data").exists(), "{call:?}");
    }
}

#[test]
fn a_daemon_that_cannot_be_started_is_explained_in_a_frame() {
    let machine = Machine::new();
    // A folder where the lock file should be: the daemon cannot lock it.
    std::fs::create_dir(machine.home().lock_file()).unwrap();
    let mut relay = machine.launch(&[&our_origin()]);
    let _pipe = relay.stdin.take();
    let (messages, status) = rest(relay);
    assert_eq!(status.code(), Some(1));
    let error: ErrorBody = serde_json::from_value(messages[0].body.clone()).unwrap();
    assert_eq!(error.code, ErrorCode::HostMissing);
    assert!(error.params["detail"].contains("it ended with"), "{error}");
}
