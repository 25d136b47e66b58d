//! A state as icon, word and tone. The tone only repeats what the word says.

use crate::components::icon::{Icon, icon};
use crate::words;
use leptos::prelude::*;
use protocol::method::CheckResult;
use protocol::{ItemState, JobState};

/// The state of a file.
pub fn item_state(state: ItemState) -> AnyView {
    let (tone, picture) = match state {
        ItemState::Wanted => ("tone-calm", Icon::List),
        ItemState::Running => ("tone-accent", Icon::Download),
        ItemState::Waiting => ("tone-warn", Icon::Clock),
        ItemState::NeedsYou => ("tone-bad", Icon::Person),
        ItemState::Done => ("tone-ok", Icon::CheckCircle),
        ItemState::Failed => ("tone-bad", Icon::CrossCircle),
        ItemState::Absent => ("tone-calm", Icon::Minus),
        ItemState::Withheld => ("tone-calm", Icon::Lock),
        ItemState::Cancelled => ("tone-calm", Icon::Cross),
    };
    word(tone, picture, words::item_state(state))
}

/// What is being done to a file, in words of its own.
pub fn under_way(words: String) -> AnyView {
    word("tone-accent", Icon::Download, words)
}

/// The state of a job.
pub fn job_state(state: JobState, clean: bool) -> AnyView {
    let (tone, picture) = match state {
        JobState::Listing => ("tone-accent", Icon::List),
        JobState::Running => ("tone-accent", Icon::Download),
        JobState::Paused => ("tone-calm", Icon::Pause),
        JobState::Finished if clean => ("tone-ok", Icon::CheckCircle),
        JobState::Finished => ("tone-warn", Icon::Alert),
        JobState::Cancelled => ("tone-calm", Icon::Cross),
    };
    word(tone, picture, words::job_state(state))
}

/// How a check ended.
pub fn check_result(result: CheckResult) -> AnyView {
    let (tone, picture, key) = match result {
        CheckResult::Ok => ("tone-ok", Icon::CheckCircle, "result_ok"),
        CheckResult::Warning => ("tone-warn", Icon::Alert, "result_warning"),
        CheckResult::Bad => ("tone-bad", Icon::CrossCircle, "result_bad"),
    };
    word(tone, picture, crate::catalogue::t(key))
}

fn word(tone: &str, picture: Icon, text: String) -> AnyView {
    view! { <span class=["state ", tone].concat()>{icon(picture)} {text}</span> }.into_any()
}
