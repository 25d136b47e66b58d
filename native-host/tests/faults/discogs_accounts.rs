//! Who signs requests to Discogs: signing in by an application of the person's own, and what becomes of its secrets.

use crate::discogs::say;
use crate::stage::{Stage, until};
use protocol::discogs::*;
use protocol::method::*;
use protocol::{ErrorBody, ErrorCode, Secret};
use providers::Response;
use providers::discogs::{visitor, visitor_page};
use simulator::discogs::Sizes;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use transfer::{Call, Config, Downloader};

const USER: &str = "demo";

fn stage(copies: u32) -> Stage {
    let stage = Stage::new(1);
    let sizes = Sizes { copies, wants: 0, listings: 0 };
    stage.control().discogs().make_account(USER, sizes);
    stage
}

fn begin(stage: &Stage) -> DiscogsOAuthStarted {
    let consumer = stage.control().discogs().consumer();
    stage.browser().ask::<BeginDiscogsOAuth>(DiscogsOAuth {
        consumer_key: Secret::new(consumer.key),
        consumer_secret: Secret::new(consumer.secret),
    })
}

/// What the person does with the address: they agree, and copy the code.
fn agree(stage: &Stage, authorize: &str) -> String {
    let token = authorize.strip_prefix("https://www.discogs.com/oauth/authorize?oauth_token=");
    stage.control().discogs().agree(token.unwrap(), USER).unwrap()
}

fn finish(stage: &Stage, login: &str, code: &str) -> Result<DiscogsAccount, ErrorBody> {
    let (login, verifier) = (login.to_owned(), Secret::new(code));
    stage.browser().call::<FinishDiscogsOAuth>(DiscogsOAuthFinish { login, verifier })
}

fn sign_in(stage: &Stage) -> DiscogsAccount {
    let DiscogsOAuthStarted { authorize, login } = begin(stage);
    finish(stage, &login, &agree(stage, &authorize)).unwrap()
}

#[test]
fn an_application_of_the_persons_own_reads_in_their_name_and_its_secrets_show_nowhere() {
    let stage = stage(30);
    let DiscogsOAuthStarted { authorize, login } = begin(&stage);
    let before = stage.control().discogs().given_to_applications();
    let code = agree(&stage, &authorize);
    let account = finish(&stage, &login, &code).unwrap();
    assert_eq!((account.username.as_str(), account.signed_by), (USER, SignedBy::OAuth));
    // Custom fields and prices are for the owner alone.
    let exported: Exported = say(&stage, &["export", "--preset", "discogs"]);
    assert_eq!((exported.rows, exported.expected), (30, 30));
    let table = fs::read_to_string(stage.library().join(&exported.file)).unwrap();
    assert!(table.lines().next().unwrap().contains("Collection Media Condition"), "{table}");

    let after = stage.control().discogs().given_to_applications();
    assert_eq!((before.len(), after.len()), (2, 2), "a token and its secret each");
    let consumer = stage.control().discogs().consumer();
    for secret in [before, after, vec![consumer.key, consumer.secret, code]].concat() {
        assert_eq!(stage.file_that_holds(&secret), None, "{secret}");
    }
    // What was exchanged is not exchanged again.
    let error = finish(&stage, &login, "any").unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[test]
fn a_secret_or_a_code_that_is_not_right_is_told_and_the_code_may_be_given_again() {
    let stage = stage(1);
    let consumer = stage.control().discogs().consumer();
    for (key, secret) in
        [(consumer.key.as_str(), "another&"), ("another\"", consumer.secret.as_str()), (" ", "x")]
    {
        let (consumer_key, consumer_secret) = (Secret::new(key), Secret::new(secret));
        let wish = DiscogsOAuth { consumer_key, consumer_secret };
        let error = stage.browser().call::<BeginDiscogsOAuth>(wish).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadParameters, "{error}");
        assert!(!error.to_string().contains("another"), "{error}");
    }
    let DiscogsOAuthStarted { authorize, login } = begin(&stage);
    let error = finish(&stage, &login, "too early").unwrap_err();
    assert_eq!(error.code, ErrorCode::BadParameters);
    let code = agree(&stage, &authorize);
    let error = finish(&stage, &login, "mistyped").unwrap_err();
    assert_eq!(error.code, ErrorCode::BadParameters);
    assert!(!error.to_string().contains("mistyped"), "{error}");
    assert_eq!(finish(&stage, "no such", &code).unwrap_err().code, ErrorCode::NotFound);
    assert!(finish(&stage, &login, &format!(" {code}\n")).is_ok());
}

#[test]
fn a_private_collection_waits_for_its_owner_and_what_was_read_before_stays() {
    let stage = stage(7);
    let discogs = stage.control().discogs();
    let account: DiscogsAccount = say(&stage, &["login", "--user", USER]);
    assert_eq!(account.signed_by, SignedBy::Nobody);
    assert_eq!(say::<Run>(&stage, &["read"]).state, RunState::Finished);

    discogs.set_private(USER, true);
    let output = stage.run(&["discogs", "read"]);
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("to its owner alone") && told.contains("discogs login"), "{told}");
    let runs = || stage.browser().ask::<ListRuns>(Nothing {}).runs;
    let waiting = runs().into_iter().find(|run| run.state == RunState::NeedsYou).unwrap();
    assert_eq!(waiting.reason.unwrap().code, ErrorCode::PrivateList);
    let exported: Exported = say(&stage, &["export", "--offline"]);
    assert_eq!((exported.rows, exported.expected), (7, 7));

    // The owner's own secret opens it, and the run goes on by itself.
    discogs.add_copies(USER, 1);
    assert_eq!(sign_in(&stage).id, account.id);
    until("the run ends", || {
        runs().into_iter().find(|run| run.id == waiting.id && run.state == RunState::Finished)
    });
    let exported: Exported = say(&stage, &["export", "--offline"]);
    assert_eq!((exported.rows, exported.expected), (8, 8));
}

#[test]
fn access_that_is_taken_back_in_the_middle_is_waited_for() {
    let stage = stage(12);
    let account = sign_in(&stage);
    stage.control().discogs().expire_tokens_after(USER, 8);
    let run: Run = say(&stage, &["read", "--depth", "details"]);
    assert_eq!(run.state, RunState::NeedsYou);
    assert_eq!(run.reason.unwrap().code, ErrorCode::SessionExpired);
    assert_eq!(sign_in(&stage).id, account.id);
    until("the run ends", || {
        let runs = stage.browser().ask::<ListRuns>(Nothing {}).runs;
        runs.into_iter().find(|other| other.id == run.id && other.state == RunState::Finished)
    });
    assert_eq!(stage.control().discogs().rate().refused, 0);
}

#[test]
fn the_command_line_shows_the_address_and_takes_the_code() {
    let stage = stage(1);
    let consumer = stage.control().discogs().consumer();
    let file = stage.folder().join("consumer.txt");
    fs::write(&file, format!("{}\n{}\n", consumer.key, consumer.secret)).unwrap();
    let arguments =
        ["discogs", "login", "--oauth", "--consumer-key-file", file.to_str().unwrap(), "--json"];
    let mut talk = stage.talk(&arguments);
    let mut lines = BufReader::new(talk.stdout.take().unwrap()).lines();
    let code = agree(&stage, &lines.next().unwrap().unwrap());
    writeln!(talk.stdin.take().unwrap(), "{code}").unwrap();
    let account: DiscogsAccount = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert!(talk.wait().unwrap().success());
    assert_eq!((account.username.as_str(), account.signed_by), (USER, SignedBy::OAuth));

    // A daemon that starts anew still has what signs.
    let output = stage.run(&["daemon", "stop"]);
    assert!(output.status.success());
    let exported: Exported = say(&stage, &["export"]);
    assert_eq!((exported.rows, exported.expected), (1, 1));
    let output = stage.run(&["discogs", "logout"]);
    assert!(output.status.success());
    let error = stage.run(&["discogs", "login", "--consumer-key-file", file.to_str().unwrap()]);
    assert!(!error.status.success(), "a consumer key is for --oauth");
}

/// The site's answer to a browser with this session.
fn page(stage: &Stage, url: String, session: &str) -> Response {
    let config = Config {
        proxy: Some(stage.simulator.proxy_url()),
        extra_roots: Some(stage.simulator.ca_pem_path().to_owned()),
        ..Config::from_env()
    };
    let downloader = Downloader::new(config).unwrap();
    let cookie = http::HeaderValue::try_from(format!("session={session}")).unwrap();
    let headers = http::HeaderMap::from_iter([(http::header::COOKIE, cookie)]);
    let (method, limit) = (http::Method::GET, 1_000_000);
    let call = Call { method, url, headers, body: None, signer: None, limit };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let Ok(answer) = runtime.block_on(downloader.call(call)) else { panic!("no answer") };
    Response {
        status: answer.status,
        content_type: "text/html".into(),
        body: answer.body,
        ..Response::default()
    }
}

#[test]
fn the_sites_pages_say_who_is_signed_in_and_do_not_mistake_other_people_for_them() {
    let stage = stage(1);
    let cookies = stage.control().discogs().sign_in("a.b-c_1");
    let session = cookies.lines().last().unwrap().rsplit('\t').next().unwrap();
    let asked = |url: &str, session: &str| visitor(&page(&stage, url.to_owned(), session)).unwrap();
    let own = visitor_page().url;
    let profile = "https://www.discogs.com/user/somebody_else";
    assert_eq!(asked(&own, session).as_deref(), Some("a.b-c_1"));
    assert_eq!(asked(profile, session).as_deref(), Some("a.b-c_1"));
    assert_eq!(asked(&own, "none"), None);
    assert_eq!(asked(profile, "none"), None);
    stage.control().discogs().end_sessions();
    assert_eq!(asked(&own, session), None);
}
