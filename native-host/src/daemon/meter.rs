//! Live figures of running transfers.

use library::Claimed;
use protocol::send::Stage;
use protocol::{Balance, ItemId, JobId, Progress};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

/// How much one second weighs in the average speed.
const WEIGHT: f64 = 0.3;

/// Counts bytes per job and per running file.
#[derive(Default)]
pub(super) struct Meter {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: HashMap<ItemId, Transfer>,
    stages: HashMap<ItemId, (JobId, Stage)>,
    jobs: HashMap<JobId, Speed>,
}

struct Transfer {
    job: JobId,
    so_far: u64,
    total: Option<u64>,
}

struct Speed {
    bytes: u64,
    per_s: f64,
    measured: Instant,
    measured_bytes: u64,
}

impl Meter {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding it")
    }

    /// A transfer has come so far. What it kept from an earlier one does not count as received.
    pub fn note(&self, claimed: &Claimed, so_far: u64, total: Option<u64>) {
        let mut state = self.state();
        let fresh = Transfer { job: claimed.job, so_far, total };
        let before = state.running.insert(claimed.item, fresh).map_or(so_far, |old| old.so_far);
        let received = so_far.saturating_sub(before);
        state.jobs.entry(claimed.job).or_insert_with(Speed::new).bytes += received;
    }

    /// What is being done to a file now, where that is more than fetching its bytes.
    pub fn stage(&self, claimed: &Claimed, stage: Stage) {
        let mut state = self.state();
        state.stages.insert(claimed.item, (claimed.job, stage));
        state.jobs.entry(claimed.job).or_insert_with(Speed::new);
    }

    /// A transfer has ended.
    pub fn forget(&self, item: ItemId) {
        let mut state = self.state();
        state.running.remove(&item);
        state.stages.remove(&item);
    }

    /// A job has ended.
    pub fn forget_job(&self, job: JobId) {
        self.state().jobs.remove(&job);
    }

    /// The figures of a job now, if it has any.
    pub fn progress(&self, job: JobId, balance: &Balance, list_ended: bool) -> Option<Progress> {
        let mut state = self.state();
        let running = state.running.iter().filter(|(_, transfer)| transfer.job == job);
        let mut running: Vec<_> =
            running.map(|(item, transfer)| (*item, transfer.so_far, transfer.total)).collect();
        running.sort_by_key(|(item, ..)| *item);
        let of_job = state.stages.iter().filter(|(_, (of_job, _))| *of_job == job);
        let mut stages: Vec<_> = of_job.map(|(item, (_, stage))| (*item, *stage)).collect();
        stages.sort_by_key(|(item, _)| *item);
        let speed = state.jobs.get_mut(&job)?;
        speed.measure();
        let bytes_per_s = speed.per_s as u64;
        let eta_s = list_ended.then(|| eta(speed.bytes, bytes_per_s, balance)).flatten();
        Some(Progress { bytes: speed.bytes, bytes_per_s, eta_s, running, stages })
    }
}

impl Speed {
    fn new() -> Self {
        Self { bytes: 0, per_s: 0.0, measured: Instant::now(), measured_bytes: 0 }
    }

    /// An exponential average, so that the figure is calm.
    fn measure(&mut self) {
        let elapsed = self.measured.elapsed().as_secs_f64();
        if elapsed < 0.2 {
            return;
        }
        let now = (self.bytes - self.measured_bytes) as f64 / elapsed;
        let weight = 1.0 - (1.0 - WEIGHT).powf(elapsed);
        self.per_s =
            if self.measured_bytes == 0 { now } else { self.per_s + weight * (now - self.per_s) };
        self.measured = Instant::now();
        self.measured_bytes = self.bytes;
    }
}

/// What remains, at the average size of what came, at the speed of now.
fn eta(bytes: u64, bytes_per_s: u64, balance: &Balance) -> Option<u64> {
    let average = bytes.checked_div(balance.done)?;
    (average * balance.pending).checked_div(bytes_per_s)
}
