//! Accounts of Discogs, several side by side. Their secrets are kept elsewhere.

use crate::database::{Library, now};
use crate::error::LibraryError;
use protocol::discogs::{DiscogsAccountId, SignedBy};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its number here.
    pub id: DiscogsAccountId,
    /// The name in addresses.
    pub username: String,
    /// What signs its requests.
    pub signed_by: SignedBy,
}

impl Library {
    /// Adds an account, or changes what signs the requests of one that is there.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] for an empty name; database failures.
    pub async fn put_discogs_account(
        &self,
        username: &str,
        signed_by: SignedBy,
    ) -> Result<AccountRow, LibraryError> {
        let username = username.trim();
        if username.is_empty() {
            return Err(LibraryError::Invalid("a user of Discogs has a name".to_owned()));
        }
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO discogs_account (username, signed_by, added_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (username) DO UPDATE SET username = excluded.username, signed_by = excluded.signed_by \
             RETURNING id, username, signed_by",
        )
        .bind(username)
        .bind(stored(signed_by))
        .bind(now())
        .fetch_one(&mut *write.tx)
        .await?;
        write.commit().await?;
        account(&row)
    }

    /// The accounts, by name.
    ///
    /// # Errors
    /// Database failures.
    pub async fn discogs_accounts(&self) -> Result<Vec<AccountRow>, LibraryError> {
        let rows =
            sqlx::query("SELECT id, username, signed_by FROM discogs_account ORDER BY username")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(account).collect()
    }

    /// Forgets an account with its lists and prices. What was said about releases stays: it is the same for everybody.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`]; database failures.
    pub async fn remove_discogs_account(&self, id: DiscogsAccountId) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        let gone = sqlx::query("DELETE FROM discogs_account WHERE id = ?1")
            .bind(id.0)
            .execute(&mut *write.tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Err(LibraryError::NotFound(format!("Discogs account {id}")));
        }
        sqlx::query("DELETE FROM discogs_answer WHERE account = ?1")
            .bind(id.0)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }
}

fn stored(signed_by: SignedBy) -> &'static str {
    match signed_by {
        SignedBy::Token => "token",
        SignedBy::OAuth => "oauth",
        SignedBy::Nobody => "nobody",
    }
}

fn account(row: &SqliteRow) -> Result<AccountRow, LibraryError> {
    let signed_by: String = row.try_get("signed_by")?;
    let known = [SignedBy::Token, SignedBy::OAuth, SignedBy::Nobody]
        .into_iter()
        .find(|by| stored(*by) == signed_by);
    Ok(AccountRow {
        id: DiscogsAccountId(row.try_get("id")?),
        username: row.try_get("username")?,
        signed_by: known
            .ok_or_else(|| LibraryError::Unreadable(format!("signed by {signed_by}")))?,
    })
}
