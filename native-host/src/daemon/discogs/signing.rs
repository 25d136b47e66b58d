//! What a request to Discogs is signed with, and the header that says so.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::discogs::SignedBy;
use protocol::{ErrorBody, ErrorCode, Secret};
use providers::discogs::KeyPair;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use transfer::Ceiling;

/// RFC 5849, 3.6: the unreserved characters of RFC 3986 stay as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    /// Nothing.
    Nobody,
    /// A personal access token.
    Token(Secret),
    /// An application, in a person's name.
    OAuth {
        /// The application.
        consumer: KeyPair,
        /// The person's token for it.
        token: KeyPair,
    },
    /// An application on its own, which asks for a token that a person may agree to.
    Application(KeyPair),
    /// An application that exchanges such a token.
    Exchange {
        /// The application.
        consumer: KeyPair,
        /// The token that was agreed to.
        request: KeyPair,
        /// The code that says so.
        verifier: Secret,
    },
}

/// [`Signing::OAuth`] as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    consumer_key: Cow<'a, str>,
    consumer_secret: Cow<'a, str>,
    token: Cow<'a, str>,
    token_secret: Cow<'a, str>,
}

impl Signing {
    /// What is kept for an account, in one text; `None` where nothing is.
    pub fn to_keep(&self) -> Option<Secret> {
        match self {
            Signing::Token(token) => Some(token.clone()),
            Signing::OAuth { consumer, token } => {
                let kept = Kept {
                    consumer_key: consumer.key.expose().into(),
                    consumer_secret: consumer.secret.expose().into(),
                    token: token.key.expose().into(),
                    token_secret: token.secret.expose().into(),
                };
                serde_json::to_string(&kept).ok().map(Secret::new)
            }
            Signing::Nobody | Signing::Application(_) | Signing::Exchange { .. } => None,
        }
    }

    /// Reads what was kept; `None` when it is something else.
    pub fn of_kept(signed_by: SignedBy, kept: Secret) -> Option<Self> {
        match signed_by {
            SignedBy::Nobody => Some(Signing::Nobody),
            SignedBy::Token => Some(Signing::Token(kept)),
            SignedBy::OAuth => {
                // What cannot be read is not quoted anywhere.
                let kept: Kept<'_> = serde_json::from_str(kept.expose()).ok()?;
                Some(Signing::OAuth {
                    consumer: pair(&kept.consumer_key, &kept.consumer_secret),
                    token: pair(&kept.token, &kept.token_secret),
                })
            }
        }
    }

    /// By which of the site's limits it counts. An application that is nobody's yet has to expect the lower one.
    pub fn ceiling(&self) -> Ceiling {
        match self {
            Signing::Token(_) | Signing::OAuth { .. } => Ceiling::Signed,
            Signing::Nobody | Signing::Application(_) | Signing::Exchange { .. } => {
                Ceiling::Unsigned
            }
        }
    }

    /// The `Authorization` of one request, which must not be told from another by its `nonce`. `now`: seconds since 1970.
    ///
    /// # Errors
    /// [`ErrorCode::BadParameters`] for a token with characters that no token has.
    pub fn authorization(&self, now: i64, nonce: u128) -> Result<Option<HeaderValue>, ErrorBody> {
        let text = match self {
            Signing::Nobody => return Ok(None),
            Signing::Token(token) => ["Discogs token=", token.expose().trim()].concat(),
            Signing::OAuth { consumer, token } => oauth(consumer, Some(token), &[], now, nonce),
            Signing::Application(consumer) => {
                // The code is shown to the person, since no address leads to this program.
                oauth(consumer, None, &[("oauth_callback", "oob")], now, nonce)
            }
            Signing::Exchange { consumer, request, verifier } => {
                let verifier = [("oauth_verifier", verifier.expose())];
                oauth(consumer, Some(request), &verifier, now, nonce)
            }
        };
        let bad = |_| {
            let error = ErrorBody::new(ErrorCode::BadParameters);
            error.with("detail", "this is no token: it has characters that tokens do not have")
        };
        let mut value = HeaderValue::try_from(text).map_err(bad)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

fn pair(key: &str, secret: &str) -> KeyPair {
    KeyPair { key: Secret::new(key), secret: Secret::new(secret) }
}

/// RFC 5849, 3.5.1, with the signature of 3.4.4.
fn oauth(
    consumer: &KeyPair,
    token: Option<&KeyPair>,
    more: &[(&str, &str)],
    now: i64,
    nonce: u128,
) -> String {
    let secret = token.map_or("", |token| token.secret.expose());
    let signature = [encode(consumer.secret.expose()), encode(secret)].join("&");
    let (now, nonce) = (now.to_string(), format!("{nonce:032x}"));
    let mut parameters = vec![
        ("oauth_consumer_key", consumer.key.expose()),
        ("oauth_nonce", &nonce),
        ("oauth_signature", &signature),
        ("oauth_signature_method", "PLAINTEXT"),
        ("oauth_timestamp", &now),
        ("oauth_version", "1.0"),
    ];
    parameters.extend(token.map(|token| ("oauth_token", token.key.expose())));
    parameters.extend(more);
    let parameters = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value)));
    format!("OAuth {}", parameters.collect::<Vec<_>>().join(", "))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(signing: &Signing) -> String {
        let value = signing.authorization(1_700_000_000, 0xab).unwrap().unwrap();
        assert!(value.is_sensitive());
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn secrets_are_encoded_once_for_the_signature_and_once_for_the_header() {
        // RFC 5849, 3.4.4 and 3.5.1
        let consumer = pair("key", "a&b c");
        let token = pair("tök", "+");
        assert_eq!(
            header(&Signing::OAuth { consumer, token }),
            "OAuth oauth_consumer_key=\"key\", oauth_nonce=\"000000000000000000000000000000ab\", \
             oauth_signature=\"a%2526b%2520c%26%252B\", oauth_signature_method=\"PLAINTEXT\", \
             oauth_timestamp=\"1700000000\", oauth_version=\"1.0\", oauth_token=\"t%C3%B6k\""
        );
    }

    #[test]
    fn an_application_asks_for_a_code_and_exchanges_it() {
        let asks = header(&Signing::Application(pair("key", "secret")));
        assert!(asks.contains("oauth_signature=\"secret%26\"") && asks.ends_with("\"oob\""));
        let (consumer, request) = (pair("key", "secret"), pair("token", "own"));
        let exchange = Signing::Exchange { consumer, request, verifier: Secret::new("c%d") };
        let exchange = header(&exchange);
        assert!(exchange.contains("oauth_signature=\"secret%26own\""), "{exchange}");
        assert!(
            exchange.ends_with("oauth_token=\"token\", oauth_verifier=\"c%25d\""),
            "{exchange}"
        );
    }

    #[test]
    fn what_is_kept_reads_back_and_does_not_show_itself() {
        let token = Signing::Token(Secret::new("hidden"));
        let application =
            Signing::OAuth { consumer: pair("k", "hidden"), token: pair("t", "hid\"den") };
        for (signed_by, signing) in [(SignedBy::Token, token), (SignedBy::OAuth, application)] {
            let kept = signing.to_keep().unwrap();
            assert_eq!(Signing::of_kept(signed_by, kept), Some(signing.clone()));
            assert!(!format!("{signing:?}").contains("hid"));
        }
        assert_eq!(Signing::of_kept(SignedBy::OAuth, Secret::new("a token")), None);
    }
}
