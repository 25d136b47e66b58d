//! Having a table of a list written: of which folders, with which columns, in which form.

use super::exported::exported;
use super::folder_choice::{beginning, folder_choice};
use super::sentences::list_name;
use super::{Collection, ListOf, Open};
use crate::catalogue::{t, tf};
use crate::components::button::button;
use crate::components::dialog::{close_dialog, dialog};
use crate::components::focus::focus;
use crate::components::icon::{Icon, icon};
use crate::components::live::{live, live_view, on};
use crate::components::radio::{Options, radios, segments};
use crate::link::ask;
use crate::state::{Derived, State};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ErrorBody;
use protocol::discogs::{Exported, NewExport, Preset, SheetFormat};
use protocol::method::ExportDiscogs;

const PRESETS: [Preset; 3] = [Preset::Classic, Preset::Discogs, Preset::Wide];
const PRESET_WORDS: Options = &[
    ("columns_classic", "columns_classic_help"),
    ("columns_discogs", "columns_discogs_help"),
    ("columns_wide", "columns_wide_help"),
];
const FORMATS: [SheetFormat; 4] =
    [SheetFormat::Csv, SheetFormat::Xlsx, SheetFormat::Jsonl, SheetFormat::Xml];
const FORMAT_WORDS: Options =
    &[("sheet_csv", ""), ("sheet_xlsx", ""), ("sheet_jsonl", ""), ("sheet_xml", "")];

/// What is chosen in the dialog.
#[derive(Clone, Copy)]
struct Choice {
    of: ListOf,
    folders: State<Vec<i64>>,
    preset: State<usize>,
    format: State<usize>,
    safe: State<bool>,
}

impl Choice {
    fn format(self) -> SheetFormat {
        FORMATS[self.format.get().min(FORMATS.len() - 1)]
    }

    fn wish(self) -> NewExport {
        let format = self.format();
        NewExport {
            account: self.of.account,
            list: self.of.list,
            folders: self.folders.get(),
            preset: PRESETS[self.preset.get().min(PRESETS.len() - 1)],
            format,
            spreadsheet_safe: format == SheetFormat::Csv && self.safe.get(),
            to: None,
        }
    }
}

/// The dialog.
pub fn form(collection: Collection, of: ListOf) -> AnyView {
    let choice = Choice {
        of,
        folders: beginning(collection),
        preset: State::new(0),
        format: State::new(0),
        safe: State::new(false),
    };
    let busy = State::new(false);
    let answer = State::new(None::<Result<Exported, ErrorBody>>);
    // What opens when this has closed and given the focus back.
    let next = State::new(None::<Open>);
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        answer.set(None);
        let wish = untrack(|| choice.wish());
        spawn_local(async move {
            let done = ask::<ExportDiscogs>(wish).await;
            busy.set(false);
            answer.set(Some(done));
            // It may be below what is seen of the dialog.
            request_animation_frame(|| focus("#exported"));
        });
    };
    let is_csv = Derived::new(move || choice.format() == SheetFormat::Csv);
    let safe = move || is_csv.get().then(|| spreadsheet_safe(choice.safe));
    let result = move || {
        answer.get().map(|answer| match answer {
            Ok(done) => exported(collection, done, move || {
                next.set(Some(Open::Read(of)));
                close_dialog();
            }),
            Err(error) => {
                view! { <p class="complaint" role="alert">{words::refusal(&error)}</p> }.into_any()
            }
        })
    };
    let label = move || t(if busy.get() { "discogs_exporting" } else { "discogs_export_start" });
    let blocked = move || busy.get().then_some("true");
    let content = view! {
        <div class="stack">
            {folder_choice(collection, of, choice.folders)}
            {radios("columns", "columns_label", PRESET_WORDS, choice.preset)}
            <div class="field">
                <span class="legend">{t("sheet_label")}</span>
                {segments("sheet-format", "sheet_label", FORMAT_WORDS, choice.format)}
            </div>
            {live_view(safe)}
            <div class="row">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=live(blocked)
                    on:click=on(press)
                >
                    {icon(Icon::Download)}
                    <span>{live(label)}</span>
                </button>
                {button("", None, t("close"), close_dialog)}
            </div>
            <div id="exported" tabindex="-1" role="status">{live_view(result)}</div>
        </div>
    };
    let heading = tf("discogs_export_title", &[("list", &list_name(of.list))]);
    dialog("wide", heading, content.into_any(), move || collection.open.set(next.get_untracked()))
}

fn spreadsheet_safe(safe: State<bool>) -> AnyView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=live(move || safe.get())
                on:change=on(move |event| safe.set(event_target_checked(&event)))
            />
            <span class="grow">
                <strong>{t("sheet_safe")}</strong>
                " "
                <span class="small muted block">{t("sheet_safe_help")}</span>
            </span>
        </label>
    }
    .into_any()
}
