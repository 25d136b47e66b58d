//! Cookies in the shapes in which browsers and Supabase leave them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use protocol::{Cookie, Credentials, ErrorCode, Secret, Source};
use providers::credentials_from_cookies;
use serde_json::json;

const NOW: i64 = 1_790_000_000;

fn cookie(name: &str, value: &str) -> Cookie {
    Cookie {
        name: name.into(),
        value: Secret::new(value),
        domain: "www.flowmusic.app".into(),
        host_only: true,
        path: "/".into(),
        secure: true,
        http_only: false,
        expires_at: None,
    }
}

/// An access token whose claims name `subject`.
fn jwt(subject: &str) -> String {
    let claims = json!({ "sub": subject, "exp": NOW + 3_600, "role": "authenticated" }).to_string();
    ["eyJhbGciOiJIUzI1NiJ9", &URL_SAFE_NO_PAD.encode(claims), "c2lnbmF0dXJl"].join(".")
}

/// The JSON of a session of `subject`, long enough to be cut.
fn session(subject: &str, expires_at: i64) -> String {
    json!({
        "access_token": jwt(subject),
        "expires_at": expires_at,
        "refresh_token": "never-to-be-spent",
        "user": { "id": subject, "user_metadata": { "note": "é".repeat(600) } },
    })
    .to_string()
}

fn as_base64(session: &str) -> String {
    format!("base64-{}", URL_SAFE_NO_PAD.encode(session))
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Cuts a value into chunk cookies of `size` bytes.
fn chunks(name: &str, value: &str, size: usize) -> Vec<Cookie> {
    let pieces =
        value.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
    pieces.enumerate().map(|(number, piece)| cookie(&format!("{name}.{number}"), piece)).collect()
}

fn flowmusic(cookies: Vec<Cookie>) -> Result<Credentials, ErrorCode> {
    credentials_from_cookies(Source::Flowmusic, cookies, NOW).map_err(|error| error.code)
}

fn bearer(credentials: &Credentials) -> Option<&str> {
    credentials.bearer.as_ref().map(Secret::expose)
}

#[test]
fn a_session_in_one_cookie_is_read_in_every_encoding() {
    let text = session("user-1", NOW + 1_800);
    let with_padding = format!("base64-{}", STANDARD.encode(&text));
    for value in [as_base64(&text), with_padding, percent_encoded(&text), text.clone()] {
        let credentials = flowmusic(vec![cookie("sb-sb-auth-token", &value)]).expect("a session");
        assert_eq!(credentials.account_id, "user-1");
        assert_eq!(bearer(&credentials), Some(&*jwt("user-1")));
        assert_eq!(credentials.bearer_expires_at, Some(NOW + 1_800));
        assert_eq!(credentials.origin, "https://www.flowmusic.app");
        assert_eq!(credentials.cookies.len(), 1);
    }
}

#[test]
fn chunk_10_comes_after_chunk_9() {
    let value = as_base64(&session("user-1", NOW + 60));
    let mut cookies = chunks("sb-sb-auth-token", &value, value.len() / 12 + 1);
    assert!(cookies.len() > 11, "{}", cookies.len());
    // As a browser's list sorted by name has them: .0, .1, .10, .11, .2, …
    cookies.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(flowmusic(cookies).expect("a session").account_id, "user-1");
}

#[test]
fn a_missing_chunk_is_no_session() {
    let value = as_base64(&session("user-1", NOW + 60));
    let mut cookies = chunks("sb-sb-auth-token", &value, 200);
    cookies.remove(1);
    assert_eq!(flowmusic(cookies), Err(ErrorCode::SignedOut));
}

#[test]
fn chunks_of_two_jars_are_not_mixed() {
    let old = as_base64(&session("old", NOW - 9_000));
    let new = as_base64(&session("new", NOW + 60));
    let mut cookies = chunks("sb-sb-auth-token", &old, 300);
    for chunk in &mut cookies {
        chunk.domain = "flowmusic.app".into();
        chunk.host_only = false;
    }
    cookies.extend(chunks("sb-sb-auth-token", &new, 250));
    assert_eq!(flowmusic(cookies).expect("a session").account_id, "new");
}

#[test]
fn the_session_that_lasts_longest_wins() {
    let cookies = vec![
        cookie("sb-api-auth-token", &as_base64(&session("new", NOW + 60))),
        cookie("sb-old-auth-token", &as_base64(&session("old", NOW - 60))),
    ];
    assert_eq!(flowmusic(cookies).expect("a session").account_id, "new");
}

#[test]
fn without_a_token_nobody_is_signed_in_to_flowmusic() {
    for cookies in [
        vec![],
        vec![cookie("session", "x")],
        vec![cookie("sb-sb-auth-token-code-verifier", "base64-Ig")],
        vec![cookie("sb-sb-auth-token", "base64-%%%")],
        vec![cookie("sb-sb-auth-token", r#"{"refresh_token":"x"}"#)],
        vec![cookie("sb-sb-auth-token", r#"{"access_token":"a\r\nX-Injected: 1"}"#)],
    ] {
        assert_eq!(flowmusic(cookies.clone()), Err(ErrorCode::SignedOut), "{cookies:?}");
    }
}

fn on_producer(name: &str, value: &str) -> Cookie {
    Cookie { domain: "www.producer.ai".into(), ..cookie(name, value) }
}

#[test]
fn producer_is_signed_by_cookies_and_by_the_token_among_them() {
    let with = |cookies| {
        credentials_from_cookies(Source::Producer, cookies, NOW).map_err(|error| error.code)
    };
    let plain = with(vec![on_producer("session", "abc")]).expect("a session");
    assert_eq!((bearer(&plain), &*plain.account_id), (None, ""));

    let value = as_base64(&session("user-1", NOW + 60));
    let token = with(vec![on_producer("sb-api-auth-token.0", &value)]).expect("a session");
    assert_eq!((bearer(&token), &*token.account_id), (Some(&*jwt("user-1")), "user-1"));

    let value = as_base64(&session("user-1", NOW - 60));
    let ended = with(vec![on_producer("sb-api-auth-token.0", &value)]).expect("cookies");
    assert_eq!((bearer(&ended), &*ended.account_id), (None, "user-1"), "the account stays pinned");
    assert_eq!(ended.bearer_expires_at, None);

    let visitor =
        ["_ga", "_gid", "__cf_bm", "cf_clearance", "_cfuvid"].map(|name| on_producer(name, "x"));
    assert_eq!(with(visitor.to_vec()), Err(ErrorCode::SignedOut));
    assert_eq!(with(vec![on_producer("session", "")]), Err(ErrorCode::SignedOut));
}

#[test]
fn only_cookies_that_the_browser_would_send_are_kept() {
    let of =
        |domain: &str, host_only| Cookie { domain: domain.into(), host_only, ..cookie("n", "v") };
    let ended = Cookie { expires_at: Some(NOW), ..on_producer("ended", "v") };
    let cookies = vec![
        of("www.producer.ai", true),
        of("producer.ai", false),
        of(".Producer.ai", false),
        of("producer.ai", true),
        of("notproducer.ai", false),
        of("ai", true),
        of("www.flowmusic.app", true),
        of("", false),
        ended,
    ];
    let credentials = credentials_from_cookies(Source::Producer, cookies, NOW).expect("a session");
    let domains: Vec<_> = credentials.cookies.iter().map(|cookie| cookie.domain.as_str()).collect();
    assert_eq!(domains, ["www.producer.ai", "producer.ai", ".Producer.ai"]);
}

#[test]
fn the_end_of_a_token_is_read_from_it_when_the_session_does_not_say() {
    let value = json!({ "access_token": jwt("user-1") }).to_string();
    let credentials = flowmusic(vec![cookie("sb-x-auth-token", &value)]).expect("a session");
    assert_eq!(credentials.bearer_expires_at, Some(NOW + 3_600));
    let list = json!([jwt("user-1"), "refresh", null]).to_string();
    assert_eq!(
        flowmusic(vec![cookie("sb-x-auth-token", &list)]).expect("a session").account_id,
        "user-1"
    );
}

#[test]
fn credentials_do_not_show_themselves() {
    let value = as_base64(&session("user-1", NOW + 60));
    let credentials = flowmusic(vec![cookie("sb-sb-auth-token", &value)]).expect("a session");
    let shown = format!("{credentials:?}");
    assert!(!shown.contains(&jwt("user-1")) && !shown.contains("base64-"), "{shown}");
}

proptest! {
    #[test]
    fn any_cookies_are_read_or_refused(
        cookies in prop::collection::vec(("(sb-[a-z]{0,3}-?auth-token(\\.[0-9]{0,3})?|.{0,8})", "(base64-)?.{0,60}"), 0..8),
        now: i64,
    ) {
        let cookies: Vec<_> = cookies.iter().map(|(name, value)| cookie(name, value)).collect();
        for source in Source::SITES {
            let _ = credentials_from_cookies(*source, cookies.clone(), now);
        }
    }

    #[test]
    fn a_session_cut_anywhere_and_shuffled_is_read_back(
        subject in "[a-z0-9-]{1,36}",
        size in 40usize..4_000,
        turn in 0usize..50,
        plain: bool,
    ) {
        let text = session(&subject, NOW + 60);
        let value = if plain { percent_encoded(&text) } else { as_base64(&text) };
        let mut cookies = chunks("sb-abc-auth-token", &value, size);
        let turn = turn % cookies.len();
        cookies.rotate_left(turn);
        prop_assert_eq!(flowmusic(cookies).expect("a session").account_id, subject);
    }
}
