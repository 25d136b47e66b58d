//! Intents: rows that say what is about to appear on disk, written before the first byte (I2).

use crate::claim::Claimed;
use crate::database::{Library, Write};
use crate::error::LibraryError;
use protocol::ItemId;

/// What an earlier attempt left: the part file's name and, if it may be resumed, what the server must confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Name of the part file in the library folder.
    pub part: String,
    /// The transfer crate's validator, as JSON; `None` starts from zero.
    pub validator: Option<String>,
}

/// How far the work on a part file is. Only a part in `fetching` may be resumed: later ones were changed by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Sealing,
    Placing,
    Clearing,
}

impl Phase {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Phase::Sealing => "sealing",
            Phase::Placing => "placing",
            Phase::Clearing => "clearing",
        }
    }
}

impl Library {
    /// Stores what a resume of this transfer must match, before the first byte of that version is written; `None`
    /// when it cannot be resumed.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`]; database failures.
    pub async fn store_validator(
        &self,
        claimed: &Claimed,
        validator: Option<&str>,
    ) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        check_fence(&mut write, claimed.item, claimed.fence).await?;
        sqlx::query("UPDATE intent SET validator = ?2 WHERE item_id = ?1 AND phase = 'fetching'")
            .bind(claimed.item.0)
            .bind(validator)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }

    /// The bytes are complete and will now be changed by us (tags): no resume from here on.
    ///
    /// # Errors
    /// [`LibraryError::Superseded`]; database failures.
    pub async fn begin_sealing(&self, claimed: &Claimed) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        check_fence(&mut write, claimed.item, claimed.fence).await?;
        set_phase(&mut write, claimed.item, Phase::Sealing, None).await?;
        write.commit().await
    }
}

pub(crate) async fn set_phase(
    write: &mut Write<'_>,
    item: ItemId,
    phase: Phase,
    outputs: Option<&str>,
) -> Result<(), LibraryError> {
    sqlx::query(
        "UPDATE intent SET phase = ?2, validator = NULL, outputs = coalesce(?3, outputs) WHERE item_id = ?1",
    )
    .bind(item.0)
    .bind(phase.as_str())
    .bind(outputs)
    .execute(&mut *write.tx)
    .await?;
    Ok(())
}

/// Refuses work that has been given to somebody else since (I8). A retitle works on a `done` item.
pub(crate) async fn check_fence(
    write: &mut Write<'_>,
    item: ItemId,
    fence: i64,
) -> Result<(), LibraryError> {
    let row = sqlx::query(
        "SELECT 1 FROM item WHERE id = ?1 AND fence = ?2 AND state IN ('running', 'done')",
    )
    .bind(item.0)
    .bind(fence)
    .fetch_optional(&mut *write.tx)
    .await?;
    row.map(|_| ()).ok_or(LibraryError::Superseded)
}

/// As [`check_fence`], for work that has not been committed.
pub(crate) async fn check_running(
    write: &mut Write<'_>,
    item: ItemId,
    fence: i64,
) -> Result<(), LibraryError> {
    let row = sqlx::query("SELECT 1 FROM item WHERE id = ?1 AND fence = ?2 AND state = 'running'")
        .bind(item.0)
        .bind(fence)
        .fetch_optional(&mut *write.tx)
        .await?;
    row.map(|_| ()).ok_or(LibraryError::Superseded)
}

pub(crate) async fn drop_intent(write: &mut Write<'_>, item: ItemId) -> Result<(), LibraryError> {
    sqlx::query("DELETE FROM intent WHERE item_id = ?1")
        .bind(item.0)
        .execute(&mut *write.tx)
        .await?;
    Ok(())
}
