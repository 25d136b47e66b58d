//! After the template was changed, files are named anew on request, with what lies beside them, over kills (I13).

use crate::stage::{Stage, until, until_true};
use protocol::edit::*;
use protocol::method::*;
use protocol::shelf::*;
use protocol::{Event, SettingsPatch};
use simulator::Service;
use std::path::Path;
use std::time::Duration;

const SITE: Service = Service::Producer;

fn with_songs(count: u32, formats: &str) -> Stage {
    let stage = Stage::new(count);
    assert_eq!(stage.sync(SITE, formats).status, 0);
    stage
}

fn use_template(stage: &Stage, template: &str) {
    let patch = SettingsPatch { template: Some(template.into()), ..SettingsPatch::default() };
    stage.browser().change_settings(patch);
}

fn all(stage: &Stage) -> Vec<LibraryItem> {
    let query = LibraryQuery { limit: 500, ..LibraryQuery::default() };
    stage.browser().ask::<ListLibrary>(query).items
}

fn planned(stage: &Stage) -> Renames {
    let wish = RenameFiles { dry_run: true, after: 0, limit: 500 };
    stage.browser().ask::<RenameLibrary>(wish)
}

/// Names of everything that can be seen, relative to the library folder.
fn names(stage: &Stage) -> Vec<String> {
    fn below(folder: &Path, found: &mut Vec<String>, root: &Path) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match path.is_dir() {
                true => below(&path, found, root),
                false => found.push(path.strip_prefix(root).unwrap().display().to_string()),
            }
        }
    }
    let mut found = Vec::new();
    below(stage.library(), &mut found, stage.library());
    found.sort();
    found
}

#[test]
fn songs_stems_and_what_lies_beside_them_get_the_names_of_the_template() {
    let stage = with_songs(2, "mp3,stems");
    until_true("each song has its .json", || {
        names(&stage).iter().filter(|name| name.ends_with(".json")).count() == 2
    });
    let before = names(&stage);
    use_template(&stage, "{source} {title}_{id}");
    let plan = planned(&stage);
    assert_eq!(plan.renames.len() as u64, plan.total);
    assert_eq!(names(&stage), before, "nothing was done yet");

    let (status, text) = stage.start(&["library", "rename", "--json"]).end();
    let end: RenameProgress = serde_json::from_str(&text).unwrap();
    assert_eq!((status, end.renamed, end.left), (0, plan.total, 0));
    let wanted = plan.renames.iter().map(|rename| rename.to.clone());
    let is_there = |name: &String| stage.library().join(name).is_file();
    assert!(wanted.clone().all(|name| is_there(&name)), "{:#?}", names(&stage));
    until_true("what lies beside them follows", || {
        let now = names(&stage);
        now.len() == before.len() && now.iter().all(|name| name.starts_with("producer.ai "))
    });
    stage.assert_library(plan.total as usize);
    assert!(planned(&stage).renames.is_empty());
    assert_eq!(stage.sync(SITE, "mp3,stems").status, 0);
    stage.assert_library(plan.total as usize);
    let (_, text) = stage.start(&["library", "rename", "--dry-run"]).end();
    assert!(text.starts_with("0 of "), "{text}");
}

#[test]
fn clients_are_told_how_far_it_is() {
    let stage = with_songs(3, "mp3");
    let mut browser = stage.browser();
    browser.subscribe();
    use_template(&stage, "{artist} _{id}");
    assert_eq!(stage.browser().ask::<RenameLibrary>(RenameFiles::default()).total, 3);
    let end = browser.event(|event| match event {
        Event::Renaming { progress } if progress.finished => Some(progress),
        _ => None,
    });
    assert_eq!((end.looked_at, end.renamed, end.error), (3, 3, None));
    stage.assert_library(3);
}

#[test]
fn a_kill_at_any_moment_leaves_each_file_under_one_name_and_the_next_start_goes_on() {
    let mut stage = with_songs(45, "mp3");
    let records =
        |stage: &Stage| names(stage).iter().filter(|name| name.ends_with(".json")).count();
    until_true("each song has its .json", || records(&stage) == 45);
    let templates = ["{title} {source}_{id}", "{title}_{id}"];
    for (round, wait) in [0, 2, 4, 7, 10, 14, 20, 30, 45, 70].into_iter().enumerate() {
        use_template(&stage, templates[round % 2]);
        let mut browser = stage.browser();
        let asked = std::thread::spawn(move || {
            browser.call::<RenameLibrary>(RenameFiles::default()).is_ok()
        });
        std::thread::sleep(Duration::from_millis(wait));
        stage.kill_daemon();
        let begun = asked.join().unwrap();
        stage.start_daemon();
        // While it goes on, a file is for a moment under its new name and its row is not.
        until_true("each row has its file", || {
            all(&stage).iter().all(|item| stage.library().join(&item.name).is_file())
        });
        if begun {
            until("it goes on by itself", || planned(&stage).renames.is_empty().then_some(()));
        }
        until_true("each file has one name", || stage.files().len() == 45);
    }
    assert_eq!(stage.start(&["library", "rename"]).end().0, 0);
    assert!(planned(&stage).renames.is_empty());
    let listed: Vec<_> = all(&stage).iter().map(|item| stage.library().join(&item.name)).collect();
    assert!(listed.iter().all(|path| path.is_file()));
    until_true("what lay beside the old names is gone", || records(&stage) == 45);
    stage.assert_library(45);
    let (status, text) = stage.start(&["library", "verify"]).end();
    assert_eq!(status, 0, "{text}");
}
