//! A job from its list to its balance, again and again.

use crate::support::{Bench, song};
use library::Settled;
use protocol::{ErrorBody, ErrorCode, ItemState, JobState, Listing};

#[tokio::test]
async fn a_job_ends_with_a_balance_that_adds_up() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    let added =
        bench.add(job, &[song("a", "First"), song("b", "Second"), song("c", "Third")]).await;
    assert_eq!((added.songs, added.wanted, added.already), (3, 3, 0));
    let claimed = bench.claim().await;
    let output = bench.sealed(&claimed[0], b"the bytes of a");
    let finished = bench.library.commit(&claimed[0], vec![output]).await.unwrap();
    assert_eq!(finished[0].name, "First_a.mp3");
    bench.library.settle(&claimed[1], &Settled::Absent).await.unwrap();
    let refused = ErrorBody::new(ErrorCode::Withheld);
    bench.library.settle(&claimed[2], &Settled::Withheld(refused)).await.unwrap();
    assert!(bench.library.finish_jobs().await.unwrap().is_empty(), "the list has not ended yet");

    let listing = Listing { pages: 1, seen: 3, unique: 3, complete: true };
    bench.library.set_listing(job, Some(listing), None, true).await.unwrap();
    let ended = bench.library.finish_jobs().await.unwrap();
    let balance = ended[0].balance;
    assert_eq!((balance.listed, balance.done, balance.absent, balance.withheld), (3, 1, 1, 1));
    assert!(balance.adds_up());
    assert_eq!(ended[0].state, JobState::Finished);
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert_eq!(bench.library.integrity().await.unwrap(), "ok");
}

#[tokio::test]
async fn a_second_job_brings_only_what_is_new() {
    let bench = Bench::new().await;
    let first = bench.job("one").await;
    bench.add(first, &[song("a", "First")]).await;
    bench.bring_all().await;
    let second = bench.job("two").await;
    let added = bench.add(second, &[song("b", "Second"), song("a", "First")]).await;
    assert_eq!((added.songs, added.wanted, added.already), (2, 1, 1));
    assert!(added.suspects.is_empty());
    let ids: Vec<_> = bench.claim().await.into_iter().map(|one| one.source_id).collect();
    assert_eq!(ids, ["b"]);
}

#[tokio::test]
async fn adding_a_page_twice_changes_nothing() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    assert_eq!(bench.job("one").await, job, "the same key gives the same job");
    bench.add(job, &[song("a", "First")]).await;
    let again = bench.add(job, &[song("a", "First")]).await;
    assert_eq!((again.songs, again.wanted), (0, 1));
    assert_eq!(bench.library.job(job).await.unwrap().balance.listed, 1);
}

#[tokio::test]
async fn what_failed_is_tried_again_by_a_new_job_but_not_by_a_repeated_page() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    let claimed = bench.claim().await;
    let failed = Settled::Failed(ErrorBody::new(ErrorCode::Damaged));
    bench.library.settle(&claimed[0], &failed).await.unwrap();
    bench.add(job, &[song("a", "First")]).await;
    assert!(bench.claim().await.is_empty());
    let next = bench.job("two").await;
    bench.add(next, &[song("a", "First")]).await;
    assert_eq!(bench.claim().await.len(), 1);
}

#[tokio::test]
async fn a_lost_or_emptied_file_is_noticed_when_it_is_listed_again() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First"), song("b", "Second"), song("c", "Third")]).await;
    bench.bring_all().await;
    std::fs::remove_file(bench.root.join("First_a.mp3")).unwrap();
    std::fs::write(bench.root.join("Second_b.mp3"), b"").unwrap();
    let next = bench.job("two").await;
    let added =
        bench.add(next, &[song("a", "First"), song("b", "Second"), song("c", "Third")]).await;
    let gone: Vec<_> = added.suspects.iter().map(|one| (one.path.as_str(), one.gone)).collect();
    assert_eq!(gone, [("First_a.mp3", true), ("Second_b.mp3", true)]);
    for suspect in &added.suspects {
        assert!(bench.library.want_again(suspect).await.unwrap());
        assert!(!bench.library.want_again(suspect).await.unwrap(), "once is enough");
    }
    assert_eq!(bench.claim().await.len(), 2);
    let balance = bench.library.job(next).await.unwrap().balance;
    assert_eq!((balance.already, balance.pending), (1, 2));
}

#[tokio::test]
async fn a_bundle_that_lost_one_file_keeps_the_rows_of_the_others_and_replaces_all_of_them() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    let bring = async |claimed: &library::Claimed, suffix: &str| {
        let mut outputs = Vec::new();
        for part in ["bass", "drums"] {
            let mut output = bench.sealed(claimed, format!("{part}{suffix}").as_bytes());
            let file = format!("{part}.mp3.downloading");
            std::fs::rename(bench.root.join(&output.file), bench.root.join(&file)).unwrap();
            (output.part, output.name, output.file) = (part.into(), format!("{part}.mp3"), file);
            outputs.push(output);
        }
        bench.library.commit(claimed, outputs).await.unwrap();
    };
    bring(&bench.claim().await[0], "").await;
    std::fs::remove_file(bench.root.join("bass.mp3")).unwrap();
    let next = bench.job("two").await;
    let added = bench.add(next, &[song("a", "First")]).await;
    assert!(bench.library.want_again(&added.suspects[0]).await.unwrap());
    // The rows of the others are kept: their files would otherwise be nobody's while the new try lasts (I1).
    assert_eq!(bench.paths().await, ["drums.mp3"]);
    bring(&bench.claim().await[0], ", tagged anew").await;
    assert_eq!(bench.names(), bench.paths().await);
    assert_eq!(bench.names().len(), 2);
}

#[tokio::test]
async fn the_same_bytes_from_two_items_are_one_file_with_two_things() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First"), song("b", "Second")]).await;
    for claimed in bench.claim().await {
        let output = bench.sealed(&claimed, b"equal");
        let finished = bench.library.commit(&claimed, vec![output]).await.unwrap();
        assert_eq!(finished[0].name, "First_a.mp3");
    }
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert_eq!(bench.library.job(job).await.unwrap().balance.done, 2);
}

#[tokio::test]
async fn cancelling_keeps_what_is_done_and_undo_wants_the_rest_again() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.bring_all().await;
    bench.add(job, &[song("b", "Second")]).await;
    bench.library.set_job_state(job, JobState::Cancelled).await.unwrap();
    let ended = bench.library.finish_jobs().await.unwrap();
    assert_eq!((ended[0].balance.done, ended[0].balance.cancelled), (1, 1));
    bench.library.retry_job(Some(job)).await.unwrap();
    let again = bench.library.job(job).await.unwrap();
    assert_eq!(again.state, JobState::Listing, "its list had not come to its end");
    assert_eq!(again.balance.pending, 1);
}

#[tokio::test]
async fn a_paused_job_gives_no_work() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.library.set_job_state(job, JobState::Paused).await.unwrap();
    assert!(bench.claim().await.is_empty());
    bench.library.set_job_state(job, JobState::Running).await.unwrap();
    assert_eq!(bench.library.job(job).await.unwrap().state, JobState::Listing);
    assert_eq!(bench.claim().await.len(), 1);
}

#[tokio::test]
async fn an_ended_session_blocks_its_site_until_it_is_renewed() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    let mut one = song("a", "First");
    one.assets[0].fetch = protocol::Fetch::Api { url: "https://www.producer.ai/x".into() };
    bench.add(job, &[one]).await;
    let why = ErrorBody::new(ErrorCode::SessionExpired).with("site", "producer.ai");
    assert_eq!(bench.library.block(Some(protocol::Source::Producer), &why).await.unwrap(), 1);
    let items = bench.library.items(&Default::default()).await.unwrap();
    assert_eq!(
        (items.items[0].state, items.items[0].reason.as_ref()),
        (ItemState::NeedsYou, Some(&why))
    );
    let codes = [ErrorCode::SessionExpired];
    assert_eq!(
        bench.library.unblock(Some(protocol::Source::Producer), None, &codes).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn a_changed_title_is_offered_for_renaming_and_not_for_fetching() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.bring_all().await;
    let next = bench.job("two").await;
    let added = bench.add(next, &[song("a", "Better")]).await;
    assert_eq!((added.wanted, added.already), (0, 1));
    let retitles = bench
        .library
        .claim_retitles(protocol::Source::Producer, protocol::ItemId(0), 10)
        .await
        .unwrap();
    let claimed = &retitles[0].claimed;
    let mut output = bench.sealed(claimed, b"the same with other tags");
    output.replaces = Some(retitles[0].files[0].path.clone());
    bench.library.commit(claimed, vec![output]).await.unwrap();
    assert_eq!(bench.names(), ["Better_a.mp3"]);
    assert!(
        bench
            .library
            .claim_retitles(protocol::Source::Producer, protocol::ItemId(0), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(bench.library.job(next).await.unwrap().balance.already, 1);
}

#[tokio::test]
async fn an_address_that_is_only_signed_anew_is_no_news_for_the_file_beside_the_song() {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    let signed = |signature: &str| {
        let mut one = song("a", "First");
        one.raw["audio_url"] =
            format!("https://files.example/a.mp3?X-Signature={signature}").into();
        one
    };
    bench.add(job, &[signed("1")]).await;
    bench.bring_all().await;
    let stale = bench.library.stale_sidecars(10).await.unwrap();
    assert_eq!(stale[0].name, "First_a.json");
    bench.library.sidecars_written(&stale).await.unwrap();
    bench.add(job, &[signed("2")]).await;
    assert!(bench.library.stale_sidecars(10).await.unwrap().is_empty());
    let mut other = signed("3");
    other.raw["is_favorite"] = true.into();
    bench.add(job, &[other]).await;
    assert_eq!(bench.library.stale_sidecars(10).await.unwrap().len(), 1);
}
