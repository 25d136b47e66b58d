//! Clips of Google Flow Music as items: songs, and stems as things of their own.

mod scripted;

use protocol::{ErrorCode, Fetch, RemoteItem, Source, Variant};
use providers::{Lister, Request, refresh};
use scripted::*;
use serde_json::{Value, json};

const FILES: &str = "https://storage.googleapis.com/producer-app-public/clips";

fn clip(id: &str) -> Value {
    json!({
        "id": id,
        "author_id": "user-1",
        "op_type": "audio__create_song",
        "title": format!("Title of {id}"),
        "created_at": "2026-04-13T15:58:09.522690Z",
        "duration": {"status": "completed", "value": "154.05866666666665"},
        "lyrics": {"status": "completed", "value": {"id": "55161754", "text": "la la"}},
        "lyrics_timing": {"status": "completed", "value": [{"start": 1.5, "end": 2.0, "text": "la la"}]},
        "is_favorite": true,
        "audio_url": format!("{FILES}/{id}.m4a"),
        "wav_url": format!("{FILES}/{id}.wav"),
        "image_url": "https://storage.googleapis.com/producer-app-public/assets/1.jpg",
        "operation": {"op_type": "audio__create_song", "sound_prompt": "slow waltz", "seed": 42, "model_name": "Lyria 3.5"},
    })
}

fn stem(id: &str, song: &str, name: &str) -> Value {
    json!({
        "id": id,
        "op_type": "audio__split_stems",
        "title": format!("Old title - {name}"),
        "audio_url": format!("{FILES}/{id}.m4a"),
        "wav_url": format!("{FILES}/{id}.wav"),
        "operation": {
            "source_clip_id": song,
            "stems": [{"stem_type": "other", "clip_id": "else"}, {"stem_type": name, "clip_id": id}],
        },
    })
}

/// Answers as the site does from the clips that are listed and those that can be asked for by id.
fn site<'a>(listed: &'a [Value], by_id: &'a [Value]) -> impl FnMut(usize, &Request) -> Answer + 'a {
    move |_, request| {
        let Some(body) = &request.body else {
            let offset = parameter(request, "offset").min(listed.len());
            return json_answer(&json!({ "clips": listed[offset..] }));
        };
        let question: Value = serde_json::from_str(body).expect("JSON");
        let ids = question["clip_ids"].as_array().expect("ids");
        assert!((1..=50).contains(&ids.len()), "{} ids", ids.len());
        let known = by_id.iter().filter(|clip| ids.contains(&clip["id"]));
        let clips: serde_json::Map<_, _> = known
            .map(|clip| (clip["id"].as_str().expect("an id").to_owned(), clip.clone()))
            .collect();
        json_answer(&json!({ "clips": clips }))
    }
}

fn list(
    listed: &[Value],
    by_id: &[Value],
    formats: &[Variant],
) -> (Vec<RemoteItem>, u64, Vec<String>) {
    let transport = Scripted::new(Source::Flowmusic, site(listed, by_id));
    let mut lister = Lister::new(Source::Flowmusic, account(), formats.to_vec());
    let mut items = Vec::new();
    while let Some(page) = run(lister.next_page(&transport)).expect("a page") {
        items.extend(page);
    }
    assert!(lister.listing().complete);
    assert_eq!(lister.listing().unique, listed.len() as u64);
    let songs = lister.songs();
    (items, songs, transport.paths())
}

#[test]
fn the_list_is_asked_for_as_the_site_does() {
    let (_, _, paths) = list(&[clip("a")], &[], &[Variant::Mp3]);
    assert_eq!(
        paths[0],
        "/__api/clips/auth-user?limit=100&offset=0&filter=generations&include_disliked=false"
    );
    assert!(
        paths.iter().all(|path| path.starts_with("/__api/clips/auth-user")),
        "no details are needed: {paths:?}"
    );
}

#[test]
fn a_clip_becomes_an_item_through_its_wrapped_fields() {
    let (items, songs, _) = list(&[clip("a")], &[], &[]);
    let (item, metadata) = (&items[0], &items[0].metadata);
    assert_eq!(songs, 1);
    assert_eq!((&*item.title, metadata.artist.as_deref()), ("Title of a", Some("Ada")));
    assert_eq!(metadata.duration_s, Some(154.05866666666665));
    assert_eq!(metadata.lyrics.as_deref(), Some("la la"));
    assert_eq!(metadata.lyrics_timing, [(1.5, "la la".to_owned())]);
    assert_eq!(metadata.prompt.as_deref(), Some("slow waltz"));
    assert_eq!(metadata.seed.as_deref(), Some("42"));
    assert_eq!(metadata.model.as_deref(), Some("Lyria 3.5"));
    assert_eq!(metadata.page_url.as_deref(), Some("https://www.flowmusic.app/song/a"));
    assert_eq!(item.raw, clip("a"));
}

#[test]
fn fields_still_being_computed_are_absent() {
    let mut record = clip("a");
    for name in ["duration", "lyrics", "lyrics_timing"] {
        record[name] = json!({"status": "not_requested"});
    }
    let metadata = list(&[record], &[], &[]).0.remove(0).metadata;
    assert_eq!(
        (metadata.duration_s, metadata.lyrics, metadata.lyrics_timing),
        (None, None, vec![])
    );
}

#[test]
fn addresses_are_taken_and_a_null_one_is_missing() {
    let mut failed = clip("b");
    failed["audio_url"] = Value::Null;
    failed["wav_url"] = Value::Null;
    let (items, ..) = list(&[clip("a"), failed], &[], Variant::OF_SONGS);
    let direct = |end: &str| Fetch::Direct { url: format!("{FILES}/a.{end}") };
    let mp3 = |id: &str| Fetch::Api {
        url: format!("https://www.flowmusic.app/__api/download/audio/{id}?format=mp3"),
    };
    let fetches =
        |item: &RemoteItem| item.assets.iter().map(|asset| asset.fetch.clone()).collect::<Vec<_>>();
    assert_eq!(fetches(&items[0]), [mp3("a"), direct("wav"), direct("m4a")]);
    assert_eq!(fetches(&items[1]), [mp3("b"), Fetch::Missing, Fetch::Missing]);
}

#[test]
fn stems_are_left_out_unless_wanted() {
    let listed = [stem("v", "a", "vocals"), clip("a")];
    let (items, songs, paths) = list(&listed, &[], &[Variant::Mp3]);
    assert_eq!((items.len(), songs), (1, 1));
    assert_eq!(items[0].source_id, "a");
    assert!(!paths.iter().any(|path| path == "/__api/clips"));
}

#[test]
fn stems_are_things_of_their_own_that_know_their_song() {
    let listed = [stem("v", "a", "vocals"), stem("d", "a", "drums"), clip("a")];
    let (items, songs, _) = list(&listed, &[], &[Variant::Mp3, Variant::Stems]);
    assert_eq!((items.len(), songs), (3, 1));
    let vocals = &items[0];
    assert_eq!(vocals.metadata.stem.as_deref(), Some("vocals"));
    assert_eq!(vocals.metadata.parent_id.as_deref(), Some("a"));
    assert_eq!(vocals.metadata.parent_title.as_deref(), Some("Title of a"));
    assert_eq!(vocals.assets.len(), 1);
    assert_eq!(vocals.assets[0].variant, Variant::Stems);
    assert_eq!(vocals.assets[0].fetch, Fetch::Direct { url: format!("{FILES}/v.m4a") });
    assert_eq!(items[1].metadata.stem.as_deref(), Some("drums"));
    assert_eq!(items[2].metadata.stem, None);
    assert!(items[2].assets.iter().all(|asset| asset.variant == Variant::Mp3));
}

#[test]
fn the_song_of_a_stem_is_asked_for_when_it_is_not_on_the_page() {
    let listed = [stem("v", "a", "vocals"), stem("d", "a", "drums")];
    let (items, _, paths) = list(&listed, &[clip("a")], &[Variant::Stems]);
    assert_eq!(items[1].metadata.parent_title.as_deref(), Some("Title of a"));
    assert_eq!(paths.iter().filter(|path| *path == "/__api/clips").count(), 1);
    // Deleted on the site: the stem's own title has to do.
    let (items, ..) = list(&listed, &[], &[Variant::Stems]);
    assert_eq!(items[0].metadata.parent_title.as_deref(), Some("Old title"));
}

#[test]
fn a_stem_that_nothing_names_has_a_name_still() {
    let bare = |title: &str| json!({"id": "v", "op_type": "audio__split_stems", "title": title, "audio_url": null, "operation": {}});
    let named = |title: &str| {
        let item = list(&[bare(title)], &[], &[Variant::Stems]).0.remove(0);
        assert_eq!(item.assets[0].fetch, Fetch::Missing);
        item.metadata.stem
    };
    assert_eq!(named("Waltz - in A - bass").as_deref(), Some("bass"));
    assert_eq!(named("Waltz").as_deref(), Some("Waltz"));
    assert_eq!(named(" ").as_deref(), Some("stem"));
}

#[test]
fn records_that_lack_fields_are_completed_fifty_at_a_time() {
    let listed: Vec<Value> = (0..120).map(|number| json!({ "id": format!("c{number}") })).collect();
    let by_id: Vec<Value> = (0..119).map(|number| clip(&format!("c{number}"))).collect();
    let (items, songs, paths) = list(&listed, &by_id, &[Variant::M4a]);
    assert_eq!((items.len(), songs), (120, 120));
    assert_eq!(paths.iter().filter(|path| *path == "/__api/clips").count(), 3);
    assert_eq!(items[7].title, "Title of c7");
    assert_eq!(items[7].assets[0].fetch, Fetch::Direct { url: format!("{FILES}/c7.m4a") });
    assert_eq!(items[119].assets[0].fetch, Fetch::Missing, "one that the details do not know");
}

#[test]
fn details_of_another_shape_are_named_and_the_page_is_read_again_later() {
    let listed = [json!({"id": "a"})];
    let by_id = [clip("a")];
    let mut answers = site(&listed, &by_id);
    let mut broken = true;
    let transport = Scripted::new(Source::Flowmusic, |number, request| {
        if request.body.is_some() && std::mem::take(&mut broken) {
            return json_answer(&json!({"items": []}));
        }
        answers(number, request)
    });
    let mut lister = Lister::new(Source::Flowmusic, account(), vec![Variant::M4a]);
    let error = run(lister.next_page(&transport)).expect_err("changed");
    assert_eq!(error.code, ErrorCode::SiteChanged);
    assert_eq!(error.params["detail"], "`/__api/clips: clips` is missing");
    assert_eq!(read_all(&mut lister, &transport).expect("nothing is lost"), ["a"]);
}

#[test]
fn fresh_addresses_are_asked_for_by_id() {
    let mut signed = clip("a");
    signed["audio_url"] =
        json!("https://storage.googleapis.com/x/a.m4a?X-Goog-Expires=60&X-Goog-Signature=2");
    let by_id = [signed, stem("v", "a", "vocals")];
    let transport = Scripted::new(Source::Flowmusic, site(&[], &by_id));
    let ids = ["a", "v", "gone"].map(str::to_owned);
    let items = run(refresh(Source::Flowmusic, &transport, account(), &ids)).expect("fresh");
    assert_eq!(items.iter().map(|item| &*item.source_id).collect::<Vec<_>>(), ["a", "v"]);
    let m4a = items[0].assets.iter().find(|asset| asset.variant == Variant::M4a).expect("an m4a");
    assert!(matches!(&m4a.fetch, Fetch::Direct { url } if url.ends_with("X-Goog-Signature=2")));
    assert_eq!(items[1].metadata.parent_title.as_deref(), Some("Title of a"));
    assert_eq!(transport.paths(), ["/__api/clips"]);
}

#[test]
fn many_fresh_addresses_take_several_questions() {
    let by_id: Vec<Value> = (0..120).map(|number| clip(&format!("c{number}"))).collect();
    let transport = Scripted::new(Source::Flowmusic, site(&[], &by_id));
    let ids: Vec<String> = (0..120).map(|number| format!("c{number}")).collect();
    let items = run(refresh(Source::Flowmusic, &transport, account(), &ids)).expect("fresh");
    assert_eq!(items.len(), 120);
    assert_eq!(transport.requests.borrow().len(), 3);
}
