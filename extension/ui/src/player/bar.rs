//! The player's bar at the bottom of the page. It is there once something was played.

use super::Player;
use super::play_queue::Repeat;
use crate::catalogue::{t, tf};
use crate::components::button::LiveButton;
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live, live_view, on};
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use protocol::shelf::MediaKind;

/// Draws the bar.
pub fn player_bar(player: Player) -> AnyView {
    let silent = move || player.now.with(Option::is_none);
    view! {
        <section class="player" class:hidden=live(silent) aria-label=t("player_label")>
            {what_plays(player)}
            <div class="player-middle">{keys(player)} {place(player)}</div>
            {volume(player)}
        </section>
    }
    .into_any()
}

fn what_plays(player: Player) -> AnyView {
    let title = Derived::new(move || player.now.with(|now| now.as_ref().map(words::library_title)));
    let artist = move || player.now.with(|now| now.as_ref().and_then(|now| now.artist.clone()));
    let said = move || {
        let title = title.get().filter(|_| player.playing.get());
        title.map(|title| tf("player_now", &[("title", &title)]))
    };
    view! {
        <div class="player-now">
            {cover(player)}
            <div class="grow">
                <div class="item-title cut">{live(move || title.get())}</div>
                <div class="small muted cut">{live(artist)}</div>
            </div>
            <p class="visually-hidden" role="status">{live(said)}</p>
        </div>
    }
    .into_any()
}

/// The picture, or what stands for it where there is none or it does not come.
fn cover(player: Player) -> AnyView {
    let is_video = Derived::new(move || {
        player.now.with(|now| now.as_ref().is_some_and(|now| now.kind == MediaKind::Video))
    });
    let picture = move || {
        let address = player.cover.get();
        match address.is_empty() {
            true => icon(if is_video.get() { Icon::Video } else { Icon::Music }),
            false => {
                let gone = on(move |_| player.cover.set(String::new()));
                view! { <img src=address alt="" on:error=gone /> }.into_any()
            }
        }
    };
    view! { <div class="cover">{live_view(picture)}</div> }.into_any()
}

fn keys(player: Player) -> AnyView {
    let repeat = move || player.queue.with(|queue| queue.repeat);
    let play_name = move || t(if player.playing.get() { "pause" } else { "player_play" });
    let play_icon = move || if player.playing.get() { Icon::Pause } else { Icon::Play };
    let repeat_name = move || t(&["player_repeat_", repeat().as_str()].concat());
    let repeat_icon = move || if repeat() == Repeat::One { Icon::RepeatOne } else { Icon::Repeat };
    let key = |picture: Icon, name: &'static str, press: fn(Player)| {
        LiveButton::new(
            "quiet compact toggle",
            move || picture,
            move || t(name),
            move || press(player),
        )
    };
    let shuffle = LiveButton {
        pressed: live(move || Some(player.queue.with(|queue| queue.shuffled))),
        ..key(Icon::Shuffle, "player_shuffle", Player::toggle_shuffle)
    };
    let play = LiveButton::new("primary round", play_icon, play_name, move || player.toggle());
    // Its name tells which of its three states it is in; that it is on is told as well.
    let again = LiveButton {
        pressed: live(move || Some(repeat() != Repeat::Off)),
        ..LiveButton::new("quiet compact toggle", repeat_icon, repeat_name, move || {
            player.change_repeat();
        })
    };
    view! {
        <div class="player-keys">
            {shuffle.view()}
            {key(Icon::Previous, "player_previous", Player::previous).view()}
            {play.view()}
            {key(Icon::Next, "player_next", |player| player.next(true)).view()}
            {again.view()}
        </div>
    }
    .into_any()
}

/// Where it is, and the way to elsewhere.
fn place(player: Player) -> AnyView {
    let at = move || words::play_time(player.at.get());
    let length = move || words::play_time(player.length.get());
    let both = move || tf("player_at", &[("at", &at()), ("length", &length())]);
    let most = move || player.length.get().max(1);
    let slider =
        slider("player_position", 1, live(most), live(both), player.at, move |to| player.seek(to));
    view! {
        <div class="player-place figures small">
            <span aria-hidden="true">{live(at)}</span>
            {slider}
            <span aria-hidden="true">{live(length)}</span>
        </div>
    }
    .into_any()
}

fn volume(player: Player) -> AnyView {
    let said = move || tf("percent", &[("n", &player.volume.get().to_string())]);
    let set = move |volume| player.set_volume(volume);
    let slider = slider("player_volume", 5, live(|| 100), live(said), player.volume, set);
    let silent = move || player.muted.get() || player.volume.get() == 0;
    let mute = LiveButton::new(
        "quiet compact toggle",
        move || if silent() { Icon::Muted } else { Icon::Volume },
        move || t(if player.muted.get() { "player_unmute" } else { "player_mute" }),
        move || player.mute(!player.muted.get_untracked()),
    );
    view! { <div class="player-volume">{mute.view()} {slider}</div> }.into_any()
}

/// A slider from 0 to `most`, called by the catalogue's `name`; `said` is its value in words.
fn slider(
    name: &str,
    step: u64,
    mut most: Live<u64>,
    said: Live<String>,
    value: State<u64>,
    slide: impl Fn(u64) + 'static,
) -> AnyView {
    let slide: Box<dyn Fn(u64)> = Box::new(slide);
    let moved = move |event| slide(event_target_value(&event).parse().unwrap_or(0));
    view! {
        <input
            type="range"
            min="0"
            step=step.to_string()
            max=live(move || most().to_string())
            aria-label=t(name)
            aria-valuetext=said
            prop:value=live(move || value.get().to_string())
            on:input=on(moved)
        />
    }
    .into_any()
}
