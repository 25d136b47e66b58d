//! The player's server: only the right token under the right name, only reading, any number of ranges at once.

use crate::stage::{Stage, until_true};
use protocol::LibraryItemId;
use protocol::method::*;
use protocol::shelf::*;
use simulator::Service;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A song that is here, and the player's address for it.
struct Playing {
    stage: Stage,
    id: LibraryItemId,
    host: String,
    path: String,
    truth: Vec<u8>,
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Playing {
    fn new() -> Self {
        let stage = Stage::new(1);
        stage.sync(Service::Producer, "mp3").assert_all_done(1);
        let query = LibraryQuery { limit: 1, ..LibraryQuery::default() };
        let item = stage.browser().ask::<ListLibrary>(query).items.remove(0);
        let address = stage.browser().ask::<PlayItem>(OfLibraryItem { item: item.id });
        let rest = address.url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        assert!(host.starts_with("127.0.0.1:"), "{host}");
        let truth = std::fs::read(stage.library().join(&item.name)).unwrap();
        let (host, path) = (host.to_owned(), format!("/{path}"));
        Self { stage, id: item.id, host, path, truth }
    }

    fn get(&self, path: &str, headers: &str) -> Answer {
        self.ask("GET", path, &self.host, headers)
    }

    /// A request as it goes over the wire: nothing cleans it up on the way.
    fn ask(&self, method: &str, path: &str, host: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }
}

#[test]
fn the_file_comes_whole_and_in_ranges() {
    let playing = Playing::new();
    let whole = playing.get(&playing.path, "");
    assert_eq!((whole.status, whole.body), (200, playing.truth.clone()));
    assert!(whole.head.contains("content-type: audio/mpeg"), "{}", whole.head);
    assert!(whole.head.contains("accept-ranges: bytes"), "{}", whole.head);
    assert!(whole.head.contains("x-content-type-options: nosniff"), "{}", whole.head);
    assert!(!whole.head.contains("access-control"), "{}", whole.head);

    let part = playing.get(&playing.path, "Range: bytes=100-199\r\n");
    assert_eq!((part.status, part.body), (206, playing.truth[100..200].to_vec()));
    let total = playing.truth.len();
    assert!(part.head.contains(&format!("content-range: bytes 100-199/{total}")), "{}", part.head);
    let last = playing.get(&playing.path, "Range: bytes=-10\r\n");
    assert_eq!((last.status, last.body), (206, playing.truth[total - 10..].to_vec()));
    let head = playing.ask("HEAD", &playing.path, &playing.host, "");
    assert_eq!((head.status, head.body.len()), (200, 0));

    let cover = playing.get(&format!("{}/cover", playing.path), "");
    assert_eq!(cover.status, 200);
    assert!(cover.head.contains("content-type: image/"), "{}", cover.head);
    assert!(!cover.body.is_empty());
}

#[test]
fn bad_ranges_are_refused() {
    let playing = Playing::new();
    let beyond = format!("Range: bytes={}-\r\n", playing.truth.len());
    for range in [&beyond, "Range: bytes=9-1\r\n", "Range: bytes=a-b\r\n", "Range: bytes=-0\r\n"] {
        let answer = playing.get(&playing.path, range);
        assert_eq!(answer.status, 416, "{range}");
    }
}

#[test]
fn whoever_does_not_know_the_token_or_uses_another_name_is_refused() {
    let playing = Playing::new();
    let item = playing.path.rsplit('/').next().unwrap();
    for path in [
        format!("/{}/{item}", "0".repeat(32)),
        format!("/{item}"),
        "/".into(),
        format!("//{}", &playing.path[1..]),
        format!("/../{}", &playing.path[1..]),
    ] {
        assert_eq!(playing.get(&path, "").status, 403, "{path}");
    }
    let port = playing.host.split(':').nth(1).unwrap();
    for host in [format!("localhost:{port}"), "evil.example".into(), "127.0.0.1".into()] {
        assert_eq!(playing.ask("GET", &playing.path, &host, "").status, 403, "{host}");
    }
}

#[test]
fn nothing_but_a_things_own_file_is_served_and_nothing_is_written() {
    let playing = Playing::new();
    for tail in ["/../../test.db", "/%2e%2e/%2e%2e/etc/passwd", "x", "/cover/..", "99"] {
        let answer = playing.get(&format!("{}{tail}", playing.path), "");
        assert!(matches!(answer.status, 400 | 403 | 404), "{tail}: {}", answer.status);
    }
    for method in ["PUT", "POST", "DELETE", "OPTIONS"] {
        assert_eq!(playing.ask(method, &playing.path, &playing.host, "").status, 405, "{method}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_a_files_place_is_not_followed() {
    let playing = Playing::new();
    let file = playing.stage.files().into_iter().next().unwrap();
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &file).unwrap();
    assert_eq!(playing.get(&playing.path, "").status, 404);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(playing.get(&playing.path, "").status, 404, "gone from the disk");
}

#[test]
fn two_hundred_ranges_at_once_are_answered() {
    let playing = Playing::new();
    std::thread::scope(|scope| {
        for index in 0..200_usize {
            let playing = &playing;
            scope.spawn(move || {
                let from = index * 50;
                let range = format!("Range: bytes={from}-{}\r\n", from + 4_999);
                let answer = playing.get(&playing.path, &range);
                assert_eq!(answer.status, 206);
                assert_eq!(answer.body, playing.truth[from..from + 5_000]);
            });
        }
    });
}

#[test]
fn deleting_what_plays_ends_new_requests_and_not_the_running_one() {
    let playing = Playing::new();
    let mut stream = TcpStream::connect(&playing.host).unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        playing.path, playing.host
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut first = [0; 64];
    stream.read_exact(&mut first).unwrap();
    let of = OfLibraryItems { items: vec![playing.id] };
    playing.stage.browser().ask::<DeleteItems>(of.clone());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(&playing.truth[playing.truth.len() - 1_000..]));

    assert_eq!(playing.get(&playing.path, "").status, 404);
    let refused = playing.stage.browser().call::<PlayItem>(OfLibraryItem { item: playing.id });
    assert!(refused.is_err());
    playing.stage.browser().ask::<RestoreItems>(of);
    until_true("it plays again", || playing.get(&playing.path, "").body == playing.truth);
}
