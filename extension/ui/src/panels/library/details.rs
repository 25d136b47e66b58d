//! Everything known of one thing. All of it is text from elsewhere, and is shown as text.

use super::tag_fields::{TagFields, Target};
use super::{Library, folder_tree};
use crate::catalogue::{t, tf, tn};
use crate::clock::date_time;
use crate::components::button::button;
use crate::components::dialog::{close_dialog, dialog};
use crate::components::icon::{Icon, icon};
use crate::components::live::{Live, live_view};
use crate::link::ask;
use crate::player::language_name;
use crate::state::State;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::method::ShowLibraryItem;
use protocol::shelf::{LibraryDetails, LibraryItem, OfLibraryItem};
use protocol::{ErrorBody, LibraryItemId};

/// What came of asking; `None` until it came.
type Asked = Option<Result<LibraryDetails, ErrorBody>>;

/// The dialog, while one is opened.
pub fn opened(library: Library) -> Live<AnyView> {
    live_view(move || library.opened.get().map(|id| of(library, id)))
}

fn of(library: Library, id: LibraryItemId) -> AnyView {
    let asked = State::new(None as Asked);
    // What is to be changed, in a dialog that opens when this one has closed and given the focus back.
    let next = State::new(None::<Target>);
    spawn_local(async move {
        asked.set(Some(ask::<ShowLibraryItem>(OfLibraryItem { item: id }).await));
    });
    let content = move || match asked.get() {
        None => view! { <p class="muted" role="status">{t("loading")}</p> }.into_any(),
        Some(Err(error)) => {
            view! { <p class="complaint" role="alert">{words::error(&error)}</p> }.into_any()
        }
        Some(Ok(details)) => known(library, details, next),
    };
    let content = view! { <div class="stack">{live_view(content)}</div> };
    dialog("wide", t("details_title"), content.into_any(), move || {
        library.edited.set(next.get_untracked());
        library.opened.set(None);
    })
}

fn known(library: Library, details: LibraryDetails, next: State<Option<Target>>) -> AnyView {
    let LibraryDetails {
        item,
        lyrics,
        prompt,
        page_url,
        description,
        subtitles,
        left_out,
        sha256,
        raw,
    } = details;
    let title = words::library_title(&item);
    let id = item.id;
    let about = about(library, &item, &subtitles);
    let history = history(&item);
    let technical = technical(&item, sha256);
    // An address from a site is one to follow only if it leads to a page.
    let page = page_url.filter(|url| url.starts_with("https://")).map(|url| {
        view! {
            <a class="button" href=url target="_blank" rel="noopener noreferrer">{icon(Icon::Tab)} {t("details_page")}</a>
        }
    });
    let shared = (item.references > 1).then(|| {
        view! { <p class="small muted">{tn("details_shared", item.references.into())}</p> }
    });
    // What is deleted is restored first.
    let edit = item.deleted_at.is_none().then(|| {
        let target = Target::One(id, TagFields::of(&item));
        button("", Some(Icon::Pencil), t("edit"), move || {
            next.set(Some(target.clone()));
            close_dialog();
        })
    });
    view! {
        <h3>{title}</h3>
        <div class="row">
            {button("primary", Some(Icon::Play), t("player_play"), move || library.play(id))}
            {edit}
            {page}
        </div>
        {facts(about)}
        {text("details_description", description)}
        {text("details_left_out", sentences(&left_out))}
        <h3>{t("details_file")}</h3>
        {facts(technical)}
        {shared}
        <h3>{t("details_history")}</h3>
        {facts(history)}
        {text("details_prompt", prompt)}
        {text("details_lyrics", lyrics)}
        <details>
            <summary>{t("details_raw")}</summary>
            <pre class="plain-text mono">{raw}</pre>
        </details>
    }
    .into_any()
}

/// A word of the catalogue and what there is to say to it, if anything.
type Fact = (&'static str, Option<String>);

fn about(library: Library, item: &LibraryItem, subtitles: &[String]) -> Vec<Fact> {
    let place = match item.folder {
        Some(id) => library.folders.with_untracked(|folders| folder_tree::path(folders, id)),
        None => Some(t("no_folder")),
    };
    let languages = subtitles.iter().map(|code| language_name(code));
    let languages = languages.reduce(|a, b| tf("list_comma", &[("a", &a), ("b", &b)]));
    vec![
        ("details_kind", Some(words::kind(item.kind))),
        ("details_artist", item.artist.clone()),
        ("details_album", item.album.clone()),
        ("details_year", item.year.map(|year| year.to_string())),
        ("details_stem", Some(item.part.clone())),
        ("details_source", Some(words::source(item.source))),
        ("details_source_id", Some(item.source_id.clone())),
        ("details_folder", place),
        ("details_subtitles", languages),
    ]
}

fn history(item: &LibraryItem) -> Vec<Fact> {
    vec![
        ("details_added", Some(date_time(item.added_at))),
        ("details_deleted", item.deleted_at.map(date_time)),
    ]
}

fn technical(item: &LibraryItem, sha256: String) -> Vec<Fact> {
    let length = item.duration_ms.and_then(|ms| u64::try_from(ms / 1000).ok());
    vec![
        ("details_name", Some(item.name.clone())),
        ("details_format", Some(words::rendering(item))),
        ("details_codec", Some(item.codec.clone())),
        ("details_length", length.map(words::play_time)),
        ("details_size", Some(words::bytes(item.bytes))),
        ("details_sha256", Some(sha256)),
    ]
}

fn facts(facts: Vec<Fact>) -> AnyView {
    let fact = |(key, value): Fact| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(view! { <dt>{t(key)}</dt> <dd>{value}</dd> }.into_any())
    };
    view! { <dl class="facts">{facts.into_iter().filter_map(fact).collect_view()}</dl> }.into_any()
}

/// One line for each.
fn sentences(errors: &[ErrorBody]) -> Option<String> {
    errors.iter().map(words::error).reduce(|before, next| format!("{before}\n{next}"))
}

/// A longer text, if there is one.
fn text(title: &str, text: Option<String>) -> Option<AnyView> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(view! { <h3>{t(title)}</h3> <p class="plain-text">{text}</p> }.into_any())
}
