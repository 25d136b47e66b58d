//! What is asked for: songs of two sites, pages, folders that were there before.

use crate::pages;
use anyhow::Result;
use e2e::stage::{ACCOUNT, Stage};
use e2e::truth::{self, Wanted};
use protocol::method::NewJob;
use protocol::send::NewSend;
use protocol::{Account, Credentials, Source, Variant};
use simulator::{Availability, Format, Service};

/// Three files a song on one site, a song and its stems on the other.
pub const SITES: [(Service, &[Variant]); 2] = [
    (Service::Flowmusic, &[Variant::M4a, Variant::Wav, Variant::Mp3]),
    (Service::Producer, &[Variant::M4a, Variant::Stems]),
];
/// Long enough that kills fall into transfers, in bytes of m4a; the wav of the same song is ten times that.
const SONG: u64 = 250_000;
/// Every so many songs one is long: its wav is above what is worth a resume.
const LONG_EVERY: u32 = 8;
const LONG_SONG: u64 = 1_800_000;
/// How fast the slow film of the video site comes, in bytes a second.
const SLOW: u64 = 100_000;

/// All that was asked for, and with it the sessions that it needs.
pub struct Orders {
    pub sessions: Vec<Credentials>,
    /// The songs that the sites have now.
    pub wanted: Vec<Wanted>,
    /// The newest job of each site.
    pub jobs: Vec<NewJob>,
    /// Pages that were sent, the newest last.
    pub sends: Vec<NewSend>,
    /// How often everything was asked for anew.
    pub rounds: u32,
}

impl Orders {
    /// Asks for everything, of sites that have songs for about `files` wanted files.
    ///
    /// # Errors
    /// When nobody can sign in.
    pub fn place(stage: &Stage, files: u32) -> Result<Self> {
        let control = stage.control();
        // A fifth of the files are of the site with stems.
        control.set_songs(Service::Flowmusic, ACCOUNT, (files * 4 / 5 / 3).max(2));
        control.set_songs(Service::Producer, ACCOUNT, (files / 5 / 2).max(2));
        control.videos().set_slow_rate(SLOW);
        set_lengths(stage);
        let sessions = SITES.iter().map(|(service, _)| sign_in(stage, *service));
        let mut orders = Self {
            sessions: sessions.collect::<Result<_>>()?,
            wanted: Vec::new(),
            jobs: Vec::new(),
            sends: pages::sends(0),
            rounds: 0,
        };
        orders.songs(stage);
        Ok(orders)
    }

    /// Asks once more for everything that the sites have now.
    pub fn again(&mut self, stage: &Stage) {
        self.rounds += 1;
        set_lengths(stage);
        self.songs(stage);
        self.sends.extend(pages::sends(self.rounds));
    }

    fn songs(&mut self, stage: &Stage) {
        let control = stage.control();
        let all =
            SITES.iter().map(|(service, variants)| truth::wanted(control, *service, variants));
        self.wanted = all.flatten().collect();
        let job = |(service, variants): &(Service, &[Variant])| NewJob {
            key: format!("torture-{}-{}", service.as_str(), self.rounds),
            source: source_of(*service),
            account: Account { id: control.user_id(*service, ACCOUNT), name: ACCOUNT.to_owned() },
            formats: variants.to_vec(),
            daemon_lists: true,
        };
        self.jobs = SITES.iter().map(job).collect();
    }

    /// The newest sends: of every page.
    pub fn newest_sends(&self) -> &[NewSend] {
        &self.sends[self.sends.len() - pages::sends(0).len()..]
    }

    /// Bytes of all songs.
    pub fn needed(&self, stage: &Stage) -> u64 {
        let present = self.wanted.iter().filter(|file| file.availability == Availability::Present);
        let length = |file: &Wanted| stage.control().truth(&file.song, file.format);
        present.filter_map(length).map(|file| file.len()).sum()
    }

    /// How many files are wanted, of sites and pages.
    pub fn count(&self) -> usize {
        self.wanted.len() + pages::wanted()
    }
}

/// Only where no stems are asked for: the simulator's are shorter than their song, more so the longer it is.
fn set_lengths(stage: &Stage) {
    let (control, service) = (stage.control(), Service::Flowmusic);
    control.set_size(service, ACCOUNT, None, Format::M4a, SONG);
    let songs = control.songs(service, ACCOUNT);
    for song in songs.iter().filter(|song| song.number % LONG_EVERY == 0) {
        control.set_size(service, ACCOUNT, Some(&song.id), Format::M4a, LONG_SONG);
    }
}

fn sign_in(stage: &Stage, service: Service) -> Result<Credentials> {
    let control = stage.control();
    let file = control.sign_in(service, ACCOUNT, false);
    let cookies = crate::cookies::parse(&file);
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
    let mut session =
        providers::credentials_from_cookies(source_of(service), cookies, i64::try_from(now)?)
            .map_err(|error| anyhow::anyhow!("{error}"))?;
    session.account_id = control.user_id(service, ACCOUNT);
    Ok(session)
}

pub fn source_of(service: Service) -> Source {
    match service {
        Service::Producer => Source::Producer,
        Service::Flowmusic => Source::Flowmusic,
    }
}
