//! Manners towards one host: how many requests at once, the pace between their starts or the window that the server
//! counts them in, not before when, and the breaker. One `Host` owns all of it; `Hosts` finds the one for an address.

mod turns;

use crate::breaker::{Breaker, Pass};
use crate::fault::Fault;
use crate::retry;
use crate::window::{Ceiling, Quota, Told};
use http::{HeaderMap, StatusCode};
use protocol::ErrorCode;
use reqwest::Url;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
pub use turns::Priority;
use turns::{Turn, Turns};

/// Longer waits are handed back to the caller, who can show them.
const PATIENCE: Duration = Duration::from_secs(20);
/// Hosts remembered before idle ones are forgotten; redirects can lead to any number of them.
const REMEMBERED: usize = 256;

/// How a host is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostClass {
    /// A site's own API: one request at a time, at a gentle pace.
    Api,
    /// A file host: several at once.
    Files,
}

/// The limits in force.
#[derive(Clone, Copy, Debug)]
struct Limits {
    parallel: usize,
    pace: Duration,
}

/// All hosts asked so far.
pub(crate) struct Hosts {
    inner: Mutex<Known>,
}

struct Known {
    limits: Limits,
    /// By origin.
    quotas: HashMap<String, Quota>,
    /// By origin.
    hosts: HashMap<String, Arc<Host>>,
}

impl Hosts {
    pub fn new(parallel: usize, pace: Duration) -> Self {
        let limits = Limits { parallel: parallel.max(1), pace };
        let known = Known { limits, quotas: HashMap::new(), hosts: HashMap::new() };
        Self { inner: Mutex::new(known) }
    }

    /// Waits for a place at the host of `url`, where there is a line for it by `priority`.
    pub async fn enter(
        &self,
        url: &Url,
        class: HostClass,
        priority: Priority,
        ceiling: Ceiling,
    ) -> Result<Slot, Fault> {
        self.find(url, class).enter(priority, ceiling).await
    }

    /// The host of `url`. Once a host is known as a site's API, it is treated as one by everybody.
    fn find(&self, url: &Url, class: HostClass) -> Arc<Host> {
        let mut inner = lock(&self.inner);
        let Known { limits, quotas, hosts } = &mut *inner;
        if hosts.len() >= REMEMBERED {
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.is_held_back());
        }
        let origin = url.origin().ascii_serialization();
        let quota = quotas.get(&origin).copied();
        let host = hosts.entry(origin).or_insert_with(|| {
            let name = url.host_str().unwrap_or_default();
            Arc::new(Host::new(name, class, *limits, quota))
        });
        if class == HostClass::Api {
            host.become_api(*limits);
        }
        host.clone()
    }

    pub fn set_parallel(&self, parallel: usize) {
        self.change(|limits| limits.parallel = parallel.max(1));
    }

    pub fn set_pace(&self, pace: Duration) {
        self.change(|limits| limits.pace = pace);
    }

    /// The host of `url` takes so many requests. The class of a request is all the same there.
    pub fn set_quota(&self, url: &Url, quota: Quota) {
        let mut inner = lock(&self.inner);
        let origin = url.origin().ascii_serialization();
        if let Some(host) = inner.hosts.get(&origin) {
            host.set_quota(quota);
        }
        inner.quotas.insert(origin, quota);
    }

    /// How long so many requests to the API at `url` take from now on.
    pub fn time_for(&self, url: &Url, requests: u64, ceiling: Ceiling) -> Duration {
        self.find(url, HostClass::Api).time_for(requests, ceiling)
    }

    fn change(&self, edit: impl FnOnce(&mut Limits)) {
        let mut inner = lock(&self.inner);
        let Known { limits, hosts, .. } = &mut *inner;
        edit(limits);
        hosts.values().for_each(|host| host.apply(*limits));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The state stays meaningful at every step, so another thread's panic does not spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Host {
    name: String,
    places: Arc<Semaphore>,
    state: Mutex<State>,
    /// Something that those in the line wait for.
    changed: Notify,
}

struct State {
    class: HostClass,
    /// Places there should be.
    size: usize,
    /// Places taken away while they were in use; their users do not give them back.
    surplus: usize,
    pace: Duration,
    /// The earliest start of the next request by the pace.
    next_start: Instant,
    /// The server asked for silence until then.
    not_before: Instant,
    breaker: Breaker,
    /// In place of places and pace, where the server counts requests in a window.
    turns: Option<Turns>,
}

impl Host {
    fn new(name: &str, class: HostClass, limits: Limits, quota: Option<Quota>) -> Self {
        let now = Instant::now();
        let (size, pace) = of_class(class, limits);
        let state = State {
            class,
            size,
            surplus: 0,
            pace,
            next_start: now,
            not_before: now,
            breaker: Breaker::default(),
            turns: quota.map(Turns::new),
        };
        Self {
            name: name.to_owned(),
            places: Arc::new(Semaphore::new(size)),
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    fn become_api(&self, limits: Limits) {
        let mut state = lock(&self.state);
        if state.class != HostClass::Api {
            state.class = HostClass::Api;
            drop(state);
            self.apply(limits);
        }
    }

    fn apply(&self, limits: Limits) {
        let mut state = lock(&self.state);
        let (size, pace) = of_class(state.class, limits);
        state.pace = pace;
        if size >= state.size {
            let grown = size - state.size;
            let settled = grown.min(state.surplus);
            state.surplus -= settled;
            self.places.add_permits(grown - settled);
        } else {
            let shrunk = state.size - size;
            state.surplus += shrunk - self.places.forget_permits(shrunk);
        }
        state.size = size;
    }

    fn is_held_back(&self) -> bool {
        let now = Instant::now();
        let state = lock(&self.state);
        state.not_before > now
            || state.breaker.would_wait(now).is_some()
            || state.turns.as_ref().is_some_and(|turns| !turns.window.is_at_rest(now))
    }

    async fn enter(self: Arc<Self>, priority: Priority, ceiling: Ceiling) -> Result<Slot, Fault> {
        self.refuse_long_waits()?;
        let place = match self.has_quota() {
            true => None,
            // First come, first served. The semaphore is never closed.
            false => self.places.clone().acquire_owned().await.ok(),
        };
        let (pass, turn) = (Pass::Ordinary, Turn::default());
        let mut slot = Slot { host: self, place, pass, priority, ceiling, turn };
        slot.start().await?;
        Ok(slot)
    }

    /// Before queueing: a host that is known to be down or to want silence is not waited for.
    fn refuse_long_waits(&self) -> Result<(), Fault> {
        let now = Instant::now();
        let state = lock(&self.state);
        if let Some(wait) = state.breaker.would_wait(now) {
            return Err(self.resting(wait));
        }
        self.check_silence(&state, now)
    }

    fn check_silence(&self, state: &State, now: Instant) -> Result<(), Fault> {
        let wait = state.not_before.saturating_duration_since(now);
        if wait <= PATIENCE {
            return Ok(());
        }
        Err(Fault::new(ErrorCode::RateLimited).with("host", &self.name).after(Some(wait)).unasked())
    }

    fn resting(&self, wait: Duration) -> Fault {
        Fault::new(ErrorCode::Unreachable)
            .with("host", &self.name)
            .with("detail", "not asked: the last tries failed")
            .after(Some(wait))
            .unasked()
    }
}

fn of_class(class: HostClass, limits: Limits) -> (usize, Duration) {
    match class {
        HostClass::Api => (1, limits.pace),
        HostClass::Files => (limits.parallel, Duration::ZERO),
    }
}

/// A place at a host, held from the request to the end of the body.
pub(crate) struct Slot {
    host: Arc<Host>,
    place: Option<OwnedSemaphorePermit>,
    pass: Pass,
    priority: Priority,
    ceiling: Ceiling,
    turn: Turn,
}

impl Slot {
    /// Waits until a request may start. Called again for a further request from the same place.
    pub async fn start(&mut self) -> Result<(), Fault> {
        if self.host.has_quota() {
            return self.take_turn().await;
        }
        loop {
            let at = self.reserve()?;
            sleep_until(at).await;
            // Somebody may have been asked for silence meanwhile.
            if lock(&self.host.state).not_before <= Instant::now() {
                return Ok(());
            }
        }
    }

    fn reserve(&mut self) -> Result<Instant, Fault> {
        let now = Instant::now();
        let mut state = lock(&self.host.state);
        self.host.check_silence(&state, now)?;
        if self.pass == Pass::Ordinary {
            self.pass = state.breaker.admit(now).map_err(|wait| self.host.resting(wait))?;
        }
        let at = now.max(state.next_start).max(state.not_before);
        state.next_start = at + state.pace;
        Ok(at)
    }

    /// The host answered: tells the breaker, and obeys `Retry-After` on behalf of everybody.
    pub fn answered(&mut self, status: StatusCode, headers: &HeaderMap) {
        let now = Instant::now();
        let mut state = lock(&self.host.state);
        if status.is_server_error() {
            state.breaker.fail(now);
        } else {
            state.breaker.succeed();
        }
        self.pass = Pass::Ordinary;
        let mut unsaid = retry::AFTER_UNSPECIFIED;
        if let Some(turns) = &mut state.turns {
            // By then the server has forgotten whatever there was too much of.
            unsaid = turns.window.quota().span();
            let told = Told::read(turns.window.quota(), headers);
            if let Some(request) = self.turn.request.take() {
                turns.window.heard(request, told, status, now);
            }
        }
        if let Some(wait) = retry::asked_to_wait(status, headers, unsaid) {
            state.not_before = state.not_before.max(now + wait);
        }
        drop(state);
        self.host.changed.notify_waiters();
    }

    /// No connection or no answer.
    pub fn failed(&mut self) {
        lock(&self.host.state).breaker.fail(Instant::now());
        self.pass = Pass::Ordinary;
    }

    /// The host's name, for messages.
    pub fn host(&self) -> &str {
        &self.host.name
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.leave_turn();
        let mut state = lock(&self.host.state);
        if self.pass == Pass::Probe {
            state.breaker.abandon(Instant::now());
        }
        if state.surplus > 0
            && let Some(place) = self.place.take()
        {
            state.surplus -= 1;
            place.forget();
        }
    }
}

#[cfg(test)]
mod tests;
