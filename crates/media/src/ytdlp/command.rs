//! How yt-dlp is started.

use super::{Address, Nest, YtDlp};
use std::ffi::OsString;
use tokio::process::Command;

/// What it may know of the environment: where programs are, the way to the network, and what Windows cannot do
/// without.
const ENVIRONMENT: &[&str] = &[
    "PATH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SYSTEMROOT",
];
/// What must lead into the private folder, on one system or another.
const HOMES: &[&str] = &[
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
];

impl YtDlp {
    /// yt-dlp in its private folder, with what every run has in common. [`address`] ends the arguments.
    pub(super) fn command(&self, nest: &Nest<'_>) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(nest.folder).env_clear();
        for name in ENVIRONMENT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if !nest.may_go_around {
            command.env_remove("NO_PROXY").env_remove("no_proxy");
        }
        for name in HOMES {
            command.env(name, nest.folder);
        }
        command
            // Plug-ins are code that comes from anywhere.
            .env("YTDLP_NO_PLUGINS", "1")
            .env("PYTHONUTF8", "1")
            .env("PYTHONUNBUFFERED", "1");
        command
            .args(["--ignore-config", "--no-cache-dir", "--no-warnings", "--color", "never"])
            .args(["--no-exec", "--no-mark-watched"])
            .args(["--socket-timeout", "30", "--retries", "5", "--extractor-retries", "2"])
            // Its words are its signs of life.
            .args(["--no-quiet", "--newline"]);
        if std::env::var_os("SSL_CERT_FILE").is_some() {
            // Else it trusts a list of its own, if it has one.
            command.args(["--compat-options", "no-certifi"]);
        }
        command.arg("--ffmpeg-location").arg(&self.ffmpeg);
        if let Some(cookies) = nest.cookies {
            command.arg("--cookies").arg(cookies);
        }
        if let Some(owned) = nest.owned {
            command.arg("--download-archive").arg(owned);
        }
        if let Some(user_agent) = nest.user_agent {
            command.arg(format!("--user-agent={user_agent}"));
        }
        if let Some(proxy) = nest.proxy {
            command.arg(format!("--proxy={proxy}"));
        }
        command
    }
}

/// The address, which nothing can be taken for an option behind.
pub(super) fn address(address: &Address) -> [OsString; 2] {
    ["--".into(), address.as_str().into()]
}
