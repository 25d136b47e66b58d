//! The end of a round: no more kills, everything comes to its end, and everything is looked at.

use crate::disk;
use crate::orders::{SITES, source_of};
use crate::pages;
use crate::port::Port;
use crate::round::Round;
use crate::snapshot::{Key, Snapshot};
use crate::tally::Tally;
use anyhow::{Context, Result, bail};
use e2e::truth::{self, Wanted};
use e2e::{ledger, wait};
use protocol::method::{
    JobsQuery, ListJobs, ListLibrary, Nothing, OfJob, RestoreItems, Retry, SetSettings,
};
use protocol::shelf::{LibraryQuery, OfLibraryItems, Place};
use protocol::{JobState, JobSummary, SettingsPatch, Source};
use serde_json::Value;
use simulator::{Availability, Format};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a peaceful end may take.
const PEACE: Duration = Duration::from_secs(300);

impl Round {
    /// Gives what is wrong.
    ///
    /// # Errors
    /// When the torture itself does not work, or a job does not end.
    pub async fn end_in_peace(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        self.finish(tally).await?;
        self.restore_all(tally).await?;
        // What was renamed on the site while it was deleted gets its name with the next list.
        self.orders.again(&self.stage);
        self.attic.ask_again();
        let jobs = self.finish(tally).await?;
        let mut faults: Vec<String> = jobs.iter().filter_map(wrong_balance).collect();
        faults.extend(self.compare_with_the_sites(&jobs));
        faults.extend(self.look(tally).await?);
        faults.extend(self.ask_again(tally).await?);
        faults.extend(self.name_all_anew().await?);
        faults.extend(self.look(tally).await?);
        faults.extend(self.look_at_everything(tally).await?);
        tally.rounds += 1;
        tally.needed += self.orders.needed(&self.stage);
        let (folders, files) = self.attic.size();
        tally.imported = (tally.imported.0 + folders, tally.imported.1 + files);
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
        for mut import in self.attic.due(&self.stage, &self.rows().await?.imports)? {
            import.output().await?;
        }
        let started = Instant::now();
        loop {
            let jobs = port.call::<ListJobs>(&JobsQuery { limit: 200, before: None }).await?.jobs;
            let ended = |job: &JobSummary| job.state == JobState::Finished;
            if jobs.iter().all(ended) {
                drop(port);
                self.stop().await?;
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

    async fn stop(&self) -> Result<()> {
        self.stage.home.succeed(&["daemon", "stop"]).await?;
        let gone = async || Ok(self.stage.home.daemon().is_none().then_some(()));
        wait::until("the end of the daemon", wait::LONG, gone).await
    }

    /// The last job of each site lists what the site has, and brought it or found it there.
    fn compare_with_the_sites(&self, jobs: &[JobSummary]) -> Vec<String> {
        let mut faults = Vec::new();
        for (service, variants) in SITES {
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

    /// Another download and another import of everything find it all there: not one file is asked for.
    async fn ask_again(&mut self, tally: &mut Tally) -> Result<Vec<String>> {
        self.orders.again(&self.stage);
        let jobs = self.finish(tally).await?;
        let count = SITES.len() + self.orders.newest_sends().len();
        let brought = jobs.iter().take(count).filter(|job| job.balance.done > 0);
        let mut faults: Vec<String> = brought
            .map(|job| format!("{} brought again: {:?}", job.account.name, job.balance))
            .collect();
        for mut import in self.attic.all(&self.stage)? {
            let output = import.output().await?;
            let report: Value = serde_json::from_slice(&output.stdout)?;
            if report["imported"] != 0 || report["refused"] != 0 || !output.status.success() {
                faults.push(format!("taken in again, or refused: {report}"));
            }
        }
        self.stop().await?;
        faults.extend(self.look(tally).await?);
        Ok(faults)
    }

    /// By the template that was there at first, and then there is nothing left to be named.
    async fn name_all_anew(&self) -> Result<Vec<String>> {
        let mut port = Port::open(&self.stage.home).await.context("no daemon answers")?;
        let template = Some("{title}_{id}".to_owned());
        port.call::<SetSettings>(&SettingsPatch { template, ..SettingsPatch::default() }).await?;
        let home = &self.stage.home;
        home.succeed(&["library", "rename"]).await?;
        let left = home.succeed(&["library", "rename", "--dry-run"]).await?;
        let verified = home.run(&["library", "verify", "--json"]).await?;
        let mut faults = Vec::new();
        if !left.starts_with("0 of ") {
            faults.push(format!("not named by the template: {left}"));
        }
        if !verified.status.success() {
            faults.push(format!("not verified: {}", String::from_utf8_lossy(&verified.stdout)));
        }
        drop(port);
        self.stop().await?;
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
        let rows = self.rows().await?;
        faults.extend(songs_without_their_thing(&rows, &self.orders.wanted));
        faults.extend(wrong_pages(&rows));
        faults.extend(self.attic.missing(&rows));
        faults.extend(strays(&rows, &folder)?);
        tally.pages += rows.pages.values().filter(|state| *state == "done").count();
        match truth::check_decodes(&folder).await {
            Ok(files) => tally.files += files,
            Err(error) => faults.push(format!("{error:#}")),
        }
        let database = self.stage.home.data().join("mediafetcher.db");
        faults.extend(ledger::check(&database).await.err().map(|error| format!("{error:#}")));
        Ok(faults)
    }
}

/// Of the pages that are sent, one has nothing on it.
fn wrong_balance(job: &JobSummary) -> Option<String> {
    let mut balance = job.balance;
    if job.source == Source::Web && balance.failed == 1 {
        balance.failed = 0;
    }
    let is_right = job.balance.adds_up() && balance.is_clean();
    (!is_right)
        .then(|| format!("job {} ({}): {:?}, {:?}", job.id, job.source, job.balance, job.reason))
}

/// Each song that the site gives is there once, and none that it does not. What is in the files was compared before.
fn songs_without_their_thing(rows: &Snapshot, wanted: &[Wanted]) -> Vec<String> {
    let wrong = |file: &&Wanted| {
        let (variant, part) = match file.format {
            Format::Stem(stem) => ("stems".to_owned(), stem.name()),
            format => (format.extension().to_owned(), ""),
        };
        let key = (file.song.clone(), variant);
        let here = rows
            .files
            .values()
            .any(|promise| promise.key == key && promise.part == part && !promise.in_trash);
        here != (file.availability == Availability::Present)
    };
    let wrong = wanted.iter().filter(wrong);
    wrong.map(|file| format!("{} {}: {:?}", file.song, file.format, file.availability)).collect()
}

/// Every page that was sent is in the state that it must end in, with everything that is on it, and there are no others.
fn wrong_pages(rows: &Snapshot) -> Vec<String> {
    let is_right = |(key, state): &(&Key, &String)| match pages::truth_of(key) {
        _ if pages::is_barren(key) => *state == "failed",
        Some(_) => *state == "done",
        None => false,
    };
    let wrong = rows.pages.iter().filter(|page| !is_right(page));
    let mut faults: Vec<String> =
        wrong.map(|(key, state)| format!("the page {key:?} is {state}")).collect();
    let truth = |key: &Key| Some((pages::truth_of(key)?, key.1.clone()));
    let found: BTreeSet<_> = rows.pages.keys().filter_map(truth).collect();
    let missing = pages::truths().difference(&found).cloned().collect::<Vec<_>>();
    if !missing.is_empty() || rows.pages.len() != pages::wanted() {
        faults.push(format!("{} files of pages are wanted, without {missing:?}", rows.pages.len()));
    }
    faults
}

/// Whatever lies beside the media belongs to a record that says so.
fn strays(rows: &Snapshot, folder: &Path) -> Result<Vec<String>> {
    let stems: BTreeSet<&str> =
        rows.sidecars.iter().filter_map(|name| name.strip_suffix(".json")).collect();
    let mut strays = Vec::new();
    for path in truth::files_below(folder)?.into_iter().filter(|path| truth::is_companion(path)) {
        let name = path.to_string_lossy();
        let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
        // `Title_id.en.vtt` as well.
        let without_language = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        if !stems.contains(stem) && !stems.contains(without_language) {
            strays.push(format!("{name} lies beside nothing"));
        }
    }
    Ok(strays)
}
