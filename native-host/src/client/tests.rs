use super::*;
use protocol::Event;
use protocol::method::{GetSettings, ListJobs, Nothing, OpenFolder};
use protocol::{Seq, Settings};
use serde_json::json;

fn welcome(id: u64) -> Envelope {
    let welcome = json!({"proto": 1, "host_version": "9", "max_from_host": 1, "max_to_host": 1,
        "last_seq": 0});
    Envelope::answer(id, welcome)
}

/// A data folder with a listener, and the first request on each connection answered with a welcome.
async fn with_daemon<T>(
    answers: impl AsyncFn(&mut Connection, u64) -> (),
    ask: impl AsyncFnOnce(&mut Client) -> T,
) -> T {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path()).unwrap();
    let lock = home.lock().unwrap();
    let listener = socket::listen(&home, &lock).unwrap();
    let serve = async {
        let mut connection = listener.accept().await.unwrap();
        let hello = connection.recv().await.unwrap().unwrap();
        assert_eq!(hello.method, SayHello::NAME);
        connection.send(&welcome(hello.id)).await.unwrap();
        let request = connection.recv().await.unwrap().unwrap();
        answers(&mut connection, request.id).await;
    };
    let client = async {
        let mut client = Client::connect(&home, "cli").await.unwrap();
        assert_eq!(client.welcome().host_version, "9");
        ask(&mut client).await
    };
    tokio::join!(serve, client).1
}

#[tokio::test]
async fn events_that_come_before_the_answer_are_kept_in_order() {
    let answers = async |connection: &mut Connection, id| {
        for seq in 1..=3 {
            let event = json!({"seq": seq, "event": "paused", "paused": true});
            connection.send(&Envelope::event(1, event)).await.unwrap();
        }
        let settings = protocol::envelope::to_value(&Settings::default());
        connection.send(&Envelope::answer(id, settings)).await.unwrap();
    };
    with_daemon(answers, async |client| {
        let settings = client.call::<GetSettings>(Nothing {}).await.unwrap();
        assert_eq!(settings, Settings::default());
        for seq in 1..=3 {
            let event = client.next_event().await.unwrap().unwrap();
            assert_eq!(event, Numbered { seq: Seq(seq), event: Event::Paused { paused: true } });
        }
        assert_eq!(client.next_event().await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_long_answer_is_joined_from_its_pieces() {
    let job = json!({"id": 1, "source": "flowmusic", "account": {"id": "u", "name": "é".repeat(3_000)},
        "formats": [], "state": "running", "songs": 0, "balance": {}, "listing": {}, "created_at": 0});
    let jobs = json!({ "jobs": vec![job; 200] });
    let answers = async |connection: &mut Connection, id| {
        connection.send(&Envelope::answer(id, jobs.clone())).await.unwrap();
    };
    let query = protocol::method::JobsQuery { limit: 200, before: None };
    let got = with_daemon(answers, async |client| client.call::<ListJobs>(query).await).await;
    assert_eq!(got.unwrap().jobs.len(), 200);
}

#[tokio::test]
async fn an_error_answer_and_an_error_of_the_connection_both_end_the_call() {
    for about_connection in [false, true] {
        let answers = async |connection: &mut Connection, id| {
            let error = ErrorBody::new(ErrorCode::Forbidden);
            let id = if about_connection { 0 } else { id };
            connection.send(&Envelope::error(id, &error)).await.unwrap();
        };
        let got = with_daemon(answers, async |client| client.call::<OpenFolder>(Nothing {}).await);
        assert_eq!(got.await.unwrap_err().code, ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn a_daemon_that_goes_away_is_reported_as_such() {
    let answers = async |_: &mut Connection, _| {};
    let got = with_daemon(answers, async |client| {
        // The serving half ends with the test's join; a client that waits for it sees the end.
        client.call::<OpenFolder>(Nothing {}).await
    });
    assert_eq!(got.await.unwrap_err().code, ErrorCode::HostMissing);
}

#[tokio::test]
async fn a_daemon_that_ends_during_the_greeting_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path()).unwrap();
    let lock = home.lock().unwrap();
    let listener = socket::listen(&home, &lock).unwrap();
    let serve = async {
        for _ in 0..2 {
            drop(listener.accept().await.unwrap());
        }
        let mut connection = listener.accept().await.unwrap();
        let hello = connection.recv().await.unwrap().unwrap();
        connection.send(&welcome(hello.id)).await.unwrap();
    };
    let (_, client) = tokio::join!(serve, Client::connect_or_start(&home, "cli"));
    assert_eq!(client.unwrap().welcome().host_version, "9");
}

#[tokio::test]
async fn nobody_listening_is_host_missing() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path()).unwrap();
    let error = Client::connect(&home, "cli").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::HostMissing);
    // Also when a killed daemon left its socket behind.
    drop(socket::listen(&home, &home.lock().unwrap()).unwrap());
    let error = Client::connect(&home, "cli").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::HostMissing);
    assert!(socket::listen(&home, &home.lock().unwrap()).is_ok());
}
