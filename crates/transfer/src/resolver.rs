//! Name resolution that gives the connector public addresses only. Because the connector uses what this returns,
//! a name cannot change its meaning between the check and the connection.

use crate::address::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};

/// Resolves with the system's resolver and drops what is not of the public internet.
pub(crate) struct PublicResolver;

/// A name that leads only to addresses that may not be asked.
#[derive(Debug, thiserror::Error)]
#[error("{name} leads to {first}")]
pub(crate) struct Refused {
    name: String,
    first: IpAddr,
}

impl Refused {
    /// What to show: the name and where it leads.
    pub fn address(&self) -> String {
        format!("{} ({})", self.name, self.first)
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is filled in by the connector.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public = keep_public(name.as_str(), found)?;
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

fn keep_public(
    name: &str,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, Refused> {
    let (public, other): (Vec<_>, Vec<_>) = found.partition(|address| is_public(address.ip()));
    match other.first() {
        Some(first) if public.is_empty() => {
            tracing::warn!(name, address = %first.ip(), "name leads into the local network");
            Err(Refused { name: name.to_owned(), first: first.ip() })
        }
        _ => Ok(public),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::no_answer;
    use protocol::ErrorCode;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn a_mixed_answer_keeps_its_public_addresses_only() {
        let kept =
            keep_public("files.example", addresses(&["127.0.0.1", "8.8.8.8"]).into_iter()).unwrap();
        assert_eq!(kept, addresses(&["8.8.8.8"]));
    }

    #[test]
    fn a_name_that_leads_only_into_the_local_network_is_refused() {
        let refused =
            keep_public("files.example", addresses(&["::1", "10.0.0.1"]).into_iter()).unwrap_err();
        assert_eq!(refused.address(), "files.example (::1)");
    }

    /// Resolves every name to this machine, through the same check.
    struct Rebinding;

    impl Resolve for Rebinding {
        fn resolve(&self, name: Name) -> Resolving {
            let checked = keep_public(name.as_str(), addresses(&["127.0.0.1"]).into_iter());
            Box::pin(async move { Ok(Box::new(checked?.into_iter()) as Addrs) })
        }
    }

    #[tokio::test]
    async fn a_refusal_in_the_resolver_is_told_apart_from_a_dead_host() {
        let client = reqwest::Client::builder().no_proxy().dns_resolver(Rebinding).build().unwrap();
        let error = client.get("http://files.example/").send().await.unwrap_err();
        assert_eq!(no_answer("files.example", &error).error.code, ErrorCode::AddressRefused);
    }
}
