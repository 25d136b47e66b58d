//! Pages that lead into the local network, and a page whose server fails.

use crate::sending::{SITE, all, assert_tidy, end_of, reasons, send, session};
use crate::stage::Stage;
use protocol::method::*;
use protocol::send::*;
use protocol::{ErrorCode, ItemState, SettingsPatch};
use simulator::{Fault, FaultKind, VIDEOS};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// A device at home: a page with one film.
struct Neighbour {
    address: String,
}

impl Neighbour {
    /// Serves until the test's process ends.
    fn new(film: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let film = film.clone();
                std::thread::spawn(move || answer(stream, &film));
            }
        });
        Self { address }
    }

    fn page(&self, path: &str) -> NewSend {
        let address = format!("{}{path}", self.address);
        let pages = vec![SentPage { address: address.clone(), ..SentPage::default() }];
        NewSend { key: address, pages, variant: None, session: None }
    }
}

/// One request; whoever hangs up early is none of ours.
fn answer(mut stream: TcpStream, film: &[u8]) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let page: &[u8] = b"<title>At home</title><video src=\"/film.mp4\"></video>";
    let (kind, body) =
        if first.contains("/film.mp4") { ("video/mp4", film) } else { ("text/html", page) };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    if !first.starts_with("HEAD") {
        stream.write_all(body).ok()?;
    }
    Some(())
}

#[test]
fn a_device_at_home_is_reached_only_where_the_settings_allow_it() {
    // No proxy: one would be trusted to look after this.
    let stage = Stage::behind(0, |_| String::new());
    let film = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    let neighbour = Neighbour::new(film.clone());
    for path in ["/film.mp4", "/"] {
        let refused = stage.browser().call::<SendPages>(neighbour.page(path)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::AddressRefused, "{path}");
    }
    let allow = |allow| SettingsPatch { allow_local: Some(allow), ..SettingsPatch::default() };
    stage.browser().change_settings(allow(true));
    for path in ["/film.mp4", "/"] {
        let job = stage.browser().ask::<SendPages>(neighbour.page(path)).job;
        assert_eq!(end_of(&stage, job).done, 1, "{path}: {:?}", reasons(&stage, job));
    }
    let items = all(&stage);
    assert!(items.len() == 2 && items[0].name == items[1].name, "{items:#?}");
    assert!(std::fs::read(stage.library().join(&items[0].name)).unwrap() == film);
    assert_tidy(&stage);
}

#[test]
fn a_page_whose_media_leads_into_the_local_network_is_not_followed() {
    let stage = Stage::new(0);
    let paths = ["/redirect-local", "/redirect-link-local", "/watch/redirect-local", "/watch/mp4"];
    let job = send(&stage, "k", &paths, Some(session(&stage)));
    stage.browser().wait_for(job, |job| job.balance.done == 1);
    let items = stage.browser().items(job);
    let done: Vec<&str> = items
        .iter()
        .filter(|item| item.state == ItemState::Done)
        .map(|item| item.source_id.as_str())
        .collect();
    assert_eq!(done, [format!("{SITE}/watch/mp4")]);
    assert_eq!(stage.control().counters().trapped, 0);
    assert_eq!(all(&stage).len(), 1);
}

#[test]
fn a_page_whose_server_fails_is_waited_for_and_comes_when_it_is_well_again() {
    let stage = Stage::new(0);
    let failing = FaultKind::Status { code: 500, retry_after: None };
    stage.fault(Fault::new(failing).on_host(VIDEOS).on_path("/watch/mp4").times(1));
    let job = send(&stage, "k", &["/watch/mp4"], Some(session(&stage)));
    let is_waiting = || stage.browser().items(job)[0].state == ItemState::Waiting;
    crate::stage::until_true("it waits", is_waiting);
    assert_eq!(reasons(&stage, job), BTreeSet::from([ErrorCode::Unreachable]));
    stage.browser().ask::<Retry>(OfJob { job: Some(job) });
    assert_eq!(end_of(&stage, job).done, 1);
    assert_tidy(&stage);
}
