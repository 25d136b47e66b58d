//! Pagination: which part of a list an address asks for, and the frame around it.

use super::problem::Problem;
use axum::response::{IntoResponse, Json, Response};
use http::header::LINK;
use http::{HeaderValue, Uri};
use serde_json::{Map, Value, json};
use std::ops::Range;

const PER_PAGE: usize = 50;
const MOST_PER_PAGE: usize = 100;
/// What is left out of the addresses of other pages.
const SECRETS: [&str; 3] = ["token", "key", "secret"];

/// What an address asks for.
#[derive(Clone, Debug)]
pub(super) struct PageAsked {
    pub page: usize,
    pub per_page: usize,
    path: String,
    /// The other parameters.
    rest: Vec<(String, String)>,
}

impl PageAsked {
    pub(super) fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default().as_bytes();
        let mut asked =
            Self { page: 1, per_page: PER_PAGE, path: uri.path().to_owned(), rest: Vec::new() };
        for (name, value) in form_urlencoded::parse(query).into_owned() {
            match name.as_str() {
                "page" => asked.page = positive(&value).unwrap_or(1),
                "per_page" => {
                    asked.per_page = positive(&value).unwrap_or(PER_PAGE).min(MOST_PER_PAGE);
                }
                secret if SECRETS.contains(&secret) => {}
                _ => asked.rest.push((name, value)),
            }
        }
        asked
    }

    /// Another parameter's value.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.rest.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// True when the list shall begin with its last entry.
    pub(super) fn is_descending(&self, otherwise: bool) -> bool {
        self.parameter("sort_order").map_or(otherwise, |order| order.eq_ignore_ascii_case("desc"))
    }

    /// The entries of this page in a list of so many.
    ///
    /// # Errors
    /// When the page is behind the last.
    pub(super) fn range(&self, items: usize) -> Result<Range<usize>, Problem> {
        if self.page > self.pages(items) {
            return Err(Problem::not_found());
        }
        let start = (self.page - 1) * self.per_page;
        Ok(start..(start + self.per_page).min(items))
    }

    /// The answer: `entries` under the name `list`, framed by what there is in all.
    pub(super) fn answer(&self, items: usize, list: &str, entries: Vec<Value>) -> Response {
        let urls = self.urls(items);
        let link: Vec<String> =
            urls.iter().map(|(rel, address)| format!("<{address}>; rel=\"{rel}\"")).collect();
        let urls: Map<String, Value> =
            urls.into_iter().map(|(rel, address)| (rel.to_owned(), address.into())).collect();
        let body = json!({
            "pagination": {
                "page": self.page,
                "pages": self.pages(items),
                "per_page": self.per_page,
                "items": items,
                "urls": urls,
            },
            list: entries,
        });
        let mut response = Json(body).into_response();
        if let Ok(link) = HeaderValue::from_str(&link.join(", "))
            && !link.is_empty()
        {
            response.headers_mut().insert(LINK, link);
        }
        response
    }

    fn pages(&self, items: usize) -> usize {
        items.div_ceil(self.per_page).max(1)
    }

    /// The addresses of the pages around this one.
    fn urls(&self, items: usize) -> Vec<(&'static str, String)> {
        let pages = self.pages(items);
        let mut urls = Vec::new();
        if self.page > 1 {
            urls.extend([("first", self.url(1)), ("prev", self.url(self.page - 1))]);
        }
        if self.page < pages {
            urls.extend([("last", self.url(pages)), ("next", self.url(self.page + 1))]);
        }
        urls
    }

    fn url(&self, page: usize) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("page", &page.to_string())
            .append_pair("per_page", &self.per_page.to_string())
            .extend_pairs(&self.rest)
            .finish();
        super::api(&format!("{}?{query}", self.path))
    }
}

fn positive(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(target: &str) -> PageAsked {
        PageAsked::of(&target.parse().unwrap())
    }

    #[test]
    fn a_page_in_the_middle_has_four_neighbours() {
        let page = asked("/users/x/wants?per_page=2&page=2&sort=added&token=secret");
        assert_eq!(page.range(5).unwrap(), 2..4);
        let urls = page.urls(5);
        let rels: Vec<&str> = urls.iter().map(|(rel, _)| *rel).collect();
        assert_eq!(rels, ["first", "prev", "last", "next"]);
        assert_eq!(urls[3].1, "https://api.discogs.com/users/x/wants?page=3&per_page=2&sort=added");
    }

    #[test]
    fn pages_have_fifty_entries_and_never_more_than_a_hundred() {
        assert_eq!(asked("/x").range(120).unwrap(), 0..50);
        assert_eq!(asked("/x?per_page=500").range(120).unwrap(), 0..100);
        assert_eq!(asked("/x?per_page=0&page=-1").range(0).unwrap(), 0..0);
        assert!(asked("/x?page=4").range(120).is_err());
    }
}
