//! What lies beside a song goes with it, whatever is killed and when (I1, I11).

use crate::support::{Bench, song};
use library::Sidecar;
use protocol::LibraryItemId;
use protocol::edit::TagValues;
use protocol::shelf::Place;
use std::fs;

/// One song is here, and what is to lie beside it.
async fn with_one() -> (Bench, LibraryItemId, Vec<Sidecar>) {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.bring_all().await;
    let id = bench.things(Place::Everything).await[0].id;
    let due = bench.library.stale_sidecars(10).await.unwrap();
    assert_eq!(due[0].name, "First_a.json");
    (bench, id, due)
}

/// As the daemon does, up to the moment before it notes that it is done.
async fn write(bench: &Bench, due: &[Sidecar]) {
    bench.library.note_sidecars(due).await.unwrap();
    bench.library.shelf().write_small(&due[0].name, due[0].raw.as_bytes()).unwrap();
}

#[tokio::test]
async fn one_that_was_written_and_not_noted_before_a_kill_goes_with_its_song() {
    let (bench, id, due) = with_one().await;
    write(&bench, &due).await;
    let bench = bench.after_kill().await;
    bench.library.delete_items(&[id]).await.unwrap();
    assert!(bench.names().is_empty(), "{:?}", bench.names());
}

#[tokio::test]
async fn one_that_was_written_and_not_noted_before_a_kill_is_known_after_its_song_has_another_name()
{
    let (bench, id, due) = with_one().await;
    write(&bench, &due).await;
    let bench = bench.after_kill().await;
    let wish = TagValues { title: Some("Other".into()), ..TagValues::default() };
    let revision = bench.library.claim_edit(id, &wish).await.unwrap().unwrap();
    bench.library.edit_rows(&revision).await.unwrap();
    let due = bench.library.stale_sidecars(10).await.unwrap();
    assert_eq!((due[0].name.as_str(), &*due[0].old_names()[0]), ("Other_a.json", "First_a.json"));
}

#[tokio::test]
async fn one_whose_song_is_deleted_while_it_is_written_goes() {
    let (bench, id, due) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    write(&bench, &due).await;
    bench.library.sidecars_written(&due).await.unwrap();
    assert!(bench.names().is_empty(), "{:?}", bench.names());
    // And comes with the song.
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.library.stale_sidecars(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_that_cannot_be_removed_with_its_song_goes_with_the_next_start() {
    let (bench, id, due) = with_one().await;
    write(&bench, &due).await;
    bench.library.sidecars_written(&due).await.unwrap();
    // A folder in its place cannot be removed as a file is.
    let json = bench.root.join("First_a.json");
    fs::remove_file(&json).unwrap();
    fs::create_dir(&json).unwrap();
    bench.library.delete_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.json"]);
    fs::remove_dir(&json).unwrap();
    fs::write(&json, "{}").unwrap();
    let bench = bench.after_kill().await;
    assert!(bench.names().is_empty(), "{:?}", bench.names());
}
