//! The file alone: where these tests run no keyring is reached. With one: `tests/keyring.rs`.

use super::*;

async fn sealed_alone(secrets: &Secrets, name: &str, secret: &str) {
    let place = secrets.seal(name, &Secret::new(secret)).await.unwrap();
    put(secrets, name, place).await;
}

async fn put(secrets: &Secrets, name: &str, place: Place) {
    let name = name.to_owned();
    secrets.change(move |listed| listed.put(&name, place)).await.unwrap();
}

fn in_keyring(label: &str) -> Place {
    Place::Keyring { keyring: label.to_owned() }
}

async fn found(secrets: &Secrets, name: &str) -> String {
    let place = secrets.read().await.unwrap().places.remove(name).unwrap();
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
    again.change(|listed| listed.forget("a", false)).await.unwrap();
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

#[tokio::test]
async fn whoever_waits_for_the_keyring_keeps_nobody_from_another_secret() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::of(&Home::at(folder.path()).unwrap());
    sealed_alone(&secrets, "a", "token-of-a").await;
    sealed_alone(&secrets, "b", "token-of-b").await;
    let turn = secrets.turn("a");
    let _asked = turn.lock().await;
    let others = tokio::time::timeout(Duration::from_secs(30), secrets.get("b")).await;
    assert_eq!(others.unwrap().unwrap().unwrap().expose(), "token-of-b");
    let same = tokio::time::timeout(Duration::from_millis(50), secrets.get("a")).await;
    assert!(same.is_err(), "the person is not asked twice for one secret");
}

#[tokio::test]
async fn who_waited_for_an_answer_gets_it_and_the_person_no_second_question() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Arc::new(Secrets::of(&Home::at(folder.path()).unwrap()));
    put(&secrets, "a", in_keyring("a (here)")).await;
    let get = async |secrets: Arc<Secrets>| secrets.get("a").await;
    let turn = secrets.turn("a");
    let mut asked = turn.lock().await;
    let waiter = tokio::spawn(get(secrets.clone()));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let refusal = Refusal::Denied("the person has closed the window".into());
    *asked = Some(Denial { refusal: refusal.clone(), at: Instant::now() });
    drop(asked);
    assert_eq!(waiter.await.unwrap().err(), Some(refusal.clone().into()));
    // Who comes later asks anew; here no keyring answers.
    let later = get(secrets.clone()).await;
    assert_ne!(later.err(), Some(refusal.into()));
}

#[tokio::test]
async fn what_was_replaced_or_forgotten_out_of_the_keyrings_reach_is_remembered_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path()).unwrap();
    let secrets = Secrets::of(&home);
    let left_over = async || {
        let listed = Secrets::of(&home).read().await.unwrap();
        let labels = listed.left_over.keys();
        labels.filter(|label| listed.has_to_go(label)).cloned().collect::<Vec<_>>()
    };
    put(&secrets, "a", in_keyring("a (here)")).await;
    put(&secrets, "b", in_keyring("b (here)")).await;
    assert!(left_over().await.is_empty());
    sealed_alone(&secrets, "a", "token").await;
    assert_eq!(left_over().await, ["a (here)"]);
    secrets.change(|listed| listed.forget("b", false)).await.unwrap();
    assert_eq!(left_over().await, ["a (here)", "b (here)"]);
    // The new one takes the place of the old, or lies elsewhere since the data folder has moved.
    put(&secrets, "a", in_keyring("a (here)")).await;
    assert_eq!(left_over().await, ["b (here)"]);
    put(&secrets, "a", in_keyring("a (there)")).await;
    assert_eq!(left_over().await, ["a (here)", "b (here)"]);
    // A kill before the keyring has answered takes nothing away that is needed.
    let again = |listed: &mut Listed| drop(listed.left_over.insert("a (there)".into(), "a".into()));
    secrets.change(again).await.unwrap();
    assert_eq!(left_over().await, ["a (here)", "b (here)"]);
    let text = std::fs::read_to_string(folder.path().join("secrets.json")).unwrap();
    assert!(!text.contains("token"), "{text}");
}
