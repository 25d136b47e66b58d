//! A real Chromium with a private profile, the built extension and the host manifest in it.

use crate::cdp::{Cdp, Session, Target};
use crate::page::Page;
use crate::{checkout, wait};
use anyhow::{Context, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Names another Chromium than the one on the path.
const PROGRAM_VARIABLE: &str = "MEDIAFETCHER_CHROMIUM";
/// Chromium's own log, in the profile folder.
const LOG: &str = "chromium.log";

/// What Chromium makes in a profile folder at its first start.
const FIRST_FOLDER: &str = "Default";

/// How to start a browser.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Through which proxy, and the key it may present in place of a trusted one.
    pub proxy: Option<Proxy>,
    /// The host program that the manifest names; without one no host is installed.
    pub host: Option<PathBuf>,
    /// Variables for the browser, which hands them on to the host.
    pub environment: Vec<(String, String)>,
    /// With a window on the screen.
    pub headed: bool,
    /// With a window on this X display, such as that of a [`crate::screen::Screen`].
    pub display: Option<String>,
    /// A profile to go on with; a new one, removed afterwards, without.
    pub profile: Option<PathBuf>,
}

/// An https proxy with its own certificate authority.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Such as `http://127.0.0.1:3128`.
    pub url: String,
    /// SHA-256 of the authority's public key, base64.
    pub spki: String,
}

/// A running Chromium. Ends when dropped.
pub struct Browser {
    /// The connection to it.
    pub cdp: Cdp,
    child: Child,
    profile: PathBuf,
    /// Removes a profile of our own once nothing runs in it.
    _temporary: Option<TempDir>,
}

impl Browser {
    /// Starts it and waits until it answers, and with a new profile until the extension is installed.
    ///
    /// # Errors
    /// When the extension is not built, or Chromium does not start.
    pub async fn start(config: &Config) -> Result<Self> {
        let temporary = config.profile.is_none().then(TempDir::new).transpose()?;
        let profile = match (&config.profile, &temporary) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => folder.path().to_path_buf(),
            (None, None) => unreachable!("a profile is given or made"),
        };
        if let Some(host) = &config.host {
            install_host(&profile, host)?;
        }
        let is_new = !profile.join(FIRST_FOLDER).exists();
        // Of an earlier run in the same profile; it would lead to a port where nobody listens.
        let port_file = profile.join("DevToolsActivePort");
        std::fs::remove_file(&port_file).or_else(ignore_absence)?;
        let mut child = command(config, &profile)?.spawn().context("cannot start Chromium")?;
        let address = wait::until("Chromium's debugging port", wait::LONG, async || {
            if let Some(status) = child.try_wait()? {
                anyhow::bail!("Chromium ended ({status})");
            }
            Ok(std::fs::read_to_string(&port_file).ok().and_then(|text| socket_address(&text)))
        })
        .await?;
        let cdp = Cdp::connect(&address).await?;
        let browser = Self { cdp, child, profile, _temporary: temporary };
        if is_new {
            browser.settle_in().await?;
        }
        Ok(browser)
    }

    /// Waits until the extension has done what it does once it is installed, and closes the page that it then shows:
    /// on a slow machine that would come up in front of what is tested.
    async fn settle_in(&self) -> Result<()> {
        let address = page_url("onboarding.html");
        let is_first = |target: &Target| target.kind == "page" && target.url == address;
        let found = self.cdp.wait_for_target("the extension's first page", is_first).await;
        let page = found
            .with_context(|| format!("Chromium says of extensions: {:?}", self.complaints()))?;
        page.close().await
    }

    /// The profile folder.
    pub fn profile(&self) -> &Path {
        &self.profile
    }

    /// The extension's worker, once it runs.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn worker(&self) -> Result<Session> {
        let start = page_url("");
        let is_ours =
            |target: &Target| target.kind == "service_worker" && target.url.starts_with(&start);
        let found = self.cdp.wait_for_target("the extension's worker", is_ours).await;
        let worker = found
            .with_context(|| format!("Chromium says of extensions: {:?}", self.complaints()))?;
        // It can be attached to before its world is made.
        let made = async || {
            let there: bool = worker.evaluate("typeof chrome === 'object'").await?;
            Ok(there.then_some(()))
        };
        wait::until("the worker's world", wait::LONG, made).await?;
        Ok(worker)
    }

    /// What Chromium's log says about extensions: why one was not loaded, what went wrong in it.
    pub fn complaints(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.profile.join(LOG)).unwrap_or_default();
        let lines = text
            .lines()
            .filter(|line| line.contains("Extension error") || line.contains("CONSOLE"));
        lines.map(str::to_owned).collect()
    }

    /// Opens `address` in a new tab and waits until it is loaded.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn open(&self, address: &str) -> Result<Page> {
        let session = self.cdp.open_tab("about:blank").await?;
        Page::open(session, address).await
    }

    /// Opens a page of the extension, such as `popup.html`, in a tab.
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn open_extension_page(&self, name: &str) -> Result<Page> {
        self.worker().await?;
        self.open(&page_url(name)).await
    }

    /// Quits as a person does, so that the profile is written.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn quit(mut self) -> Result<()> {
        self.cdp.call(None, "Browser.close", json!({})).await?;
        tokio::time::timeout(wait::LONG, self.child.wait())
            .await
            .context("Chromium does not end")??;
        Ok(())
    }

    /// Waits until the person closes it.
    ///
    /// # Errors
    /// When its end cannot be observed.
    pub async fn wait(&mut self) -> Result<()> {
        self.child.wait().await?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its own process group: renderers and crash handler go with it, the daemon has left the group.
        #[cfg(unix)]
        if let Some(group) =
            self.child.id().and_then(|id| rustix::process::Pid::from_raw(id as i32))
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

/// The address of a page of the extension.
pub fn page_url(name: &str) -> String {
    format!("chrome-extension://{}/{name}", protocol::EXTENSION_ID.trim())
}

fn command(config: &Config, profile: &Path) -> Result<Command> {
    let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| "chromium".into());
    let mut command = Command::new(program);
    command
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--load-extension={}", checkout::extension()?.display()))
        // Chromium would otherwise ignore the switch above since version 137.
        .arg("--disable-features=DisableLoadExtensionCommandLineSwitch")
        .args(["--remote-debugging-port=0", "--no-first-run", "--no-default-browser-check"])
        // Nothing but the sites under test goes over the network.
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-quic", "--disable-gpu", "--password-store=basic", "--use-mock-keychain"])
        .args(["--window-size=1280,900", "--force-color-profile=srgb"]);
    if let Some(display) = &config.display {
        command.arg("--ozone-platform=x11").env("DISPLAY", display);
        // What the host opens is to be on that screen, not on the desktop of whoever runs this.
        command.env_remove("WAYLAND_DISPLAY").env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    } else if !config.headed {
        command.args(["--headless=new", "--hide-scrollbars"]);
    }
    // Chromium's own sandbox refuses to run as root, as in a container.
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        command.arg("--no-sandbox");
    }
    if let Some(proxy) = &config.proxy {
        command
            .arg(format!("--proxy-server={}", proxy.url))
            .arg(format!("--ignore-certificate-errors-spki-list={}", proxy.spki));
    }
    command
        .args(["--enable-logging=stderr", "about:blank"])
        .envs(config.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(profile.join(LOG))?)
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    Ok(command)
}

/// `DevToolsActivePort` holds the port and, in its second line, the path. It is written in one go.
fn socket_address(text: &str) -> Option<String> {
    let (port, path) = text.split_once('\n')?;
    Some(format!("ws://127.0.0.1:{port}{}", path.trim()))
}

/// Writes the native messaging manifest where Chromium looks in a profile folder.
fn install_host(profile: &Path, host: &Path) -> Result<()> {
    let folder = profile.join("NativeMessagingHosts");
    std::fs::create_dir_all(&folder)?;
    let manifest = json!({
        "name": protocol::HOST_NAME,
        "description": "MediaFetcher",
        "path": host,
        "type": "stdio",
        "allowed_origins": [page_url("")],
    });
    let file = folder.join(format!("{}.json", protocol::HOST_NAME));
    std::fs::write(&file, manifest.to_string())
        .with_context(|| format!("cannot write {}", file.display()))
}

fn ignore_absence(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
