//! Files are named anew by the template, some at a time, and a kill between file and row is mended (I13).

use crate::support::{Bench, song};
use protocol::SettingsPatch;
use protocol::edit::RenameProgress;
use protocol::shelf::Place;
use std::fs;

async fn with_songs(count: usize) -> Bench {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    let songs: Vec<_> = (1..=count)
        .map(|number| song(&format!("{number:02}"), &format!("Song {number}")))
        .collect();
    bench.add(job, &songs).await;
    bench.bring_all().await;
    bench
}

async fn use_template(bench: &Bench, template: &str) {
    let patch = SettingsPatch { template: Some(template.into()), ..SettingsPatch::default() };
    bench.library.change_settings(patch).await.unwrap();
}

async fn to_the_end(bench: &Bench) -> RenameProgress {
    loop {
        let progress = bench.library.go_on_renaming().await.unwrap();
        if progress.finished {
            return progress;
        }
    }
}

async fn rename(bench: &Bench) -> RenameProgress {
    bench.library.begin_renames().await.unwrap();
    to_the_end(bench).await
}

/// Every row speaks of a file that is there.
async fn assert_whole(bench: &Bench) {
    for path in bench.paths().await {
        assert!(bench.root.join(&path).is_file(), "{path}");
    }
}

#[tokio::test]
async fn a_dry_run_says_what_a_run_then_does_and_a_second_run_does_nothing() {
    let bench = with_songs(30).await;
    use_template(&bench, "{id} {title}").await;
    let (mut planned, mut after) = (Vec::new(), Some(0));
    while let Some(from) = after {
        let page = bench.library.plan_renames(from, 7).await.unwrap();
        assert_eq!(page.total, 30);
        planned.extend(page.renames.into_iter().map(|rename| rename.to));
        after = page.next;
    }
    assert!(bench.names().contains(&"Song 1_01.mp3".to_owned()), "nothing has changed");
    let done = rename(&bench).await;
    assert_eq!((done.looked_at, done.renamed, done.left), (30, 30, 0));
    assert_eq!(bench.names(), planned);
    assert_eq!(planned[0], "01 Song 1.mp3");
    assert_whole(&bench).await;
    assert_eq!(rename(&bench).await.renamed, 0);
    assert!(bench.library.plan_renames(0, 500).await.unwrap().renames.is_empty());
    assert!(bench.library.unfinished_renames().await.unwrap().is_none());
}

#[tokio::test]
async fn a_name_that_is_taken_gets_a_number_and_nothing_is_replaced() {
    let bench = with_songs(2).await;
    use_template(&bench, "{id}").await;
    fs::write(bench.root.join("01.mp3"), "the person's own").unwrap();
    assert_eq!(rename(&bench).await.renamed, 2);
    assert_eq!(bench.names(), ["01.mp3", "01~2.mp3", "02.mp3"]);
    assert_eq!(fs::read(bench.root.join("01.mp3")).unwrap(), b"the person's own");
    assert_eq!(rename(&bench).await.renamed, 0, "it has the best name that there is");
    fs::remove_file(bench.root.join("01.mp3")).unwrap();
    assert_eq!(rename(&bench).await.renamed, 1);
    assert_eq!(bench.names(), ["01.mp3", "02.mp3"]);
}

#[tokio::test]
async fn what_is_worked_on_or_in_the_trash_is_left_alone() {
    let bench = with_songs(3).await;
    let things = bench.things(Place::Everything).await;
    bench.library.delete_items(&[things[0].id]).await.unwrap();
    let wish = protocol::edit::TagValues { title: Some("Other".into()), ..Default::default() };
    let revision = bench.library.claim_edit(things[1].id, &wish).await.unwrap().unwrap();
    use_template(&bench, "{id}").await;
    let done = rename(&bench).await;
    assert_eq!((done.renamed, done.left), (1, 1));
    assert_eq!(bench.names(), ["03.mp3", "Song 2_02.mp3"]);
    bench.library.abandon(&revision.claimed).await.unwrap();
    assert_eq!(rename(&bench).await.renamed, 1);
    bench.library.restore_items(&[things[0].id]).await.unwrap();
    assert_whole(&bench).await;
}

#[tokio::test]
async fn a_run_goes_on_where_a_kill_stopped_it() {
    let bench = with_songs(50).await;
    use_template(&bench, "{id}").await;
    bench.library.begin_renames().await.unwrap();
    let begun = bench.library.go_on_renaming().await.unwrap();
    assert_eq!((begun.looked_at, begun.total), (20, 50));
    let bench = bench.after_kill().await;
    let left = bench.library.unfinished_renames().await.unwrap().unwrap();
    assert_eq!(left, begun);
    let done = to_the_end(&bench).await;
    assert_eq!((done.looked_at, done.renamed), (50, 50));
    assert_eq!(bench.names()[49], "50.mp3");
    assert_whole(&bench).await;
}

#[tokio::test]
async fn a_run_that_is_asked_for_again_begins_anew_with_the_template_of_now() {
    let bench = with_songs(30).await;
    use_template(&bench, "{id}").await;
    bench.library.begin_renames().await.unwrap();
    bench.library.go_on_renaming().await.unwrap();
    use_template(&bench, "{id} {title}").await;
    let done = rename(&bench).await;
    assert_eq!((done.looked_at, done.renamed), (30, 30));
    assert_eq!(bench.names()[29], "30 Song 30.mp3");
    let none = bench.library.go_on_renaming().await.unwrap();
    assert_eq!(none, RenameProgress { finished: true, ..RenameProgress::default() });
}

#[tokio::test]
async fn a_kill_before_and_after_the_rename_on_the_disk_is_mended() {
    let bench = with_songs(4).await;
    use_template(&bench, "{id}").await;
    // Noted, and: not renamed, renamed, under both names, and its new name taken by a foreign file.
    for (name, to) in [("Song 1_01.mp3", "01.mp3"), ("Song 2_02.mp3", "02.mp3")] {
        bench.note_rename(name, to).await;
    }
    bench.note_rename("Song 3_03.mp3", "03.mp3").await;
    bench.note_rename("Song 4_04.mp3", "04.mp3").await;
    fs::rename(bench.root.join("Song 2_02.mp3"), bench.root.join("02.mp3")).unwrap();
    fs::copy(bench.root.join("Song 3_03.mp3"), bench.root.join("03.mp3")).unwrap();
    fs::write(bench.root.join("04.mp3"), "foreign").unwrap();
    let bench = bench.after_kill().await;
    assert_eq!(bench.names(), ["01.mp3", "02.mp3", "03.mp3", "04.mp3", "Song 4_04.mp3"]);
    assert_whole(&bench).await;
    assert_eq!(bench.paths().await, ["01.mp3", "02.mp3", "03.mp3", "Song 4_04.mp3"]);
    assert_eq!(rename(&bench).await.renamed, 1);
    assert_eq!(bench.paths().await, ["01.mp3", "02.mp3", "03.mp3", "04~2.mp3"]);
}

#[tokio::test]
async fn what_the_person_changed_is_in_the_name() {
    let bench = with_songs(1).await;
    let id = bench.things(Place::Everything).await[0].id;
    let wish = protocol::edit::TagValues { artist: Some("Zoë".into()), ..Default::default() };
    let revision = bench.library.claim_edit(id, &wish).await.unwrap().unwrap();
    bench.library.edit_rows(&revision).await.unwrap();
    use_template(&bench, "{artist} - {title} {id}").await;
    rename(&bench).await;
    assert_eq!(bench.names(), ["Zoë - Song 1 01.mp3"]);
}

#[tokio::test]
async fn a_kill_while_files_beside_a_song_get_new_names_leaves_none_behind() {
    let bench = with_songs(1).await;
    let first = bench.library.stale_sidecars(10).await.unwrap();
    bench.library.sidecars_written(&first).await.unwrap();
    use_template(&bench, "{id}").await;
    rename(&bench).await;
    let second = bench.library.stale_sidecars(10).await.unwrap();
    assert_eq!((second[0].name.as_str(), &second[0].old_names()[0]), ("01.json", &first[0].name));
    bench.library.note_sidecars(&second).await.unwrap();
    // Written, and killed before that is noted; then the template is as before.
    let bench = bench.after_kill().await;
    use_template(&bench, "{title}_{id}").await;
    rename(&bench).await;
    let third = bench.library.stale_sidecars(10).await.unwrap();
    assert_eq!((&third[0].name, third[0].old_names()[0].as_str()), (&first[0].name, "01.json"));
    bench.library.sidecars_written(&third).await.unwrap();
    assert!(bench.library.stale_sidecars(10).await.unwrap().is_empty());
}
