//! Reads a browser's cookies from a Netscape cookie file, as curl, yt-dlp and browser add-ons write it.
//!
//! A line has seven fields between tabs: domain, whether subdomains get it too (`TRUE`/`FALSE`), path,
//! whether only https gets it, end in seconds since 1970 (0: with the session), name, value. `#` starts a
//! comment, except for `#HttpOnly_` (curl's mark). Source: curl's `docs/HTTP-COOKIES.md`.
//!
//! Values are credentials: no message here quotes a line.

use protocol::{Cookie, Secret};

/// No browser's cookies come near this many bytes.
pub const LARGEST_FILE: u64 = 8 * 1024 * 1024;
const HTTP_ONLY: &str = "#HttpOnly_";

/// A line that is no cookie.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, without the line's content.
    pub why: &'static str,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieFile {
    /// The cookies in the order of the file.
    pub cookies: Vec<Cookie>,
    /// The lines that are none.
    pub bad: Vec<BadLine>,
}

/// Reads the content of a cookie file. Bad lines are reported and skipped.
pub fn parse(content: &[u8]) -> CookieFile {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut file = CookieFile::default();
    for (index, line) in content.split(|&byte| byte == b'\n').enumerate() {
        match std::str::from_utf8(line).map_err(|_| "it is not UTF-8 text").and_then(parse_line) {
            Ok(None) => {}
            Ok(Some(cookie)) => file.cookies.push(cookie),
            Err(why) => file.bad.push(BadLine { line: index + 1, why }),
        }
    }
    file
}

fn parse_line(line: &str) -> Result<Option<Cookie>, &'static str> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (line, http_only) = match line.strip_prefix(HTTP_ONLY) {
        Some(rest) => (rest, true),
        None if line.trim().is_empty() || line.starts_with('#') => return Ok(None),
        None => (line, false),
    };
    let fields: Vec<&str> = line.split('\t').collect();
    let (domain, subdomains, path, secure, end, name, value) = match fields[..] {
        [domain, subdomains, path, secure, end, name, value] => {
            (domain, subdomains, path, secure, end, name, value)
        }
        // Editors cut the tab before an empty value.
        [domain, subdomains, path, secure, end, name] => {
            (domain, subdomains, path, secure, end, name, "")
        }
        _ => return Err("it does not have seven fields between tabs"),
    };
    let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
    if domain.is_empty() || domain.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("the domain is not one");
    }
    check_name(name)?;
    // RFC 6265 §4.1.1 allows less; browsers send what they got, so only what would break the header is refused.
    if value.contains(|c: char| c.is_control() || c == ';') {
        return Err("the value has characters that no cookie has");
    }
    Ok(Some(Cookie {
        name: name.to_owned(),
        value: Secret::new(value),
        domain,
        host_only: !flag(subdomains)?,
        path: if path.starts_with('/') { path.to_owned() } else { "/".to_owned() },
        secure: flag(secure)?,
        http_only,
        expires_at: expiry(end)?,
    }))
}

fn check_name(name: &str) -> Result<(), &'static str> {
    let breaks = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ';' | '=' | ',');
    match name {
        "" => Err("the cookie has no name"),
        name if name.contains(breaks) => Err("the name has characters that no cookie's name has"),
        _ => Ok(()),
    }
}

fn flag(text: &str) -> Result<bool, &'static str> {
    match text {
        _ if text.eq_ignore_ascii_case("TRUE") => Ok(true),
        _ if text.eq_ignore_ascii_case("FALSE") => Ok(false),
        _ => Err("TRUE or FALSE is missing"),
    }
}

/// 0, nothing and negative numbers mean the end of the session; some add-ons write fractions.
fn expiry(text: &str) -> Result<Option<i64>, &'static str> {
    let whole = text.split('.').next().unwrap_or_default();
    if whole.is_empty() {
        return Ok(None);
    }
    let seconds: i64 = whole.parse().map_err(|_| "the time of its end is not a number")?;
    Ok((seconds > 0).then_some(seconds))
}

#[cfg(test)]
mod tests;
