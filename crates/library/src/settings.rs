//! The person's settings, kept in the database as one JSON value.

use crate::database::Library;
use crate::error::LibraryError;
use crate::names;
use crate::shelf::Shelf;
use crate::volume::are_on_one_disk;
use protocol::settings::ENCODER_PRESETS;
use protocol::{Settings, SettingsPatch, Variant};
use sqlx::Row;
use std::path::{Component, Path, PathBuf};

/// In `meta`: the folder of a library that is on another disk than the database.
const ANOTHER_DISK: &str = "another_disk";

impl Library {
    /// The settings in force.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings(&self) -> Result<Settings, LibraryError> {
        let text = self.meta("settings").await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    /// Changes what `patch` names, all of it or nothing, and gives the settings then in force.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] says in words which value cannot be accepted.
    pub async fn change_settings(&self, patch: SettingsPatch) -> Result<Settings, LibraryError> {
        let _alone = self.choosing.lock().await;
        let before = self.settings().await?;
        let after = patched(before.clone(), patch)?;
        if after.folder != before.folder {
            let (folder, id) = (PathBuf::from(&after.folder), self.library_id().await?);
            let shelf = off_the_runtime(move || Shelf::choose(&folder, &id)).await?;
            self.store_settings(&after).await?;
            self.adopt_shelf(shelf).await?;
        } else {
            self.store_settings(&after).await?;
        }
        Ok(after)
    }

    /// On opening: fills in the default folder, and opens the folder if its disk is there.
    pub(crate) async fn adopt_settings(&self, default_folder: &Path) -> Result<(), LibraryError> {
        let mut settings = self.settings().await?;
        if settings.folder.is_empty() {
            settings.folder = default_folder.to_string_lossy().into_owned();
            self.store_settings(&settings).await?;
        }
        self.open_shelf(&settings).await
    }

    /// Opens the library folder again, for instance after its disk came back.
    ///
    /// # Errors
    /// When the database cannot be read. A missing folder is no error here: the shelf says so when used.
    pub async fn reopen_shelf(&self) -> Result<(), LibraryError> {
        let _alone = self.choosing.lock().await;
        let settings = self.settings().await?;
        self.open_shelf(&settings).await
    }

    async fn open_shelf(&self, settings: &Settings) -> Result<(), LibraryError> {
        let folder = PathBuf::from(&settings.folder);
        let must_be_marked = self.has_files().await? || self.was_on_another_disk(&folder).await?;
        let (id, place) = (self.library_id().await?, folder.clone());
        let opened = off_the_runtime(move || {
            // A disk that is not mounted looks like an empty folder: nothing is made or healed there (I5).
            match must_be_marked && !Shelf::is_marked(&place) {
                true => Ok(None),
                false => Shelf::open(&place, &id).map(Some),
            }
        });
        match opened.await {
            Ok(Some(shelf)) => self.adopt_shelf(shelf).await,
            _ => {
                self.set_shelf(Shelf::closed(&folder));
                Ok(())
            }
        }
    }

    /// Tries out what a disk can that was full or could only be read when it was opened.
    pub(crate) async fn try_untried(&self) {
        if !self.shelf().is_untried() {
            return;
        }
        // Who holds it is opening the folder anew.
        let Ok(_alone) = self.choosing.try_lock() else { return };
        if let Ok(Some(shelf)) = self.at_disk(|shelf| Ok(shelf.tried())).await {
            self.set_shelf(shelf);
        }
    }

    /// Takes a folder that was opened, and notes whether it is on a disk of its own, and what of it is.
    async fn adopt_shelf(&self, shelf: Shelf) -> Result<(), LibraryError> {
        let root = shelf.root().to_owned();
        let shelf = self.with_inner_disks(shelf).await?;
        // While a disk is in trouble its folder is opened again and again, and is no other.
        let before = self.shelf();
        let is_new = before.is_closed() || before.root() != root;
        self.set_shelf(shelf);
        if is_new {
            let library = self.clone();
            tokio::spawn(async move {
                if let Err(error) = library.note_all_disks().await {
                    tracing::warn!(%error, "whether folders of the library are disks is not known");
                }
            });
        }
        let is_apart = self.is_beside_database(&root).await == Some(false);
        let noted = if is_apart { root.to_string_lossy().into_owned() } else { String::new() };
        if self.meta(ANOTHER_DISK).await?.unwrap_or_default() != noted {
            self.store_meta(ANOTHER_DISK, &noted).await?;
        }
        Ok(())
    }

    /// Whether the library in this folder was on another disk than the database, and what is there now is not: then that
    /// disk is away, also when it had no files yet.
    async fn was_on_another_disk(&self, folder: &Path) -> Result<bool, LibraryError> {
        let noted = self.meta(ANOTHER_DISK).await?;
        let is_this = noted.is_some_and(|noted| Path::new(&noted) == folder);
        Ok(is_this && self.is_beside_database(folder).await == Some(true))
    }

    async fn is_beside_database(&self, folder: &Path) -> Option<bool> {
        let database = self.pool.connect_options().get_filename().to_owned();
        let folder = folder.to_owned();
        off_the_runtime(move || Ok(are_on_one_disk(&folder, &database))).await.ok().flatten()
    }

    async fn has_files(&self) -> Result<bool, LibraryError> {
        let row =
            sqlx::query("SELECT EXISTS (SELECT 1 FROM media_file)").fetch_one(&self.pool).await?;
        Ok(row.try_get(0)?)
    }

    /// Settings that were in force before; nothing is checked.
    pub(crate) async fn replace_settings(&self, settings: &Settings) -> Result<(), LibraryError> {
        self.store_settings(settings).await
    }

    async fn store_settings(&self, settings: &Settings) -> Result<(), LibraryError> {
        self.store_meta("settings", &serde_json::to_string(settings)?).await
    }

    /// The id that the folder's marker file repeats; made once.
    async fn library_id(&self) -> Result<String, LibraryError> {
        let made = "INSERT INTO meta (key, value) VALUES ('library_id', lower(hex(randomblob(16)))) \
                    ON CONFLICT DO NOTHING";
        let mut write = self.write().await?;
        sqlx::query(made).execute(&mut *write.tx).await?;
        write.commit().await?;
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'library_id'")
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get(0)?)
    }

    pub(crate) async fn meta(&self, key: &str) -> Result<Option<String>, LibraryError> {
        let row = sqlx::query("SELECT value FROM meta WHERE key = ?1")
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(crate) async fn store_meta(&self, key: &str, value: &str) -> Result<(), LibraryError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&mut *write.tx)
        .await?;
        write.commit().await
    }
}

/// Does what a disk may take long for.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LibraryError> + Send + 'static,
) -> Result<T, LibraryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LibraryError::Superseded)?
}

fn patched(mut settings: Settings, patch: SettingsPatch) -> Result<Settings, LibraryError> {
    patch_sending(&mut settings, &patch)?;
    if let Some(folder) = patch.folder {
        check_folder(&folder)?;
        settings.folder = folder;
    }
    if let Some(mut formats) = patch.formats {
        formats.sort_unstable();
        formats.dedup();
        if let Some(other) = formats.iter().find(|format| !Variant::OF_SONGS.contains(format)) {
            return Err(LibraryError::Invalid(format!("songs do not come as {other}")));
        }
        let none = || LibraryError::Invalid("choose at least one format".into());
        settings.formats = (!formats.is_empty()).then_some(formats).ok_or_else(none)?;
    }
    if let Some(template) = patch.template {
        names::validate_template(&template)
            .map_err(|error| LibraryError::Invalid(error.to_string()))?;
        settings.template = template;
    }
    if let Some(parallel) = patch.parallel {
        settings.parallel = within("parallel transfers", parallel, 1, 32)?;
    }
    if let Some(pace_ms) = patch.pace_ms {
        settings.pace_ms = within("milliseconds between calls", pace_ms, 100, 60_000)?;
    }
    if let Some(keep) = patch.keep_up_to_date {
        settings.keep_up_to_date = keep;
    }
    if let Some(days) = patch.trash_days {
        settings.trash_days = within("days in the trash", days, 1, 3_650)?;
    }
    if let Some(days) = patch.discogs_cache_days {
        settings.discogs_cache_days = within("days of Discogs' answers", days, 0, 3_650)?;
    }
    Ok(settings)
}

/// What is set about pages of the web.
fn patch_sending(settings: &mut Settings, patch: &SettingsPatch) -> Result<(), LibraryError> {
    if let Some(variant) = patch.send_as {
        let known = Variant::OF_PAGES.contains(&variant);
        let unknown = || LibraryError::Invalid(format!("pages cannot be sent as {variant}"));
        settings.send_as = known.then_some(variant).ok_or_else(unknown)?;
    }
    if let Some(preset) = &patch.encoder_preset {
        if !ENCODER_PRESETS.contains(&preset.as_str()) {
            let words = format!("the encoder's preset is one of {}", ENCODER_PRESETS.join(", "));
            return Err(LibraryError::Invalid(words));
        }
        settings.encoder_preset = preset.clone();
    }
    if let Some(threads) = patch.encoder_threads {
        settings.encoder_threads = within("threads of the encoder", threads, 0, 64)?;
    }
    if let Some(lines) = patch.max_height {
        settings.max_height = within("lines of a picture", lines, 0, 8_640)?;
    }
    if let Some(mb) = patch.open_ended_mb {
        settings.open_ended_mb = within("MB of a file of unknown length", mb, 16, 1_000_000)?;
    }
    settings.keep_original = patch.keep_original.unwrap_or(settings.keep_original);
    settings.allow_local = patch.allow_local.unwrap_or(settings.allow_local);
    Ok(())
}

fn within<N: PartialOrd + std::fmt::Display>(
    what: &str,
    value: N,
    least: N,
    most: N,
) -> Result<N, LibraryError> {
    if value < least || value > most {
        let words = format!("{what} must be between {least} and {most}, not {value}");
        return Err(LibraryError::Invalid(words));
    }
    Ok(value)
}

/// A folder that a client names must be one that a person would choose for music: absolute, without `..`, and
/// in the home folder not inside a hidden one, where programs keep their settings (docs/security.md).
fn check_folder(folder: &str) -> Result<(), LibraryError> {
    let path = Path::new(folder);
    if !path.is_absolute() || path.parent().is_none() {
        return Err(LibraryError::Invalid("give the folder's whole path".into()));
    }
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(LibraryError::Invalid("the folder must not contain ..".into()));
    }
    let home = std::env::home_dir().unwrap_or_default();
    let below_home = path.strip_prefix(home).unwrap_or(Path::new(""));
    let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    if below_home.components().any(hidden) {
        return Err(LibraryError::Invalid("the folder must not be inside a hidden one".into()));
    }
    Ok(())
}
