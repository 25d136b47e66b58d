//! All stems of a song in one answer: decoded while they arrive, one part file each, committed together.

use super::engine::Engine;
use super::seal::{self, Raw};
use library::names::PART_SUFFIX;
use library::{Claimed, Finished, Shelf};
use media::{Container, Cover};
use protocol::{ErrorBody, ErrorCode};
use providers::stems::{StemDecoder, StemEvent};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use transfer::{HostClass, Target, TransferError};

const BUFFER: usize = 256 * 1024;

/// Brings every stem of a claimed item into the library, all or none.
///
/// # Errors
/// Why they did not come. A bundle has no ranges: the next try begins anew.
pub(super) async fn bring(
    engine: &Engine,
    claimed: &Claimed,
    url: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Finished>, TransferError> {
    let shelf = engine.library.shelf();
    engine.library.check_shelf().await.map_err(ErrorBody::from)?;
    let mut parts =
        Parts { shelf: shelf.clone(), base: claimed.kept.part.clone(), files: vec![], open: None };
    let cover = engine.cover_of(claimed, cancel).await?;
    let result = async {
        fetch(engine, claimed, url, &mut parts, cancel).await?;
        commit(engine, claimed, &parts, cover).await
    };
    let result = result.await;
    if result.is_err() {
        parts.discard();
    }
    result
}

async fn fetch(
    engine: &Engine,
    claimed: &Claimed,
    url: &str,
    parts: &mut Parts,
    cancel: &CancellationToken,
) -> Result<(), TransferError> {
    let signer = engine.sessions.signer(claimed.source, &claimed.account_id)?;
    let target = Target {
        url: url.to_owned(),
        signer: Some(signer),
        class: HostClass::Api,
        allow_json_url: false,
    };
    let mut decoder = StemDecoder::new(claimed.source);
    let mut so_far = 0;
    let mut sink = |bytes: &[u8]| {
        so_far += bytes.len() as u64;
        engine.meter.note(claimed, so_far, None);
        // Decoding and writing a piece takes a moment: other work of this thread moves to another.
        tokio::task::block_in_place(|| decoder.push(bytes, &mut |event| parts.take(event)))
            .map_err(ErrorBody::from)
    };
    engine.downloader.fetch_stream(&target, &mut sink, cancel).await?;
    if decoder.finish()? == 0 {
        return Err(ErrorBody::new(ErrorCode::Absent).into());
    }
    Ok(())
}

async fn commit(
    engine: &Engine,
    claimed: &Claimed,
    parts: &Parts,
    cover: Option<Cover>,
) -> Result<Vec<Finished>, TransferError> {
    let mut outputs = Vec::with_capacity(parts.files.len());
    for (stem, file) in &parts.files {
        let raw = Raw { part: stem.clone(), file: file.clone(), container: Container::Mp4 };
        outputs.push(seal::seal(engine, claimed, raw, cover.clone()).await?);
    }
    Ok(engine.commit(claimed, outputs).await.map_err(ErrorBody::from)?)
}

/// The part files of one bundle: names beside the item's own part name, so that a start finds strays (I5).
struct Parts {
    shelf: Arc<Shelf>,
    base: String,
    /// Stem and part file.
    files: Vec<(String, String)>,
    open: Option<BufWriter<File>>,
}

impl Parts {
    fn take(&mut self, event: StemEvent<'_>) -> Result<(), ErrorBody> {
        let done = match event {
            StemEvent::Start { name } => return self.start(name),
            StemEvent::Data(bytes) => {
                self.open.as_mut().map_or(Ok(()), |file| file.write_all(bytes))
            }
            StemEvent::End => self.open.take().map_or(Ok(()), |mut file| file.flush()),
        };
        done.map_err(|error| self.failed(error))
    }

    fn start(&mut self, stem: &str) -> Result<(), ErrorBody> {
        let base = self.base.strip_suffix(PART_SUFFIX).unwrap_or(&self.base);
        let number = self.files.len() + 1;
        let name = format!("{base}-{number}{PART_SUFFIX}");
        let path = self.shelf.path(&name)?;
        let file = File::create(path).map_err(|error| self.failed(error))?;
        self.open = Some(BufWriter::with_capacity(BUFFER, file));
        self.files.push((stem.to_owned(), name));
        Ok(())
    }

    fn failed(&self, source: std::io::Error) -> ErrorBody {
        let what = self.shelf.root().display().to_string();
        library::LibraryError::Io { what, source }.into()
    }

    fn discard(&mut self) {
        self.open = None;
        for (_, file) in &self.files {
            // A stray is quarantined at the next start.
            let _ = self.shelf.remove(file);
        }
    }
}
