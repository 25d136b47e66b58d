//! From a browser's cookies to what signs requests: the Supabase session and its access token.
//!
//! The layout of the cookie is that of Supabase's `@supabase/ssr`: JSON, percent-encoded or as `base64-` and
//! base64url, cut into chunks `NAME.0`, `NAME.1`, … when it is long. The refresh token in it is not looked at:
//! it may be used once only, and that one time belongs to the browser.

use crate::base64;
use crate::fields::{about, at, number};
use crate::site::{SignedBy, site_of};
use protocol::{Cookie, Credentials, ErrorBody, ErrorCode, Secret, Source};
use serde_json::Value;

/// Longest access token that is believed, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

/// Cookies that every visitor has: protection, measurement and consent. They are sent, but are no session.
const VISITOR_COOKIES: &[&str] =
    &["__cf", "cf_", "_cf", "_g", "ph_", "_fbp", "intercom-", "ajs_", "NEXT_LOCALE"];

/// Picks what signs requests to `source` from a browser's cookies (which may include those of other sites).
///
/// `now_s` is the time in seconds since 1970; cookies that ended before are dropped. The account's id is the
/// `sub` of the access token, or empty when there is no token (see [`whoami`](crate::whoami)).
///
/// # Errors
/// `SignedOut` when nothing in them looks like a session.
pub fn credentials_from_cookies(
    source: Source,
    mut cookies: Vec<Cookie>,
    now_s: i64,
) -> Result<Credentials, ErrorBody> {
    let host = source.origin().trim_start_matches("https://");
    let alive = |cookie: &Cookie| cookie.expires_at.is_none_or(|end| end > now_s);
    cookies.retain(|cookie| is_sent_to(cookie, host) && alive(cookie));
    let mut token = newest_token(&cookies);
    match site_of(source).signed_by {
        SignedBy::Token if token.is_none() => return Err(about(source, ErrorCode::SignedOut)),
        SignedBy::Cookies if token.is_none() && !cookies.iter().any(may_be_session) => {
            return Err(about(source, ErrorCode::SignedOut));
        }
        // The cookies may still be good where they sign by themselves: a token known to have ended only hurts.
        SignedBy::Cookies if token.as_ref().is_some_and(|token| token.ended(now_s)) => {
            let account_id = token.take().map(|token| token.subject).unwrap_or_default();
            return Ok(credentials(source, cookies, account_id, None));
        }
        // Elsewhere the service judges: this machine's clock may be wrong.
        SignedBy::Token | SignedBy::Cookies => {}
    }
    let account_id = token.as_ref().map(|token| token.subject.clone()).unwrap_or_default();
    Ok(credentials(source, cookies, account_id, token))
}

fn credentials(
    source: Source,
    cookies: Vec<Cookie>,
    account_id: String,
    token: Option<Token>,
) -> Credentials {
    Credentials {
        source,
        origin: source.origin().to_owned(),
        account_id,
        cookies,
        bearer_expires_at: token.as_ref().and_then(|token| token.ends_at),
        bearer: token.map(|token| token.access),
        user_agent: None,
    }
}

/// RFC 6265 §5.1.3, for a host that is not an address.
fn is_sent_to(cookie: &Cookie, host: &str) -> bool {
    let domain = cookie.domain.trim_start_matches('.').to_ascii_lowercase();
    if cookie.host_only || domain.is_empty() {
        return domain == host;
    }
    host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn may_be_session(cookie: &Cookie) -> bool {
    !cookie.value.expose().is_empty()
        && !VISITOR_COOKIES.iter().any(|start| cookie.name.starts_with(start))
}

/// What is used of a Supabase session.
struct Token {
    access: Secret,
    /// Seconds since 1970.
    ends_at: Option<i64>,
    /// The user's id, empty when the token does not say.
    subject: String,
}

impl Token {
    fn ended(&self, now_s: i64) -> bool {
        self.ends_at.is_some_and(|end| end <= now_s)
    }
}

/// The session that lasts longest: a browser may hold left-overs of older ones beside it.
fn newest_token(cookies: &[Cookie]) -> Option<Token> {
    let values = cookies.iter().filter_map(|first| whole_value(first, cookies));
    values.filter_map(|value| read_session(&value)).max_by_key(|token| token.ends_at)
}

/// The value that starts with this cookie: itself, or its chunks joined in the order of their numbers.
fn whole_value(first: &Cookie, cookies: &[Cookie]) -> Option<String> {
    let name = match first.name.strip_suffix(".0") {
        None => return is_session_name(&first.name).then(|| first.value.expose().to_owned()),
        Some(name) if is_session_name(name) => name,
        Some(_) => return None,
    };
    let mut value = String::new();
    // Looked up one by one, so that `.10` comes after `.9`.
    for number in 0..cookies.len() {
        let wanted = format!("{name}.{number}");
        let same_jar = |cookie: &&Cookie| {
            cookie.name == wanted && cookie.domain == first.domain && cookie.path == first.path
        };
        match cookies.iter().find(same_jar) {
            Some(chunk) => value.push_str(chunk.value.expose()),
            None => break,
        }
    }
    Some(value)
}

/// `sb-…auth-token`, whatever the project is called. Not `…-code-verifier`, which is there before signing in.
fn is_session_name(name: &str) -> bool {
    name.starts_with("sb-") && name.ends_with("auth-token")
}

fn read_session(value: &str) -> Option<Token> {
    let text = percent_decoded(value.trim_matches('"'));
    let json = match text.strip_prefix(b"base64-") {
        Some(encoded) => base64::decode(std::str::from_utf8(encoded).ok()?)?,
        None => text,
    };
    let session: Value = serde_json::from_slice(&json).ok()?;
    // Older versions of the library stored a list that starts with the access token.
    let access = session.get("access_token").or_else(|| session.get(0))?.as_str()?;
    // It becomes a header: nothing but visible ASCII goes through.
    if access.is_empty()
        || access.len() > MAX_TOKEN
        || !access.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return None;
    }
    let claims = jwt_claims(access).unwrap_or_default();
    let ends_at = number(at(&session, "expires_at")).or_else(|| number(at(&claims, "exp")));
    Some(Token {
        access: Secret::new(access),
        ends_at: ends_at.map(|end| end as i64),
        subject: at(&claims, "sub").as_str().unwrap_or_default().to_owned(),
    })
}

/// The claims of a JSON Web Token (RFC 7519), unverified: only the service can check the signature.
fn jwt_claims(token: &str) -> Option<Value> {
    let claims = token.split('.').nth(1)?;
    serde_json::from_slice(&base64::decode(claims)?).ok()
}

/// RFC 3986 §2.1; a `%` without two hexadecimal digits stays as it is.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}
