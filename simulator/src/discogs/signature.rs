//! OAuth 1.0a (RFC 5849): the `Authorization` header, and the two kinds of signature that Discogs takes.

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;
use std::collections::BTreeMap;

/// RFC 3986's unreserved characters stay as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of an `Authorization: OAuth …` header.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OAuthHeader(BTreeMap<String, String>);

/// The request that is signed.
pub(super) struct Signed<'a> {
    pub method: &'a str,
    /// Without query.
    pub address: &'a str,
    /// Of the query and of a form in the body.
    pub parameters: Vec<(String, String)>,
}

impl OAuthHeader {
    /// Reads what follows `OAuth `.
    pub(super) fn parse(text: &str) -> Self {
        let pair = |part: &str| {
            let (name, value) = part.trim().split_once('=')?;
            let value = percent_decode_str(value.trim_matches('"')).decode_utf8_lossy();
            Some((name.to_owned(), value.into_owned()))
        };
        Self(text.split(',').filter_map(pair).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// True when the signature could only be made with these secrets.
    pub(super) fn is_signed(&self, request: &Signed<'_>, consumer: &str, token: &str) -> bool {
        let signature = self.get("oauth_signature").unwrap_or_default();
        match self.get("oauth_signature_method") {
            // Discogs' own examples leave the token's secret out.
            Some("PLAINTEXT") => {
                signature == plaintext(consumer, token) || signature == plaintext(consumer, "")
            }
            Some("HMAC-SHA1") => signature == self.hmac(request, &plaintext(consumer, token)),
            _ => false,
        }
    }

    fn hmac(&self, request: &Signed<'_>, key: &str) -> String {
        let own = self
            .0
            .iter()
            .filter(|(name, _)| !["realm", "oauth_signature"].contains(&name.as_str()));
        let own = own.map(|(name, value)| (encode(name), encode(value)));
        let others = request.parameters.iter().map(|(name, value)| (encode(name), encode(value)));
        let mut all: Vec<(String, String)> = own.chain(others).collect();
        all.sort();
        let all: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let base = [request.method, request.address, &all.join("&")].map(encode).join("&");
        // A key of any length will do.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else {
            return String::new();
        };
        mac.update(base.as_bytes());
        BASE64_STANDARD.encode(mac.finalize().into_bytes())
    }
}

fn plaintext(consumer: &str, token: &str) -> String {
    format!("{}&{}", encode(consumer), encode(token))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 5849, section 1.2.
    #[test]
    fn the_standards_own_example_is_signed() {
        let header = OAuthHeader::parse(
            "realm=\"Photos\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", \
             oauth_token=\"nnch734d00sl2jdk\", oauth_signature_method=\"HMAC-SHA1\", \
             oauth_timestamp=\"137131202\", oauth_nonce=\"chapoH\", \
             oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\"",
        );
        let parameters = [("file", "vacation.jpg"), ("size", "original")];
        let request = Signed {
            method: "GET",
            address: "http://photos.example.net/photos",
            parameters: parameters.map(|(name, value)| (name.into(), value.into())).into(),
        };
        assert!(header.is_signed(&request, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00"));
        assert!(!header.is_signed(&request, "kd94hf93k423kf44", "another"));
    }

    #[test]
    fn a_plain_signature_is_the_secrets_themselves() {
        let header =
            OAuthHeader::parse("oauth_signature_method=\"PLAINTEXT\", oauth_signature=\"a&b\"");
        let request = Signed { method: "GET", address: "", parameters: Vec::new() };
        assert!(header.is_signed(&request, "a", "b"));
        assert!(!header.is_signed(&request, "a", "c"));
    }
}
