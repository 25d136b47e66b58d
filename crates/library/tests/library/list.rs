//! Looking for things and arranging them.

use crate::support::{Bench, song};
use protocol::shelf::{ChangeFolder, FileItems, LibraryQuery, MarkItems, NewFolder, Place, SortBy};
use protocol::smart::{ChangeSmartFolder, NewSmartFolder};
use protocol::{FolderId, LibraryItemId, RemoteItem};

fn by(artist: &str, year: &str, mut song: RemoteItem) -> RemoteItem {
    song.metadata.artist = Some(artist.into());
    song.metadata.created_at = Some(format!("{year}-03-01T10:00:00Z"));
    song
}

async fn with_four() -> Bench {
    let bench = Bench::new().await;
    let job = bench.job("one").await;
    let mut hymn = by("Zoë", "2024", song("d", "Hymne à la nuit"));
    hymn.metadata.lyrics = Some("Dans la forêt profonde".into());
    let songs = [
        by("Ana", "2025", song("a", "Été")),
        by("Ben", "2024", song("b", "Autumn rain")),
        by("ana", "2026", song("c", "winter")),
        hymn,
    ];
    bench.add(job, &songs).await;
    bench.bring_all().await;
    bench
}

async fn titles(bench: &Bench, query: LibraryQuery) -> Vec<String> {
    let page = bench.library.list_library(&LibraryQuery { limit: 100, ..query }).await.unwrap();
    assert_eq!(page.total, page.items.len() as u64);
    page.items.into_iter().map(|item| item.title).collect()
}

#[tokio::test]
async fn words_are_found_by_their_beginnings_without_accents_or_case() {
    let bench = with_four().await;
    assert_eq!(bench.find("ete").await, ["Été"]);
    assert_eq!(bench.find("RAI aut").await, ["Autumn rain"]);
    assert_eq!(bench.find("foret").await, ["Hymne à la nuit"], "lyrics");
    assert_eq!(bench.find("zoe").await, ["Hymne à la nuit"], "artist");
    assert_eq!(bench.find("producer").await.len(), 4, "source");
    assert!(bench.find("autumn snow").await.is_empty(), "all words must be there");
    assert_eq!(bench.find("\" OR * -").await, Vec::<String>::new());
}

#[tokio::test]
async fn lyrics_that_came_later_are_found() {
    let bench = with_four().await;
    let mut changed = by("Ben", "2024", song("b", "Autumn rain"));
    changed.metadata.lyrics = Some("drizzle".into());
    let job = bench.job("two").await;
    bench.add(job, &[changed]).await;
    assert_eq!(bench.find("drizzle").await, ["Autumn rain"]);
}

#[tokio::test]
async fn every_order_goes_both_ways() {
    let bench = with_four().await;
    let sorted = |sort, descending| LibraryQuery { sort, descending, ..LibraryQuery::default() };
    let forwards = titles(&bench, sorted(SortBy::Title, false)).await;
    assert_eq!(forwards, ["Autumn rain", "Été", "Hymne à la nuit", "winter"]);
    for sort in [SortBy::Added, SortBy::Title, SortBy::Artist, SortBy::Duration, SortBy::Size] {
        let mut backwards = titles(&bench, sorted(sort, true)).await;
        backwards.reverse();
        assert_eq!(titles(&bench, sorted(sort, false)).await, backwards, "{sort:?}");
    }
}

#[tokio::test]
async fn facets_count_what_matches_and_filters_follow_them() {
    let bench = with_four().await;
    let facets = bench.library.facets(&LibraryQuery::default()).await.unwrap();
    assert_eq!(facets.years, [(2026, 1), (2025, 1), (2024, 2)]);
    assert_eq!(facets.variants, [(protocol::Variant::Mp3, 4)]);
    let of_2024 = LibraryQuery { year: Some(2024), ..LibraryQuery::default() };
    assert_eq!(titles(&bench, of_2024).await.len(), 2);
    let of_2024 = LibraryQuery { year: Some(2024), ..LibraryQuery::default() };
    let facets = bench.library.facets(&of_2024).await.unwrap();
    assert_eq!(facets.variants, [(protocol::Variant::Mp3, 2)]);
    assert_eq!(facets.years.len(), 3, "another year can be chosen instead");
    let words = LibraryQuery { text: "an".into(), ..LibraryQuery::default() };
    assert_eq!(bench.library.facets(&words).await.unwrap().years, [(2026, 1), (2025, 1)]);
}

#[tokio::test]
async fn pages_follow_one_another() {
    let bench = with_four().await;
    let mut seen = Vec::new();
    for offset in 0..4 {
        let query = LibraryQuery { sort: SortBy::Title, offset, limit: 1, ..Default::default() };
        let page = bench.library.list_library(&query).await.unwrap();
        assert_eq!(page.total, 4);
        seen.extend(page.items.into_iter().map(|item| item.title));
    }
    assert_eq!(seen, ["Autumn rain", "Été", "Hymne à la nuit", "winter"]);
}

#[tokio::test]
async fn folders_make_a_tree_and_hold_things() {
    let bench = with_four().await;
    let library = &bench.library;
    let add = |parent: Option<FolderId>, name: &str| NewFolder { parent, name: name.into() };
    let top = library.add_folder(&add(None, "Moods")).await.unwrap();
    let below = library.add_folder(&add(Some(top.id), "Calm")).await.unwrap();
    assert!(library.add_folder(&add(None, "Moods")).await.is_err(), "taken");
    assert!(library.add_folder(&add(None, " \n")).await.is_err(), "empty");
    assert!(library.add_folder(&add(Some(FolderId(99)), "x")).await.is_err(), "no such parent");

    let ids: Vec<LibraryItemId> =
        bench.things(Place::Everything).await.iter().map(|item| item.id).collect();
    let moved = FileItems { items: ids[..2].to_vec(), folder: Some(below.id) };
    assert_eq!(library.file_items(&moved).await.unwrap().items, 2);
    assert_eq!(bench.things(Place::Folder(below.id)).await.len(), 2);
    assert_eq!(bench.things(Place::Folder(top.id)).await.len(), 0);
    assert_eq!(bench.things(Place::Unfiled).await.len(), 2);

    let inside = ChangeFolder { folder: top.id, parent: Some(below.id), name: "Moods".into() };
    assert!(library.change_folder(&inside).await.is_err(), "inside itself");
    let renamed = ChangeFolder { folder: below.id, parent: None, name: "Quiet".into() };
    assert_eq!(library.change_folder(&renamed).await.unwrap().items, 2);
    let names: Vec<_> =
        library.folders().await.unwrap().into_iter().map(|one| (one.name, one.parent)).collect();
    assert_eq!(names, [("Moods".into(), None), ("Quiet".into(), None)]);
}

#[tokio::test]
async fn what_was_in_a_removed_folder_moves_up() {
    let bench = with_four().await;
    let library = &bench.library;
    let add = |parent: Option<FolderId>, name: &str| NewFolder { parent, name: name.into() };
    let top = library.add_folder(&add(None, "A")).await.unwrap();
    let middle = library.add_folder(&add(Some(top.id), "B")).await.unwrap();
    let low = library.add_folder(&add(Some(middle.id), "B")).await.unwrap();
    let id = bench.things(Place::Everything).await[0].id;
    library.file_items(&FileItems { items: vec![id], folder: Some(middle.id) }).await.unwrap();
    library.remove_folder(middle.id).await.unwrap();
    assert_eq!(bench.things(Place::Folder(top.id)).await[0].id, id);
    let left = library.folders().await.unwrap();
    assert_eq!(left.len(), 2);
    assert_eq!((left[1].id, left[1].parent), (low.id, Some(top.id)));
    library.remove_folder(top.id).await.unwrap();
    assert_eq!(bench.things(Place::Unfiled).await.len(), 4);
    assert!(library.remove_folder(top.id).await.is_err(), "gone already");
}

#[tokio::test]
async fn a_thing_shows_all_that_is_known_and_the_figures_add_up() {
    let bench = with_four().await;
    let all = bench.things(Place::Everything).await;
    let shown = bench.library.show(all[3].id).await.unwrap();
    assert_eq!(shown.item, all[3]);
    assert_eq!(shown.lyrics.as_deref(), Some("Dans la forêt profonde"));
    assert!(shown.raw.contains("Hymne"));
    assert_eq!(shown.sha256.len(), 64);
    assert!(bench.library.show(LibraryItemId(99)).await.is_err());

    bench.library.delete_items(&[all[0].id]).await.unwrap();
    let stats = bench.library.stats().await.unwrap();
    assert_eq!((stats.items, stats.files, stats.bytes, stats.duration_ms), (3, 3, 3, 3000));
    assert_eq!((stats.deleted, stats.deleted_bytes), (1, 1));
}

#[tokio::test]
async fn a_lost_file_that_is_fetched_again_keeps_its_folder_and_its_mark() {
    let bench = with_four().await;
    let library = &bench.library;
    let folder = library.add_folder(&NewFolder { parent: None, name: "A".into() }).await.unwrap();
    let thing = bench.things(Place::Everything).await.remove(1);
    let file = FileItems { items: vec![thing.id], folder: Some(folder.id) };
    library.file_items(&file).await.unwrap();
    library.mark_items(&MarkItems { items: vec![thing.id], favorite: true }).await.unwrap();
    std::fs::remove_file(bench.root.join(&thing.name)).unwrap();
    let job = bench.job("two").await;
    let added = bench.add(job, &[by("Ben", "2024", song("b", "Autumn rain"))]).await;
    assert!(library.want_again(&added.suspects[0]).await.unwrap());
    assert_eq!(bench.things(Place::Folder(folder.id)).await.len(), 0);
    bench.bring_all().await;
    let back = bench.things(Place::Folder(folder.id)).await.remove(0);
    assert_eq!((back.title.as_str(), back.favorite), ("Autumn rain", true));
    assert_eq!(bench.find("autumn").await.len(), 1);
}

#[tokio::test]
async fn kept_searches_find_anew_each_time() {
    let bench = with_four().await;
    let library = &bench.library;
    let query = LibraryQuery {
        text: "an".into(),
        sort: SortBy::Title,
        offset: 5,
        limit: 9,
        ..LibraryQuery::default()
    };
    let new = NewSmartFolder { name: " By Ana ".into(), query };
    let kept = library.add_smart_folder(&new).await.unwrap();
    assert_eq!((kept.name.as_str(), kept.items), ("By Ana", 2));
    assert_eq!((kept.query.offset, kept.query.limit), (0, 0));
    assert_eq!(titles(&bench, kept.query.clone()).await, ["Été", "winter"]);
    assert!(library.add_smart_folder(&new).await.is_err(), "taken");
    let id = bench.things(Place::Everything).await[0].id;
    library.delete_items(&[id]).await.unwrap();
    assert_eq!(library.smart_folders().await.unwrap()[0].items, 1);
    let favorites = LibraryQuery { place: Place::Favorites, ..LibraryQuery::default() };
    let change = ChangeSmartFolder { folder: kept.id, name: "Best".into(), query: favorites };
    let changed = library.change_smart_folder(&change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.items), ("Best", 0));
    library.remove_smart_folder(kept.id).await.unwrap();
    assert!(library.remove_smart_folder(kept.id).await.is_err());
    assert!(library.change_smart_folder(&change).await.is_err());
    assert!(library.smart_folders().await.unwrap().is_empty());
}
