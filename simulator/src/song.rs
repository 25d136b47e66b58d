//! One song of an account: what never changes (it follows from its number), what tests may change, and which of its
//! files the site has.

use crate::media::{Format, Recording, Stem};
use crate::service::Service;
use crate::titles;
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// Whether the site gives a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It is there.
    Present,
    /// There is no such file: 404.
    Absent,
    /// It is refused on purpose: 403.
    Withheld,
}

/// A song.
#[derive(Clone, Debug)]
pub struct Song {
    /// The site's id.
    pub id: String,
    /// Which song of the account, from 1 for the oldest.
    pub number: u32,
    /// The title; some songs have none.
    pub title: Option<String>,
    /// When it was made.
    pub created: OffsetDateTime,
    /// How many rounds of the basic sound it lasts.
    pub rounds: u64,
    /// How often the site replaced its files.
    pub revision: u32,
    /// Whether it may lack things, as a real account's songs do.
    pub quirks: bool,
    /// The site it is on.
    pub service: Service,
}

impl Song {
    /// Song `number` of `account`.
    pub(crate) fn new(service: Service, account: &str, number: u32, quirks: bool) -> Self {
        let id = uuid(&format!("{}/{account}/{number}", service.as_str()));
        let first_day = OffsetDateTime::UNIX_EPOCH + Duration::days(20_270);
        let created = first_day
            + Duration::minutes(187 * i64::from(number))
            + Duration::microseconds(123_456);
        let title = (!quirks || number % 50 != 11).then(|| titles::ordinary(number));
        Self { id, number, title, created, rounds: 1, revision: 0, quirks, service }
    }

    /// True for the songs that meet `remainder` when counted in `every`, if this account has quirks.
    pub(crate) fn quirk(&self, every: u32, remainder: u32) -> bool {
        self.quirks && self.number % every == remainder
    }

    /// True when the site lost the sound altogether: no address, 404 for every format.
    pub(crate) fn is_silent(&self) -> bool {
        self.quirk(40, 7)
    }

    /// Whether the site gives the whole song in this format.
    pub fn availability(&self, format: Format) -> Availability {
        match format {
            _ if self.is_silent() => Availability::Absent,
            Format::Wav if self.quirk(40, 17) => Availability::Absent,
            Format::Stem(stem) => self.stem_availability(stem),
            _ => Availability::Present,
        }
    }

    fn stem_availability(&self, stem: Stem) -> Availability {
        match (self.service, stem.name()) {
            (Service::Producer, _) => self.bundle(),
            (Service::Flowmusic, _) if !self.is_split() => Availability::Absent,
            (Service::Flowmusic, "bass") if self.quirk(20, 12) => Availability::Withheld,
            (Service::Flowmusic, "other") if self.quirk(40, 22) => Availability::Absent,
            _ => Availability::Present,
        }
    }

    /// producer.ai: whether the site gives the stems, which come all at once.
    pub fn bundle(&self) -> Availability {
        match self.number % 40 {
            _ if self.is_silent() => Availability::Absent,
            23 if self.quirks => Availability::Withheld,
            27 if self.quirks => Availability::Absent,
            _ => Availability::Present,
        }
    }

    /// flowmusic.app: whether the person had the song separated, which makes a clip for each stem.
    pub fn is_split(&self) -> bool {
        self.number % 5 == 2 && !self.is_silent()
    }

    /// flowmusic.app: the id of the clip that holds a stem.
    pub fn stem_id(&self, stem: Stem) -> String {
        uuid(&format!("{}/{}", self.id, stem.name()))
    }

    /// What decides the bytes of a file. A stem that is a clip of its own counts by its own id.
    pub fn recording(&self, format: Format) -> Recording {
        let id = match (self.service, format) {
            (Service::Flowmusic, Format::Stem(stem)) => self.stem_id(stem),
            (Service::Producer, Format::Stem(stem)) => format!("{}.{}", self.id, stem.name()),
            _ => self.id.clone(),
        };
        let modified = self.created.unix_timestamp().max(0) as u64 + 90;
        Recording { id, rounds: self.rounds, revision: self.revision, modified }
    }

    /// RFC 3339 with microseconds.
    pub(crate) fn created_at(&self) -> String {
        self.created.format(&Rfc3339).unwrap_or_default()
    }

    /// What the site has of it, for tests that count.
    pub fn facts(&self) -> SongFacts {
        let whole = [Format::Mp3, Format::Wav, Format::M4a];
        let file = |format: Format| FileFacts {
            format: format.to_string(),
            id: self.recording(format).id,
            availability: self.availability(format),
        };
        let has_stems = self.service == Service::Producer || self.is_split();
        let stems = Stem::all().filter(|_| has_stems).map(Format::Stem);
        let title = self.title.clone().unwrap_or_default();
        let files = whole.into_iter().chain(stems).map(file).collect();
        SongFacts {
            id: self.id.clone(),
            number: self.number,
            title,
            created_at: self.created_at(),
            files,
        }
    }
}

/// What the site has of a song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SongFacts {
    /// The site's id.
    pub id: String,
    /// Which song of the account, from 1 for the oldest.
    pub number: u32,
    /// The title as listed; empty when the site says `null`.
    pub title: String,
    /// RFC 3339.
    pub created_at: String,
    /// Its files: `mp3`, `wav`, `m4a`, and each stem if there are any.
    pub files: Vec<FileFacts>,
}

/// One file of a song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// `mp3`, `wav`, `m4a` or the stem's name.
    pub format: String,
    /// The id that decides its bytes: on flowmusic.app a stem's own clip id.
    pub id: String,
    /// Whether the site gives it.
    pub availability: Availability,
}

/// A UUID that follows from `seed`.
pub(crate) fn uuid(seed: &str) -> String {
    let hash = Sha256::digest(seed.as_bytes());
    let mut bytes: [u8; 16] = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
