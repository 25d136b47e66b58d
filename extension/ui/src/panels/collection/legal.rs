//! Where the data is from, and what the site asks every program that uses it to say.

use crate::catalogue::t;
use leptos::prelude::*;

/// The site.
const SITE: &str = "https://www.discogs.com";
/// What it asks of programs.
const TERMS: &str = "https://support.discogs.com/hc/en-us/articles/360009334593-API-Terms-of-Use";

/// Draws it.
pub fn notice() -> AnyView {
    view! {
        <footer class="small muted">
            {link(SITE, "discogs_data")} ". " {t("discogs_not_affiliated")} " "
            {link(TERMS, "discogs_terms")}
        </footer>
    }
    .into_any()
}

fn link(address: &'static str, words: &str) -> AnyView {
    view! { <a href=address target="_blank" rel="noopener noreferrer">{t(words)}</a> }.into_any()
}
