//! Whose session signs the requests, and in which cookie store it is.
//!
//! A browser keeps several stores: the profile's own, that of private windows, Firefox's containers. The one
//! that counts is that of the tab the person acted in. A `fetch` of the worker always uses the profile's own.

use crate::fetch::FetchTransport;
use browser::cookies::{Store, all_for, own_store, stores};
use browser::environment::{now_s, user_agent};
use browser::tabs::{self, Tab};
use protocol::{Account, Credentials, ErrorBody, ErrorCode, Source};
use providers::credentials_from_cookies;

/// One site's session in one cookie store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub source: Source,
    pub store: String,
}

impl Session {
    /// The session in `store`, or in the active tab's store.
    pub async fn of(source: Source, store: Option<String>) -> Self {
        let store = match store {
            Some(store) => store,
            None => store_of(tabs::active().await).await,
        };
        Self { source, store }
    }

    /// The session in the profile's own store.
    pub fn own(source: Source) -> Self {
        Self { source, store: own_store().to_owned() }
    }

    /// What the cookies hold now. `account_id` is empty where only the site can tell whose they are.
    ///
    /// # Errors
    /// `SignedOut` when they hold no session.
    pub async fn read(&self) -> Result<Credentials, ErrorBody> {
        // The services' API is below this path, and a cookie may be meant for it only.
        let url = [self.source.origin(), "/__api/"].concat();
        let cookies = all_for(&url, &self.store).await?;
        let mut credentials = credentials_from_cookies(self.source, cookies, now_s())?;
        credentials.user_agent = Some(user_agent());
        Ok(credentials)
    }

    /// True when a `fetch` of the worker carries this session's cookies, as far as the store goes.
    pub fn reaches_fetch(&self) -> bool {
        self.store == own_store()
    }

    /// Whose session it is, with what signs for it, and whether the worker itself can list with it.
    ///
    /// # Errors
    /// `SignedOut`, `OtherAccount`, `Challenge`, … as the site answers.
    pub async fn identify(&self, pace_ms: u64) -> Result<Identity, ErrorBody> {
        let mut credentials = self.read().await?;
        let asked = self.ask_site(pace_ms).await;
        let (account, by_worker) = match asked {
            Ok(account) => (account, true),
            // Cookies that `fetch` does not carry (another store, or partitioned) still sign for the daemon,
            // when the token in them says whose they are.
            Err(error)
                if error.code == ErrorCode::SignedOut && !credentials.account_id.is_empty() =>
            {
                let id = credentials.account_id.clone();
                (Account { name: id.clone(), id }, false)
            }
            Err(error) => return Err(error),
        };
        credentials.account_id.clone_from(&account.id);
        Ok(Identity { account, credentials, by_worker })
    }

    async fn ask_site(&self, pace_ms: u64) -> Result<Account, ErrorBody> {
        if !self.reaches_fetch() {
            let error = ErrorBody::new(ErrorCode::SignedOut);
            return Err(error.with("site", self.source.title()));
        }
        providers::whoami(self.source, &FetchTransport::new(self.clone(), pace_ms)).await
    }
}

/// Who is signed in, and what signs for them.
pub struct Identity {
    pub account: Account,
    pub credentials: Credentials,
    /// The worker's own requests carry the session. Otherwise the daemon has to list.
    pub by_worker: bool,
}

/// The store of a tab; the profile's own without one.
pub async fn store_of(tab: Option<Tab>) -> String {
    let Some(tab) = tab else {
        return own_store().to_owned();
    };
    match tab.cookie_store_id {
        Some(store) => store,
        None => store_with(tab.id, &stores().await.unwrap_or_default()),
    }
}

fn store_with(tab: i32, stores: &[Store]) -> String {
    let holds = |store: &&Store| store.tab_ids.contains(&tab);
    stores.iter().find(holds).map_or_else(|| own_store().to_owned(), |store| store.id.clone())
}

/// All sessions of a site that the browser has, the likeliest first.
pub async fn every(source: Source, likeliest: Option<String>) -> Vec<Session> {
    let others = stores().await.unwrap_or_default().into_iter().map(|store| store.id);
    let mut names: Vec<String> = Vec::new();
    for name in likeliest.into_iter().chain([own_store().to_owned()]).chain(others) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|store| Session { source, store }).collect()
}
