//! `install` and `uninstall`.

use super::arguments::{Browsers, Registration};
use super::{Failure, Outcome, say};
use crate::install::{self, Browser, Places, Report, Target};
use std::path::Path;

pub(super) fn install(arguments: &Registration) -> Result<Outcome, Failure> {
    let program = std::env::current_exe()?.canonicalize()?;
    let targets = targets(arguments, Places::found)?;
    if targets.is_empty() {
        say("No browser was found; name one with --browser.");
    }
    let reports: Vec<Report> =
        targets.into_iter().map(|target| install::install(target, &program)).collect();
    if arguments.browser == Browsers::All && arguments.user_data_dir.is_none() {
        install::explain_sandboxes(&places()?).iter().for_each(say);
    }
    Ok(tell(&reports))
}

pub(super) fn uninstall(arguments: &Registration) -> Result<Outcome, Failure> {
    // Every browser, not only those found: one may have been removed since.
    let targets = targets(arguments, |_| Browser::ALL.to_vec())?;
    let reports: Vec<Report> = targets.into_iter().map(install::uninstall).collect();
    Ok(tell(&reports))
}

fn targets(
    arguments: &Registration,
    all: impl FnOnce(&Places) -> Vec<Browser>,
) -> Result<Vec<Target>, Failure> {
    match (&arguments.user_data_dir, arguments.browser) {
        (Some(_), Browsers::Only(Browser::Firefox)) => {
            Err(Failure::Usage("Firefox has no --user-data-dir".into()))
        }
        (Some(folder), browser) => Ok(vec![of_user_data_dir(folder, browser)?]),
        (None, Browsers::Only(browser)) => Ok(vec![Target::of(&places()?, browser)]),
        (None, Browsers::All) => {
            let places = places()?;
            Ok(all(&places).into_iter().map(|browser| Target::of(&places, browser)).collect())
        }
    }
}

fn of_user_data_dir(folder: &Path, browser: Browsers) -> Result<Target, Failure> {
    let browser = match browser {
        Browsers::Only(browser) => browser,
        Browsers::All => Browser::Chromium,
    };
    Ok(Target::of_user_data_dir(browser, &std::path::absolute(folder)?))
}

fn places() -> Result<Places, Failure> {
    Places::current().ok_or_else(|| anyhow::anyhow!("this user has no home folder").into())
}

fn tell(reports: &[Report]) -> Outcome {
    reports.iter().for_each(say);
    match reports.iter().any(Report::is_failure) {
        true => Outcome::Attention,
        false => Outcome::Clean,
    }
}
