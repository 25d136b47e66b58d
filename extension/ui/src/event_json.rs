//! An event out of its JSON, by hand.
//!
//! The derived reader of a tagged and flattened type keeps everything in a value of its own first, and so brings
//! a second copy of the readers of all types inside: this one tells the kinds apart and uses the readers there are.

use protocol::event::Event;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What happened; `None` for a kind that this version does not know or that is not as it should be.
pub fn read_event(mut json: Value) -> Option<Event> {
    let kind = json.get_mut("event")?.take();
    let event = match kind.as_str()? {
        "snapshot" => Event::Snapshot {
            jobs: read(&mut json, "jobs")?,
            settings: read(&mut json, "settings")?,
            paused: json.get("paused")?.as_bool()?,
        },
        "job" => Event::Job { job: read(&mut json, "job")? },
        "item" => Event::Item { item: read(&mut json, "item")? },
        "progress" => {
            Event::Progress { job: read(&mut json, "job")?, progress: read(&mut json, "progress")? }
        }
        "settings" => Event::Settings { settings: read(&mut json, "settings")? },
        "paused" => Event::Paused { paused: json.get("paused")?.as_bool()? },
        "library" => Event::Library {},
        "discogs" => Event::Discogs {},
        "run" => Event::Run { run: read(&mut json, "run")? },
        // `credential_needed` is the worker's business: it has the session.
        _ => return None,
    };
    Some(event)
}

fn read<T: DeserializeOwned>(json: &mut Value, field: &str) -> Option<T> {
    serde_json::from_value(json.get_mut(field)?.take()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::job;
    use protocol::event::Numbered;
    use protocol::{ItemId, JobId, JobState, Progress, Seq, Settings, Source};
    use serde_json::json;

    #[test]
    fn every_event_is_read_as_the_daemon_writes_it() {
        let job = job(3, Source::Flowmusic, JobState::Listing);
        let progress =
            Progress { bytes: 7, running: vec![(ItemId(1), 2, Some(3))], ..Progress::default() };
        let item = json!({
            "id": 1, "job": 3, "source": "flowmusic", "source_id": "x", "variant": "mp3", "title": "", "state": "done",
        });
        let item = serde_json::from_value(item).expect("an item");
        let run = json!({
            "id": 4, "account": 1, "list": "wants", "depth": "details", "state": "running",
            "stage": "details", "done": 5, "total": 9, "failed": 0, "seconds_left": 4, "created_at": 7,
        });
        let run = serde_json::from_value(run).expect("a run");
        let events = [
            Event::Snapshot {
                jobs: vec![job.clone()],
                settings: Settings::default(),
                paused: true,
            },
            Event::Job { job },
            Event::Item { item },
            Event::Progress { job: JobId(3), progress },
            Event::Settings { settings: Settings::default() },
            Event::Paused { paused: false },
            Event::Library {},
            Event::Discogs {},
            Event::Run { run },
        ];
        for event in events {
            let written =
                protocol::envelope::to_value(&Numbered { seq: Seq(9), event: event.clone() });
            assert_eq!(read_event(written), Some(event));
        }
    }

    #[test]
    fn what_is_not_known_is_no_event() {
        for json in [json!({}), json!({"event": "new_kind"}), json!({"event": "paused"}), json!(3)]
        {
            assert_eq!(read_event(json), None);
        }
    }
}
