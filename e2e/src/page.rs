//! What a person does on a page: read it, click what has a name, take a picture.
//!
//! Things are found by role and accessible name as Chromium computes them, which is what a screen reader says;
//! so the tests that click also prove that the page can be used without seeing it.

use crate::cdp::Session;
use crate::wait;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// How long a page may take to draw a frame before it is asked again.
pub(crate) const FRAME_LIMIT: Duration = Duration::from_secs(5);

/// A tab that shows something.
#[derive(Clone)]
pub struct Page {
    /// The connection to it.
    pub session: Session,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Something on the page that a screen reader would announce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its accessible name.
    pub name: String,
    /// It cannot be used now.
    pub disabled: bool,
    /// Checked, for what can be.
    pub checked: bool,
    node: i64,
}

impl Page {
    /// Goes to `address` in the tab `session`, and waits until it is loaded.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn open(session: Session, address: &str) -> Result<Self> {
        // Keeps the tree of accessible names up to date; asked for only now and then it may never be ready.
        session.call("Accessibility.enable", json!({})).await?;
        let page = Self { session };
        page.go_to(address).await?;
        Ok(page)
    }

    /// Goes to another address.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn go_to(&self, address: &str) -> Result<()> {
        let answer = self.session.call("Page.navigate", json!({"url": address})).await?;
        if let Some(error) = answer.get("errorText").and_then(Value::as_str) {
            bail!("{address}: {error}");
        }
        self.wait_loaded().await
    }

    /// Loads it again.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn reload(&self) -> Result<()> {
        // The old page is complete as well, and goes only a moment after this was answered.
        self.session.evaluate::<bool>("window.leaving = true").await?;
        self.session.call("Page.reload", json!({})).await?;
        self.wait_for("document.readyState === 'complete' && !window.leaving").await
    }

    async fn wait_loaded(&self) -> Result<()> {
        self.wait_for("document.readyState === 'complete'").await
    }

    async fn wait_for(&self, condition: &str) -> Result<()> {
        wait::until("the page to load", wait::LONG, async || {
            Ok(self.session.evaluate::<bool>(condition).await?.then_some(()))
        })
        .await
    }

    /// The visible text.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn text(&self) -> Result<String> {
        self.session.evaluate("document.body.innerText").await
    }

    /// Waits until the visible text has `part`.
    ///
    /// # Errors
    /// When it never does, with the text that was there.
    pub async fn wait_text(&self, part: &str) -> Result<()> {
        let what = format!("text {part:?}");
        let look = async || Ok(self.text().await?.contains(part).then_some(()));
        match wait::until(&what, wait::LONG, look).await {
            Ok(()) => Ok(()),
            Err(error) => {
                let text = self.text().await.unwrap_or_default();
                Err(error).with_context(|| format!("the page says: {text}"))
            }
        }
    }

    /// Everything of `role` on the page, in order.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn controls(&self, role: &str) -> Result<Vec<Control>> {
        // The names are computed with the next frame, and a tab behind another draws none.
        self.session.call("Page.bringToFront", json!({})).await?;
        let document = self.session.call("DOM.getDocument", json!({"depth": 0})).await?;
        let params = json!({"nodeId": document["root"]["nodeId"], "role": role});
        let query = self.session.call("Accessibility.queryAXTree", params);
        let answer = timeout(FRAME_LIMIT, query).await.context("the page draws no frame")??;
        let nodes = answer["nodes"].as_array().cloned().unwrap_or_default();
        Ok(nodes.iter().filter(|node| node["ignored"] != true).filter_map(control).collect())
    }

    /// Waits for a usable control of `role` whose name `wanted` picks.
    ///
    /// # Errors
    /// When there is none, with the names of those that are there.
    pub async fn wait_control(&self, role: &str, wanted: impl Fn(&str) -> bool) -> Result<Control> {
        let look = async || {
            let mut controls = self.controls(role).await?.into_iter();
            Ok(controls.find(|control| !control.disabled && wanted(&control.name)))
        };
        match wait::until(&format!("a {role}"), wait::LONG, look).await {
            Ok(control) => Ok(control),
            Err(error) => {
                let there = self.controls(role).await.unwrap_or_default();
                let names: Vec<_> = there.iter().map(|control| &control.name).collect();
                Err(error).with_context(|| format!("there are {names:?}"))
            }
        }
    }

    /// Clicks the control of `role` whose accessible name is `name` or begins with it.
    ///
    /// # Errors
    /// When there is none, or it cannot be clicked.
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        let find = async || self.wait_control(role, |there| there.starts_with(name)).await;
        let first = self.click_on(&find().await?).await;
        // It may be drawn anew between being found and being clicked.
        let clicked = if first.is_ok() { first } else { self.click_on(&find().await?).await };
        clicked.with_context(|| format!("click on {role} {name:?}"))
    }

    /// Clicks with the mouse in the middle of `control`.
    ///
    /// # Errors
    /// When it is not visible.
    pub async fn click_on(&self, control: &Control) -> Result<()> {
        self.click_with(control, 0).await
    }

    /// Clicks on `control` while `modifiers` (as of `keyboard`) are held.
    ///
    /// # Errors
    /// When it is not visible.
    pub async fn click_with(&self, control: &Control, modifiers: u32) -> Result<()> {
        let node = json!({"backendNodeId": control.node});
        self.session.call("DOM.scrollIntoViewIfNeeded", node.clone()).await?;
        let answer = self.session.call("DOM.getContentQuads", node).await?;
        let corners: Vec<f64> =
            serde_json::from_value(answer["quads"][0].clone()).context("it is not visible")?;
        let middle = |axis: usize| corners.iter().skip(axis).step_by(2).sum::<f64>() / 4.0;
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let params = json!({
                "type": kind, "x": middle(0), "y": middle(1), "button": "left", "clickCount": 1,
                "modifiers": modifiers,
            });
            self.session.call("Input.dispatchMouseEvent", params).await?;
        }
        Ok(())
    }

    /// Chooses the entry of `value` in the list whose accessible name is `name`, once it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn choose(&self, name: &str, value: &str) -> Result<()> {
        // A list without the entry would show its first one instead, and nobody would notice.
        let script = "function (value) {
            this.value = value;
            if (this.value !== value) return null;
            this.dispatchEvent(new Event('change', {bubbles: true}));
            return true;
        }";
        let look = async || {
            let list = self.wait_control("combobox", |there| there == name).await?;
            let node =
                self.session.call("DOM.resolveNode", json!({"backendNodeId": list.node})).await?;
            let params = json!({
                "objectId": node["object"]["objectId"],
                "functionDeclaration": script,
                "arguments": [{"value": value}],
                "returnByValue": true,
            });
            let chosen = self.session.call("Runtime.callFunctionOn", params).await?;
            Ok(chosen["result"]["value"].as_bool())
        };
        wait::until(&format!("{value} in the list {name}"), wait::LONG, look).await.map(drop)
    }

    /// Shows the page at this size, in CSS pixels, in light or dark.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn present(&self, width: u32, height: u32, scheme: Scheme) -> Result<()> {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": false});
        self.session.call("Emulation.setDeviceMetricsOverride", size).await?;
        self.prefer(scheme).await
    }

    /// Lets the page take the person for one who wants it light or dark, and without motion.
    ///
    /// # Errors
    /// When the page is gone.
    pub async fn prefer(&self, scheme: Scheme) -> Result<()> {
        let value = if scheme == Scheme::Dark { "dark" } else { "light" };
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": value},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.session.call("Emulation.setEmulatedMedia", features).await.map(drop)
    }

    /// Writes what is visible to a PNG file.
    ///
    /// # Errors
    /// When the page is gone or the file cannot be written.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        let answer = self.session.call("Page.captureScreenshot", json!({"format": "png"})).await?;
        let bytes = BASE64_STANDARD.decode(answer["data"].as_str().unwrap_or_default())?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
    }
}

fn control(node: &Value) -> Option<Control> {
    let property = |name: &str| {
        let properties = node["properties"].as_array()?;
        properties
            .iter()
            .find(|property| property["name"] == name)
            .map(|property| &property["value"]["value"])
    };
    Some(Control {
        name: node["name"]["value"].as_str().unwrap_or_default().to_owned(),
        disabled: property("disabled").is_some_and(|value| *value == true),
        checked: property("checked").is_some_and(|value| *value == "true" || *value == true),
        node: node["backendDOMNodeId"].as_i64()?,
    })
}
