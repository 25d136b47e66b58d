//! What can be asked for, as paths on the API's origin.

/// Records asked for in a page: the most that the API gives.
pub(super) const PER_PAGE: u32 = 100;

/// Who the credentials belong to.
pub(super) const IDENTITY: &str = "/oauth/identity";

/// A token to be agreed to (OAuth 1.0a).
pub(super) const REQUEST_TOKEN: &str = "/oauth/request_token";

/// What it is exchanged for.
pub(super) const ACCESS_TOKEN: &str = "/oauth/access_token";

/// The folders of a collection.
pub(super) fn folders(user: &str) -> String {
    format!("/users/{}/collection/folders", segment(user))
}

/// The custom fields of a collection.
pub(super) fn fields(user: &str) -> String {
    format!("/users/{}/collection/fields", segment(user))
}

/// What a collection is worth.
pub(super) fn value(user: &str) -> String {
    format!("/users/{}/collection/value", segment(user))
}

/// The copies in a folder, newest first; 0 is the folder of all.
pub(super) fn copies(user: &str, folder: i64) -> String {
    format!(
        "/users/{}/collection/folders/{folder}/releases?sort=added&sort_order=desc",
        segment(user)
    )
}

/// The wantlist, newest first.
pub(super) fn wants(user: &str) -> String {
    format!("/users/{}/wants?sort=added&sort_order=desc", segment(user))
}

/// What is for sale, newest first.
pub(super) fn inventory(user: &str) -> String {
    format!("/users/{}/inventory?sort=listed&sort_order=desc", segment(user))
}

/// The beginning of what is for sale, which tells how much there is, and in which currency.
pub(super) fn shop_front(user: &str) -> String {
    page(&inventory(user), 1)
}

/// The jobs that make a file of the own inventory.
pub(super) const EXPORTS: &str = "/inventory/export";

/// One of them.
pub(super) fn export(id: i64) -> String {
    format!("{EXPORTS}/{id}")
}

/// What a job has made.
pub(super) fn download(job: &str) -> String {
    format!("{job}/download")
}

/// A page of a list.
pub(super) fn page(list: &str, number: u32) -> String {
    let joint = if list.contains('?') { '&' } else { '?' };
    format!("{list}{joint}page={number}&per_page={PER_PAGE}")
}

/// Everything about a release.
pub(super) fn release(id: i64) -> String {
    format!("/releases/{id}")
}

/// What a release costs at the least, and how many are for sale.
pub(super) fn stats(release: i64) -> String {
    format!("/marketplace/stats/{release}")
}

/// What the site would ask for it, by condition. For sellers with credentials.
pub(super) fn price_suggestions(release: i64) -> String {
    format!("/marketplace/price_suggestions/{release}")
}

/// A user's name as one segment of a path (RFC 3986 §3.3): everything but unreserved characters is escaped.
fn segment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(folders("a/../b?c d"), "/users/a%2F..%2Fb%3Fc%20d/collection/folders");
        assert_eq!(fields("Jürgen_1.2-3~"), "/users/J%C3%BCrgen_1.2-3~/collection/fields");
    }

    #[test]
    fn a_page_is_asked_for_behind_what_the_list_has() {
        assert_eq!(page("/a", 2), "/a?page=2&per_page=100");
        assert_eq!(page("/a?sort=added", 1), "/a?sort=added&page=1&per_page=100");
    }
}
