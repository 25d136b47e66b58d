//! The built `mediafetcher` in a home of its own: its commands, its daemon, and that daemon's sudden death.

use crate::browser::Proxy;
use crate::{checkout, wait};
use anyhow::{Context, Result, bail};
use protocol::Balance;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::process::Command;

/// A person's home folder, empty at first, in which `mediafetcher` keeps its data and its files.
pub struct Home {
    folder: TempDir,
    proxy: Option<(Proxy, PathBuf)>,
}

/// How a `mediafetcher sync --json` ended.
#[derive(Clone, Debug)]
pub struct Synced {
    /// The last line.
    pub balance: Balance,
    /// Every line.
    pub events: Vec<Value>,
    /// The exit status.
    pub status: i32,
    /// What it said on standard error.
    pub complaints: String,
}

impl Home {
    /// An empty home, whose daemon reaches the sites through `proxy` and trusts the authority in the PEM file.
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn new(proxy: Option<(Proxy, PathBuf)>) -> Result<Self> {
        let folder = TempDir::with_prefix("mediafetcher-e2e-")?;
        std::fs::create_dir(folder.path().join("data"))?;
        Ok(Self { folder, proxy })
    }

    /// Leaves the folder where it is when this is dropped, to be looked at.
    pub fn keep(&mut self) {
        self.folder.disable_cleanup(true);
    }

    /// The data folder, `MEDIAFETCHER_HOME`.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where files arrive unless somebody says otherwise.
    pub fn library(&self) -> PathBuf {
        self.folder.path().join("MediaFetcher")
    }

    /// A path in the home, for files that are neither data nor library.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The variables that make every program of the product stay in this home and reach the simulator.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.display().to_string();
        let mut variables = vec![
            ("MEDIAFETCHER_HOME".to_owned(), text(&self.data())),
            ("HOME".to_owned(), text(self.folder.path())),
            ("XDG_CONFIG_HOME".to_owned(), text(&self.file(".config"))),
            ("XDG_DATA_HOME".to_owned(), text(&self.file(".local/share"))),
            ("XDG_CACHE_HOME".to_owned(), text(&self.file(".cache"))),
            ("PATH".to_owned(), checkout::path_with_tools()),
        ];
        if let Some((proxy, authority)) = &self.proxy {
            variables.push(("HTTPS_PROXY".to_owned(), proxy.url.clone()));
            variables.push(("HTTP_PROXY".to_owned(), proxy.url.clone()));
            variables.push(("SSL_CERT_FILE".to_owned(), text(authority)));
        }
        variables
    }

    /// A `mediafetcher` command in this home.
    ///
    /// # Errors
    /// When it is not built.
    pub fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(checkout::mediafetcher()?);
        command
            .args(arguments)
            // A proxy that the developer's own shell names must not get between.
            .env_remove("https_proxy")
            .env_remove("ALL_PROXY")
            .env_remove("all_proxy")
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            // Nor must anything be shown on the developer's own screen.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            // Nor kept in the developer's own keyring.
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .envs(self.environment())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// When it cannot be run; what it says and how it ends is in the answer.
    pub async fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = self.command(arguments)?;
        command.output().await.with_context(|| format!("mediafetcher {}", arguments.join(" ")))
    }

    /// Runs a command that must succeed, and gives what it printed.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub async fn succeed(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments).await?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("mediafetcher {} ended with {}: {said}", arguments.join(" "), output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// `mediafetcher sync SITE --json` with the cookies in `cookies` (Netscape format), and more arguments.
    ///
    /// # Errors
    /// When it does not end with a balance.
    pub async fn sync(&self, site: &str, cookies: &Path, more: &[&str]) -> Result<Synced> {
        let cookies = cookies.display().to_string();
        let first = ["sync", site, "--cookies", &cookies, "--json"];
        Synced::of(&self.run(&[&first[..], more].concat()).await?)
    }

    /// The process id of the daemon that works in this home, if one does.
    pub fn daemon(&self) -> Option<u32> {
        let home = format!("MEDIAFETCHER_HOME={}", self.data().display());
        running(|arguments| arguments.ends_with(&["daemon".into(), "run".into()]))
            .into_iter()
            .find(|id| strings_of(*id, "environ").contains(&home))
    }

    /// Kills the daemon without warning (SIGKILL) and waits until it is gone. False when none ran.
    ///
    /// # Errors
    /// When it does not go.
    pub async fn kill_daemon(&self) -> Result<bool> {
        let Some(id) = self.daemon() else { return Ok(false) };
        kill(id);
        wait::until(
            "the end of the daemon",
            wait::LONG,
            async || Ok((!is_alive(id)).then_some(())),
        )
        .await?;
        Ok(true)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(id) = self.daemon() {
            kill(id);
        }
    }
}

impl Synced {
    fn of(output: &Output) -> Result<Self> {
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = String::from_utf8_lossy(&output.stdout);
        let events: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
        let events = events.with_context(|| format!("a line is not JSON:\n{text}"))?;
        let Some(last) = events.last().filter(|event| event["event"] == "balance") else {
            bail!("no balance at the end ({}):\n{text}\n{complaints}", output.status);
        };
        let balance = serde_json::from_value(last.clone())?;
        Ok(Self { balance, events, status: output.status.code().unwrap_or(-1), complaints })
    }
}

/// The ids of the processes whose arguments `wanted` picks. Linux only; elsewhere none.
fn running(wanted: impl Fn(&[String]) -> bool) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids =
        entries.flatten().filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
    ids.filter(|id| wanted(&strings_of(*id, "cmdline"))).collect()
}

/// The NUL-separated strings of `/proc/ID/NAME`, see proc(5).
fn strings_of(id: u32, name: &str) -> Vec<String> {
    let bytes = std::fs::read(format!("/proc/{id}/{name}")).unwrap_or_default();
    let strings = bytes.split(|byte| *byte == 0).filter(|string| !string.is_empty());
    strings.map(|string| String::from_utf8_lossy(string).into_owned()).collect()
}

/// A zombie has no command line any more.
fn is_alive(id: u32) -> bool {
    !strings_of(id, "cmdline").is_empty()
}

/// Kills one process without warning.
pub fn kill(id: u32) {
    #[cfg(unix)]
    if let Some(process) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = id;
}
