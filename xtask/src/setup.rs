//! `setup`: what must be on the machine, one line a check, and how each thing gets there.

use crate::install::{self, System};
use crate::wasm::{self, Toolchain};
use crate::{axe, chromium, console, python};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Something that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A compiler for the browser's half.
    Wasm,
    /// The browser that tests and demo drive.
    Chromium,
    /// Checks and decodes media.
    Ffmpeg,
    /// Fetches from other sites.
    YtDlp,
    /// What tests read with beside our own code.
    Readers,
    /// A screen for tests of what browser and system ask, and a hand to answer.
    Screen,
    /// Keeps secrets, as desktops have it.
    Keyring,
    /// Finds what keeps people from using a page.
    Axe,
    /// What downloads are measured against.
    Aria2,
}

/// Sites change monthly; a yt-dlp older than this is as good as none.
const OLDEST_YT_DLP: &str = "2025.01.01";

impl Need {
    /// What the demo needs.
    pub const DEMO: &[Need] = &[Need::Wasm, Need::Chromium, Need::Ffmpeg, Need::YtDlp];
    /// What tests and demo need. Elsewhere than on Linux the tests with a screen or with GNOME's keyring are left out.
    pub const ALL: &[Need] = if cfg!(target_os = "linux") {
        &[
            Need::Wasm,
            Need::Chromium,
            Need::Ffmpeg,
            Need::YtDlp,
            Need::Readers,
            Need::Axe,
            Need::Screen,
            Need::Keyring,
        ]
    } else {
        &[Need::Wasm, Need::Chromium, Need::Ffmpeg, Need::YtDlp, Need::Readers, Need::Axe]
    };

    fn name(self) -> &'static str {
        match self {
            Need::Wasm => "wasm compiler",
            Need::Chromium => "Chromium",
            Need::Ffmpeg => "ffmpeg",
            Need::YtDlp => "yt-dlp",
            Need::Readers => "Python packages",
            Need::Screen => "Xvfb, xdotool, zenity",
            Need::Keyring => "GNOME Keyring, D-Bus",
            Need::Axe => "axe-core",
            Need::Aria2 => "aria2c",
        }
    }

    /// What is there, in a few words.
    fn find(self) -> Option<String> {
        match self {
            Need::Wasm => Toolchain::present().map(|toolchain| toolchain.describe().to_owned()),
            Need::Chromium => {
                let program = chromium::find()?;
                first_line(Command::new(&program).arg("--version"))
            }
            Need::Ffmpeg => {
                first_line(Command::new("ffprobe").arg("-version"))?;
                first_line(Command::new("ffmpeg").arg("-version"))
            }
            Need::YtDlp => [python::YT_DLP.program("yt-dlp"), "yt-dlp".into()]
                .into_iter()
                .find_map(fresh_yt_dlp),
            Need::Readers => python::READERS.find(),
            Need::Axe => axe::find(),
            // Neither tells its version without a screen.
            Need::Screen => ["Xvfb", "xdotool", "zenity"]
                .iter()
                .all(|name| is_on_path(name))
                .then(|| "a screen for tests".to_owned()),
            Need::Keyring => ["gnome-keyring-daemon", "dbus-daemon", "dbus-send"]
                .iter()
                .all(|name| is_on_path(name))
                .then(|| "a keyring for tests".to_owned()),
            Need::Aria2 => first_line(Command::new("aria2c").arg("--version")),
        }
    }

    /// The packages that bring it.
    fn packages(self, system: System) -> &'static [&'static str] {
        match (self, system) {
            (Need::Wasm, System::Apt) => wasm::DEBIAN_PACKAGES,
            (Need::Wasm, _) => &[],
            (Need::Chromium, System::Winget) => &["Hibbiki.Chromium"],
            (Need::Chromium, _) => &["chromium"],
            (Need::Ffmpeg, System::Winget) => &["Gyan.FFmpeg"],
            (Need::Ffmpeg, _) => &["ffmpeg"],
            (Need::YtDlp | Need::Readers, System::Apt) => &["python3-venv"],
            (Need::YtDlp, System::Winget) => &["yt-dlp.yt-dlp"],
            (Need::YtDlp, _) => &["yt-dlp"],
            (Need::Readers, System::Winget) => &["Python.Python.3.13"],
            (Need::Readers, System::Pacman | System::Brew) => &["python"],
            (Need::Readers, _) => &["python3"],
            (Need::Screen, System::Apt) => &["xvfb", "xdotool", "zenity"],
            (Need::Screen, System::Dnf) => &["xorg-x11-server-Xvfb", "xdotool", "zenity"],
            (Need::Screen, System::Pacman) => &["xorg-server-xvfb", "xdotool", "zenity"],
            (Need::Screen, _) => &[],
            (Need::Keyring, System::Apt) => &["gnome-keyring", "dbus"],
            (Need::Keyring, System::Dnf) => &["gnome-keyring", "dbus-daemon", "dbus-tools"],
            (Need::Keyring, System::Pacman) => &["gnome-keyring", "dbus"],
            (Need::Keyring, _) => &[],
            (Need::Axe, System::Apt | System::Dnf | System::Pacman) => &["npm"],
            (Need::Axe, System::Brew) => &["node"],
            (Need::Axe, System::Winget) => &["OpenJS.NodeJS.LTS"],
            (Need::Axe, System::Other) => &["npm"],
            (Need::Aria2, System::Winget) => &["aria2.aria2"],
            (Need::Aria2, _) => &["aria2"],
        }
    }

    /// Ways that need no rights on the system.
    fn install_for_checkout(self) -> bool {
        match self {
            Need::Wasm => wasm::add_with_rustup(),
            // Distributions ship a yt-dlp that is years old.
            Need::YtDlp => python::YT_DLP.install(),
            Need::Readers => python::READERS.install(),
            Need::Axe => axe::fetch(),
            Need::Chromium | Need::Ffmpeg | Need::Screen | Need::Keyring | Need::Aria2 => false,
        }
    }
}

/// Sees to it that everything in `needs` is there.
///
/// # Errors
/// With the commands to type, when something is missing that cannot be installed from here.
pub fn ensure(needs: &[Need]) -> Result<()> {
    console::heading("Set-up");
    let mut missing = Vec::new();
    for need in needs {
        if !arrives(*need) {
            missing.push(*need);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !install::may_install() {
        bail!("{}", instructions(&missing, System::here()));
    }
    let packages: Vec<_> =
        missing.iter().flat_map(|need| need.packages(System::Apt)).copied().collect();
    install::debian_packages(&packages)?;
    for need in missing {
        if !arrives(need) {
            bail!("{} is still missing after installing {}", need.name(), packages.join(" "));
        }
    }
    Ok(())
}

/// Reports what is there, or brings it without rights on the system. False when neither can be.
fn arrives(need: Need) -> bool {
    report(need) || (need.install_for_checkout() && report(need))
}

fn report(need: Need) -> bool {
    let found = need.find();
    if let Some(detail) = &found {
        console::found(need.name(), detail);
    }
    found.is_some()
}

fn instructions(missing: &[Need], system: System) -> String {
    let names: Vec<_> = missing.iter().map(|need| need.name()).collect();
    let mut text = format!("missing: {}. Please run:\n", names.join(", "));
    if missing.contains(&Need::Wasm) {
        text += "\n    rustup target add wasm32-unknown-unknown";
    }
    let packages: Vec<_> = missing
        .iter()
        .filter(|need| **need != Need::Wasm)
        .flat_map(|need| need.packages(system))
        .copied()
        .collect();
    if !packages.is_empty() {
        let command = system.command(&packages);
        text.extend(command.lines().map(|line| format!("\n    {line}")));
    }
    text
}

fn first_line(command: &mut Command) -> Option<String> {
    let text = console::ask(command)?;
    let line = text.lines().next().unwrap_or_default();
    Some(line.split(" Copyright").next().unwrap_or(line).trim().to_owned())
}

fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn fresh_yt_dlp(program: PathBuf) -> Option<String> {
    let version = first_line(Command::new(program).arg("--version"))?;
    (version.as_str() >= OLDEST_YT_DLP).then_some(version)
}

/// `PATH` with the checkout's own programs first.
pub fn path_with_tools() -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(python::YT_DLP.programs()).chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_commands_that_can_be_pasted() {
        let text = instructions(&[Need::Wasm, Need::Ffmpeg, Need::Chromium], System::Pacman);
        assert!(text.contains("rustup target add wasm32-unknown-unknown"));
        assert!(text.contains("sudo pacman -S --needed ffmpeg chromium"));
    }

    #[test]
    fn a_missing_compiler_alone_asks_for_no_system_package() {
        assert!(!instructions(&[Need::Wasm], System::Brew).contains("brew"));
    }
}
