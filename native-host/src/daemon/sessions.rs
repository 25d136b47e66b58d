//! Credentials: in memory only, for the exact origin and account they came with, never handed back
//! (docs/security.md).

use protocol::{Credentials, ErrorBody, ErrorCode, Source};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;
use transfer::Signer;

/// A session that was refused is tried again this often when the browser says it is still the one.
const SECOND_CHANCES: u32 = 2;
/// After this long, a refusal is forgotten.
const FORGIVEN: Duration = Duration::from_secs(300);

/// The sessions in hand.
#[derive(Default)]
pub(super) struct Sessions {
    known: Mutex<HashMap<Source, Session>>,
    /// How many have come.
    editions: AtomicU64,
    /// Something new came.
    renewed: Notify,
}

struct Session {
    credentials: Credentials,
    signer: Arc<Signer>,
    rejected: Option<(u32, Instant)>,
    edition: u64,
}

impl Sessions {
    fn known(&self) -> MutexGuard<'_, HashMap<Source, Session>> {
        self.known.lock().expect("nothing panics while holding it")
    }

    /// Takes a session. `Ok(false)`: it is the one that the site has just refused, again and again.
    ///
    /// # Errors
    /// [`ErrorCode::BadParameters`] when the origin is not the source's own.
    pub fn put(&self, credentials: Credentials) -> Result<bool, ErrorBody> {
        let source = credentials.source;
        if credentials.origin != source.origin() {
            let error = ErrorBody::new(ErrorCode::BadParameters);
            return Err(error.with("detail", "these credentials are of another site"));
        }
        let signer = Arc::new(Signer::new(&credentials)?);
        let mut known = self.known();
        let refused = known
            .get(&source)
            .filter(|old| same_session(&old.credentials, &credentials))
            .and_then(|old| old.rejected)
            .filter(|(_, when)| when.elapsed() < FORGIVEN);
        let hopeless = refused.is_some_and(|(times, _)| times > SECOND_CHANCES);
        let edition = self.editions.fetch_add(1, Ordering::Relaxed);
        known.insert(source, Session { credentials, signer, rejected: refused, edition });
        drop(known);
        self.renewed.notify_waiters();
        Ok(!hopeless)
    }

    /// Forgets a site's session.
    pub fn forget(&self, source: Source) {
        self.known().remove(&source);
    }

    /// Which session of a source is in hand: tells the one that a failure is about from one that came since.
    pub fn edition(&self, source: Source) -> Option<u64> {
        self.known().get(&source).map(|session| session.edition)
    }

    /// Notes that the site did not accept this edition of its session; a newer one has still to show.
    pub fn reject(&self, source: Source, edition: Option<u64>) {
        let mut known = self.known();
        let session = known.get_mut(&source);
        if let Some(session) = session.filter(|session| Some(session.edition) == edition) {
            let times = session.rejected.map_or(0, |(times, _)| times);
            session.rejected = Some((times + 1, Instant::now()));
        }
    }

    /// The person wants it tried again: refusals are forgotten.
    pub fn pardon(&self, source: Source) {
        if let Some(session) = self.known().get_mut(&source) {
            session.rejected = None;
        }
    }

    /// What signs requests for an account.
    ///
    /// # Errors
    /// [`ErrorCode::SessionExpired`] when there is no session, [`ErrorCode::OtherAccount`] when it is another's.
    pub fn signer(&self, source: Source, account_id: &str) -> Result<Arc<Signer>, ErrorBody> {
        self.of(source, account_id, |session| session.signer.clone())
    }

    /// The session of an account.
    ///
    /// # Errors
    /// As [`Sessions::signer`].
    pub fn credentials(&self, source: Source, account_id: &str) -> Result<Credentials, ErrorBody> {
        self.of(source, account_id, |session| session.credentials.clone())
    }

    fn of<T>(
        &self,
        source: Source,
        account_id: &str,
        take: impl Fn(&Session) -> T,
    ) -> Result<T, ErrorBody> {
        let known = self.known();
        // Cookies of an ended session may hold a refresh token, which the site would spend on us: the person's
        // browser would then be signed out. They are not sent any more.
        let Some(session) =
            known.get(&source).filter(|session| !session.ends_within(Duration::ZERO))
        else {
            return Err(ErrorBody::new(ErrorCode::SessionExpired).with("site", source.title()));
        };
        let owner = &session.credentials.account_id;
        if !owner.is_empty() && !account_id.is_empty() && owner != account_id {
            let error = ErrorBody::new(ErrorCode::OtherAccount).with("site", source.title());
            return Err(error.with("expected", account_id).with("found", owner));
        }
        Ok(take(session))
    }

    /// The accounts whose session ends soon.
    pub fn ending_within(&self, time: Duration) -> Vec<(Source, String)> {
        let known = self.known();
        let ending = known.iter().filter(|(_, session)| session.ends_within(time));
        ending.map(|(source, session)| (*source, session.credentials.account_id.clone())).collect()
    }

    /// Waits until some session has come.
    pub async fn renewed(&self) {
        self.renewed.notified().await;
    }
}

impl Session {
    fn ends_within(&self, time: Duration) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let then = i64::try_from((now + time).as_secs()).unwrap_or(i64::MAX);
        self.credentials.bearer_expires_at.is_some_and(|end| end <= then)
    }
}

fn same_session(old: &Credentials, new: &Credentials) -> bool {
    old.account_id == new.account_id && old.bearer == new.bearer && old.cookies == new.cookies
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Secret;

    fn credentials(token: &str) -> Credentials {
        Credentials {
            source: Source::Flowmusic,
            origin: Source::Flowmusic.origin().into(),
            account_id: "me".into(),
            cookies: Vec::new(),
            bearer: Some(Secret::new(token)),
            bearer_expires_at: None,
            user_agent: None,
        }
    }

    #[test]
    fn a_session_signs_for_its_own_account_only() {
        let sessions = Sessions::default();
        sessions.put(credentials("t")).unwrap();
        assert!(sessions.signer(Source::Flowmusic, "me").is_ok());
        let other = sessions.signer(Source::Flowmusic, "somebody else").err().unwrap();
        assert_eq!(other.code, ErrorCode::OtherAccount);
        let none = sessions.signer(Source::Producer, "me").err().unwrap();
        assert_eq!(none.code, ErrorCode::SessionExpired);
    }

    #[test]
    fn an_ended_session_is_not_sent_any_more_so_that_nobody_spends_its_refresh_token() {
        let sessions = Sessions::default();
        let mut ended = credentials("t");
        ended.bearer_expires_at = Some(1_000_000_000);
        sessions.put(ended).unwrap();
        let error = sessions.signer(Source::Flowmusic, "me").err().unwrap();
        assert_eq!(error.code, ErrorCode::SessionExpired);
        assert_eq!(sessions.ending_within(Duration::ZERO), [(Source::Flowmusic, "me".to_owned())]);
    }

    #[test]
    fn credentials_of_another_origin_are_refused() {
        let mut wrong = credentials("t");
        wrong.origin = "https://evil.example".into();
        assert_eq!(Sessions::default().put(wrong).unwrap_err().code, ErrorCode::BadParameters);
    }

    #[test]
    fn a_session_that_is_refused_again_and_again_counts_as_no_news() {
        let sessions = Sessions::default();
        sessions.put(credentials("old")).unwrap();
        for _ in 0..SECOND_CHANCES {
            sessions.reject(Source::Flowmusic, sessions.edition(Source::Flowmusic));
            assert!(sessions.put(credentials("old")).unwrap());
        }
        sessions.reject(Source::Flowmusic, sessions.edition(Source::Flowmusic));
        assert!(!sessions.put(credentials("old")).unwrap());
        assert!(sessions.put(credentials("new")).unwrap());
    }

    #[test]
    fn the_failure_of_an_older_session_is_not_held_against_the_one_that_came_since() {
        let sessions = Sessions::default();
        let none = sessions.edition(Source::Flowmusic);
        for _ in 0..=SECOND_CHANCES {
            sessions.put(credentials("fresh")).unwrap();
            sessions.reject(Source::Flowmusic, none);
        }
        assert_ne!(sessions.edition(Source::Flowmusic), none);
        assert!(sessions.put(credentials("fresh")).unwrap());
    }
}
