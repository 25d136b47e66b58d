//! The steps of OAuth 1.0a in which the API takes part (RFC 5849, 2). Who signs them is the transport.
//!
//! <https://www.discogs.com/developers#page:authentication,header:authentication-oauth-flow>

use super::{Discogs, paths};
use crate::api::Called;
use crate::fields::changed;
use crate::transport::{HttpMethod, Transport};
use protocol::{ErrorBody, ErrorCode, Secret, Source};

/// Where a person agrees.
const AUTHORIZE: &str = "https://www.discogs.com/oauth/authorize?oauth_token=";
/// The longest token that is believed, in bytes.
const MAX_TOKEN: usize = 1024;

/// A token and what requests in its name are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// Names it.
    pub key: Secret,
    /// What only its owner knows.
    pub secret: Secret,
}

/// The page of the site on which the person agrees to a request token.
pub fn authorize_address(request: &KeyPair) -> String {
    [AUTHORIZE, request.key.expose()].concat()
}

impl<T: Transport> Discogs<'_, T> {
    /// A token that the person may agree to.
    ///
    /// # Errors
    /// `BadParameters` when the application is not known or its secret is another; `SiteChanged`; whatever a call can
    /// end with.
    pub async fn request_token(&self) -> Result<KeyPair, ErrorBody> {
        self.token(HttpMethod::Get, paths::REQUEST_TOKEN, "consumer key or secret").await
    }

    /// What a request token is exchanged for, once the person has agreed to it.
    ///
    /// # Errors
    /// `BadParameters` when they have not, or the code is another; otherwise as [`Discogs::request_token`].
    pub async fn access_token(&self) -> Result<KeyPair, ErrorBody> {
        self.token(HttpMethod::Post, paths::ACCESS_TOKEN, "code").await
    }

    async fn token(
        &self,
        method: HttpMethod,
        path: &str,
        proof: &str,
    ) -> Result<KeyPair, ErrorBody> {
        let refused = |error: ErrorBody| match error.code {
            ErrorCode::SessionExpired | ErrorCode::SignedOut | ErrorCode::Refused => {
                let detail = ["Discogs does not accept this ", proof].concat();
                ErrorBody::new(ErrorCode::BadParameters).with("detail", detail)
            }
            _ => error,
        };
        match self.api.call(method, path, None).await.map_err(refused)? {
            Called::Data(response) => key_pair(&response.body)
                .ok_or_else(|| changed(Source::Discogs, &[path], "holds no token")),
            Called::Missing | Called::Moved(_) => {
                Err(changed(Source::Discogs, &[path], "is elsewhere"))
            }
        }
    }
}

/// `oauth_token` and `oauth_token_secret` of a form. Discogs makes them of letters; what would need decoding, or would
/// mean something in an address or a header, is none.
fn key_pair(form: &[u8]) -> Option<KeyPair> {
    let form = std::str::from_utf8(form).ok()?.trim();
    let value = |wanted: &str| {
        let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == wanted).map(|(_, value)| value);
        values.next().filter(|value| is_token(value)).map(Secret::new)
    };
    Some(KeyPair { key: value("oauth_token")?, secret: value("oauth_token_secret")? })
}

/// RFC 3986's unreserved characters.
fn is_token(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Option<(String, String)> {
        let pair = key_pair(form.as_bytes())?;
        Some((pair.key.expose().to_owned(), pair.secret.expose().to_owned()))
    }

    #[test]
    fn a_token_and_its_secret_are_read_in_any_order() {
        let found = Some(("ab-1".to_owned(), "cd_2".to_owned()));
        assert_eq!(read("oauth_token=ab-1&oauth_token_secret=cd_2&oauth_expires_in=0"), found);
        assert_eq!(read("oauth_token_secret=cd_2&oauth_token=ab-1\n"), found);
    }

    #[test]
    fn what_is_no_token_is_not_taken_for_one() {
        for form in [
            "",
            "oauth_token=a",
            "oauth_token=&oauth_token_secret=b",
            "oauth_token=a%26b&oauth_token_secret=b",
            "oauth_token=a\r\nX: y&oauth_token_secret=b",
            "{\"oauth_token\":\"a\",\"oauth_token_secret\":\"b\"}",
        ] {
            assert_eq!(read(form), None, "{form:?}");
        }
    }

    #[test]
    fn the_page_to_agree_on_names_the_token_alone() {
        let pair = KeyPair { key: Secret::new("abc"), secret: Secret::new("hidden") };
        let page = authorize_address(&pair);
        assert_eq!(page, "https://www.discogs.com/oauth/authorize?oauth_token=abc");
        assert!(!format!("{pair:?}").contains("hidden"));
    }
}
