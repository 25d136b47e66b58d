//! Deleting, bringing back, deleting for good, and being killed in between (I11).

use crate::support::{Bench, song};
use library::LibraryError;
use protocol::LibraryItemId;
use protocol::shelf::{FileItems, LibraryQuery, MarkItems, NewFolder, Place};
use std::fs;

const FOREVER: i64 = i64::MAX;

/// One song is here.
async fn with_one() -> (Bench, LibraryItemId) {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.bring_all().await;
    let id = bench.things(Place::Everything).await[0].id;
    (bench, id)
}

/// Two songs with the same bytes.
async fn with_twins() -> (Bench, [LibraryItemId; 2]) {
    let bench = Bench::with_twins().await;
    let things = bench.things(Place::Everything).await;
    assert_eq!(bench.names().len(), 1, "one file");
    assert_eq!(things.iter().map(|thing| thing.references).collect::<Vec<_>>(), [2, 2]);
    let ids = [things[0].id, things[1].id];
    (bench, ids)
}

/// Makes the trash folder refuse files until [`unblock`].
fn block_trash(bench: &Bench) {
    fs::write(bench.root.join(".mediafetcher/trash"), "in the way").unwrap();
}

fn unblock_trash(bench: &Bench) {
    fs::remove_file(bench.root.join(".mediafetcher/trash")).unwrap();
}

/// The name in the trash of what [`with_one`] brings.
fn hash_of_a() -> &'static str {
    "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
}

fn in_trash(bench: &Bench) -> usize {
    fs::read_dir(bench.root.join(".mediafetcher/trash")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_file_goes_with_the_last_thing_that_refers_to_it() {
    let (bench, [one, other]) = with_twins().await;
    assert_eq!(bench.library.delete_items(&[one]).await.unwrap().items, 1);
    assert_eq!(bench.names().len(), 1, "the other still needs it");
    assert_eq!(bench.library.delete_items(&[other]).await.unwrap().items, 1);
    assert_eq!((bench.names().len(), in_trash(&bench)), (0, 1));

    assert_eq!(bench.library.restore_items(&[one]).await.unwrap().items, 1);
    assert_eq!((bench.names().len(), in_trash(&bench)), (1, 0));
    assert_eq!(bench.things(Place::Trash).await[0].id, other);
    assert_eq!(bench.library.collect_before(FOREVER).await.unwrap().files, 0, "it is needed again");
    assert_eq!(bench.library.restore_items(&[other]).await.unwrap().items, 1);
    assert_eq!(bench.things(Place::Everything).await.len(), 2);
}

#[tokio::test]
async fn undo_brings_back_folder_mark_and_words() {
    let (bench, id) = with_one().await;
    let folder =
        bench.library.add_folder(&NewFolder { parent: None, name: "Best".into() }).await.unwrap();
    let file = FileItems { items: vec![id], folder: Some(folder.id) };
    bench.library.file_items(&file).await.unwrap();
    bench.library.mark_items(&MarkItems { items: vec![id], favorite: true }).await.unwrap();
    let before = bench.things(Place::Everything).await;
    bench.library.delete_items(&[id]).await.unwrap();
    assert!(bench.find("first").await.is_empty());
    assert!(bench.things(Place::Favorites).await.is_empty());
    assert_eq!(bench.library.folders().await.unwrap()[0].items, 0);

    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.things(Place::Everything).await, before);
    assert_eq!(bench.find("first").await.len(), 1);
    assert_eq!(bench.names(), ["First_a.mp3"]);
}

#[tokio::test]
async fn what_was_collected_says_so_when_it_is_wanted_back() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    assert_eq!(bench.library.collect_before(0).await.unwrap().files, 0, "not old enough");
    let collected = bench.library.collect_before(FOREVER).await.unwrap();
    assert_eq!((collected.files, collected.bytes), (1, 1));
    assert_eq!(in_trash(&bench), 0);
    let refused = bench.library.restore_items(&[id]).await.unwrap_err();
    assert!(refused.to_string().contains("“First” was deleted for good"), "{refused}");
    assert!(bench.things(Place::Trash).await.is_empty());
    assert_eq!(bench.library.integrity().await.unwrap(), "ok");
}

#[tokio::test]
async fn a_list_read_again_does_not_bring_back_what_was_deleted() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    let again = bench.job("two").await;
    let added = bench.add(again, &[song("a", "First, renamed")]).await;
    assert_eq!((added.wanted, added.already), (0, 1));
    assert!(added.suspects.is_empty());
    let retitles = bench
        .library
        .claim_retitles(protocol::Source::Producer, protocol::ItemId(0), 10)
        .await
        .unwrap();
    assert!(retitles.is_empty());
}

#[tokio::test]
async fn the_same_bytes_come_again_while_they_are_in_the_trash() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    let job = bench.job("two").await;
    bench.add(job, &[song("b", "Second")]).await;
    let claimed = bench.claim().await.remove(0);
    let output = bench.sealed(&claimed, b"a");
    bench.library.commit(&claimed, vec![output]).await.unwrap();
    assert_eq!(bench.names(), ["Second_b.mp3"]);
    assert_eq!(bench.things(Place::Everything).await.len(), 1);

    let bench = bench.after_kill().await;
    assert_eq!(in_trash(&bench), 0, "the copy was waste");
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.things(Place::Everything).await.len(), 2);
    assert_eq!(bench.names(), ["Second_b.mp3"]);
}

#[tokio::test]
async fn the_same_bytes_come_again_after_they_were_collected() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    bench.library.collect_before(FOREVER).await.unwrap();
    let job = bench.job("two").await;
    bench.add(job, &[song("b", "Second")]).await;
    let claimed = bench.claim().await.remove(0);
    let output = bench.sealed(&claimed, b"a");
    bench.library.commit(&claimed, vec![output]).await.unwrap();
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.things(Place::Everything).await.len(), 2, "one file serves both");
    assert_eq!(bench.names(), ["Second_b.mp3"]);
}

#[tokio::test]
async fn a_kill_between_the_rows_and_the_disk_is_mended_at_the_start() {
    let (bench, id) = with_one().await;
    block_trash(&bench);
    bench.library.delete_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3"], "not moved yet");
    unblock_trash(&bench);
    let bench = bench.after_kill().await;
    assert_eq!((bench.names().len(), in_trash(&bench)), (0, 1));

    // Deleted and restored before the disk could follow.
    bench.library.restore_items(&[id]).await.unwrap();
    fs::remove_dir(bench.root.join(".mediafetcher/trash")).unwrap();
    block_trash(&bench);
    bench.library.delete_items(&[id]).await.unwrap();
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3"]);
    unblock_trash(&bench);
    let bench = bench.after_kill().await;
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert_eq!(fs::read(bench.root.join("First_a.mp3")).unwrap(), b"a");
}

#[tokio::test]
async fn a_kill_between_the_collected_row_and_the_file_leaves_waste_that_the_start_sweeps() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    let trash = bench.root.join(".mediafetcher/trash");
    let stowed = fs::read_dir(&trash).unwrap().next().unwrap().unwrap().path();
    bench.library.collect_before(FOREVER).await.unwrap();
    assert_eq!(in_trash(&bench), 0);
    // As a kill right before the file was deleted would have left it.
    fs::write(&stowed, b"a").unwrap();
    let bench = bench.after_kill().await;
    assert_eq!(in_trash(&bench), 0);
    let refused = bench.library.restore_items(&[id]).await.unwrap_err();
    assert!(refused.to_string().contains("deleted for good"), "{refused}");
}

#[tokio::test]
async fn a_file_that_comes_back_replaces_nothing() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    fs::write(bench.root.join("First_a.mp3"), "somebody else's").unwrap();
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3", "First_a~2.mp3"]);
    assert_eq!(bench.things(Place::Everything).await[0].name, "First_a~2.mp3");
    assert_eq!(fs::read(bench.root.join("First_a.mp3")).unwrap(), b"somebody else's");
    assert_eq!(fs::read(bench.root.join("First_a~2.mp3")).unwrap(), b"a");
}

#[tokio::test]
async fn a_kill_after_the_other_name_was_noted_or_given_leaves_one_file_and_its_row() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    fs::write(bench.root.join("First_a.mp3"), "somebody else's").unwrap();
    bench.refuse_returns().await;
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3", "First_a~2.mp3"]);
    bench.accept_returns().await;
    let stowed = bench.root.join(".mediafetcher/trash").join(hash_of_a());
    for moved in [true, false] {
        if !moved {
            bench.library.delete_items(&[id]).await.unwrap();
            bench.library.restore_items(&[id]).await.unwrap();
            fs::rename(bench.root.join("First_a~2.mp3"), &stowed).unwrap();
            bench.note_unreturned().await;
        }
        bench.reopened().await;
        assert_eq!(bench.names(), ["First_a.mp3", "First_a~2.mp3"]);
        assert_eq!(bench.paths().await, ["First_a~2.mp3"]);
        assert_eq!(fs::read(bench.root.join("First_a~2.mp3")).unwrap(), b"a");
        assert_eq!(in_trash(&bench), 0);
    }
}

#[tokio::test]
async fn while_the_disk_is_away_nothing_is_restored_and_nothing_collected() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    let away = bench.root.with_extension("away");
    fs::rename(&bench.root, &away).unwrap();
    let missing = |error| matches!(error, LibraryError::VolumeMissing(_));
    assert!(missing(bench.library.restore_items(&[id]).await.unwrap_err()));
    assert!(missing(bench.library.collect_before(FOREVER).await.unwrap_err()));
    fs::rename(&away, &bench.root).unwrap();
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3"]);
}

#[tokio::test]
async fn deleting_twice_or_nothing_changes_nothing() {
    let (bench, id) = with_one().await;
    assert_eq!(bench.library.delete_items(&[]).await.unwrap().items, 0);
    assert_eq!(bench.library.delete_items(&[id, id]).await.unwrap().items, 1);
    assert_eq!(bench.library.delete_items(&[id]).await.unwrap().items, 0);
    assert_eq!(bench.library.restore_items(&[id]).await.unwrap().items, 1);
    assert_eq!(bench.library.restore_items(&[id]).await.unwrap().items, 0);
    let unknown = LibraryQuery { place: Place::Trash, ..LibraryQuery::default() };
    assert_eq!(bench.library.list_library(&unknown).await.unwrap().total, 0);
}

#[tokio::test]
async fn what_is_deleted_while_it_is_being_renamed_stays_deleted() {
    let (bench, id) = with_one().await;
    let job = bench.job("two").await;
    bench.add(job, &[song("a", "Renamed")]).await;
    let source = protocol::Source::Producer;
    let first = protocol::ItemId(0);
    let retitle = bench.library.claim_retitles(source, first, 10).await.unwrap().remove(0);
    let mut output = bench.sealed(&retitle.claimed, b"a with another title");
    output.replaces = Some(retitle.files[0].path.clone());
    bench.library.delete_items(&[id]).await.unwrap();
    bench.library.commit(&retitle.claimed, vec![output]).await.unwrap();
    bench.library.settle_files().await;
    assert!(bench.things(Place::Everything).await.is_empty());
    assert!(bench.names().is_empty());

    let bench = bench.after_kill().await;
    assert_eq!(in_trash(&bench), 1, "what it was before is waste, and swept");
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["Renamed_a.mp3"]);
    assert_eq!(fs::read(bench.root.join("Renamed_a.mp3")).unwrap(), b"a with another title");
    assert_eq!(in_trash(&bench), 0);
}

#[tokio::test]
async fn what_comes_back_from_the_trash_while_a_list_is_read_is_not_lost() {
    let (bench, id) = with_one().await;
    let path = bench.root.join("First_a.mp3");
    let away = bench.root.join("away");
    fs::rename(&path, &away).unwrap();
    let job = bench.job("two").await;
    let suspects = bench.add(job, &[song("a", "First")]).await.suspects;
    assert!(suspects[0].gone);
    // By the time it is looked at, it is there again, or deleted.
    fs::rename(&away, &path).unwrap();
    assert!(!bench.library.want_again(&suspects[0]).await.unwrap());
    bench.library.delete_items(&[id]).await.unwrap();
    assert!(!bench.library.want_again(&suspects[0]).await.unwrap());
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3"]);
}

#[tokio::test]
async fn a_file_that_comes_back_while_its_bytes_arrive_anew_keeps_its_name() {
    let (bench, id) = with_one().await;
    bench.library.delete_items(&[id]).await.unwrap();
    // Placed, and the transaction not yet begun.
    fs::write(bench.root.join("First_a.mp3"), b"a").unwrap();
    bench.library.restore_items(&[id]).await.unwrap();
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert_eq!(bench.things(Place::Everything).await[0].name, "First_a.mp3");
    assert_eq!(in_trash(&bench), 0);
}

#[tokio::test]
async fn what_is_deleted_while_the_files_beside_it_are_written_leaves_none_of_them() {
    let (bench, id) = with_one().await;
    let stale = bench.library.stale_sidecars(10).await.unwrap();
    bench.library.delete_items(&[id]).await.unwrap();
    let beside = bench.root.join(&stale[0].name);
    fs::write(&beside, "{}").unwrap();
    bench.library.sidecars_written(&stale).await.unwrap();
    assert!(!beside.exists());
    bench.library.restore_items(&[id]).await.unwrap();
    let again = bench.library.stale_sidecars(10).await.unwrap();
    assert_eq!(again.len(), 1, "they come back with it");
    fs::write(&beside, "{}").unwrap();
    bench.library.sidecars_written(&again).await.unwrap();
    assert!(beside.exists());
}
