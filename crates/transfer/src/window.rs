//! How many requests a server takes within a moving window, and when one more is surely not one too many (I14).
//! A pure state machine; `host` gives it the time and the results.
//!
//! A request counts from when it reaches the server, which is some moment between its start and its answer. Nobody here
//! knows which. So nothing is assumed about it, and a request may start when two bounds leave room for it:
//!
//! * *The log.* A request takes its room from its start until a whole window after its answer came. What the server
//!   counts is then never more than what is in the log, however long requests and answers travel.
//! * *The server's word.* An answer says how many requests the server had counted, those of other programs at the same
//!   address among them. From there on only what is certain is taken off: own requests that were surely counted then,
//!   and surely are no more. What may not have been counted yet is added.
//!
//! A server may take fewer requests from those who show no credentials, and still count all of an address in one
//! window. So each request knows its ceiling; what was sent and heard is common. An answer to a request of the lower
//! ceiling that finds it reached says only that *at least* so many were counted: it holds back others of its kind, and
//! tells those of the higher ceiling nothing.
//!
//! The server may count a request as another kind than we took it for: one that only asks for credentials with those that
//! have some, one whose credentials it does not know with those that have none. What it then calls its limit is the other
//! kind's, and is not believed for this one.
//!
//! As long as no answer has come within the last window, one request goes alone: another program, or this one before it
//! was started anew, may have used all there is. For such a start the log keeps one request free. Times are monotonic:
//! a clock that is set does nothing, and a system that sleeps only waits longer.

use http::{HeaderMap, StatusCode};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// What a server takes, and how its answers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests within `window`, if they show credentials. What an answer names in its place is believed.
    pub requests: u32,
    /// The same for those that show none: however the others came, so many are counted before one is refused. It is
    /// believed to be another as long as that is less than the limit of those with credentials.
    pub unsigned: u32,
    /// The length of the moving window.
    pub window: Duration,
    /// A request keeps its room for so much longer, for clocks that run at different speeds and servers that count in
    /// steps. Each second costs a sixtieth of what a window of a minute could take.
    pub margin: Duration,
    /// Requests that may go out at once after a rest. Later ones are spread evenly.
    pub burst: u32,
    /// Requests under way at once.
    pub parallel: usize,
    /// The header that tells the limit, in small letters. The same name with `-used` and `-remaining` tells the rest.
    pub header: &'static str,
}

impl Quota {
    /// That of `api.discogs.com`: 60 requests a minute with any credentials, 25 without.
    ///
    /// <https://www.discogs.com/developers#page:home,header:home-rate-limiting>
    pub const fn discogs() -> Self {
        Self {
            requests: 60,
            unsigned: 25,
            window: Duration::from_secs(60),
            margin: Duration::from_millis(500),
            burst: 6,
            parallel: 4,
            header: "x-discogs-ratelimit",
        }
    }

    /// How long after its answer a request keeps its room.
    pub(crate) fn span(&self) -> Duration {
        self.window + self.margin
    }
}

/// How far a window may be filled for a request to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ceiling {
    /// It shows no credentials: [`Quota::unsigned`].
    #[default]
    Unsigned,
    /// It shows some: [`Quota::requests`].
    Signed,
}

/// What an answer tells of the server's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    limit: u32,
    /// The request that was answered is one of them.
    used: u32,
}

impl Told {
    /// From the headers that `quota` names, if the limit and one of the others are there. Where the two others
    /// disagree, the smaller rest is believed.
    pub fn read(quota: &Quota, headers: &HeaderMap) -> Option<Self> {
        let number = |suffix: &str| {
            let value = headers.get(format!("{}{suffix}", quota.header))?;
            value.to_str().ok()?.trim().parse::<u32>().ok()
        };
        let limit = number("")?;
        let by_rest = number("-remaining").map(|remaining| limit.saturating_sub(remaining));
        Some(Self { limit, used: number("-used").max(by_rest)? })
    }
}

/// A request that was sent. The number tells it from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number(u64);

#[derive(Debug)]
struct Sent {
    number: Number,
    ceiling: Ceiling,
    at: Instant,
    /// When its answer came, or it was given up.
    over: Option<Instant>,
    /// The server said that it counts it.
    counted: bool,
}

/// What the server said with one answer.
#[derive(Debug)]
struct Word {
    of: Number,
    asked: Instant,
    heard: Instant,
    used: u32,
    /// What of it is surely another program's.
    elsewhere: u32,
    /// The limit that was named is reached, and it is not the server's highest: there may be more than `used`.
    at_least: bool,
}

impl Word {
    /// Room left for what another program may send until our request arrives: a quarter of what it sends in a window.
    fn spare(&self) -> u32 {
        self.elsewhere.div_ceil(4)
    }
}

#[derive(Debug)]
pub(crate) struct Window {
    quota: Quota,
    /// In the order of their starts, kept until no word can be about them any more.
    sent: VecDeque<Sent>,
    /// The newest word, and those that may be as new.
    words: Vec<Word>,
    /// The limits that the server named last, by ceiling.
    told: [Option<u32>; 2],
    next: u64,
    /// Between request and answer, smoothed.
    latency: Duration,
}

impl Window {
    pub fn new(quota: Quota) -> Self {
        let (sent, words) = (VecDeque::new(), Vec::new());
        Self { quota, sent, words, told: [None; 2], next: 0, latency: Duration::from_millis(500) }
    }

    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// Takes another quota for the same requests.
    pub fn set_quota(&mut self, quota: Quota) {
        self.quota = quota;
        self.told = [None; 2];
    }

    /// Nothing is under way or counted.
    pub fn is_at_rest(&self, now: Instant) -> bool {
        self.taken(now) == 0 && self.words.iter().all(|word| self.is_past(word.heard, now))
    }

    /// May a request start now? Otherwise: when to ask again. `None` says that first an answer must come. Who is in a
    /// hurry may take the room that others leave free to be even.
    pub fn admit(
        &self,
        ceiling: Ceiling,
        hurry: bool,
        now: Instant,
    ) -> Result<(), Option<Instant>> {
        let paced = self.paced(ceiling, now);
        if self.has_room(ceiling, now) && (hurry || paced <= now) {
            return Ok(());
        }
        let ends = self.sent.iter().filter_map(|sent| sent.over);
        let ends = ends.chain(self.words.iter().map(|word| word.heard));
        let ends = ends.map(|heard| heard + self.quota.span());
        Err(ends.chain((!hurry).then_some(paced)).filter(|at| *at > now).min())
    }

    fn has_room(&self, ceiling: Ceiling, now: Instant) -> bool {
        let tells = |word: &&Word| !self.is_past(word.heard, now) && self.tells(word, ceiling);
        let mut words = self.words.iter().filter(tells).peekable();
        if words.peek().is_none() && self.sent.iter().any(|sent| sent.over.is_none()) {
            return false;
        }
        self.taken(now) < self.own_limit(ceiling)
            && words.all(|word| self.allows(word, ceiling, now))
    }

    /// Whether a word says anything to requests of this ceiling.
    fn tells(&self, word: &Word, ceiling: Ceiling) -> bool {
        !word.at_least || self.limit(ceiling) <= word.used
    }

    /// Whether the server, having said `word`, surely takes one more now.
    fn allows(&self, word: &Word, ceiling: Ceiling, now: Instant) -> bool {
        if word.at_least {
            // How much of it has left the window since cannot be known.
            return false;
        }
        let Quota { window, margin, .. } = self.quota;
        let surely_before = |sent: &&Sent| sent.over.is_some_and(|over| over <= word.asked);
        let others = self.sent.iter().filter(|sent| sent.number != word.of);
        let later = others.clone().filter(|sent| !surely_before(sent)).count();
        let forgotten = others
            .filter(surely_before)
            .filter(|sent| sent.counted && sent.at + window >= word.heard + margin)
            .filter(|sent| sent.over.is_some_and(|over| self.is_past(over, now)))
            .count();
        let counted = (word.used as usize + later).saturating_sub(forgotten);
        counted + (word.spare() as usize) < self.limit(ceiling) as usize
    }

    /// What was heard at `heard` is not in the server's window any more.
    fn is_past(&self, heard: Instant, now: Instant) -> bool {
        heard + self.quota.span() <= now
    }

    /// Own requests that the server may be counting or yet to count.
    fn taken(&self, now: Instant) -> u32 {
        let taken = |sent: &&Sent| sent.over.is_none_or(|over| !self.is_past(over, now));
        self.sent.iter().filter(taken).count() as u32
    }

    /// Own requests that may have been counted by an answer to what was asked then.
    fn possibly_counted(&self, asked: Instant) -> u32 {
        let window = self.quota.window;
        let counted = |sent: &&Sent| sent.over.is_none_or(|over| over + window > asked);
        self.sent.iter().filter(counted).count() as u32
    }

    fn limit(&self, ceiling: Ceiling) -> u32 {
        let promised = match ceiling {
            Ceiling::Signed => self.quota.requests,
            Ceiling::Unsigned => self.quota.unsigned,
        };
        self.told[ceiling as usize].unwrap_or(promised)
    }

    /// Whether a limit that was named to a request of this ceiling can be its own. Without credentials one as large as that
    /// of those with some is theirs, unless no more than that was promised anyway.
    fn is_of(&self, ceiling: Ceiling, limit: u32) -> bool {
        match ceiling {
            Ceiling::Signed => true,
            Ceiling::Unsigned => {
                limit <= self.quota.unsigned || limit < self.limit(Ceiling::Signed)
            }
        }
    }

    /// One is left free for a start that knows nothing.
    fn own_limit(&self, ceiling: Ceiling) -> u32 {
        self.limit(ceiling).saturating_sub(1).max(1)
    }

    /// When the next request is due, if all that may go out before the next one is forgotten are spread evenly.
    fn paced(&self, ceiling: Ceiling, now: Instant) -> Instant {
        let taken = self.taken(now);
        let (Some(last), true) = (self.sent.back(), taken >= self.quota.burst) else { return now };
        let mut interval = self.quota.span() / self.limit(ceiling).max(1);
        let ends = self.sent.iter().filter_map(|sent| Some(sent.over? + self.quota.span()));
        if let Some(room) = ends.filter(|end| *end > now).min() {
            let free = self.own_limit(ceiling).saturating_sub(taken);
            interval = interval.max((room - last.at) / (free + 1));
        }
        last.at + interval
    }

    /// A request starts.
    pub fn send(&mut self, ceiling: Ceiling, now: Instant) -> Number {
        self.forget(now);
        let number = Number(self.next);
        self.next += 1;
        self.sent.push_back(Sent { number, ceiling, at: now, over: None, counted: false });
        number
    }

    /// The answer to a request came.
    pub fn heard(&mut self, number: Number, told: Option<Told>, status: StatusCode, now: Instant) {
        let Some(sent) = self.sent.iter_mut().find(|sent| sent.number == number) else { return };
        sent.over = Some(now);
        // Servers differ in whether they count what they refuse; who refused may also be somebody before the server.
        let refused = [StatusCode::TOO_MANY_REQUESTS, StatusCode::UNAUTHORIZED].contains(&status);
        sent.counted = !refused && told.is_some();
        self.latency = (self.latency * 7 + (now - sent.at)) / 8;
        let (asked, ceiling) = (sent.at, sent.ceiling);
        if let Some(Told { limit, used }) = told {
            let elsewhere = used.saturating_sub(self.possibly_counted(asked));
            if status != StatusCode::UNAUTHORIZED && self.is_of(ceiling, limit) {
                self.told[ceiling as usize] = Some(limit);
            }
            let highest = self.limit(Ceiling::Signed).max(self.quota.requests);
            let at_least = used >= limit && limit < highest;
            // One that says less than an older one does not take its place.
            self.words.retain(|older| older.heard > asked || (at_least && !older.at_least));
            self.words.push(Word { of: number, asked, heard: now, used, elsewhere, at_least });
        }
        self.forget(now);
    }

    /// No answer will come. Whether the request reached the server is not known.
    pub fn given_up(&mut self, number: Number, now: Instant) {
        if let Some(sent) = self.sent.iter_mut().find(|sent| sent.number == number) {
            sent.over = Some(now);
        }
    }

    fn forget(&mut self, now: Instant) {
        let span = self.quota.span();
        self.words.retain(|word| word.heard + span > now);
        // A word of now may be about what came a window ago, and holds for another.
        self.sent.retain(|sent| sent.over.is_none_or(|over| over + 2 * span > now));
    }

    /// How long so many requests take from now on, if other programs go on as they do.
    pub fn time_for(&self, requests: u64, ceiling: Ceiling, now: Instant) -> Duration {
        let taken = self.taken(now);
        let word = self.words.last().filter(|word| !self.is_past(word.heard, now));
        let elsewhere = word.map_or(0, |word| word.elsewhere + word.spare());
        let room = self.own_limit(ceiling).saturating_sub(elsewhere).max(1);
        let at_once = u64::from(self.quota.burst.saturating_sub(taken));
        let each = (self.quota.span() + self.latency).as_secs_f64() / f64::from(room);
        Duration::from_secs_f64(requests.saturating_sub(at_once) as f64 * each)
    }
}

#[cfg(test)]
mod tests;
