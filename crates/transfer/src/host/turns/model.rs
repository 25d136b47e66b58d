//! The server's rule, written down once more and without a look at ours, and a world in which requests travel: they
//! take their time, get lost, are cancelled, and another program asks from the same address.

use super::super::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::time::{sleep, sleep_until};

/// What may be different from one world to the next.
#[derive(Clone, Debug)]
pub struct Setting {
    pub seed: u64,
    /// Counted in one window: how many are there before one without and one with credentials is refused.
    pub limits: [u32; 2],
    /// Whether requests that are refused take room themselves.
    pub counts_refused: bool,
    /// The longest way to the server and back, in milliseconds.
    pub travel: (u64, u64),
    /// Of a thousand requests, how many are cancelled, and how many are never answered.
    pub cancelled: u32,
    pub lost: u32,
    /// Requests a minute of another program, and how many of them it sends at once.
    pub other: (u32, u32),
    /// Of a thousand requests without credentials, how many the server counts with those that have some.
    pub raised: u32,
    /// Of a thousand requests with credentials, how many have some that it does not know: it says so whatever the limit,
    /// and counts them with those that have none.
    pub unknown: u32,
}

impl Setting {
    /// A quiet world with ordinary ways.
    pub fn calm(seed: u64) -> Self {
        let (travel, other) = ((250, 500), (0, 1));
        let (limits, counts_refused) = ([25, 60], true);
        let (cancelled, lost, raised, unknown) = (0, 0, 0, 0);
        Self { seed, limits, counts_refused, travel, cancelled, lost, other, raised, unknown }
    }
}

struct Arrival {
    at: Instant,
    ours: bool,
    counted: bool,
}

struct Reply {
    at: Instant,
    status: StatusCode,
    limit: usize,
    used: usize,
}

/// The server: it takes a request when fewer than its limit were counted within the minute before.
struct Server {
    counts_refused: bool,
    arrivals: Vec<Arrival>,
}

const WINDOW: Duration = Duration::from_secs(60);

impl Server {
    fn arrive(&mut self, ours: bool, is_known: bool, limit: u32) -> Reply {
        let (at, limit) = (Instant::now(), limit as usize);
        let status = match self.count(at, |_| true) < limit {
            _ if !is_known => StatusCode::UNAUTHORIZED,
            true => StatusCode::OK,
            false => StatusCode::TOO_MANY_REQUESTS,
        };
        let counted = status == StatusCode::OK || self.counts_refused;
        self.arrivals.push(Arrival { at, ours, counted });
        Reply { at, status, limit, used: self.count(at, |_| true).min(limit) }
    }

    fn count(&self, at: Instant, which: impl Fn(&Arrival) -> bool) -> usize {
        let recent = self.arrivals.iter().rev().take_while(|arrival| arrival.at + WINDOW > at);
        recent.filter(|arrival| arrival.counted && which(arrival)).count()
    }

    /// The refusal of the last request followed from what others sent after `known`, which nobody could know of.
    fn was_unavoidable(&self, limit: usize, known: Option<Instant>) -> bool {
        let (last, before) = self.arrivals.split_last().unwrap();
        let could_know = |one: &Arrival| one.ours || known.is_some_and(|known| one.at <= known);
        let recent = before.iter().rev().take_while(|arrival| arrival.at + WINDOW > last.at);
        recent.filter(|one| one.counted && could_know(one)).count() < limit
    }
}

/// What became of all requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub answered: u32,
    /// Those with credentials among them.
    pub signed: u32,
    pub refused: u32,
    /// Refused although it could be known.
    pub avoidable: u32,
}

pub struct World {
    setting: Setting,
    server: Mutex<Server>,
    tally: Mutex<Tally>,
    /// When the newest request was counted whose answer is here and tells requests of this ceiling something.
    known: Mutex<[Option<Instant>; 2]>,
    chance: Mutex<StdRng>,
}

impl World {
    pub fn new(setting: Setting) -> Arc<Self> {
        let counts_refused = setting.counts_refused;
        Arc::new(Self {
            server: Mutex::new(Server { counts_refused, arrivals: Vec::new() }),
            tally: Mutex::default(),
            known: Mutex::default(),
            chance: Mutex::new(StdRng::seed_from_u64(setting.seed)),
            setting,
        })
    }

    pub fn tally(&self) -> Tally {
        lock(&self.tally).clone()
    }

    fn draw(&self, up_to: u64) -> u64 {
        lock(&self.chance).random_range(0..=up_to)
    }

    fn happens(&self, of_a_thousand: u32) -> bool {
        self.draw(999) < u64::from(of_a_thousand)
    }

    /// Asks one thing after the other.
    pub async fn keep_asking(
        self: Arc<Self>,
        hosts: Arc<Hosts>,
        url: Url,
        priority: Priority,
        ceiling: Ceiling,
    ) {
        loop {
            if self.happens(self.setting.cancelled) {
                let patience = Duration::from_millis(self.draw(5000));
                let asked = self.ask(&hosts, &url, priority, ceiling);
                let _ = tokio::time::timeout(patience, asked).await;
            } else {
                self.ask(&hosts, &url, priority, ceiling).await;
            }
        }
    }

    /// One request. Where everybody is held back, waits for the end of it.
    pub async fn ask(
        self: &Arc<Self>,
        hosts: &Hosts,
        url: &Url,
        priority: Priority,
        ceiling: Ceiling,
    ) {
        let mut slot = match hosts.enter(url, HostClass::Api, priority, ceiling).await {
            Ok(slot) => slot,
            Err(fault) => return sleep(fault.retry_after.unwrap()).await,
        };
        let known = lock(&self.known)[ceiling as usize];
        sleep(Duration::from_millis(self.draw(self.setting.travel.0))).await;
        let reply = self.reach(ceiling, known);
        if self.happens(self.setting.lost) {
            return sleep(Duration::from_secs(10)).await;
        }
        sleep(Duration::from_millis(self.draw(self.setting.travel.1))).await;
        self.know(&reply);
        slot.answered(reply.status, &headers(&reply));
    }

    /// Who is told that the lower limit is reached does not know how many there are.
    fn know(&self, reply: &Reply) {
        let mut known = lock(&self.known);
        for (newest, limit) in known.iter_mut().zip(self.setting.limits) {
            if reply.used < reply.limit || limit as usize <= reply.limit {
                *newest = (*newest).max(Some(reply.at));
            }
        }
    }

    fn reach(&self, ceiling: Ceiling, known: Option<Instant>) -> Reply {
        let (is_known, counts_as) = match ceiling {
            Ceiling::Signed if self.happens(self.setting.unknown) => (false, Ceiling::Unsigned),
            Ceiling::Unsigned if self.happens(self.setting.raised) => (true, Ceiling::Signed),
            ceiling => (true, ceiling),
        };
        let (mut server, mut tally) = (lock(&self.server), lock(&self.tally));
        let reply = server.arrive(true, is_known, self.setting.limits[counts_as as usize]);
        let taken_in = reply.status == StatusCode::OK;
        let refused = reply.status == StatusCode::TOO_MANY_REQUESTS;
        tally.answered += u32::from(taken_in);
        tally.signed += u32::from(taken_in && ceiling == Ceiling::Signed);
        tally.refused += u32::from(refused);
        tally.avoidable += u32::from(refused && !server.was_unavoidable(reply.limit, known));
        reply
    }

    /// Another program at the same address, which knows no manners.
    pub async fn another_program(self: Arc<Self>) {
        let (a_minute, at_once) = self.setting.other;
        if a_minute == 0 {
            return;
        }
        let pause = 60_000 * u64::from(at_once) / u64::from(a_minute);
        let mut next = Instant::now();
        loop {
            next += Duration::from_millis(self.draw(2 * pause));
            sleep_until(next).await;
            for _ in 0..at_once {
                lock(&self.server).arrive(false, true, self.setting.limits[1]);
            }
        }
    }
}

fn headers(reply: &Reply) -> HeaderMap {
    let value = |number: usize| http::HeaderValue::from(number);
    let pairs = [
        ("x-discogs-ratelimit", value(reply.limit)),
        ("x-discogs-ratelimit-used", value(reply.used)),
        ("x-discogs-ratelimit-remaining", value(reply.limit - reply.used)),
    ];
    pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), value)).collect()
}
