//! The host manifests of the browsers that are there: can the extension reach the program?

use super::{bad, ok, warning};
use crate::install::{Browser, Manifest, Places, Target};
use protocol::method::Check;
use std::io;
use std::path::Path;

/// One check a browser; one for all when none is found.
pub(super) fn checks() -> Vec<Check> {
    Places::current().map_or_else(|| none_found(""), |places| checks_in(&places))
}

fn checks_in(places: &Places) -> Vec<Check> {
    let found = places.found();
    match found.is_empty() {
        true => none_found("mediafetcher install --browser NAME"),
        false => found.into_iter().map(|browser| check(places, browser)).collect(),
    }
}

fn none_found(hint: &str) -> Vec<Check> {
    vec![warning("manifest", "no browser found", hint)]
}

fn check(places: &Places, browser: Browser) -> Check {
    let id = format!("manifest.{}", browser.name());
    let hint = format!("mediafetcher install --browser {}", browser.name());
    let target = Target::of(places, browser);
    let manifest = match Manifest::read(&target.manifest) {
        Ok(manifest) => manifest,
        // The person may well use another browser for this.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return warning(&id, "not registered", hint);
        }
        Err(error) => return bad(&id, format!("{}: {error}", target.manifest.display()), hint),
    };
    let program = manifest.path.display();
    if !is_program(&manifest.path) {
        return bad(&id, format!("{program} is not there or cannot be run"), hint);
    }
    if !manifest.lets_us_in(browser) {
        return bad(&id, "the extension is not allowed in", hint);
    }
    ok(&id, program.to_string())
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let is_file =
        |found: &std::fs::Metadata| found.is_file() && found.permissions().mode() & 0o111 != 0;
    path.is_absolute() && std::fs::metadata(path).is_ok_and(|found| is_file(&found))
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_absolute() && path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::install::browsers::System;
    use crate::install::install;
    use protocol::method::CheckResult;
    use std::fs;

    #[test]
    fn each_way_in_which_a_manifest_can_be_wrong_is_told() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config");
        let places = Places {
            system: System::Linux,
            home: home.path().into(),
            roaming: config.clone(),
            config,
        };
        let one = || {
            let [check] = &checks_in(&places)[..] else { panic!("one check") };
            check.clone()
        };
        assert_eq!(one().found, "no browser found");

        fs::create_dir_all(places.profiles(Browser::Chromium)).unwrap();
        assert_eq!((one().id.as_str(), one().result), ("manifest.chromium", CheckResult::Warning));

        let target = || Target::of(&places, Browser::Chromium);
        install(target(), &home.path().join("gone"));
        assert!(one().result == CheckResult::Bad && one().found.contains("gone"));

        let program = std::env::current_exe().unwrap();
        let mut manifest = Manifest::new(Browser::Chromium, &program);
        manifest.allowed_origins = vec!["chrome-extension://somebody-else/".into()];
        manifest.write(&target().manifest).unwrap();
        assert_eq!(one().found, "the extension is not allowed in");

        install(target(), &program);
        assert_eq!((one().result, one().found), (CheckResult::Ok, program.display().to_string()));

        fs::write(target().manifest, "{").unwrap();
        assert_eq!(one().result, CheckResult::Bad);
    }
}
