//! A server that takes so many requests within a moving window, over real connections. The window is short, so that the
//! test is.

use crate::support::*;
use http::{HeaderMap, Method, StatusCode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use transfer::{Answer, Call, Ceiling, Priority, Quota, Url};

const LIMIT: usize = 10;
const WINDOW: Duration = Duration::from_secs(1);

fn quota() -> Quota {
    let margin = Duration::from_millis(50);
    Quota { requests: LIMIT as u32, window: WINDOW, margin, burst: 3, ..Quota::discogs() }
}

/// Counts what it is asked, and refuses what is too much.
async fn counting() -> Server {
    let taken_in = Arc::new(Mutex::new(Vec::<Instant>::new()));
    Server::answering(move |_, _| {
        let mut taken_in = taken_in.lock().unwrap();
        taken_in.retain(|at| at.elapsed() < WINDOW);
        let has_room = taken_in.len() < LIMIT;
        if has_room {
            taken_in.push(Instant::now());
        }
        Reply::new(if has_room { 200 } else { 429 }, "{}")
            .with("x-discogs-ratelimit", &LIMIT.to_string())
            .with("x-discogs-ratelimit-used", &taken_in.len().to_string())
            .with("x-discogs-ratelimit-remaining", &(LIMIT - taken_in.len()).to_string())
    })
    .await
}

fn question() -> Call {
    Call {
        method: Method::GET,
        url: "https://api.discogs.com/releases/1".into(),
        headers: HeaderMap::new(),
        body: None,
        signer: None,
        limit: 100,
    }
}

fn api() -> Url {
    Url::parse("https://api.discogs.com").unwrap()
}

#[tokio::test]
async fn requests_from_here_and_those_that_others_send_by_permission_share_one_window() {
    // I14
    let server = counting().await;
    let downloader = server.downloader();
    downloader.set_quota(&api(), quota());
    let estimate = downloader.time_for(&api(), 40, Ceiling::Signed);
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..40 {
        let (downloader, elsewhere) = (downloader.clone(), server.downloader());
        tasks.spawn(async move {
            if number % 2 == 0 {
                let asked = downloader.call_in_turn(question(), Priority::job(1), Ceiling::Signed);
                return asked.await.unwrap().status;
            }
            let permit =
                downloader.permit(&api(), Priority::INTERACTIVE, Ceiling::Signed).await.unwrap();
            let Answer { status, headers, .. } = elsewhere.call(question()).await.unwrap();
            permit.answered(StatusCode::from_u16(status).unwrap(), &headers);
            status
        });
    }
    assert_eq!(tasks.join_all().await, [200; 40]);
    let took = begin.elapsed();
    assert!(took >= 3 * WINDOW, "{took:?}");
    // It supposes that answers take as long as those of a distant server.
    assert!(
        estimate >= 3 * WINDOW && estimate <= 3 * took,
        "{estimate:?} was told, {took:?} taken"
    );
}

#[tokio::test]
async fn a_permission_that_is_lost_gives_its_place_back() {
    let server = counting().await;
    let downloader = server.downloader();
    downloader.set_quota(&api(), quota());
    drop(downloader.permit(&api(), Priority::INTERACTIVE, Ceiling::Signed).await.unwrap());
    assert_eq!(downloader.call(question()).await.unwrap().status, 200);
}
