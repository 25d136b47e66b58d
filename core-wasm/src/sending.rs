//! "Send to MediaFetcher": addresses on their way to the daemon, with the sessions that the person lets be used.

use crate::daemon::{self, Lease};
use crate::{notes, sites, spawn};
use browser::address::Address;
use browser::environment::sleep;
use browser::fields::integer;
use browser::messages::Sent;
use protocol::method::SendPages;
use protocol::send::{MOST_PAGES, NewSend, SentPage};
use protocol::{ErrorBody, ErrorCode, JobId, Source, Variant};

/// How long the connection stays for the first event of a new job to come. From then on the job itself holds it.
const ARRIVAL_MS: u32 = 3_000;

/// What is to be sent.
pub struct Sending {
    /// Idempotency key: a UUID made per click.
    pub key: String,
    pub pages: Vec<SentPage>,
    /// As what; the setting's when absent.
    pub variant: Option<Variant>,
    /// The cookie store of the tab in which the person acted.
    pub store: String,
}

/// Hands addresses over, one job for each host. One that is refused does not hold up the others.
///
/// # Errors
/// Why the first one was refused, when all were; `HostMissing`.
pub async fn send(sending: Sending) -> Result<Sent, ErrorBody> {
    let Sending { key, pages, variant, store } = sending;
    let (groups, mut refused) = by_host(pages, Address::canonical);
    let mut sent = Sent::default();
    let host = daemon::lease().await?;
    for (number, group) in groups.into_iter().enumerate() {
        let pages = group.pages.len() as u64;
        // The same order each time, so the same keys when the same is asked again.
        let key = [&key, "-", &number.to_string()].concat();
        match send_group(&host, key, group, variant, &store).await {
            Ok(()) => sent.pages += pages,
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    linger(host);
    match refused {
        Some(error) if sent.pages == 0 => Err(error),
        refused => Ok(Sent { refused, ..sent }),
    }
}

async fn send_group(
    host: &Lease,
    key: String,
    group: Group,
    variant: Option<Variant>,
    store: &str,
) -> Result<(), ErrorBody> {
    // Never with a page that others on the way can read.
    let session = if group.is_secure { sites::session_at(&group.host, store).await } else { None };
    if session.is_some() {
        notes::keep_store_of_site(&group.host, store).await;
    }
    let started =
        host.ask_ref::<SendPages>(&NewSend { key, pages: group.pages, variant, session }).await?;
    if let Some(job) = integer(&started, "job") {
        daemon::watch(JobId(job), Source::Web).await;
    }
    Ok(())
}

/// Keeps the connection for a moment, so that what becomes of a new job is heard.
fn linger(host: Lease) {
    spawn(async move {
        sleep(ARRIVAL_MS).await;
        drop(host);
    });
}

/// Addresses of one host that are asked for in the same way.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    host: String,
    is_secure: bool,
    pages: Vec<SentPage>,
}

/// Sorts pages by their hosts, in the order in which these come first. Also gives why one could not be read.
fn by_host(
    pages: Vec<SentPage>,
    read: impl Fn(&str) -> Option<Address>,
) -> (Vec<Group>, Option<ErrorBody>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut refused = None;
    for page in pages {
        let Some(address) = read(&page.address) else {
            let error = ErrorBody::new(ErrorCode::AddressRefused).with("address", page.address);
            refused = refused.or(Some(error));
            continue;
        };
        let page = SentPage { address: address.as_str().to_owned(), ..page };
        let (host, is_secure) = (address.host(), address.is_secure());
        let fits = |group: &&mut Group| {
            group.host == host && group.is_secure == is_secure && group.pages.len() < MOST_PAGES
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.pages.push(page),
            None => groups.push(Group { host: host.to_owned(), is_secure, pages: vec![page] }),
        }
    }
    (groups, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(address: &str) -> SentPage {
        SentPage { address: address.into(), title: Some("T".into()), ..SentPage::default() }
    }

    fn grouped(addresses: &[&str]) -> (Vec<Group>, Option<ErrorBody>) {
        by_host(addresses.iter().map(|address| page(address)).collect(), Address::parse)
    }

    #[test]
    fn one_job_is_of_one_host_and_of_one_scheme() {
        let (groups, refused) = grouped(&[
            "https://a.example/1",
            "https://b.example/",
            "https://a.example:8443/2",
            "http://a.example/3",
        ]);
        let of = |groups: &[Group]| -> Vec<(String, bool, usize)> {
            groups.iter().map(|g| (g.host.clone(), g.is_secure, g.pages.len())).collect()
        };
        assert_eq!(
            of(&groups),
            [
                ("a.example".into(), true, 2),
                ("b.example".into(), true, 1),
                ("a.example".into(), false, 1)
            ]
        );
        assert_eq!(groups[0].pages[1], page("https://a.example:8443/2"));
        assert_eq!(refused, None);
    }

    #[test]
    fn what_is_no_address_is_named_and_the_rest_goes_on() {
        let (groups, refused) = grouped(&["javascript:alert(1)", "https://a.example/", "x"]);
        assert_eq!(groups.len(), 1);
        assert_eq!(refused.unwrap().params["address"], "javascript:alert(1)");
    }

    #[test]
    fn more_than_fits_one_job_makes_two() {
        let addresses: Vec<_> =
            (0..=MOST_PAGES).map(|n| format!("https://a.example/{n}")).collect();
        let (groups, _) = by_host(addresses.iter().map(|a| page(a)).collect(), Address::parse);
        assert_eq!(
            groups.iter().map(|group| group.pages.len()).collect::<Vec<_>>(),
            [MOST_PAGES, 1]
        );
    }
}
