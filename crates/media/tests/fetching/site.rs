//! A site on this machine.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a path is answered with.
#[derive(Clone)]
pub struct Answer {
    pub status: &'static str,
    pub kind: &'static str,
    pub body: Vec<u8>,
    /// How long each 16 KiB of the body take.
    pub pause: Duration,
}

impl Answer {
    pub fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: "200 OK", kind, body: body.into(), pause: Duration::ZERO }
    }

    pub fn page(body: &str) -> Self {
        Self::of(
            "text/html",
            format!("<html><head><title>Tide</title></head><body>{body}</body></html>"),
        )
    }

    pub fn refusal(status: &'static str) -> Self {
        Self { status, ..Self::page("no") }
    }
}

/// Answers until the test process ends.
pub struct Site {
    pub origin: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub fn start(answers: Vec<(&str, Answer)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answers: HashMap<String, Answer> =
            answers.into_iter().map(|(path, answer)| (path.to_owned(), answer)).collect();
        let (answers, requests) = (Arc::new(answers), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                // A client that goes away in the middle is part of the tests.
                std::thread::spawn(move || drop(serve(&stream, &answers, &seen)));
            }
        });
        Self { origin, requests }
    }

    /// Head lines of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: &TcpStream,
    answers: &HashMap<String, Answer>,
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let mut words = head.split_whitespace();
    let (is_head, path) = (words.next() == Some("HEAD"), words.next().unwrap_or_default());
    let answer = answers.get(path).cloned().unwrap_or_else(|| Answer::refusal("404 Not Found"));
    seen.lock().unwrap().push(head.clone());
    let length = answer.body.len();
    let (status, kind) = (answer.status, answer.kind);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    for piece in answer.body.chunks(16 * 1024).filter(|_| !is_head) {
        stream.write_all(piece)?;
        std::thread::sleep(answer.pause);
    }
    Ok(())
}
