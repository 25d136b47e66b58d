//! Who is signed in.

use crate::api::{Api, RETRIES, same_account};
use crate::fields::{MAX_NAME, about, at, changed, first_text, is_id};
use crate::site::site_of;
use crate::transport::Transport;
use protocol::{Account, ErrorBody, ErrorCode, Source};
use serde_json::{Value, json};

/// Fields that may hold the name to show, best first.
const NAMES: &[&str] = &["display_name", "username", "name", "full_name"];

/// Asks the service who is signed in.
///
/// # Errors
/// `SignedOut` when it answers `null`; `OtherAccount` when the access token belongs to somebody else than the
/// cookies; `SiteChanged` when the answer has no id; whatever a call can end with.
pub async fn whoami<T: Transport>(source: Source, transport: &T) -> Result<Account, ErrorBody> {
    let site = site_of(source);
    let api = Api { source, transport, account_id: "", retries: RETRIES };
    let answer = api.get(site.me).await?;
    let user = answer.get("user").or_else(|| answer.get("data")).unwrap_or(&answer);
    if user.is_null() {
        return Err(about(source, ErrorCode::SignedOut));
    }
    let id = match at(user, "id") {
        Value::String(id) if is_id(id) => id.clone(),
        Value::Null => return Err(changed(source, &[site.me, ": id"], "is missing")),
        _ => return Err(changed(source, &[site.me, ": id"], "is not an id")),
    };
    let credentials = transport.credentials(false).await?;
    same_account(source, &credentials.account_id, &id)?;
    let name = match first_text(user, NAMES, MAX_NAME) {
        Some(name) => Some(name),
        None => name_of(&Api { retries: 0, ..api }, site.names, &id)
            .await
            .or_else(|| first_text(user, &["email"], MAX_NAME)),
    };
    Ok(Account { name: name.unwrap_or_else(|| id.clone()), id })
}

/// The user's name from where the service keeps names. It is for show only, so any failure means "no name".
async fn name_of<T: Transport>(api: &Api<'_, T>, names: Option<&str>, id: &str) -> Option<String> {
    let answer = api.post(names?, &json!({ "user_ids": [id] })).await.ok()?;
    let names = answer.get("usernames").unwrap_or(&answer);
    first_text(names, &[id], MAX_NAME).or_else(|| first_text(at(names, id), NAMES, MAX_NAME))
}

/// The account's name where it can stand as an artist: not when it is only an id or an address.
pub(crate) fn artist(account: &Account) -> Option<String> {
    let is_name = !account.name.contains('@')
        && account.name != account.id
        && !account.name.trim().is_empty();
    is_name.then(|| account.name.clone())
}
