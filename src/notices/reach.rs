//! Where we send: to public addresses over https, and to hosts that the operator named.
//!
//! A shop chooses the address, so it must not become a way into the network of the operator. The
//! check is made on what a name leads to, by the very look-up that the connection uses: an answer that
//! changes between check and use does not exist.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::UrlTrouble;
use crate::net;

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);

/// Reads an address and refuses what we never send to. `trusted` are the hosts that the operator named.
///
/// What a name leads to is looked at when it is used.
pub(super) fn url_check(text: &str, trusted: &[String]) -> Result<Url, UrlTrouble> {
    let url = Url::parse(text).map_err(|_| UrlTrouble::NotAnAddress)?;
    if !matches!(url.scheme(), "https" | "http") || url.fragment().is_some() {
        return Err(UrlTrouble::NotAnAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlTrouble::HasCredentials);
    }
    if is_trusted(&url, trusted) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(UrlTrouble::NotHttps);
    }
    let literal = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(Host::Domain(_)) => None,
        None => return Err(UrlTrouble::NotAnAddress),
    };
    if literal.is_some_and(|ip| !is_public(ip)) {
        return Err(UrlTrouble::PrivateAddress);
    }
    Ok(url)
}

pub(super) fn is_trusted(url: &Url, trusted: &[String]) -> bool {
    url.host_str().is_some_and(|host| trusted.iter().any(|name| name == host))
}

/// A host as an address writes it; nothing if it is none.
pub(super) fn host_read(name: &str) -> Option<String> {
    Host::parse(name.trim()).ok().map(|host| host.to_string())
}

/// Whether an address belongs to the internet (registries of special-purpose addresses of IANA, RFC
/// 6890), and not to a private network, this machine, a link or a tunnel.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [first, second, third, _] = ip.octets();
    let special = first == 0
        || first >= 224
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        // Shared by providers, for protocols, for measurements.
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 198 && (18..20).contains(&second));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [first, second, ..] = ip.segments();
    // Unicast of the internet, but for protocols and tunnels, examples, and addresses of version 4.
    let is_unicast = (0x2000..0x4000).contains(&first);
    let is_special = (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || first == 0x2002
        || first == 0x3fff;
    is_unicast && !is_special
}

/// A name led to no public address.
#[derive(Debug, thiserror::Error)]
#[error("the host has no public address")]
struct AddressRefused;

/// Whether a request failed because its host is not public.
pub(super) fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<AddressRefused>() {
            return true;
        }
        cause = error.source();
    }
    false
}

struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err(AddressRefused.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// The clients of the two kinds of hosts.
pub(super) struct Clients {
    public: reqwest::Client,
    trusted: reqwest::Client,
}

impl Clients {
    /// `patience`: from the look-up of the name to the head of the answer.
    pub(super) fn new(patience: Duration) -> Self {
        let builder = || {
            net::client_builder()
                .redirect(reqwest::redirect::Policy::none())
                // A proxy would look names up by itself.
                .no_proxy()
                .connect_timeout(CONNECT_TIME_MAX.min(patience))
                .timeout(patience)
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().expect("these settings make a client on any system")
        };
        Self { public: build(builder().dns_resolver(PublicOnly)), trusted: build(builder()) }
    }

    /// The client for an address that was checked with the same list.
    pub(super) fn of(&self, url: &Url, trusted: &[String]) -> &reqwest::Client {
        if is_trusted(url, trusted) { &self.trusted } else { &self.public }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_told_from_those_outside() {
        let inside = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
        ];
        for ip in inside {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["8.8.8.8", "77.88.8.8", "172.32.0.1", "100.128.0.1", "2a02:6b8::feed:ff"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_of_endpoints_are_checked() {
        let trusted = ["127.0.0.1".to_owned(), "shop.local".to_owned()];
        for right in [
            "https://shop.example.ru/hooks?x=1",
            "https://77.88.8.8:8443/",
            "https://localhost/",
            "http://127.0.0.1:8080/",
            "http://shop.local/",
        ] {
            assert!(url_check(right, &trusted).is_ok(), "{right}");
        }
        for (wrong, why) in [
            ("shop.example.ru", UrlTrouble::NotAnAddress),
            ("ftp://shop.example.ru/", UrlTrouble::NotAnAddress),
            ("https://", UrlTrouble::NotAnAddress),
            ("https://shop.example.ru/#x", UrlTrouble::NotAnAddress),
            ("http://shop.example.ru/", UrlTrouble::NotHttps),
            ("https://a:b@shop.example.ru/", UrlTrouble::HasCredentials),
            ("https://10.0.0.1/", UrlTrouble::PrivateAddress),
            // The same address, written otherwise.
            ("https://0x7f000002/", UrlTrouble::PrivateAddress),
            ("https://2130706434/", UrlTrouble::PrivateAddress),
            ("https://[::ffff:7f00:2]/", UrlTrouble::PrivateAddress),
            ("https://127.2/", UrlTrouble::PrivateAddress),
        ] {
            assert_eq!(url_check(wrong, &trusted).unwrap_err(), why, "{wrong}");
        }
    }
}
