//! Everything the sites know: accounts, sessions, files, settings, faults and the log.

use crate::account::{Account, Clip, Person};
use crate::discogs::Discogs;
use crate::faults::FaultTable;
use crate::log::RequestLog;
use crate::media::Media;
use crate::service::Service;
use crate::session::{self, Session, SetCookie};
use crate::signed::Signer;
use crate::videos::Videos;
use http::HeaderMap;
use http::request::Parts;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The state behind all hosts.
#[derive(Debug)]
pub(crate) struct World {
    pub media: Media,
    pub faults: FaultTable,
    pub log: RequestLog,
    pub signer: Signer,
    pub videos: Videos,
    pub discogs: Discogs,
    /// Seconds that an access token is good for.
    pub token_life: AtomicI64,
    /// Seconds that a signed address is good for.
    pub signature_life: AtomicI64,
    /// The address on this machine that nobody should follow a redirect to.
    pub trap: OnceLock<String>,
    songs: u32,
    quirks: bool,
    people: Mutex<People>,
}

/// Accounts and who is signed in.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub accounts: Vec<Account>,
    pub sessions: Vec<Session>,
}

/// What a request that is not signed gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotSigned;

/// Marks a request that a mirror passes on; it needs no credentials.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mirrored;

impl World {
    pub(crate) fn new(
        media: Media,
        videos: Videos,
        discogs: Discogs,
        songs: u32,
        quirks: bool,
        token_life: i64,
        signature_life: i64,
    ) -> Self {
        Self {
            media,
            faults: FaultTable::default(),
            log: RequestLog::new(),
            signer: Signer::new(),
            videos,
            discogs,
            token_life: AtomicI64::new(token_life),
            signature_life: AtomicI64::new(signature_life),
            trap: OnceLock::new(),
            songs,
            quirks,
            people: Mutex::default(),
        }
    }

    pub(crate) fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with an account, which is made if it is not there.
    pub(crate) fn with_account<T>(
        &self,
        service: Service,
        name: &str,
        act: impl FnOnce(&mut Account) -> T,
    ) -> T {
        let mut people = self.people();
        act(people.account(service, name, self.songs, self.quirks))
    }

    /// Signs in and gives the cookies to set.
    pub(crate) fn sign_in(&self, service: Service, name: &str, supabase: bool) -> Vec<SetCookie> {
        let life = self.token_life.load(Ordering::Relaxed);
        let person = self.with_account(service, name, |account| account.person.clone());
        let session = Session::open(&person, supabase, life);
        let cookies = session.cookies(&person);
        self.people().sessions.push(session);
        cookies
    }

    /// Who may use the API with these headers.
    pub(crate) fn signed(&self, service: Service, parts: &Parts) -> Result<Person, NotSigned> {
        let mut people = self.people();
        if parts.extensions.get::<Mirrored>().is_some() {
            return people
                .persons()
                .find(|person| person.service == service)
                .cloned()
                .ok_or(NotSigned);
        }
        let session =
            session::find(&mut people.sessions, service, &parts.headers).ok_or(NotSigned)?;
        if !session::is_signed(session, &parts.headers) {
            return Err(NotSigned);
        }
        let name = session.account.clone();
        people
            .persons()
            .find(|person| person.service == service && person.name == name)
            .cloned()
            .ok_or(NotSigned)
    }

    /// Whose page this is, by cookies alone; with fresh cookies to set when the access token had expired.
    pub(crate) fn visitor(
        &self,
        service: Service,
        headers: &HeaderMap,
    ) -> Option<(Person, Vec<SetCookie>)> {
        let life = self.token_life.load(Ordering::Relaxed);
        let mut people = self.people();
        let name = session::find(&mut people.sessions, service, headers)?.account.clone();
        let person = people
            .persons()
            .find(|person| person.service == service && person.name == name)?
            .clone();
        let session = session::find(&mut people.sessions, service, headers)?;
        if !session.uses_supabase() || session.token_is_live() {
            return Some((person, Vec::new()));
        }
        session.renew(&person, life);
        let cookies = session.cookies(&person);
        Some((person, cookies))
    }

    /// Ends the session these headers belong to.
    pub(crate) fn sign_out(&self, service: Service, headers: &HeaderMap) {
        if let Some(session) = session::find(&mut self.people().sessions, service, headers) {
            session.ended = true;
        }
    }

    /// The song or stem with this id, and whose it is.
    pub(crate) fn find(&self, id: &str) -> Option<(Person, Clip)> {
        let people = self.people();
        people.accounts.iter().find_map(|account| Some((account.person.clone(), account.clip(id)?)))
    }

    /// Replaces the files of the song whose id is in `path`, or the video site's file of that name.
    pub(crate) fn revise(&self, path: &str) {
        self.videos.revise(path);
        for account in &mut self.people().accounts {
            for song in &mut account.songs {
                let is_stem =
                    crate::media::Stem::all().any(|stem| path.contains(&song.stem_id(stem)));
                song.revision += u32::from(is_stem || path.contains(&song.id));
            }
        }
    }

    /// An address signed for as long as addresses are good now.
    pub(crate) fn sign(&self, host: &str, path: &str) -> String {
        self.signer.sign(host, path, self.signature_life.load(Ordering::Relaxed))
    }
}

impl People {
    fn persons(&self) -> impl Iterator<Item = &Person> {
        self.accounts.iter().map(|account| &account.person)
    }

    fn account(&mut self, service: Service, name: &str, songs: u32, quirks: bool) -> &mut Account {
        let is_it =
            |account: &Account| account.person.service == service && account.person.name == name;
        let at = self.accounts.iter().position(is_it).unwrap_or_else(|| {
            self.accounts.push(Account::new(service, name, songs, quirks));
            self.accounts.len() - 1
        });
        &mut self.accounts[at]
    }
}
