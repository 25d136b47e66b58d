//! What the person changes is in the file and in the library, whatever the site says later and whenever the daemon is
//! killed (I2, I3).

use crate::sound;
use crate::stage::{Stage, until_true};
use protocol::edit::*;
use protocol::method::*;
use protocol::shelf::*;
use protocol::{LibraryItemId, Variant};
use simulator::Service;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const SITE: Service = Service::Producer;

fn with_songs(count: u32, formats: &str) -> (Stage, Vec<LibraryItem>) {
    let stage = Stage::new(count);
    assert_eq!(stage.sync(SITE, formats).status, 0);
    let items = all(&stage);
    (stage, items)
}

fn all(stage: &Stage) -> Vec<LibraryItem> {
    let query = LibraryQuery { limit: 500, ..LibraryQuery::default() };
    stage.browser().ask::<ListLibrary>(query).items
}

fn thing(stage: &Stage, id: LibraryItemId) -> LibraryDetails {
    stage.browser().ask::<ShowLibraryItem>(OfLibraryItem { item: id })
}

fn titled(title: &str) -> TagValues {
    TagValues { title: Some(title.into()), ..TagValues::default() }
}

fn wish(item: LibraryItemId, values: &TagValues) -> EditItems {
    EditItems { edits: vec![ItemEdit { item, values: values.clone() }] }
}

#[track_caller]
fn edit(stage: &Stage, item: LibraryItemId, values: &TagValues) -> EditedItem {
    let mut edited = stage.browser().ask::<EditItemTags>(wish(item, values));
    let one = edited.items.remove(0);
    assert_eq!(one.error, None);
    one
}

/// A field of the tags, as ffprobe has it.
fn field(stage: &Stage, name: &str, field: &str) -> String {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries"])
        .arg(format!("format_tags={field}"))
        .arg(path(stage, name))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().trim_matches('"').to_owned()
}

fn path(stage: &Stage, name: &str) -> PathBuf {
    stage.library().join(name)
}

fn beside(stage: &Stage, name: &str, extension: &str) -> bool {
    path(stage, name).with_extension(extension).is_file()
}

#[test]
fn an_edit_is_in_the_file_and_a_later_list_does_not_undo_it() {
    let (stage, items) = with_songs(3, "mp3,m4a,wav");
    for item in items.iter().filter(|item| item.source_id == items[0].source_id) {
        let before = sound::md5(&path(&stage, &item.name));
        let values = TagValues {
            artist: Some("Zoë".into()),
            album: Some("Mine".into()),
            date: Some("1999-05-06".into()),
            ..titled("Another name")
        };
        let edited = edit(&stage, item.id, &values);
        assert!(edited.written);
        assert_eq!(edited.before.title.as_deref(), Some(item.title.as_str()));
        let now = thing(&stage, item.id).item;
        assert!(now.name.starts_with("Another name_"), "{}", now.name);
        assert_eq!((now.year, now.album.as_deref()), (Some(1999), Some("Mine")));
        assert_eq!(field(&stage, &now.name, "title"), "Another name");
        assert_eq!(field(&stage, &now.name, "artist"), "Zoë");
        assert_eq!(field(&stage, &now.name, "album"), "Mine");
        assert!(field(&stage, &now.name, "date").starts_with("1999-05-06"), "{}", now.variant);
        assert_eq!(sound::md5(&path(&stage, &now.name)), before);
        assert!(!path(&stage, &item.name).exists());
    }
    let first = thing(&stage, items[0].id).item;
    until_true("what lies beside it follows", || {
        beside(&stage, &first.name, "json") && !beside(&stage, &items[0].name, "json")
    });
    stage.assert_library(9);

    assert!(stage.control().rename_song(&first.source_id, "As the site has it"));
    assert_eq!(stage.sync(SITE, "mp3,m4a,wav").status, 0);
    assert_eq!(thing(&stage, first.id).item, first);
    stage.assert_library(9);
}

#[test]
fn an_edit_that_is_sent_back_is_undone_and_unknown_or_deleted_things_are_refused() {
    let (stage, items) = with_songs(2, "mp3");
    let (one, two) = (&items[0], &items[1]);
    let sha256 = thing(&stage, one.id).sha256;
    let before = edit(&stage, one.id, &titled("Another name")).before;
    assert_ne!(thing(&stage, one.id).sha256, sha256);
    edit(&stage, one.id, &before);
    assert_eq!(thing(&stage, one.id).item, *one);

    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: vec![two.id] });
    let edits =
        [two.id, LibraryItemId(99), one.id].map(|item| ItemEdit { item, values: titled("X") });
    let edited = stage.browser().ask::<EditItemTags>(EditItems { edits: edits.into() }).items;
    let refused = edited[0].error.as_ref().unwrap();
    assert!(refused.params["detail"].contains("is deleted: restore it first"), "{refused}");
    assert!(edited[1].error.is_some() && edited[2].error.is_none());
    stage.assert_library(1);
}

#[test]
fn stems_keep_their_folder_and_say_their_part() {
    let (stage, items) = with_songs(1, "stems");
    let stem = items.iter().find(|item| item.variant == Variant::Stems).unwrap();
    edit(&stage, stem.id, &titled("Another name"));
    let now = thing(&stage, stem.id).item;
    assert_eq!((now.title.as_str(), &now.name), ("Another name", &stem.name));
    let title = field(&stage, &now.name, "title");
    assert!(title.starts_with("Another name (") && title.ends_with(')'), "{title}");
    stage.assert_library(items.len());
}

#[test]
fn the_command_line_changes_tags() {
    let (stage, items) = with_songs(2, "mp3");
    let ids = [items[0].id.to_string(), items[1].id.to_string()];
    let line = ["library", "tag", &ids[0], &ids[1], "--album", "Both", "--year", "1987"];
    let (status, text) = stage.start(&line).end();
    assert_eq!((status, text.trim()), (0, "2 of 2 changed."));
    assert!(all(&stage).iter().all(|item| item.year == Some(1987)));
    let (status, text) = stage.start(&["library", "tag", &ids[0], "99", "--artist", ""]).end();
    assert_eq!(status, 1);
    assert!(text.contains("1 of 2 changed."), "{text}");
    assert_ne!(stage.start(&["library", "tag", &ids[0]]).end().0, 0, "nothing to change");
    let (status, text) = stage.start(&["library", "tag", &ids[0], "--year", "soon"]).end();
    assert_eq!(status, 1);
    assert!(text.contains("is no date"), "{text}");
    stage.assert_library(2);
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_or_the_new() {
    // A kill after so many milliseconds: before, within and after the work.
    let (mut stage, items) = with_songs(4, "wav");
    for (round, wait) in [0, 3, 6, 10, 15, 20, 30, 45, 60, 90, 130, 200].into_iter().enumerate() {
        let new = format!("Round {round}");
        let edits = items.iter().map(|item| ItemEdit { item: item.id, values: titled(&new) });
        let wish = EditItems { edits: edits.collect() };
        let before = all(&stage);
        let mut browser = stage.browser();
        let asked = std::thread::spawn(move || browser.call::<EditItemTags>(wish).is_ok());
        std::thread::sleep(Duration::from_millis(wait));
        stage.kill_daemon();
        let _ = asked.join();
        stage.start_daemon();
        let after = all(&stage);
        assert_eq!(after.len(), 4);
        for (old, now) in before.iter().zip(&after) {
            assert!(now.title == new || now == old, "{old:#?}\n{now:#?}");
            assert_eq!(field(&stage, &now.name, "title"), now.title, "file and row agree");
        }
        stage.assert_library(4);
        let (status, text) = stage.start(&["library", "verify", "--json"]).end();
        assert_eq!(status, 0, "{text}");
        let checked: Checked = serde_json::from_str(&text).unwrap();
        assert!(checked.found.is_empty(), "{checked:?}");
    }
}
