//! Single steps of the window. Whole minutes of it, against a model of the server, are in `host/turns/tests`.

use super::*;
use std::ops::RangeInclusive;

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn window() -> Window {
    Window::new(Quota::discogs())
}

fn told(used: u32) -> Option<Told> {
    Some(Told { limit: 60, used })
}

/// Sends a request that is answered half a second later.
fn ask(window: &mut Window, at: Instant, told: Option<Told>) {
    let number = window.send(Ceiling::Signed, at);
    window.heard(number, told, StatusCode::OK, at + Duration::from_millis(500));
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[test]
fn the_headers_of_an_answer_tell_the_limit_and_what_is_used_of_it() {
    let quota = Quota::discogs();
    let read = |pairs: &[_]| Told::read(&quota, &headers(pairs));
    let whole = [
        ("x-discogs-ratelimit", "60"),
        ("x-discogs-ratelimit-used", "7"),
        ("x-discogs-ratelimit-remaining", "53"),
    ];
    assert_eq!(read(&whole), told(7));
    assert_eq!(read(&whole[..2]), told(7));
    assert_eq!(read(&[whole[0], whole[2]]), told(7));
    assert_eq!(read(&whole[..1]), None);
    assert_eq!(read(&whole[1..]), None);
    assert_eq!(read(&[("x-discogs-ratelimit", "soon"), whole[1]]), None);
}

#[test]
fn where_used_and_remaining_disagree_the_smaller_rest_is_believed() {
    let pairs = [
        ("x-discogs-ratelimit", "60"),
        ("x-discogs-ratelimit-used", "1"),
        ("x-discogs-ratelimit-remaining", "0"),
    ];
    assert_eq!(Told::read(&Quota::discogs(), &headers(&pairs)), told(60));
}

#[test]
fn the_first_request_goes_alone_until_its_answer_tells_what_is_used() {
    // I14
    let (mut window, now) = (window(), Instant::now());
    assert_eq!(window.admit(Ceiling::Signed, true, now), Ok(()));
    let first = window.send(Ceiling::Signed, now);
    assert_eq!(window.admit(Ceiling::Signed, true, now + MINUTE), Err(None));
    window.heard(first, told(1), StatusCode::OK, now + seconds(1));
    assert_eq!(window.admit(Ceiling::Signed, true, now + seconds(1)), Ok(()));
}

#[test]
fn what_an_earlier_life_has_used_is_believed() {
    // I14
    let (mut window, now) = (window(), Instant::now());
    ask(&mut window, now, told(60));
    let heard = now + Duration::from_millis(500);
    let over = heard + window.quota().span();
    assert_eq!(window.admit(Ceiling::Signed, true, heard), Err(Some(over)));
    assert_eq!(window.admit(Ceiling::Signed, true, over), Ok(()));
}

#[test]
fn a_request_keeps_its_room_for_a_window_after_its_answer() {
    // I14
    let (mut window, now) = (window(), Instant::now());
    let mut late = Vec::new();
    for used in 1..=59 {
        let at = now + seconds(1);
        match used {
            1 => ask(&mut window, now, told(1)),
            _ => late.push(window.send(Ceiling::Signed, at)),
        }
    }
    let answered = now + seconds(30);
    late.into_iter().for_each(|number| window.heard(number, told(59), StatusCode::OK, answered));
    assert!(window.admit(Ceiling::Signed, true, now + seconds(89)).is_err());
    assert_eq!(window.admit(Ceiling::Signed, true, answered + window.quota().span()), Ok(()));
}

#[test]
fn a_smaller_limit_that_the_server_names_is_kept_to() {
    let (mut window, now) = (window(), Instant::now());
    for used in 1..=24 {
        let at = now + seconds(used);
        ask(&mut window, at, Some(Told { limit: 25, used: used as u32 }));
        assert_eq!(window.admit(Ceiling::Signed, true, at + seconds(1)).is_ok(), used < 24);
    }
}

/// So many requests, one every half second, that are told the limit and what is used; then whether one more may start.
fn admits_after(
    window: &mut Window,
    ceiling: Ceiling,
    limit: u32,
    used: RangeInclusive<u32>,
) -> bool {
    let mut at = Instant::now();
    for used in used {
        let number = window.send(ceiling, at);
        window.heard(number, Some(Told { limit, used }), StatusCode::OK, at);
        at += Duration::from_millis(500);
    }
    window.admit(ceiling, true, at).is_ok()
}

#[test]
fn a_larger_limit_that_the_server_names_is_used() {
    let with_credentials = |last| admits_after(&mut window(), Ceiling::Signed, 100, 1..=last);
    assert!(with_credentials(98) && !with_credentials(99));
    let without = |last| admits_after(&mut window(), Ceiling::Unsigned, 40, 1..=last);
    assert!(without(38) && !without(39));
}

#[test]
fn without_credentials_the_limit_of_those_with_some_is_not_believed() {
    // I14: what asks for credentials may be counted with those that have some.
    let without = |last| admits_after(&mut window(), Ceiling::Unsigned, 60, 1..=last);
    assert!(without(23) && !without(24));
    // A server that gives those with credentials more may give the others as much as was theirs.
    let mut window = window();
    assert!(admits_after(&mut window, Ceiling::Signed, 240, 1..=1));
    assert!(admits_after(&mut window, Ceiling::Unsigned, 60, 2..=40));
}

#[test]
fn credentials_that_are_not_accepted_tell_nothing_of_the_limit_of_others() {
    // I14
    let (mut window, now) = (window(), Instant::now());
    ask(&mut window, now, told(30));
    let at = now + seconds(1);
    let number = window.send(Ceiling::Signed, at);
    let refused = Some(Told { limit: 25, used: 25 });
    window.heard(number, refused, StatusCode::UNAUTHORIZED, at);
    assert_eq!(window.admit(Ceiling::Signed, true, at), Ok(()));
    assert!(window.admit(Ceiling::Unsigned, true, at).is_err());
}

#[test]
fn a_request_without_credentials_finds_the_window_full_where_others_go_on() {
    // I14
    let (mut window, now) = (window(), Instant::now());
    ask(&mut window, now, told(25));
    let at = now + seconds(1);
    assert!(window.admit(Ceiling::Unsigned, true, at).is_err());
    assert_eq!(window.admit(Ceiling::Signed, true, at), Ok(()));
}

#[test]
fn a_reached_lower_limit_tells_the_higher_one_nothing() {
    // I14
    let (mut window, now) = (window(), Instant::now());
    let number = window.send(Ceiling::Unsigned, now);
    window.heard(number, Some(Told { limit: 25, used: 25 }), StatusCode::TOO_MANY_REQUESTS, now);
    // There may be 25 or 60: one asks, and alone.
    assert_eq!(window.admit(Ceiling::Signed, true, now), Ok(()));
    let number = window.send(Ceiling::Signed, now);
    assert_eq!(window.admit(Ceiling::Signed, true, now), Err(Some(now + window.quota().span())));
    window.heard(number, told(31), StatusCode::OK, now);
    assert_eq!(window.admit(Ceiling::Signed, true, now), Ok(()));
    assert!(window.admit(Ceiling::Unsigned, true, now).is_err());
}

#[test]
fn after_a_burst_requests_are_spread_and_who_is_in_a_hurry_is_not() {
    let (mut window, now) = (window(), Instant::now());
    for used in 1..=6 {
        assert_eq!(window.admit(Ceiling::Signed, false, now + seconds(1)), Ok(()));
        ask(&mut window, now, told(used));
    }
    assert!(window.admit(Ceiling::Signed, false, now + seconds(1)).is_err());
    assert_eq!(window.admit(Ceiling::Signed, true, now + seconds(1)), Ok(()));
    assert_eq!(window.admit(Ceiling::Signed, false, now + seconds(2)), Ok(()));
}

#[test]
fn an_estimate_counts_with_the_window_and_with_what_others_use() {
    let (mut window, now) = (window(), Instant::now());
    assert_eq!(window.time_for(6, Ceiling::Signed, now), Duration::ZERO);
    assert_eq!(window.time_for(5000, Ceiling::Signed, now).as_secs() / 60, 86);
    ask(&mut window, now, told(31));
    // 30 are another program's, and 8 are left free for what it may send meanwhile.
    assert_eq!(window.time_for(5000, Ceiling::Signed, now + seconds(1)).as_secs() / 60, 241);
}

#[test]
fn room_is_left_for_what_another_program_may_send_meanwhile() {
    let (mut window, now) = (window(), Instant::now());
    ask(&mut window, now, told(47));
    assert!(window.admit(Ceiling::Signed, true, now + seconds(1)).is_ok());
    ask(&mut window, now + seconds(1), told(49));
    assert!(window.admit(Ceiling::Signed, true, now + seconds(2)).is_err());
}

#[test]
fn what_is_past_is_forgotten() {
    let (mut window, mut now) = (window(), Instant::now());
    for _ in 0..1000 {
        ask(&mut window, now, told(59));
        now += seconds(1);
    }
    assert!(window.sent.len() < 130 && window.words.len() == 1);
    assert!(!window.is_at_rest(now) && window.is_at_rest(now + 2 * MINUTE));
}
