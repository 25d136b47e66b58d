//! What answers mean: data, try again, sign in again, a protection, or a site that has changed.

mod scripted;

use proptest::prelude::*;
use protocol::{Account, ErrorBody, ErrorCode, Source, Variant};
use providers::{Lister, Response, whoami};
use scripted::*;
use serde_json::json;

const CHALLENGE: &str =
    "<!DOCTYPE html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x>";
const SIGN_IN: &str =
    "<html><title>Sign in – Producer</title><form><input type=\"password\"></form>";

fn me(
    source: Source,
    answers: impl Fn(usize) -> Answer,
) -> (Result<Account, ErrorBody>, Vec<u64>, u32) {
    let transport = Scripted::new(source, |number, _| answers(number));
    let account = run(whoami(source, &transport));
    (account, transport.slept.take(), transport.renewals.get())
}

fn ada() -> Answer {
    json_answer(&json!({"id": "user-1", "username": "Ada"}))
}

#[test]
fn the_account_has_an_id_and_a_name() {
    for answer in [
        json!({"id": "user-1", "username": "Ada", "email": "ada@example.org"}),
        json!({"user": {"id": "user-1", "display_name": "Ada"}}),
        json!({"data": {"id": "user-1", "name": "Ada"}}),
    ] {
        assert_eq!(me(Source::Producer, |_| json_answer(&answer)).0, Ok(account()), "{answer}");
    }
}

#[test]
fn a_name_is_looked_up_where_the_site_keeps_names() {
    for names in [json!({"usernames": {"user-1": "Ada"}}), json!({"user-1": {"username": "Ada"}})] {
        let transport = Scripted::new(Source::Flowmusic, |number, _| match number {
            0 => json_answer(&json!({"id": "user-1", "email": "ada@example.org"})),
            _ => json_answer(&names),
        });
        assert_eq!(run(whoami(Source::Flowmusic, &transport)), Ok(account()));
        assert_eq!(transport.paths(), ["/__api/users/me", "/__api/usernames/get"]);
        let body = transport.requests.borrow()[1].body.clone();
        assert_eq!(body.as_deref(), Some(r#"{"user_ids":["user-1"]}"#));
    }
}

#[test]
fn without_a_name_the_address_and_then_the_id_stand_in() {
    let name = |user: serde_json::Value| {
        let account =
            me(
                Source::Flowmusic,
                |number| if number == 0 { json_answer(&user) } else { status(422) },
            )
            .0;
        account.expect("somebody is signed in").name
    };
    assert_eq!(name(json!({"id": "user-1", "email": "ada@example.org"})), "ada@example.org");
    assert_eq!(name(json!({"id": "user-1", "name": "  "})), "user-1");
}

#[test]
fn a_name_is_not_waited_for() {
    let transport = Scripted::new(Source::Flowmusic, |number, _| {
        if number == 0 { json_answer(&json!({"id": "user-1"})) } else { status(503) }
    });
    assert_eq!(run(whoami(Source::Flowmusic, &transport)).expect("an account").name, "user-1");
    assert!(transport.slept.borrow().is_empty());
}

#[test]
fn nobody_is_signed_in_when_the_site_answers_null() {
    for answer in [json!(null), json!({"user": null})] {
        for source in Source::SITES {
            let error = me(*source, |_| json_answer(&answer)).0.expect_err("nobody");
            assert_eq!(error.code, ErrorCode::SignedOut);
            assert_eq!(error.params["site"], source.title());
        }
    }
}

#[test]
fn a_token_of_somebody_else_is_noticed() {
    let transport = Scripted::new(Source::Flowmusic, |_, _| ada());
    transport.account_id.replace("user-2".into());
    let error = run(whoami(Source::Flowmusic, &transport)).expect_err("two people");
    assert_eq!(error.code, ErrorCode::OtherAccount);
    assert_eq!((&*error.params["expected"], &*error.params["found"]), ("user-2", "user-1"));
}

#[test]
fn a_list_is_never_read_with_the_session_of_another_account() {
    let transport = Scripted::new(Source::Flowmusic, |_, _| unreachable!("no request is made"));
    transport.account_id.replace("user-2".into());
    let mut lister = Lister::new(Source::Flowmusic, account(), vec![Variant::Mp3]);
    let error = run(lister.next_page(&transport)).expect_err("two people");
    assert_eq!(error.code, ErrorCode::OtherAccount);
}

#[test]
fn requests_carry_the_token_and_never_show_it() {
    let transport = Scripted::new(Source::Producer, |_, _| ada());
    run(whoami(Source::Producer, &transport)).expect("an account");
    let request = &transport.requests.borrow()[0];
    assert_eq!(request.url, "https://www.producer.ai/__api/v2/users/me");
    assert!(request.headers.contains(&("Authorization".into(), "Bearer token".into())));
    let shown = format!("{request:?}");
    assert!(shown.contains("Authorization") && !shown.contains("token"), "{shown}");
}

#[test]
fn temporary_errors_are_tried_again_with_growing_waits() {
    // I10
    let unreachable = || Err(ErrorBody::new(ErrorCode::Unreachable));
    for fault in [
        || status(408),
        || status(429),
        || status(500),
        || status(503),
        || status(504),
        unreachable,
    ] {
        let (account, slept, _) =
            me(Source::Producer, |number| if number < 3 { fault() } else { ada() });
        assert!(account.is_ok());
        assert_eq!(slept, [1_000, 2_000, 4_000]);
    }
}

#[test]
fn temporary_errors_that_stay_are_reported() {
    for (code, expected) in [(429, ErrorCode::RateLimited), (502, ErrorCode::ServerError)] {
        let (account, slept, _) = me(Source::Producer, |_| status(code));
        let error = account.expect_err("never better");
        assert_eq!(error.code, expected);
        assert_eq!(error.params["host"], "www.producer.ai");
        assert_eq!(slept.len(), 4);
    }
}

#[test]
fn retry_after_is_obeyed() {
    // I10
    let after = |value: &str| {
        let limited =
            Response { status: 429, retry_after: Some(value.into()), ..Response::default() };
        let (account, slept, _) =
            me(Source::Producer, |number| if number == 0 { Ok(limited.clone()) } else { ada() });
        (account.map_err(|error| error.code), slept)
    };
    assert_eq!(after("7"), (Ok(account()), vec![7_000]));
    assert_eq!(after("0"), (Ok(account()), vec![1_000]));
    assert_eq!(after("Wed, 21 Oct 2026 07:28:00 GMT"), (Ok(account()), vec![15_000]));
    assert_eq!(after("86400"), (Err(ErrorCode::RateLimited), vec![]));
    assert_eq!(after("99999999999999999999"), (Err(ErrorCode::RateLimited), vec![]));
}

#[test]
fn a_refused_session_is_read_again_once() {
    let transport = Scripted::new(Source::Flowmusic, |_, request| {
        let fresh = request.headers.contains(&("Authorization".into(), "Bearer fresh".into()));
        if fresh { ada() } else { status(401) }
    });
    transport.bearers.replace(vec!["stale", "fresh"]);
    assert_eq!(run(whoami(Source::Flowmusic, &transport)), Ok(account()));
    assert_eq!(transport.renewals.get(), 1);
}

#[test]
fn a_session_refused_twice_has_expired() {
    let (account, slept, renewals) = me(Source::Flowmusic, |_| status(401));
    assert_eq!(account.expect_err("expired").code, ErrorCode::SessionExpired);
    assert_eq!((slept.len(), renewals), (0, 1));
}

#[test]
fn a_protection_page_is_neither_data_nor_a_sign_out() {
    let mitigated = Response { status: 403, cf_mitigated: true, ..Response::default() };
    for answer in [page(200, CHALLENGE), page(403, CHALLENGE), page(503, CHALLENGE), Ok(mitigated)]
    {
        let error = me(Source::Producer, |_| answer.clone()).0.expect_err("a challenge");
        assert_eq!(error.code, ErrorCode::Challenge);
    }
}

#[test]
fn a_song_named_like_a_protection_page_is_data() {
    let (account, ..) = me(Source::Producer, |_| {
        json_answer(&json!({"id": "user-1", "username": "Just a moment", "bio": "<form"}))
    });
    assert_eq!(account.expect("data").name, "Just a moment");
}

#[test]
fn pages_in_place_of_data_are_told_apart() {
    let code = |answer: Answer| me(Source::Producer, |_| answer.clone()).0.expect_err("no data");
    assert_eq!(code(page(200, SIGN_IN)).code, ErrorCode::SignedOut);
    assert_eq!(code(page(403, SIGN_IN)).code, ErrorCode::SignedOut);
    assert_eq!(
        code(Ok(Response { status: 302, ..Response::default() })).code,
        ErrorCode::SignedOut
    );
    let error = code(page(200, "<!doctype html><title>Producer</title><div id=root></div>"));
    assert_eq!(error.code, ErrorCode::SiteChanged);
    assert_eq!(error.params["detail"], "`/__api/v2/users/me` answers with a page in place of data");
}

#[test]
fn a_refusal_is_a_sign_out_only_when_it_says_so() {
    let refusal = |body: &str| {
        let answer =
            Response { status: 403, body: body.as_bytes().to_vec(), ..Response::default() };
        me(Source::Producer, |_| Ok(answer.clone())).0.expect_err("refused").code
    };
    assert_eq!(refusal(r#"{"detail":"Not authenticated"}"#), ErrorCode::SignedOut);
    assert_eq!(refusal(r#"{"detail":"Your plan does not include this"}"#), ErrorCode::Refused);
}

#[test]
fn what_changed_is_named() {
    let detail = |answers: &[(&str, Answer)]| {
        let transport = Scripted::new(Source::Producer, |_, request| {
            let found = answers.iter().find(|(part, _)| request.url.contains(part));
            found.expect("an answer").1.clone()
        });
        let mut lister = Lister::new(Source::Producer, account(), vec![]);
        let signed_in = run(whoami(Source::Producer, &transport));
        let page = signed_in.and_then(|_| run(lister.next_page(&transport)));
        let error = page.expect_err("changed");
        assert_eq!(error.code, ErrorCode::SiteChanged);
        error.params["detail"].clone()
    };
    let list = |value| detail(&[("users/me", ada()), ("generations", value)]);
    assert_eq!(detail(&[("users/me", status(200))]), "`/__api/v2/users/me: id` is missing");
    assert_eq!(detail(&[("users/me", status(404))]), "`/__api/v2/users/me` is gone");
    assert_eq!(list(status(200)), "`generations` is missing");
    assert_eq!(list(json_answer(&json!({"generations": {}}))), "`generations` is not a list");
    assert_eq!(list(json_answer(&json!({"generations": [7]}))), "`generations[]` is not a record");
    assert_eq!(
        list(json_answer(&json!({"generations": [{"title": "x"}]}))),
        "`generations[].id` is missing"
    );
    assert_eq!(
        list(json_answer(&json!({"generations": [{"id": "../x"}]}))),
        "`generations[].id` is not an id"
    );
    let broken =
        Response { status: 200, body: b"{\"generations\": [".to_vec(), ..Response::default() };
    let detail = list(Ok(broken));
    assert!(
        detail.starts_with("`/__api/v2/users/user-1/generations` is not JSON (line 1"),
        "{detail}"
    );
}

#[test]
fn a_huge_page_is_refused() {
    let records: Vec<_> = (0..5_000).map(|number| json!({ "id": number })).collect();
    let transport =
        Scripted::new(Source::Producer, |_, _| json_answer(&json!({ "generations": records })));
    let mut lister = Lister::new(Source::Producer, account(), vec![]);
    let error = run(lister.next_page(&transport)).expect_err("too much");
    assert_eq!(error.params["detail"], "`generations` holds more than was asked for");

    let (account, ..) = me(Source::Producer, |_| {
        Ok(Response { status: 200, body: vec![b' '; 50 << 20], ..Response::default() })
    });
    assert_eq!(account.expect_err("too large").code, ErrorCode::TooLarge);
}

proptest! {
    #[test]
    fn any_answer_at_all_is_judged(status: u16, content_type: String, retry_after: Option<String>, body: Vec<u8>) {
        let answer =
            Response { status, content_type, retry_after, location: None, cf_mitigated: false, body };
        for source in Source::SITES {
            let (account, ..) = me(*source, |_| Ok(answer.clone()));
            prop_assert!(account.is_err() || answer.body.len() > 8);
        }
    }
}
