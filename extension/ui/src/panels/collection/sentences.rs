//! Discogs in words. Pure text: it knows the catalogue and the protocol.

use crate::catalogue::{t, tf, tn};
use crate::words;
use protocol::discogs::{
    Depth, DiscogsList, EntryView, Estimate, ListProof, ListState, Price, ReadBy, Run, RunStage,
    RunState, SHOWN_FOR,
};

/// The name of a list.
pub fn list_name(list: DiscogsList) -> String {
    t(match list {
        DiscogsList::Collection => "discogs_collection",
        DiscogsList::Wants => "discogs_wants",
        DiscogsList::Inventory => "discogs_inventory",
    })
}

/// How long ago something was, in its largest sensible unit. Both in seconds since 1970.
pub fn ago(then: i64, now: i64) -> String {
    let seconds = u64::try_from(now - then).unwrap_or(0);
    match seconds {
        0..60 => t("ago_now"),
        60..3_600 => tn("ago_min", seconds / 60),
        3_600..86_400 => tn("ago_h", seconds / 3_600),
        _ => tn("ago_days", seconds / 86_400),
    }
}

/// Whether something is older than it may be shown.
pub fn is_old(then: i64, now: i64) -> bool {
    now - then >= SHOWN_FOR
}

/// The proof that a list is whole, and when it was read; `None` when it never was.
pub fn proof(state: &ListState, now: i64) -> Option<String> {
    let read = tf("discogs_read_at", &[("ago", &ago(state.read_at?, now))]);
    Some(match &state.proof {
        Some(proof) => [&counted(proof), " ", &read].concat(),
        None => read,
    })
}

/// How a list was counted, and which way it came.
pub fn counted(proof: &ListProof) -> String {
    let found =
        [("found", words::number(proof.found)), ("expected", words::number(proof.expected))];
    let found: Vec<(&str, &str)> = found.iter().map(|(name, n)| (*name, n.as_str())).collect();
    let counted = match (proof.found == proof.expected, proof.cut) {
        (true, _) => "proof_whole",
        (false, true) => "proof_cut",
        (false, false) => "proof_part",
    };
    let way = (proof.by == ReadBy::Export).then(|| t("proof_export"));
    let walks = (proof.walks > 1).then(|| tn("proof_walks", proof.walks.into()));
    let repeated = (proof.repeated > 0).then(|| tn("proof_repeated", proof.repeated));
    let sentences = [Some(tf(counted, &found)), way, walks, repeated];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whether everything that is to be had was found.
pub fn is_whole(proof: &ListProof) -> bool {
    proof.found == proof.expected || proof.cut
}

/// What reading would take.
pub fn estimate(estimate: &Estimate, depth: Depth, is_first: bool) -> String {
    let time = match estimate.seconds {
        0 => t("estimate_at_once"),
        seconds => tf("estimate_about", &[("time", &words::duration(seconds))]),
    };
    let requests = tn("estimate_requests", estimate.requests);
    // Of a list that was never read the site says how long it is, if it answers.
    match (depth, is_first && estimate.releases == 0) {
        (Depth::List, false) => tf("estimate_list", &[("time", &time), ("requests", &requests)]),
        (_, true) => t("estimate_first"),
        _ => tf(
            "estimate_details",
            &[
                ("releases", &tn("releases", estimate.releases)),
                ("time", &time),
                ("requests", &requests),
                ("cached", &words::number(estimate.from_cache)),
            ],
        ),
    }
}

/// Where a run stands.
pub fn run_state(run: &Run) -> String {
    t(match (run.state, run.figures.stage) {
        (RunState::Running, RunStage::List) => "run_list",
        (RunState::Running, RunStage::Details) if run.is_part => "run_details_of_part",
        (RunState::Running, RunStage::Details) => "run_details",
        (RunState::Running, RunStage::Prices) if run.is_part => "run_prices_of_part",
        (RunState::Running, RunStage::Prices) => "run_prices",
        (RunState::Paused, _) => "run_paused",
        (RunState::NeedsYou, _) => "run_needs_you",
        (RunState::Waiting, _) => "run_waiting",
        (RunState::Finished, _) => "run_finished",
        (RunState::Cancelled, _) => "run_cancelled",
        (RunState::Failed, _) => "run_failed",
    })
}

/// How far a run is: "340 of 1,200, 14 min left".
pub fn run_figures(run: &Run) -> String {
    let figures = &run.figures;
    if figures.total == 0 {
        return String::new();
    }
    let (done, total) = (words::number(figures.done), words::number(figures.total));
    let far = tf("run_of", &[("done", &done), ("total", &total)]);
    if run.state != RunState::Running || run.seconds_left == 0 {
        return far;
    }
    let left = tf("progress_left", &[("time", &words::duration(run.seconds_left))]);
    tf("list_comma", &[("a", &far), ("b", &left)])
}

/// An amount as the language writes it, with at most two digits after the mark: the site gives some with many.
pub fn price(price: &Price) -> String {
    let value = two_places(&price.value).unwrap_or_else(|| price.value.clone());
    let value = value.replace('.', &t("decimal_mark"));
    tf("price", &[("value", &value), ("currency", &price.currency)])
}

/// A decimal with more than two places, rounded to two. Without floats, whose reader is large.
fn two_places(value: &str) -> Option<String> {
    let (whole, places) = value.split_once('.')?;
    let kept = places.get(..2)?;
    let next = places.as_bytes().get(2)?;
    let hundredths: u64 = [whole, kept].concat().parse().ok()?;
    let hundredths = hundredths.saturating_add(u64::from(*next >= b'5'));
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// An amount in hundredths, without them.
pub fn rounded(hundredths: i64, currency: &str) -> String {
    let whole = u64::try_from(hundredths).unwrap_or(0).saturating_add(50) / 100;
    tf("price", &[("value", &words::number(whole)), ("currency", currency)])
}

/// The title.
pub fn title(entry: &EntryView) -> String {
    if entry.title.trim().is_empty() { t("untitled") } else { entry.title.clone() }
}

/// Parts of a line, those that there are.
pub fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};

    fn speak(language: Language) {
        let text = match language {
            Language::En => include_str!("../../../../_locales/en/messages.json"),
            Language::Fr => include_str!("../../../../_locales/fr/messages.json"),
        };
        assert!(install_file(language, text));
    }

    fn read(proof: ListProof) -> ListState {
        let (list, read_at) = (DiscogsList::Collection, Some(1_000));
        ListState { list, entries: proof.found, read_at, proof: Some(proof) }
    }

    #[test]
    fn a_list_says_what_proves_it_and_how_old_it_is() {
        speak(Language::En);
        let whole = ListProof { expected: 1_200, found: 1_200, walks: 1, ..ListProof::default() };
        assert_eq!(
            proof(&read(whole), 1_000 + 3 * 3_600).as_deref(),
            Some("1,200 of 1,200, each once. Read 3 hours ago.")
        );
        let moved = ListProof { walks: 2, repeated: 3, ..whole };
        assert_eq!(
            proof(&read(moved), 1_000).as_deref(),
            Some(
                "1,200 of 1,200, each once. Read 2 times because the count moved. \
                 3 came a second time and count once. Read just now."
            )
        );
        let part = ListProof { found: 1_100, ..whole };
        assert!(proof(&read(part), 1_000).is_some_and(|said| said.contains("1,100 of 1,200 ")));
        let export = ListProof { by: ReadBy::Export, ..whole };
        assert!(counted(&export).contains("one file"), "{}", counted(&export));
        let cut = ListProof { found: 10_000, expected: 12_345, cut: true, ..whole };
        assert!(is_whole(&cut) && counted(&cut).starts_with("10,000 of 12,345"));
        let never = ListState { read_at: None, ..read(whole) };
        assert_eq!(proof(&never, 1_000), None);
    }

    #[test]
    fn ages_are_in_their_largest_unit() {
        speak(Language::En);
        let said = [0, 59, 60, 3_599, 3_600, 86_399, 86_400, 400 * 86_400].map(|age| ago(0, age));
        assert_eq!(
            said,
            [
                "just now",
                "just now",
                "1 minute ago",
                "59 minutes ago",
                "1 hour ago",
                "23 hours ago",
                "1 day ago",
                "400 days ago",
            ]
        );
        assert_eq!(ago(10, 0), "just now", "a clock that was set back");
        assert!(is_old(0, SHOWN_FOR) && !is_old(0, SHOWN_FOR - 1));
    }

    #[test]
    fn the_estimate_says_how_much_and_how_long() {
        speak(Language::En);
        let long = Estimate {
            releases: 5_000,
            from_cache: 12,
            requests: 5_040,
            seconds: 5_160,
            ..Estimate::default()
        };
        assert_eq!(
            estimate(&long, Depth::Details, false),
            "5,000 releases, 12 of them from the cache: about 1 h 26 min (5,040 requests)."
        );
        assert_eq!(
            estimate(&Estimate::default(), Depth::Details, false),
            "0 releases, 0 of them from the cache: at once (0 requests)."
        );
        assert!(estimate(&long, Depth::Prices, true).starts_with("5,000 releases"));
        assert!(estimate(&Estimate::default(), Depth::Prices, true).contains("first time"));
    }

    #[test]
    fn money_is_written_as_the_language_does() {
        speak(Language::Fr);
        let exact = Price { value: "12.50".into(), currency: "EUR".into() };
        assert_eq!(price(&exact), "12,50 EUR");
        speak(Language::En);
        let many = Price { value: "37.758500000000005".into(), ..exact.clone() };
        assert_eq!(price(&many), "37.76 EUR");
        assert_eq!(price(&Price { value: "0.0950".into(), ..exact.clone() }), "0.10 EUR");
        assert_eq!(price(&Price { value: "1200".into(), ..exact.clone() }), "1200 EUR");
        assert_eq!((price(&exact), rounded(123_456, "$")), ("12.50 EUR".into(), "1,235 $".into()));
    }

    #[test]
    fn a_line_has_only_the_parts_there_are() {
        assert_eq!(joined(&["", "Warp", "WAP 1"]), "Warp · WAP 1");
    }
}
