//! Which site an address belongs to.

use protocol::Source;

/// The site of a tab's address; only https, and only the site's own names.
pub fn source_of(url: &str) -> Option<Source> {
    let host = url.strip_prefix("https://")?.split(['/', '?', '#', ':']).next()?;
    Source::SITES.iter().copied().find(|source| belongs(host, domain(*source)))
}

/// The site's name without `https://www.`.
fn domain(source: Source) -> &'static str {
    source.origin().trim_start_matches("https://").trim_start_matches("www.")
}

fn belongs(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_known_by_its_host() {
        assert_eq!(source_of("https://www.producer.ai/song/1?x"), Some(Source::Producer));
        assert_eq!(source_of("https://flowmusic.app"), Some(Source::Flowmusic));
    }

    #[test]
    fn names_that_only_look_alike_are_other_sites() {
        for url in [
            "https://evilproducer.ai/",
            "https://www.producer.ai.example.com/",
            "http://www.producer.ai/",
            "https://example.com/https://www.producer.ai/",
            "https://user@www.producer.ai.example/",
            "",
        ] {
            assert_eq!(source_of(url), None, "{url}");
        }
    }
}
