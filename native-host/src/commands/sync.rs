//! `sync`: everything of an account that is not here yet, with the session from a cookie file.

use super::arguments::Sync;
use super::view::{self, View};
use super::{Failure, Outcome, absolute, cookie_file, follow, open};
use crate::home::Home;
use protocol::method::{NewJob, PutCredentials, SetSettings, StartJob};
use protocol::{Account, Cookie, Credentials, JobId, SettingsPatch};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) async fn run(home: &Home, arguments: &Sync) -> Result<Outcome, Failure> {
    let cookies = read_cookies(&arguments.cookies)?;
    let mut view = view::choose(arguments.output.json);
    let ended = bring_home(home, arguments, cookies, view.as_mut()).await;
    if let Err(Failure::Refused(error)) = &ended {
        view.broken(error);
    }
    ended
}

async fn bring_home(
    home: &Home,
    arguments: &Sync,
    cookies: Vec<Cookie>,
    view: &mut dyn View,
) -> Result<Outcome, Failure> {
    let now = seconds_since_1970();
    let credentials = providers::credentials_from_cookies(arguments.source, cookies, now)?;
    let mut client = open(home).await?;
    if let Some(folder) = &arguments.to {
        let folder = Some(absolute(folder)?);
        client.call::<SetSettings>(SettingsPatch { folder, ..SettingsPatch::default() }).await?;
    }
    let new_job = new_job(arguments, &credentials);
    client.call::<PutCredentials>(credentials).await?;
    let job: JobId = client.call::<StartJob>(new_job).await?.job;
    follow::follow(&mut client, job, view).await
}

/// The daemon reads the list, and finds out whose it is where the cookies do not say.
fn new_job(arguments: &Sync, credentials: &Credentials) -> NewJob {
    NewJob {
        // Each start of the command is a wish of its own.
        key: format!("cli-{:032x}", rand::random::<u128>()),
        source: arguments.source,
        account: Account { id: credentials.account_id.clone(), name: String::new() },
        formats: arguments.formats.clone(),
        daemon_lists: true,
    }
}

pub(super) fn read_cookies(path: &Path) -> Result<Vec<Cookie>, Failure> {
    let name = path.display();
    let wrong = |why: String| Failure::Usage(format!("{name}: {why}"));
    let mut content = Vec::new();
    let read = File::open(path)
        .and_then(|file| file.take(cookie_file::LARGEST_FILE + 1).read_to_end(&mut content));
    read.map_err(|error| wrong(error.to_string()))?;
    if content.len() as u64 > cookie_file::LARGEST_FILE {
        return Err(wrong("too large for a cookie file".into()));
    }
    let file = cookie_file::parse(&content);
    for bad in &file.bad {
        eprintln!("mediafetcher: {name}: {bad}; the line is skipped");
    }
    match file.cookies.is_empty() {
        true => Err(wrong("no cookies in it; a Netscape cookie file is expected".into())),
        false => Ok(file.cookies),
    }
}

fn seconds_since_1970() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().try_into().unwrap_or(i64::MAX))
}
