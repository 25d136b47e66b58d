//! The simulator's cookies as the extension would hand them over.

use protocol::{Cookie, Secret};

/// Reads the Netscape format: domain, subdomains, path, https only, end, name, value, between tabs.
pub fn parse(file: &str) -> Vec<Cookie> {
    let line = |line: &str| {
        let (line, http_only) = match line.strip_prefix("#HttpOnly_") {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let fields: Vec<&str> = line.split('\t').collect();
        let [domain, subdomains, path, secure, end, name, value] = fields[..] else { return None };
        Some(Cookie {
            name: name.to_owned(),
            value: Secret::new(value),
            domain: domain.to_owned(),
            host_only: subdomains != "TRUE",
            path: path.to_owned(),
            secure: secure == "TRUE",
            http_only,
            expires_at: end.parse().ok(),
        })
    };
    file.lines().filter_map(line).collect()
}
