//! Who is signed in on the site itself, as its pages say where people read it.
//!
//! The header of every page links to the profile of the person who is signed in. What the page is about links to many
//! profiles, so nothing but the header counts, and only if it names one person.

use crate::session::percent_decoded;
use crate::transport::{HttpMethod, Request, Response};
use crate::verdict::is_challenge;
use protocol::{ErrorBody, ErrorCode, Source};

/// A page that is for people who are signed in; others are led to the sign-in page.
const PAGE: &str = "https://www.discogs.com/my";
/// The longest name that is believed, in characters.
const MAX_NAME: usize = 100;

/// The request for a page that tells; the browser's session goes with it.
pub fn visitor_page() -> Request {
    Request { method: HttpMethod::Get, url: PAGE.to_owned(), headers: Vec::new(), body: None }
}

/// The name in addresses of the person who is signed in, from the answer to [`visitor_page`]; `None` when nobody is, or
/// when the page does not say it clearly.
///
/// # Errors
/// `Challenge` when the site wants to see a person first.
pub fn visitor(answer: &Response) -> Result<Option<String>, ErrorBody> {
    if is_challenge(answer) {
        let error = ErrorBody::new(ErrorCode::Challenge);
        return Err(error.with("site", Source::Discogs.title()));
    }
    let page = String::from_utf8_lossy(&answer.body);
    Ok(if answer.status == 200 { named_in(header_of(&page)) } else { None })
}

/// The first `header` element of the body; empty when there is none.
fn header_of(page: &str) -> &str {
    let from = |text: &str, tag: &str| {
        let starts = text.match_indices('<').map(|(at, _)| at);
        starts.into_iter().find(|at| is_tag(&text[*at + 1..], tag))
    };
    let body = from(page, "body").map_or("", |at| &page[at..]);
    let header = from(body, "header").map_or("", |at| &body[at..]);
    from(header, "/header").map_or("", |end| &header[..end])
}

/// Whether the text behind a `<` is this tag's.
fn is_tag(text: &str, tag: &str) -> bool {
    let (name, rest) = (text.get(..tag.len()), text.get(tag.len()..).unwrap_or_default());
    name.is_some_and(|name| name.eq_ignore_ascii_case(tag))
        && rest.starts_with(|next: char| next.is_ascii_whitespace() || next == '>' || next == '/')
}

/// The one user whose profile is linked to.
fn named_in(header: &str) -> Option<String> {
    let mut paths = header.match_indices("href=").filter_map(|(at, href)| {
        let value = &header[at + href.len()..];
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        value[1..].split(quote).next().map(path_of)
    });
    let mut name = None;
    let is_one = paths.all(|path| match user_of(path) {
        Some(found) => *name.get_or_insert(found) == found,
        // Offered to those who are not signed in.
        None => !path.starts_with("/login"),
    });
    let name = String::from_utf8(percent_decoded(name.filter(|_| is_one)?)).ok()?;
    let is_name = |name: &String| {
        let odd = |char: char| char.is_control() || char == '/' || char == '&';
        (1..=MAX_NAME).contains(&name.chars().count()) && !name.contains(odd)
    };
    Some(name).filter(is_name)
}

/// The path of an address on the site, without query, and without the language that may stand before it.
fn path_of(address: &str) -> &str {
    let path = address.strip_prefix("https://www.discogs.com").unwrap_or(address);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path.get(1..3) {
        Some(language)
            if path.get(3..4) == Some("/") && language.bytes().all(|b| b.is_ascii_lowercase()) =>
        {
            &path[3..]
        }
        _ => path,
    }
}

/// `NAME` of `/user/NAME` or of what is below it.
fn user_of(path: &str) -> Option<&str> {
    path.strip_prefix("/user/")?.split('/').next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(header: &str, main: &str) -> Response {
        let body = format!(
            "<!DOCTYPE html><html><head><title>x</title></head><body class=\"a\">\
             <header id=\"top\">{header}</header><main>{main}</main></body></html>"
        );
        Response {
            status: 200,
            content_type: "text/html".into(),
            body: body.into(),
            ..Response::default()
        }
    }

    fn name(header: &str) -> Option<String> {
        let others = "<header><a href=\"/user/another\">another</a></header>";
        visitor(&page(header, others)).unwrap()
    }

    #[test]
    fn the_headers_link_to_a_profile_names_who_is_signed_in() {
        let menu = "<a href=\"/\">Discogs</a> <a href=\"/user/some.one-1\">me</a> \
                    <a href='/user/some.one-1/collection'>Collection</a> <a href=\"/logout\">Log out</a>";
        assert_eq!(name(menu).as_deref(), Some("some.one-1"));
        let own = Some("caf\u{e9} 1");
        assert_eq!(
            name("<a href=\"https://www.discogs.com/user/caf%C3%A9%201?x\">").as_deref(),
            own
        );
        assert_eq!(name("<a href=\"/de/user/caf%C3%A9%201\">").as_deref(), own);
    }

    #[test]
    fn other_peoples_links_are_nobodys_name() {
        assert_eq!(name("<a href=\"/login?return_to=%2Fuser%2Fx\">Log in</a>"), None);
        assert_eq!(name("<a href=\"/user/a\"><a href=\"/user/b\">"), None, "two of them");
        assert_eq!(name("<a href=\"/user/a\"><a href=\"/login\">"), None, "somebody is greeted");
        for odd in [
            "/user/",
            "/users/a",
            "/sell/user/a",
            "https://example.com/user/a",
            "/user/a%2Fb",
            "/user/%FF",
        ] {
            assert_eq!(name(&format!("<a href=\"{odd}\">")), None, "{odd}");
        }
    }

    #[test]
    fn a_page_that_is_not_as_expected_names_nobody() {
        let signed_in = page("<a href=\"/user/a\">", "");
        assert_eq!(visitor(&signed_in), Ok(Some("a".into())));
        let redirected = Response { status: 302, ..signed_in.clone() };
        assert_eq!(visitor(&redirected), Ok(None));
        for body in [
            "",
            "{}",
            "<header><a href=\"/user/a\"></header>",
            "<body><header><a href=\"/user/a\">",
        ] {
            let answer = Response { body: body.into(), ..signed_in.clone() };
            assert_eq!(visitor(&answer), Ok(None), "{body}");
        }
        let challenged = Response { cf_mitigated: true, status: 403, ..signed_in };
        assert_eq!(visitor(&challenged).unwrap_err().code, ErrorCode::Challenge);
    }
}
