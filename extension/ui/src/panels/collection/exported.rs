//! What was written: where it is, and the proof that nothing is missing in it.

use super::Collection;
use super::narrowed::selection;
use super::sentences::{ago, counted as counted_list, list_name};
use crate::actions::open_folder;
use crate::catalogue::{t, tf, tn};
use crate::clock::date_time;
use crate::components::button::button;
use crate::components::icon::{Icon, icon};
use crate::store::Store;
use crate::words;
use leptos::prelude::*;
use protocol::ErrorBody;
use protocol::discogs::{Changes, DiscogsList, Exported, GoneRelease};

/// Releases that are named; the file has all.
const MOST_NAMED: usize = 50;

/// Draws it. `read_more` has details read.
pub fn exported(collection: Collection, done: Exported, read_more: impl Fn() + 'static) -> AnyView {
    let now = collection.now.get_untracked();
    let (has_all, counted) = verdict(&done);
    let (look, picture) = match has_all {
        true => ("notice ok", Icon::CheckCircle),
        false => ("notice warn", Icon::Alert),
    };
    let read = tf("export_read", &[("ago", &ago(done.read_at, now))]);
    let read = [&read, " ", &counted_list(&done.proof)].concat();
    let without = (done.without_details > 0).then(|| {
        view! {
            <p>{tn("export_without", done.without_details)}</p>
            <div>{button("compact", Some(Icon::Retry), t("read_details"), read_more)}</div>
        }
    });
    let gone = (!done.gone.is_empty()).then(|| gone(&done.gone));
    let selection = selection(&done).map(|words| view! { <p class="anywhere">{words}</p> });
    let store = collection.store;
    view! {
        <div class=look>
            {icon(picture)}
            <div class="grow stack">
                <strong>{counted}</strong>
                {selection}
                <p class="anywhere">
                    {tf("export_file", &[("file", &done.file), ("size", &words::bytes(done.bytes))])}
                </p>
                <p>{[&read, " ", &changes(done.changes)].concat()}</p>
                {without}
                {gone}
                <div>{button("compact", Some(Icon::Folder), t("open_folder"), move || open_folder(store))}</div>
            </div>
        </div>
    }
    .into_any()
}

/// Whether all is in it that is to be had, and that in words.
fn verdict(done: &Exported) -> (bool, String) {
    let whole = done.rows == done.expected;
    // Of somebody else's shop no more is to be had.
    let cut = done.selection.is_none() && done.proof.cut && done.rows == done.proof.found;
    let words = match (whole, cut) {
        (true, _) => "export_whole",
        (_, true) => "export_cut",
        _ if done.selection.is_some() => "export_part_of_selection",
        _ => "export_part",
    };
    let counts = [("rows", &words::number(done.rows)), ("expected", &words::number(done.expected))];
    (whole || cut, tf(words, &counts.map(|(name, count)| (name, count.as_str()))))
}

/// What came of a table whose dialog was closed while it was written.
pub fn told_later(store: Store, list: DiscogsList, done: Result<Exported, ErrorBody>) {
    match done {
        Ok(done) => {
            let (file, (_, counted)) = (&done.file, verdict(&done));
            let text = tf("export_later", &[("file", file), ("counted", &counted)]);
            store.toasts.offer(text, t("open_folder"), move || open_folder(store));
        }
        Err(error) => {
            let (list, why) = (list_name(list), words::refusal(&error));
            store.toasts.say(tf("export_not_written", &[("list", &list), ("why", &why)]));
        }
    }
}

/// What is different from the last time.
fn changes(changes: Option<Changes>) -> String {
    let Some(changes) = changes else { return t("export_first") };
    if (changes.added, changes.removed, changes.changed) == (0, 0, 0) {
        return tf("export_same", &[("date", &date_time(changes.since))]);
    }
    tf(
        "export_changes",
        &[
            ("date", &date_time(changes.since)),
            ("added", &words::number(changes.added)),
            ("removed", &words::number(changes.removed)),
            ("changed", &words::number(changes.changed)),
        ],
    )
}

/// What the site does not have any more.
fn gone(gone: &[GoneRelease]) -> AnyView {
    let line = |release: &GoneRelease| {
        let GoneRelease { release, artists, title } = release;
        view! { <li>{[artists.as_str(), " – ", title, " (", &release.to_string(), ")"].concat()}</li> }
            .into_any()
    };
    let lines = gone.iter().take(MOST_NAMED).map(line).collect_view();
    let more = gone.len().saturating_sub(MOST_NAMED) as u64;
    let more = (more > 0).then(|| view! { <li>{tn("export_gone_more", more)}</li> });
    view! {
        <details>
            <summary>{tn("export_gone", gone.len() as u64)}</summary>
            <ul class="plain-list small names">{lines} {more}</ul>
        </details>
    }
    .into_any()
}
