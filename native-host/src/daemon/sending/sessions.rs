//! Sessions at sites that pages were sent from: cookies for exactly one host, in memory, for as long as a job of that
//! host is not at its end (docs/security.md).

use protocol::send::SiteSession;
use protocol::{ErrorBody, ErrorCode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// A host has no more cookies than this: browsers keep 180 of a site.
const MOST_COOKIES: usize = 500;

/// The sessions in hand, by host.
#[derive(Default)]
pub(in crate::daemon) struct SiteSessions {
    of_host: Mutex<HashMap<String, Arc<SiteSession>>>,
}

impl SiteSessions {
    fn of_host(&self) -> MutexGuard<'_, HashMap<String, Arc<SiteSession>>> {
        self.of_host.lock().expect("nothing panics while holding it")
    }

    /// Takes a session in place of an older one of its host.
    ///
    /// # Errors
    /// [`ErrorCode::BadParameters`] for what is no host, or far too many cookies.
    pub fn put(&self, session: SiteSession) -> Result<(), ErrorBody> {
        let bad = |why: &str| Err(ErrorBody::new(ErrorCode::BadParameters).with("detail", why));
        if !is_host(&session.host) {
            return bad("a session needs the host that it is of");
        }
        if session.cookies.len() > MOST_COOKIES {
            return bad("too many cookies");
        }
        self.of_host().insert(session.host.clone(), Arc::new(session));
        Ok(())
    }

    /// The session at a host.
    pub fn of(&self, host: &str) -> Option<Arc<SiteSession>> {
        self.of_host().get(host).cloned()
    }

    /// Forgets the session at a host.
    pub fn forget(&self, host: &str) {
        self.of_host().remove(host);
    }

    /// Forgets all: no work is left for them.
    pub fn forget_all(&self) {
        self.of_host().clear();
    }
}

/// As an address has it: lower case, without a port.
fn is_host(host: &str) -> bool {
    transfer::web_address(&format!("https://{host}/"), true)
        .is_ok_and(|url| url.host_str() == Some(host))
}
