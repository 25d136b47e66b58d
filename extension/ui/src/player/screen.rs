//! The picture of a video: over the panel, small in a corner, or on the whole screen, with the bar under it.
//!
//! The media element stays where it is in the page whatever is shown of it, so that it plays on.

use super::bar::player_bar;
use super::element::{is_full_screen, leave_full_screen, leave_window, toggle_full_screen};
use super::keys::{Act, Focus, act_of, moved};
use super::screen_controls::{chapters, controls};
use super::{Player, element};
use crate::catalogue::t;
use crate::components::focus::focus;
use crate::components::live::{live, on};
use crate::route::current_route;
use crate::state::State;
use browser::environment::sleep;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The element that fills the screen.
pub const FRAME: &str = "player-frame";
/// On the whole screen, controls and pointer go away after so long without a move.
const IDLE_MS: u32 = 3_000;

/// How the picture is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// There is none.
    #[default]
    Off,
    /// There is none yet; it will be large.
    Expected,
    /// In a corner.
    Small,
    /// In the place of the panel.
    Large,
}

impl Screen {
    /// What it is once something begins to play.
    fn begin(self, is_video: bool) -> Self {
        match self {
            _ if !is_video => Screen::Off,
            Screen::Expected | Screen::Large => Screen::Large,
            // What comes by itself does not take the page away.
            Screen::Off | Screen::Small => Screen::Small,
        }
    }

    /// The class that `styles/screen.css` knows.
    fn class(self) -> &'static str {
        match self {
            Screen::Off | Screen::Expected => "screen hidden",
            Screen::Small => "screen small-screen",
            Screen::Large => "screen large-screen",
        }
    }

    /// There is something to see.
    pub fn is_on(self) -> bool {
        matches!(self, Screen::Small | Screen::Large)
    }
}

/// The person has chosen something: if it is a video, it is to be seen well.
pub fn expect_large(player: Player) {
    if player.screen.get_untracked() != Screen::Large {
        player.screen.set(Screen::Expected);
    }
}

/// Something begins to play.
pub fn begin(player: Player, is_video: bool) {
    let before = player.screen.get_untracked();
    let now = before.begin(is_video);
    if now == Screen::Off {
        leave_full_screen();
        leave_window();
    }
    match now {
        Screen::Large if before != now => enlarge(player),
        _ => player.screen.set(now),
    }
}

/// What was closed goes on.
pub fn come_back(player: Player) {
    if player.is_video() && !player.screen.get_untracked().is_on() {
        player.screen.set(Screen::Small);
    }
}

/// Takes the place of the panel, and the focus.
pub fn enlarge(player: Player) {
    let focused = document().active_element().and_then(|focused| focused.dyn_into().ok());
    player.opener.set(focused);
    player.screen.set(Screen::Large);
    request_animation_frame(|| focus("#screen"));
}

/// Gives the page back, and the focus to what had it.
pub fn shrink(player: Player, to: Screen) {
    player.screen.set(to);
    if let Some(opener) = player.opener.get_untracked() {
        player.opener.set(None);
        // What has gone meanwhile takes no focus.
        request_animation_frame(move || drop(opener.focus()));
    }
}

/// Silence, and no picture. It can go on from here.
pub fn close(player: Player) {
    if let Some(element) = element::element() {
        // Pausing what is there always works.
        let _ = element.pause();
    }
    leave_full_screen();
    leave_window();
    shrink(player, Screen::Off);
}

/// Draws the picture and the bar.
pub fn player_frame(player: Player) -> AnyView {
    let full = State::new(false);
    let idle = State::new(false);
    let chapters_open = State::new(true);
    give_way_to_panels(player);
    let hear = move || on(move |event: web_sys::Event| player.hear(&event));
    let press = move |_| match player.screen.get_untracked() {
        Screen::Small if !is_full_screen() => enlarge(player),
        _ => player.toggle(),
    };
    view! {
        <div
            id=FRAME
            class="player-frame"
            class:idle=live(move || idle.get() && player.playing.get())
            on:keydown=on(move |event| keydown(player, &event))
            on:fullscreenchange=on(move |_| full.set(is_full_screen()))
            on:pointermove=on(stir(idle))
        >
            <section
                id="screen"
                class=live(move || player.screen.get().class())
                aria-label=t("screen_label")
                tabindex="-1"
            >
                <div class="stage">
                    <video
                        id="sound"
                        preload="auto"
                        on:play=hear()
                        on:pause=hear()
                        on:durationchange=hear()
                        on:timeupdate=hear()
                        on:ended=hear()
                        on:error=on(move |event: leptos::ev::ErrorEvent| player.hear(&event))
                        on:click=on(press)
                        on:dblclick=on(move |_| toggle_full_screen(FRAME))
                    ></video>
                    {chapters(player, chapters_open)}
                </div>
                {controls(player, full, chapters_open)}
            </section>
            {player_bar(player)}
        </div>
    }
    .into_any()
}

/// Whoever goes to a panel wants to see it.
fn give_way_to_panels(player: Player) {
    let route = current_route();
    let first = StoredValue::new(true);
    Effect::new(move |_| {
        route.track();
        let is_first = first.get_value();
        first.set_value(false);
        if !is_first && player.screen.get_untracked() == Screen::Large {
            player.opener.set(None);
            shrink(player, Screen::Small);
        }
    });
}

/// What a move of the pointer does: the controls are there, for a while.
fn stir(idle: State<bool>) -> impl FnMut(leptos::ev::PointerEvent) + 'static {
    let moves = State::new(0_u64);
    move |_| {
        if !is_full_screen() {
            return;
        }
        if idle.get_untracked() {
            idle.set(false);
        }
        let mut this = 0;
        moves.update_quietly(|count| {
            *count += 1;
            this = *count;
        });
        spawn_local(async move {
            sleep(IDLE_MS).await;
            if !moves.is_gone() && moves.with_untracked(|latest| *latest == this) {
                idle.set(is_full_screen());
            }
        });
    }
}

fn keydown(player: Player, event: &KeyboardEvent) {
    let tag = event.target().map(|target| target.unchecked_into::<Element>().tag_name());
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
    if modified || !player.screen.get_untracked().is_on() {
        return;
    }
    let Some(act) = act_of(&event.key(), Focus::of(&tag.unwrap_or_default())) else { return };
    event.prevent_default();
    match act {
        Act::Toggle => player.toggle(),
        Act::Seek(by) => player.seek_by(by),
        Act::Volume(by) => player.set_volume(moved(player.volume.get_untracked(), by, 100)),
        Act::Mute => player.mute(!player.muted.get_untracked()),
        Act::FullScreen => toggle_full_screen(FRAME),
        Act::Window => element::toggle_window(),
        Act::Subtitles => player.toggle_subtitles(),
        Act::Smaller if is_full_screen() => leave_full_screen(),
        Act::Smaller if player.screen.get_untracked() == Screen::Large => {
            shrink(player, Screen::Small);
        }
        Act::Smaller => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_video_is_large_and_one_that_comes_by_itself_stays_in_the_corner() {
        assert_eq!(Screen::Expected.begin(true), Screen::Large);
        assert_eq!(Screen::Off.begin(true), Screen::Small);
        assert_eq!(Screen::Small.begin(true), Screen::Small);
        assert_eq!(Screen::Large.begin(true), Screen::Large);
    }

    #[test]
    fn sound_alone_has_no_picture() {
        for before in [Screen::Off, Screen::Expected, Screen::Small, Screen::Large] {
            assert_eq!(before.begin(false), Screen::Off);
            assert!(!before.begin(false).is_on());
        }
    }
}
