//! A person at the keyboard: keys as Chromium tells pages of them, and where they have brought the focus.

use crate::page::{FRAME_LIMIT, Page};
use crate::wait;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::time::timeout;

/// The modifier's bit in `Input.dispatchKeyEvent` and `Input.dispatchMouseEvent`.
pub const SHIFT: u32 = 8;
/// As [`SHIFT`].
pub const CONTROL: u32 = 2;
/// More steps than any page has things that Tab reaches.
const MOST_TABS: usize = 120;

/// What has the focus, as a screen reader says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focused {
    /// Such as `button`.
    pub role: String,
    /// The accessible name.
    pub name: String,
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Tab.
    Forward,
    /// Shift and Tab.
    Back,
}

/// Presses a key: a letter, `" "`, or a name such as `Enter` and `ArrowDown`.
///
/// # Errors
/// When the page is gone.
pub async fn press(page: &Page, key: &str) -> Result<()> {
    press_with(page, key, 0).await
}

/// Selects all of the text in the field that has the focus, so that what is written next takes its place.
///
/// # Errors
/// When the page is gone.
pub async fn select_text(page: &Page) -> Result<()> {
    press_with(page, "a", CONTROL).await
}

/// Writes into the field that has the focus.
///
/// # Errors
/// When the page is gone.
pub async fn write(page: &Page, text: &str) -> Result<()> {
    page.session.call("Input.insertText", json!({"text": text})).await.map(drop)
}

/// Presses a key while `modifiers` ([`SHIFT`], [`CONTROL`]) are held.
///
/// # Errors
/// When the page is gone.
pub async fn press_with(page: &Page, key: &str, modifiers: u32) -> Result<()> {
    let mut down = json!({
        "type": "keyDown", "key": key, "code": code_of(key), "modifiers": modifiers,
        "windowsVirtualKeyCode": number_of(key),
    });
    if modifiers == CONTROL && key == "a" {
        // Shortcuts of the system's own are not found out from keys here.
        down["commands"] = json!(["selectAll"]);
    } else if key == "Enter" {
        down["text"] = json!("\r");
    } else if key.chars().count() == 1 {
        down["text"] = json!(key);
    }
    let mut up = down.clone();
    up["type"] = json!("keyUp");
    if let Some(up) = up.as_object_mut() {
        up.remove("text");
        up.remove("commands");
    }
    for event in [down, up] {
        page.session.call("Input.dispatchKeyEvent", event).await?;
    }
    Ok(())
}

/// Goes with Tab until what has the focus is of `role` and its name begins with `name`.
///
/// # Errors
/// When Tab does not lead there, with what it leads to.
pub async fn go_to(page: &Page, way: Way, role: &str, name: &str) -> Result<()> {
    let mut seen = Vec::new();
    for _ in 0..MOST_TABS {
        press_with(page, "Tab", if way == Way::Back { SHIFT } else { 0 }).await?;
        let Some(focused) = focused(page).await? else { continue };
        if focused.role == role && focused.name.starts_with(name) {
            return Ok(());
        }
        seen.push(format!("{} {:?}", focused.role, focused.name));
    }
    bail!("Tab does not lead to {role} {name:?}, but to {}", seen.join(", "))
}

/// What has the focus; `None` when only the page itself has.
///
/// # Errors
/// When the page is gone.
pub async fn focused(page: &Page) -> Result<Option<Focused>> {
    wait::until("the focus", wait::LONG, async || Ok(Some(focused_now(page).await?))).await
}

async fn focused_now(page: &Page) -> Result<Option<Focused>> {
    // As in `Page::controls`: names are computed with the next frame, and a tab behind another draws none.
    page.session.call("Page.bringToFront", json!({})).await?;
    let element =
        page.session.call("Runtime.evaluate", json!({"expression": "document.activeElement"}));
    let object = element.await?["result"]["objectId"].clone();
    if object.is_null() {
        return Ok(None);
    }
    let params = json!({"objectId": object, "fetchRelatives": false});
    let tree = page.session.call("Accessibility.getPartialAXTree", params);
    let tree = timeout(FRAME_LIMIT, tree).await.context("the page draws no frame")??;
    let node = tree["nodes"].get(0).context("the focus is nowhere")?;
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let (role, name) = (text(&node["role"]), text(&node["name"]));
    Ok((role != "RootWebArea").then_some(Focused { role, name }))
}

/// The number that Windows has for a key, by which Chromium knows what Tab and the arrows do.
fn number_of(key: &str) -> u32 {
    match key {
        "Tab" => 9,
        "Enter" => 13,
        "Escape" => 27,
        "PageUp" => 33,
        "PageDown" => 34,
        "End" => 35,
        "Home" => 36,
        "ArrowLeft" => 37,
        "ArrowUp" => 38,
        "ArrowRight" => 39,
        "ArrowDown" => 40,
        _ => key.chars().next().map_or(0, |letter| letter.to_ascii_uppercase().into()),
    }
}

fn code_of(key: &str) -> String {
    match key {
        " " => "Space".into(),
        letter if letter.chars().count() == 1 => ["Key", &letter.to_uppercase()].concat(),
        name => name.into(),
    }
}
