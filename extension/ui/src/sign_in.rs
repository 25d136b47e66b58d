//! Whether the person's sign-in at a site may be used: asked by one button, taken back by another.

use crate::catalogue::{t, tf};
use crate::link::ask;
use crate::store::Store;
use crate::words;
use browser::{messages, site_access, tabs};
use leptos::task::spawn_local;
use protocol::method::{OfItems, RetryItems};
use protocol::{ErrorBody, ErrorCode, ItemId};

/// Asks for `host` and does `then` when the person has agreed. Has to be called by a click itself, nothing before it.
pub fn allow(store: Store, host: &str, then: impl FnOnce() + 'static) {
    let asked = site_access::ask_for(host);
    let then: Box<dyn FnOnce()> = Box::new(then);
    spawn_local(async move {
        match asked.await {
            Ok(true) => then(),
            Ok(false) => store.toasts.say(t("site_not_allowed")),
            Err(error) => store.toasts.complain(&error),
        }
    });
}

/// Asks for `host`, hands the session there over, and has a file that waited for it tried again.
pub fn allow_for(store: Store, host: String, item: ItemId) {
    let asked = host.clone();
    allow(store, &asked, move || {
        spawn_local(async move {
            if let Err(error) = hand_over(&host, item).await {
                complain(store, host, &error);
            }
        });
    });
}

async fn hand_over(host: &str, item: ItemId) -> Result<(), ErrorBody> {
    messages::renew_site(host.to_owned()).await?;
    ask::<RetryItems>(OfItems { items: vec![item] }).await.map(drop)
}

/// Says what is wrong. Who is not signed in gets a way to the site.
fn complain(store: Store, host: String, error: &ErrorBody) {
    if error.code != ErrorCode::SignedOut {
        return store.toasts.complain(error);
    }
    let open = move || {
        let address = ["https://", &host, "/"].concat();
        spawn_local(async move {
            if let Err(error) = tabs::create(&address).await {
                store.toasts.complain(&error);
            }
        });
    };
    let site = error.params.get("site").cloned().unwrap_or_default();
    store.toasts.offer(words::error(error), tf("site_open", &[("host", &site)]), open);
}

/// Forgets a site and does `then`.
pub fn forget(store: Store, host: String, then: impl FnOnce() + 'static) {
    let then: Box<dyn FnOnce()> = Box::new(then);
    spawn_local(async move {
        match messages::forget_site(host.clone()).await {
            Ok(()) => store.toasts.say(tf("site_forgotten", &[("host", &host)])),
            Err(error) => store.toasts.complain(&error),
        }
        then();
    });
}
