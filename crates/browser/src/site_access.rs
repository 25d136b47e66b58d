//! Which sites' sign-in may be used: the browser's own record of the hosts that the person has allowed.
//!
//! A host is allowed when the extension has the permission for exactly `https://HOST/*`. There is no second list
//! that could say otherwise, and what the person takes back in the browser's settings is taken back.

use crate::permissions;
use protocol::{ErrorBody, Source};
use std::future::Future;

/// Second-level names under which countries register domains: `co` in `example.co.uk`.
const REGISTRIES: &[&str] = &[
    "ac", "asso", "co", "com", "edu", "go", "gob", "gouv", "gov", "mil", "ne", "net", "nom", "or",
    "org",
];
/// Sites that are allowed from the beginning, for what they are there for. Their session is not a page's.
const OWN_SITES: &[&str] = &["discogs.com"];

/// The host and the domains above it, whose cookies it may be sent: `a.example.com`, `example.com`.
pub fn cookie_domains(host: &str) -> Vec<&str> {
    let mut domains = vec![host];
    let is_number = host.starts_with('[') || host.split('.').all(|part| part.parse::<u8>().is_ok());
    let mut rest = host;
    while let Some((_, above)) = rest.split_once('.').filter(|_| !is_number) {
        if !is_registrable(above) {
            break;
        }
        domains.push(above);
        rest = above;
    }
    domains
}

/// Whether somebody can have registered `domain`: no top-level domain and nothing like `co.uk`.
fn is_registrable(domain: &str) -> bool {
    let mut labels = domain.rsplit('.');
    let (top, second, third) = (labels.next(), labels.next(), labels.next());
    match (top, second) {
        (Some(top), Some(second)) => {
            third.is_some() || top.len() != 2 || !REGISTRIES.contains(&second)
        }
        _ => false,
    }
}

/// What to ask the browser for. Domains above are asked for too: a browser hands out a cookie only to those who may
/// see the domain that the cookie is for, and a session is often for `example.com` while its page is at `www.`.
fn patterns(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|host| ["https://", host, "/*"].concat()).collect()
}

/// The host of a pattern that names one host.
fn host_of(pattern: &str) -> Option<&str> {
    let host = pattern.strip_prefix("https://")?.strip_suffix("/*")?;
    (!host.is_empty() && !host.contains(['*', '/'])).then_some(host)
}

/// Whether the choice is the person's: not for sites that are in the manifest for their own sake.
pub fn can_be_chosen(host: &str) -> bool {
    let sites =
        Source::SITES.iter().map(|source| source.origin().trim_start_matches("https://www."));
    let is_own = |site: &str| is_within(host, site);
    !host.is_empty() && !sites.chain(OWN_SITES.iter().copied()).any(is_own)
}

/// True when `host` is `domain` or below it.
pub fn is_within(host: &str, domain: &str) -> bool {
    let rest = host.strip_suffix(domain);
    rest.is_some_and(|rest| !domain.is_empty() && (rest.is_empty() || rest.ends_with('.')))
}

fn hosts_in(patterns: &[String]) -> Vec<String> {
    let hosts = patterns.iter().filter_map(|pattern| host_of(pattern));
    hosts.filter(|host| can_be_chosen(host)).map(str::to_owned).collect()
}

/// The hosts that are allowed, in no order.
pub async fn allowed_hosts() -> Vec<String> {
    hosts_in(&permissions::origins().await)
}

/// Whether `host` is allowed.
pub async fn is_allowed(host: &str) -> bool {
    allowed_hosts().await.iter().any(|allowed| allowed == host)
}

/// Of the hosts that are allowed those to show: what was allowed only because a host below it needs it is left out.
pub fn to_show(allowed: &[String]) -> Vec<String> {
    let serves_another = |host: &String| {
        allowed.iter().any(|other| other != host && cookie_domains(other).contains(&host.as_str()))
    };
    allowed.iter().filter(|host| !serves_another(host)).cloned().collect()
}

/// The hosts that go when `host` is forgotten: it, those below it, and domains above it that no other needs.
pub fn to_forget<'a>(host: &str, allowed: &'a [String]) -> Vec<&'a str> {
    let goes = |other: &str| is_within(other, host);
    let is_needed = |domain: &str| {
        let mut stay = allowed.iter().filter(|other| !goes(other) && !is_within(host, other));
        stay.any(|other| cookie_domains(other).contains(&domain))
    };
    let is_above = |domain: &str| cookie_domains(host).contains(&domain);
    let gone = |other: &&str| goes(other) || (is_above(other) && !is_needed(other));
    allowed.iter().map(String::as_str).filter(gone).collect()
}

/// Asks the person for `host`; true when they agree. Only inside a click's handler, and before anything else there.
///
/// # Errors
/// As [`permissions::request`].
pub fn ask_for(host: &str) -> impl Future<Output = Result<bool, ErrorBody>> + use<> {
    permissions::request(&patterns(&cookie_domains(host)))
}

/// Takes back that `host` is allowed; gives the hosts that were.
///
/// # Errors
/// [`protocol::ErrorCode::Internal`] when the browser refuses.
pub async fn forget(host: &str) -> Result<Vec<String>, ErrorBody> {
    let allowed = allowed_hosts().await;
    let hosts = to_forget(host, &allowed);
    if !hosts.is_empty() {
        permissions::remove(&patterns(&hosts)).await?;
    }
    Ok(hosts.into_iter().map(str::to_owned).collect())
}

/// The hosts in a `permissions.Permissions`, which the events of that namespace bring.
pub fn hosts_of(permissions: &serde_json::Value) -> Vec<String> {
    let origins = crate::fields::list(permissions, "origins").iter();
    let origins: Vec<String> = origins.filter_map(|o| o.as_str().map(str::to_owned)).collect();
    hosts_in(&origins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn owned(hosts: &[&str]) -> Vec<String> {
        hosts.iter().map(|host| (*host).to_owned()).collect()
    }

    #[test]
    fn cookies_of_domains_above_are_sent_to_a_host_but_not_those_of_a_registry() {
        assert_eq!(
            cookie_domains("a.b.example.com"),
            ["a.b.example.com", "b.example.com", "example.com"]
        );
        assert_eq!(cookie_domains("www.example.co.uk"), ["www.example.co.uk", "example.co.uk"]);
        assert_eq!(cookie_domains("www.ard.de"), ["www.ard.de", "ard.de"]);
        assert_eq!(cookie_domains("example.com"), ["example.com"]);
        for host in ["192.168.1.10", "[2001:db8::1.2.3.4]", "localhost", ""] {
            assert_eq!(cookie_domains(host), [host]);
        }
    }

    #[test]
    fn only_permissions_for_one_host_over_https_are_somebodys_choice() {
        let origins = json!({ "permissions": [], "origins": [
            "https://b.example/*", "https://a.example/*", "https://*/*", "https://*.c.example/*", "http://d.example/*",
            "https://www.producer.ai/*", "https://api.discogs.com/*", "<all_urls>", 7,
        ] });
        assert_eq!(hosts_of(&origins), ["b.example", "a.example"]);
        assert!(hosts_of(&json!(null)).is_empty());
    }

    #[test]
    fn a_domain_that_serves_a_host_below_is_not_shown_beside_it() {
        let allowed = owned(&["example.com", "other.example", "www.example.com"]);
        assert_eq!(to_show(&allowed), ["other.example", "www.example.com"]);
    }

    #[test]
    fn a_forgotten_host_takes_along_what_was_allowed_for_it_alone() {
        let allowed = owned(&["example.com", "m.example.com", "other.example", "www.example.com"]);
        assert_eq!(to_forget("www.example.com", &allowed), ["www.example.com"]);
        let allowed = owned(&["example.com", "other.example", "www.example.com"]);
        assert_eq!(to_forget("www.example.com", &allowed), ["example.com", "www.example.com"]);
        assert_eq!(to_forget("example.com", &allowed), ["example.com", "www.example.com"]);
        assert!(to_forget("unknown.example", &allowed).is_empty());
    }

    #[test]
    fn a_name_that_only_ends_alike_is_not_below() {
        assert!(
            is_within("a.example.com", "example.com") && is_within("example.com", "example.com")
        );
        assert!(!is_within("notexample.com", "example.com") && !is_within("example.com", ""));
    }
}
