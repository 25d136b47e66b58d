//! Several hands on the same bytes at the same time: commits, deletions, restorations, the collector (I8, I11).

use crate::support::{Bench, song};
use library::Claimed;
use protocol::LibraryItemId;
use protocol::shelf::Place;
use std::fs;

const FOREVER: i64 = i64::MAX;
const BYTES: &[u8] = b"the same bytes";
/// Often enough that every order of the steps is met.
const ROUNDS: usize = 40;

/// A song that is here, and another with the same bytes whose part is there and not yet committed.
async fn one_here_and_one_arriving(bench: &Bench, round: usize) -> (LibraryItemId, Claimed) {
    let job = bench.job(&format!("job {round}")).await;
    let ids = [format!("a{round}"), format!("b{round}")];
    bench.add(job, &ids.map(|id| song(&id, "Song"))).await;
    let mut claimed = bench.claim().await;
    let second = claimed.pop().unwrap();
    let first = claimed.pop().unwrap();
    let output = bench.sealed(&first, &of(round));
    bench.library.commit(&first, vec![output]).await.unwrap();
    let things = bench.things(Place::Everything).await;
    (things.last().unwrap().id, second)
}

fn of(round: usize) -> Vec<u8> {
    [BYTES, &round.to_be_bytes()].concat()
}

/// Whatever is not deleted has its file with the right bytes; a file that nothing needs is in the trash or gone.
async fn assert_sound(bench: &Bench, round: usize) {
    let here = bench.things(Place::Everything).await;
    let of_round: Vec<_> = here.iter().filter(|thing| is_of(thing, round)).collect();
    for thing in &of_round {
        let found = fs::read(bench.root.join(&thing.name));
        assert_eq!(found.unwrap(), of(round), "{} in round {round}", thing.name);
        assert_eq!(thing.references as usize, of_round.len(), "round {round}");
    }
    assert_eq!(bench.library.integrity().await.unwrap(), "ok");
}

fn is_of(thing: &protocol::shelf::LibraryItem, round: usize) -> bool {
    thing.source_id == format!("a{round}") || thing.source_id == format!("b{round}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deleting_while_a_second_add_of_the_same_bytes_commits_keeps_what_is_needed() {
    let bench = Bench::new().await;
    for round in 0..ROUNDS {
        let (one, arriving) = one_here_and_one_arriving(&bench, round).await;
        let output = bench.sealed(&arriving, &of(round));
        let first = [one];
        let (deleted, committed) = tokio::join!(
            bench.library.delete_items(&first),
            bench.library.commit(&arriving, vec![output]),
        );
        assert_eq!(deleted.unwrap().items, 1);
        committed.unwrap();
        assert_sound(&bench, round).await;
        assert_eq!(bench.library.restore_items(&[one]).await.unwrap().items, 1);
        assert_sound(&bench, round).await;
    }
    assert_eq!(bench.things(Place::Everything).await.len(), 2 * ROUNDS);
    assert_eq!(bench.names().len(), ROUNDS);
    let before = bench.names();
    let bench = bench.after_kill().await;
    assert_eq!(bench.names(), before, "a start finds nothing to mend");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_collector_takes_nothing_that_is_being_restored_or_arrives_again() {
    let bench = Bench::new().await;
    for round in 0..ROUNDS {
        let (one, arriving) = one_here_and_one_arriving(&bench, round).await;
        bench.library.delete_items(&[one]).await.unwrap();
        let output = bench.sealed(&arriving, &of(round));
        let first = [one];
        let (collected, restored, committed) = tokio::join!(
            bench.library.collect_before(FOREVER),
            bench.library.restore_items(&first),
            bench.library.commit(&arriving, vec![output]),
        );
        collected.unwrap();
        committed.unwrap();
        // Restoring came too late, and says so, or all of it is there.
        if let Err(refused) = restored {
            assert!(refused.to_string().contains("deleted for good"), "{refused}");
        }
        assert_sound(&bench, round).await;
    }
    let before = bench.names();
    let bench = bench.after_kill().await;
    assert_eq!(bench.names(), before);
}
