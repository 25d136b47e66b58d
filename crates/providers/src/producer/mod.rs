//! producer.ai, the first era: signed by cookies, songs as `generations`, files from its own API.
//!
//! The paths and fields were collected from public material about the site, not from a documentation.

mod song;

use crate::site::{SignedBy, Site};
use protocol::{Account, Source};

pub(crate) const SITE: Site = Site {
    source: Source::Producer,
    signed_by: SignedBy::Cookies,
    me: "/__api/v2/users/me",
    names: None,
    list: "generations",
    limit: LIMIT,
    overlap: 4,
    page,
    details: None,
    item: song::item,
};

/// What the site's own pages ask for.
const LIMIT: usize = 20;

fn page(account: &Account, offset: usize) -> String {
    format!("/__api/v2/users/{}/generations?offset={offset}&limit={LIMIT}", account.id)
}
