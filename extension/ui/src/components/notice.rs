//! What went wrong while no page was open: the worker has left it, and whoever opens one reads it.

use crate::catalogue::t;
use crate::components::button::icon_button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live_view};
use crate::state::State;
use crate::words;
use browser::fields;
use browser::messages::{self, NOTICE_KEY};
use browser::storage::Area;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

/// The notice that was left, if any; the sign on the button goes with it.
pub fn notice() -> Live<AnyView> {
    let text = State::new(None::<String>);
    let read = move || {
        spawn_local(async move {
            if let Some(left) = Area::Session.get_value(NOTICE_KEY).await {
                text.set(words_of(&left));
                messages::seen().await;
            }
        });
    };
    read();
    // One may have come while the person was at another tab.
    let back = window_event_listener(leptos::ev::focus, move |_| read());
    on_cleanup(move || back.remove());
    live_view(move || {
        text.get().map(|words| {
            view! {
                <div class="notice warn" role="alert">
                    {icon(Icon::Alert)}
                    <div class="grow"><strong>{t("notice_title")}</strong> <p>{words}</p></div>
                    {icon_button("quiet compact", Icon::Cross, t("close"), move || text.set(None))}
                </div>
            }
        })
    })
}

/// The sentence for what the worker has left; `None` for what this version does not know.
fn words_of(left: &Value) -> Option<String> {
    match left.get("error") {
        Some(error) => Some(words::error(&fields::error(error))),
        None => fields::is_true(left, "no_address").then(|| t("notice_no_address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};
    use protocol::{ErrorBody, ErrorCode};
    use serde_json::json;

    #[test]
    fn what_was_left_is_said_in_words() {
        assert!(install_file(Language::En, include_str!("../../../_locales/en/messages.json")));
        let error = ErrorBody::new(ErrorCode::AddressRefused).with("address", "http://10.0.0.1");
        let said = words_of(&json!({ "error": error })).unwrap_or_default();
        assert!(said.contains("http://10.0.0.1") && said.contains("Settings"), "{said}");
        assert!(
            words_of(&json!({ "no_address": true })).is_some_and(|said| said.contains("https"))
        );
        assert_eq!(words_of(&json!({ "later": 1 })), None);
    }
}
