//! Making database and folder agree after a start, however the last run ended (I5).

use crate::database::Library;
use crate::error::LibraryError;
use crate::intent::drop_intent;
use protocol::ItemId;
use sqlx::Row;
use std::collections::HashSet;

/// What the last run had left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Transfers that go on where they stopped, or from zero.
    pub requeued: u64,
    /// Files that were complete and only lacked their rows.
    pub adopted: u64,
    /// Part files that nobody wanted.
    pub quarantined: u64,
    /// The disk refused, or is away: the folder is still to be mended.
    pub is_unfinished: bool,
}

struct Found {
    item: ItemId,
    fence: i64,
    part: String,
    phase: String,
    outputs: Option<String>,
}

impl Library {
    /// Mends what a kill may have left. Called once, before any work is claimed.
    ///
    /// A library folder whose marker is absent is left alone: its disk is elsewhere.
    ///
    /// # Errors
    /// Database failures. What the disk refuses is logged and tried again at the next start.
    pub async fn recover(&self) -> Result<Recovered, LibraryError> {
        let mut recovered = Recovered::default();
        self.distrust_parts_after_a_reboot().await?;
        recovered.is_unfinished = match self.mend_folder(&mut recovered).await {
            Err(error) if error.is_of_disk() => {
                tracing::warn!(%error, "the library folder is mended when its disk allows it");
                true
            }
            mended => mended.map(|()| false)?,
        };
        let mut write = self.write().await?;
        let requeued = sqlx::query(
            "UPDATE item SET state = iif(EXISTS (SELECT 1 FROM job j WHERE j.id = item.job_id \
               AND j.state = 'cancelled'), 'cancelled', 'wanted'), \
               attempts = max(attempts - 1, 0) WHERE state = 'running'",
        )
        .execute(&mut *write.tx)
        .await?;
        write.commit().await?;
        self.drop_cancelled_parts().await?;
        recovered.requeued = requeued.rows_affected();
        Ok(recovered)
    }

    async fn mend_folder(&self, recovered: &mut Recovered) -> Result<(), LibraryError> {
        self.check_shelf().await?;
        for intent in self.intents().await? {
            self.mend(&intent, recovered).await?;
        }
        self.mend_imports(recovered).await?;
        self.finish_renames().await?;
        recovered.quarantined = self.quarantine_strays().await?;
        self.settle_files().await;
        self.remove_dropped_sidecars().await;
        self.sweep_trash().await
    }

    /// Part files are not synced while they grow: after a power loss their length may promise bytes that never
    /// reached the disk. A plain kill loses nothing that was written. Where the system does not tell its boots
    /// apart, every start counts as one.
    async fn distrust_parts_after_a_reboot(&self) -> Result<(), LibraryError> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let mut write = self.write().await?;
        let same = sqlx::query("SELECT 1 FROM meta WHERE key = 'boot' AND value = ?1 AND ?1 <> ''")
            .bind(&boot)
            .fetch_optional(&mut *write.tx)
            .await?;
        if same.is_some() {
            return Ok(());
        }
        sqlx::query("UPDATE intent SET validator = NULL").execute(&mut *write.tx).await?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('boot', ?1) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(&boot)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    async fn intents(&self) -> Result<Vec<Found>, LibraryError> {
        let rows = sqlx::query(
            "SELECT n.item_id, i.fence, n.part, n.phase, n.outputs FROM intent n \
             JOIN item i ON i.id = n.item_id ORDER BY n.item_id",
        )
        .fetch_all(&self.pool)
        .await?;
        let found = |row: &sqlx::sqlite::SqliteRow| -> Result<Found, LibraryError> {
            Ok(Found {
                item: ItemId(row.try_get(0)?),
                fence: row.try_get(1)?,
                part: row.try_get(2)?,
                phase: row.try_get(3)?,
                outputs: row.try_get(4)?,
            })
        };
        rows.iter().map(found).collect()
    }

    async fn mend(&self, found: &Found, recovered: &mut Recovered) -> Result<(), LibraryError> {
        let outputs = found.outputs.as_deref().unwrap_or("[]");
        let mended = match found.phase.as_str() {
            "fetching" => return Ok(()),
            "placing" => {
                self.hold(found.item).await?;
                let outputs = serde_json::from_str(outputs)?;
                self.place_and_record(found.item, found.fence, outputs).await.map(|_| {
                    recovered.adopted += 1;
                })
            }
            "clearing" => self.clear(found.item, &serde_json::from_str::<Vec<_>>(outputs)?).await,
            // Tags were being written: the bytes are neither the server's nor verified.
            _ => self.start_over(found).await,
        };
        if let Err(error) = mended {
            self.check_shelf().await?;
            tracing::warn!(item = found.item.0, %error, "work left behind is done again");
            self.start_over(found).await?;
        }
        Ok(())
    }

    /// A commit that failed had put its item back; its files are complete all the same.
    async fn hold(&self, item: ItemId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE item SET state = 'running' WHERE id = ?1 AND state IN ('wanted', 'waiting', 'needs_you')",
        )
        .bind(item.0)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }

    async fn start_over(&self, found: &Found) -> Result<(), LibraryError> {
        self.shelf().remove(&found.part)?;
        let mut write = self.write().await?;
        drop_intent(&mut write, found.item).await?;
        write.commit().await
    }

    /// Part files without an intent: quarantined now, deleted at the start after.
    async fn quarantine_strays(&self) -> Result<u64, LibraryError> {
        let rows = sqlx::query("SELECT part FROM intent").fetch_all(&self.pool).await?;
        let known =
            rows.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
        self.at_disk(move |shelf| {
            shelf.empty_quarantine()?;
            shelf.remove_nests()?;
            let mut strays = 0;
            for part in shelf.parts()?.into_iter().filter(|part| !known.contains(part)) {
                shelf.quarantine(&part)?;
                strays += 1;
            }
            Ok(strays)
        })
        .await
    }
}
