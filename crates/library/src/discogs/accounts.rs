//! Accounts of Discogs, several side by side. Their secrets are kept elsewhere.

use crate::database::{Library, now};
use crate::error::LibraryError;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// What signs requests for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// A personal access token.
    Token,
    /// OAuth 1.0a with the person's own consumer key.
    OAuth,
    /// Nothing: what everybody may see.
    Nobody,
}

impl SignedBy {
    const ALL: [SignedBy; 3] = [SignedBy::Token, SignedBy::OAuth, SignedBy::Nobody];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            SignedBy::Token => "token",
            SignedBy::OAuth => "oauth",
            SignedBy::Nobody => "nobody",
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscogsAccount {
    /// Its number here.
    pub id: i64,
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
    ) -> Result<DiscogsAccount, LibraryError> {
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
        .bind(signed_by.as_str())
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
    pub async fn discogs_accounts(&self) -> Result<Vec<DiscogsAccount>, LibraryError> {
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
    pub async fn remove_discogs_account(&self, id: i64) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        let gone = sqlx::query("DELETE FROM discogs_account WHERE id = ?1")
            .bind(id)
            .execute(&mut *write.tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Err(LibraryError::NotFound(format!("Discogs account {id}")));
        }
        sqlx::query("DELETE FROM discogs_answer WHERE account = ?1")
            .bind(id)
            .execute(&mut *write.tx)
            .await?;
        write.commit().await
    }
}

fn account(row: &SqliteRow) -> Result<DiscogsAccount, LibraryError> {
    let signed_by: String = row.try_get("signed_by")?;
    let known = SignedBy::ALL.into_iter().find(|by| by.as_str() == signed_by);
    Ok(DiscogsAccount {
        id: row.try_get("id")?,
        username: row.try_get("username")?,
        signed_by: known
            .ok_or_else(|| LibraryError::Unreadable(format!("signed by {signed_by}")))?,
    })
}
