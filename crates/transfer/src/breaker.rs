//! The circuit breaker of one host (I10): after several failures in a row nobody asks it for a while, then one
//! request tries. A pure state machine; `host` gives it the time and the results.

use std::time::Duration;
use tokio::time::Instant;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: State,
    /// How often in a row it was opened.
    opened: u32,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One request is on its way to find out.
    Probing,
}

impl Default for State {
    fn default() -> Self {
        State::Closed { failures: 0 }
    }
}

/// A permission to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Ordinary,
    /// The one request that decides whether the host is back. It must be reported or abandoned.
    Probe,
}

impl Breaker {
    /// May a request start now? Otherwise: how long to wait.
    pub fn admit(&mut self, now: Instant) -> Result<Pass, Duration> {
        match self.state {
            State::Closed { .. } => Ok(Pass::Ordinary),
            State::Open { until } if now < until => Err(until - now),
            State::Open { .. } => {
                self.state = State::Probing;
                Ok(Pass::Probe)
            }
            State::Probing => Err(FIRST_PAUSE),
        }
    }

    /// As [`Breaker::admit`], without taking the probe.
    pub fn would_wait(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Open { until } if now < until => Some(until - now),
            State::Probing => Some(FIRST_PAUSE),
            _ => None,
        }
    }

    /// The host answered something sensible.
    pub fn succeed(&mut self) {
        *self = Self::default();
    }

    /// No connection, no answer or a 5xx.
    pub fn fail(&mut self, now: Instant) {
        match self.state {
            State::Closed { failures } if failures + 1 < FAILURES => {
                self.state = State::Closed { failures: failures + 1 };
            }
            State::Closed { .. } | State::Probing => {
                let pause = FIRST_PAUSE.saturating_mul(1 << self.opened.min(8)).min(LONGEST_PAUSE);
                self.opened += 1;
                self.state = State::Open { until: now + pause };
            }
            // Started before it opened; the pause is already running.
            State::Open { .. } => {}
        }
    }

    /// The probe was given up without a result: the next request is the probe.
    pub fn abandon(&mut self, now: Instant) {
        if matches!(self.state, State::Probing) {
            self.state = State::Open { until: now };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        (0..FAILURES).for_each(|_| breaker.fail(now));
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_for_five_seconds() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        (0..FAILURES - 1).for_each(|_| breaker.fail(now));
        assert_eq!(breaker.admit(now), Ok(Pass::Ordinary));
        breaker.fail(now);
        assert_eq!(breaker.admit(now), Err(FIRST_PAUSE));
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            (0..FAILURES - 1).for_each(|_| breaker.fail(now));
            breaker.succeed();
        }
        assert_eq!(breaker.admit(now), Ok(Pass::Ordinary));
    }

    #[test]
    fn after_the_pause_one_request_tries_and_the_others_wait() {
        let now = Instant::now();
        let mut breaker = open(now);
        let later = now + FIRST_PAUSE;
        assert_eq!(breaker.would_wait(later), None);
        assert_eq!(breaker.admit(later), Ok(Pass::Probe));
        assert_eq!(breaker.admit(later), Err(FIRST_PAUSE));
        breaker.succeed();
        assert_eq!(breaker.admit(later), Ok(Pass::Ordinary));
    }

    #[test]
    fn each_failed_probe_doubles_the_pause_up_to_a_minute() {
        let mut now = Instant::now();
        let mut breaker = open(now);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let pause = breaker.admit(now).unwrap_err();
            pauses.push(pause.as_secs());
            now += pause;
            assert_eq!(breaker.admit(now), Ok(Pass::Probe));
            breaker.fail(now);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn a_probe_given_up_leaves_its_place_to_the_next() {
        let now = Instant::now() + Duration::from_secs(1);
        let mut breaker = open(now);
        let later = now + FIRST_PAUSE;
        assert_eq!(breaker.admit(later), Ok(Pass::Probe));
        breaker.abandon(later);
        assert_eq!(breaker.admit(later), Ok(Pass::Probe));
    }

    #[test]
    fn requests_that_were_under_way_do_not_lengthen_the_pause() {
        let now = Instant::now();
        let mut breaker = open(now);
        breaker.fail(now + Duration::from_secs(4));
        assert_eq!(breaker.admit(now), Err(FIRST_PAUSE));
    }
}
