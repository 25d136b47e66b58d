//! The file alone: where these tests run no keyring is reached. With one: `tests/keyring.rs`.

use super::*;

async fn sealed_alone(secrets: &Secrets, name: &str, secret: &str) {
    let secret = Secret::new(secret);
    let place = secrets.seal(name, &secret).await.unwrap();
    secrets.note(name, Some(place)).await.unwrap();
}

async fn found(secrets: &Secrets, name: &str) -> String {
    let place = secrets.read().await.unwrap().remove(name).unwrap();
    secrets.open(name, place).await.unwrap().expose().to_owned()
}

#[tokio::test]
async fn a_secret_comes_back_under_its_name_and_lies_nowhere_in_the_open() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path()).unwrap();
    let secrets = Secrets::of(&home);
    assert!(secrets.get("a").await.unwrap().is_none());
    sealed_alone(&secrets, "a", "token-of-a").await;
    sealed_alone(&secrets, "b", "token-of-b").await;
    sealed_alone(&secrets, "a", "newer-token").await;
    let again = Secrets::of(&home);
    assert_eq!(found(&again, "a").await, "newer-token");
    for file in ["secrets.json", "secrets.key"] {
        let bytes = std::fs::read(folder.path().join(file)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("token"), "{file}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = folder.path().join(file).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{file}");
        }
    }
    again.note("a", None).await.unwrap();
    assert!(secrets.get("a").await.unwrap().is_none());
    assert_eq!(found(&secrets, "b").await, "token-of-b");
}

#[tokio::test]
async fn a_secret_that_was_moved_or_changed_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path()).unwrap();
    let secrets = Secrets::of(&home);
    sealed_alone(&secrets, "a", "token").await;
    let file = folder.path().join("secrets.json");
    let moved = std::fs::read_to_string(&file).unwrap().replace("\"a\"", "\"b\"");
    std::fs::write(&file, moved).unwrap();
    assert_eq!(secrets.get("b").await.unwrap_err().code, ErrorCode::Io);
    std::fs::remove_file(folder.path().join("secrets.key")).unwrap();
    assert_eq!(secrets.get("b").await.unwrap_err().code, ErrorCode::Io);
}
