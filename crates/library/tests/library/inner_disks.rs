//! A folder of the library whose disk is away (I5). Where one is mounted is noted in the database; it is noted here by hand,
//! since only root may mount one. With mounts: `native-host/tests/faults/volumes.rs`.

use crate::import::{copied, in_place, started, take};
use crate::support::Bench;
use library::intake::Taken;
use protocol::shelf::Place;
use std::fs;

/// The disk of the folder `Attic` goes.
async fn goes(bench: &Bench) {
    fs::rename(bench.root.join("Attic"), bench.root.with_file_name("elsewhere")).unwrap();
    fs::create_dir(bench.root.join("Attic")).unwrap();
    let noted = serde_json::json!({ "root": bench.root, "folders": ["Attic"] }).to_string();
    sqlx::query("INSERT OR REPLACE INTO meta (key, value) VALUES ('inner_disks', ?1)")
        .bind(noted)
        .execute(&mut bench.connection().await)
        .await
        .unwrap();
    bench.library.reopen_shelf().await.unwrap();
    assert_eq!(bench.library.shelf().away("Attic/a.mp3"), Some("Attic"));
}

#[tokio::test]
async fn files_of_a_disk_that_is_away_keep_no_others_from_being_read_again() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    let batch = vec![
        in_place(&bench, "Attic/a.mp3", b"one"),
        in_place(&bench, "Attic/b.mp3", b"two"),
        in_place(&bench, "Attics.mp3", b"three"),
    ];
    take(&bench, job, batch).await;
    let old = "UPDATE media_file SET checked_at = iif(path LIKE 'Attic/%', 1, 2)";
    sqlx::query(old).execute(&mut bench.connection().await).await.unwrap();
    let due = async || {
        let due = bench.library.due_for_check(30, 2).await.unwrap();
        due.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    assert_eq!(due().await, ["Attic/a.mp3", "Attic/b.mp3"]);
    goes(&bench).await;
    assert_eq!(due().await, ["Attics.mp3"]);
    let all = bench.library.recorded(0, 10).await.unwrap();
    assert_eq!(all.len(), 3, "who asks for all is told of the disk");
}

#[tokio::test]
async fn bytes_that_lie_on_a_disk_that_is_away_are_not_kept_twice() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    take(&bench, job, vec![in_place(&bench, "Attic/a.mp3", b"one")]).await;
    goes(&bench).await;
    let taken = take(&bench, job, vec![copied(&bench, "1.downloading", b"one", "One", &[])]).await;
    assert_eq!(taken, [Taken::Already("Attic/a.mp3".into())]);
    assert_eq!(bench.paths().await, ["Attic/a.mp3"]);
    assert_eq!(bench.names(), ["Attic"], "the copy is surplus");
    let things = bench.things(Place::Everything).await;
    assert_eq!((things.len(), things[0].name.as_str()), (1, "Attic/a.mp3"));
}

#[tokio::test]
async fn a_song_whose_bytes_lie_on_a_disk_that_is_away_becomes_a_second_thing_of_that_file() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    take(&bench, job, vec![in_place(&bench, "Attic/a.mp3", b"one")]).await;
    goes(&bench).await;
    let sync = bench.job("sync").await;
    bench.add(sync, &[crate::support::song("s1", "One")]).await;
    let claimed = bench.claim().await.remove(0);
    let output = bench.sealed(&claimed, b"one");
    let finished = bench.library.commit(&claimed, vec![output]).await.unwrap();
    assert_eq!(finished[0].name, "Attic/a.mp3");
    assert_eq!(bench.names(), ["Attic"]);
    assert_eq!(bench.things(Place::Everything).await.len(), 2);
}

#[tokio::test]
async fn what_is_deleted_while_its_disk_is_away_is_left_there_until_it_is_back() {
    let bench = Bench::new().await;
    let job = started(&bench).await;
    let batch = vec![
        in_place(&bench, "Attic/a.mp3", b"one"),
        in_place(&bench, "Attic/kept.mp3", b"three"),
        in_place(&bench, "b.mp3", b"two"),
    ];
    take(&bench, job, batch).await;
    goes(&bench).await;
    let all = bench.things(Place::Everything).await.into_iter();
    let some: Vec<_> =
        all.filter(|thing| !thing.name.contains("kept")).map(|thing| thing.id).collect();
    bench.library.delete_items(&some).await.unwrap();
    bench.library.settle_all().await;
    assert_eq!(bench.names(), ["Attic"], "the other one is in the trash");
    fs::remove_dir(bench.root.join("Attic")).unwrap();
    fs::rename(bench.root.with_file_name("elsewhere"), bench.root.join("Attic")).unwrap();
    // The person has made a plain folder of it.
    bench.library.reopen_shelf().await.unwrap();
    bench.library.settle_all().await;
    assert_eq!(fs::read_dir(bench.root.join("Attic")).unwrap().count(), 1);
}
