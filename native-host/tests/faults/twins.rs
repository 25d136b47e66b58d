//! The same bytes by several ways at once, and deleted while they arrive (I8, I11).

use crate::sending::{all, assert_tidy, end_of, send, session};
use crate::stage::{Stage, until_true};
use protocol::LibraryItemId;
use protocol::method::*;
use protocol::shelf::*;
use std::collections::BTreeSet;

fn delete(stage: &Stage, items: &[LibraryItemId]) {
    stage.browser().ask::<DeleteItems>(OfLibraryItems { items: items.to_vec() });
}

fn restore(stage: &Stage, items: &[LibraryItemId]) {
    stage.browser().ask::<RestoreItems>(OfLibraryItems { items: items.to_vec() });
}

/// Every thing has its file, whole, and there is no other.
#[track_caller]
fn assert_one_file_for(stage: &Stage, things: usize) {
    let truth = stage.control().videos().truth("clip.mp4").unwrap().to_vec();
    // Whoever restores does not wait for a slow disk.
    until_true("the file is whole and in its place", || {
        let name = &all(stage)[0].name;
        std::fs::read(stage.library().join(name)).is_ok_and(|bytes| bytes == truth)
    });
    let items = all(stage);
    let names: BTreeSet<&String> = items.iter().map(|item| &item.name).collect();
    assert_eq!((items.len(), names.len()), (things, 1), "{items:#?}");
    assert!(items.iter().all(|item| item.references as usize == things));
    let media = stage.files().into_iter().filter(|file| file.extension() == Some("mp4".as_ref()));
    assert_eq!(media.count(), 1);
}

#[test]
fn two_jobs_that_bring_the_same_bytes_at_once_make_one_file_of_two_things() {
    let stage = Stage::new(0);
    stage.control().videos().set_slow_rate(1_000_000);
    let pages = ["/files/clip.mp4", "/slow.mp4", "/watch/mp4"];
    let jobs = pages.map(|page| send(&stage, page, &[page], Some(session(&stage))));
    for job in jobs {
        assert_eq!(end_of(&stage, job).done, 1);
    }
    assert_one_file_for(&stage, 3);
    assert_tidy(&stage);
}

#[test]
fn what_is_deleted_and_restored_while_the_same_bytes_arrive_again_is_whole_at_every_end() {
    let stage = Stage::new(0);
    let first = send(&stage, "first", &["/files/clip.mp4"], Some(session(&stage)));
    assert_eq!(end_of(&stage, first).done, 1);
    let one = all(&stage)[0].id;
    // Slow enough that deleting and restoring falls before, into and behind the commit of the second.
    stage.control().videos().set_slow_rate(150_000);
    let second = send(&stage, "second", &["/slow.mp4"], Some(session(&stage)));
    let is_done = |stage: &Stage| stage.browser().job(second).balance.done == 1;
    let mut rounds = 0;
    while !is_done(&stage) {
        delete(&stage, &[one]);
        restore(&stage, &[one]);
        rounds += 1;
    }
    assert!(rounds > 1, "the second came too fast");
    assert_one_file_for(&stage, 2);

    let third = send(&stage, "third", &["/watch/slow"], Some(session(&stage)));
    let others: Vec<LibraryItemId> = all(&stage).iter().map(|item| item.id).collect();
    delete(&stage, &others);
    assert_eq!(end_of(&stage, third).done, 1);
    assert_one_file_for(&stage, 1);
    restore(&stage, &others);
    assert_one_file_for(&stage, 3);
    assert_tidy(&stage);
}
