//! Which addresses may be asked: http and https to the public internet only.
//!
//! Names are judged here by their text alone; what they resolve to is judged by `resolver`, which hands the
//! connector the very addresses it has checked.

use crate::fault::Fault;
use protocol::{ErrorBody, ErrorCode};
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Parses and checks an absolute address.
pub(crate) fn parse(text: &str, https_only: bool) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| refused(text))?;
    check(&url, https_only)?;
    Ok(url)
}

/// An address that a person wants something from, without its fragment: http or https, no password in it, and not in
/// the local network unless that is allowed.
///
/// # Errors
/// [`ErrorCode::AddressRefused`].
pub fn web_address(text: &str, allow_local: bool) -> Result<Url, ErrorBody> {
    let refused = |shown: &str| ErrorBody::new(ErrorCode::AddressRefused).with("address", shown);
    let mut url = Url::parse(text.trim()).map_err(|_| refused(text))?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let anonymous = url.username().is_empty() && url.password().is_none();
    let host = url.host_str().unwrap_or_default();
    if !is_web || !anonymous || !(allow_local || host_may_be_public(host)) {
        return Err(refused(&shown(&url)));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Refuses other schemes, passwords in addresses, this machine and the local network.
pub(crate) fn check(url: &Url, https_only: bool) -> Result<(), Fault> {
    let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && !https_only);
    let anonymous = url.username().is_empty() && url.password().is_none();
    match url.host_str() {
        Some(host) if scheme_fits && anonymous && host_may_be_public(host) => Ok(()),
        _ => Err(refused(&shown(url))),
    }
}

/// Scheme and host: the path and the query of an address may be secret.
fn shown(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
}

fn refused(address: &str) -> Fault {
    Fault::new(ErrorCode::AddressRefused).with("address", address).unasked()
}

/// `host` as a URL has it: lower case, IPv4 in dotted form, IPv6 in brackets.
fn host_may_be_public(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return is_public(address);
    }
    let name = bare.trim_end_matches('.');
    !name.is_empty() && name != "localhost" && !name.ends_with(".localhost")
}

/// True for an address of the public internet: what the IANA special-purpose registries (RFC 6890 and its
/// successors) list as not globally reachable is not, neither is multicast, nor a form that wraps an IPv4 address.
///
/// The one wrapped form that is let through is a public IPv4 address under the well-known NAT64 prefix
/// (RFC 6052): in a network without IPv4 every IPv4-only site has such an address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Network and prefix length.
const RESERVED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // IETF protocols
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 3),     // multicast, reserved, broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let inside = |&(network, length): &(Ipv4Addr, u32)| {
        let mask = u32::MAX << (32 - length);
        address.to_bits() & mask == network.to_bits()
    };
    !RESERVED_V4.iter().any(inside)
}

/// Parts of the global unicast space that are not ordinary hosts.
const RESERVED_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // IETF protocols, Teredo among them
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: wraps an IPv4 address
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];
/// Everything global lies in here; loopback, unique local, link-local, mapped forms and multicast do not.
const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn is_public_v6(address: Ipv6Addr) -> bool {
    let inside = |&(network, length): &(Ipv6Addr, u32)| {
        let mask = u128::MAX << (128 - length);
        address.to_bits() & mask == network.to_bits()
    };
    if inside(&NAT64) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    inside(&GLOBAL_UNICAST) && !RESERVED_V6.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::loopback("127.0.0.1", false)]
    #[case::loopback_end("127.255.255.255", false)]
    #[case::unspecified("0.0.0.0", false)]
    #[case::private_10("10.1.2.3", false)]
    #[case::private_172_first("172.16.0.0", false)]
    #[case::private_172_last("172.31.255.255", false)]
    #[case::after_private_172("172.32.0.0", true)]
    #[case::private_192("192.168.0.1", false)]
    #[case::metadata("169.254.169.254", false)]
    #[case::carrier_first("100.64.0.0", false)]
    #[case::carrier_last("100.127.255.255", false)]
    #[case::after_carrier("100.128.0.0", true)]
    #[case::benchmark("198.19.255.255", false)]
    #[case::multicast("224.0.0.1", false)]
    #[case::broadcast("255.255.255.255", false)]
    #[case::before_multicast("223.255.255.255", true)]
    #[case::public_v4("142.250.74.112", true)]
    #[case::loopback_v6("::1", false)]
    #[case::unspecified_v6("::", false)]
    #[case::mapped_loopback("::ffff:127.0.0.1", false)]
    #[case::mapped_public("::ffff:8.8.8.8", false)]
    #[case::compatible("::8.8.8.8", false)]
    #[case::unique_local("fd00::1", false)]
    #[case::link_local("fe80::1", false)]
    #[case::site_local("fec0::1", false)]
    #[case::multicast_v6("ff02::1", false)]
    #[case::documentation_v6("2001:db8::1", false)]
    #[case::teredo("2001:0:53aa:64c::1", false)]
    #[case::six_to_four("2002:7f00:1::1", false)]
    #[case::nat64_of_private("64:ff9b::10.0.0.1", false)]
    #[case::nat64_of_public("64:ff9b::142.250.74.112", true)]
    #[case::nat64_local_use("64:ff9b:1::8.8.8.8", false)]
    #[case::public_v6("2a00:1450:4007:80e::2010", true)]
    #[case::public_v6_2001("2001:4860:4860::8888", true)]
    fn the_public_internet_and_nothing_else_may_be_asked(
        #[case] address: &str,
        #[case] public: bool,
    ) {
        assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
    }

    #[rstest]
    #[case("https://localhost/")]
    #[case("https://LOCALHOST./")]
    #[case("https://a.localhost/")]
    #[case("http://127.1/")]
    #[case("http://0x7f000001/")]
    #[case("http://2130706433/")]
    #[case("http://0177.0.0.1/")]
    #[case("http://[::ffff:7f00:1]/")]
    #[case("http://[::1]:8080/")]
    #[case("http://①②⑦.0.0.1/")]
    #[case("ftp://files.example/a")]
    #[case("file:///etc/passwd")]
    #[case("data:audio/mpeg;base64,AAAA")]
    #[case("https://user:word@files.example/a")]
    #[case("not an address")]
    fn an_address_into_this_machine_or_of_another_scheme_is_refused(#[case] address: &str) {
        let fault = parse(address, false).unwrap_err();
        assert_eq!(fault.error.code, ErrorCode::AddressRefused);
        assert!(!fault.asked);
    }

    #[test]
    fn plain_http_is_for_requests_without_credentials() {
        assert!(parse("http://files.example/a", false).is_ok());
        assert!(parse("http://files.example/a", true).is_err());
        assert!(parse("https://files.example/a", true).is_ok());
    }

    #[test]
    fn a_refused_address_is_shown_without_path_and_query() {
        let fault = parse("http://10.0.0.1/path?signature=abc", false).unwrap_err();
        assert_eq!(fault.error.params["address"], "http://10.0.0.1");
    }

    proptest! {
        #[test]
        fn nothing_private_as_the_standard_library_sees_it_is_public(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!(special && is_public(v4.into())));
        }

        #[test]
        fn nothing_local_in_ipv6_is_public(bits: u128) {
            let v6 = Ipv6Addr::from_bits(bits);
            let special = v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()
                || v6.is_multicast() || v6.is_unspecified();
            prop_assert!(!(special && is_public(v6.into())));
        }

        #[test]
        fn a_mapped_address_is_never_public(bits: u32) {
            prop_assert!(!is_public(Ipv4Addr::from_bits(bits).to_ipv6_mapped().into()));
        }

        #[test]
        fn nat64_is_as_public_as_what_it_wraps(bits: u32) {
            let wrapped = Ipv6Addr::from_bits(NAT64.0.to_bits() | u128::from(bits));
            prop_assert_eq!(is_public(wrapped.into()), is_public(Ipv4Addr::from_bits(bits).into()));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in ".*") {
            if let Ok(url) = parse(&text, true) {
                prop_assert_eq!(url.scheme(), "https");
            }
        }
    }
}
