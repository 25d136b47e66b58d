//! One download of everything, in a home of its own, through any number of kills.

use crate::attic::Attic;
use crate::content::Judge;
use crate::death::Death;
use crate::disk::Disk;
use crate::meddle::meddle;
use crate::orders::Orders;
use crate::port::Port;
use crate::snapshot::{Key, Snapshot, Thing};
use crate::tally::Tally;
use crate::tmpfs::Tmpfs;
use crate::traffic;
use anyhow::{Context, Result, ensure};
use e2e::stage::Stage;
use protocol::method::{PutCredentials, SendPages, StartJob};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Child;

/// The error number of a disk that refuses.
const DISK_FULL: i64 = 4001;
/// Of a program that is not there.
const PROGRAM_MISSING: i64 = 5001;

/// A download under torture.
pub struct Round {
    pub stage: Stage,
    pub orders: Orders,
    pub attic: Attic,
    pub disk: Disk,
    pub tmpfs: Option<Tmpfs>,
    /// What was done at the last kill: nobody may ask for its bytes again.
    done: BTreeSet<Key>,
    /// What the person had at the last kill.
    things: Vec<Thing>,
    /// Imports that were begun by the last kill, by folder.
    imports: BTreeMap<String, u32>,
    /// Keys of the sends that the last kill left with all their pages noted.
    sent: BTreeSet<String>,
    /// Pages were not all done at the last kill.
    pages_are_left: bool,
    /// Entries of the simulator's log that were looked at.
    read: usize,
    /// Nothing is left to do.
    pub is_over: bool,
}

impl Round {
    /// Sites with songs for about `files` wanted files, and an empty home.
    ///
    /// # Errors
    /// When simulator or home cannot be set up.
    pub async fn begin(files: u32, small_disk: bool) -> Result<Self> {
        let config = simulator::Config { quirks: true, ..simulator::Config::default() };
        let stage = Stage::new(config).await?;
        std::fs::create_dir_all(stage.home.library())?;
        let orders = Orders::place(&stage, files)?;
        let tmpfs = small_disk.then(|| {
            let a_quarter = orders.needed(&stage) / 4;
            Tmpfs::mount(&stage.home.library(), a_quarter)
        });
        let tmpfs = tmpfs.transpose()?;
        stage.home.succeed(&["config", "set", "pace-ms", "100"]).await?;
        stage.home.kill_daemon().await?;
        let mut attic = Attic::default();
        attic.fill(&stage, true)?;
        attic.fill(&stage, false)?;
        Ok(Self {
            disk: Disk::new(Judge::new(stage.control())?),
            stage,
            orders,
            attic,
            tmpfs,
            done: BTreeSet::new(),
            things: Vec::new(),
            imports: BTreeMap::new(),
            sent: BTreeSet::new(),
            pages_are_left: true,
            read: 0,
            is_over: false,
        })
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
            Death::Working(_) | Death::OnPage(..) => {
                // Held until the daemon is dead, as a browser would.
                let mut port = self.take_up_work().await?;
                let imports = self.begin_imports()?;
                let library = self.stage.home.library();
                tokio::select! {
                    () = death.come(&library, self.pages_are_left) => {}
                    meddled = meddle(&mut port, &self.things, tally) => meddled?,
                }
                // Before the daemon: they would start another.
                for mut import in imports {
                    import.kill().await?;
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
    pub async fn take_up_work(&self) -> Result<Port> {
        let mut port = Port::open(&self.stage.home).await.context("no daemon answers")?;
        for session in &self.orders.sessions {
            port.call::<PutCredentials>(session).await?;
        }
        for job in &self.orders.jobs {
            port.call::<StartJob>(job).await?;
        }
        for send in self.orders.sends.iter().filter(|send| !self.sent.contains(&send.key)) {
            port.call::<SendPages>(send).await?;
        }
        Ok(port)
    }

    /// Commands that take in folders, and would wait for the end of that.
    fn begin_imports(&self) -> Result<Vec<Child>> {
        let due = self.attic.due(&self.stage, &self.imports)?;
        let begin = |mut command: tokio::process::Command| {
            Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
        };
        due.into_iter().map(begin).collect()
    }

    /// What the database says while no daemon runs.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn rows(&self) -> Result<Snapshot> {
        Snapshot::take(&self.stage.home.data().join("mediafetcher.db")).await
    }

    /// Looks at rows, files and requests after the daemon's end. Gives what is wrong.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn look(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        let rows = self.rows().await?;
        let folder = self.stage.home.library();
        let lacks = rows.needs_you.contains_key(&PROGRAM_MISSING);
        ensure!(!lacks, "yt-dlp or ffmpeg is missing: run `cargo xtask setup` first");
        tally.caught(&rows, &folder, self.stage.control());
        let mut faults = self.look_at_traffic(tally);
        faults.extend(rows.faults.iter().cloned());
        faults.extend(self.disk.look(&folder, &rows, &self.attic)?);
        self.done = rows.done.clone();
        self.things = rows.things.clone();
        self.forget_damaged(&rows);
        if let Some(tmpfs) = self.tmpfs.as_mut().filter(|_| rows.needs_you.contains_key(&DISK_FULL))
        {
            tally.full_disks += 1;
            tmpfs.grow()?;
        }
        let all_begun = self.attic.due(&self.stage, &rows.imports)?.is_empty();
        self.is_over =
            self.all_listed(&rows) && all_begun && rows.open_jobs == 0 && !rows.is_renaming;
        let at_rest = |state: &String| matches!(state.as_str(), "done" | "failed");
        self.pages_are_left = rows.pages.is_empty() || !rows.pages.values().all(at_rest);
        self.sent = rows.listed.into_iter().filter(|(_, all)| *all).map(|(key, _)| key).collect();
        self.imports = rows.imports;
        Ok(faults)
    }

    /// What is damaged will be asked for again, and whoever deletes it cannot expect it back.
    pub fn forget_damaged(&mut self, rows: &Snapshot) {
        for key in self.disk.damaged.iter().flat_map(|hash| rows.keys_of(hash)) {
            self.done.remove(key);
        }
        self.things.retain(|thing| !self.disk.damaged.contains(&thing.sha256));
    }

    /// What was done before the last start was not asked for again, and no song came twice in one life (I1, I4).
    fn look_at_traffic(&mut self, tally: &mut Tally) -> Vec<String> {
        let log = self.stage.control().log();
        let mut faults = Vec::new();
        let mut whole: BTreeMap<Key, u32> = BTreeMap::new();
        for entry in &log[self.read..] {
            let song = traffic::song_of(entry);
            if let Some(key) = song.clone().or_else(|| traffic::page_of(entry))
                && self.done.contains(&key)
            {
                faults.push(format!(
                    "{key:?} was asked for again although it was done (I1): {entry:?}"
                ));
            }
            let Some(song) = song else { continue };
            tally.sent += entry.bytes;
            tally.resumes += usize::from(entry.status == 206);
            if traffic::brought_file(entry) {
                *whole.entry(song).or_default() += 1;
            }
        }
        self.read = log.len();
        let twice = whole.into_iter().filter(|(_, times)| *times > 1);
        faults.extend(twice.map(|(key, times)| format!("{key:?} came {times} times in one life")));
        faults
    }

    fn all_listed(&self, rows: &Snapshot) -> bool {
        let is_listed = |key: &String| rows.listed.get(key).copied().unwrap_or_default();
        let sends = self.orders.sends.iter().map(|send| &send.key);
        self.orders.jobs.iter().map(|job| &job.key).chain(sends).all(is_listed)
    }

    /// True when the lists of the present jobs have ended, so that a change of the sites makes sense.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_listed(&self) -> Result<bool> {
        Ok(self.all_listed(&self.rows().await?))
    }

    /// Leaves home and library on the disk, to be looked at.
    pub fn keep(&mut self) -> PathBuf {
        self.stage.home.keep();
        if let Some(tmpfs) = &mut self.tmpfs {
            tmpfs.keep();
        }
        self.stage.home.data()
    }

    /// How many wanted files are done, as of the last kill, and how many there are in all; imports not counted.
    pub fn progress(&self) -> (usize, usize) {
        let is_imported = |key: &&Key| self.attic.payload_of(&key.0).is_some();
        let imported = self.done.iter().filter(is_imported).count();
        (self.done.len() - imported, self.orders.count())
    }
}
