//! The one table of browsers and systems: where each browser looks for host manifests.
//!
//! Sources: Chrome's "Native messaging", Microsoft's "Native messaging" for Edge, MDN's "Native manifests";
//! Brave and Vivaldi follow Chromium under their own names.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A browser that the extension can live in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Google Chrome.
    Chrome,
    /// Chromium.
    Chromium,
    /// Microsoft Edge.
    Edge,
    /// Brave.
    Brave,
    /// Vivaldi.
    Vivaldi,
    /// Mozilla Firefox.
    Firefox,
}

/// A row of the table. Folders are relative to [`Places::base`].
struct Row {
    name: &'static str,
    title: &'static str,
    linux: &'static str,
    macos: &'static str,
    /// Below `%LOCALAPPDATA%`, or below `%APPDATA%` for Firefox.
    windows: &'static str,
    /// Below `HKEY_CURRENT_USER\Software`.
    registry: &'static str,
    flatpak: &'static str,
    snap: &'static str,
}

impl Browser {
    /// Every browser.
    pub const ALL: &[Browser] = &[
        Browser::Chrome,
        Browser::Chromium,
        Browser::Edge,
        Browser::Brave,
        Browser::Vivaldi,
        Browser::Firefox,
    ];

    fn row(self) -> Row {
        match self {
            Browser::Chrome => Row {
                name: "chrome",
                title: "Google Chrome",
                linux: "google-chrome",
                macos: "Google/Chrome",
                windows: "Google/Chrome/User Data",
                registry: r"Google\Chrome",
                flatpak: "com.google.Chrome",
                snap: "",
            },
            Browser::Chromium => Row {
                name: "chromium",
                title: "Chromium",
                linux: "chromium",
                macos: "Chromium",
                windows: "Chromium/User Data",
                registry: "Chromium",
                flatpak: "org.chromium.Chromium",
                snap: "chromium",
            },
            Browser::Edge => Row {
                name: "edge",
                title: "Microsoft Edge",
                linux: "microsoft-edge",
                macos: "Microsoft Edge",
                windows: "Microsoft/Edge/User Data",
                registry: r"Microsoft\Edge",
                flatpak: "com.microsoft.Edge",
                snap: "",
            },
            Browser::Brave => Row {
                name: "brave",
                title: "Brave",
                linux: "BraveSoftware/Brave-Browser",
                macos: "BraveSoftware/Brave-Browser",
                windows: "BraveSoftware/Brave-Browser/User Data",
                registry: r"BraveSoftware\Brave-Browser",
                flatpak: "com.brave.Browser",
                snap: "brave",
            },
            Browser::Vivaldi => Row {
                name: "vivaldi",
                title: "Vivaldi",
                linux: "vivaldi",
                macos: "Vivaldi",
                windows: "Vivaldi/User Data",
                registry: "Vivaldi",
                flatpak: "com.vivaldi.Vivaldi",
                snap: "vivaldi",
            },
            Browser::Firefox => Row {
                name: "firefox",
                title: "Firefox",
                linux: ".mozilla",
                macos: "Mozilla",
                windows: "Mozilla/Firefox",
                registry: "Mozilla",
                flatpak: "org.mozilla.firefox",
                snap: "firefox",
            },
        }
    }

    /// The name on the command line and in check names.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The name people know it by.
    pub fn title(self) -> &'static str {
        self.row().title
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl FromStr for Browser {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Browser::ALL.iter().find(|browser| browser.name() == text);
        known.copied().ok_or_else(|| format!("unknown browser {text:?}"))
    }
}

/// An operating system, as far as browsers' folders go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux and the BSDs.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

/// A browser in a sandbox (Flatpak, Snap), which keeps its settings elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandboxed {
    /// Which.
    pub browser: Browser,
    /// `Flatpak` or `Snap`.
    pub kind: &'static str,
    /// The folder that gave it away.
    pub folder: PathBuf,
}

/// The folders of one user from which the table's paths start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Whose table applies.
    pub system: System,
    /// The user's folder.
    pub home: PathBuf,
    /// `~/.config`, `~/Library/Application Support` or `%LOCALAPPDATA%`.
    pub config: PathBuf,
    /// `%APPDATA%`; on other systems as `config`.
    pub roaming: PathBuf,
}

impl Places {
    /// Those of the current user; `None` for a user without a home.
    pub fn current() -> Option<Self> {
        let base = directories::BaseDirs::new()?;
        let system = match () {
            () if cfg!(windows) => System::Windows,
            () if cfg!(target_os = "macos") => System::MacOs,
            () => System::Linux,
        };
        let config = match system {
            System::Windows => base.data_local_dir(),
            System::Linux | System::MacOs => base.config_dir(),
        };
        Some(Self {
            system,
            home: base.home_dir().to_owned(),
            config: config.to_owned(),
            roaming: base.config_dir().to_owned(),
        })
    }

    /// The folder in which `browser` keeps its profiles, whether it is there or not.
    pub fn profiles(&self, browser: Browser) -> PathBuf {
        let row = browser.row();
        match (self.system, browser) {
            (System::Linux, Browser::Firefox) => self.home.join(row.linux),
            (System::Linux, _) => self.config.join(row.linux),
            (System::MacOs, Browser::Firefox) => self.config.join("Firefox"),
            (System::MacOs, _) => self.config.join(row.macos),
            (System::Windows, Browser::Firefox) => self.roaming.join(row.windows),
            (System::Windows, _) => self.config.join(row.windows),
        }
    }

    /// The folder in which `browser` looks for host manifests. On Windows it asks the registry instead, see
    /// [`Places::registry_key`], and the folder is one of ours.
    pub fn manifests(&self, browser: Browser) -> PathBuf {
        match (self.system, browser) {
            (System::Linux, Browser::Firefox) => {
                self.profiles(browser).join("native-messaging-hosts")
            }
            (System::MacOs, Browser::Firefox) => {
                self.config.join(browser.row().macos).join("NativeMessagingHosts")
            }
            (System::Windows, _) => {
                self.config.join("mediafetcher").join("manifests").join(browser.name())
            }
            (_, _) => self.profiles(browser).join("NativeMessagingHosts"),
        }
    }

    /// The registry key below `HKEY_CURRENT_USER` whose default value is the manifest's path on Windows.
    pub fn registry_key(&self, browser: Browser) -> Option<String> {
        (self.system == System::Windows).then(|| {
            let vendor = browser.row().registry;
            format!(r"Software\{vendor}\NativeMessagingHosts\{}", protocol::HOST_NAME)
        })
    }

    /// The browsers this user has: those whose profile folder is there.
    pub fn found(&self) -> Vec<Browser> {
        let is_there = |browser: &&Browser| self.profiles(**browser).is_dir();
        Browser::ALL.iter().filter(is_there).copied().collect()
    }

    /// The browsers in a sandbox this user has.
    pub fn sandboxed(&self) -> Vec<Sandboxed> {
        if self.system != System::Linux {
            return Vec::new();
        }
        let candidates = Browser::ALL.iter().flat_map(|&browser| {
            let row = browser.row();
            let flatpak = self.home.join(".var/app").join(row.flatpak);
            let snap = (!row.snap.is_empty()).then(|| self.home.join("snap").join(row.snap));
            let flatpak = Sandboxed { browser, kind: "Flatpak", folder: flatpak };
            let snap = snap.map(|folder| Sandboxed { browser, kind: "Snap", folder });
            std::iter::once(flatpak).chain(snap)
        });
        candidates.filter(|sandboxed| sandboxed.folder.is_dir()).collect()
    }
}

/// The folder in which a Chromium-like browser started with `--user-data-dir` looks for host manifests.
pub fn manifests_of_user_data_dir(user_data_dir: &Path) -> PathBuf {
    user_data_dir.join("NativeMessagingHosts")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(system: System) -> Places {
        let path = PathBuf::from;
        Places { system, home: path("/h"), config: path("/c"), roaming: path("/r") }
    }

    #[test]
    fn each_browser_has_a_folder_of_its_own_on_each_system() {
        for system in [System::Linux, System::MacOs, System::Windows] {
            let places = places(system);
            let mut folders: Vec<_> =
                Browser::ALL.iter().map(|&browser| places.manifests(browser)).collect();
            folders.sort();
            folders.dedup();
            assert_eq!(folders.len(), Browser::ALL.len(), "{system:?}");
        }
    }

    #[test]
    fn the_documented_places_are_in_the_table() {
        let linux = places(System::Linux);
        let chrome = linux.manifests(Browser::Chrome);
        assert_eq!(chrome, Path::new("/c/google-chrome/NativeMessagingHosts"));
        let firefox = linux.manifests(Browser::Firefox);
        assert_eq!(firefox, Path::new("/h/.mozilla/native-messaging-hosts"));
        let macos = places(System::MacOs);
        assert_eq!(macos.manifests(Browser::Firefox), Path::new("/c/Mozilla/NativeMessagingHosts"));
        let edge = macos.manifests(Browser::Edge);
        assert_eq!(edge, Path::new("/c/Microsoft Edge/NativeMessagingHosts"));
        let key = places(System::Windows).registry_key(Browser::Edge);
        let expected = r"Software\Microsoft\Edge\NativeMessagingHosts\app.mediafetcher.host";
        assert_eq!(key.as_deref(), Some(expected));
        assert_eq!(linux.registry_key(Browser::Edge), None);
    }

    #[test]
    fn names_on_the_command_line_lead_back_to_their_browser() {
        for &browser in Browser::ALL {
            assert_eq!(browser.name().parse(), Ok(browser));
        }
        assert!("netscape".parse::<Browser>().is_err());
    }
}
