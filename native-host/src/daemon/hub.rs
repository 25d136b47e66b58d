//! Events to clients: numbered, bounded, resumable.

use protocol::event::Numbered;
use protocol::{Event, Seq};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;

/// Events kept for clients that reconnect, and the most that one may fall behind.
const KEPT: usize = 2048;

/// Sends every event to every subscriber.
pub(super) struct Hub {
    sender: broadcast::Sender<Numbered>,
    log: Mutex<Log>,
}

struct Log {
    last: i64,
    /// Nothing that matters is missing from here on.
    from: i64,
    events: VecDeque<Numbered>,
}

impl Default for Hub {
    /// Numbers begin at the time in milliseconds, so that they also grow from one life of the daemon to the next.
    fn default() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let last = i64::try_from(since.as_millis()).unwrap_or_default();
        let log = Mutex::new(Log { last, from: last + 1, events: VecDeque::new() });
        Self { sender: broadcast::channel(KEPT).0, log }
    }
}

impl Log {
    /// What is told of a run, or that lists have changed, makes what was told before needless: figures that change four
    /// times a second for hours would push everything else out.
    fn forget_before(&mut self, event: &Event) {
        match event {
            Event::Run { run } => self.events.retain(
                |older| !matches!(&older.event, Event::Run { run: older } if older.id == run.id),
            ),
            Event::Discogs {} => {
                self.events.retain(|older| !matches!(older.event, Event::Discogs {}));
            }
            _ => {}
        }
    }
}

impl Hub {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("nothing panics while holding it")
    }

    /// Numbers an event and sends it.
    pub fn send(&self, event: Event) {
        let mut log = self.log();
        log.last += 1;
        let numbered = Numbered { seq: Seq(log.last), event };
        // Live figures are of no use to somebody who comes later.
        if !matches!(numbered.event, Event::Progress { .. }) {
            log.forget_before(&numbered.event);
            if log.events.len() == KEPT {
                log.from = log.events.pop_front().map_or(log.from, |oldest| oldest.seq.0 + 1);
            }
            log.events.push_back(numbered.clone());
        }
        // No subscriber is fine.
        let _ = self.sender.send(numbered);
    }

    /// The newest number.
    pub fn last(&self) -> Seq {
        Seq(self.log().last)
    }

    /// Events from now on, and those missed since `since`; `None` if they are not known any more.
    pub fn subscribe(
        &self,
        since: Option<Seq>,
    ) -> (broadcast::Receiver<Numbered>, Option<Vec<Numbered>>) {
        let log = self.log();
        let receiver = self.sender.subscribe();
        let known = |seq: &Seq| seq.0 + 1 >= log.from && seq.0 <= log.last;
        let missed = since
            .filter(known)
            .map(|seq| log.events.iter().filter(|event| event.seq > seq).cloned().collect());
        (receiver, missed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(missed: Option<Vec<Numbered>>) -> Option<Vec<i64>> {
        missed.map(|events| events.iter().map(|event| event.seq.0).collect())
    }

    #[test]
    fn a_client_that_comes_back_gets_what_it_missed_or_learns_that_it_is_gone() {
        let hub = Hub::default();
        let before = hub.last().0;
        for paused in [true, false, true] {
            hub.send(Event::Paused { paused });
        }
        let since = |seq| numbers(hub.subscribe(Some(Seq(seq))).1);
        assert_eq!(since(before + 1), Some(vec![before + 2, before + 3]));
        assert_eq!(since(before + 3), Some(vec![]));
        assert_eq!(since(before + 4), None, "from another life of the daemon");
        assert_eq!(since(before - 100), None, "too long ago");
        assert_eq!(numbers(hub.subscribe(None).1), None);
    }

    fn figures(done: u64) -> Event {
        let run = serde_json::json!({
            "id": 1, "account": 1, "list": "collection", "depth": "list", "state": "running",
            "done": done, "seconds_left": 0, "created_at": 0,
        });
        Event::Run { run: serde_json::from_value(run).unwrap() }
    }

    #[test]
    fn of_a_run_only_the_newest_is_kept_and_pushes_nothing_else_out() {
        let hub = Hub::default();
        let before = hub.last().0;
        hub.send(Event::Paused { paused: true });
        for done in 0..2 * KEPT as u64 {
            hub.send(figures(done));
            hub.send(Event::Discogs {});
        }
        let missed = hub.subscribe(Some(Seq(before))).1.unwrap();
        let kept: Vec<&Event> = missed.iter().map(|event| &event.event).collect();
        let newest = figures(2 * KEPT as u64 - 1);
        assert_eq!(kept, [&Event::Paused { paused: true }, &newest, &Event::Discogs {}]);
    }

    #[test]
    fn what_was_pushed_out_is_known_to_be_missing() {
        let hub = Hub::default();
        let before = hub.last().0;
        for _ in 0..=KEPT {
            hub.send(Event::Library {});
        }
        assert_eq!(numbers(hub.subscribe(Some(Seq(before))).1), None);
        let missed = hub.subscribe(Some(Seq(before + 1))).1;
        assert_eq!(missed.map(|events| events.len()), Some(KEPT));
    }
}
