//! A secret does not show itself.

use protocol::{Cookie, Credentials, Secret, Source};

#[test]
fn credentials_print_without_their_secrets_and_travel_with_them() {
    let cookie = Cookie {
        name: "session".into(),
        value: Secret::new("hunter2"),
        domain: "www.producer.ai".into(),
        host_only: true,
        path: "/".into(),
        secure: true,
        http_only: true,
        expires_at: None,
    };
    let credentials = Credentials {
        source: Source::Producer,
        origin: Source::Producer.origin().into(),
        account_id: "u1".into(),
        cookies: vec![cookie],
        bearer: Some(Secret::new("hunter3")),
        bearer_expires_at: Some(1),
        user_agent: None,
    };
    let printed = format!("{credentials:?}");
    assert!(!printed.contains("hunter"), "{printed}");
    let sent = serde_json::to_string(&credentials).unwrap();
    assert!(sent.contains("hunter2") && sent.contains("hunter3"));
    assert_eq!(serde_json::from_str::<Credentials>(&sent).unwrap(), credentials);
}
