//! What became of the files of an import, counted while it runs.

use library::intake::{Found, Taken};
use protocol::ErrorBody;
use protocol::intake::{ImportReport, ImportState, RefusedFile, TwinFile};
use std::sync::{Mutex, MutexGuard};

/// The figures of one import.
#[derive(Default)]
pub(super) struct Tally {
    report: Mutex<ImportReport>,
}

impl Tally {
    fn lock(&self) -> MutexGuard<'_, ImportReport> {
        self.report.lock().expect("nothing panics while holding it")
    }

    /// As it stands.
    pub fn report(&self) -> ImportReport {
        self.lock().clone()
    }

    /// Where it stands, and why it does not go on.
    pub fn set_state(&self, state: ImportState, stuck: Option<ErrorBody>) {
        let mut report = self.lock();
        report.state = state;
        report.stuck = stuck;
    }

    /// More files are in the folder.
    pub fn found(&self, files: u64, bytes: u64) {
        let mut report = self.lock();
        report.found += files;
        report.found_bytes += bytes;
    }

    /// Nothing more will be found.
    pub fn found_all(&self, skipped: u64) {
        let mut report = self.lock();
        report.found_all = true;
        report.skipped = skipped;
    }

    /// A file is not taken in.
    pub fn refused(&self, found: &Found, reason: &ErrorBody) {
        let mut report = self.lock();
        seen(&mut report, found);
        report.refused += 1;
        if report.problems.len() < ImportReport::MOST_NAMED {
            report.problems.push(RefusedFile { path: found.shown(), reason: reason.clone() });
        }
    }

    /// A folder could not be read. It is told of once, whichever walk has met it.
    pub fn closed(&self, folder: &str, reason: &ErrorBody) {
        let mut report = self.lock();
        if report.problems.iter().any(|one| one.path == folder) {
            return;
        }
        report.refused += 1;
        report.looked_at += 1;
        report.found += 1;
        report.problems.push(RefusedFile { path: folder.to_owned(), reason: reason.clone() });
    }

    /// A file has the bytes of another one of this import.
    pub fn same_within(&self, found: &Found, same_as: &str) {
        let mut report = self.lock();
        seen(&mut report, found);
        report.same_within += 1;
        name_twin(&mut report, found, same_as);
    }

    /// What became of a file. `own_name`: the one it has in the library, when it lies there.
    pub fn taken(&self, found: &Found, taken: &Taken, own_name: Option<&str>) {
        let mut report = self.lock();
        match taken {
            Taken::New(_) => report.imported += 1,
            Taken::Already(path) if own_name.is_none_or(|own| own == path) => report.already += 1,
            Taken::Twin(path) | Taken::Already(path) => {
                report.same_as_library += 1;
                name_twin(&mut report, found, path);
            }
            Taken::Deleted => report.deleted += 1,
            // Told in other ways.
            Taken::Clash(_) | Taken::Again => return,
        }
        seen(&mut report, found);
    }
}

fn seen(report: &mut ImportReport, found: &Found) {
    report.looked_at += 1;
    report.bytes += found.size;
}

fn name_twin(report: &mut ImportReport, found: &Found, same_as: &str) {
    if report.twins.len() < ImportReport::MOST_NAMED {
        report.twins.push(TwinFile { path: found.shown(), same_as: same_as.to_owned() });
    }
}
