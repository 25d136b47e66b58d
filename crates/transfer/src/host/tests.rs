//! Manners under a clock that is moved by hand.

use super::*;
use http::HeaderValue;
use http::header::RETRY_AFTER;
use tokio::task::JoinSet;
use tokio::time::advance;

const PACE: Duration = Duration::from_millis(500);

fn hosts() -> Hosts {
    Hosts::new(8, PACE)
}

fn site() -> Url {
    Url::parse("https://www.producer.ai/x").unwrap()
}

fn files() -> Url {
    Url::parse("https://files.example/x").unwrap()
}

/// Takes places until none is free.
async fn take_all(hosts: &Hosts, url: &Url, class: HostClass) -> Vec<Slot> {
    let mut slots = Vec::new();
    while hosts.find(url, class).places.available_permits() > 0 {
        slots.push(hosts.enter(url, class, Priority::default(), Ceiling::default()).await.unwrap());
    }
    slots
}

fn fail_often(slot: &mut Slot) {
    (0..5).for_each(|_| slot.failed());
}

fn told_to_wait(seconds: u64) -> HeaderMap {
    HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(seconds))])
}

#[tokio::test(start_paused = true)]
async fn calls_to_a_sites_api_start_one_pace_apart() {
    let hosts = hosts();
    let begin = Instant::now();
    for call in 0..4 {
        let _slot = hosts
            .enter(&site(), HostClass::Api, Priority::default(), Ceiling::default())
            .await
            .unwrap();
        // The clock of the runtime has a resolution of a millisecond.
        assert_eq!(begin.elapsed().as_millis() / PACE.as_millis(), call);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sites_api_has_one_place_and_a_file_host_eight() {
    let hosts = hosts();
    assert_eq!(take_all(&hosts, &site(), HostClass::Api).await.len(), 1);
    assert_eq!(take_all(&hosts, &files(), HostClass::Files).await.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_host_known_as_an_api_is_one_for_everybody() {
    let hosts = hosts();
    let early = take_all(&hosts, &site(), HostClass::Files).await;
    assert_eq!(early.len(), 8);
    drop(hosts.find(&site(), HostClass::Api));
    drop(early);
    assert_eq!(take_all(&hosts, &site(), HostClass::Files).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn fewer_places_take_effect_as_transfers_end_and_more_at_once() {
    let hosts = hosts();
    let mut slots = take_all(&hosts, &files(), HostClass::Files).await;
    hosts.set_parallel(3);
    slots.truncate(4);
    assert_eq!(take_all(&hosts, &files(), HostClass::Files).await.len(), 0);
    slots.truncate(2);
    assert_eq!(take_all(&hosts, &files(), HostClass::Files).await.len(), 1);
    hosts.set_parallel(6);
    assert_eq!(take_all(&hosts, &files(), HostClass::Files).await.len(), 4);
    drop(slots);
    assert_eq!(take_all(&hosts, &files(), HostClass::Files).await.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_short_silence_is_waited_for_by_everybody() {
    // I10
    let hosts = hosts();
    let begin = Instant::now();
    let mut first = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .unwrap();
    first.answered(StatusCode::TOO_MANY_REQUESTS, &told_to_wait(7));
    let _second = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_silence_asked_for_meanwhile_holds_those_who_already_wait() {
    // I10
    let hosts = Arc::new(hosts());
    let mut first = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .unwrap();
    first.answered(StatusCode::TOO_MANY_REQUESTS, &told_to_wait(5));
    let begin = Instant::now();
    let mut waiting = JoinSet::new();
    let same = hosts.clone();
    waiting.spawn(async move {
        same.enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .map(drop)
    });
    tokio::task::yield_now().await;
    first.answered(StatusCode::TOO_MANY_REQUESTS, &told_to_wait(15));
    waiting.join_next().await.unwrap().unwrap().unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn a_long_silence_is_handed_back_as_a_wait_that_is_no_attempt() {
    // I10
    let hosts = hosts();
    let mut first = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .unwrap();
    first.answered(StatusCode::SERVICE_UNAVAILABLE, &told_to_wait(600));
    let fault = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .err()
        .unwrap();
    assert_eq!(fault.error.code, ErrorCode::RateLimited);
    assert_eq!(fault.retry_after, Some(Duration::from_secs(600)));
    assert!(!fault.asked);
}

#[tokio::test(start_paused = true)]
async fn a_dead_host_is_left_alone_and_then_asked_by_one() {
    // I10
    let hosts = hosts();
    fail_often(
        &mut hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .unwrap(),
    );
    let fault = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .err()
        .unwrap();
    assert_eq!(fault.error.code, ErrorCode::Unreachable);
    assert_eq!(fault.retry_after, Some(Duration::from_secs(5)));
    assert!(!fault.asked);

    advance(Duration::from_secs(5)).await;
    let mut probe = hosts
        .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
        .await
        .unwrap();
    assert!(
        hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .is_err()
    );
    probe.answered(StatusCode::OK, &HeaderMap::new());
    assert!(
        hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn a_dead_host_does_not_hold_up_another() {
    // I10
    let hosts = hosts();
    fail_often(
        &mut hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .unwrap(),
    );
    assert!(
        hosts.enter(&site(), HostClass::Api, Priority::default(), Ceiling::default()).await.is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_probe_leaves_its_place_to_the_next() {
    let hosts = hosts();
    fail_often(
        &mut hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .unwrap(),
    );
    advance(Duration::from_secs(5)).await;
    drop(
        hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .unwrap(),
    );
    advance(Duration::from_millis(1)).await;
    assert!(
        hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn hosts_met_once_are_forgotten_and_dead_ones_are_not() {
    let hosts = hosts();
    fail_often(
        &mut hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .unwrap(),
    );
    for number in 0..2 * REMEMBERED {
        let url = Url::parse(&format!("https://h{number}.example/")).unwrap();
        drop(hosts.find(&url, HostClass::Files));
    }
    assert!(lock(&hosts.inner).hosts.len() <= REMEMBERED);
    assert!(
        hosts
            .enter(&files(), HostClass::Files, Priority::default(), Ceiling::default())
            .await
            .is_err()
    );
}
