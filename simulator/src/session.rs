//! Signed-in sessions: cookies, access tokens and what a request must carry to be served.
//!
//! The Supabase cookie is built as `@supabase/ssr` builds it: JSON, base64url, `base64-` in front, cut in pieces of
//! 3180 characters named `.0`, `.1`, …

use crate::account::Person;
use crate::service::Service;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The cookie of the first era.
pub(crate) const PRODUCER_COOKIE: &str = "producer_session";
/// The Supabase cookie, before its piece's number.
pub(crate) const SUPABASE_COOKIE: &str = "sb-sb-auth-token";
const PIECE: usize = 3180;

/// A person's session on one site.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub service: Service,
    pub account: String,
    /// The value of the first era's cookie.
    secret: String,
    /// Whether it has a Supabase cookie and therefore needs a bearer token.
    supabase: bool,
    /// Every access token it ever had, the current one last.
    tokens: Vec<AccessToken>,
    refresh_token: String,
    /// Signed out, or ended by the site.
    pub ended: bool,
}

#[derive(Clone, Debug)]
struct AccessToken {
    text: String,
    expires_at: i64,
}

/// A cookie to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetCookie {
    pub name: String,
    pub value: String,
    pub http_only: bool,
}

impl Session {
    pub(crate) fn open(person: &Person, supabase: bool, token_life: i64) -> Self {
        let mut session = Self {
            service: person.service,
            account: person.name.clone(),
            secret: random_text(32),
            supabase: supabase || person.service == Service::Flowmusic,
            tokens: Vec::new(),
            refresh_token: random_text(12),
            ended: false,
        };
        session.renew(person, token_life);
        session
    }

    /// A new access token and a new refresh token, as a visit to a page brings them when the old one has expired.
    pub(crate) fn renew(&mut self, person: &Person, token_life: i64) {
        let expires_at = now() + token_life;
        self.tokens.push(AccessToken { text: jwt(person, expires_at), expires_at });
        self.refresh_token = random_text(12);
    }

    /// Ends the current access token before its time; the site's page would renew it.
    pub(crate) fn expire_token(&mut self) {
        if let Some(token) = self.tokens.last_mut() {
            token.expires_at = 0;
        }
    }

    pub(crate) fn token_is_live(&self) -> bool {
        self.tokens.last().is_some_and(|token| token.expires_at > now())
    }

    pub(crate) fn uses_supabase(&self) -> bool {
        self.supabase
    }

    /// The cookies the site sets.
    pub(crate) fn cookies(&self, person: &Person) -> Vec<SetCookie> {
        let mut cookies = Vec::new();
        if self.service == Service::Producer {
            cookies.push(SetCookie {
                name: PRODUCER_COOKIE.into(),
                value: self.secret.clone(),
                http_only: true,
            });
        }
        if self.supabase {
            let value = self.supabase_value(person);
            let pieces = value.as_bytes().chunks(PIECE).map(String::from_utf8_lossy).enumerate();
            cookies.extend(pieces.map(|(n, piece)| SetCookie {
                name: format!("{SUPABASE_COOKIE}.{n}"),
                value: piece.into_owned(),
                http_only: false,
            }));
        }
        cookies.push(SetCookie { name: "__cf_bm".into(), value: random_text(24), http_only: true });
        cookies
    }

    fn supabase_value(&self, person: &Person) -> String {
        let Some(token) = self.tokens.last() else { return String::new() };
        let session = json!({
            "access_token": token.text,
            "token_type": "bearer",
            "expires_in": token.expires_at - now(),
            "expires_at": token.expires_at,
            "refresh_token": self.refresh_token,
            // Sessions of people who signed in with Google carry its token too; it is what makes them long.
            "provider_token": format!("ya29.{}", random_text(900)),
            "user": user(person),
        });
        format!("base64-{}", BASE64_URL_SAFE_NO_PAD.encode(session.to_string()))
    }

    fn has_token(&self, text: &str) -> bool {
        self.tokens.iter().any(|token| token.text == text)
    }

    fn has_live_token(&self, text: &str) -> bool {
        self.tokens.iter().any(|token| token.text == text && token.expires_at > now())
    }
}

/// The session that a request's cookies belong to, dead tokens included.
pub(crate) fn find<'a>(
    sessions: &'a mut [Session],
    service: Service,
    headers: &HeaderMap,
) -> Option<&'a mut Session> {
    let cookies = Cookies::of(headers);
    let token = cookies.supabase_token();
    sessions.iter_mut().find(|session| {
        let by_secret =
            service == Service::Producer && cookies.get(PRODUCER_COOKIE) == Some(&session.secret);
        let by_token = token.as_deref().is_some_and(|token| session.has_token(token));
        session.service == service && !session.ended && (by_secret || by_token)
    })
}

/// True when the request may use the API: a live session's cookies and, where a Supabase cookie is among them, a live
/// access token of the same session as bearer.
pub(crate) fn is_signed(session: &Session, headers: &HeaderMap) -> bool {
    let needs_bearer =
        session.service == Service::Flowmusic || Cookies::of(headers).supabase_token().is_some();
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    !needs_bearer || bearer.is_some_and(|bearer| session.has_live_token(bearer))
}

/// A request's cookies.
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs =
            texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&String> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The access token inside the joined pieces of the Supabase cookie.
    fn supabase_token(&self) -> Option<String> {
        let joined: String =
            (0..).map_while(|n| self.get(&format!("{SUPABASE_COOKIE}.{n}"))).cloned().collect();
        let json = BASE64_URL_SAFE_NO_PAD.decode(joined.strip_prefix("base64-")?).ok()?;
        let session: Value = serde_json::from_slice(&json).ok()?;
        session["access_token"].as_str().map(str::to_owned)
    }
}

/// The text of a Netscape cookie file, which curl, yt-dlp and browsers' export tools share. All of the cookies are for
/// `host` alone.
pub(crate) fn netscape_file(host: &str, cookies: &[SetCookie]) -> String {
    const YEAR: i64 = 31_536_000;
    let expires = now() + YEAR;
    let line = |SetCookie { name, value, http_only }: &SetCookie| {
        let prefix = if *http_only { "#HttpOnly_" } else { "" };
        format!("{prefix}{host}\tFALSE\t/\tTRUE\t{expires}\t{name}\t{value}\n")
    };
    let lines: String = cookies.iter().map(line).collect();
    format!("# Netscape HTTP Cookie File\n\n{lines}")
}

/// A token of the right shape. The signature is noise: only the site could check it.
fn jwt(person: &Person, expires_at: i64) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({"alg": "HS256", "kid": "Yo04xfndecCrKN", "typ": "JWT"}));
    let body = part(json!({
        "iss": "https://sb.flowmusic.app/auth/v1",
        "sub": person.user_id,
        "aud": "authenticated",
        "exp": expires_at,
        "iat": now(),
        "email": format!("{}@example.com", person.name),
        "app_metadata": {"provider": "google", "providers": ["google"]},
        "user_metadata": {"full_name": person.name, "email_verified": true},
        "role": "authenticated",
        "session_id": random_text(18),
    }));
    format!("{head}.{body}.{}", random_text(32))
}

fn user(person: &Person) -> Value {
    let email = format!("{}@example.com", person.name);
    json!({
        "id": person.user_id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": email,
        "phone": "",
        "app_metadata": {"provider": "google", "providers": ["google"]},
        "user_metadata": {
            "avatar_url": format!("https://storage.googleapis.com/corpusant-app-public/avatars/{}.jpg", person.user_id),
            "email": email, "email_verified": true, "full_name": person.name, "name": person.name,
        },
        "identities": [{
            "identity_id": random_text(18), "id": person.user_id, "provider": "google",
            "identity_data": {"email": email, "iss": "https://accounts.google.com", "sub": person.user_id},
        }],
        "created_at": "2025-01-02T03:04:05.678Z",
        "is_anonymous": false,
    })
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// `bytes` random bytes as base64url.
pub(crate) fn random_text(bytes: usize) -> String {
    let mut noise = vec![0; bytes];
    rand::fill(&mut noise[..]);
    BASE64_URL_SAFE_NO_PAD.encode(noise)
}
