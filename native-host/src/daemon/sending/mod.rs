//! "Send to MediaFetcher": from an address that a person points at to a file that plays.
//!
//! | module | job |
//! |---|---|
//! | `page` | one address, from its turn in the queue to its rows |
//! | `by_ytdlp` | what yt-dlp brings, or the list that a page turns out to be |
//! | `playable` | keeping, packing anew, encoding |
//! | `arrival` | what is said of it, tags, names, commit |
//! | `texts` | which of its subtitles are good |
//! | `sessions` | cookies of the sites that pages were sent from |
//! | `tools` | the programs, and what they are given to live in |

mod arrival;
mod by_ytdlp;
mod page;
mod playable;
mod sessions;
mod texts;
mod tools;

pub(super) use page::{Page, bring};
pub(super) use sessions::SiteSessions;
pub(super) use tools::Tools;

use super::engine::{Engine, SESSION_ERRORS};
use super::server::Caller;
use protocol::method::{NewJob, Nothing, Started, Updated};
use protocol::send::{MOST_PAGES, NewSend, OfHost, SentPage, SiteSession};
use protocol::{
    Account, Asset, ErrorBody, ErrorCode, Event, Fetch, JobState, Listing, Metadata, RemoteItem,
    Settings, Source, Variant,
};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Errors that another program mends.
pub(super) const PROGRAM_ERRORS: &[ErrorCode] =
    &[ErrorCode::ProgramMissing, ErrorCode::ProgramOutdated];

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
    hosts.sort_unstable();
    hosts.dedup();
    let is_foreign = |session: &SiteSession| hosts != [session.host.as_str()];
    if new.session.as_ref().is_some_and(is_foreign) {
        return Err(bad("a session is for pages of its own host"));
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
    // Only now: sessions are forgotten when no job is left.
    if let Some(session) = new.session {
        engine.site_sessions.put(session)?;
    }
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
            fetch: Fetch::Page { url: address.clone(), number: None, media: None, depth: 0 },
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
    engine.library.unblock_host(&host, SESSION_ERRORS).await?;
    engine.wake.notify_one();
    engine.everything_changed().await;
    Ok(Nothing {})
}

impl Engine {
    /// The way to the network for programs that follow redirects by themselves; none where a proxy of the person's is
    /// trusted with that, or the local network is allowed.
    async fn gate(&self, settings: &Settings) -> Result<Option<String>, ErrorBody> {
        if settings.allow_local || transfer::has_proxy() {
            return Ok(None);
        }
        let gate = self.gate.get_or_try_init(transfer::Gate::open).await;
        gate.map(|gate| Some(gate.url()))
            .map_err(|error| ErrorBody::new(ErrorCode::Io).with("detail", error))
    }

    /// The site of a page wants a session: browsers that may give one are asked. Where one is in hand already, it is
    /// not enough, and only the person can do more.
    pub(super) fn ask_for_session_of(&self, fetch: &Fetch) {
        let Fetch::Page { url, .. } = fetch else { return };
        let address = transfer::web_address(url, true).ok();
        if let Some(host) = address.as_ref().and_then(|address| address.host_str()) {
            self.ask_for_site_session(host);
        }
    }

    /// As [`Engine::ask_for_session_of`], by the name of the host.
    pub(super) fn ask_for_site_session(&self, host: &str) {
        if self.site_sessions.of(host).is_some() {
            return;
        }
        self.hub.send(Event::CredentialNeeded {
            source: Source::Web,
            origin: format!("https://{host}"),
            account_id: String::new(),
        });
    }

    /// Sessions at sites that no work is left for are forgotten.
    pub(super) async fn forget_done_sites(&self) {
        let Ok(jobs) = self.library.unfinished_jobs().await else { return };
        // A list may hold pages of other hosts than its own.
        if !jobs.iter().any(|job| job.source == Source::Web) {
            self.site_sessions.forget_all();
        }
    }
}

/// Installs the current yt-dlp; what waited for it goes on.
pub(super) async fn update_tools(engine: &Engine, _: Caller, _: Nothing) -> Answer<Updated> {
    let failed = |error: anyhow::Error| {
        let failed = ErrorBody::new(ErrorCode::ProgramFailed).with("program", "tools update");
        failed.with("detail", format!("{error:#}"))
    };
    let found = crate::tools::update(&engine.home).await.map_err(failed)?;
    engine.tools.forget();
    engine.library.unblock(Some(Source::Web), None, PROGRAM_ERRORS).await?;
    engine.wake.notify_one();
    engine.everything_changed().await;
    Ok(Updated { version: found.version })
}

/// Forgets the session at a site.
pub(super) async fn forget_session(engine: &Engine, _: Caller, of: OfHost) -> Answer<Nothing> {
    engine.site_sessions.forget(&of.host);
    Ok(Nothing {})
}
