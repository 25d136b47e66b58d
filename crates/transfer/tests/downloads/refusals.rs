//! Answers that are not the file.

use crate::support::*;
use protocol::ErrorCode;
use std::time::{Duration, SystemTime};

async fn code_of(reply: Reply) -> ErrorCode {
    let server = Server::replying(vec![reply]).await;
    let error = server.fetch(&direct(FILE), None).await.unwrap_err();
    assert!(!server.part().exists(), "nothing is written in place of the file");
    assert_eq!(error.kept, None);
    error.error.code
}

#[tokio::test]
async fn a_page_or_a_message_in_place_of_audio_is_not_saved() {
    let page = "<!DOCTYPE html><title>Sign in</title>";
    assert_eq!(
        code_of(Reply::new(200, page).with("content-type", "text/html")).await,
        ErrorCode::NotMedia
    );
    assert_eq!(
        code_of(Reply::new(200, page).with("content-type", "audio/mpeg")).await,
        ErrorCode::NotMedia
    );
    let message = "{\"error\": \"not today\"}";
    assert_eq!(
        code_of(Reply::new(200, message).with("content-type", "audio/mpeg")).await,
        ErrorCode::NotMedia
    );
    assert_eq!(
        code_of(Reply::new(200, "").with("content-type", "audio/mpeg")).await,
        ErrorCode::NotMedia
    );
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    // I10
    let expected = [
        (401, ErrorCode::Withheld),
        (403, ErrorCode::Withheld),
        (404, ErrorCode::Absent),
        (408, ErrorCode::ServerError),
        (410, ErrorCode::Absent),
        (418, ErrorCode::Refused),
        (500, ErrorCode::ServerError),
        (504, ErrorCode::ServerError),
    ];
    for (status, code) in expected {
        assert_eq!(code_of(Reply::new(status, "no")).await, code, "{status}");
    }
}

#[tokio::test]
async fn a_page_of_an_error_that_breaks_off_does_not_hide_the_error() {
    assert_eq!(code_of(Reply::new(404, "a long story").cut(3)).await, ErrorCode::Absent);
}

#[tokio::test]
async fn retry_after_reaches_the_caller_in_seconds_and_as_a_date() {
    // I10
    let server = Server::replying(vec![Reply::new(429, "").with("retry-after", "120")]).await;
    let error = server.fails(&direct(FILE), ErrorCode::RateLimited).await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(120)));

    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
    let server = Server::replying(vec![Reply::new(503, "").with("retry-after", &date)]).await;
    let error = server.fails(&direct(FILE), ErrorCode::ServerError).await;
    assert!(error.retry_after.unwrap() > Duration::from_secs(3000));
}

#[tokio::test]
async fn others_are_not_let_through_while_a_host_wants_silence() {
    // I10
    let server = Server::replying(vec![Reply::new(429, "").with("retry-after", "120")]).await;
    let downloader = server.downloader();
    for asked in [true, false] {
        let error = downloader.fetch_small(FILE, 100).await.unwrap_err();
        assert_eq!((error.error.code, error.asked), (ErrorCode::RateLimited, asked));
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn an_expired_signed_address_is_told_apart_from_a_withheld_file() {
    let expired = "http://files.example/a.mp3?Expires=1000000000&Signature=x";
    let server = Server::replying(vec![Reply::new(403, "<Error/>")]).await;
    server.fails(&direct(expired), ErrorCode::AddressExpired).await;
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_left_alone_after_five_tries() {
    // I10
    let server = Server::replying(Vec::new()).await;
    // A port that was free a moment ago, where nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = transfer::Config { proxy: Some(format!("http://{free}")), ..server.config() };
    let downloader = transfer::Downloader::new(config).unwrap();
    for attempt in 0..7 {
        let error = downloader.fetch_small(FILE, 100).await.unwrap_err();
        assert_eq!(error.error.code, ErrorCode::Unreachable);
        assert_eq!(error.error.params["host"], "files.example");
        assert_eq!(error.asked, attempt < 5);
        assert_eq!(error.retry_after.is_some(), attempt >= 5);
    }
}

#[tokio::test]
async fn this_machine_is_refused_before_any_connection_with_a_proxy_and_without() {
    let server = Server::replying(Vec::new()).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for config in [server.config(), transfer::Config { proxy: None, ..server.config() }] {
        let downloader = transfer::Downloader::new(config).unwrap();
        for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "10.0.0.1"]
        {
            let error =
                downloader.fetch_small(&format!("http://{host}:{port}/"), 100).await.unwrap_err();
            assert_eq!(
                (error.error.code, error.asked),
                (ErrorCode::AddressRefused, false),
                "{host}"
            );
        }
    }
    assert!(server.asked().is_empty());
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_station_that_says_so_is_no_file_unless_it_has_an_end() {
    let station = || Reply::audio(&[0xff, 0xfb, 0x90, 0x64]).with("icy-name", "Lighthouse FM");
    assert_eq!(code_of(station().chunked()).await, ErrorCode::LiveStream);
    let server = Server::replying(vec![station()]).await;
    assert_eq!(server.fetch(&direct(FILE), None).await.unwrap().length, 4);
}

#[tokio::test]
async fn what_does_not_say_how_long_it_is_is_fetched_up_to_a_limit() {
    let content = vec![0xff; 300_000];
    for (limit, is_taken) in [(300_000, true), (299_999, false)] {
        let server = Server::replying(vec![Reply::audio(&content).chunked()]).await;
        let config = transfer::Config { open_ended: limit, ..server.config() };
        let fetched = server.fetch_by(config).await;
        let code = fetched.map_err(|failed| failed.error.code).map(|fetched| fetched.length);
        assert_eq!(code, if is_taken { Ok(300_000) } else { Err(ErrorCode::LiveStream) });
    }
    // One that does say is taken whatever its length.
    let server = Server::replying(vec![Reply::audio(&content)]).await;
    let config = transfer::Config { open_ended: 1, ..server.config() };
    let fetched = server.fetch_by(config).await;
    assert_eq!(fetched.unwrap().length, 300_000);
}

#[tokio::test]
async fn what_does_not_say_how_long_it_is_is_fetched_for_a_time() {
    let content = vec![0xff; 300_000];
    let server = Server::replying(vec![Reply::audio(&content).chunked()]).await;
    let timeouts = transfer::Timeouts { open_ended: Duration::ZERO, ..Default::default() };
    let config = transfer::Config { timeouts, ..server.config() };
    let fetched = server.fetch_by(config).await;
    assert_eq!(fetched.unwrap_err().error.code, ErrorCode::LiveStream);
}
