//! Where access tokens are kept.

use super::{bad, ok, warning};
use crate::home::Home;
use crate::secrets::{Refusal, Secrets};
use protocol::method::Check;

const ID: &str = "secrets";

/// Looks without asking the person to unlock anything.
pub(super) async fn check(home: &Home) -> Check {
    let kept = match Secrets::of(home).kept().await {
        Ok(kept) => kept,
        Err(error) => {
            let hint = "Remove secrets.json from the data folder and sign in again.";
            return bad(ID, crate::words::sentence(&error), hint);
        }
    };
    let file = format!("an encrypted file in {}", home.root().display());
    let unlock = "Unlock the keyring of your desktop, or sign in again.";
    match (kept.refusal, kept.in_keyring + kept.left_over) {
        (None, _) if kept.in_file == 0 => ok(ID, "the system's keyring"),
        (None, _) => ok(ID, format!("the system's keyring, to which {file} moves at its next use")),
        (Some(refusal), 0) => ok(ID, format!("{file}: {}", told(&refusal))),
        (Some(refusal), _) if kept.left_over > 0 => {
            let still = "what was forgotten or replaced lies in the keyring still";
            warning(ID, format!("{file}: {}; {still}", told(&refusal)), unlock)
        }
        (Some(refusal), _) => {
            warning(ID, format!("the system's keyring, but {}", told(&refusal)), unlock)
        }
    }
}

fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Absent(_) => refusal.to_string(),
        Refusal::Denied(why) => format!("the keyring says: {why}"),
    }
}
