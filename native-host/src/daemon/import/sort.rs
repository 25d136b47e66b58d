//! From files to what is to be done with them: which are known without a look, which are media, which are none, and
//! what a medium becomes in the library.

use super::look::{self, Look, Task};
use super::run::{Looked, Run, Stop};
use library::intake::{Found, Incoming, Taken, intake_name, with_short_id};
use library::names::PART_SUFFIX;
use library::{LibraryError, Output};
use media::Surveyed;
use protocol::{ErrorBody, ErrorCode, Metadata};

impl Run {
    /// Looks at a batch. What is known without a look is counted at once.
    pub(super) async fn look(&mut self, batch: &[Found]) -> Result<Looked, ErrorBody> {
        let mut looked = Looked::default();
        if self.plan.job.is_some() {
            self.engine.library.check_shelf().await?;
        }
        let fresh = match self.plan.in_place {
            true => self.without_known(batch, &mut looked).await?,
            false => batch.to_vec(),
        };
        let fresh = match self.plan.job {
            Some(_) if !self.plan.in_place && self.mostly_known => {
                self.read_first(fresh, &mut looked).await?
            }
            _ => fresh,
        };
        let copies = self.plan.job.is_some() && !self.plan.in_place;
        let shelf = self.engine.library.shelf();
        let mut tasks = Vec::with_capacity(fresh.len());
        let mut names = Vec::with_capacity(fresh.len());
        for found in fresh {
            let part = self.part_name();
            let to = if copies { Some(shelf.path(&part)?) } else { None };
            names.push(part);
            tasks.push(Task { found, to });
        }
        if let Some(job) = self.plan.job.filter(|_| copies && !names.is_empty()) {
            self.engine.library.note_parts(job, &names).await?;
        }
        let looks = look::all(tasks.clone(), self.ffprobe.clone(), self.engine.stopping.clone());
        for ((task, part), look) in tasks.into_iter().zip(names).zip(looks.await) {
            self.sort_out(task.found, part, look, &mut looked)?;
        }
        // What lies in the library cannot be read while its disk is away: no fault of the files'.
        if self.plan.in_place && self.plan.job.is_some() && !looked.refused.is_empty() {
            self.engine.library.check_shelf().await?;
        }
        if !looked.refused.is_empty() && self.source_trouble().await.is_some() {
            looked.away =
                std::mem::take(&mut looked.refused).into_iter().map(|(file, _)| file).collect();
        }
        Ok(looked)
    }

    fn part_name(&mut self) -> String {
        self.parts += 1;
        let job = self.plan.job.map_or(0, |job| job.0);
        format!("import.{job}-{}{PART_SUFFIX}", self.parts)
    }

    fn sort_out(&mut self, found: Found, part: String, look: Look, looked: &mut Looked) -> Stop {
        match look {
            Look::Stopped => return Err(ErrorBody::new(ErrorCode::Withdrawn)),
            Look::NotKept(source) => {
                let what = self.engine.library.shelf().root().display().to_string();
                let why = ErrorBody::from(LibraryError::Io { what, source });
                looked.parts.push(part);
                looked.not_kept.get_or_insert_with(|| (Vec::new(), why)).0.push(found);
            }
            Look::Refused(reason) => {
                looked.parts.push(part);
                looked.refused.push((found, reason));
            }
            Look::Media { sealed, what } => {
                let key = sealed.sha256.clone();
                if let Some(first) = self.seen.get(&key) {
                    self.tally.same_within(&found, first);
                    looked.parts.push(part);
                    return Ok(());
                }
                match self.incoming(&found, part.clone(), sealed, *what) {
                    Ok(incoming) => {
                        self.seen.insert(key, found.shown());
                        looked.media.push((found, incoming));
                    }
                    Err(reason) => {
                        looked.parts.push(part);
                        looked.refused.push((found, reason));
                    }
                }
            }
        }
        Ok(())
    }

    /// Files that the library knows under the very names that they have are not read.
    async fn without_known(
        &self,
        batch: &[Found],
        looked: &mut Looked,
    ) -> Result<Vec<Found>, ErrorBody> {
        let mut named = Vec::with_capacity(batch.len());
        let mut names = Vec::with_capacity(batch.len());
        for found in batch {
            match self.own_name(found) {
                Ok(name) => {
                    names.push(name);
                    named.push(found.clone());
                }
                Err(reason) => looked.refused.push((found.clone(), reason)),
            }
        }
        let known = self.engine.library.known_names(self.plan.job, &names).await?;
        let mut fresh = Vec::new();
        for ((found, name), known) in named.into_iter().zip(names).zip(known) {
            match known {
                true => self.tally.taken(&found, &Taken::Already(name.clone()), Some(&name)),
                false => fresh.push(found),
            }
        }
        Ok(fresh)
    }

    /// Files whose bytes an earlier import took in are not copied; the others are left to be.
    async fn read_first(
        &mut self,
        batch: Vec<Found>,
        looked: &mut Looked,
    ) -> Result<Vec<Found>, ErrorBody> {
        let tasks: Vec<Task> = batch.into_iter().map(|found| Task { found, to: None }).collect();
        let looks = look::all(tasks.clone(), self.ffprobe.clone(), self.engine.stopping.clone());
        let looks = looks.await;
        let hash = |look: &Look| match look {
            Look::Media { sealed, .. } => sealed.sha256.clone(),
            _ => String::new(),
        };
        let hashes: Vec<String> = looks.iter().map(hash).collect();
        let taken = self.engine.library.compare(&hashes).await?;
        let mut fresh = Vec::new();
        for ((task, look), taken) in tasks.into_iter().zip(looks).zip(taken) {
            let is_known = !matches!(taken, Taken::New(_));
            match look {
                Look::Media { .. } if !is_known => fresh.push(task.found),
                look => {
                    // Of a part that is never written.
                    let part = self.part_name();
                    self.sort_out(task.found, part, look, looked)?;
                }
            }
        }
        Ok(fresh)
    }

    /// Its name in the library, in which it lies.
    fn own_name(&self, found: &Found) -> Result<String, ErrorBody> {
        let root = self.engine.library.shelf().root().to_owned();
        let root = root.canonicalize().unwrap_or(root);
        let relative = found.path.strip_prefix(&root).ok();
        let parts = relative.into_iter().flat_map(|path| path.components());
        let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
        let unreadable = || {
            let detail = "its name is not Unicode; rename it and import again";
            ErrorBody::new(ErrorCode::Io).with("detail", detail)
        };
        parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("/")).ok_or_else(unreadable)
    }

    fn incoming(
        &self,
        found: &Found,
        part: String,
        sealed: library::Sealed,
        what: Surveyed,
    ) -> Result<Incoming, ErrorBody> {
        let stem = found.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let title = what.tags.title.unwrap_or(stem);
        let metadata = Metadata {
            artist: what.tags.artist,
            album: what.tags.album,
            created_at: what.tags.date,
            duration_s: what.duration_s,
            lyrics: what.tags.lyrics,
            description: what.tags.comment,
            ..Metadata::default()
        };
        let metadata = with_short_id(metadata, &sealed.sha256);
        let name_max = self.engine.library.shelf().name_max();
        let (file, name) = match self.plan.in_place {
            true => {
                let name = self.own_name(found)?;
                (name.clone(), name)
            }
            false => {
                let sha256 = &sealed.sha256;
                let name = intake_name(
                    &self.template,
                    &title,
                    sha256,
                    &metadata,
                    &what.extension,
                    name_max,
                );
                (part, name)
            }
        };
        Ok(Incoming {
            from: found.path.to_string_lossy().into_owned(),
            folders: found.folders.clone(),
            metadata,
            output: Output {
                part: String::new(),
                file,
                name,
                sealed,
                container: what.container,
                codec: what.codec,
                duration_ms: what.duration_s.map(|seconds| (seconds * 1000.0).round() as i64),
                title,
                has_picture: what.is_video,
                edit: None,
                replaces: None,
            },
        })
    }
}
