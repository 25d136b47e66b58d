//! How loud it is and how fast it goes.

use super::Player;
use super::element::element;
use web_sys::HtmlMediaElement;

impl Player {
    pub(super) fn set_volume(self, volume: u64) {
        self.volume.set(volume);
        if let Some(element) = element() {
            element.set_volume(volume.min(100) as f64 / 100.0);
        }
        self.mute(false);
    }

    pub(super) fn mute(self, muted: bool) {
        self.muted.set(muted);
        if let Some(element) = element() {
            element.set_muted(muted);
        }
        self.remember();
    }

    pub(super) fn set_speed(self, speed: u64) {
        self.speed.set(speed);
        if let Some(element) = element() {
            self.set_rate(&element, self.is_video());
            self.tell(&element);
        }
        self.remember();
    }

    /// Music goes at its own speed.
    pub(super) fn set_rate(self, element: &HtmlMediaElement, is_video: bool) {
        let rate = if is_video { self.speed.get_untracked() as f64 / 100.0 } else { 1.0 };
        element.set_default_playback_rate(rate);
        element.set_playback_rate(rate);
    }
}
