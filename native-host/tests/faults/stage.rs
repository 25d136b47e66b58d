//! A simulator, a person's home whose daemon reaches the sites only through it, and the truth to compare with.

use crate::browser::Browser;
use crate::sound;
use crate::support::Machine;
use protocol::{Balance, SettingsPatch};
use serde_json::Value;
use simulator::{Config, Control, Fault, FaultKind, Format, LogEntry, Service, Simulator};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The account that everything is tried with.
pub const ACCOUNT: &str = "demo";
/// How long anything may take before it counts as broken. Far above what a slow machine needs.
const LONG: Duration = Duration::from_secs(150);
const NAP: Duration = Duration::from_millis(20);

/// See the module.
pub struct Stage {
    machine: Machine,
    daemon: Option<Child>,
    proxy: String,
    /// Where programs are looked for.
    path: std::ffi::OsString,
    /// Where the keyring is.
    bus: Option<String>,
    library: PathBuf,
    pub simulator: Simulator,
}

/// How a `mediafetcher sync --json` ended.
#[derive(Debug)]
pub struct Synced {
    pub status: i32,
    /// The last line, where there is a balance.
    pub balance: Balance,
    /// Every line.
    pub lines: Vec<Value>,
}

/// A command that runs beside the test.
pub struct Running {
    child: Child,
    output: PathBuf,
}

impl Stage {
    /// Accounts of `songs` songs that have everything, and a running daemon.
    pub fn new(songs: u32) -> Self {
        Self::behind(songs, Simulator::proxy_url)
    }

    /// As [`Stage::new`], with another proxy on the way to the simulator.
    pub fn behind(songs: u32, proxy: impl FnOnce(&Simulator) -> String) -> Self {
        let media_cache = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("simulator-media"));
        let config = Config { songs, quirks: false, media_cache, ..Config::default() };
        let simulator = Simulator::start(config).unwrap();
        let proxy = proxy(&simulator);
        let machine = Machine::new();
        let library = machine.folder().join("MediaFetcher");
        let path = with_tools();
        let mut stage = Self { machine, daemon: None, proxy, path, bus: None, library, simulator };
        stage.start_daemon();
        // Pacing has tests of its own.
        let patch = SettingsPatch { pace_ms: Some(100), ..SettingsPatch::default() };
        stage.browser().change_settings(patch);
        stage
    }

    pub fn control(&self) -> &Control {
        self.simulator.control()
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) -> &Self {
        self.control().add_fault(fault);
        self
    }

    /// Adds a fault of the downloads of `variant`, for the first request.
    pub fn fault_once(&self, variant: &str, kind: FaultKind) -> &Self {
        self.fault(Fault::new(kind).on_variant(variant).times(1))
    }

    /// What was asked of the sites' files, pictures aside.
    pub fn file_requests(&self) -> Vec<LogEntry> {
        let is_file = |entry: &LogEntry| {
            entry.path.contains("/download")
                || entry.path.contains("/stems/")
                || [".mp3", ".m4a", ".wav"].iter().any(|end| entry.path.ends_with(end))
        };
        self.control().log().into_iter().filter(is_file).collect()
    }

    /// A program of the product in this home.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.machine.program();
        for other in ["https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
            command.env_remove(other);
        }
        if let Some(bus) = &self.bus {
            // Nobody sits there whom it could ask.
            command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        command
            .args(arguments)
            .env("PATH", &self.path)
            .env("HTTPS_PROXY", &self.proxy)
            .env("HTTP_PROXY", &self.proxy)
            .env("SSL_CERT_FILE", self.simulator.ca_pem_path())
            .env("MEDIAFETCHER_LOG", "info,mediafetcher=debug");
        command
    }

    /// Starts a command whose output can be read when it has ended.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let output = tempfile::Builder::new().tempfile_in(self.machine.folder()).unwrap();
        let (file, output) = output.keep().unwrap();
        let child = self
            .program(arguments)
            .stdout(file)
            .stderr(OpenOptions::new().append(true).create(true).open(self.log_file()).unwrap())
            .spawn()
            .unwrap();
        Running { child, output }
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        self.program(arguments).output().unwrap()
    }

    /// Starts a command that is spoken with.
    pub fn talk(&self, arguments: &[&str]) -> Child {
        self.program(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Starts `sync --json` for all of a site's songs.
    pub fn start_sync(&self, service: Service, formats: &str) -> Running {
        let cookies = self.cookie_file(service);
        let cookies = cookies.to_str().unwrap();
        let site = service.as_str();
        self.start(&["sync", site, "--cookies", cookies, "--formats", formats, "--json"])
    }

    /// `sync --json` to its end.
    pub fn sync(&self, service: Service, formats: &str) -> Synced {
        self.start_sync(service, formats).synced()
    }

    /// Signs in and writes the cookies to a file, as a browser's export tool does.
    fn cookie_file(&self, service: Service) -> PathBuf {
        let file = self.machine.folder().join(format!("{}.cookies.txt", service.as_str()));
        fs::write(&file, self.control().sign_in(service, ACCOUNT, false)).unwrap();
        file
    }

    /// From the next start of the daemon on, it finds programs in this folder alone.
    pub fn use_programs_in(&mut self, folder: &Path) {
        self.path = folder.into();
    }

    /// From the next start of a program on, this is its session bus.
    pub fn use_bus(&mut self, address: &str) {
        self.bus = Some(address.to_owned());
    }

    /// Puts the real programs into that folder.
    pub fn link_programs(&self, folder: &Path) {
        for name in ["yt-dlp", "ffmpeg", "ffprobe"] {
            let everywhere = with_tools();
            let mut found = std::env::split_paths(&everywhere).map(|folder| folder.join(name));
            let found = found.find(|file| file.is_file()).expect("it is installed");
            std::os::unix::fs::symlink(found, folder.join(name)).unwrap();
        }
    }

    /// The library folder.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// Moves the library to another folder.
    pub fn use_library(&mut self, folder: &Path) {
        self.library = folder.to_owned();
        let folder = Some(folder.display().to_string());
        self.browser().change_settings(SettingsPatch { folder, ..SettingsPatch::default() });
    }

    /// The home folder.
    pub fn folder(&self) -> &Path {
        self.machine.folder()
    }

    /// The file of the database.
    pub fn database(&self) -> PathBuf {
        self.machine.home().database()
    }

    /// Where SQLite keeps what was written.
    pub fn database_holds(&self, text: &str) -> bool {
        let home = self.machine.home();
        let log = home.database().with_extension("db-wal");
        [home.database(), log].iter().any(|file| {
            let bytes = fs::read(file).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    /// The first file of the product's own that holds a text, the log among them.
    pub fn file_that_holds(&self, text: &str) -> Option<PathBuf> {
        let home = self.machine.home();
        let places = [home.root(), self.library()].map(every_file_below);
        let mut files = places.into_iter().flatten().chain([self.log_file()]);
        files.find(|file| {
            let bytes = fs::read(file).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    /// Changes what SQLite keeps, as time or an older program would have.
    pub fn change_database(&self, statement: &'static str) {
        use sqlx::sqlite::SqliteConnectOptions;
        use sqlx::{ConnectOptions, Connection};
        let options = SqliteConnectOptions::new().filename(self.machine.home().database());
        let change = async {
            let mut connection = options.foreign_keys(true).connect().await?;
            sqlx::query(statement).execute(&mut connection).await?;
            connection.close().await
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(change).unwrap();
    }

    /// A client of the daemon as the extension is one.
    pub fn browser(&self) -> Browser {
        Browser::connect(&self.machine.home())
    }

    fn log_file(&self) -> PathBuf {
        self.machine.folder().join("daemon.log")
    }

    /// Starts the daemon and waits until it answers.
    pub fn start_daemon(&mut self) {
        let log = OpenOptions::new().append(true).create(true).open(self.log_file()).unwrap();
        let mut command = self.program(&["daemon", "run"]);
        self.daemon = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let home = self.machine.home();
        until("the daemon answers", || Browser::try_connect(&home));
    }

    /// SIGKILL.
    pub fn kill_daemon(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().unwrap();
            daemon.wait().unwrap();
        }
    }

    /// `daemon stop`.
    pub fn stop_daemon(&mut self) {
        assert_eq!(self.start(&["daemon", "stop"]).end().0, 0);
        let status = self.daemon.take().unwrap().wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// The id of the daemon's process.
    pub fn daemon_id(&self) -> u32 {
        self.daemon.as_ref().unwrap().id()
    }

    /// Checks that the library folder holds exactly `count` files, each with exactly the sound that the site has now
    /// (I3), and no part file.
    #[track_caller]
    pub fn assert_library(&self, count: usize) {
        let files = self.files();
        assert_eq!(files.len(), count, "{files:#?}");
        self.assert_nothing_wrong();
    }

    /// Checks that no final name holds anything but the site's own sound (I3), and that no part is left behind.
    #[track_caller]
    pub fn assert_nothing_wrong(&self) {
        let parts: Vec<_> =
            everything_below(&self.library).into_iter().filter(|file| is_part(file)).collect();
        assert!(parts.is_empty(), "{parts:#?}");
        for file in self.files() {
            let (id, format) = identity(&file);
            let truth = self.control().truth(&id, format).expect("a file that the site has");
            let original = self.folder().join("truth").with_extension(format.extension());
            fs::write(&original, truth.to_vec()).unwrap();
            assert_eq!(sound::md5(&file), sound::md5(&original), "{}", file.display());
        }
    }

    /// Songs and stems in the library folder, without what lies beside them.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let is_beside = |file: &PathBuf| {
            file.extension().is_some_and(|end| end == "json" || end == "lrc") || is_part(file)
        };
        everything_below(&self.library).into_iter().filter(|file| !is_beside(file)).collect()
    }

    /// The longest part file that is growing, in bytes.
    pub fn longest_part(&self) -> Option<u64> {
        let parts = everything_below(&self.library).into_iter().filter(|file| is_part(file));
        parts.filter_map(|part| Some(fs::metadata(part).ok()?.len())).max()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill_daemon();
        if std::thread::panicking() {
            eprintln!("{}", fs::read_to_string(self.log_file()).unwrap_or_default());
            self.control().log().iter().for_each(|entry| eprintln!("{entry:?}"));
        }
    }
}

impl Running {
    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end; gives the status and what was printed.
    pub fn end(mut self) -> (i32, String) {
        let status = until("the command ends", || self.child.try_wait().unwrap());
        (status.code().unwrap_or(-1), fs::read_to_string(&self.output).unwrap())
    }

    /// Waits for the end of a `sync`, whose last line must be a balance that adds up.
    pub fn synced(self) -> Synced {
        let (status, text) = self.end();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let last = lines.last().filter(|line| line["event"] == "balance");
        let balance: Balance =
            serde_json::from_value(last.unwrap_or_else(|| panic!("no balance:\n{text}")).clone())
                .unwrap();
        assert!(balance.adds_up(), "{balance:?}");
        Synced { status, balance, lines }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended long ago, unless the test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Synced {
    /// All of `done` files were brought home and nothing else happened.
    #[track_caller]
    pub fn assert_all_done(&self, done: u64) {
        assert_eq!(self.balance, Balance { listed: done, done, ..Balance::default() });
        assert_eq!(self.status, 0);
    }

    /// All of `count` files are there, whether this command brought them or an earlier one's job did.
    #[track_caller]
    pub fn assert_all_there(&self, count: u64) {
        let Balance { done, already, .. } = self.balance;
        assert_eq!(self.balance, Balance { listed: count, done, already, ..Balance::default() });
        assert_eq!((done + already, self.status), (count, 0));
    }

    /// The balance is this, and the person has something to look at.
    #[track_caller]
    pub fn assert_attention(&self, balance: Balance) {
        assert_eq!(self.balance, balance);
        assert_eq!(self.status, 1);
    }

    /// Whether an error of this number was told about the job or a file.
    pub fn names(&self, code: protocol::ErrorCode) -> bool {
        let number = Value::from(u16::from(code));
        self.lines.iter().any(|line| {
            ["/job/reason/code", "/item/reason/code", "/code"]
                .iter()
                .any(|place| line.pointer(place) == Some(&number))
        })
    }
}

/// Looks until `look` gives something.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LONG;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {} s", LONG.as_secs());
        std::thread::sleep(NAP);
    }
}

/// Looks until `look` is true.
pub fn until_true(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || look().then_some(()));
}

/// The programs that `cargo xtask setup` installed come first.
fn with_tools() -> std::ffi::OsString {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/python/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path))).unwrap()
}

/// The exact host and port of the simulator's proxy.
pub fn proxy_address(simulator: &Simulator) -> std::net::SocketAddr {
    simulator.proxy_url().trim_start_matches("http://").parse().unwrap()
}

fn is_part(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "downloading")
}

/// With what is hidden.
fn every_file_below(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let found = |path: PathBuf| if path.is_dir() { every_file_below(&path) } else { vec![path] };
    paths.flat_map(found).collect()
}

/// Without what is hidden.
fn everything_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() { found.extend(everything_below(&path)) } else { found.push(path) }
    }
    found
}

/// The site's id and the format, from `{title}_{id}.{ext}` or `{title}_{id}.stems/{stem}.m4a`.
fn identity(file: &Path) -> (String, Format) {
    let id = |path: &Path| {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        stem.rsplit('_').next().unwrap_or_default().to_owned()
    };
    let folder = file.parent().unwrap();
    if folder.extension().is_some_and(|end| end == "stems") {
        return (id(folder), file.file_stem().unwrap().to_string_lossy().parse().unwrap());
    }
    (id(file), file.extension().unwrap().to_string_lossy().parse().unwrap())
}

/// Opens a new file of that name in the home.
pub fn write_file(path: &Path, content: &[u8]) {
    use std::io::Write;
    File::create(path).unwrap().write_all(content).unwrap();
}
