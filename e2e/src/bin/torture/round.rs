//! One download of everything, in a home of its own, through any number of kills.

use crate::disk::{self, Disk};
use crate::port::Port;
use crate::snapshot::{Key, Snapshot, Thing};
use crate::tally::Tally;
use crate::tmpfs::Tmpfs;
use crate::traffic;
use anyhow::{Context, Result, bail, ensure};
use e2e::stage::{ACCOUNT, Stage};
use e2e::truth::{self, Wanted};
use e2e::{ledger, wait};
use protocol::edit::{EditItems, ItemEdit, TagValues};
use protocol::method::{
    DeleteItems, EditItemTags, JobsQuery, ListJobs, ListLibrary, NewJob, Nothing, OfJob,
    PutCredentials, RestoreItems, Retry, StartJob,
};
use protocol::shelf::{LibraryQuery, OfLibraryItems, Place};
use protocol::{Account, Credentials, JobState, JobSummary, LibraryItemId, Source, Variant};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use simulator::{Availability, Format, Service};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// What is asked for: three files a song on one site, a song and its stems on the other.
const ORDERS: [(Service, &[Variant]); 2] = [
    (Service::Flowmusic, &[Variant::M4a, Variant::Wav, Variant::Mp3]),
    (Service::Producer, &[Variant::M4a, Variant::Stems]),
];
/// Things deleted and brought back at once.
const MEDDLED: usize = 12;
/// Things changed at once.
const EDITED: usize = 4;
/// Long enough that kills fall into transfers, in bytes of m4a; the wav of the same song is ten times that.
const SONG: u64 = 250_000;
/// Every so many songs one is long: its wav is above what is worth a resume.
const LONG_EVERY: u32 = 8;
const LONG_SONG: u64 = 1_800_000;
/// How long a peaceful end may take.
const PEACE: Duration = Duration::from_secs(180);
/// The error numbers of a disk that refuses.
const DISK_FULL: i64 = 4001;

/// A download under torture.
pub struct Round {
    stage: Stage,
    wanted: Vec<Wanted>,
    sessions: Vec<Credentials>,
    jobs: Vec<NewJob>,
    disk: Disk,
    tmpfs: Option<Tmpfs>,
    /// What was done at the last kill: nobody may ask for its bytes again.
    done: BTreeSet<Key>,
    /// What the person had at the last kill.
    things: Vec<Thing>,
    /// Entries of the simulator's log that were looked at.
    read: usize,
    changes: u32,
    /// Jobs were started after the last change.
    pub is_over: bool,
}

/// When a daemon dies.
#[derive(Clone, Copy, Debug)]
pub enum Death {
    /// So long after its process began, whether it answers yet or not.
    Starting(Duration),
    /// So long after it took up its work.
    Working(Duration),
}

impl Round {
    /// Sites with songs for about `files` wanted files, and an empty home.
    ///
    /// # Errors
    /// When simulator or home cannot be set up.
    pub async fn begin(files: u32, small_disk: bool) -> Result<Self> {
        let config = simulator::Config { quirks: true, ..simulator::Config::default() };
        let stage = Stage::new(config).await?;
        let control = stage.control().clone();
        // A fifth of the files are of the site with stems.
        control.set_songs(Service::Flowmusic, ACCOUNT, (files * 4 / 5 / 3).max(2));
        control.set_songs(Service::Producer, ACCOUNT, (files / 5 / 2).max(2));
        std::fs::create_dir_all(stage.home.library())?;
        let mut round = Self {
            stage,
            wanted: Vec::new(),
            sessions: Vec::new(),
            jobs: Vec::new(),
            disk: Disk::default(),
            tmpfs: None,
            done: BTreeSet::new(),
            things: Vec::new(),
            read: 0,
            changes: 0,
            is_over: false,
        };
        for (service, _) in ORDERS {
            round.sessions.push(round.sign_in(service)?);
        }
        round.set_lengths();
        round.order();
        if small_disk {
            let a_quarter = round.needed() / 4;
            round.tmpfs = Some(Tmpfs::mount(&round.stage.home.library(), a_quarter)?);
        }
        round.stage.home.succeed(&["config", "set", "pace-ms", "100"]).await?;
        round.stage.home.kill_daemon().await?;
        Ok(round)
    }

    /// Only where no stems are asked for: the simulator's are shorter than their song, more so the longer it is.
    fn set_lengths(&self) {
        let (control, service) = (self.stage.control(), Service::Flowmusic);
        control.set_size(service, ACCOUNT, None, Format::M4a, SONG);
        let songs = control.songs(service, ACCOUNT);
        for song in songs.iter().filter(|song| song.number % LONG_EVERY == 0) {
            control.set_size(service, ACCOUNT, Some(&song.id), Format::M4a, LONG_SONG);
        }
    }

    fn sign_in(&self, service: Service) -> Result<Credentials> {
        let control = self.stage.control();
        let file = control.sign_in(service, ACCOUNT, false);
        let cookies = crate::cookies::parse(&file);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
        let mut session =
            providers::credentials_from_cookies(source_of(service), cookies, i64::try_from(now)?)
                .map_err(|error| anyhow::anyhow!("{error}"))?;
        session.account_id = control.user_id(service, ACCOUNT);
        Ok(session)
    }

    /// Asks for everything that the sites have now.
    fn order(&mut self) {
        let control = self.stage.control();
        let all =
            ORDERS.iter().map(|(service, variants)| truth::wanted(control, *service, variants));
        self.wanted = all.flatten().collect();
        let job = |(service, variants): &(Service, &[Variant])| NewJob {
            key: format!("torture-{}-{}", service.as_str(), self.changes),
            source: source_of(*service),
            account: Account { id: control.user_id(*service, ACCOUNT), name: ACCOUNT.to_owned() },
            formats: variants.to_vec(),
            daemon_lists: true,
        };
        self.jobs = ORDERS.iter().map(job).collect();
    }

    /// Bytes of all files.
    fn needed(&self) -> u64 {
        let present = self.wanted.iter().filter(|file| file.availability == Availability::Present);
        let length = |file: &Wanted| self.stage.control().truth(&file.song, file.format);
        present.filter_map(length).map(|file| file.len()).sum()
    }

    /// Starts the daemon, lets it work, kills it, and looks at what is left. Gives what is wrong.
    ///
    /// # Errors
    /// When the torture itself does not work.
    pub async fn live_and_die(&mut self, death: Death, tally: &mut Tally) -> Result<Vec<String>> {
        match death {
            Death::Starting(after) => {
                let mut daemon = self.stage.home.command(&["daemon", "run"])?.spawn()?;
                tokio::time::sleep(after).await;
                daemon.kill().await?;
                tally.kills_at_start += 1;
            }
            Death::Working(after) => {
                // Held until the daemon is dead, as a browser would.
                let mut port = self.take_up_work().await?;
                let meddling = meddle(&mut port, &self.things, tally);
                if let Ok(ended) = tokio::time::timeout(after, meddling).await {
                    ended?;
                }
                ensure!(self.stage.home.kill_daemon().await?, "the daemon died by itself");
                tally.kills_at_work += 1;
            }
        }
        // A second one, started by a client at the same moment, leaves by itself (I7) or is killed here.
        while self.stage.home.kill_daemon().await? {}
        self.look(tally).await
    }

    /// What the extension does when it finds a daemon: sessions first, then the jobs, which may be there already.
    async fn take_up_work(&self) -> Result<Port> {
        let mut port = Port::open(&self.stage.home).await.context("no daemon answers")?;
        for session in &self.sessions {
            port.call::<PutCredentials>(session).await?;
        }
        for job in &self.jobs {
            port.call::<StartJob>(job).await?;
        }
        Ok(port)
    }

    async fn look(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        let rows = Snapshot::take(&self.stage.home.data().join("mediafetcher.db")).await?;
        let folder = self.stage.home.library();
        tally.caught(&rows, &folder, self.stage.control());
        let mut faults = self.look_at_traffic(tally);
        faults.extend(rows.faults.iter().cloned());
        faults.extend(self.disk.look(&folder, &rows, self.stage.control())?);
        self.done = rows.done.clone();
        // Whoever deletes a damaged file cannot expect it back.
        let sound = |thing: &Thing| !self.disk.damaged.contains(&thing.name);
        self.things = rows.things.iter().filter(|thing| sound(thing)).cloned().collect();
        for name in &self.disk.damaged {
            if let Some(promise) = rows.files.get(name) {
                self.done.remove(&promise.key);
            }
        }
        if let Some(tmpfs) = self.tmpfs.as_mut().filter(|_| rows.needs_you.contains_key(&DISK_FULL))
        {
            tally.full_disks += 1;
            tmpfs.grow()?;
        }
        let all_listed =
            self.jobs.iter().all(|job| rows.listed.get(&job.key).copied().unwrap_or_default());
        self.is_over = all_listed && rows.open_jobs == 0;
        Ok(faults)
    }

    /// What was done before the last start was not asked for again, and nothing came twice in one life (I1, I4).
    fn look_at_traffic(&mut self, tally: &mut Tally) -> Vec<String> {
        let log = self.stage.control().log();
        let mut faults = Vec::new();
        let mut whole: BTreeMap<Key, u32> = BTreeMap::new();
        for entry in &log[self.read..] {
            let Some(key) = traffic::file_of(entry) else { continue };
            tally.sent += entry.bytes;
            tally.resumes += usize::from(entry.status == 206);
            if self.done.contains(&key) {
                faults.push(format!(
                    "{key:?} was asked for again although it was done (I1): {entry:?}"
                ));
            }
            if traffic::brought_file(entry) {
                *whole.entry(key).or_default() += 1;
            }
        }
        self.read = log.len();
        let twice = whole.into_iter().filter(|(_, times)| *times > 1);
        faults.extend(twice.map(|(key, times)| format!("{key:?} came {times} times in one life")));
        faults
    }

    /// Songs are renamed on the site, files are lost on the disk, new songs are made, and all is asked for again.
    ///
    /// # Errors
    /// When a file cannot be damaged.
    pub async fn change(&mut self, dice: &mut StdRng) -> Result<u32> {
        let rows = Snapshot::take(&self.stage.home.data().join("mediafetcher.db")).await?;
        self.changes += 1;
        let control = self.stage.control().clone();
        let (service, _) = ORDERS[dice.random_range(0..ORDERS.len())];
        let songs = control.songs(service, ACCOUNT);
        for number in 0..2 {
            if let Some(song) = songs.choose(dice) {
                control.rename_song(&song.id, &format!("Renamed {} {number}", self.changes));
            }
        }
        let here = rows.files.iter().filter(|(_, promise)| !promise.in_trash);
        let names: Vec<&String> = here.map(|(name, _)| name).collect();
        for name in names.choose_multiple(dice, 2) {
            let path = self.stage.home.library().join(name);
            match dice.random_bool(0.5) {
                true => std::fs::remove_file(&path)?,
                false => drop(std::fs::File::create(&path)?),
            }
            self.disk.damaged.insert((*name).clone());
            self.done.remove(&rows.files[*name].key);
        }
        control.add_songs(service, ACCOUNT, 1);
        self.set_lengths();
        self.order();
        self.is_over = false;
        Ok(5)
    }

    /// True when the lists of the present jobs have ended, so that a change of the sites makes sense.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_listed(&self) -> Result<bool> {
        let rows = Snapshot::take(&self.stage.home.data().join("mediafetcher.db")).await?;
        Ok(self.jobs.iter().all(|job| rows.listed.get(&job.key).copied().unwrap_or_default()))
    }

    /// No more kills: everything comes to its end, and everything is looked at. Gives what is wrong.
    ///
    /// # Errors
    /// When the torture itself does not work, or a job does not end.
    pub async fn end_in_peace(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        self.finish(tally).await?;
        self.restore_all(tally).await?;
        // What was renamed on the site while it was deleted gets its name with the next list.
        self.changes += 1;
        self.order();
        let jobs = self.finish(tally).await?;
        let mut faults = Vec::new();
        for job in &jobs {
            if !job.balance.adds_up() || !job.balance.is_clean() {
                faults.push(format!(
                    "job {}: the balance is {:?} ({:?})",
                    job.id, job.balance, job.reason
                ));
            }
        }
        faults.extend(self.compare_with_the_sites(&jobs));
        faults.extend(self.look(tally).await?);
        faults.extend(self.ask_again(tally).await?);
        faults.extend(self.look_at_everything(tally).await?);
        tally.rounds += 1;
        tally.needed += self.needed();
        Ok(faults)
    }

    /// Nothing that was deleted is lost.
    async fn restore_all(&mut self, tally: &mut Tally) -> Result<()> {
        let mut port = Port::open(&self.stage.home).await.context("no daemon answers")?;
        let trash = LibraryQuery { place: Place::Trash, limit: 500, ..LibraryQuery::default() };
        loop {
            let page = port.call::<ListLibrary>(&trash).await?;
            if page.items.is_empty() {
                return Ok(());
            }
            let items = page.items.iter().map(|item| item.id).collect();
            tally.restored += port.call::<RestoreItems>(&OfLibraryItems { items }).await?.items;
        }
    }

    /// Lets the jobs end; a full disk grows meanwhile, as when a person makes room.
    async fn finish(&mut self, tally: &mut Tally) -> Result<Vec<JobSummary>> {
        let mut port = self.take_up_work().await?;
        let keys = self.jobs.len();
        let started = std::time::Instant::now();
        loop {
            let jobs = port.call::<ListJobs>(&JobsQuery { limit: 200, before: None }).await?.jobs;
            let ended = |job: &JobSummary| job.state == JobState::Finished;
            if jobs.len() >= keys && jobs.iter().all(ended) {
                drop(port);
                self.stage.home.succeed(&["daemon", "stop"]).await?;
                let gone = async || Ok(self.stage.home.daemon().is_none().then_some(()));
                wait::until("the end of the daemon", wait::LONG, gone).await?;
                return Ok(jobs);
            }
            if started.elapsed() > PEACE {
                let open: Vec<_> = jobs.iter().filter(|job| !ended(job)).collect();
                bail!("jobs that do not end: {open:?}");
            }
            let stuck = jobs.iter().any(|job| job.balance.needs_you > 0);
            if let Some(tmpfs) = self.tmpfs.as_mut().filter(|_| stuck) {
                tally.full_disks += 1;
                tmpfs.grow()?;
                let _: Nothing = port.call::<Retry>(&OfJob::default()).await?;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The last job of each site lists what the site has, and brought it or found it there.
    fn compare_with_the_sites(&self, jobs: &[JobSummary]) -> Vec<String> {
        let mut faults = Vec::new();
        for (service, variants) in ORDERS {
            let wanted = truth::wanted(self.stage.control(), service, variants);
            let truth = truth::first_balance(service, &wanted);
            let newest = jobs.iter().find(|job| job.source == source_of(service));
            let mut balance = newest.map(|job| job.balance).unwrap_or_default();
            balance.done += std::mem::take(&mut balance.already);
            if balance != truth {
                faults.push(format!(
                    "{}: the balance is {balance:?}, the site has {truth:?}",
                    service.host()
                ));
            }
        }
        faults
    }

    /// Another download of everything finds it all there: not one file is asked for.
    async fn ask_again(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        self.changes += 1;
        self.order();
        let jobs = self.finish(tally).await?;
        let count = ORDERS.len();
        let brought = jobs.iter().take(count).filter(|job| job.balance.done > 0);
        let mut faults: Vec<String> =
            brought.map(|job| format!("brought again: {:?}", job.balance)).collect();
        faults.extend(self.look(tally).await?);
        Ok(faults)
    }

    async fn look_at_everything(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        let folder = self.stage.home.library();
        let mut faults: Vec<String> = disk::parts(&folder)?
            .iter()
            .map(|part| format!("left behind: {}", part.display()))
            .collect();
        if !self.disk.damaged.is_empty() {
            faults.push(format!("lost and not brought again: {:?}", self.disk.damaged));
        }
        match truth::check_library(&folder, self.stage.control(), &self.wanted).await {
            Ok(files) => tally.files += files,
            Err(error) => faults.push(format!("{error:#}")),
        }
        let database = self.stage.home.data().join("mediafetcher.db");
        faults.extend(ledger::check(&database).await.err().map(|error| format!("{error:#}")));
        Ok(faults)
    }

    /// Leaves home and library on the disk, to be looked at.
    pub fn keep(&mut self) -> PathBuf {
        self.stage.home.keep();
        if let Some(tmpfs) = &mut self.tmpfs {
            tmpfs.keep();
        }
        self.stage.home.data()
    }

    /// How many wanted files are done, as of the last kill, and how many there are in all.
    pub fn progress(&self) -> (usize, usize) {
        (self.done.len(), self.wanted.len())
    }
}

/// What a person does in the meantime: deletes something, brings something back, changes something, again and again
/// until the end.
///
/// # Errors
/// When the daemon refuses.
async fn meddle(port: &mut Port, things: &[Thing], tally: &mut Tally) -> Result<()> {
    let chosen = |deleted: bool| -> Vec<LibraryItemId> {
        let of_that_kind = things.iter().filter(move |thing| thing.deleted == deleted);
        of_that_kind.map(|thing| LibraryItemId(thing.id)).collect()
    };
    let (mut here, mut deleted) = (chosen(false), chosen(true));
    let mut dice = StdRng::seed_from_u64(tally.kills().into());
    loop {
        let items: Vec<_> = here.choose_multiple(&mut dice, MEDDLED).copied().collect();
        tally.deleted +=
            port.call::<DeleteItems>(&OfLibraryItems { items: items.clone() }).await?.items;
        deleted.extend(&items);
        let items: Vec<_> = deleted.choose_multiple(&mut dice, MEDDLED).copied().collect();
        tally.restored += port.call::<RestoreItems>(&OfLibraryItems { items }).await?.items;
        // Titles and artists are compared with the sites' at the end.
        let album = Some(format!("Album {}", dice.random::<u16>()));
        let edit = |&item| {
            let values = TagValues { album: album.clone(), ..TagValues::default() };
            ItemEdit { item, values }
        };
        let edits = here.choose_multiple(&mut dice, EDITED).map(edit).collect();
        let edited = port.call::<EditItemTags>(&EditItems { edits }).await?.items;
        // What was deleted or damaged meanwhile, or is being worked on, is refused.
        tally.edited += edited.iter().filter(|item| item.error.is_none()).count();
        if here.is_empty() && deleted.is_empty() {
            std::future::pending::<()>().await;
        }
        here.retain(|item| !deleted.contains(item));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn source_of(service: Service) -> Source {
    match service {
        Service::Producer => Source::Producer,
        Service::Flowmusic => Source::Flowmusic,
    }
}
