//! Registering the program with the browsers, and taking that back.
//!
//! Only this user's browsers; nothing here needs administrator rights or touches the browser's profile.

pub mod browsers;
pub mod manifest;
#[cfg(windows)]
mod registry;

pub use browsers::{Browser, Places};
pub use manifest::Manifest;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A manifest to write or remove: for which browser, where, and the registry key that leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which browser.
    pub browser: Browser,
    /// The manifest's path.
    pub manifest: PathBuf,
    /// Below `HKEY_CURRENT_USER`, on Windows.
    pub registry_key: Option<String>,
}

impl Target {
    /// The place of `browser` for the user of `places`.
    pub fn of(places: &Places, browser: Browser) -> Self {
        Self {
            browser,
            manifest: places.manifests(browser).join(manifest::file_name()),
            registry_key: places.registry_key(browser),
        }
    }

    /// The place of a Chromium-like `browser` that runs with a user data folder of its own.
    pub fn of_user_data_dir(browser: Browser, user_data_dir: &Path) -> Self {
        let folder = browsers::manifests_of_user_data_dir(user_data_dir);
        let manifest = folder.join(manifest::file_name());
        Self { browser, manifest, registry_key: None }
    }
}

/// What was done for one target.
#[derive(Debug)]
pub enum Outcome {
    /// The manifest was written.
    Written,
    /// It was there as it should be.
    AlreadyThere,
    /// It was removed.
    Removed,
    /// There was none.
    NothingThere,
    /// The file there is not ours and was left alone.
    NotOurs,
    /// It did not work.
    Failed(io::Error),
}

/// A target and what was done: shows itself as a line for people.
#[derive(Debug)]
pub struct Report {
    /// For what.
    pub target: Target,
    /// What.
    pub outcome: Outcome,
}

impl Report {
    /// True when it did not work.
    pub fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.manifest.display();
        write!(f, "{}: ", self.target.browser)?;
        match &self.outcome {
            Outcome::Written => write!(f, "registered ({path})"),
            Outcome::AlreadyThere => write!(f, "was registered already ({path})"),
            Outcome::Removed => write!(f, "no longer registered (removed {path})"),
            Outcome::NothingThere => write!(f, "was not registered"),
            Outcome::NotOurs => write!(f, "left alone, the file is not MediaFetcher's ({path})"),
            Outcome::Failed(error) => write!(f, "could not change {path}: {error}"),
        }
    }
}

/// Registers `program` for `target`.
pub fn install(target: Target, program: &Path) -> Report {
    let wanted = Manifest::new(target.browser, program);
    let outcome = match Manifest::read(&target.manifest) {
        Ok(found) if found == wanted => point_registry_at(&target).map(|()| Outcome::AlreadyThere),
        _ => wanted
            .write(&target.manifest)
            .and_then(|()| point_registry_at(&target))
            .map(|()| Outcome::Written),
    };
    Report { target, outcome: outcome.unwrap_or_else(Outcome::Failed) }
}

/// Takes the registration for `target` back, if it is ours.
pub fn uninstall(target: Target) -> Report {
    let outcome = match Manifest::read(&target.manifest) {
        Ok(found) if found.is_ours() => remove(&target).map(|()| Outcome::Removed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Outcome::NothingThere),
        Ok(_) => Ok(Outcome::NotOurs),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Outcome::NotOurs),
        Err(error) => Err(error),
    };
    Report { target, outcome: outcome.unwrap_or_else(Outcome::Failed) }
}

#[cfg(windows)]
fn point_registry_at(target: &Target) -> io::Result<()> {
    target.registry_key.as_deref().map_or(Ok(()), |key| registry::set(key, &target.manifest))
}

#[cfg(not(windows))]
fn point_registry_at(_: &Target) -> io::Result<()> {
    Ok(())
}

fn remove(target: &Target) -> io::Result<()> {
    #[cfg(windows)]
    target.registry_key.as_deref().map_or(Ok(()), registry::remove)?;
    std::fs::remove_file(&target.manifest)
}

/// What to tell people about browsers in a sandbox.
pub fn explain_sandboxes(places: &Places) -> Vec<String> {
    let explain = |found: browsers::Sandboxed| {
        let browsers::Sandboxed { browser, kind, folder } = found;
        format!(
            "{browser} from {kind} ({}): it runs in a sandbox and cannot launch programs outside it, so \
             MediaFetcher cannot be reached from there. Use {browser} as packaged by its makers or by your \
             system.",
            folder.display()
        )
    };
    places.sandboxed().into_iter().map(explain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use browsers::System;
    use std::fs;

    fn linux_user(home: &Path) -> Places {
        let config = home.join(".config");
        Places { system: System::Linux, home: home.into(), roaming: config.clone(), config }
    }

    #[test]
    fn what_install_writes_uninstall_removes_and_both_may_be_repeated() {
        let home = tempfile::tempdir().unwrap();
        let places = linux_user(home.path());
        let program = Path::new("/opt/mediafetcher");
        for &browser in Browser::ALL {
            let target = || Target::of(&places, browser);
            assert!(matches!(uninstall(target()).outcome, Outcome::NothingThere));
            assert!(matches!(install(target(), program).outcome, Outcome::Written));
            assert!(matches!(install(target(), program).outcome, Outcome::AlreadyThere));
            let manifest = Manifest::read(&target().manifest).unwrap();
            assert!(manifest.lets_us_in(browser) && manifest.path == program);
            assert!(matches!(uninstall(target()).outcome, Outcome::Removed));
            assert!(matches!(uninstall(target()).outcome, Outcome::NothingThere));
            let folder = target().manifest.parent().unwrap().to_owned();
            assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_manifest_that_leads_to_another_program_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let target = Target::of(&linux_user(home.path()), Browser::Chromium);
        install(target.clone(), Path::new("/old/mediafetcher"));
        let report = install(target.clone(), Path::new("/new/mediafetcher"));
        assert!(matches!(report.outcome, Outcome::Written));
        assert_eq!(Manifest::read(&target.manifest).unwrap().path, Path::new("/new/mediafetcher"));
    }

    #[test]
    fn uninstall_leaves_what_is_not_ours() {
        let home = tempfile::tempdir().unwrap();
        let target = Target::of(&linux_user(home.path()), Browser::Chrome);
        for content in ["not json", r#"{"name":"com.other","path":"/x","type":"stdio"}"#] {
            fs::create_dir_all(target.manifest.parent().unwrap()).unwrap();
            fs::write(&target.manifest, content).unwrap();
            assert!(matches!(uninstall(target.clone()).outcome, Outcome::NotOurs));
            assert_eq!(fs::read_to_string(&target.manifest).unwrap(), content);
        }
    }

    #[test]
    fn browsers_are_found_by_their_folder_and_sandboxes_are_explained() {
        let home = tempfile::tempdir().unwrap();
        let places = linux_user(home.path());
        assert_eq!(places.found(), []);
        fs::create_dir_all(home.path().join(".config/vivaldi")).unwrap();
        fs::create_dir_all(home.path().join(".mozilla")).unwrap();
        fs::create_dir_all(home.path().join(".var/app/com.brave.Browser")).unwrap();
        fs::create_dir_all(home.path().join("snap/chromium")).unwrap();
        assert_eq!(places.found(), [Browser::Vivaldi, Browser::Firefox]);
        let lines = explain_sandboxes(&places);
        assert!(lines[0].starts_with("Chromium from Snap"));
        assert!(lines[1].starts_with("Brave from Flatpak"));
        assert_eq!(lines.len(), 2);
    }
}
