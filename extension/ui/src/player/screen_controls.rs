//! What can be done with a picture beside what the bar does: speed, subtitles, chapters, and how it is shown.

use super::Player;
use super::chapters::{Chapter, chapter_at};
use super::element::{has_windows, toggle_full_screen, toggle_window};
use super::memory::SPEEDS;
use super::screen::{FRAME, Screen, close, enlarge, shrink};
use super::subtitles::name_of;
use crate::catalogue::{t, tf};
use crate::components::button::{LiveButton, icon_button};
use crate::components::choice::choice;
use crate::components::icon::Icon;
use crate::components::live::{Live, live, live_view, on};
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;

/// Draws the controls.
pub fn controls(player: Player, full: State<bool>, chapters_open: State<bool>) -> AnyView {
    let has_subtitles = Derived::new(move || player.languages.with(|all| !all.is_empty()));
    let has_chapters = Derived::new(move || player.chapters.with(|all| !all.is_empty()));
    let is_large = Derived::new(move || player.screen.get() == Screen::Large);
    let chapters = move || {
        has_chapters.get().then(|| {
            let open = LiveButton {
                pressed: live(move || Some(chapters_open.get())),
                ..LiveButton::new(
                    "quiet compact toggle",
                    || Icon::List,
                    || t("chapters_label"),
                    move || chapters_open.update(|open| *open = !*open),
                )
            };
            open.view()
        })
    };
    let window = has_windows().then(|| {
        icon_button("quiet compact toggle", Icon::Window, t("screen_window"), toggle_window)
    });
    let whole = LiveButton::new(
        "quiet compact toggle",
        || Icon::FullScreen,
        move || t(if full.get() { "screen_full_leave" } else { "screen_full" }),
        || toggle_full_screen(FRAME),
    );
    let size = LiveButton::new(
        "quiet compact toggle not-full",
        move || if is_large.get() { Icon::Small } else { Icon::Large },
        move || t(if is_large.get() { "screen_small" } else { "screen_large" }),
        move || match is_large.get_untracked() {
            true => shrink(player, Screen::Small),
            false => enlarge(player),
        },
    );
    view! {
        <div class="screen-controls" role="group" aria-label=t("screen_controls")>
            <span class="row screen-choices">
                {speed(player)} {live_view(move || has_subtitles.get().then(|| subtitles(player)))}
                {live_view(chapters)}
            </span>
            <span class="grow"></span>
            {window}
            {whole.view()}
            {size.view()}
            {icon_button("quiet compact toggle", Icon::Cross, t("screen_close"), move || close(player))}
        </div>
    }
    .into_any()
}

fn speed(player: Player) -> AnyView {
    let choices = || SPEEDS.iter().map(|speed| (speed.to_string(), times(*speed))).collect();
    choice(
        t("player_speed"),
        choices,
        move || player.speed.get().to_string(),
        move |chosen| player.set_speed(chosen.parse().unwrap_or(100)),
    )
}

/// Of 100, in words: "1.25×".
fn times(speed: u64) -> String {
    let mut figure = format!("{}.{:02}", speed / 100, speed % 100);
    figure.truncate(figure.trim_end_matches('0').trim_end_matches('.').len());
    tf("player_times", &[("n", &figure.replace('.', &t("decimal_mark")))])
}

fn subtitles(player: Player) -> AnyView {
    let choices = move || {
        let off = (String::new(), t("subtitles_off"));
        let languages = player.languages.get();
        std::iter::once(off)
            .chain(languages.into_iter().map(|code| {
                let name = name_of(&code);
                (code, name)
            }))
            .collect()
    };
    let chosen = move || {
        player.languages.track();
        player.language.track();
        player.subtitles_on().unwrap_or_default()
    };
    choice(t("subtitles_label"), choices, chosen, move |chosen| player.choose_subtitles(chosen))
}

/// The list of chapters, while it is open and there are some.
pub fn chapters(player: Player, open: State<bool>) -> Live<AnyView> {
    live_view(move || {
        let all = player.chapters.get();
        (open.get() && !all.is_empty()).then(|| {
            let here =
                Derived::new(move || player.chapters.with(|all| chapter_at(all, player.at.get())));
            let entries = all.into_iter().enumerate();
            let entries =
                entries.map(|(at, chapter)| entry(player, here, at, chapter)).collect_view();
            view! {
                <nav class="chapters" aria-label=t("chapters_label")>
                    <ol>{entries}</ol>
                </nav>
            }
        })
    })
}

fn entry(player: Player, here: Derived<Option<usize>>, at: usize, chapter: Chapter) -> AnyView {
    let Chapter { start, title } = chapter;
    let title = match title.is_empty() {
        true => tf("chapter_number", &[("n", &(at + 1).to_string())]),
        false => title,
    };
    let current = move || (here.get() == Some(at)).then_some("true");
    view! {
        <li>
            <button
                type="button"
                class="chapter"
                aria-current=live(current)
                on:click=on(move |_| player.seek(start))
            >
                <span class="figures small">{words::play_time(start)}</span>
                " "
                <span>{title}</span>
            </button>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};

    #[test]
    fn a_speed_is_written_without_needless_digits() {
        assert!(install_file(Language::En, include_str!("../../../_locales/en/messages.json")));
        assert_eq!([50, 100, 125, 200].map(times), ["0.5×", "1×", "1.25×", "2×"].map(String::from));
    }
}
