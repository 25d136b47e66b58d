//! Questions to an API, bundles as streams, and small files.

use crate::support::*;
use http::{HeaderMap, Method};
use protocol::{ErrorBody, ErrorCode};
use tokio_util::sync::CancellationToken;
use transfer::{Call, Target};

fn question(limit: usize) -> Call {
    Call {
        method: Method::POST,
        url: "https://www.producer.ai/__api/clips".into(),
        headers: HeaderMap::from_iter([(
            http::header::CONTENT_TYPE,
            "application/json".parse().unwrap(),
        )]),
        body: Some("{\"clip_ids\":[]}".into()),
        signer: Some(session()),
        limit,
    }
}

#[tokio::test]
async fn any_status_of_an_api_is_an_answer() {
    for status in [200, 302, 401, 404, 500] {
        let reply = Reply::new(status, "{}").with("location", "/elsewhere");
        let server = Server::replying(vec![reply]).await;
        let answer = server.downloader().call(question(100)).await.unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (status, b"{}".as_slice()));
        assert_eq!(answer.headers["location"], "/elsewhere");
    }
}

#[tokio::test]
async fn a_question_is_signed_and_has_its_headers() {
    let server = Server::replying(vec![Reply::new(200, "{}")]).await;
    server.downloader().call(question(100)).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("content-length"), Some("15"));
    assert_eq!(asked.header("authorization"), Some("Bearer token"));
}

#[tokio::test]
async fn an_answer_longer_than_allowed_is_refused() {
    let server = Server::answering(|_, _| Reply::new(200, vec![b' '; 1_000_000]).chunked()).await;
    assert_eq!(server.downloader().call(question(1_000_000)).await.unwrap().body.len(), 1_000_000);
    let error = server.downloader().call(question(999_999)).await.unwrap_err();
    assert_eq!(error.error.code, ErrorCode::TooLarge);
}

fn bundle() -> Target {
    Target { url: "https://www.producer.ai/__api/stems/1".into(), allow_json_url: false, ..api() }
}

#[tokio::test]
async fn a_bundle_of_stems_is_poured_as_it_comes() {
    let json = format!("{{\"stems\":{{\"drums\":\"{}\"}}}}", "A".repeat(300_000));
    let server = Server::replying(vec![
        Reply::new(200, json.clone()).with("content-type", "application/json"),
    ])
    .await;
    let mut poured = Vec::new();
    let mut sink = |piece: &[u8]| -> Result<(), ErrorBody> {
        poured.extend_from_slice(piece);
        Ok(())
    };
    let fetched = server
        .downloader()
        .fetch_stream(&bundle(), &mut sink, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(fetched.length, json.len() as u64);
    assert!(poured == json.as_bytes());
}

#[tokio::test]
async fn a_sign_in_page_is_not_poured() {
    let page = Reply::new(200, "<!doctype html>").with("content-type", "text/html");
    let server = Server::replying(vec![page]).await;
    let mut sink = |_: &[u8]| -> Result<(), ErrorBody> { panic!("nothing of it may come") };
    let outcome =
        server.downloader().fetch_stream(&bundle(), &mut sink, &CancellationToken::new()).await;
    assert_eq!(outcome.unwrap_err().error.code, ErrorCode::SessionExpired);
}

#[tokio::test]
async fn what_the_sink_refuses_ends_the_transfer_with_its_error() {
    let server = Server::replying(vec![Reply::new(200, "{\"stems\":{}}")]).await;
    let mut sink = |_: &[u8]| Err(ErrorBody::new(ErrorCode::SiteChanged));
    let outcome =
        server.downloader().fetch_stream(&bundle(), &mut sink, &CancellationToken::new()).await;
    assert_eq!(outcome.unwrap_err().error.code, ErrorCode::SiteChanged);
}

#[tokio::test]
async fn a_small_file_comes_with_its_type_and_never_beyond_the_limit() {
    let picture = [b"\xff\xd8\xff\xe0".as_slice(), &[7; 996]].concat();
    let served = picture.clone();
    let server = Server::answering(move |_, _| {
        Reply::new(200, served.clone()).with("content-type", "image/jpeg")
    })
    .await;
    let downloader = server.downloader();
    let (content_type, bytes) = downloader.fetch_small(FILE, 1000).await.unwrap();
    assert_eq!(content_type.as_deref(), Some("image/jpeg"));
    assert!(bytes == picture);
    assert_eq!(
        downloader.fetch_small(FILE, 999).await.unwrap_err().error.code,
        ErrorCode::TooLarge
    );
    assert!(server.asked().iter().all(|asked| asked.header("cookie").is_none()));
}
