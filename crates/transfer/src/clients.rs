//! The HTTP clients: with the guarded resolver, or through the proxy that applies. Redirects and content
//! codings are not theirs: `chain` follows redirects, and codings do not go together with ranges (I4).

use crate::config::Config;
use crate::host::HostClass;
use crate::resolver::PublicResolver;
use hyper_util::client::proxy::matcher::Matcher;
use protocol::{ErrorBody, ErrorCode};
use reqwest::{Certificate, Client, ClientBuilder, Proxy, Url, redirect};
use std::time::Duration;

pub(crate) struct Clients {
    direct: ByClass,
    proxied: Option<(Matcher, ByClass)>,
}

/// A site's API is spoken to as a browser does. File hosts get HTTP/1.1: one connection a transfer is not slowed
/// by the others, neither by loss on the line nor by one task decrypting for all.
struct ByClass {
    api: Client,
    files: Client,
}

impl Clients {
    pub fn new(config: &Config) -> Result<Self, ErrorBody> {
        let roots = read_roots(config)?;
        let direct = by_class(|| base(config, &roots).no_proxy().dns_resolver(PublicResolver))?;
        let proxied = match &config.proxy {
            Some(address) => {
                let proxy = Proxy::all(address).map_err(|error| unusable("proxy", &error))?;
                let clients = by_class(|| base(config, &roots).proxy(proxy.clone()))?;
                let matcher = Matcher::builder().all(address.clone()).build();
                // Going directly in place of through the proxy would be a silent breach of the setting.
                if !applies_to_anything(&matcher) {
                    return Err(unusable("proxy", &"not an address"));
                }
                Some((matcher, clients))
            }
            // reqwest decides by these same rules, as long as it is not told otherwise.
            None => {
                let matcher = Matcher::from_system();
                applies_to_anything(&matcher)
                    .then(|| by_class(|| base(config, &roots)))
                    .transpose()?
                    .map(|clients| (matcher, clients))
            }
        };
        Ok(Self { direct, proxied })
    }

    /// The client for `url`. A proxy that the person has set is trusted to look after what names lead to.
    pub fn pick(&self, url: &Url, class: HostClass) -> &Client {
        let route = match &self.proxied {
            Some((matcher, proxied)) if is_proxied(matcher, url.as_str()) => proxied,
            _ => &self.direct,
        };
        match class {
            HostClass::Api => &route.api,
            HostClass::Files => &route.files,
        }
    }
}

const PROBES: [&str; 2] = ["https://probe.invalid/", "http://probe.invalid/"];

/// Whether a proxy is set on this system that everything would go through.
pub fn has_proxy() -> bool {
    let matcher = Matcher::from_system();
    PROBES.iter().all(|url| is_proxied(&matcher, url))
}

fn is_proxied(matcher: &Matcher, url: &str) -> bool {
    url.parse().is_ok_and(|uri| matcher.intercept(&uri).is_some())
}

fn applies_to_anything(matcher: &Matcher) -> bool {
    PROBES.iter().any(|url| is_proxied(matcher, url))
}

fn by_class(builder: impl Fn() -> ClientBuilder) -> Result<ByClass, ErrorBody> {
    let build = |builder: ClientBuilder| builder.build().map_err(|error| unusable("TLS", &error));
    Ok(ByClass { api: build(builder())?, files: build(builder().http1_only())? })
}

fn base(config: &Config, roots: &[Certificate]) -> ClientBuilder {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(config.timeouts.connect)
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(32)
        .tcp_nodelay(true);
    if roots.is_empty() { builder } else { builder.tls_certs_merge(roots.iter().cloned()) }
}

fn read_roots(config: &Config) -> Result<Vec<Certificate>, ErrorBody> {
    let Some(path) = &config.extra_roots else { return Ok(Vec::new()) };
    let pem = std::fs::read(path).map_err(|error| unusable(&path.display().to_string(), &error))?;
    Certificate::from_pem_bundle(&pem)
        .map_err(|error| unusable(&path.display().to_string(), &error))
}

fn unusable(what: &str, error: &dyn std::fmt::Display) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadParameters).with("detail", format_args!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Timeouts;
    use rstest::rstest;

    fn config(proxy: &str) -> Config {
        Config {
            parallel: 1,
            pace: Duration::ZERO,
            open_ended: u64::MAX,
            user_agent: "Test/1".into(),
            proxy: Some(proxy.into()),
            extra_roots: None,
            timeouts: Timeouts::default(),
        }
    }

    #[rstest]
    #[case("")]
    #[case("http://")]
    #[case("no proxy here")]
    fn a_proxy_that_cannot_be_used_is_an_error_and_not_a_direct_connection(#[case] proxy: &str) {
        assert_eq!(Clients::new(&config(proxy)).err().unwrap().code, ErrorCode::BadParameters);
    }

    #[test]
    fn a_certificate_file_that_cannot_be_read_is_an_error() {
        let missing =
            Config { extra_roots: Some("/nowhere/ca.pem".into()), ..config("http://127.0.0.1:9") };
        assert_eq!(Clients::new(&missing).err().unwrap().code, ErrorCode::BadParameters);
    }
}
