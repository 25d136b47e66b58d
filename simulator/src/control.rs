//! What a test may ask of the simulator and do to it, in the same process. `control_http` offers the same to others.

use crate::account::Account;
use crate::discogs::DiscogsControl;
use crate::faults::{Fault, FaultReport};
use crate::log::{Counters, LogEntry};
use crate::media::long_file::LongFile;
use crate::media::{Format, Stem};
use crate::service::Service;
use crate::session;
use crate::song::SongFacts;
use crate::videos::VideoControl;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What ends when [`Control::expire`] is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expire {
    /// The access tokens: the next visit to a page of the site brings new ones.
    Tokens,
    /// The sessions: the person has to sign in again.
    Sessions,
}

/// The powers of a test.
#[derive(Clone, Debug)]
pub struct Control(pub(crate) Arc<World>);

impl Control {
    /// Leaves exactly `count` songs in an account (stems not counted): makes new ones or forgets the newest.
    pub fn set_songs(&self, service: Service, account: &str, count: u32) {
        self.account(service, account, |account| account.set_count(count));
    }

    /// Makes `count` songs in front of the others and gives their ids, newest first.
    pub fn add_songs(&self, service: Service, account: &str, count: u32) -> Vec<String> {
        self.account(service, account, |account| {
            account.add(count);
            account.songs[..count as usize].iter().map(|song| song.id.clone()).collect()
        })
    }

    /// Deletes a song, wherever it is. False when there is none of this id.
    pub fn delete_song(&self, id: &str) -> bool {
        let mut people = self.0.people();
        let before = |accounts: &[Account]| {
            accounts.iter().map(|account| account.songs.len()).sum::<usize>()
        };
        let had = before(&people.accounts);
        people.accounts.iter_mut().for_each(|account| account.songs.retain(|song| song.id != id));
        before(&people.accounts) < had
    }

    /// Changes a song's title. False when there is none of this id.
    pub fn rename_song(&self, id: &str, title: &str) -> bool {
        let mut people = self.0.people();
        let song = people.accounts.iter_mut().find_map(|account| account.song_mut(id));
        song.map(|song| song.title = Some(title.to_owned())).is_some()
    }

    /// Gives the newest songs the titles that break programs.
    pub fn make_titles_nasty(&self, service: Service, account: &str) {
        self.account(service, account, Account::make_nasty);
    }

    /// Whether songs lack things (sound, a stem, a title, …) here and there, as in real accounts. New songs follow.
    pub fn set_quirks(&self, service: Service, account: &str, quirks: bool) {
        self.account(service, account, |account| {
            account.quirks = quirks;
            account.songs.iter_mut().for_each(|song| song.quirks = quirks);
        });
    }

    /// Makes songs so long that their file in `format` has at least `bytes` bytes: one song, or all of the account.
    pub fn set_size(
        &self,
        service: Service,
        account: &str,
        id: Option<&str>,
        format: Format,
        bytes: u64,
    ) {
        let media = &self.0.media;
        self.account(service, account, |account| {
            for song in account.songs.iter_mut().filter(|song| id.is_none_or(|id| id == song.id)) {
                song.rounds = media.rounds_for(&song.recording(format).id, format, bytes);
            }
        });
    }

    /// Makes one song so long that its stems' JSON has at least `bytes` bytes.
    pub fn set_stems_size(&self, service: Service, account: &str, id: &str, bytes: u64) {
        let stems = Stem::all().count() as u64;
        let of_one = bytes * 3 / 4 / stems;
        self.set_size(service, account, Some(id), Format::Stem(Stem(0)), of_one);
    }

    /// What the site has, newest first. The truth that a balance must agree with.
    pub fn songs(&self, service: Service, account: &str) -> Vec<SongFacts> {
        self.account(service, account, |account| {
            account.songs.iter().map(|song| song.facts()).collect()
        })
    }

    /// The account's user id.
    pub fn user_id(&self, service: Service, account: &str) -> String {
        self.account(service, account, |account| account.person.user_id.clone())
    }

    /// The exact bytes of a file as the site has it now, whether it gives it or not. On flowmusic.app a stem is asked
    /// for by its own id as `m4a`, or by its song's id and the stem's name.
    pub fn truth(&self, id: &str, format: Format) -> Option<LongFile> {
        let (_, clip) = self.0.find(id)?;
        let format = clip.stem.map_or(format, Format::Stem);
        Some(self.0.media.file(&clip.song.recording(format), format))
    }

    /// The exact bytes of a song's cover.
    pub fn cover(&self, id: &str) -> Option<LongFile> {
        let (_, clip) = self.0.find(id)?;
        Some(self.0.media.cover(&clip.song.recording(Format::M4a)))
    }

    /// Replaces a song's files by others of another entity tag.
    pub fn replace_files(&self, id: &str) {
        self.0.revise(id);
    }

    /// Signs in and gives the cookies as a Netscape cookie file. `supabase` adds the Supabase cookie on producer.ai.
    pub fn sign_in(&self, service: Service, account: &str, supabase: bool) -> String {
        session::netscape_file(service.host(), &self.0.sign_in(service, account, supabase))
    }

    /// The powers over the video site.
    pub fn videos(&self) -> VideoControl<'_> {
        VideoControl(&self.0)
    }

    /// The powers over Discogs.
    pub fn discogs(&self) -> DiscogsControl<'_> {
        DiscogsControl(&self.0)
    }

    /// Ends the tokens or sessions of an account now.
    pub fn expire(&self, service: Service, account: &str, what: Expire) {
        let mut people = self.0.people();
        let theirs = people
            .sessions
            .iter_mut()
            .filter(|session| session.service == service && session.account == account);
        theirs.for_each(|session| match what {
            Expire::Tokens => session.expire_token(),
            Expire::Sessions => session.ended = true,
        });
    }

    /// How long access tokens from now on are good for, in seconds.
    pub fn set_token_life(&self, seconds: i64) {
        self.0.token_life.store(seconds, Ordering::Relaxed);
    }

    /// How long addresses signed from now on are good for, in seconds; 0 makes addresses that have expired already.
    pub fn set_signature_life(&self, seconds: i64) {
        self.0.signature_life.store(seconds, Ordering::Relaxed);
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.0.faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// The faults and how often they struck.
    pub fn faults(&self) -> Vec<FaultReport> {
        self.0.faults.report()
    }

    /// Every request since the start or the last clearing.
    pub fn log(&self) -> Vec<LogEntry> {
        self.0.log.entries()
    }

    /// The hosts that a cookie of this name reached.
    pub fn hosts_that_saw(&self, cookie: &str) -> BTreeSet<String> {
        let saw = |entry: &LogEntry| entry.cookies.iter().any(|name| name == cookie);
        self.log().into_iter().filter(saw).map(|entry| entry.host).collect()
    }

    /// The sums.
    pub fn counters(&self) -> Counters {
        self.0.log.counters()
    }

    /// Forgets log and sums.
    pub fn clear_log(&self) {
        self.0.log.clear();
    }

    fn account<T>(&self, service: Service, name: &str, act: impl FnOnce(&mut Account) -> T) -> T {
        self.0.with_account(service, name, act)
    }
}
