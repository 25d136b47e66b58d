//! A screen of its own (Xvfb) for a Chromium with a window, and a person's keys and mouse on it (xdotool).
//!
//! Some of what a browser shows is drawn by itself, outside of any page, where the DevTools protocol does not reach:
//! the question whether an extension may have a permission, and the context menu. The system draws its own
//! window for folders. Linux only.

use crate::page::Page;
use crate::wait;
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Larger than the browser's window.
const SIZE: &str = "1400x1000x24";
/// Where Xvfb keeps the picture, in its folder.
const PICTURE: &str = "Xvfb_screen0";
/// Keys that come sooner after a question has appeared may be meant for something else, and Chromium drops them.
const COMPOSURE: Duration = Duration::from_millis(1000);
/// How long a key may take to show its effect before it counts as lost. A second one that comes while the first is still
/// at work would reach what is behind.
const EFFECT: Duration = Duration::from_secs(5);
/// The same for a menu, which is made anew each time, and for what comes of it in the worker.
const MENU_EFFECT: Duration = Duration::from_secs(30);
/// How often a thing that may be missed is done before it is given up.
const TRIES: u32 = 4;
/// Only every so manieth pixel is looked at.
const STRIDE: usize = 8;

/// A screen. Ends when dropped.
pub struct Screen {
    display: String,
    folder: TempDir,
    /// Kept, so that it ends with us.
    _server: Child,
}

impl Screen {
    /// Starts one under a free number.
    ///
    /// # Errors
    /// When Xvfb is missing or does not start.
    pub async fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"])
            .arg("-fbdir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("Xvfb is needed: run `cargo xtask setup`")?;
        let mut told = BufReader::new(server.stdout.take().context("no output")?).lines();
        let number =
            timeout(wait::LONG, told.next_line()).await.context("Xvfb does not start")??;
        let number = number.context("Xvfb ended")?;
        Ok(Self { display: format!(":{}", number.trim()), folder, _server: server })
    }

    /// Its name, for [`crate::browser::Config::display`].
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Does what makes the browser ask for a permission, and answers "Allow" once the question is there. The browser
    /// must be the only one on this screen. A popup may close before it has answered to `ask`; that is no error.
    ///
    /// # Errors
    /// When the question does not appear, with what `ask` said, or does not go away.
    pub async fn allow(&self, ask: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        // "Deny" has the focus at first.
        self.answer(ask, &["Tab", "Return"]).await
    }

    /// As [`Screen::allow`], and answers "Deny".
    ///
    /// # Errors
    /// As [`Screen::allow`].
    pub async fn deny(&self, ask: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        self.answer(ask, &["Escape"]).await
    }

    async fn answer(&self, ask: impl AsyncFnOnce() -> Result<()>, keys: &[&str]) -> Result<()> {
        let before = self.picture()?;
        let asked = ask().await;
        let there = async || Ok(is_dimmed(&before, &self.picture()?).then_some(()));
        if let Err(error) = wait::until("the browser's question", wait::LONG, there).await {
            return asked.and(Err(error));
        }
        sleep(COMPOSURE).await;
        let (last, before_it) = keys.split_last().context("no keys")?;
        for key in before_it {
            // The ring around what has the focus moves.
            let asked = self.picture()?;
            let moved = async || Ok((self.picture()? != asked).then_some(()));
            self.press_until("the focus to move", key, EFFECT, moved).await?;
        }
        let gone = async || Ok((!is_dimmed(&before, &self.picture()?)).then_some(()));
        self.press_until("the end of the browser's question", last, EFFECT, gone).await
    }

    /// Opens the context menu of the element that `selector` picks, and chooses the entry that is the `nth` from
    /// below: Chromium's own last entries are one ("Inspect") on links, two on pages. A menu that opens slowly loses the
    /// keys that are meant for it: then it is chosen from again, until `seen` has what came of it.
    ///
    /// # Errors
    /// When there is no such element, no menu appears, or nothing comes of it.
    pub async fn choose_in_context_menu<T>(
        &self,
        page: &Page,
        selector: &str,
        nth: usize,
        mut seen: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let mut left = TRIES;
        loop {
            left -= 1;
            let outcome = self.choose_once(page, selector, nth, &mut seen).await;
            if outcome.is_ok() || left == 0 {
                return outcome;
            }
            // The menu may have opened meanwhile, and would be in the picture that the next is compared with.
            self.press(&["Escape"]).await?;
            sleep(COMPOSURE).await;
        }
    }

    async fn choose_once<T>(
        &self,
        page: &Page,
        selector: &str,
        nth: usize,
        seen: impl AsyncFnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        self.open_context_menu(page, selector).await?;
        self.press(&vec!["Up"; nth]).await?;
        self.press(&["Return"]).await?;
        wait::until("what comes of the context menu", MENU_EFFECT, seen).await
    }

    async fn open_context_menu(&self, page: &Page, selector: &str) -> Result<()> {
        page.session.call("Page.bringToFront", serde_json::json!({})).await?;
        // The browser's own bars are above the page.
        let script = format!(
            "(() => {{ const box = document.querySelector({selector:?}).getBoundingClientRect();
            return [screenX + box.x + box.width / 2,
                    screenY + outerHeight - innerHeight + box.y + box.height / 2]; }})()"
        );
        let place: [f64; 2] = page.session.evaluate(&script).await?;
        let [x, y] = place.map(|at| at.round().to_string());
        let before = self.picture()?;
        self.xdotool(&["mousemove", &x, &y, "click", "3"]).await?;
        let there = async || Ok(has_changed(&before, &self.picture()?).then_some(()));
        wait::until("the context menu", MENU_EFFECT, there).await?;
        sleep(COMPOSURE).await;
        Ok(())
    }

    /// Does what opens the system's window for folders, and picks a folder in it. Without a window manager a window
    /// gets the keys only when it is given them.
    ///
    /// # Errors
    /// When no such window appears, or none takes the folder.
    pub async fn pick_folder(
        &self,
        open: impl AsyncFn() -> Result<()>,
        folder: &Path,
    ) -> Result<()> {
        let mut left = TRIES;
        loop {
            left -= 1;
            open().await?;
            let outcome = self.type_folder(folder).await;
            if outcome.is_ok() || left == 0 {
                return outcome;
            }
            // A window that missed the first key took the others for words to look for, and Escape does not end that.
            let Some(window) = self.folder_window().await? else { return Ok(()) };
            self.xdotool(&["windowkill", &window]).await?;
        }
    }

    async fn type_folder(&self, folder: &Path) -> Result<()> {
        self.focus_folder_window().await?;
        // It opens the line for paths, which takes its time.
        self.press(&["slash"]).await?;
        sleep(COMPOSURE).await;
        self.press(&["ctrl+a"]).await?;
        self.xdotool(&["type", "--delay", "50", &folder.display().to_string()]).await?;
        sleep(COMPOSURE).await;
        // The window looks for what is there as one types, and may take the first Return for its proposal.
        let gone = async || self.no_folder_window().await;
        self.press_until("the folder to be taken", "Return", EFFECT, gone).await
    }

    /// Closes the window for folders without picking one.
    ///
    /// # Errors
    /// When there is no such window, or it does not go.
    pub async fn leave_folder_window(&self) -> Result<()> {
        self.focus_folder_window().await?;
        let gone = async || self.no_folder_window().await;
        self.press_until("the end of the window for folders", "Escape", EFFECT, gone).await
    }

    async fn focus_folder_window(&self) -> Result<()> {
        let there = async || self.folder_window().await;
        let window = wait::until("the window for folders", wait::LONG, there).await?;
        sleep(COMPOSURE).await;
        self.xdotool(&["windowfocus", "--sync", &window]).await
    }

    /// What X calls the window for folders, if there is one.
    async fn folder_window(&self) -> Result<Option<String>> {
        let mut command = self.tool(&["search", "--onlyvisible", "--class", "zenity"]);
        let found = command.output().await.context("xdotool is needed: run `cargo xtask setup`")?;
        Ok(String::from_utf8(found.stdout)?.lines().last().map(str::to_owned))
    }

    async fn no_folder_window(&self) -> Result<Option<()>> {
        Ok(self.folder_window().await?.is_none().then_some(()))
    }

    /// Presses `key`, and again if nothing comes of it within `effect`, until `seen` has something: one that comes too
    /// early is lost.
    ///
    /// # Errors
    /// When nothing comes of it, or as [`Screen::press`].
    pub async fn press_until(
        &self,
        what: &str,
        key: &str,
        effect: Duration,
        mut seen: impl AsyncFnMut() -> Result<Option<()>>,
    ) -> Result<()> {
        let mut outcome = Ok(());
        for _ in 0..TRIES {
            self.press(&[key]).await?;
            outcome = wait::until(what, effect, &mut seen).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// Presses keys one after the other, by the names that X has for them.
    ///
    /// # Errors
    /// When xdotool is missing or fails.
    pub async fn press(&self, keys: &[&str]) -> Result<()> {
        self.xdotool(&[&["key", "--delay", "100"], keys].concat()).await
    }

    fn tool(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("xdotool");
        command.args(arguments).env("DISPLAY", &self.display).stdin(Stdio::null());
        command
    }

    async fn xdotool(&self, arguments: &[&str]) -> Result<()> {
        let done = self
            .tool(arguments)
            .output()
            .await
            .context("xdotool is needed: run `cargo xtask setup`")?;
        if !done.status.success() {
            bail!("xdotool: {}", String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(())
    }

    /// The brightness of some pixels, spread over the screen. The file is in the format of `xwd`: a header of 32-bit
    /// numbers, a table of colours, and four bytes a pixel.
    fn picture(&self) -> Result<Vec<u8>> {
        const COLOUR: usize = 12;
        let file = std::fs::read(self.folder.path().join(PICTURE))?;
        let number = |index: usize| -> Result<usize> {
            let bytes = file.get(index * 4..index * 4 + 4).context("no header")?;
            Ok(u32::from_be_bytes(bytes.try_into()?) as usize)
        };
        ensure!(number(11)? == 32, "not four bytes a pixel");
        let start = number(0)? + number(19)? * COLOUR;
        let pixels = file.get(start..).context("no picture")?.chunks_exact(4).step_by(STRIDE);
        Ok(pixels.map(|pixel| pixel[..3].iter().copied().max().unwrap_or(0)).collect())
    }
}

/// True when most of what is not black has become much darker: Chromium shades its window behind a question.
fn is_dimmed(before: &[u8], now: &[u8]) -> bool {
    const BLACK: u8 = 16;
    let pairs = || before.iter().zip(now).filter(|(before, _)| **before > BLACK);
    let darker = pairs().filter(|(before, now)| u32::from(**now) * 10 < u32::from(**before) * 6);
    darker.count() * 10 > pairs().count() * 7
}

/// True when a part of the picture as large as a menu is not what it was.
fn has_changed(before: &[u8], now: &[u8]) -> bool {
    const MENU: usize = 100 * 200 / STRIDE;
    // A menu on a white page is white, but for its words, its lines and its shadow.
    before.iter().zip(now).filter(|(before, now)| before != now).count() > MENU / 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shaded_window_with_a_bright_question_in_it_is_dimmed() {
        let before: Vec<u8> = [[0; 100], [240; 100]].concat();
        let mut now: Vec<u8> = [[0; 100], [96; 100]].concat();
        assert!(is_dimmed(&before, &now));
        now[100..120].fill(255);
        assert!(is_dimmed(&before, &now));
        assert!(!is_dimmed(&before, &before));
    }
}
