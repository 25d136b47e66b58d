//! Which listings are under way, noted in the extension's storage for a worker that dies in the middle.
//!
//! The note carries the idempotency key of the job: with it, listing again from the start adds nothing twice.
//! It is on disk, not in `storage.session`, because closing the browser must not stop a job either.

use browser::fields::{integer, is_true, members, owned, text};
use browser::messages::variants;
use browser::storage::Area;
use protocol::{Account, ErrorBody, JobId, Source, Variant};
use serde::Serialize;
use serde_json::{Map, Value};

const KEY: &str = "listings";

/// A listing that has not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Idempotency key of the job: a UUID made per click.
    pub key: String,
    pub source: Source,
    pub formats: Vec<Variant>,
    /// The cookie store.
    pub store: String,
    /// The daemon's number for it, once known.
    pub job: Option<JobId>,
    /// Whose list it is, once known: it is never continued with another account's session.
    pub account: Option<Account>,
    /// It waits for the person (to sign in): not to be continued before the session changes.
    pub halted: bool,
}

impl Note {
    /// Reads a note out of the storage; `None` for one that cannot be used.
    fn read(note: &Value) -> Option<Self> {
        let account = note.get("account").and_then(|account| {
            let id = text(account, "id")?.to_owned();
            Some(Account { id, name: owned(account, "name") })
        });
        Some(Note {
            key: text(note, "key")?.to_owned(),
            source: text(note, "source")?.parse().ok()?,
            formats: variants(note),
            store: text(note, "store")?.to_owned(),
            job: integer(note, "job").map(JobId),
            account,
            halted: is_true(note, "halted"),
        })
    }

    /// True when a new click asks for the same as this note.
    fn fits(&self, source: Source, formats: &[Variant], store: &str) -> bool {
        self.source == source && self.formats == formats && self.store == store
    }
}

/// The notes: at most one for each source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// The notes as they are in the storage.
    pub async fn load() -> Self {
        Self::read(&Area::Local.get_value(KEY).await.unwrap_or_default())
    }

    fn read(notes: &Value) -> Self {
        Self(members(notes).iter().filter_map(Note::read).collect())
    }

    /// Puts them back.
    pub async fn save(&self) -> Result<(), ErrorBody> {
        if self.0.is_empty() {
            return Area::Local.remove(KEY).await;
        }
        Area::Local.set(KEY, self).await
    }

    /// The listing of a source.
    pub fn of(&self, source: Source) -> Option<&Note> {
        self.0.iter().find(|note| note.source == source)
    }

    /// Those that can go on without the person.
    pub fn ready(self) -> impl Iterator<Item = Note> {
        self.0.into_iter().filter(|note| !note.halted)
    }

    /// The note for a click: the one that is there, when it asks for the same, or one with `new_key`.
    pub fn for_click(
        &self,
        source: Source,
        formats: Vec<Variant>,
        store: String,
        new_key: String,
    ) -> Note {
        match self.of(source) {
            Some(note) if note.fits(source, &formats, &store) => {
                Note { halted: false, ..note.clone() }
            }
            _ => Note {
                key: new_key,
                source,
                formats,
                store,
                job: None,
                account: None,
                halted: false,
            },
        }
    }

    /// Adds a note, in place of an older one of the same source.
    pub fn put(&mut self, note: Note) {
        self.0.retain(|other| other.source != note.source);
        self.0.push(note);
    }

    /// Removes the note with this key; a newer one of the same source stays.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|note| note.key != key);
    }
}

/// The record that says from which cookie store the session at a host was sent last: a private window's session is
/// never renewed with the profile's own. Forgotten with the browser's end, as the session itself is.
const STORES_KEY: &str = "site_stores";

/// The cookie store that the session at `host` was sent from.
pub async fn store_of_site(host: &str) -> Option<String> {
    text(&Area::Session.get_value(STORES_KEY).await?, host).map(str::to_owned)
}

/// Notes the cookie store that the session at `host` is sent from.
pub async fn keep_store_of_site(host: &str, store: &str) {
    let mut stores = Area::Session.get_value(STORES_KEY).await.unwrap_or_default();
    if !stores.is_object() {
        stores = Value::Object(Map::new());
    }
    stores[host] = Value::from(store);
    // Not kept, the session is renewed from the profile's own store or by a click.
    let _ = Area::Session.set(STORES_KEY, &stores).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::envelope::to_value;
    use serde_json::json;

    fn click(notes: &Notes, formats: &[Variant], key: &str) -> Note {
        notes.for_click(Source::Producer, formats.to_vec(), "0".into(), key.into())
    }

    fn noted(note: &Note) -> Notes {
        let mut notes = Notes::default();
        notes.put(note.clone());
        notes
    }

    #[test]
    fn a_click_for_the_same_goes_on_with_the_same_key_even_when_it_was_halted() {
        let first = Note { halted: true, ..click(&Notes::default(), &[Variant::Mp3], "k1") };
        let again = click(&noted(&first), &[Variant::Mp3], "k2");
        assert_eq!(again.key, "k1");
        assert!(!again.halted);
    }

    #[test]
    fn a_click_for_other_formats_is_a_new_job() {
        let first = click(&Notes::default(), &[Variant::Mp3], "k1");
        assert_eq!(click(&noted(&first), &[Variant::Wav], "k2").key, "k2");
    }

    #[test]
    fn one_listing_a_source_and_the_newer_survives_the_end_of_the_older() {
        let older = click(&Notes::default(), &[Variant::Mp3], "k1");
        let mut notes = noted(&older);
        notes.put(click(&notes, &[Variant::Wav], "k2"));
        notes.remove("k1");
        assert_eq!(notes.of(Source::Producer).map(|note| note.key.as_str()), Some("k2"));
        notes.remove("k2");
        assert_eq!(notes, Notes::default());
    }

    #[test]
    fn what_waits_for_the_person_does_not_go_on_by_itself() {
        let halted = Note { halted: true, ..click(&Notes::default(), &[], "k1") };
        assert_eq!(noted(&halted).ready().count(), 0);
        assert_eq!(noted(&click(&Notes::default(), &[], "k1")).ready().count(), 1);
    }

    #[test]
    fn a_note_survives_the_storage_and_one_of_an_older_version_too() {
        let note = Note {
            job: Some(JobId(7)),
            account: Some(Account { id: "u".into(), name: "U".into() }),
            ..click(&Notes::default(), &[Variant::Stems], "k1")
        };
        assert_eq!(Notes::read(&to_value(&noted(&note))), noted(&note));
        let older = json!([{ "key": "k", "source": "flowmusic", "formats": ["mp3"], "store": "0" }, { "key": 1 }]);
        let older = Notes::read(&older);
        assert_eq!(older.0.len(), 1);
        assert!(!older.of(Source::Flowmusic).unwrap().halted);
    }
}
