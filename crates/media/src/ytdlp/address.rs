//! Addresses that yt-dlp may be given.

use super::error::FetchError;
use std::fmt;

/// Longer ones are no addresses of pages, in bytes.
const LIMIT: usize = 8 * 1024;

/// The address of a page: http or https, with a host, without credentials.
///
/// It cannot be taken for an option, a file, a search or anything else that yt-dlp knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// Checks an address.
    ///
    /// # Errors
    /// `BadAddress` with the reason.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        let bad = |why: &str| Err(FetchError::BadAddress(why.to_owned()));
        if text.len() > LIMIT {
            return bad("it is too long");
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return bad("it contains blanks or control characters");
        }
        let Some(authority) = authority(text) else {
            return bad("it does not begin with http:// or https://");
        };
        // It would be seen in the list of processes.
        if authority.contains('@') {
            return bad("it contains a user name");
        }
        if authority.is_empty() || authority.starts_with(':') {
            return bad("it names no host");
        }
        Ok(Self(text.to_owned()))
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host, and port where there is one.
    pub fn host(&self) -> &str {
        authority(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn authority(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web.then(|| rest.split(['/', '?', '#']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://example.org/watch?v=1#t=2", "example.org")]
    #[case("HTTP://127.0.0.1:8080", "127.0.0.1:8080")]
    #[case("https://[::1]/a@b", "[::1]")]
    fn pages_are_addresses(#[case] text: &str, #[case] host: &str) {
        assert_eq!(Address::parse(text).unwrap().host(), host);
    }

    #[rstest]
    #[case("")]
    #[case("--exec=reboot")]
    #[case("--exec=http://a/")]
    #[case("-http://example.org")]
    #[case(" https://example.org")]
    #[case("file:///etc/passwd")]
    #[case("data:text/html,x")]
    #[case("javascript:alert(1)")]
    #[case("ftp://example.org/a")]
    #[case("ytsearch:cats")]
    #[case("example.org")]
    #[case("https://")]
    #[case("https:///path")]
    #[case("https://:80/")]
    #[case("https://me:secret@example.org/")]
    #[case("https://example.org/\n--exec")]
    #[case("https:\\\\example.org")]
    fn all_else_is_refused(#[case] text: &str) {
        assert!(matches!(Address::parse(text), Err(FetchError::BadAddress(_))));
    }

    proptest! {
        #[test]
        fn no_address_can_be_an_option(text in "(-{0,2})[ -~]{0,40}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.as_str().to_ascii_lowercase().starts_with("http"));
            }
        }
    }
}
