//! The limit: so many requests of one source address in a moving window of a minute.
//!
//! All requests of an address are in one window; with credentials up to 60 of them pass, without 25. A request that is
//! refused does not lengthen the wait. The minute may be shortened, so that tests of an hour last seconds.

use super::problem::Problem;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);
const WITH_CREDENTIALS: usize = 60;
const WITHOUT: usize = 25;

/// What the limit was and did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RateReport {
    /// How many times faster than in truth the window moves.
    pub scale: f64,
    /// The window's real length in seconds.
    pub window_seconds: f64,
    /// Requests that passed.
    pub passed: u64,
    /// Requests that were answered with 429 by the limit itself.
    pub refused: u64,
    /// The most that were in one window.
    pub most_in_window: usize,
}

/// The windows of all addresses.
#[derive(Debug)]
pub(crate) struct RateLimit(Mutex<Windows>);

#[derive(Debug)]
struct Windows {
    scale: f64,
    /// Requests in a window with credentials.
    with_credentials: usize,
    /// Whether refusals say when to come back.
    retry_after: bool,
    neighbour: Option<Neighbour>,
    of: HashMap<IpAddr, VecDeque<Instant>>,
    report: RateReport,
}

/// Another program at the same address.
#[derive(Clone, Copy, Debug)]
struct Neighbour {
    every: Duration,
    next: Instant,
}

/// One request's place in the window.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    limit: usize,
    used: usize,
    passes: bool,
    retry_after: Option<Duration>,
}

impl RateLimit {
    pub(super) fn new(scale: f64) -> Self {
        Self(Mutex::new(Windows {
            scale,
            with_credentials: WITH_CREDENTIALS,
            retry_after: false,
            neighbour: None,
            of: HashMap::new(),
            report: RateReport::default(),
        }))
    }

    /// Lets a request into the window of its address, if there is room.
    pub(super) fn turn(&self, address: IpAddr, has_credentials: bool) -> Turn {
        let now = Instant::now();
        let mut windows = self.lock();
        let limit = windows.with_credentials;
        let limit = if has_credentials { limit } else { limit * WITHOUT / WITH_CREDENTIALS };
        windows.forget(address, now);
        windows.let_neighbour_in(address, now);
        let length = windows.length();
        let window = windows.of.entry(address).or_default();
        let passes = window.len() < limit;
        if passes {
            window.push_back(now);
        }
        let used = window.len();
        let oldest = window.front().map(|first| length.saturating_sub(now - *first));
        let report = &mut windows.report;
        report.passed += u64::from(passes);
        report.refused += u64::from(!passes);
        report.most_in_window = report.most_in_window.max(used);
        let retry_after = oldest.filter(|_| windows.retry_after && !passes);
        Turn { limit, used, passes, retry_after }
    }

    /// Counts so many requests of somebody else at this address as made now.
    pub(super) fn spend(&self, address: IpAddr, count: usize) {
        let now = Instant::now();
        let mut windows = self.lock();
        windows.forget(address, now);
        windows.of.entry(address).or_default().extend(std::iter::repeat_n(now, count));
    }

    /// From now on somebody else makes so many requests a minute, or none.
    pub(super) fn set_neighbour(&self, a_minute: u32) {
        let mut windows = self.lock();
        let every = windows.length().checked_div(a_minute);
        windows.neighbour = every.map(|every| Neighbour { every, next: Instant::now() });
    }

    pub(super) fn set_scale(&self, scale: f64) {
        let mut windows = self.lock();
        windows.scale = scale;
        windows.of.clear();
    }

    pub(super) fn set_limit(&self, requests: usize) {
        self.lock().with_credentials = requests;
    }

    pub(super) fn set_retry_after(&self, tells: bool) {
        self.lock().retry_after = tells;
    }

    /// Empties all windows and forgets what was counted.
    pub(super) fn reset(&self) {
        let mut windows = self.lock();
        windows.of.clear();
        windows.report = RateReport::default();
    }

    pub(super) fn report(&self) -> RateReport {
        let windows = self.lock();
        RateReport {
            scale: windows.scale,
            window_seconds: windows.length().as_secs_f64(),
            ..windows.report.clone()
        }
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Windows {
    fn length(&self) -> Duration {
        MINUTE.div_f64(self.scale)
    }

    fn forget(&mut self, address: IpAddr, now: Instant) {
        let length = self.length();
        if let Some(window) = self.of.get_mut(&address) {
            while window.front().is_some_and(|first| now - *first >= length) {
                window.pop_front();
            }
        }
    }

    /// Enters what the other program has asked since the last look.
    fn let_neighbour_in(&mut self, address: IpAddr, now: Instant) {
        let length = self.length();
        let Some(neighbour) = &mut self.neighbour else { return };
        let window = self.of.entry(address).or_default();
        while neighbour.next <= now {
            if now - neighbour.next < length && window.len() < self.with_credentials {
                window.push_back(neighbour.next);
            }
            neighbour.next += neighbour.every;
        }
        // Requests of ours that came in between are older than some of these.
        window.make_contiguous().sort_unstable();
    }
}

impl Turn {
    /// The answer to a request that finds no room.
    pub(crate) fn refusal(&self) -> Option<Response> {
        if self.passes {
            return None;
        }
        let mut response = Problem::too_quick().into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Some(response)
    }

    /// Writes the three headers that every answer has.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let remaining = self.limit.saturating_sub(self.used);
        headers.insert("x-discogs-ratelimit", HeaderValue::from(self.limit));
        headers.insert("x-discogs-ratelimit-used", HeaderValue::from(self.used.min(self.limit)));
        headers.insert("x-discogs-ratelimit-remaining", HeaderValue::from(remaining));
    }

    /// The same for an answer that says 429 although there was room.
    pub(crate) fn tell_nothing_left(&self, headers: &mut HeaderMap) {
        Self { used: self.limit, ..self.clone() }.tell(headers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::thread::sleep;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

    #[test]
    fn sixty_pass_in_a_window_and_twenty_five_without_credentials() {
        let limit = RateLimit::new(1.0);
        for _ in 0..25 {
            assert!(limit.turn(HERE, false).passes);
        }
        assert!(!limit.turn(HERE, false).passes);
        for _ in 25..60 {
            assert!(limit.turn(HERE, true).passes);
        }
        assert!(limit.turn(HERE, true).refusal().is_some());
        assert!(limit.turn(THERE, false).passes, "another address has its own window");
        let report = limit.report();
        assert_eq!((report.passed, report.refused, report.most_in_window), (61, 2, 60));
    }

    #[test]
    fn the_window_moves_and_does_not_jump() {
        // A minute lasts 3 s.
        let limit = RateLimit::new(20.0);
        limit.spend(HERE, 40);
        sleep(Duration::from_millis(1_500));
        limit.spend(HERE, 20);
        assert!(!limit.turn(HERE, true).passes);
        sleep(Duration::from_millis(1_750));
        let turn = limit.turn(HERE, true);
        assert!(turn.passes);
        assert_eq!(turn.used, 21);
    }

    #[test]
    fn another_program_takes_its_share_of_the_window() {
        let limit = RateLimit::new(100.0);
        limit.set_neighbour(30);
        sleep(Duration::from_millis(700));
        let used = limit.turn(HERE, true).used;
        assert!((29..=32).contains(&used), "{used}");
    }
}
