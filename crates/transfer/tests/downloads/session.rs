//! Credentials and redirects: what is signed, what is not, and where a chain may lead.

use crate::support::*;
use protocol::ErrorCode;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use transfer::{HostClass, Step, Target};

fn is_signed(asked: &Asked) -> bool {
    asked.header("cookie").is_some() || asked.header("authorization").is_some()
}

#[tokio::test]
async fn a_request_to_the_site_carries_its_session() {
    let content = audio(5000);
    let server = Server::replying(vec![Reply::audio(&content)]).await;
    server.fetch(&api(), None).await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.url, API);
    assert_eq!(asked.header("cookie"), Some("sid=secret"));
    assert_eq!(asked.header("authorization"), Some("Bearer token"));
    assert_eq!(asked.header("user-agent"), Some("Browser/1"));
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn an_address_in_json_is_followed_without_credentials() {
    let content = audio(5000);
    let signed = "https://storage.googleapis.com/b/a.mp3?X-Goog-Signature=x";
    let json = Reply::new(200, format!("{{\"url\": \"{signed}\"}}"))
        .with("content-type", "application/json");
    let server = Server::replying(vec![json, Reply::audio(&content)]).await;
    let fetched = server.fetch(&api(), None).await.unwrap();
    assert_eq!(fetched.final_url, signed);
    assert!(is_signed(&server.asked()[0]));
    assert!(!is_signed(&server.asked()[1]));
    assert_eq!(server.asked()[1].header("user-agent"), Some("Test/1"));
    assert!(server.on_disk() == content);
}

#[tokio::test]
async fn an_address_in_json_back_at_the_site_is_not_signed_either() {
    let json = Reply::new(200, "{\"url\": \"https://www.producer.ai/file\"}");
    let server = Server::replying(vec![json, Reply::audio(&audio(5000))]).await;
    server.fetch(&api(), None).await.unwrap();
    assert!(!is_signed(&server.asked()[1]));
}

#[tokio::test]
async fn an_address_in_json_must_be_https_and_public() {
    for address in [
        "http://files.example/a",
        "https://127.0.0.1/a",
        "https://localhost/a",
        "file:///etc/passwd",
        "/a",
    ] {
        let server =
            Server::replying(vec![Reply::new(200, format!("{{\"url\": \"{address}\"}}"))]).await;
        server.fails(&api(), ErrorCode::AddressRefused).await;
        assert_eq!(server.asked().len(), 1, "{address}");
    }
}

#[tokio::test]
async fn json_without_an_address_is_not_the_file() {
    for body in ["{\"detail\": \"no\"}", "{\"url\": 5}", "{\"url\": \"https://files.exa"] {
        let reply = Reply::new(200, body).with("content-type", "application/json");
        let server = Server::replying(vec![reply]).await;
        server.fails(&api(), ErrorCode::NotMedia).await;
    }
}

#[tokio::test]
async fn a_redirect_within_the_site_stays_signed() {
    let server =
        Server::replying(vec![Reply::redirect("/other"), Reply::audio(&audio(5000))]).await;
    server.fetch(&api(), None).await.unwrap();
    assert_eq!(server.asked()[1].url, "https://www.producer.ai/other");
    assert!(is_signed(&server.asked()[1]));
}

#[tokio::test]
async fn a_redirect_to_another_origin_drops_the_credentials_for_good() {
    let away = Reply::redirect("https://files.example/a.mp3");
    let back = Reply::redirect("https://www.producer.ai/a.mp3");
    let server = Server::replying(vec![away, back, Reply::audio(&audio(5000))]).await;
    server.fetch(&api(), None).await.unwrap();
    let signed: Vec<bool> = server.asked().iter().map(is_signed).collect();
    assert_eq!(signed, [true, false, false]);
}

#[tokio::test]
async fn a_redirect_into_this_machine_or_to_plain_http_is_refused() {
    for to in [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "http://files.example/x",
        "ftp://files.example/x",
    ] {
        let server = Server::replying(vec![Reply::redirect(to)]).await;
        server.fails(&api(), ErrorCode::AddressRefused).await;
        assert_eq!(server.asked().len(), 1, "{to}");
    }
}

#[tokio::test]
async fn ten_redirects_are_followed_and_no_more() {
    let server = Server::answering(|_, index| match index {
        10 => Reply::audio(&audio(5000)),
        _ => Reply::redirect("/next"),
    })
    .await;
    server.fetch(&direct(FILE), None).await.unwrap();
    let server = Server::answering(|_, _| Reply::redirect("/next")).await;
    server.fails(&direct(FILE), ErrorCode::TooManyRedirects).await;
    assert_eq!(server.asked().len(), 11);
}

#[tokio::test]
async fn a_lost_session_is_told_with_its_site() {
    // I10
    let page =
        Reply::new(200, "<!doctype html><title>Sign in</title>").with("content-type", "text/html");
    for reply in [Reply::new(401, ""), page] {
        let server = Server::replying(vec![reply]).await;
        let error = server.fails(&api(), ErrorCode::SessionExpired).await;
        assert_eq!(error.error.params["site"], "producer.ai");
    }
}

#[tokio::test]
async fn a_redirect_to_a_sign_in_page_is_a_lost_session() {
    let page = Reply::new(200, "<!doctype html>").with("content-type", "text/html");
    let server =
        Server::replying(vec![Reply::redirect("https://accounts.google.com/v3"), page]).await;
    server.fails(&api(), ErrorCode::SessionExpired).await;
}

#[tokio::test]
async fn a_protection_page_is_neither_data_nor_a_lost_session() {
    // I10
    let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title>";
    for status in [200, 403, 503] {
        let reply = Reply::new(status, page).with("content-type", "text/html");
        let server = Server::replying(vec![reply]).await;
        server.fails(&api(), ErrorCode::Challenge).await;
    }
}

#[tokio::test]
async fn the_site_is_free_again_once_the_way_leads_to_a_file_host() {
    let content = audio(5000);
    let server = Server::answering(move |asked, index| {
        match (index, asked.url.starts_with("https://www.producer.ai")) {
            (0, _) => Reply::redirect("https://files.example/slow.mp3"),
            (1, _) => Reply::audio(&content).stall_after(1000),
            _ => Reply::audio(&content),
        }
    })
    .await;
    let downloader = server.downloader();
    let (cancel, reached) = (CancellationToken::new(), Arc::new(Notify::new()));
    let first = {
        let (downloader, part) = (downloader.clone(), server.folder.path().join("slow"));
        let (cancel, reached) = (cancel.clone(), reached.clone());
        tokio::spawn(async move {
            let on = move |step: Step| {
                if matches!(step, Step::Bytes { .. }) {
                    reached.notify_one();
                }
            };
            downloader.fetch_file(&api(), &part, None, &on, &cancel).await
        })
    };
    reached.notified().await;
    downloader
        .fetch_file(&api(), &server.part(), None, &|_| {}, &CancellationToken::new())
        .await
        .unwrap();
    cancel.cancel();
    assert_eq!(first.await.unwrap().unwrap_err().error.code, ErrorCode::Withdrawn);
}

#[tokio::test]
async fn a_session_never_goes_over_plain_http() {
    let server = Server::replying(Vec::new()).await;
    let target = Target {
        url: "http://www.producer.ai/x".into(),
        signer: Some(session()),
        class: HostClass::Files,
        allow_json_url: false,
    };
    server.fails(&target, ErrorCode::AddressRefused).await;
    assert!(server.asked().is_empty());
}
