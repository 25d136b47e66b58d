//! The ways to send something without a page of ours: the menu of the right mouse button, a key, the address bar.
//!
//! Nobody looks at a page of ours then, so what goes wrong is left as a notice (`notice`).

use crate::notice;
use crate::sending::{Sending, send};
use crate::session::store_of;
use browser::address::{Address, find_all, typed};
use browser::environment::random_uuid;
use browser::fields::text;
use browser::json::value_of;
use browser::tabs::{self, Tab};
use browser::{context_menus, i18n, omnibox};
use protocol::send::SentPage;
use serde_json::Value;
use wasm_bindgen::JsValue;

/// The entry's id: the browser remembers it, so it has to stay the same from version to version.
const ENTRY: &str = "send";
/// Where the entry is shown.
const CONTEXTS: &[&str] = &["page", "link", "video", "audio", "selection"];
/// The command of the manifest.
const SEND_PAGE: &str = "send-page";

/// Makes the menu's entry, in place of one that an older version has left.
pub async fn create_menu() {
    context_menus::remove_all().await;
    context_menus::create(ENTRY, &i18n::message("send_menu", &[]), CONTEXTS);
}

/// `contextMenus.onClicked`.
pub async fn on_menu_clicked(info: JsValue, tab: JsValue) {
    let (info, tab) = (value_of(&info), value_of(&tab));
    if text(&info, "menuItemId") == Some(ENTRY) {
        send_from(chosen(&info, text(&tab, "title")), Tab::read(&tab)).await;
    }
}

/// `commands.onCommand`. Some browsers do not say in which tab.
pub async fn on_command(name: String, tab: JsValue) {
    if name != SEND_PAGE {
        return;
    }
    let tab = match Tab::read(&value_of(&tab)) {
        Some(tab) => Some(tab),
        None => tabs::active().await,
    };
    let pages = tab.as_ref().map(page_in).unwrap_or_default();
    send_from(pages, tab).await;
}

/// `omnibox.onInputEntered`.
pub async fn on_address_entered(input: String) {
    let address = typed(&input).into_iter();
    let pages = address.map(|address| bare(address, None)).collect();
    send_from(pages, tabs::active().await).await;
}

/// `omnibox.onInputStarted` and `omnibox.onInputChanged`: says what Enter would do.
pub fn on_address_typed(input: &str) {
    let key = match typed(input) {
        Some(_) => "omnibox_send",
        None if input.trim().is_empty() => "omnibox_help",
        None => "omnibox_none",
    };
    omnibox::set_default_suggestion(&i18n::message(key, &[]));
}

/// Sends from `tab`, and leaves a notice when that did not work.
async fn send_from(pages: Vec<SentPage>, tab: Option<Tab>) {
    if pages.is_empty() {
        return notice::leave_no_address().await;
    }
    let store = store_of(tab).await;
    let sending = Sending { key: random_uuid(), pages, variant: None, store };
    match send(sending).await {
        Ok(sent) => match sent.refused {
            Some(error) => notice::leave(&error).await,
            None => notice::clear().await,
        },
        Err(error) => notice::leave(&error).await,
    }
}

/// What the person pointed at, from a `contextMenus.OnClickData`: media, a link, the addresses in the selection, or
/// the page. Media that only the page itself can read (`blob:`) means the page.
fn chosen(info: &Value, title: Option<&str>) -> Vec<SentPage> {
    let address = |field| text(info, field).and_then(Address::parse);
    let page = address("pageUrl");
    let is_media = matches!(text(info, "mediaType"), Some("video" | "audio"));
    let media = address("srcUrl").filter(|_| is_media);
    let is_unreadable = is_media && media.is_none();
    let link = address("linkUrl").filter(|_| !is_unreadable);
    if let Some(target) = media.or(link) {
        return vec![bare(target, page.as_ref())];
    }
    match text(info, "selectionText").filter(|_| !is_unreadable) {
        Some(selection) => {
            find_all(selection).into_iter().map(|found| bare(found, page.as_ref())).collect()
        }
        None => page.map(|page| titled(page, title)).into_iter().collect(),
    }
}

fn page_in(tab: &Tab) -> Vec<SentPage> {
    let address = tab.url.as_deref().and_then(Address::parse);
    address.map(|address| titled(address, tab.title.as_deref())).into_iter().collect()
}

fn titled(page: Address, title: Option<&str>) -> SentPage {
    let title = title.map(str::trim).filter(|title| !title.is_empty()).map(cut);
    SentPage { address: page.as_str().to_owned(), found_on: None, title }
}

/// Titles are for one line.
fn cut(title: &str) -> String {
    title.chars().take(300).collect()
}

fn bare(target: Address, page: Option<&Address>) -> SentPage {
    let found_on = page.filter(|page| **page != target).map(|page| page.as_str().to_owned());
    SentPage { address: target.as_str().to_owned(), found_on, title: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PAGE: &str = "https://example.com/watch?v=1";

    fn found(address: &str) -> SentPage {
        SentPage { address: address.into(), found_on: Some(PAGE.into()), title: None }
    }

    fn page() -> SentPage {
        SentPage { address: PAGE.into(), found_on: None, title: Some("A film".into()) }
    }

    fn click(info: Value) -> Vec<SentPage> {
        let mut whole = json!({ "menuItemId": "send", "editable": false, "pageUrl": PAGE });
        for (name, value) in info.as_object().unwrap() {
            whole[name] = value.clone();
        }
        chosen(&whole, Some(" A film "))
    }

    #[test]
    fn a_click_on_nothing_special_means_the_page_with_its_title() {
        assert_eq!(click(json!({})), [page()]);
        assert_eq!(chosen(&json!({ "pageUrl": "chrome://settings" }), Some("x")), []);
    }

    #[test]
    fn media_go_before_the_link_around_them_and_the_link_before_the_selection() {
        let link =
            json!({ "linkUrl": "https://example.com/2", "selectionText": "https://a.example" });
        assert_eq!(click(link), [found("https://example.com/2")]);
        let video = json!({ "mediaType": "video", "srcUrl": "https://cdn.example/a.mp4", "linkUrl": "https://b.example" });
        assert_eq!(click(video), [found("https://cdn.example/a.mp4")]);
    }

    #[test]
    fn media_that_only_the_page_can_read_mean_the_page() {
        for source in ["blob:https://example.com/1-2", "data:video/mp4;base64,AAAA", ""] {
            let video =
                json!({ "mediaType": "video", "srcUrl": source, "linkUrl": "https://b.example" });
            assert_eq!(click(video), [page()], "{source}");
        }
    }

    #[test]
    fn a_selection_means_the_addresses_in_it_and_without_any_nothing() {
        let selection =
            json!({ "selectionText": "one https://a.example/1, two http://b.example/2" });
        assert_eq!(click(selection), [found("https://a.example/1"), found("http://b.example/2")]);
        assert_eq!(click(json!({ "selectionText": "no address" })), []);
    }

    #[test]
    fn the_page_in_a_tab_is_sent_only_if_it_is_one_of_the_web() {
        let tab = |url: Option<&str>| {
            Tab::read(&json!({ "id": 1, "windowId": 1, "url": url, "title": "A film" })).unwrap()
        };
        assert_eq!(page_in(&tab(Some(PAGE))), [page()]);
        assert_eq!(page_in(&tab(Some("about:blank"))), []);
        assert_eq!(page_in(&tab(None)), []);
    }
}
