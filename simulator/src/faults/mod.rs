//! Scripted faults: which request, from the how-manieth on, how often, and what happens to it.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod listing;

use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A rule. Without conditions it meets every request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Only on this host.
    #[serde(default)]
    pub host: Option<String>,
    /// Only where path and query contain this text.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// Only for this kind of file: `mp3`, `wav`, `m4a`, `stems` or `jpg`, by extension or `format=`.
    #[serde(default)]
    pub variant: Option<String>,
    /// Let this many matching requests pass first.
    #[serde(default)]
    pub after_n: u32,
    /// At most this often; always when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The connection is reset after `at` bytes of body.
    Reset {
        /// Bytes.
        at: u64,
    },
    /// Nothing comes for a while after `at` bytes of body; then it goes on.
    Stall {
        /// Bytes.
        at: u64,
        /// How long.
        seconds: f64,
    },
    /// The body comes slowly.
    Trickle {
        /// Bytes a second.
        bytes_per_second: u64,
    },
    /// `Content-Length` is wrong by this many bytes. Less: the body ends there. More: the connection ends early.
    ContentLength {
        /// Bytes added to the true length.
        by: i64,
    },
    /// `Range` is ignored: 200 and the whole file.
    IgnoreRange,
    /// The file is replaced by another one on the site before this request is answered.
    ChangeEtag,
    /// `Content-Range` tells another start than the body has.
    ContentRange {
        /// Bytes added to the true start and end.
        shift: i64,
    },
    /// The sign-in page with status 200.
    SigninPage,
    /// `{"error": …}` with status 200.
    JsonError,
    /// Status 200 and no byte.
    EmptyBody,
    /// Another status.
    Status {
        /// Which.
        code: u16,
        /// `Retry-After`, if any.
        #[serde(default)]
        retry_after: Option<RetryAfter>,
    },
    /// Redirects to itself before the answer.
    RedirectChain {
        /// How many; a number above 1000 never ends.
        hops: u32,
    },
    /// A redirect to another origin that has the file, too.
    RedirectToOrigin,
    /// A redirect to `http://127.0.0.1:port/trap` on this machine.
    RedirectToLoopback,
    /// The file host says that the signature has expired.
    ExpiredSignature,
    /// The first entry of the page comes again at its end.
    DuplicateItems,
    /// A song is made, or a copy added, after each page.
    ShiftingPages,
    /// The first copy of each page is removed from the collection after the page.
    ShrinkingPages,
    /// Pages of Discogs lack their last entries, while the total stays.
    ShortPages {
        /// How many.
        missing: usize,
    },
    /// Pages of Discogs begin with the last entry of the page before.
    OverlappingPages,
    /// Whatever the offset, the first page comes.
    EndlessPage,
    /// The JSON ends in the middle.
    MalformedJson,
    /// The JSON is this long.
    HugeJson {
        /// Bytes.
        bytes: u64,
    },
    /// A field is missing from all objects of the JSON.
    DropField {
        /// Its name.
        name: String,
    },
    /// Cloudflare's "Just a moment…" page: 403 with `cf-mitigated: challenge`.
    Challenge,
    /// Cloudflare's own limit: a page with 429 and `Retry-After`, of which the site behind it knows nothing.
    EdgeLimit {
        /// Seconds.
        retry_after: u64,
    },
    /// `null` with status 200.
    NullUser,
}

/// The two forms of `Retry-After` (RFC 9110, 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// The date that is this many seconds from now.
    Date(u64),
}

impl Fault {
    /// A fault that meets every request, always.
    pub fn new(kind: FaultKind) -> Self {
        Self { host: None, path_contains: None, variant: None, after_n: 0, times: None, kind }
    }

    /// Only on this host.
    #[must_use]
    pub fn on_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// Only where path and query contain this text.
    #[must_use]
    pub fn on_path(mut self, text: &str) -> Self {
        self.path_contains = Some(text.to_owned());
        self
    }

    /// Only for this kind of file.
    #[must_use]
    pub fn on_variant(mut self, variant: &str) -> Self {
        self.variant = Some(variant.to_owned());
        self
    }

    /// Let this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, n: u32) -> Self {
        self.after_n = n;
        self
    }

    /// At most this often.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn matches(&self, host: &str, target: &str) -> bool {
        let is_variant = |variant: &str| match variant {
            "stems" => target.contains("/stems/"),
            other => {
                target.contains(&format!(".{other}")) || target.contains(&format!("format={other}"))
            }
        };
        self.host.as_deref().is_none_or(|wanted| wanted == host)
            && self.path_contains.as_deref().is_none_or(|text| target.contains(text))
            && self.variant.as_deref().is_none_or(is_variant)
    }
}

impl FaultKind {
    /// The name in the log.
    pub fn name(&self) -> &'static str {
        match self {
            FaultKind::Reset { .. } => "reset",
            FaultKind::Stall { .. } => "stall",
            FaultKind::Trickle { .. } => "trickle",
            FaultKind::ContentLength { .. } => "content_length",
            FaultKind::IgnoreRange => "ignore_range",
            FaultKind::ChangeEtag => "change_etag",
            FaultKind::ContentRange { .. } => "content_range",
            FaultKind::SigninPage => "signin_page",
            FaultKind::JsonError => "json_error",
            FaultKind::EmptyBody => "empty_body",
            FaultKind::Status { .. } => "status",
            FaultKind::RedirectChain { .. } => "redirect_chain",
            FaultKind::RedirectToOrigin => "redirect_to_origin",
            FaultKind::RedirectToLoopback => "redirect_to_loopback",
            FaultKind::ExpiredSignature => "expired_signature",
            FaultKind::DuplicateItems => "duplicate_items",
            FaultKind::ShiftingPages => "shifting_pages",
            FaultKind::ShrinkingPages => "shrinking_pages",
            FaultKind::ShortPages { .. } => "short_pages",
            FaultKind::OverlappingPages => "overlapping_pages",
            FaultKind::EndlessPage => "endless_page",
            FaultKind::MalformedJson => "malformed_json",
            FaultKind::HugeJson { .. } => "huge_json",
            FaultKind::DropField { .. } => "drop_field",
            FaultKind::Challenge => "challenge",
            FaultKind::EdgeLimit { .. } => "edge_limit",
            FaultKind::NullUser => "null_user",
        }
    }
}

/// A rule with what it has met so far.
#[derive(Clone, Debug, Serialize)]
pub struct FaultReport {
    /// The rule.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests matched.
    pub seen: u32,
    /// How often it struck.
    pub struck: u32,
}

/// The rules in force. The first that matches and is not used up strikes; only one strikes a request.
#[derive(Debug, Default)]
pub(crate) struct FaultTable(Mutex<Vec<FaultReport>>);

impl FaultTable {
    pub(crate) fn add(&self, fault: Fault) {
        self.lock().push(FaultReport { fault, seen: 0, struck: 0 });
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn report(&self) -> Vec<FaultReport> {
        self.lock().clone()
    }

    /// What shall happen to this request, which is counted.
    pub(crate) fn strike(&self, host: &str, target: &str) -> Option<FaultKind> {
        let mut rules = self.lock();
        let mut struck = None;
        for rule in rules.iter_mut().filter(|rule| rule.fault.matches(host, target)) {
            rule.seen += 1;
            let due = rule.seen > rule.fault.after_n
                && rule.fault.times.is_none_or(|times| rule.struck < times);
            if due && struck.is_none() {
                rule.struck += 1;
                struck = Some(rule.fault.kind.clone());
            }
        }
        struck
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FaultReport>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_after_n_requests_and_so_many_times() {
        let table = FaultTable::default();
        table
            .add(Fault::new(FaultKind::EmptyBody).on_host("a").on_variant("mp3").after(1).times(2));
        let strike = |host, target| table.strike(host, target).is_some();
        assert!(!strike("b", "/x.mp3"));
        assert!(!strike("a", "/x.wav"));
        let struck: Vec<bool> = (0..5).map(|_| strike("a", "/download?format=mp3")).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn rules_read_as_flat_json() {
        let text = r#"{"path_contains":"/audio/","times":1,"kind":"status","code":429,"retry_after":{"seconds":2}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        let kind = FaultKind::Status { code: 429, retry_after: Some(RetryAfter::Seconds(2)) };
        assert_eq!(fault, Fault::new(kind).on_path("/audio/").times(1));
    }
}
