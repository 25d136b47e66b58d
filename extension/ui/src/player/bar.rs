//! The player's bar at the bottom of the page. It is there once something was played.

use super::Player;
use super::play_queue::Repeat;
use crate::catalogue::{t, tf};
use crate::components::button::icon_button;
use crate::components::icon::{Icon, icon};
use crate::components::live::{live, live_view, on};
use crate::state::Derived;
use crate::words;
use leptos::prelude::*;

/// Draws the bar.
pub fn player_bar(player: Player) -> AnyView {
    let silent = move || player.now.with(Option::is_none);
    let hear = move || on(move |event: web_sys::Event| player.hear(&event));
    view! {
        <section class="player" class:hidden=live(silent) aria-label=t("player_label")>
            <audio
                id="sound"
                preload="auto"
                on:play=hear()
                on:pause=hear()
                on:durationchange=hear()
                on:timeupdate=hear()
                on:ended=hear()
                on:error=on(move |event: leptos::ev::ErrorEvent| player.hear(&event))
            ></audio>
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

/// The picture, or a note where there is none or it does not come.
fn cover(player: Player) -> AnyView {
    let picture = move || {
        let address = player.cover.get();
        match address.is_empty() {
            true => icon(Icon::Music),
            false => {
                let gone = on(move |_| player.cover.set(String::new()));
                view! { <img src=address alt="" on:error=gone /> }.into_any()
            }
        }
    };
    view! { <div class="cover">{live_view(picture)}</div> }.into_any()
}

fn keys(player: Player) -> AnyView {
    let shuffled = Derived::new(move || player.queue.with(|queue| queue.shuffled));
    let repeat = move || player.queue.with(|queue| queue.repeat);
    let play_name = move || if player.playing.get() { t("pause") } else { t("player_play") };
    let play_icon = move || if player.playing.get() { icon(Icon::Pause) } else { icon(Icon::Play) };
    let repeat_name = move || t(&["player_repeat_", repeat().as_str()].concat());
    let repeat_icon =
        move || icon(if repeat() == Repeat::One { Icon::RepeatOne } else { Icon::Repeat });
    view! {
        <div class="player-keys">
            <button
                type="button"
                class="button quiet compact toggle"
                aria-label=t("player_shuffle")
                title=t("player_shuffle")
                aria-pressed=live(move || if shuffled.get() { "true" } else { "false" })
                on:click=on(move |_| player.toggle_shuffle())
            >
                {icon(Icon::Shuffle)}
            </button>
            {icon_button("quiet compact", Icon::Previous, t("player_previous"), move || player.previous())}
            <button
                type="button"
                class="button primary round"
                aria-label=live(play_name)
                on:click=on(move |_| player.toggle())
            >
                {live_view(play_icon)}
            </button>
            {icon_button("quiet compact", Icon::Next, t("player_next"), move || player.next(true))}
            <button
                type="button"
                class="button quiet compact toggle"
                class:chosen=live(move || repeat() != Repeat::Off)
                aria-label=live(repeat_name)
                title=live(repeat_name)
                on:click=on(move |_| player.change_repeat())
            >
                {live_view(repeat_icon)}
            </button>
        </div>
    }
    .into_any()
}

/// Where it is, and the way to elsewhere.
fn place(player: Player) -> AnyView {
    let at = move || words::play_time(player.at.get());
    let length = move || words::play_time(player.length.get());
    let both = move || tf("player_at", &[("at", &at()), ("length", &length())]);
    view! {
        <div class="player-place figures small">
            <span aria-hidden="true">{live(at)}</span>
            <input
                type="range"
                min="0"
                step="1"
                max=live(move || player.length.get().max(1).to_string())
                aria-label=t("player_position")
                aria-valuetext=live(both)
                prop:value=live(move || player.at.get().to_string())
                on:input=on(move |event| player.seek(number(&event)))
            />
            <span aria-hidden="true">{live(length)}</span>
        </div>
    }
    .into_any()
}

fn volume(player: Player) -> AnyView {
    view! {
        <div class="player-volume">
            {icon(Icon::Volume)}
            <input
                type="range"
                min="0"
                max="100"
                step="5"
                aria-label=t("player_volume")
                aria-valuetext=live(move || tf("percent", &[("n", &player.volume.get().to_string())]))
                prop:value=live(move || player.volume.get().to_string())
                on:input=on(move |event| player.set_volume(number(&event)))
            />
        </div>
    }
    .into_any()
}

fn number(event: &leptos::ev::Event) -> u64 {
    event_target_value(event).parse().unwrap_or(0)
}
