//! One address: fetched directly where it is media itself, by yt-dlp otherwise, made playable and taken in.

use super::arrival::{Arrival, Outcome};
use super::{arrival, playable};
use crate::daemon::engine::{Engine, SESSION_ERRORS};
use crate::daemon::song;
use library::{Claimed, Finished};
use media::convert::{AudioFormat, Want};
use protocol::send::{SiteSession, Stage};
use protocol::{Credentials, ErrorBody, ErrorClass, ErrorCode, Settings, Source, Variant};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use transfer::{HostClass, Signer, Target, TransferError, Url};

/// What the path of an address that is media itself ends in.
const MEDIA_EXTENSIONS: &[&str] = &[
    "mp4", "m4v", "mov", "webm", "mkv", "avi", "mp3", "m4a", "aac", "wav", "flac", "ogg", "oga",
    "opus",
];

/// A page that is to be fetched.
pub(in crate::daemon) struct Page<'a> {
    pub url: &'a str,
    /// Which of the things on it, from 1.
    pub number: Option<u32>,
    /// Where its media itself was when the page was read.
    pub media: Option<&'a str>,
    /// Lists that led to it.
    pub depth: u32,
}

/// What all steps of the work need to know.
pub(super) struct Work<'a> {
    pub engine: &'a Engine,
    pub claimed: &'a Claimed,
    pub page: &'a Page<'a>,
    pub settings: Settings,
    pub session: Option<Arc<SiteSession>>,
    pub cancel: &'a CancellationToken,
}

/// Brings what an address holds into the library, or its job several things in its place.
///
/// # Errors
/// Why it did not come.
pub(in crate::daemon) async fn bring(
    engine: &Engine,
    claimed: &Claimed,
    page: &Page<'_>,
    cancel: &CancellationToken,
) -> Result<Vec<Finished>, TransferError> {
    engine.library.check_shelf().await.map_err(ErrorBody::from)?;
    let settings = engine.library.settings().await.map_err(ErrorBody::from)?;
    // It may have been forbidden since.
    let address = transfer::web_address(page.url, settings.allow_local)?;
    // Cookies never go with plain http.
    let is_safe = address.scheme() == "https";
    let host = address.host_str().filter(|_| is_safe).unwrap_or_default();
    let session = engine.site_sessions.of(host);
    let work = Work { engine, claimed, page, settings, session, cancel };
    engine.meter.stage(claimed, Stage::Reading);
    let outcome = work.fetch(&address).await;
    let finished = match outcome {
        Ok(Outcome::Arrived(arrival)) => work.take_in(*arrival).await,
        Ok(Outcome::Replaced) => {
            engine.everything_changed().await;
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    };
    let came_meanwhile = work.session.is_none() && engine.site_sessions.of(host).is_some();
    let finished = finished.map_err(|failed| match SESSION_ERRORS.contains(&failed.error.code) {
        // The session came while it was tried without one: it is put back and tried with it.
        true if came_meanwhile => ErrorBody::new(ErrorCode::Withdrawn).into(),
        _ => failed,
    });
    if let Err(error) = engine.library.shelf().remove_nest(&work.nest()) {
        tracing::warn!(%error, "a folder of finished work stays until the next start");
    }
    finished
}

impl Work<'_> {
    async fn fetch(&self, address: &Url) -> Result<Outcome, TransferError> {
        let named = self
            .page
            .media
            .and_then(|media| transfer::web_address(media, self.settings.allow_local).ok());
        let is_media = self.page.number.is_none() && is_media(address.path());
        let media = named.as_ref().or(is_media.then_some(address));
        if let Some(media) = media {
            match self.download(media).await {
                Ok(()) => return Ok(Outcome::Arrived(Box::new(self.downloaded(media)))),
                Err(failed) if self.may_be_for_ytdlp(&failed.error, named.is_some()) => {}
                Err(failed) => return Err(self.explained(failed)),
            }
        }
        Ok(self.by_ytdlp().await?)
    }

    /// Whether yt-dlp may bring what did not come directly. `was_named`: the address is one that the page named when it
    /// was read, which is not for ever.
    fn may_be_for_ytdlp(&self, error: &ErrorBody, was_named: bool) -> bool {
        match error.code {
            // A page that only looks like a file.
            ErrorCode::NotMedia => true,
            ErrorCode::Withdrawn | ErrorCode::LiveStream => false,
            // Where the person allows it, yt-dlp reaches it.
            ErrorCode::AddressRefused => self.settings.allow_local || was_named,
            ErrorCode::AddressExpired => was_named,
            _ => was_named && error.class() == ErrorClass::Permanent,
        }
    }

    /// A file that is refused to a stranger may be for those who are signed in; refused to them, it is withheld.
    fn explained(&self, mut failed: TransferError) -> TransferError {
        let is_refused = matches!(
            failed.error.code,
            ErrorCode::Withheld | ErrorCode::SessionExpired | ErrorCode::SignedOut
        );
        if is_refused && self.session.is_none() {
            failed.error = ErrorBody::new(ErrorCode::SignedOut).with("site", self.host());
        }
        failed
    }

    /// The name of the folder that yt-dlp works in. No two claims share one: a program that outlives its daemon by a
    /// moment must not write where the next one works.
    pub(super) fn nest(&self) -> String {
        format!("{}-{}", self.claimed.item, self.claimed.fence)
    }

    pub(super) fn host(&self) -> String {
        let address = transfer::web_address(self.page.url, true).ok();
        let host = address.as_ref().and_then(|address| address.host_str());
        host.unwrap_or_default().to_owned()
    }

    async fn download(&self, media: &Url) -> Result<(), TransferError> {
        self.engine.meter.stage(self.claimed, Stage::Downloading);
        let target = Target {
            url: media.to_string(),
            signer: self.signer(media)?,
            class: HostClass::Files,
            allow_json_url: false,
        };
        song::fetch(self.engine, self.claimed, &target, self.cancel).await.map(drop)
    }

    /// Cookies go to their own host and with https only.
    pub(super) fn signer(&self, address: &Url) -> Result<Option<Arc<Signer>>, ErrorBody> {
        let is_own = |session: &&Arc<SiteSession>| {
            address.scheme() == "https" && address.host_str() == Some(session.host.as_str())
        };
        let Some(session) = self.session.as_ref().filter(is_own) else { return Ok(None) };
        let credentials = Credentials {
            source: Source::Web,
            origin: address.origin().ascii_serialization(),
            account_id: session.host.clone(),
            cookies: session.cookies.clone(),
            bearer: None,
            bearer_expires_at: None,
            user_agent: session.user_agent.clone(),
        };
        Ok(Some(Arc::new(Signer::new(&credentials)?)))
    }

    fn downloaded(&self, media: &Url) -> Arrival {
        let name = percent_decoded(media.path().rsplit('/').next().unwrap_or_default());
        Arrival::of_file(self.claimed, &name)
    }

    async fn take_in(&self, mut arrival: Arrival) -> Result<Vec<Finished>, TransferError> {
        let made = playable::make(self, &mut arrival).await?;
        self.engine.meter.stage(self.claimed, Stage::Filing);
        arrival.picture = arrival::jpeg(self, arrival.picture.take()).await;
        Ok(arrival::commit(self, arrival, made).await?)
    }

    /// What is wanted, in the words of the converter.
    pub(super) fn want(&self) -> Want {
        match self.claimed.variant {
            Variant::M4a => Want::Audio(AudioFormat::M4a),
            Variant::Mp3 => Want::Audio(AudioFormat::Mp3),
            Variant::Opus => Want::Audio(AudioFormat::Opus),
            Variant::Media | Variant::Wav | Variant::Stems => Want::Video,
        }
    }
}

fn is_media(path: &str) -> bool {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    extension.is_some_and(|(_, extension)| {
        MEDIA_EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
    })
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/files/clip.MP4", true)]
    #[case("/a/b.c/song.opus", true)]
    #[case("/watch", false)]
    #[case("/mp4", false)]
    #[case("/list.m3u8", false)]
    #[case("/clip.mp4/", false)]
    fn an_address_that_is_media_itself_tells_by_its_end(#[case] path: &str, #[case] media: bool) {
        assert_eq!(is_media(path), media);
    }

    #[test]
    fn a_name_in_an_address_is_decoded() {
        assert_eq!(percent_decoded("caf%C3%A9%20one"), "café one");
    }
}
