//! What opens Discogs and its pictures: tokens, keys, the site's sign-in and consent; and the control interface.

mod common;

use common::shelf::{API, Shelf};
use common::{Got, curl};
use serde_json::{Value, json};
use simulator::discogs::Fate;

#[test]
fn every_kind_of_credentials_opens_what_it_should() {
    let shelf = Shelf::new();
    let consumer = shelf.discogs().consumer();
    let token = shelf.discogs().token("demo");
    let ask = |header: &str| {
        let header = format!("Authorization: {header}");
        curl(&shelf.0, &["--header", &header, &format!("{API}/oauth/identity")])
    };
    assert_eq!(ask(&format!("Discogs token={token}")).json()["username"], "demo");
    let application = ask(&format!("Discogs key={}, secret={}", consumer.key, consumer.secret));
    assert_eq!(
        (application.status, application.header("x-discogs-ratelimit").as_deref()),
        (401, Some("60"))
    );
    assert_eq!(application.json()["message"], "You must authenticate to access this resource.");
    for wrong in
        ["Discogs token=wrong", "Discogs key=a, secret=b", "Bearer abc", "OAuth oauth_token=\"a\""]
    {
        let got = ask(wrong);
        assert_eq!(
            (got.status, got.header("x-discogs-ratelimit").as_deref()),
            (401, Some("25")),
            "{wrong}"
        );
        assert!(got.json()["message"].as_str().unwrap().starts_with("Invalid consumer token."));
    }
    assert_eq!(shelf.get(&format!("/oauth/identity?token={token}")).json()["username"], "demo");

    shelf.discogs().expire_tokens_after("demo", 2);
    let statuses: Vec<u16> =
        (0..3).map(|_| ask(&format!("Discogs token={token}")).status).collect();
    assert_eq!(statuses, [200, 200, 401]);
    let next = shelf.discogs().renew_token("demo");
    assert_eq!(ask(&format!("Discogs token={next}")).status, 200);
}

#[test]
fn pictures_need_credentials_and_their_addresses_expire() {
    let shelf = Shelf::new();
    let copies = shelf.account().copies;
    let has_cover = |id: &u32| {
        shelf.discogs().fate(*id) == Some(Fate::Present)
            && shelf.discogs().release(*id).unwrap().sheet.has_cover
    };
    let id = copies.iter().map(|copy| copy.release_id).find(has_cover).unwrap();
    let image = |got: Got| got.json()["images"][0].clone();
    let path = format!("/releases/{id}");
    assert_eq!(image(shelf.get(&path))["uri"], "");
    let address = image(shelf.own(&path))["uri"].as_str().unwrap().to_owned();
    let picture = curl(&shelf.0, &[&address]);
    assert_eq!(
        (picture.status, picture.header("content-type").as_deref()),
        (200, Some("image/jpeg"))
    );
    assert_eq!(picture.body[..2], [0xff, 0xd8]);
    assert_eq!(curl(&shelf.0, &[&address.replace("w:600", "w:900")]).status, 404);
    shelf.discogs().expire_pictures();
    assert_eq!(curl(&shelf.0, &[&address]).status, 404);
}

#[test]
fn the_site_tells_who_is_signed_in_makes_tokens_and_asks_before_it_lets_in() {
    let shelf = Shelf::new();
    let jar = tempfile::NamedTempFile::new().unwrap();
    let jar = jar.path().to_str().unwrap();
    let visit = |path: &str, more: &[&str]| {
        let address = format!("https://www.discogs.com{path}");
        curl(&shelf.0, &[&["--cookie", jar, "--cookie-jar", jar], more, &[&address]].concat())
    };
    assert_eq!(visit("/my", &[]).header("location").as_deref(), Some("/login?return_to=%2Fmy"));
    let sent = visit("/login", &["--data", "username=demo&return_to=/my"]);
    assert_eq!((sent.status, sent.header("location").as_deref()), (303, Some("/my")));
    let page = visit("/my", &[]).text();
    assert!(page.contains("href=\"/user/demo\"") && page.contains("{\"username\":\"demo\"}"));
    let token = shelf.discogs().token("demo");
    assert!(visit("/settings/developers", &[]).text().contains(&token));
    visit("/settings/developers/token", &["--request", "POST"]);
    assert_ne!(shelf.discogs().token("demo"), token);

    let consumer = shelf.discogs().consumer();
    let header = |more: &str| {
        format!(
            "Authorization: OAuth oauth_consumer_key=\"{}\", oauth_nonce=\"1\", oauth_timestamp=\"1\", \
             oauth_signature_method=\"PLAINTEXT\", {more}",
            consumer.key
        )
    };
    let signed = |path: &str, more: String, method: &str| {
        curl(&shelf.0, &["--request", method, "--header", &header(&more), &format!("{API}{path}")])
    };
    let plain = format!("oauth_signature=\"{}&\"", consumer.secret);
    let callback = format!("{plain}, oauth_callback=\"https%3A%2F%2Fexample.com%2Fback\"");
    let asked = signed("/oauth/request_token", callback, "GET").text();
    assert!(asked.ends_with("&oauth_callback_confirmed=true"), "{asked}");
    let request = asked.strip_prefix("oauth_token=").unwrap().split('&').next().unwrap().to_owned();
    assert!(
        visit(&format!("/oauth/authorize?oauth_token={request}"), &[])
            .text()
            .contains("Record Shelf")
    );
    let agreed = visit(
        "/oauth/authorize",
        &["--data", &format!("oauth_token={request}&decision=authorize")],
    );
    let back = agreed.header("location").unwrap();
    let verifier = back
        .strip_prefix(&format!("https://example.com/back?oauth_token={request}&oauth_verifier="))
        .unwrap();
    let with = format!("{plain}, oauth_token=\"{request}\", oauth_verifier=\"{verifier}\"");
    let access = signed("/oauth/access_token", with.clone(), "POST").text();
    let pairs: Vec<&str> = access.split(['=', '&']).collect();
    let [_, token, _, secret] = pairs[..] else { panic!("{access}") };
    let with_access =
        format!("oauth_token=\"{token}\", oauth_signature=\"{}&{secret}\"", consumer.secret);
    assert_eq!(signed("/oauth/identity", with_access, "GET").json()["username"], "demo");
    assert_eq!(signed("/oauth/access_token", with, "POST").status, 400, "it is good once");
    assert_eq!(
        signed("/oauth/request_token", "oauth_signature=\"wrong&\"".into(), "GET").status,
        401
    );
}

#[test]
fn the_world_is_told_and_changed_over_http_and_may_be_large() {
    let shelf = Shelf::new();
    let control = |method: &str, path: &str, body: Value| {
        let address = format!("{}/discogs{path}", shelf.0.control_url());
        let body = body.to_string();
        let got =
            curl(&shelf.0, &["--noproxy", "*", "--request", method, "--json", &body, &address]);
        assert_eq!(got.status, 200, "{method} {path}: {}", got.text());
        got
    };
    let none = json!({});
    control(
        "POST",
        "/account",
        json!({"account": "Large", "copies": 25_000, "wants": 0, "listings": 0}),
    );
    let truth = control("GET", "/account?account=large", none.clone()).json();
    assert_eq!(
        (truth["username"].as_str(), truth["copies"].as_array().unwrap().len()),
        (Some("Large"), 25_000)
    );
    let last =
        shelf.get("/users/Large/collection/folders/0/releases?per_page=100&page=250&sort=artist");
    assert_eq!(last.json()["releases"].as_array().unwrap().len(), 100);

    assert_eq!(control("GET", "/account", none.clone()).json(), json!(shelf.account()));
    let truth = shelf.discogs().truth("demo").unwrap();
    assert_eq!(truth.account, shelf.account());
    assert!(truth.account.copies.iter().all(|copy| truth.releases.contains_key(&copy.release_id)));
    assert!(truth.fates.values().any(|fate| *fate == Fate::Gone));
    assert_eq!(control("GET", "/truth", none.clone()).json()["fates"], json!(truth.fates));
    assert_eq!(control("GET", "/token", none.clone()).text(), shelf.discogs().token("demo"));
    control("POST", "/fate", json!({"id": 249_504, "fate": {"becomes": {"into": 249_541}}}));
    let told = control("GET", "/release/249504", none.clone()).json();
    assert_eq!(told["fate"], json!({"becomes": {"into": 249_541}}));
    assert_eq!(told["release"]["id"], 249_504);
    control(
        "POST",
        "/set",
        json!({"private": true, "currency": "JPY", "export": {"after_polls": 3}}),
    );
    assert!(shelf.account().is_private && shelf.account().currency == "JPY");
    control("POST", "/rate", json!({"scale": 30.0, "spend": 5}));
    assert_eq!(control("GET", "/rate", none).json()["window_seconds"], 2.0);
    assert!(
        control("POST", "/signin", json!({})).text().contains("www.discogs.com\tFALSE\t/\tTRUE")
    );
}
