//! Who is signed in to the video site, and the two cookies that show it.

use crate::session::{Cookies, SetCookie, random_text};
use http::{HeaderMap, HeaderValue};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An ordinary cookie.
const SESSION: &str = "session";
/// A partitioned one (CHIPS), bound to the host by its prefix.
const PART: &str = "__Host-part";
/// How long browsers keep them, in seconds.
const LIFE: u32 = 30 * 24 * 3600;

/// The values of one session's cookies.
#[derive(Clone, Debug)]
pub(super) struct Session {
    session: String,
    part: String,
}

/// The live ones.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Vec<Session>>);

impl Sessions {
    pub(super) fn open(&self) -> Session {
        let session = Session { session: random_text(24), part: random_text(24) };
        self.lock().push(session.clone());
        session
    }

    /// True when both cookies of one live session are there. One alone opens nothing.
    pub(super) fn admit(&self, headers: &HeaderMap) -> bool {
        let cookies = Cookies::of(headers);
        self.lock().iter().any(|session| {
            cookies.get(SESSION) == Some(&session.session)
                && cookies.get(PART) == Some(&session.part)
        })
    }

    pub(super) fn end_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// What the sign-in sets.
    pub(super) fn headers(&self) -> Vec<HeaderValue> {
        let Self { session, part } = self;
        let texts = [
            format!("{SESSION}={session}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LIFE}"),
            format!(
                "{PART}={part}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned; Max-Age={LIFE}"
            ),
        ];
        texts.iter().filter_map(|text| HeaderValue::from_str(text).ok()).collect()
    }

    /// The same for a cookie file.
    pub(super) fn cookies(&self) -> [SetCookie; 2] {
        let cookie = |name: &str, value: &String| SetCookie {
            name: name.to_owned(),
            value: value.clone(),
            http_only: true,
        };
        [cookie(SESSION, &self.session), cookie(PART, &self.part)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;

    fn with(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(text).unwrap())])
    }

    #[test]
    fn only_both_cookies_of_one_session_open_the_door() {
        let sessions = Sessions::default();
        let (one, other) = (sessions.open(), sessions.open());
        let both = format!("{PART}={}; {SESSION}={}", one.part, one.session);
        let mixed = format!("{PART}={}; {SESSION}={}", other.part, one.session);
        assert!(sessions.admit(&with(&both)));
        assert!(!sessions.admit(&with(&mixed)));
        assert!(!sessions.admit(&with(&format!("{SESSION}={}", one.session))));
        assert!(!sessions.admit(&HeaderMap::new()));
        sessions.end_all();
        assert!(!sessions.admit(&with(&both)));
    }
}
