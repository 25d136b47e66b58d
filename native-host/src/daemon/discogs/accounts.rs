//! Adding and forgetting accounts.

use super::signing::Signing;
use super::transport::{DiscogsTransport, secret_name};
use super::{Answer, runs};
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use library::discogs::AccountRow;
use protocol::discogs::*;
use protocol::method::Nothing;
use protocol::{ErrorBody, ErrorCode};
use providers::discogs::Discogs;
use transfer::Priority;

/// Adds an account, or gives one another token. What waited for it goes on.
pub(in crate::daemon) async fn login(
    engine: &Engine,
    _: Caller,
    wish: DiscogsLogin,
) -> Answer<DiscogsAccount> {
    match wish.token {
        Some(token) => add(engine, Signing::Token(token), SignedBy::Token).await,
        None => add_by_name(engine, wish.username.trim()).await,
    }
}

/// Adds the account whose credentials these are, or gives it these. They are asked about before anything is changed.
pub(super) async fn add(
    engine: &Engine,
    signing: Signing,
    signed_by: SignedBy,
) -> Answer<DiscogsAccount> {
    let kept = signing.to_keep();
    let transport = DiscogsTransport::new(engine, signing, Priority::INTERACTIVE);
    let identity = Discogs::new(&transport).identity().await?;
    if let Some(kept) = kept {
        engine.secrets.put(&secret_name(&identity.username), &kept).await?;
    }
    let row = engine.library.put_discogs_account(&identity.username, signed_by).await?;
    engine.discogs_changed();
    runs::signed_in(engine, row.id).await?;
    view(engine, row).await
}

/// Adds an account of which only what everybody may see is read.
async fn add_by_name(engine: &Engine, username: &str) -> Answer<DiscogsAccount> {
    if username.is_empty() {
        let error = ErrorBody::new(ErrorCode::BadParameters);
        return Err(error.with("detail", "a token or the name of a user is needed"));
    }
    let known = engine.library.discogs_accounts().await?;
    let named = |row: &AccountRow| row.username.eq_ignore_ascii_case(username);
    if let Some(row) = known.into_iter().find(named) {
        // One with credentials keeps them: what others may see is less.
        runs::signed_in(engine, row.id).await?;
        return view(engine, row).await;
    }
    // Asked for once: a name that nobody has is better told now.
    let transport = DiscogsTransport::new(engine, Signing::Nobody, Priority::INTERACTIVE);
    Discogs::new(&transport).folders(username).await?;
    let row = engine.library.put_discogs_account(username, SignedBy::Nobody).await?;
    engine.discogs_changed();
    view(engine, row).await
}

/// Forgets an account: its token, its lists and prices.
pub(in crate::daemon) async fn logout(
    engine: &Engine,
    _: Caller,
    of: OfDiscogsAccount,
) -> Answer<Nothing> {
    let row = find(engine, of.account).await?;
    // First what may be refused: with its secret an account keeps its runs as well.
    engine.secrets.remove(&secret_name(&row.username)).await?;
    runs::stop_all_of(engine, of.account).await?;
    engine.library.remove_discogs_account(of.account).await?;
    engine.discogs_changed();
    Ok(Nothing {})
}

/// The accounts and what is known of them.
pub(in crate::daemon) async fn accounts(
    engine: &Engine,
    _: Caller,
    _: Nothing,
) -> Answer<DiscogsAccounts> {
    let mut accounts = Vec::new();
    for row in engine.library.discogs_accounts().await? {
        accounts.push(view(engine, row).await?);
    }
    Ok(DiscogsAccounts { accounts })
}

/// The folders of a collection, as they were when it was read last.
pub(in crate::daemon) async fn folders(
    engine: &Engine,
    _: Caller,
    of: OfDiscogsAccount,
) -> Answer<CollectionFolders> {
    find(engine, of.account).await?;
    Ok(CollectionFolders { folders: engine.library.discogs_folders(of.account).await? })
}

/// The account of this number.
pub(super) async fn find(engine: &Engine, id: DiscogsAccountId) -> Answer<AccountRow> {
    let found = engine.library.discogs_accounts().await?.into_iter().find(|row| row.id == id);
    let what = format!("Discogs account {id}");
    found.ok_or_else(|| ErrorBody::new(ErrorCode::NotFound).with("what", what))
}

async fn view(engine: &Engine, row: AccountRow) -> Answer<DiscogsAccount> {
    let mut lists = Vec::new();
    for &list in DiscogsList::ALL {
        let read = engine.library.discogs_list(row.id, list).await?;
        let (entries, read_at, proof) = (read.entries, read.read_at, read.proof);
        lists.push(ListState { list, entries, read_at, proof });
    }
    Ok(DiscogsAccount { id: row.id, username: row.username, signed_by: row.signed_by, lists })
}
