//! "Send to MediaFetcher": from an address that a person points at to a file that plays.
//!
//! | module | job |
//! |---|---|
//! | `sessions` | cookies of the sites that pages were sent from |

mod sessions;

pub(super) use sessions::SiteSessions;

use super::engine::Engine;
use super::server::Caller;
use protocol::method::{NewJob, Nothing, Started};
use protocol::send::{MOST_PAGES, NewSend, OfHost, SentPage, SiteSession};
use protocol::{
    Account, Asset, ErrorBody, ErrorCode, Fetch, JobState, Listing, Metadata, RemoteItem, Source,
    Variant,
};
use serde_json::json;
use sha2::{Digest, Sha256};

type Answer<T> = Result<T, ErrorBody>;

/// Starts a job of the addresses, or finds the one with the same key.
pub(super) async fn send(engine: &Engine, _: Caller, new: NewSend) -> Answer<Started> {
    let settings = engine.library.settings().await?;
    let variant = new.variant.unwrap_or(settings.send_as);
    let bad = |detail: &str| ErrorBody::new(ErrorCode::BadParameters).with("detail", detail);
    if !Variant::OF_PAGES.contains(&variant) {
        return Err(bad("pages cannot be sent as that"));
    }
    if new.pages.is_empty() || new.pages.len() > MOST_PAGES {
        return Err(bad("send between 1 and 1000 addresses at once"));
    }
    let mut wanted = Vec::with_capacity(new.pages.len());
    let mut hosts = Vec::new();
    for page in new.pages {
        let address = transfer::web_address(&page.address, settings.allow_local)?;
        hosts.push(address.host_str().unwrap_or_default().to_owned());
        wanted.push(wish(page, address.to_string(), variant));
    }
    hosts.dedup();
    if let Some(session) = new.session {
        if hosts != [session.host.as_str()] {
            return Err(bad("a session is for pages of its own host"));
        }
        engine.site_sessions.put(session)?;
    }
    let account = match hosts.as_slice() {
        [host] => Account { id: host.clone(), name: host.clone() },
        several => Account { id: String::new(), name: format!("{} sites", several.len()) },
    };
    let job = NewJob {
        key: new.key,
        source: Source::Web,
        account,
        formats: vec![variant],
        daemon_lists: true,
    };
    let (job, existing) = engine.library.start_job(&job, &[variant]).await?;
    // A job that has its list is found, not filled again; one that a kill left without is.
    if engine.library.job(job).await?.state == JobState::Listing {
        engine.add_page(job, &wanted).await?;
        let listed = wanted.len() as u64;
        let listing = Listing { pages: 1, seen: listed, unique: listed, complete: true };
        engine.library.set_listing(job, Some(listing), None, true).await?;
    }
    engine.job_changed(job);
    Ok(Started { job, existing })
}

/// What is wanted of one address.
fn wish(page: SentPage, address: String, variant: Variant) -> RemoteItem {
    let raw = json!({ "sent": address, "found_on": page.found_on, "title": page.title });
    RemoteItem {
        source: Source::Web,
        title: page.title.unwrap_or_default(),
        metadata: Metadata {
            short_id: Some(short_id(&address)),
            page_url: Some(page.found_on.unwrap_or_else(|| address.clone())),
            ..Metadata::default()
        },
        assets: vec![Asset {
            variant,
            fetch: Fetch::Page { url: address.clone(), number: None, depth: 0 },
        }],
        source_id: address,
        raw,
    }
}

/// Something short that keeps the names of two addresses apart, until the site's own id is known.
fn short_id(address: &str) -> String {
    Sha256::digest(address).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Takes the session at a site; what waits for it goes on.
pub(super) async fn put_session(
    engine: &Engine,
    _: Caller,
    session: SiteSession,
) -> Answer<Nothing> {
    let host = session.host.clone();
    engine.site_sessions.put(session)?;
    engine.session_renewed(Source::Web, Some(&host)).await;
    Ok(Nothing {})
}

/// Forgets the session at a site.
pub(super) async fn forget_session(engine: &Engine, _: Caller, of: OfHost) -> Answer<Nothing> {
    engine.site_sessions.forget(&of.host);
    Ok(Nothing {})
}
