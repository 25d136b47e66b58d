//! Records of producer.ai as items.

mod scripted;

use proptest::prelude::*;
use protocol::{Asset, Fetch, RemoteItem, Source, Variant};
use providers::{Lister, refresh};
use scripted::*;
use serde_json::{Value, json};

const PUBLIC: &str = "https://storage.googleapis.com/corpusant-app-public/riffs/user-1";

fn record() -> Value {
    json!({
        "id": "0d9c2f52-0001",
        "title": "Nuit d’été",
        "lyrics": "line one\nline two",
        "lyrics_timestamped": {"words": [
            {"start": 2.5, "end": 3.0, "text": "line", "line_index": 0},
            {"start": 3.0, "end": 3.5, "text": "one", "line_index": 0},
        ]},
        "sound": "warm pads",
        "seed": 9_007_199_254_740_993_u64,
        "model_display_name": "FUZZ-2.0",
        "conditions": [{"prompt": "slow"}, {"lyrics": "x"}, {"prompt": "french"}],
        "created_at": "2025-11-02T10:11:12.345Z",
        "author_id": "user-1",
        "duration_s": 183.25,
        "audio_url": format!("{PUBLIC}/audio/0d9c2f52-0001.m4a"),
        "image_url": format!("{PUBLIC}/image/0d9c2f52-0001.jpg"),
        "is_favorite": true,
        "something_new": {"kept": [1, 2]},
    })
}

fn items(records: &[Value], formats: &[Variant]) -> Vec<RemoteItem> {
    let transport = Scripted::new(Source::Producer, |_, request| {
        let shown = &records[parameter(request, "offset").min(records.len())..];
        json_answer(&json!({ "generations": shown }))
    });
    let mut lister = Lister::new(Source::Producer, account(), formats.to_vec());
    run(lister.next_page(&transport)).expect("a page").unwrap_or_default()
}

fn item(record: Value, formats: &[Variant]) -> RemoteItem {
    items(&[record], formats).remove(0)
}

fn fetches(item: &RemoteItem) -> Vec<(Variant, Fetch)> {
    item.assets.iter().map(|Asset { variant, fetch }| (*variant, fetch.clone())).collect()
}

#[test]
fn the_list_is_asked_for_as_the_site_does() {
    let transport = Scripted::new(Source::Producer, |_, request| generations(&songs(3), request));
    let mut lister = Lister::new(Source::Producer, account(), vec![]);
    read_all(&mut lister, &transport).expect("the list");
    assert_eq!(transport.paths()[0], "/__api/v2/users/user-1/generations?offset=0&limit=20");
}

#[test]
fn a_full_record_becomes_a_full_item_and_is_kept_whole() {
    let item = item(record(), &[]);
    let metadata = &item.metadata;
    assert_eq!(
        (item.source, &*item.source_id, &*item.title),
        (Source::Producer, "0d9c2f52-0001", "Nuit d’été")
    );
    assert_eq!(metadata.artist.as_deref(), Some("Ada"));
    assert_eq!(metadata.created_at.as_deref(), Some("2025-11-02T10:11:12.345Z"));
    assert_eq!(metadata.duration_s, Some(183.25));
    assert_eq!(metadata.lyrics.as_deref(), Some("line one\nline two"));
    assert_eq!(metadata.lyrics_timing, [(2.5, "line one".to_owned())]);
    assert_eq!(metadata.prompt.as_deref(), Some("slow\nfrench"));
    assert_eq!(metadata.model.as_deref(), Some("FUZZ-2.0"));
    assert_eq!(metadata.seed.as_deref(), Some("9007199254740993"), "more than 53 bits");
    assert_eq!(metadata.image_url, Some(format!("{PUBLIC}/image/0d9c2f52-0001.jpg")));
    assert!(metadata.favorite);
    assert_eq!(metadata.page_url.as_deref(), Some("https://www.producer.ai/song/0d9c2f52-0001"));
    assert_eq!(item.raw, record());
}

#[test]
fn a_record_with_nothing_but_an_id_is_an_item() {
    let item = item(json!({"id": "x"}), Variant::OF_SONGS);
    assert_eq!(
        (&*item.title, item.metadata.duration_s, item.metadata.prompt.as_ref()),
        ("", None, None)
    );
    assert_eq!(item.assets.len(), 4);
}

#[test]
fn each_format_is_had_in_its_way() {
    let api = |path: &str| Fetch::Api { url: format!("https://www.producer.ai/__api/{path}") };
    let id = "0d9c2f52-0001";
    assert_eq!(
        fetches(&item(record(), Variant::OF_SONGS)),
        [
            (Variant::Mp3, api(&format!("{id}/download?format=mp3"))),
            (Variant::Wav, api(&format!("{id}/download?format=wav"))),
            (Variant::M4a, Fetch::Direct { url: format!("{PUBLIC}/audio/{id}.m4a") }),
            (
                Variant::Stems,
                Fetch::StemBundle { url: format!("https://www.producer.ai/__api/stems/{id}") }
            ),
        ]
    );
}

#[test]
fn without_a_public_address_the_site_is_asked() {
    let own = "https://www.producer.ai/files/x.m4a";
    for (audio_url, url) in [
        (json!(null), "https://www.producer.ai/__api/x/download?format=m4a"),
        (json!("http://example.org/x.m4a"), "https://www.producer.ai/__api/x/download?format=m4a"),
        (json!("https://"), "https://www.producer.ai/__api/x/download?format=m4a"),
        (json!(7), "https://www.producer.ai/__api/x/download?format=m4a"),
        (json!(own), own),
    ] {
        let item = item(json!({"id": "x", "audio_url": audio_url}), &[Variant::M4a]);
        assert_eq!(item.assets[0].fetch, Fetch::Api { url: url.into() });
    }
}

#[test]
fn an_address_that_only_looks_like_the_sites_gets_no_credentials() {
    for url in [
        "https://www.producer.ai.example.org/x",
        "https://www.producer.ai@example.org/x",
        "https://www.producer.ai:444/x",
    ] {
        let item = item(json!({"id": "x", "audio_url": url}), &[Variant::M4a]);
        assert_eq!(item.assets[0].fetch, Fetch::Direct { url: url.into() });
    }
}

#[test]
fn long_texts_are_cut_at_a_character() {
    let record = json!({"id": "x", "title": "é".repeat(2_000), "lyrics": "語".repeat(200_000), "sound": "ü".repeat(50_000)});
    let item = item(record, &[]);
    let length = |text: &Option<String>| text.as_ref().map(|text| text.chars().count());
    assert_eq!(item.title.chars().count(), 1_000);
    assert_eq!(length(&item.metadata.lyrics), Some(100_000));
    assert_eq!(length(&item.metadata.prompt), Some(20_000));
}

#[test]
fn what_is_not_a_date_or_a_length_is_absent() {
    for record in [
        json!({"id": "x", "created_at": "yesterday", "duration_s": -3}),
        json!({"id": "x", "created_at": 1_700_000_000, "duration_s": "long"}),
        json!({"id": "x", "created_at": "2025", "duration_s": [1]}),
    ] {
        let metadata = item(record, &[]).metadata;
        assert_eq!((metadata.created_at, metadata.duration_s), (None, None));
    }
}

#[test]
fn an_address_or_an_id_does_not_stand_as_artist() {
    for name in ["user-1", "ada@example.org", " "] {
        let transport =
            Scripted::new(Source::Producer, |_, request| generations(&songs(1), request));
        let account = protocol::Account { id: "user-1".into(), name: name.into() };
        let mut lister = Lister::new(Source::Producer, account, vec![]);
        let page = run(lister.next_page(&transport)).expect("a page").expect("songs");
        assert_eq!(page[0].metadata.artist, None);
    }
}

#[test]
fn items_are_found_again_by_walking_the_list() {
    let list = songs(100);
    let transport = Scripted::new(Source::Producer, |_, request| generations(&list, request));
    let ids = ["song-95", "song-70", "gone"].map(str::to_owned);
    let again = run(refresh(Source::Producer, &transport, account(), &ids[..2])).expect("found");
    assert_eq!(
        again.iter().map(|item| &*item.source_id).collect::<Vec<_>>(),
        ["song-95", "song-70"]
    );
    assert_eq!(again[0].assets.len(), 4);
    assert_eq!(transport.requests.borrow().len(), 2, "no further than needed");
    let again = run(refresh(Source::Producer, &transport, account(), &ids)).expect("the list ends");
    assert_eq!(again.len(), 2);
}

/// Any JSON, with the names that records have.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "https://[a-z./:@]{0,12}".prop_map(Value::from),
        Just(Value::from("audio__split_stems")),
    ];
    let name = prop::sample::select(vec![
        "id",
        "title",
        "lyrics",
        "lyrics_timing",
        "value",
        "text",
        "start",
        "seed",
        "conditions",
        "prompt",
        "created_at",
        "duration",
        "duration_s",
        "audio_url",
        "wav_url",
        "operation",
        "op_type",
        "stems",
        "clip_id",
        "stem_type",
        "source_clip_id",
        "author",
        "username",
        "is_favorite",
        "lines",
    ]);
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(name.clone().prop_map(str::to_owned), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_record_becomes_an_item_or_an_error(mut record in any_json(), keep_id: bool) {
        if let (false, Some(fields)) = (keep_id, record.as_object_mut()) {
            fields.insert("id".into(), "x".into());
        }
        for source in Source::SITES {
            let name = if *source == Source::Producer { "generations" } else { "clips" };
            let transport = Scripted::new(*source, |_, request| match request.body {
                Some(_) => json_answer(&json!({ "clips": { "x": record } })),
                None => json_answer(&json!({ name: [record] })),
            });
            let mut lister = Lister::new(*source, account(), Variant::OF_SONGS.to_vec());
            if let Ok(Some(items)) = run(lister.next_page(&transport)) {
                prop_assert_eq!(items.len(), 1);
                prop_assert_eq!(items[0].raw.get("id"), record.get("id"));
            }
        }
    }
}
