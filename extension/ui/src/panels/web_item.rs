//! What a row of the queue says of something that was sent: from where, what is being done to it, and whether it
//! waits for the person's sign-in.

use crate::catalogue::{t, tf};
use crate::components::live::{live, live_view};
use crate::components::progress_bar::{Extent, progress_bar};
use crate::state::Derived;
use crate::store::Store;
use crate::words;
use browser::address::Address;
use leptos::prelude::*;
use protocol::send::Stage;
use protocol::{ErrorCode, ItemId, ItemState, ItemView, JobId, Progress, Source};

/// The host of a sent page: its id is its address.
pub fn host_of(item: &ItemView) -> Option<String> {
    let address = Address::parse(&item.source_id).filter(|_| item.source == Source::Web)?;
    Some(address.host().to_owned())
}

/// The host whose sign-in a sent page waits for; only where one may be used at all.
pub fn needs_sign_in(item: &ItemView) -> Option<String> {
    let reason = item.reason.as_ref().filter(|_| item.state == ItemState::NeedsYou)?;
    let concerns = matches!(
        reason.code,
        ErrorCode::SignedOut | ErrorCode::SessionExpired | ErrorCode::Challenge
    );
    let page =
        Address::parse(&item.source_id).filter(|_| concerns && item.source == Source::Web)?;
    // A page can hold what is at another site; the daemon then names that one.
    let named = reason.params.get("site");
    let named = named.and_then(|site| Address::parse(&["https://", site, "/"].concat()));
    let host = named.as_ref().unwrap_or(&page).host().to_owned();
    page.is_secure().then_some(host)
}

/// Why it waits, in the words that fit a sign-in.
pub fn sign_in_words(item: &ItemView, host: &str) -> Option<String> {
    let reason = item.reason.as_ref()?;
    Some(match reason.code {
        ErrorCode::Challenge => words::error(reason),
        _ => tf("needs_sign_in", &[("host", host)]),
    })
}

/// How far one file is.
#[derive(Clone, Debug, PartialEq)]
pub struct Doing {
    stage: Option<Stage>,
    done: u64,
    total: Option<u64>,
    /// Bytes a second and seconds left, where they are this file's own.
    pace: Option<(u64, Option<u64>)>,
}

impl Doing {
    /// What the job's figures say of the file `id`.
    pub fn of(progress: &Progress, id: ItemId) -> Self {
        let stage = progress.stages.iter().find(|(of, _)| *of == id).map(|(_, stage)| *stage);
        let running = progress.running.iter().find(|(of, ..)| *of == id);
        let (done, total) = running.map_or((0, None), |(_, done, total)| (*done, *total));
        let is_alone = progress.running.len() == 1 && running.is_some();
        let speed = progress.bytes_per_s;
        let left = total.and_then(|total| total.saturating_sub(done).checked_div(speed));
        Self { stage, done, total, pace: (is_alone && speed > 0).then_some((speed, left)) }
    }

    /// "Reading the page", "Downloading", "Converting 42 % (3.1×)", "Filing".
    fn stage_words(&self) -> String {
        match self.stage {
            Some(Stage::Reading) => t("stage_reading"),
            None | Some(Stage::Downloading) => t("stage_downloading"),
            Some(Stage::Filing) => t("stage_filing"),
            Some(Stage::Converting { fraction, speed }) => {
                let share = fraction.map(|fraction| tf("percent", &[("n", &hundredths(fraction))]));
                let speed = speed.filter(|speed| speed.is_finite() && *speed > 0.0);
                let speed = speed.map(|speed| tf("stage_speed", &[("n", &words::tenths(speed))]));
                let parts = [Some(t("stage_converting")), share, speed];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// "12 MB of 40 MB · 3 MB/s · 9 s left", while bytes arrive.
    fn figures(&self) -> String {
        if self.done == 0 || !matches!(self.stage, None | Some(Stage::Downloading)) {
            return String::new();
        }
        let done = words::bytes(self.done);
        let size = match self.total {
            Some(total) => tf("bytes_of", &[("done", &done), ("total", &words::bytes(total))]),
            None => done,
        };
        let speed = self.pace.map(|(speed, _)| words::speed(speed));
        let left = self.pace.and_then(|(_, left)| left);
        let left = left.map(|left| tf("progress_left", &[("time", &words::duration(left))]));
        [Some(size), speed, left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    fn extent(&self) -> Extent {
        match (self.stage, self.total) {
            (Some(Stage::Converting { fraction: Some(fraction), .. }), _) => {
                Extent::Of { done: whole(fraction * 1000.0), total: 1000 }
            }
            (None | Some(Stage::Downloading), Some(total)) => Extent::Of { done: self.done, total },
            _ => Extent::Unknown,
        }
    }
}

/// A share of 1 in hundredths.
fn hundredths(fraction: f64) -> String {
    whole(fraction.clamp(0.0, 1.0) * 100.0).to_string()
}

/// Without what is behind the mark; nothing negative and nothing that is no number.
fn whole(figure: f64) -> u64 {
    figure as u64
}

/// The file's figures as they change.
pub fn doing(store: Store, job: JobId, id: ItemId) -> Derived<Option<Doing>> {
    Derived::new(move || store.progress_of(job).map(|progress| Doing::of(&progress, id)))
}

/// Under the title while something is being done: a bar, and the figures beside the host.
pub fn below_title(doing: Derived<Option<Doing>>, title: String, host: String) -> AnyView {
    let extent = Derived::new(move || {
        doing.with(|doing| doing.as_ref().map_or(Extent::Unknown, Doing::extent))
    });
    let line = move || {
        let figures = doing.with(|doing| doing.as_ref().map(Doing::figures)).unwrap_or_default();
        let parts = [host.as_str(), &figures];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    view! {
        {progress_bar("thin", move || title.clone(), extent, || false)}
        <div class="item-line figures cut">{live(line)}</div>
    }
    .into_any()
}

/// In the place of the state's word.
pub fn stage_word(doing: Derived<Option<Doing>>) -> AnyView {
    let words = move || {
        let stage = doing.with(|doing| doing.as_ref().map(Doing::stage_words));
        let words = stage.unwrap_or_else(|| words::item_state(ItemState::Running));
        crate::components::state_word::under_way(words)
    };
    live_view(words).into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};
    use protocol::{ErrorBody, Variant};

    fn speak() {
        assert!(install_file(Language::En, include_str!("../../../_locales/en/messages.json")));
    }

    fn item(address: &str, code: ErrorCode) -> ItemView {
        ItemView {
            id: ItemId(1),
            job: JobId(1),
            source: Source::Web,
            source_id: address.into(),
            variant: Variant::Media,
            title: "A film".into(),
            state: ItemState::NeedsYou,
            reason: Some(ErrorBody::new(code)),
            next_try_at: None,
            attempts: 1,
            bytes: None,
            name: None,
        }
    }

    #[test]
    fn a_page_behind_a_sign_in_names_its_host_or_the_one_that_the_daemon_names() {
        let page = item("https://www.example.com/a", ErrorCode::SignedOut);
        assert_eq!(needs_sign_in(&page).as_deref(), Some("www.example.com"));
        let mut other = page.clone();
        other.reason = other.reason.map(|reason| reason.with("site", "player.example"));
        assert_eq!(needs_sign_in(&other).as_deref(), Some("player.example"));
        other.reason = other.reason.map(|reason| reason.with("site", "a name with spaces"));
        assert_eq!(needs_sign_in(&other).as_deref(), Some("www.example.com"));
    }

    #[test]
    fn nothing_else_asks_for_a_sign_in() {
        assert_eq!(needs_sign_in(&item("https://a.example/", ErrorCode::DiskFull)), None);
        assert_eq!(needs_sign_in(&item("http://a.example/", ErrorCode::SignedOut)), None);
        let song = ItemView { source: Source::Producer, ..item("7f3a", ErrorCode::SignedOut) };
        assert_eq!((needs_sign_in(&song), host_of(&song)), (None, None));
        let failed = ItemView {
            state: ItemState::Failed,
            ..item("https://a.example/", ErrorCode::SignedOut)
        };
        assert_eq!(needs_sign_in(&failed), None);
    }

    fn doing(stage: Option<Stage>, done: u64, total: Option<u64>) -> Doing {
        let id = ItemId(1);
        let stages = stage.map(|stage| (id, stage)).into_iter().collect();
        let running = vec![(id, done, total)];
        let progress = Progress { bytes_per_s: 3_000_000, running, stages, ..Progress::default() };
        Doing::of(&progress, id)
    }

    #[test]
    fn each_stage_has_its_words() {
        speak();
        let words = |stage| doing(Some(stage), 0, None).stage_words();
        assert_eq!(words(Stage::Reading), "Reading the page");
        assert_eq!(words(Stage::Downloading), "Downloading");
        assert_eq!(words(Stage::Filing), "Filing");
        let converting = |fraction, speed| words(Stage::Converting { fraction, speed });
        assert_eq!(converting(Some(0.42), Some(3.17)), "Converting 42 % (3.1×)");
        assert_eq!(converting(None, None), "Converting");
        assert_eq!(converting(Some(f64::NAN), Some(f64::INFINITY)), "Converting 0 %");
    }

    #[test]
    fn while_bytes_arrive_their_figures_are_shown_and_no_others() {
        speak();
        let arriving = doing(None, 12_000_000, Some(39_000_000));
        assert_eq!(arriving.figures(), "12.0 MB of 39.0 MB · 3.0 MB/s · 9 s left");
        assert_eq!(arriving.extent(), Extent::Of { done: 12_000_000, total: 39_000_000 });
        assert_eq!(doing(Some(Stage::Filing), 5, Some(5)).figures(), "");
        let converting = Stage::Converting { fraction: Some(0.5), speed: None };
        assert_eq!(
            doing(Some(converting), 5, Some(5)).extent(),
            Extent::Of { done: 500, total: 1000 }
        );
    }

    #[test]
    fn the_speed_of_several_is_nobodys_own() {
        speak();
        let running = vec![(ItemId(1), 1_000, None), (ItemId(2), 1_000, None)];
        let progress = Progress { bytes_per_s: 9, running, ..Progress::default() };
        assert_eq!(Doing::of(&progress, ItemId(1)).figures(), "1.0 kB");
    }
}
