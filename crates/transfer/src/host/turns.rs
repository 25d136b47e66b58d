//! Whose request goes next where a server takes so many within a window. Those who wait stand in a line, in order of
//! their priority and then of their coming; only the first may start, when the window has room. Work of a later rank stands
//! as if it had come later, so that it lets what is more urgent pass and yet gets its turn. Who has the higher ceiling does
//! not wait behind somebody whose ceiling is reached, unless that is a person who sits there and waits. Who goes away
//! leaves the line.

use super::{Host, Slot, lock};
use crate::breaker::Pass;
use crate::fault::Fault;
use crate::window::{Ceiling, Number, Quota, Window};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How much later each rank stands than the one before: so long at most it lets all of that pass. Then it has about one
/// request in eight.
const PER_RANK: Duration = Duration::from_secs(30);

/// Who goes first where requests must wait for each other. Smaller is sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u32);

impl Priority {
    /// Somebody sits there and waits.
    pub const INTERACTIVE: Self = Self(0);

    /// Work in the background, the lowest rank first. Nobody waits for ever: see [`PER_RANK`].
    pub const fn job(rank: u32) -> Self {
        Self(rank.saturating_add(1))
    }

    /// Where somebody stands who comes now.
    fn due(self, now: Instant) -> Due {
        match self.0.checked_sub(1) {
            None => Due::AtOnce,
            Some(rank) => Due::By(now + PER_RANK.saturating_mul(rank)),
        }
    }
}

impl Default for Priority {
    /// The first of the jobs.
    fn default() -> Self {
        Self::job(0)
    }
}

/// The line at one host, and what its window holds.
#[derive(Debug)]
pub(super) struct Turns {
    pub window: Window,
    line: BTreeSet<Place>,
    next: u64,
    /// Slots that hold a request or its answer.
    under_way: usize,
}

/// What decides who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// Somebody sits there and waits.
    AtOnce,
    /// The earlier before the later.
    By(Instant),
}

/// A place in the line: the second decides among equals, and no two are the same.
type Place = (Due, u64, Ceiling);

impl Turns {
    pub fn new(quota: Quota) -> Self {
        Self { window: Window::new(quota), line: BTreeSet::new(), next: 0, under_way: 0 }
    }

    fn line_up(&mut self, priority: Priority, ceiling: Ceiling, now: Instant) -> Place {
        let place = (priority.due(now), self.next, ceiling);
        self.next += 1;
        self.line.insert(place);
        place
    }

    /// Whether it is `place`'s turn. Otherwise: when to ask again, if not at the next change.
    fn admit(&self, place: Place, holds: bool, now: Instant) -> Result<(), Option<Instant>> {
        let mut before = self.line.range(..place);
        if !before.all(|other| may_pass(place, *other))
            || (!holds && self.under_way >= self.window.quota().parallel)
        {
            return Err(None);
        }
        self.window.admit(place.2, place.0 == Due::AtOnce, now)
    }
}

/// Requests of the lower ceiling find no room for as long as others fill the window above it. Those others go on
/// meanwhile, but for a person's one question.
fn may_pass(own: Place, before: Place) -> bool {
    own.2 > before.2 && (before.0 != Due::AtOnce || own.0 == Due::AtOnce)
}

/// A place in the line for as long as somebody waits in it.
struct Waiting {
    host: Arc<Host>,
    place: Place,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.host.with_turns(|turns| turns.line.remove(&self.place));
    }
}

impl Host {
    /// Changes the line and wakes those who stand in it. `None` where the host has no quota.
    fn with_turns<T>(&self, change: impl FnOnce(&mut Turns) -> T) -> Option<T> {
        let changed = lock(&self.state).turns.as_mut().map(change);
        self.changed.notify_waiters();
        changed
    }

    pub(super) fn set_quota(&self, quota: Quota) {
        match &mut lock(&self.state).turns {
            Some(turns) => turns.window.set_quota(quota),
            empty => *empty = Some(Turns::new(quota)),
        }
        self.changed.notify_waiters();
    }

    pub(super) fn has_quota(&self) -> bool {
        lock(&self.state).turns.is_some()
    }

    /// How long so many requests take from now on.
    pub(super) fn time_for(&self, requests: u64, ceiling: Ceiling) -> Duration {
        let now = Instant::now();
        let state = lock(&self.state);
        let work = match &state.turns {
            Some(turns) => turns.window.time_for(requests, ceiling, now),
            None => state.pace.saturating_mul(u32::try_from(requests).unwrap_or(u32::MAX)),
        };
        state.not_before.saturating_duration_since(now) + work
    }
}

/// The part of a slot that belongs to the line.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Counted among those under way.
    holds: bool,
    /// The request that waits for its answer.
    pub request: Option<Number>,
}

impl Slot {
    /// Waits until it is this slot's turn, and counts the request as sent.
    pub(super) async fn take_turn(&mut self) -> Result<(), Fault> {
        let host = self.host.clone();
        let (priority, ceiling, now) = (self.priority, self.ceiling, Instant::now());
        let Some(place) = host.with_turns(|turns| turns.line_up(priority, ceiling, now)) else {
            return Ok(());
        };
        let waiting = Waiting { host, place };
        loop {
            let changed = waiting.host.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.try_start(place)? {
                Ok(()) => return Ok(()),
                Err(Some(at)) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(at) => {}
                },
                Err(None) => changed.await,
            }
        }
    }

    fn try_start(&mut self, place: Place) -> Result<Result<(), Option<Instant>>, Fault> {
        let now = Instant::now();
        let mut state = lock(&self.host.state);
        self.host.check_silence(&state, now)?;
        if self.pass == Pass::Ordinary
            && let Some(wait) = state.breaker.would_wait(now)
        {
            return Err(self.host.resting(wait));
        }
        if state.not_before > now {
            return Ok(Err(Some(state.not_before)));
        }
        let state = &mut *state;
        let Some(turns) = &mut state.turns else { return Ok(Ok(())) };
        if let Err(at) = turns.admit(place, self.turn.holds, now) {
            return Ok(Err(at));
        }
        if self.pass == Pass::Ordinary {
            self.pass = state.breaker.admit(now).map_err(|wait| self.host.resting(wait))?;
        }
        if let Some(unanswered) = self.turn.request.replace(turns.window.send(self.ceiling, now)) {
            turns.window.given_up(unanswered, now);
        }
        turns.under_way += usize::from(!self.turn.holds);
        self.turn.holds = true;
        Ok(Ok(()))
    }

    /// Gives the place back. What was not answered may have reached the server all the same.
    pub(super) fn leave_turn(&mut self) {
        let Turn { holds, request } = std::mem::take(&mut self.turn);
        self.host.with_turns(|turns| {
            turns.under_way -= usize::from(holds);
            if let Some(request) = request {
                turns.window.given_up(request, Instant::now());
            }
        });
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
