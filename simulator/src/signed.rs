//! Signed addresses of Google Cloud Storage, version 4 in shape: they say how long they are good for, and they are
//! good for one path.

use crate::session::now;
use http::Uri;
use sha2::{Digest, Sha256};
use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

const DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It was good once.
    Expired,
    /// It never was.
    Forged,
}

/// Signs and checks.
#[derive(Debug)]
pub(crate) struct Signer {
    secret: u64,
}

impl Signer {
    pub(crate) fn new() -> Self {
        Self { secret: rand::random() }
    }

    /// `https://host/path` with a signature good for `life` seconds from now. A life of 0 or less makes one that has
    /// expired already.
    pub(crate) fn sign(&self, host: &str, path: &str, life: i64) -> String {
        let signed_at = if life > 0 { now() } else { now() - 60 };
        let life = life.max(1);
        let date =
            OffsetDateTime::from_unix_timestamp(signed_at).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let date = date.format(DATE).unwrap_or_default();
        let signature = self.signature(path, &date, life);
        let day = &date[..8.min(date.len())];
        format!(
            "https://{host}{path}?X-Goog-Algorithm=GOOG4-RSA-SHA256\
             &X-Goog-Credential=app%40corpusant.iam.gserviceaccount.com%2F{day}%2Fauto%2Fstorage%2Fgoog4_request\
             &X-Goog-Date={date}&X-Goog-Expires={life}&X-Goog-SignedHeaders=host&X-Goog-Signature={signature}"
        )
    }

    /// Whether the address is signed for its path and still good.
    pub(crate) fn check(&self, uri: &Uri) -> Result<(), Refusal> {
        let date = query(uri, "X-Goog-Date").ok_or(Refusal::Forged)?;
        let life: i64 = query(uri, "X-Goog-Expires")
            .and_then(|life| life.parse().ok())
            .ok_or(Refusal::Forged)?;
        let signature = query(uri, "X-Goog-Signature").ok_or(Refusal::Forged)?;
        if signature != self.signature(uri.path(), date, life) {
            return Err(Refusal::Forged);
        }
        let signed_at =
            PrimitiveDateTime::parse(date, DATE).map_err(|_| Refusal::Forged)?.assume_utc();
        if signed_at.unix_timestamp() + life <= now() { Err(Refusal::Expired) } else { Ok(()) }
    }

    fn signature(&self, path: &str, date: &str, life: i64) -> String {
        let text = format!("{}|{path}|{date}|{life}", self.secret);
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The raw value of a query parameter.
pub(crate) fn query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_its_path_and_its_time_only() {
        let signer = Signer::new();
        let good: Uri = signer.sign("storage.googleapis.com", "/a/b.wav", 60).parse().unwrap();
        assert_eq!(signer.check(&good), Ok(()));
        let other: Uri = good.to_string().replace("/a/b.wav", "/a/c.wav").parse().unwrap();
        assert_eq!(signer.check(&other), Err(Refusal::Forged));
        let longer: Uri = good.to_string().replace("Expires=60", "Expires=600").parse().unwrap();
        assert_eq!(signer.check(&longer), Err(Refusal::Forged));
        let old: Uri = signer.sign("storage.googleapis.com", "/a/b.wav", 0).parse().unwrap();
        assert_eq!(signer.check(&old), Err(Refusal::Expired));
    }
}
