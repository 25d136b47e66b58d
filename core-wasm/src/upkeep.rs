//! What happens without a click: going on after a restart, and keeping libraries up to date by alarm.

use crate::session::Session;
use crate::{daemon, gestures, listing, notes::Notes};
use browser::cookies::own_store;
use browser::fields::is_true;
use browser::storage::Area;
use browser::{alarms, tabs};
use protocol::method::{GetSettings, Nothing};
use protocol::{ErrorBody, Source};

/// Rings every 6 hours while the person wants their libraries kept up to date.
const UPDATE_ALARM: &str = "update";
const UPDATE_MINUTES: u32 = 360;
/// Rings while a job moves, in case the worker was stopped in between.
const LOOK_ALARM: &str = "look";
const LOOK_MINUTES: u32 = 2;
/// Remembers that the update alarm is wanted: browsers may lose alarms when they restart.
const KEEP_KEY: &str = "keep_up_to_date";

/// `runtime.onInstalled`.
pub async fn on_installed(reason: String) {
    gestures::create_menu().await;
    if reason == "install" {
        // Without the page the popup explains the same.
        let _ = tabs::create(&browser::runtime::url_of("onboarding.html")).await;
    }
}

/// `alarms.onAlarm`.
pub async fn on_alarm(name: String) {
    match name.as_str() {
        // Nobody is looking: what goes wrong shows on the badge or at the next click.
        UPDATE_ALARM => drop(update().await),
        LOOK_ALARM => go_on().await,
        _ => {}
    }
}

/// Goes on with unfinished listings, and with watching over unfinished jobs.
pub async fn go_on() {
    let kept = Area::Local.get_value(KEEP_KEY).await;
    if kept.is_some_and(|wanted| wanted.as_bool() == Some(true)) {
        alarms::ensure(UPDATE_ALARM, UPDATE_MINUTES).await;
    }
    for note in Notes::load().await.ready() {
        listing::resume(note).await;
    }
    if daemon::is_watching(None).await {
        // Connecting brings a snapshot; the connection then stays for as long as something moves.
        let _ = daemon::lease().await;
    }
}

/// Brings what is new from every site that somebody is signed in to.
async fn update() -> Result<(), ErrorBody> {
    if !wants_updates().await? {
        keep_up_to_date(false).await;
        return Ok(());
    }
    for &source in Source::SITES {
        if Session::own(source).read().await.is_ok() {
            // One site's trouble is not the other's.
            let _ = listing::start(source, Vec::new(), Some(own_store().to_owned())).await;
        }
    }
    Ok(())
}

async fn wants_updates() -> Result<bool, ErrorBody> {
    let host = daemon::lease().await?;
    let settings = host.ask::<GetSettings>(Nothing {}).await?;
    Ok(is_true(&settings, "keep_up_to_date"))
}

/// Looks whether the settings ask for updates.
///
/// # Errors
/// `HostMissing`.
pub async fn on_settings_changed() -> Result<(), ErrorBody> {
    keep_up_to_date(wants_updates().await?).await;
    Ok(())
}

/// Sets or stops the alarm for updates.
pub async fn keep_up_to_date(wanted: bool) {
    // Not kept, it is set again with the next snapshot.
    let _ = Area::Local.set(KEEP_KEY, &wanted).await;
    ring(UPDATE_ALARM, UPDATE_MINUTES, wanted).await;
}

/// Sets or stops the alarm that brings the worker back while jobs move or a list is still to be read.
pub async fn look_again(moving: bool) {
    let wanted = moving || Notes::load().await.ready().next().is_some();
    ring(LOOK_ALARM, LOOK_MINUTES, wanted).await;
}

async fn ring(name: &str, minutes: u32, wanted: bool) {
    if wanted {
        alarms::ensure(name, minutes).await;
    } else {
        alarms::clear(name);
    }
}
