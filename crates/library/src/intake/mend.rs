//! What a kill has left of an import: copies that were complete get their rows, others are removed (I5). The import
//! itself goes on from the start of its folder; what is there already costs it a look.

use super::Incoming;
use super::batch::Taken;
use crate::commit::place;
use crate::database::Library;
use crate::error::LibraryError;
use crate::recovery::Recovered;
use protocol::JobId;
use sqlx::Row;

impl Library {
    /// Mends these parts of a batch that failed, of which nothing is being written any more.
    ///
    /// # Errors
    /// Database and disk failures.
    pub async fn mend_parts(&self, parts: &[String]) -> Result<(), LibraryError> {
        self.mend_some(Some(parts), &mut Recovered::default()).await
    }

    pub(crate) async fn mend_imports(&self, recovered: &mut Recovered) -> Result<(), LibraryError> {
        self.mend_some(None, recovered).await
    }

    async fn mend_some(
        &self,
        which: Option<&[String]>,
        recovered: &mut Recovered,
    ) -> Result<(), LibraryError> {
        let rows = sqlx::query(
            "SELECT part, job_id, incoming FROM import_part \
             WHERE ?1 IS NULL OR part IN (SELECT value FROM json_each(?1)) ORDER BY part",
        )
        .bind(which.map(serde_json::to_string).transpose()?)
        .fetch_all(&self.pool)
        .await?;
        let mut parts = Vec::new();
        for row in rows {
            let part: String = row.try_get(0)?;
            if let Some(text) = row.try_get::<Option<String>, _>(2)? {
                match self.mend_copy(JobId(row.try_get(1)?), &text).await {
                    Ok(()) => recovered.adopted += 1,
                    Err(error) => tracing::warn!(part, %error, "a copy left behind is made again"),
                }
            }
            parts.push(part);
        }
        if parts.is_empty() {
            return Ok(());
        }
        self.drop_parts(&parts).await
    }

    async fn mend_copy(&self, job: JobId, text: &str) -> Result<(), LibraryError> {
        let incoming: Incoming = serde_json::from_str(text)?;
        let (shelf, output) = (self.shelf(), incoming.output.clone());
        let placing = tokio::task::spawn_blocking(move || place(&shelf, &output));
        if !placing.await.map_err(|_| LibraryError::Superseded)?? {
            return Err(LibraryError::Invalid("another file has its name".into()));
        }
        let mut taken = [Taken::New(String::new())];
        self.record_all(job, &[incoming], &mut taken).await
    }
}
