//! A library in a temporary folder, and the steps that the daemon takes with it.

use library::{Claimed, Lane, Library, Output};
use protocol::method::NewJob;
use protocol::shelf::{LibraryItem, LibraryQuery, Place};
use protocol::{Account, Asset, Fetch, JobId, Metadata, RemoteItem, Source, Variant};
use std::path::PathBuf;

pub struct Bench {
    pub library: Library,
    pub root: PathBuf,
    folder: tempfile::TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("library").tempdir().unwrap();
        let root = folder.path().join("music");
        let library = Library::open(&folder.path().join("test.db"), &root).await.unwrap();
        library.recover().await.unwrap();
        Self { library, root, folder }
    }

    /// The same library after the process was killed and started again.
    pub async fn after_kill(self) -> Self {
        self.library.close().await;
        let library = Library::open(&self.folder.path().join("test.db"), &self.root).await.unwrap();
        library.recover().await.unwrap();
        Self { library, ..self }
    }

    /// What a start mends, without a new handle.
    pub async fn reopened(&self) -> library::Recovered {
        self.library.recover().await.unwrap()
    }

    /// Notes what a part becomes, as a batch does before it places it.
    pub async fn note_incoming(&self, part: &str, incoming: &library::intake::Incoming) {
        let mut connection = self.connection().await;
        let note = sqlx::query("UPDATE import_part SET incoming = ?2 WHERE part = ?1");
        let json = serde_json::to_string(incoming).unwrap();
        note.bind(part).bind(json).execute(&mut connection).await.unwrap();
    }

    /// Beside the library's own ones.
    pub async fn connection(&self) -> sqlx::sqlite::SqliteConnection {
        let file = self.folder.path().join("test.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        sqlx::ConnectOptions::connect(&options).await.unwrap()
    }

    pub async fn job(&self, key: &str) -> JobId {
        let account = Account { id: "u1".into(), name: "Someone".into() };
        let new = NewJob {
            key: key.into(),
            source: Source::Producer,
            account,
            formats: vec![Variant::Mp3],
            daemon_lists: false,
        };
        self.library.start_job(&new, &new.formats).await.unwrap().0
    }

    pub async fn add(&self, job: JobId, songs: &[RemoteItem]) -> library::AddOutcome {
        self.library.add_items(job, &[Variant::Mp3], songs).await.unwrap()
    }

    pub async fn claim(&self) -> Vec<Claimed> {
        self.library.claim(Lane::Files, 100).await.unwrap()
    }

    /// Writes bytes as a transfer would and seals them.
    pub fn sealed(&self, claimed: &Claimed, bytes: &[u8]) -> Output {
        std::fs::write(self.root.join(&claimed.kept.part), bytes).unwrap();
        let shelf = self.library.shelf();
        Output {
            part: String::new(),
            file: claimed.kept.part.clone(),
            name: library::names::file_name("{title}_{id}", &claimed.name_parts(), "mp3", 255),
            sealed: shelf.seal(&claimed.kept.part).unwrap(),
            container: "mp3".into(),
            codec: "mp3".into(),
            duration_ms: Some(1000),
            title: claimed.title.clone(),
            has_picture: false,
            replaces: None,
            edit: None,
        }
    }

    /// Brings two songs with the same bytes.
    pub async fn with_twins() -> Self {
        let bench = Self::new().await;
        let job = bench.job("one").await;
        bench.add(job, &[song("a", "First"), song("b", "Second")]).await;
        for claimed in bench.claim().await {
            let output = bench.sealed(&claimed, b"the same bytes");
            bench.library.commit(&claimed, vec![output]).await.unwrap();
        }
        bench
    }

    pub async fn bring_all(&self) {
        for claimed in self.claim().await {
            let output = self.sealed(&claimed, claimed.source_id.as_bytes());
            self.library.commit(&claimed, vec![output]).await.unwrap();
        }
    }

    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.root).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".mediafetcher");
        names.sort();
        names
    }

    /// What the person has there, oldest first.
    pub async fn things(&self, place: Place) -> Vec<LibraryItem> {
        let query = LibraryQuery { place, limit: 100, ..LibraryQuery::default() };
        self.library.list_library(&query).await.unwrap().items
    }

    /// The titles of what is found by words, oldest first.
    pub async fn find(&self, text: &str) -> Vec<String> {
        let query = LibraryQuery { text: text.into(), limit: 100, ..LibraryQuery::default() };
        let page = self.library.list_library(&query).await.unwrap();
        page.items.into_iter().map(|item| item.title).collect()
    }

    /// Runs of Discogs were begun a week before.
    pub async fn age_discogs_runs(&self) {
        self.execute("UPDATE discogs_run SET created_at = created_at - 7 * 24 * 60 * 60").await;
    }

    async fn execute(&self, statement: &'static str) {
        sqlx::query(statement).execute(&mut self.connection().await).await.unwrap();
    }

    /// From now on the last transaction of a commit fails, as if the process were killed before it.
    pub async fn refuse_rows(&self) {
        let refuse = "CREATE TRIGGER refused BEFORE UPDATE OF state ON item WHEN NEW.state = 'done' \
                      BEGIN SELECT RAISE(ABORT, 'killed'); END";
        self.execute(refuse).await;
    }

    pub async fn accept_rows(&self) {
        self.execute("DROP TRIGGER refused").await;
    }

    /// From now on nothing is noted as back from the trash, as if the process were killed before it.
    pub async fn refuse_returns(&self) {
        let refuse = "CREATE TRIGGER refused BEFORE UPDATE OF stowed ON media_file WHEN NEW.trashed_at IS NULL \
                      BEGIN SELECT RAISE(ABORT, 'killed'); END";
        self.execute(refuse).await;
    }

    pub async fn accept_returns(&self) {
        self.execute("DROP TRIGGER refused").await;
    }

    /// What is back is noted as on its way.
    pub async fn note_unreturned(&self) {
        self.execute("UPDATE media_file SET stowed = 1 WHERE trashed_at IS NULL").await;
    }

    /// Notes a rename that a kill then stopped.
    pub async fn note_rename(&self, from: &str, to: &str) {
        sqlx::query("INSERT INTO renaming SELECT id, ?2 FROM media_file WHERE path = ?1")
            .bind(from)
            .bind(to)
            .execute(&mut self.connection().await)
            .await
            .unwrap();
    }

    /// The files that rows speak of.
    pub async fn paths(&self) -> Vec<String> {
        let mut connection = self.connection().await;
        let query = sqlx::query_scalar("SELECT path FROM media_file ORDER BY path");
        query.fetch_all(&mut connection).await.unwrap()
    }
}

pub fn song(id: &str, title: &str) -> RemoteItem {
    let url = format!("https://files.example/{id}.mp3");
    RemoteItem {
        source: Source::Producer,
        source_id: id.into(),
        title: title.into(),
        metadata: Metadata::default(),
        assets: vec![Asset { variant: Variant::Mp3, fetch: Fetch::Direct { url } }],
        raw: serde_json::json!({ "id": id, "title": title }),
    }
}
