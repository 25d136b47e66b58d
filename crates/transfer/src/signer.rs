//! What signs requests to one origin: cookies with their scopes (RFC 6265, 5.1 and 5.4) and a bearer token.
//! Nothing of it ever shows in a log, and nothing of it goes to another origin.

use http::header::{AUTHORIZATION, COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use protocol::{Cookie, Credentials, ErrorBody, ErrorCode, Secret, Source};
use reqwest::Url;
use std::fmt;
use std::time::SystemTime;

/// A session of one account at one origin.
pub struct Signer {
    site: Source,
    origin: String,
    cookies: Vec<Cookie>,
    bearer: Option<Secret>,
    user_agent: Option<String>,
}

impl Signer {
    /// Takes what the browser handed over. The origin must be https.
    pub fn new(credentials: &Credentials) -> Result<Self, ErrorBody> {
        let refused =
            || ErrorBody::new(ErrorCode::AddressRefused).with("address", &credentials.origin);
        let origin = Url::parse(&credentials.origin).map_err(|_| refused())?;
        if origin.scheme() != "https" {
            return Err(refused());
        }
        Ok(Self {
            site: credentials.source,
            origin: origin.origin().ascii_serialization(),
            cookies: credentials.cookies.clone(),
            bearer: credentials.bearer.clone(),
            user_agent: credentials.user_agent.clone(),
        })
    }

    /// Whose session it is.
    pub fn site(&self) -> Source {
        self.site
    }

    /// Scheme, host and port are exactly those of the session.
    pub(crate) fn belongs_to(&self, url: &Url) -> bool {
        url.scheme() == "https" && url.origin().ascii_serialization() == self.origin
    }

    /// Adds cookies, token and the browser's name to a request to `url`, if it is the session's own origin.
    pub(crate) fn sign(&self, url: &Url, headers: &mut HeaderMap) {
        if !self.belongs_to(url) {
            return;
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if let Some(cookies) = self.cookie_header(url, now.as_secs()) {
            headers.insert(COOKIE, cookies);
        }
        let bearer = self
            .bearer
            .as_ref()
            .and_then(|token| secret_value(&format!("Bearer {}", token.expose())));
        if let Some(bearer) = bearer {
            headers.insert(AUTHORIZATION, bearer);
        }
        let user_agent =
            self.user_agent.as_deref().and_then(|name| HeaderValue::from_str(name).ok());
        if let Some(user_agent) = user_agent {
            headers.insert(USER_AGENT, user_agent);
        }
    }

    /// The cookies for `url`, those with the longest path first.
    fn cookie_header(&self, url: &Url, now: u64) -> Option<HeaderValue> {
        let host = url.host_str()?;
        let mut fitting: Vec<&Cookie> =
            self.cookies.iter().filter(|cookie| fits(cookie, host, url.path(), now)).collect();
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = fitting
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value.expose()))
            .collect();
        if pairs.is_empty() { None } else { secret_value(&pairs.join("; ")) }
    }
}

/// `Secure` needs no check: nothing is signed on plain http.
fn fits(cookie: &Cookie, host: &str, path: &str, now: u64) -> bool {
    let alive = cookie.expires_at.is_none_or(|end| u64::try_from(end).is_ok_and(|end| end > now));
    alive && is_sendable(cookie) && domain_fits(cookie, host) && path_fits(&cookie.path, path)
}

/// One cookie with a control character or a separator must not spoil or forge the others.
fn is_sendable(cookie: &Cookie) -> bool {
    let clean = |text: &str| text.bytes().all(|byte| byte != b';' && byte != 0x7f && byte >= 0x20);
    clean(&cookie.name) && clean(cookie.value.expose()) && !cookie.name.contains('=')
}

fn domain_fits(cookie: &Cookie, host: &str) -> bool {
    let domain = cookie.domain.trim_start_matches('.').to_ascii_lowercase();
    if host == domain {
        return true;
    }
    let is_subdomain = || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'));
    let is_name = || host.parse::<std::net::Ipv4Addr>().is_err();
    !cookie.host_only && !domain.is_empty() && is_subdomain() && is_name()
}

fn path_fits(prefix: &str, path: &str) -> bool {
    match path.strip_prefix(prefix) {
        Some(rest) => rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

/// A value that libraries do not print.
fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn cookie(name: &str, domain: &str, host_only: bool, path: &str) -> Cookie {
        Cookie {
            name: name.into(),
            value: Secret::new("v"),
            domain: domain.into(),
            host_only,
            path: path.into(),
            secure: true,
            http_only: true,
            expires_at: None,
        }
    }

    fn signer(cookies: Vec<Cookie>) -> Signer {
        let credentials = Credentials {
            source: Source::Producer,
            origin: "https://www.producer.ai".into(),
            account_id: "me".into(),
            cookies,
            bearer: Some(Secret::new("token")),
            bearer_expires_at: None,
            user_agent: Some("Browser/1".into()),
        };
        Signer::new(&credentials).unwrap()
    }

    fn signed(signer: &Signer, url: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        signer.sign(&Url::parse(url).unwrap(), &mut headers);
        headers
    }

    fn cookies_for(cookies: Vec<Cookie>, url: &str) -> Option<String> {
        let headers = signed(&signer(cookies), url);
        headers.get(COOKIE).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn requests_to_the_sessions_origin_are_signed() {
        let headers = signed(
            &signer(vec![cookie("a", "www.producer.ai", true, "/")]),
            "https://www.producer.ai/x",
        );
        assert_eq!(headers[COOKIE], "a=v");
        assert_eq!(headers[AUTHORIZATION], "Bearer token");
        assert_eq!(headers[USER_AGENT], "Browser/1");
        assert!(headers[COOKIE].is_sensitive() && headers[AUTHORIZATION].is_sensitive());
    }

    #[rstest]
    #[case::plain_http("http://www.producer.ai/x")]
    #[case::other_port("https://www.producer.ai:8443/x")]
    #[case::subdomain("https://a.www.producer.ai/x")]
    #[case::parent("https://producer.ai/x")]
    #[case::look_alike("https://www.producer.ai.example/x")]
    #[case::file_host("https://storage.googleapis.com/x")]
    fn nothing_goes_to_another_origin(#[case] url: &str) {
        let cookies =
            vec![cookie("a", "producer.ai", false, "/"), cookie("b", "googleapis.com", false, "/")];
        assert!(signed(&signer(cookies), url).is_empty());
    }

    #[rstest]
    #[case::host(cookie("a", "www.producer.ai", true, "/"), true)]
    #[case::parent_domain(cookie("a", "producer.ai", false, "/"), true)]
    #[case::dotted_parent_domain(cookie("a", ".producer.ai", false, "/"), true)]
    #[case::parent_but_host_only(cookie("a", "producer.ai", true, "/"), false)]
    #[case::tail_without_dot(cookie("a", "cer.ai", false, "/"), false)]
    #[case::other(cookie("a", "flowmusic.app", false, "/"), false)]
    #[case::no_domain(cookie("a", "", false, "/"), false)]
    #[case::path(cookie("a", "www.producer.ai", true, "/__api"), true)]
    #[case::path_with_slash(cookie("a", "www.producer.ai", true, "/__api/"), true)]
    #[case::path_look_alike(cookie("a", "www.producer.ai", true, "/__ap"), false)]
    #[case::other_path(cookie("a", "www.producer.ai", true, "/admin"), false)]
    #[case::forged_name(cookie("a=1; b", "www.producer.ai", true, "/"), false)]
    fn a_cookie_goes_where_its_scope_says(#[case] cookie: Cookie, #[case] sent: bool) {
        assert_eq!(cookies_for(vec![cookie], "https://www.producer.ai/__api/x").is_some(), sent);
    }

    #[test]
    fn an_expired_cookie_stays_at_home() {
        let ended = Cookie { expires_at: Some(1), ..cookie("a", "www.producer.ai", true, "/") };
        let odd = Cookie { expires_at: Some(-1), ..ended.clone() };
        assert_eq!(cookies_for(vec![ended, odd], "https://www.producer.ai/"), None);
    }

    #[test]
    fn the_longest_path_comes_first_and_equal_ones_keep_their_order() {
        let cookies = vec![
            cookie("a", "www.producer.ai", true, "/"),
            cookie("b", "www.producer.ai", true, "/x"),
            cookie("c", "www.producer.ai", true, "/"),
        ];
        assert_eq!(
            cookies_for(cookies, "https://www.producer.ai/x").as_deref(),
            Some("b=v; a=v; c=v")
        );
    }

    #[test]
    fn a_session_of_plain_http_is_not_accepted() {
        let credentials = Credentials {
            source: Source::Producer,
            origin: "http://www.producer.ai".into(),
            account_id: "me".into(),
            cookies: Vec::new(),
            bearer: None,
            bearer_expires_at: None,
            user_agent: None,
        };
        assert_eq!(Signer::new(&credentials).unwrap_err().code, ErrorCode::AddressRefused);
    }

    #[test]
    fn debug_shows_nothing() {
        let text = format!("{:?}", signer(vec![cookie("name", "www.producer.ai", true, "/")]));
        assert_eq!(text, "Signer(…)");
    }

    proptest! {
        #[test]
        fn no_cookie_adds_another(name in ".*", value in ".*") {
            let cookie = Cookie { name, value: Secret::new(value), ..cookie("", "www.producer.ai", true, "/") };
            if let Some(header) = signer(vec![cookie]).cookie_header(&Url::parse("https://www.producer.ai/").unwrap(), 0) {
                prop_assert!(!header.as_bytes().contains(&b';'));
            }
        }
    }
}
