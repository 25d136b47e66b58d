//! How programs get onto this kind of system.
//!
//! On Debian and its relatives they are installed, given the rights; elsewhere the exact commands are shown and
//! the person runs them.

use crate::console;
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const DOWNLOAD_LIMIT: Duration = Duration::from_secs(30 * 60);

/// A kind of system, by the program that installs others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Debian, Ubuntu and relatives.
    Apt,
    /// Fedora and relatives.
    Dnf,
    /// Arch and relatives.
    Pacman,
    /// macOS with Homebrew.
    Brew,
    /// Windows.
    Winget,
    /// Something else.
    Other,
}

impl System {
    /// The one this runs on.
    pub fn here() -> Self {
        if cfg!(target_os = "macos") {
            return System::Brew;
        }
        if cfg!(target_os = "windows") {
            return System::Winget;
        }
        let table = [
            ("/usr/bin/apt-get", System::Apt),
            ("/usr/bin/dnf", System::Dnf),
            ("/usr/bin/pacman", System::Pacman),
        ];
        let here = table.iter().find(|(program, _)| Path::new(program).exists());
        here.map_or(System::Other, |(_, system)| *system)
    }

    /// The command a person types to install `packages`.
    pub fn command(self, packages: &[&str]) -> String {
        let words = packages.join(" ");
        match self {
            System::Apt => format!("sudo apt-get install {words}"),
            System::Dnf => format!("sudo dnf install {words}"),
            System::Pacman => format!("sudo pacman -S --needed {words}"),
            System::Brew => format!("brew install {words}"),
            System::Winget => {
                let one = |package: &&str| format!("winget install --exact --id {package}");
                packages.iter().map(one).collect::<Vec<_>>().join("\n")
            }
            System::Other => format!("install with your system's means: {words}"),
        }
    }
}

/// Installs Debian packages if this is Debian and we may.
///
/// # Errors
/// Elsewhere, or without the rights, with the commands to type.
pub fn debian_packages(packages: &[&str]) -> Result<()> {
    let Some(prefix) = root_prefix() else {
        bail!("please run:\n{}", System::Apt.command(packages));
    };
    console::run_quietly("apt-get update", apt(prefix).arg("update"), DOWNLOAD_LIMIT)?;
    let label = format!("install {}", packages.join(" "));
    let mut install = apt(prefix);
    install.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    console::run_quietly(&label, &mut install, DOWNLOAD_LIMIT)
}

/// True when Debian packages can be installed without asking anybody.
pub fn may_install() -> bool {
    System::here() == System::Apt && root_prefix().is_some()
}

/// How a command gets root's rights: as it is, or through a sudo that asks for no password.
fn root_prefix() -> Option<&'static [&'static str]> {
    if console::ask(Command::new("id").arg("-u")).as_deref() == Some("0") {
        return Some(&[]);
    }
    console::ask(Command::new("sudo").args(["-n", "true"])).map(|_| &["sudo", "-n"][..])
}

fn apt(prefix: &[&str]) -> Command {
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args(["-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Retries=3"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_is_given_a_command_that_can_be_pasted() {
        assert_eq!(
            System::Dnf.command(&["ffmpeg", "chromium"]),
            "sudo dnf install ffmpeg chromium"
        );
        assert_eq!(System::Winget.command(&["A.B", "C.D"]).lines().count(), 2);
    }
}
