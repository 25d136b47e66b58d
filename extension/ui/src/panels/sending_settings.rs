//! The settings of what is sent: as what it comes home, how it is converted, from where, and the programs that do it.

use super::fields::{NumberField, check_field, choice_field, group, number_field};
use super::send::send_as_choices;
use crate::catalogue::{t, tf};
use crate::components::live::{Live, follow, live_view};
use crate::link::ask;
use crate::state::{Derived, State};
use crate::store::Store;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::SettingsPatch;
use protocol::method::{Check, Doctor, Nothing};
use protocol::settings::ENCODER_PRESETS;

/// The one that is meant when nothing is set.
const USUAL_PRESET: &str = "medium";
/// Heights of pictures as sites offer them.
const HEIGHTS: &[u32] = &[2160, 1440, 1080, 720, 480, 360];
/// The programs behind this, by the names of their checks.
const TOOLS: &[&str] = &["yt-dlp", "ffmpeg"];

/// Draws the group.
pub fn sending_group(store: Store) -> AnyView {
    let fields = view! {
        {choice_field("send_as", store, |_| send_as_choices(), |settings| settings.send_as.to_string(), |name| {
            SettingsPatch { send_as: name.parse().ok(), ..SettingsPatch::default() }
        })}
        {choice_field("height", store, heights, |settings| settings.max_height.to_string(), |lines| {
            SettingsPatch { max_height: lines.parse().ok(), ..SettingsPatch::default() }
        })}
        {check_field("original", "", store, |settings| settings.keep_original, |keep| {
            SettingsPatch { keep_original: Some(keep), ..SettingsPatch::default() }
        })}
        {choice_field("preset", store, presets, |settings| settings.encoder_preset.clone(), |preset| {
            SettingsPatch { encoder_preset: Some(preset), ..SettingsPatch::default() }
        })}
        {threads(store)}
        {open_ended(store)}
        {check_field("local", "tone-warn", store, |settings| settings.allow_local, |allow| {
            SettingsPatch { allow_local: Some(allow), ..SettingsPatch::default() }
        })}
        {tools(store)}
    };
    group("settings_sending", fields.into_any())
}

fn threads(store: Store) -> AnyView {
    let field = NumberField {
        id: "threads",
        range: 0..=64,
        read: |settings| settings.encoder_threads.into(),
    };
    number_field(field, store, |n| SettingsPatch {
        encoder_threads: u32::try_from(n).ok(),
        ..SettingsPatch::default()
    })
}

fn open_ended(store: Store) -> AnyView {
    let field = NumberField {
        id: "open_ended",
        range: 16..=1_000_000,
        read: |settings| settings.open_ended_mb,
    };
    number_field(field, store, |n| SettingsPatch {
        open_ended_mb: Some(n),
        ..SettingsPatch::default()
    })
}

fn presets(chosen: &str) -> Vec<(String, String)> {
    let word = |name: &str| match name {
        USUAL_PRESET => tf("preset_usual", &[("name", name)]),
        _ => name.to_owned(),
    };
    with_chosen(ENCODER_PRESETS.iter().map(|name| ((*name).to_owned(), word(name))), chosen)
}

fn heights(chosen: &str) -> Vec<(String, String)> {
    let lines = |n: &u32| (n.to_string(), tf("height_lines", &[("n", &n.to_string())]));
    let best = ("0".to_owned(), t("height_best"));
    with_chosen(std::iter::once(best).chain(HEIGHTS.iter().map(lines)), chosen)
}

/// What was set elsewhere, on the command line, is a choice as well.
fn with_chosen(
    choices: impl Iterator<Item = (String, String)>,
    chosen: &str,
) -> Vec<(String, String)> {
    let mut choices: Vec<_> = choices.collect();
    if !chosen.is_empty() && choices.iter().all(|(name, _)| name != chosen) {
        choices.push((chosen.to_owned(), chosen.to_owned()));
    }
    choices
}

/// Which versions do the work: sites change, and an old program is the first reason when something fails.
fn tools(store: Store) -> AnyView {
    let found = State::new(Vec::<Check>::new());
    let up = Derived::new(move || store.link.get().is_up());
    follow(move || {
        if up.get() {
            spawn_local(async move {
                // The checklist says what is wrong when this fails.
                if let Ok(answer) = ask::<Doctor>(Nothing {}).await {
                    found.set(answer.checks);
                }
            });
        }
    });
    let lines: Live<AnyView> = live_view(move || {
        let lines = found.with(|checks| tool_lines(checks));
        lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
    });
    view! {
        <div class="field">
            <h3>{t("tools_title")}</h3>
            <ul class="small figures">{lines}</ul>
            <p class="small"><a href="#checklist">{t("tools_more")}</a></p>
        </div>
    }
    .into_any()
}

/// "yt-dlp: 2026.1.3".
fn tool_lines(checks: &[Check]) -> Vec<String> {
    let line = |name: &&str| {
        let check = checks.iter().find(|check| check.id == *name)?;
        let found = match check.found.trim() {
            "" => t("tools_missing"),
            found => found.to_owned(),
        };
        let named = [("name", *name), ("found", &found)];
        let said = (!check.hint.is_empty()).then(|| check.hint.clone());
        Some(
            [Some(tf("tools_line", &named)), said]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(". "),
        )
    };
    TOOLS.iter().filter_map(line).collect()
}

/// The setting for how long deleted things stay.
pub fn trash_field(store: Store) -> AnyView {
    let field =
        NumberField { id: "trash", range: 1..=3650, read: |settings| settings.trash_days.into() };
    number_field(field, store, |n| SettingsPatch {
        trash_days: u32::try_from(n).ok(),
        ..SettingsPatch::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};
    use protocol::Settings;
    use protocol::method::CheckResult;

    fn speak() {
        assert!(install_file(Language::En, include_str!("../../../_locales/en/messages.json")));
    }

    fn names(choices: Vec<(String, String)>) -> Vec<String> {
        choices.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn what_is_in_force_is_always_among_the_choices() {
        speak();
        let Settings { encoder_preset, max_height, .. } = Settings::default();
        assert_eq!(encoder_preset, USUAL_PRESET);
        assert_eq!(names(presets(&encoder_preset)).len(), ENCODER_PRESETS.len());
        assert_eq!(names(heights(&max_height.to_string())).len(), HEIGHTS.len() + 1);
        assert!(names(heights("900")).contains(&"900".to_owned()));
        assert!(presets("medium").contains(&("medium".into(), "medium (usual)".into())));
    }

    #[test]
    fn the_programs_are_named_with_what_was_found() {
        speak();
        let check = |id: &str, found: &str, hint: &str| Check {
            id: id.into(),
            result: CheckResult::Ok,
            found: found.into(),
            hint: hint.into(),
        };
        let checks = [
            check("daemon", "pid 1", ""),
            check("ffmpeg", "7.1", ""),
            check("yt-dlp", "", "Install it"),
        ];
        assert_eq!(tool_lines(&checks), ["yt-dlp: not found. Install it", "ffmpeg: 7.1"]);
        assert!(tool_lines(&[]).is_empty());
    }
}
