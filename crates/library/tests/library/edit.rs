//! What the person changes of a thing holds against the site, and a kill leaves the old or the new.

use crate::support::{Bench, song};
use library::{LibraryError, Output, Revision, names};
use protocol::edit::TagValues;
use protocol::shelf::Place;
use protocol::{ItemId, LibraryItemId, Source};
use std::fs;

fn titled(title: &str) -> TagValues {
    TagValues { title: Some(title.into()), ..TagValues::default() }
}

async fn with_one() -> (Bench, LibraryItemId) {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    bench.add(job, &[song("a", "First")]).await;
    bench.bring_all().await;
    let id = bench.things(Place::Everything).await[0].id;
    (bench, id)
}

async fn claim(bench: &Bench, id: LibraryItemId, values: &TagValues) -> Revision {
    bench.library.claim_edit(id, values).await.unwrap().expect("something to change")
}

/// The new file, sealed, as the daemon makes it.
fn made(bench: &Bench, revision: &Revision) -> Output {
    let claimed = &revision.claimed;
    let title = claimed.edited("").title;
    let name = match revision.keeps_name {
        true => revision.file.path.clone(),
        false => names::file_name("{title}_{id}", &claimed.edited("").name_parts(), "mp3", 255),
    };
    let bytes = format!("tagged {:?}", revision.edit);
    Output {
        name,
        title: claimed.title.clone(),
        replaces: Some(revision.file.path.clone()),
        edit: Some(revision.edit.clone()),
        ..bench.sealed(claimed, format!("{title} {bytes}").as_bytes())
    }
}

async fn edit(bench: &Bench, id: LibraryItemId, values: &TagValues) -> Revision {
    let revision = claim(bench, id, values).await;
    let output = made(bench, &revision);
    bench.library.commit(&revision.claimed, vec![output]).await.unwrap();
    revision
}

#[tokio::test]
async fn an_edit_is_shown_found_and_named_and_wins_over_the_site() {
    let (bench, id) = with_one().await;
    let values =
        TagValues { artist: Some("Zoë".into()), date: Some("1999-05".into()), ..titled("Other") };
    edit(&bench, id, &values).await;
    let thing = bench.things(Place::Everything).await.remove(0);
    assert_eq!((thing.id, thing.title.as_str()), (id, "Other"));
    assert_eq!((thing.artist.as_deref(), thing.year), (Some("Zoë"), Some(1999)));
    assert_eq!(bench.find("zoe").await, ["Other"]);
    assert!(bench.find("first").await.is_empty());
    assert_eq!(bench.names(), ["Other_a.mp3"]);

    let again = bench.job("two").await;
    bench.add(again, &[song("a", "First, renamed")]).await;
    let retitles = bench.library.claim_retitles(Source::Producer, ItemId(0), 10).await.unwrap();
    assert!(retitles.is_empty());
    assert_eq!(bench.find("other").await, ["Other"]);
}

#[tokio::test]
async fn what_was_changed_of_one_field_lets_the_others_follow_the_site() {
    let (bench, id) = with_one().await;
    let artist = TagValues { artist: Some("Zoë".into()), ..TagValues::default() };
    let revision = edit(&bench, id, &artist).await;
    assert!(revision.keeps_name);
    assert_eq!(bench.names(), ["First_a.mp3"]);
    let again = bench.job("two").await;
    bench.add(again, &[song("a", "First, renamed")]).await;
    let retitles = bench.library.claim_retitles(Source::Producer, ItemId(0), 10).await.unwrap();
    let claimed = &retitles[0].claimed;
    assert_eq!(claimed.edited("").metadata.artist.as_deref(), Some("Zoë"));
    let output =
        Output { replaces: Some("First_a.mp3".into()), ..bench.sealed(claimed, b"retitled") };
    bench.library.commit(claimed, vec![output]).await.unwrap();
    let thing = bench.things(Place::Everything).await.remove(0);
    assert_eq!((thing.title.as_str(), thing.artist.as_deref()), ("First, renamed", Some("Zoë")));
}

#[tokio::test]
async fn the_values_before_undo_an_edit_and_the_site_is_followed_again() {
    let (bench, id) = with_one().await;
    let before = edit(&bench, id, &titled("Other")).await.before;
    assert_eq!(before, titled("First"));
    let undone = edit(&bench, id, &before).await;
    assert_eq!(undone.edit, TagValues::default());
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert!(bench.library.claim_edit(id, &before).await.unwrap().is_none(), "nothing to change");
}

#[tokio::test]
async fn of_two_things_with_one_file_the_edited_one_gets_its_own() {
    let bench = Bench::with_twins().await;
    let id = bench.things(Place::Everything).await[0].id;
    let album = TagValues { album: Some("Own".into()), ..TagValues::default() };
    edit(&bench, id, &album).await;
    assert_eq!(bench.names(), ["First_a.mp3", "First_a~2.mp3"]);
    assert_eq!(fs::read(bench.root.join("First_a.mp3")).unwrap(), b"the same bytes");
    let things = bench.things(Place::Everything).await;
    assert_eq!(things[0].name, "First_a~2.mp3");
    assert_eq!(things[1].name, "First_a.mp3");
    assert_eq!(things.iter().map(|thing| thing.references).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_deleted_twin_comes_back_with_its_own_bytes() {
    let bench = Bench::with_twins().await;
    let things = bench.things(Place::Everything).await;
    bench.library.delete_items(&[things[1].id]).await.unwrap();
    let album = TagValues { album: Some("Own".into()), ..TagValues::default() };
    edit(&bench, things[0].id, &album).await;
    bench.library.settle_files().await;
    assert_eq!(bench.names(), ["First_a~2.mp3"]);
    bench.library.restore_items(&[things[1].id]).await.unwrap();
    assert_eq!(fs::read(bench.root.join("First_a.mp3")).unwrap(), b"the same bytes");
}

#[tokio::test]
async fn what_cannot_be_changed_is_refused_in_words() {
    let (bench, id) = with_one().await;
    for values in [titled(" "), TagValues { date: Some("soon".into()), ..TagValues::default() }] {
        let refused = bench.library.claim_edit(id, &values).await.unwrap_err();
        assert!(matches!(refused, LibraryError::Invalid(_)), "{refused}");
    }
    let _held = claim(&bench, id, &titled("Other")).await;
    let refused = bench.library.claim_edit(id, &titled("Third")).await.unwrap_err();
    assert!(matches!(refused, LibraryError::Busy(_)), "{refused}");
    bench.library.delete_items(&[id]).await.unwrap();
    let refused = bench.library.claim_edit(id, &titled("Other")).await.unwrap_err();
    assert!(refused.to_string().contains("“First” is deleted: restore it first"), "{refused}");
    let nobody = LibraryItemId(99);
    let refused = bench.library.claim_edit(nobody, &titled("Other")).await.unwrap_err();
    assert!(matches!(refused, LibraryError::NotFound(_)), "{refused}");
}

#[tokio::test]
async fn a_kill_before_the_rename_leaves_the_old_file_and_the_old_rows() {
    let (bench, id) = with_one().await;
    let revision = claim(&bench, id, &titled("Other")).await;
    made(&bench, &revision);
    let bench = bench.after_kill().await;
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert_eq!(bench.find("first").await, ["First"]);
    edit(&bench, id, &titled("Other")).await;
    assert_eq!(bench.find("other").await, ["Other"]);
}

#[tokio::test]
async fn a_kill_after_the_rename_leaves_the_new_file_and_the_new_rows() {
    for (values, name) in [(titled("Other"), "Other_a.mp3"), (album("Own"), "First_a.mp3")] {
        let (bench, id) = with_one().await;
        let revision = claim(&bench, id, &values).await;
        let output = made(&bench, &revision);
        // The rows are refused after the file has its name.
        bench.refuse_rows().await;
        bench.library.commit(&revision.claimed, vec![output.clone()]).await.unwrap_err();
        bench.accept_rows().await;
        let bench = bench.after_kill().await;
        assert_eq!(bench.names(), [name]);
        let thing = bench.things(Place::Everything).await.remove(0);
        assert_eq!(thing.name, name);
        assert_eq!(thing.title, revision.claimed.edited("").title);
        assert_eq!(bench.library.show(id).await.unwrap().sha256, output.sealed.sha256);
        assert!(bench.library.claim_edit(id, &values).await.unwrap().is_none());
    }
}

fn album(album: &str) -> TagValues {
    TagValues { album: Some(album.into()), ..TagValues::default() }
}

#[tokio::test]
async fn a_file_that_is_changed_while_it_is_read_again_is_not_taken_for_a_rotten_one() {
    let (bench, id) = with_one().await;
    let recorded = bench.library.recorded(0, 1).await.unwrap().remove(0);
    assert!(bench.library.is_still(&recorded).await.unwrap());
    let revision = claim(&bench, id, &album("Own")).await;
    assert!(!bench.library.is_still(&recorded).await.unwrap(), "it is being changed");
    let output = made(&bench, &revision);
    bench.library.commit(&revision.claimed, vec![output]).await.unwrap();
    assert!(!bench.library.is_still(&recorded).await.unwrap(), "it was changed");
}

#[tokio::test]
async fn a_lost_file_that_comes_again_says_what_the_person_said() {
    let (bench, id) = with_one().await;
    edit(&bench, id, &titled("Other")).await;
    fs::remove_file(bench.root.join("Other_a.mp3")).unwrap();
    let again = bench.job("two").await;
    let added = bench.add(again, &[song("a", "First")]).await;
    assert!(bench.library.want_again(&added.suspects[0]).await.unwrap());
    let claimed = bench.claim().await.remove(0);
    assert_eq!(claimed.edited("").title, "Other");
    let output = bench.sealed(&claimed, b"fetched again");
    bench.library.commit(&claimed, vec![output]).await.unwrap();
    assert_eq!(bench.find("other").await, ["Other"]);
}

#[tokio::test]
async fn rows_alone_follow_where_a_file_carries_no_tags() {
    let (bench, id) = with_one().await;
    let revision = claim(&bench, id, &titled("Other")).await;
    bench.library.edit_rows(&revision).await.unwrap();
    assert_eq!(bench.find("other").await, ["Other"]);
    assert_eq!(bench.names(), ["First_a.mp3"]);
    assert!(bench.library.claim_edit(id, &titled("Third")).await.unwrap().is_some());
}
