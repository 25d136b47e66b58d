//! Fetching by yt-dlp: one thing, or the list that a page turns out to be.

use super::arrival::{Arrival, Outcome};
use super::page::Work;
use super::short_id;
use crate::daemon::engine::open_ended;
use library::LibraryError;
use media::convert::Want;
use media::ytdlp::{Address, Entry, FetchError, Nest, Taste, YtDlp};
use protocol::intake::OwnedEntry;
use protocol::send::Stage;
use protocol::{Asset, ErrorBody, ErrorCode, Fetch, Metadata, RemoteItem, Source};
use serde_json::json;
use std::path::Path;
use transfer::{HostClass, Target};

/// Lists in lists in lists are followed so deep.
const DEEPEST: u32 = 3;
/// A day of segments of two seconds.
const PLAYLIST_LIMIT: usize = 8 << 20;
/// So many things are taken of one page; its job says so where there are more.
const MOST_ENTRIES: usize = 10_000;

impl Work<'_> {
    pub(super) async fn by_ytdlp(&self) -> Result<Outcome, ErrorBody> {
        let site = self.host();
        let ytdlp = self.engine.ytdlp().await?;
        let address =
            Address::parse(self.page.url).map_err(|error| error.into_body(self.page.url))?;
        let shelf = self.engine.library.shelf();
        let folder = shelf.make_nest(&self.nest())?;
        let cookies = self.session.as_ref().filter(|session| !session.cookies.is_empty());
        let cookies = cookies
            .map(|session| self.engine.cookie_file(session, self.claimed.item))
            .transpose()?;
        // Beside the nest's own files, which yt-dlp names.
        let owned = folder.join("owned.txt");
        let lines = self.engine.library.owned_lines().await?;
        if !lines.is_empty() {
            let failed = |source| LibraryError::Io { what: owned.display().to_string(), source };
            std::fs::write(&owned, lines).map_err(failed)?;
        }
        let gate = self.engine.gate(&self.settings).await?;
        let nest = Nest {
            folder: &folder,
            cookies: cookies.as_ref().map(|file| file.path()),
            owned: owned.is_file().then_some(owned.as_path()),
            user_agent: self.session.as_ref().and_then(|session| session.user_agent.as_deref()),
            proxy: gate.as_deref(),
            may_go_around: self.settings.allow_local,
        };
        match self.fetch_one(&ytdlp, &address, &nest).await {
            Err(FetchError::Several) => self.expand(&ytdlp, &address, &nest, &site).await,
            Err(error) => Err(self.told(error, &site).await),
            Ok(arrival) => Ok(Outcome::Arrived(Box::new(arrival))),
        }
    }

    async fn fetch_one(
        &self,
        ytdlp: &YtDlp,
        address: &Address,
        nest: &Nest<'_>,
    ) -> Result<Arrival, FetchError> {
        let entry = Entry::unread(address.clone(), self.page.number);
        let lines = self.settings.max_height;
        let taste = Taste {
            want: self.want(),
            max_height: (lines > 0).then_some(lines),
            largest: None,
            open_ended: Some(transfer::most_of_open_end(nest.folder, open_ended(&self.settings))),
        };
        let mut progress = |now: media::ytdlp::Progress| {
            self.engine.meter.stage(self.claimed, Stage::Downloading);
            self.engine.meter.note(self.claimed, now.bytes, now.total);
        };
        let fetched = ytdlp.fetch(&entry, nest, &taste, self.cancel, &mut progress).await?;
        if let Some(playlist) = &fetched.info.stream
            && self.is_open(playlist).await
        {
            return Err(FetchError::Live);
        }
        let is_alone = self.page.number.is_none();
        Ok(Arrival::of_page(self.claimed, fetched, is_alone, taste.want != Want::Video))
    }

    /// Whether a playlist of HLS has no end (RFC 8216, 4.3.3.4): what came of it is a piece of a broadcast. yt-dlp knows
    /// that of some pages only. One that cannot be read any more says nothing.
    async fn is_open(&self, playlist: &str) -> bool {
        let Ok(address) = transfer::web_address(playlist, self.settings.allow_local) else {
            return false;
        };
        let signer = self.signer(&address).ok().flatten();
        let target = Target {
            url: address.to_string(),
            signer,
            class: HostClass::Files,
            allow_json_url: false,
        };
        let mut text = Vec::new();
        let mut sink = |bytes: &[u8]| {
            text.extend_from_slice(bytes);
            let is_long = text.len() > PLAYLIST_LIMIT;
            if is_long { Err(ErrorBody::new(ErrorCode::TooLarge)) } else { Ok(()) }
        };
        let read = self.engine.downloader.fetch_stream(&target, &mut sink, self.cancel).await;
        let has = |tag: &str| String::from_utf8_lossy(&text).contains(tag);
        read.is_ok() && has("#EXTINF") && !has("#EXT-X-ENDLIST")
    }

    /// The page is a list: its things are wanted in its place.
    async fn expand(
        &self,
        ytdlp: &YtDlp,
        address: &Address,
        nest: &Nest<'_>,
        site: &str,
    ) -> Result<Outcome, ErrorBody> {
        let deep = || ErrorBody::new(ErrorCode::NothingToFetch).with("site", site);
        if self.page.depth >= DEEPEST {
            return Err(deep());
        }
        let entries = match ytdlp.read_page(address, nest, self.cancel).await {
            Ok(entries) => entries,
            Err(error) => return Err(self.told(error, site).await),
        };
        let is_owned = self.owned(&entries).await?;
        let has_owned = is_owned.contains(&true);
        let wanted = entries.iter().zip(is_owned).filter(|(_, is_owned)| !is_owned);
        let mut things: Vec<RemoteItem> =
            wanted.filter_map(|(entry, _)| self.thing(entry)).collect();
        if things.is_empty() {
            return Err(match has_owned {
                true => ErrorBody::new(ErrorCode::AlreadyOwned).with("site", site),
                false => deep(),
            });
        }
        let listed = things.len();
        things.truncate(MOST_ENTRIES);
        let is_cut = things.len() < listed;
        let cut = is_cut.then(|| {
            let cut = ErrorBody::new(ErrorCode::ListCut).with("site", site);
            cut.with("listed", listed).with("taken", things.len())
        });
        for job in self.engine.library.expand(self.claimed, &things, cut.as_ref()).await? {
            self.engine.job_changed(job);
        }
        Ok(Outcome::Replaced)
    }

    /// Which of the list another program has fetched.
    async fn owned(&self, entries: &[Entry]) -> Result<Vec<bool>, ErrorBody> {
        let entry = |entry: &Entry| OwnedEntry {
            extractor: entry.extractor.clone().unwrap_or_default(),
            id: entry.id.clone().unwrap_or_default(),
        };
        let entries: Vec<OwnedEntry> = entries.iter().map(entry).collect();
        Ok(self.engine.library.which_are_owned(&entries).await?)
    }

    /// One thing of the list; none that is the list itself, or that may not be asked for.
    fn thing(&self, entry: &Entry) -> Option<RemoteItem> {
        let url = transfer::web_address(entry.address.as_str(), self.settings.allow_local).ok()?;
        let url = url.to_string();
        if entry.item.is_none() && url == self.claimed.source_id {
            return None;
        }
        let source_id = match entry.item {
            Some(number) => format!("{url}#{number}"),
            None => url.clone(),
        };
        Some(RemoteItem {
            source: Source::Web,
            title: entry.title.clone().unwrap_or_default(),
            metadata: Metadata {
                artist: entry.uploader.clone(),
                playlist: entry.list.clone(),
                duration_s: entry.duration_s,
                short_id: Some(short_id(&source_id)),
                page_url: Some(url.clone()),
                ..Metadata::default()
            },
            assets: vec![Asset {
                variant: self.claimed.variant,
                fetch: Fetch::Page {
                    url: url.clone(),
                    number: entry.item,
                    media: entry.media.as_ref().map(|media| media.as_str().to_owned()),
                    depth: self.page.depth + 1,
                },
            }],
            raw: json!({ "sent": url, "found_on": self.page.url, "number": entry.item }),
            source_id,
        })
    }

    /// The error as it travels, with what only the daemon knows.
    async fn told(&self, error: FetchError, site: &str) -> ErrorBody {
        let body = match error {
            FetchError::DiskFull => disk_full(self.engine.library.shelf().root()),
            other => other.into_body(site),
        };
        if body.code != ErrorCode::ProgramOutdated {
            return body;
        }
        let found = crate::tools::find(&self.engine.home, media::Program::YtDlp).await;
        body.with("version", found.map(|found| found.version).unwrap_or_default())
    }
}

/// As the library says it of its own writes.
pub(super) fn disk_full(root: &Path) -> ErrorBody {
    let source = std::io::ErrorKind::StorageFull.into();
    library::LibraryError::Io { what: root.display().to_string(), source }.into()
}
