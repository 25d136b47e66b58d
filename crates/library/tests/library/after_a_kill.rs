//! What a start finds after the last run was killed at each step of the commit sequence (I1, I2, I3, I5).

use crate::support::{Bench, song};
use protocol::ItemState;
use std::fs;

async fn one_claimed(bench: &Bench) -> library::Claimed {
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.claim().await.remove(0)
}

async fn state(bench: &Bench) -> ItemState {
    bench.library.items(&Default::default()).await.unwrap().items[0].state
}

#[tokio::test]
async fn a_transfer_that_was_cut_goes_on_with_its_part_and_validator() {
    let bench = Bench::new().await;
    let claimed = one_claimed(&bench).await;
    fs::write(bench.root.join(&claimed.kept.part), b"half").unwrap();
    bench.library.store_validator(&claimed, Some("{}")).await.unwrap();
    let bench = bench.after_kill().await;
    assert_eq!(state(&bench).await, ItemState::Wanted);
    let again = bench.claim().await.remove(0);
    assert_eq!(again.kept.part, claimed.kept.part);
    assert_eq!(again.kept.validator.as_deref(), Some("{}"));
    assert!(again.fence > claimed.fence);
    assert_eq!(fs::read(bench.root.join(&again.kept.part)).unwrap(), b"half");
}

#[tokio::test]
async fn a_part_whose_tags_were_being_written_is_fetched_anew() {
    let bench = Bench::new().await;
    let claimed = one_claimed(&bench).await;
    fs::write(bench.root.join(&claimed.kept.part), b"tagged by hal").unwrap();
    bench.library.begin_sealing(&claimed).await.unwrap();
    let bench = bench.after_kill().await;
    assert!(bench.names().is_empty());
    assert_eq!(bench.claim().await[0].kept.validator, None);
}

#[tokio::test]
async fn a_part_without_an_intent_is_quarantined_and_then_deleted() {
    let bench = Bench::new().await;
    fs::write(bench.root.join("stray.mp3.9.downloading"), b"?").unwrap();
    let bench = bench.after_kill().await;
    assert!(bench.names().is_empty());
    let quarantined = bench.root.join(".mediafetcher/quarantine/stray.mp3.9.downloading");
    assert!(quarantined.exists());
    let _bench = bench.after_kill().await;
    assert!(!quarantined.exists());
}

#[tokio::test]
async fn work_by_an_older_holder_lands_nowhere() {
    // I8: the fence.
    let bench = Bench::new().await;
    let old = one_claimed(&bench).await;
    let bench = bench.after_kill().await;
    let new = bench.claim().await.remove(0);
    let output = bench.sealed(&new, b"bytes");
    let refused = bench.library.commit(&old, vec![output.clone()]).await;
    assert!(matches!(refused, Err(library::LibraryError::Superseded)));
    bench.library.commit(&new, vec![output]).await.unwrap();
}

#[tokio::test]
async fn a_foreign_file_with_the_name_is_never_replaced() {
    let bench = Bench::new().await;
    let claimed = one_claimed(&bench).await;
    fs::write(bench.root.join("First_a.mp3"), b"the person's own").unwrap();
    let output = bench.sealed(&claimed, b"ours");
    let finished = bench.library.commit(&claimed, vec![output]).await.unwrap();
    assert_eq!(finished[0].name, "First_a~2.mp3");
    assert_eq!(fs::read(bench.root.join("First_a.mp3")).unwrap(), b"the person's own");
}

#[tokio::test]
async fn a_missing_disk_is_not_healed() {
    let bench = Bench::new().await;
    let claimed = one_claimed(&bench).await;
    let output = bench.sealed(&claimed, b"bytes");
    bench.library.commit(&claimed, vec![output]).await.unwrap();
    let away = bench.root.with_extension("away");
    fs::rename(&bench.root, &away).unwrap();
    let bench = bench.after_kill().await;
    assert!(bench.library.shelf().check().is_err());
    assert!(!bench.root.exists(), "nothing is made where the disk is missing");
    assert_eq!(state(&bench).await, ItemState::Done);
    fs::rename(&away, &bench.root).unwrap();
    bench.library.reopen_shelf().await.unwrap();
    assert!(bench.library.shelf().check().is_ok());
}
