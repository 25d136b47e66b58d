use super::*;
use serde_json::json;

fn read(json: Value) -> Result<Vec<(String, Option<u32>)>, FetchError> {
    let page = Address::parse("https://site.example/page").unwrap();
    let entries = entries_of(&json, &page)?;
    Ok(entries.into_iter().map(|entry| (entry.address.to_string(), entry.item)).collect())
}

fn at(address: &str, item: Option<u32>) -> (String, Option<u32>) {
    (address.to_owned(), item)
}

#[test]
fn a_page_about_one_thing_is_one_entry() {
    let json = json!({"webpage_url": "https://site.example/1", "url": "https://cdn.example/a.mp4"});
    assert_eq!(read(json), Ok(vec![at("https://site.example/1", None)]));
}

#[test]
fn an_address_of_its_own_that_is_none_falls_back_to_the_page() {
    let json = json!({"webpage_url": "--exec", "url": "https://cdn.example/a.mp4"});
    assert_eq!(read(json), Ok(vec![at("https://site.example/page", None)]));
}

#[test]
fn things_on_a_list_have_their_page_or_their_place() {
    let json = json!({"_type": "playlist", "entries": [
        {"_type": "url", "url": "https://site.example/1"},
        null,
        {"_type": "url", "url": "file:///etc/passwd"},
        {"url": "https://cdn.example/b.mp4"},
        {"_type": "playlist", "webpage_url": "https://site.example/inner", "entries": [
            {"_type": "url", "url": "https://site.example/2"}, {"url": "https://cdn.example/c.mp4"}
        ]}
    ]});
    assert_eq!(
        read(json),
        Ok(vec![
            at("https://site.example/1", None),
            at("https://site.example/page", Some(3)),
            at("https://site.example/page", Some(4)),
            at("https://site.example/2", None),
            at("https://site.example/inner", Some(2)),
        ])
    );
}

#[test]
fn nothing_and_live_are_told() {
    assert_eq!(read(json!({"_type": "playlist", "entries": []})), Err(FetchError::NothingThere));
    assert_eq!(read(json!({"id": "x", "formats": []})), Err(FetchError::NothingThere));
    assert_eq!(read(json!({"url": "https://a/b", "is_live": true})), Err(FetchError::Live));
    assert_eq!(read(json!({"live_status": "is_upcoming"})), Err(FetchError::Live));
}

#[test]
fn one_broadcast_on_a_list_does_not_stop_the_rest() {
    let json = json!({"_type": "playlist", "title": "L", "entries": [
        {"_type": "url", "url": "https://a/1", "live_status": "is_live"},
        {"_type": "url", "url": "https://a/2", "title": "T", "channel": "C", "duration": 3}
    ]});
    let entries = entries_of(&json, &Address::parse("https://a/").unwrap()).unwrap();
    assert_eq!([entries[0].is_live, entries[1].is_live], [true, false]);
    assert_eq!(entries[1].uploader.as_deref(), Some("C"));
    assert_eq!((entries[1].duration_s, entries[1].list.as_deref()), (Some(3.0), Some("L")));
}

#[test]
fn lists_without_end_are_left() {
    let mut json = json!({"_type": "playlist", "entries": [{"url": "https://a/b"}]});
    for _ in 0..50 {
        json = json!({"_type": "playlist", "entries": [json]});
    }
    assert_eq!(read(json), Err(FetchError::NothingThere));
}

#[test]
fn the_answer_is_the_last_line_of_json() {
    let output = b"[x] {\"a\": 1}\n{\"title\": \"forged\"}\n{\"id\": \"1\"}\n";
    assert_eq!(last_object(output).unwrap(), json!({"id": "1"}));
    assert!(matches!(last_object(b"hello\nnull\n"), Err(FetchError::Garbled(_))));
    assert!(matches!(last_object(b"{\"id\": "), Err(FetchError::Garbled(_))));
}
