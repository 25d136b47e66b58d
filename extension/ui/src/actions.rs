//! What buttons do: commands to the daemon and requests to the worker, with the words that follow.

use crate::catalogue::{t, tn};
use crate::link::{ask, command};
use crate::store::Store;
use browser::{messages, tabs};
use leptos::task::spawn_local;
use protocol::method::{
    Cancel, CancelItems, Nothing, OfItems, OfJob, OpenFolder, Pause, Resume, Retry, RetryItems,
    SetSettings,
};
use protocol::{ErrorBody, ErrorCode, ItemId, JobId, SettingsPatch, Source};

/// Stops a job's transfers, or all.
pub fn pause(store: Store, job: Option<JobId>) {
    command::<Pause>(store, OfJob { job }, || ());
}

/// Goes on with a job, or with all.
pub fn resume(store: Store, job: Option<JobId>) {
    command::<Resume>(store, OfJob { job }, || ());
}

/// Gives a job up at once, and offers to take that back.
pub fn cancel(store: Store, job: JobId) {
    command::<Cancel>(store, OfJob { job: Some(job) }, move || {
        let undo = move || command::<Retry>(store, OfJob { job: Some(job) }, || ());
        store.toasts.offer(t("cancelled_toast"), t("undo"), undo);
    });
}

/// Tries again what failed or waits in a job. With `renew`, the site's session is handed over first.
pub fn retry_job(store: Store, job: JobId, renew: Option<Source>) {
    spawn_local(async move {
        if let Some(source) = renew
            && let Err(error) = messages::renew_session(source).await
        {
            return store.toasts.complain(&error);
        }
        if let Err(error) = ask::<Retry>(OfJob { job: Some(job) }).await {
            store.toasts.complain(&error);
        }
    });
}

/// Tries files again.
pub fn retry_items(store: Store, items: Vec<ItemId>) {
    let count = items.len() as u64;
    command::<RetryItems>(store, OfItems { items }, move || {
        store.toasts.say(tn("retried_toast", count))
    });
}

/// Gives files up, and offers to take that back.
pub fn cancel_items(store: Store, items: Vec<ItemId>) {
    let again = items.clone();
    command::<CancelItems>(store, OfItems { items }, move || {
        let text = tn("cancelled_files_toast", again.len() as u64);
        let undo = move || command::<RetryItems>(store, OfItems { items: again.clone() }, || ());
        store.toasts.offer(text, t("undo"), undo);
    });
}

/// Shows the library folder in the system's file manager.
pub fn open_folder(store: Store) {
    command::<OpenFolder>(store, Nothing {}, || ());
}

/// Changes settings, says so with `said`, and lets the worker know.
pub fn set_settings(store: Store, patch: SettingsPatch, said: Option<String>) {
    spawn_local(async move {
        match ask::<SetSettings>(patch).await {
            Ok(settings) => {
                store.settings.set(Some(settings));
                said.into_iter().for_each(|text| store.toasts.say(text));
                messages::settings_changed().await;
            }
            Err(error) => store.toasts.complain(&error),
        }
    });
}

/// Shows a page of the extension in a tab. The popup closes by itself when a tab takes the focus.
pub fn show_page(store: Store, path: &'static str) {
    spawn_local(async move {
        if let Err(error) = tabs::show_page(path).await {
            store.toasts.complain(&error);
        }
    });
}

/// Opens a site in a tab.
pub fn open_site(store: Store, source: Source) {
    spawn_local(async move {
        if let Err(error) = tabs::create(source.origin()).await {
            store.toasts.complain(&error);
        }
    });
}

/// Whether the person has to do something at the site before trying again helps.
pub fn concerns_session(error: &ErrorBody) -> bool {
    use ErrorCode::{Challenge, OtherAccount, PrivateList, SessionExpired, SignedOut};
    matches!(error.code, SignedOut | SessionExpired | Challenge | OtherAccount | PrivateList)
}
