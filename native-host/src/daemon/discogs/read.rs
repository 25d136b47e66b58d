//! Reading a list, and about what is on it. Everything is written as it comes: a kill loses what was on its way.

pub(super) mod answers;
mod shop;

use super::accounts::find;
use super::precedence;
use super::runs::{Task, kinds};
use super::transport::DiscogsTransport;
use super::{Answer, now};
use crate::collection::EntryRecord;
use crate::daemon::engine::Engine;
use library::discogs::{AccountRow, Entry, Field, Folders, RunRow, Shown};
use protocol::discogs::*;
use protocol::{ErrorBody, ErrorClass, ErrorCode, Source};
use providers::discogs::{
    CollectionValue, Copy, CustomField, Discogs, Folder, List, Listing, Page, Pages, Proof, Record,
    Want, hundredths, moment,
};
use std::time::Duration;

/// Tries of one page of a list, and the time between them: a server that wants silence wants it for a minute.
const PAGE_TRIES: u32 = 8;
const PAGE_WAIT: Duration = Duration::from_secs(15);

/// Why a run does not go on.
pub(super) enum Stop {
    /// The person or the daemon ends it.
    Cancelled,
    /// It failed.
    Failed(ErrorBody),
}

impl<E: Into<ErrorBody>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.into())
    }
}

/// A run at work.
pub(super) struct Reading<'t> {
    engine: &'t Engine,
    row: RunRow,
    task: &'t Task,
}

impl<'t> Reading<'t> {
    pub fn new(engine: &'t Engine, row: RunRow, task: &'t Task) -> Self {
        Self { engine, row, task }
    }

    /// Reads what is still missing. When what signs is refused, it may have been replaced meanwhile: then it goes on with
    /// the new.
    pub async fn carry_out(mut self) -> Result<(), Stop> {
        let mut refused = None;
        loop {
            let account = find(self.engine, self.row.request.account).await?;
            let AccountRow { ref username, signed_by, .. } = account;
            let transport =
                DiscogsTransport::of(self.engine, username, signed_by, precedence::LIST);
            let transport = tokio::select! {
                transport = transport => transport?,
                () = self.task.cancel.cancelled() => return Err(Stop::Cancelled),
            };
            if let Some((error, signing)) = refused.take()
                && signing == transport.signing
            {
                return Err(Stop::Failed(error));
            }
            match self.read(&account, &transport).await {
                Err(Stop::Failed(error)) if error.code == ErrorCode::SessionExpired => {
                    refused = Some((error, transport.signing));
                    self.row = self.engine.library.discogs_run(self.row.id).await?;
                }
                ended => return ended,
            }
        }
    }

    /// Until nothing is missing of what was asked for; more may become a part of it meanwhile.
    async fn read(
        &mut self,
        account: &AccountRow,
        transport: &DiscogsTransport,
    ) -> Result<(), Stop> {
        let (library, id) = (&self.engine.library, self.row.id);
        loop {
            if !self.row.list_read {
                self.list_alone(transport, account).await?;
                library.discogs_run_has_list(id).await?;
                self.row = library.discogs_run(id).await?;
            }
            for kind in kinds(self.row.request.depth, account.signed_by) {
                self.about(transport, kind).await?;
            }
            let figures = self.task.figures();
            if library.finish_discogs_run(id, &self.row.request, &figures).await? {
                return Ok(());
            }
            self.row = library.discogs_run(id).await?;
        }
    }

    async fn list_alone(
        &self,
        transport: &DiscogsTransport,
        account: &AccountRow,
    ) -> Result<(), Stop> {
        let alone = self.engine.discogs.list(account.id, self.row.request.list);
        let discogs = Discogs::new(transport);
        let read = async {
            let _alone = alone.lock().await;
            self.list(&discogs, account).await
        };
        tokio::select! {
            read = read => read,
            () = self.task.cancel.cancelled() => Err(Stop::Cancelled),
        }
    }

    async fn list(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        account: &AccountRow,
    ) -> Result<(), Stop> {
        match self.row.request.list {
            DiscogsList::Collection => self.collection(discogs, account).await,
            DiscogsList::Wants => {
                self.walk(discogs, List::wants(&account.username), None, of_want).await
            }
            DiscogsList::Inventory => self.inventory(discogs, account).await,
        }
        .map_err(|stop| if account.signed_by == SignedBy::Nobody { private(stop) } else { stop })
    }

    async fn collection(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        account: &AccountRow,
    ) -> Result<(), Stop> {
        let user = &account.username;
        let folders = self.folders(discogs, account).await?;
        self.walk(discogs, List::copies(user, 0), Some(&folders), of_copy).await?;
        if account.signed_by != SignedBy::Nobody {
            self.value(discogs, user).await;
        }
        Ok(())
    }

    /// What the collection is divided into now. It is kept with the end of the walk: counts and copies of two moments
    /// would prove nothing.
    async fn folders(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        account: &AccountRow,
    ) -> Result<Folders, Stop> {
        let user = &account.username;
        let folders = discogs.folders(user).await?.into_iter().filter_map(folder).collect();
        // Fields are for their owner. Without them the copies are still all there.
        let fields = match discogs.fields(user).await {
            Ok(fields) => Some(fields.iter().filter_map(field).collect::<Answer<Vec<_>>>()?),
            Err(error) if error.code == ErrorCode::Refused => {
                (account.signed_by == SignedBy::Nobody).then(Vec::new)
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Folders { folders, fields })
    }

    /// Keeps what the collection is worth now. Nothing of the list is missing without it.
    async fn value(&self, discogs: &Discogs<'_, DiscogsTransport>, user: &str) {
        let kept = async {
            let told = discogs.collection_value(user).await?;
            let unreadable = || ErrorBody::new(ErrorCode::SiteChanged).with("detail", "no amounts");
            let value = value_at(&told, now()).ok_or_else(unreadable)?;
            self.engine.library.keep_discogs_value(self.row.request.account, &value).await?;
            Ok::<_, ErrorBody>(())
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, "what a collection is worth could not be read");
        }
    }

    async fn walk<R: Record>(
        &self,
        discogs: &Discogs<'_, DiscogsTransport>,
        list: List<R>,
        folders: Option<&Folders>,
        entry: fn(R, String) -> Option<(Entry, Shown)>,
    ) -> Result<(), Stop> {
        let (account, kind) = (self.row.request.account, self.row.request.list);
        let library = &self.engine.library;
        let mut pages = Pages::new(list);
        let mut walk = library.begin_discogs_walk(account, kind).await?;
        while let Some(page) = next_page(&mut pages, discogs).await? {
            let proof = pages.proof();
            if page.anew && proof.walks > 1 {
                walk = library.begin_discogs_walk(account, kind).await?;
            }
            let entries =
                page.records.into_iter().map(|(record, raw)| entry(record, raw.to_string()));
            let entries: Vec<_> = entries.flatten().collect();
            library.add_discogs_entries(account, kind, walk, &entries).await?;
            self.engine.discogs_changed();
            self.tell(|figures| {
                figures.stage = RunStage::List;
                figures.done = proof.found;
                figures.total = proof.expected;
            });
        }
        library.end_discogs_walk(account, kind, walk, &told(pages.proof()), folders).await?;
        self.engine.discogs_changed();
        Ok(())
    }

    /// Changes the figures; clients will be told.
    fn tell(&self, change: impl FnOnce(&mut RunFigures)) {
        self.task.tell(change);
        self.engine.run_changed(self.row.id);
    }
}

/// The next page of a list. One that cannot be had for now is asked for again: its walk would be lost with it.
async fn next_page<R: Record>(
    pages: &mut Pages<R>,
    discogs: &Discogs<'_, DiscogsTransport>,
) -> Answer<Option<Page<R>>> {
    for _ in 1..PAGE_TRIES {
        match pages.next_page(discogs).await {
            // A list that does not hold still would be walked again without an end.
            Err(error)
                if error.class() == ErrorClass::Temporary
                    && error.code != ErrorCode::ListingUnstable =>
            {
                tracing::warn!(%error, "a page of a list is asked for again");
                tokio::time::sleep(PAGE_WAIT).await;
            }
            answer => return answer,
        }
    }
    pages.next_page(discogs).await
}

/// What is refused to somebody who does not sign is shown to its owner alone.
fn private(stop: Stop) -> Stop {
    match stop {
        Stop::Failed(error) if matches!(error.code, ErrorCode::Refused | ErrorCode::SignedOut) => {
            ErrorBody::new(ErrorCode::PrivateList).with("site", Source::Discogs.title()).into()
        }
        other => other,
    }
}

fn told(proof: Proof) -> ListProof {
    ListProof {
        expected: proof.expected,
        found: proof.found,
        repeated: proof.repeated,
        pages: proof.pages,
        walks: proof.walks,
        by: ReadBy::Pages,
        cut: proof.cut,
    }
}

fn folder(folder: Folder) -> Option<CollectionFolder> {
    let copies = folder.count.unwrap_or_default().unsigned_abs();
    Some(CollectionFolder { id: folder.id?, name: folder.name, copies })
}

fn field(field: &CustomField) -> Option<Answer<Field>> {
    let (id, place) = (field.id?, field.position.unwrap_or_default());
    let broken = |error| ErrorBody::new(ErrorCode::Internal).with("detail", error);
    let record = serde_json::to_string(field).map_err(broken);
    Some(record.map(|record| Field { field: id, place, record }))
}

fn of_copy(copy: Copy, record: String) -> Option<(Entry, Shown)> {
    let entry = Entry {
        entry: copy.instance_id?,
        // A copy stays one whatever is wrong with what it is of.
        release: copy.id.or_else(|| copy.basic_information.as_ref()?.id).unwrap_or_default(),
        folder: copy.folder_id,
        added_at: moment(&copy.date_added),
        record,
    };
    Some(with_shown(entry, EntryRecord::Copy(Box::new(copy))))
}

fn of_want(want: Want, record: String) -> Option<(Entry, Shown)> {
    let id = want.id?;
    let added_at = moment(&want.date_added);
    let entry = Entry { entry: id, release: id, folder: None, added_at, record };
    Some(with_shown(entry, EntryRecord::Want(Box::new(want))))
}

fn of_listing(listing: Listing, record: String) -> Option<(Entry, Shown)> {
    let entry = Entry {
        entry: listing.id?,
        release: listing.release.as_ref().and_then(|release| release.id).unwrap_or_default(),
        folder: None,
        added_at: moment(&listing.posted),
        record,
    };
    Some(with_shown(entry, EntryRecord::Listing(Box::new(listing))))
}

fn with_shown(entry: Entry, record: EntryRecord) -> (Entry, Shown) {
    let shown = record.shown(&entry);
    (entry, shown)
}

fn value_at(told: &CollectionValue, at: i64) -> Option<ValueAt> {
    let (currency, minimum) = hundredths(&told.minimum)?;
    let ((_, median), (_, maximum)) = (hundredths(&told.median)?, hundredths(&told.maximum)?);
    Some(ValueAt { at, currency, minimum, median, maximum })
}
