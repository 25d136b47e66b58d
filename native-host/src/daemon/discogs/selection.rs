//! Which entries of a list are meant: all, those of some folders, those that match, those that are named.

use super::Answer;
use super::browse::show_for;
use crate::daemon::engine::Engine;
use protocol::discogs::*;
use protocol::{ErrorBody, ErrorCode};
use sha2::{Digest, Sha256};

/// Characters of a file's name that say what was selected; what tells selections apart comes behind them.
const LONGEST_HINT: usize = 40;

/// Refuses a filter that is too large to be meant.
pub(super) fn check(filter: &EntryFilter) -> Answer<()> {
    let EntryFilter { folders, genres, styles, labels, formats, countries, entries, .. } = filter;
    let most = EntryFilter::MOST_ENTRIES;
    if entries.len() > most {
        let detail = format!(
            "{} entries are named, {most} can be; choose by what they share",
            entries.len()
        );
        return bad(detail);
    }
    let longest = [genres, styles, labels, formats, countries].map(Vec::len);
    let longest = longest.into_iter().chain([folders.len()]).max().unwrap_or(0);
    match longest > EntryFilter::MOST_VALUES {
        true => bad(format!(
            "{longest} values are chosen of one kind, {} can be",
            EntryFilter::MOST_VALUES
        )),
        false => Ok(()),
    }
}

/// Refuses what chooses nothing or everything: the proof of it would be none.
fn check_sense(filter: &EntryFilter) -> Answer<()> {
    let EntryFilter { text, from_year, to_year, .. } = filter;
    if !text.trim().is_empty() && filter.words().is_empty() {
        return bad(format!("\"{}\" is no word to look for", text.trim()));
    }
    match (from_year, to_year) {
        (Some(from), Some(to)) if from > to => bad(format!("{from} is after {to}")),
        _ => Ok(()),
    }
}

/// Refuses what names no part of a list, whatever is in it.
pub(super) fn check_part(list: DiscogsList, folders: &[i64], filter: &EntryFilter) -> Answer<()> {
    check(filter)?;
    check_sense(filter)?;
    if !filter.folders.is_empty() {
        return bad("folders are named beside the filter".into());
    }
    let others = EntryFilter { entries: Vec::new(), ..filter.clone() };
    let by_more = !others.is_all() || !folders.is_empty();
    if by_more && !filter.entries.is_empty() {
        return bad("entries are named, or chosen by what they share".into());
    }
    match list != DiscogsList::Collection && !folders.is_empty() {
        true => bad("only a collection has folders".into()),
        false => Ok(()),
    }
}

/// Refuses folders and values that are none of the list: an empty table would look like a proof.
pub(super) async fn check_wish(engine: &Engine, wish: &NewExport) -> Answer<()> {
    check_part(wish.list, &wish.folders, &wish.filter)?;
    let known = engine.library.discogs_folders(wish.account).await?;
    if let Some(unknown) =
        wish.folders.iter().find(|id| known.iter().all(|folder| folder.id != **id))
    {
        return bad(format!("the collection has no folder {unknown}"));
    }
    check_values(engine, wish).await
}

async fn check_values(engine: &Engine, wish: &NewExport) -> Answer<()> {
    let filter = &wish.filter;
    if !is_selection(wish) {
        return Ok(());
    }
    show_for(engine, filter).await?;
    for (kind, values, with) in [
        (
            "genre",
            &filter.genres,
            (|filter, value| filter.genres.push(value)) as fn(&mut EntryFilter, String),
        ),
        ("style", &filter.styles, |filter, value| filter.styles.push(value)),
        ("label", &filter.labels, |filter, value| filter.labels.push(value)),
        ("format", &filter.formats, |filter, value| filter.formats.push(value)),
        ("country", &filter.countries, |filter, value| filter.countries.push(value)),
    ] {
        for value in values {
            let mut alone = EntryFilter::default();
            with(&mut alone, value.clone());
            if count(engine, &query(wish.account, wish.list, alone)).await? == 0 {
                return bad(format!("nothing in this list has the {kind} \"{value}\""));
            }
        }
    }
    Ok(())
}

fn bad<T>(detail: String) -> Answer<T> {
    Err(ErrorBody::new(ErrorCode::BadParameters).with("detail", detail))
}

/// Whether some entries of the list or the folders are left out.
pub(super) fn is_selection(wish: &NewExport) -> bool {
    !wish.filter.is_all()
}

/// The entries to write by their numbers, in the order of every export; `None` for all of the list or the folders. All can
/// be found: [`check_wish`] has seen to it.
pub(super) async fn chosen(engine: &Engine, wish: &NewExport) -> Answer<Option<Vec<i64>>> {
    if !is_selection(wish) {
        return Ok(None);
    }
    Ok(Some(engine.library.discogs_matching(&matching(wish)).await?))
}

/// How many entries there are to be: those that the site counts; of a selection those that are named, else those that
/// matched when writing began (`matched`).
pub(super) async fn expected(
    engine: &Engine,
    wish: &NewExport,
    matched: u64,
    proof: Option<ListProof>,
) -> Answer<u64> {
    let named = named(&wish.filter);
    if !named.is_empty() {
        return Ok(named.len() as u64);
    }
    if is_selection(wish) {
        return Ok(matched);
    }
    if wish.list != DiscogsList::Collection || wish.folders.is_empty() || wish.folders.contains(&0)
    {
        return Ok(proof.map_or(0, |proof| proof.expected));
    }
    let folders = engine.library.discogs_folders(wish.account).await?;
    let chosen = folders.iter().filter(|folder| wish.folders.contains(&folder.id));
    Ok(chosen.map(|folder| folder.copies).sum())
}

/// What was selected, for the proof.
pub(super) fn selection(wish: &NewExport) -> Option<Selection> {
    is_selection(wish).then(|| Selection {
        named: named(&wish.filter).len() as u64,
        filter: EntryFilter { entries: Vec::new(), ..wish.filter.clone() },
    })
}

/// What makes two exports comparable: the same entries and the same columns, in whatever form.
pub(super) fn describe(wish: &NewExport) -> String {
    let mut folders = wish.folders.clone();
    folders.sort_unstable();
    let what = format!("{} {folders:?} {}", wish.list.as_str(), wish.preset.as_str());
    match is_selection(wish) {
        true => format!("{what} {:016x}", print(&key(&wish.filter))),
        false => what,
    }
}

/// Folders and selection as a part of a file's name: in words as far as they are short, and by what tells one choice from
/// others.
pub(super) fn name_part(wish: &NewExport) -> String {
    let mut folders = wish.folders.clone();
    folders.sort_unstable();
    folders.dedup();
    let numbers: String = folders.iter().map(|folder| format!("-{folder}")).collect();
    let folders = match numbers.len() <= LONGEST_HINT {
        true => numbers,
        false => format!("-{}-folders-{:016x}", folders.len(), print(&numbers)),
    };
    if !is_selection(wish) {
        return folders;
    }
    let tail = print(&key(&wish.filter)) >> 32;
    format!("{folders}-{}-{tail:08x}", hint(&canonical(&wish.filter)))
}

/// What a filter asks for, as words of a file's name.
fn hint(filter: &EntryFilter) -> String {
    if !filter.entries.is_empty() {
        return "chosen".into();
    }
    let EntryFilter {
        text, genres, styles, labels, formats, countries, from_year, to_year, ..
    } = filter;
    let years = [from_year, to_year].map(|year| year.map(|year| year.to_string()));
    let values = [genres, styles, labels, formats, countries].into_iter().flatten().cloned();
    let all: Vec<String> =
        [text.clone()].into_iter().chain(values).chain(years.into_iter().flatten()).collect();
    let plain = |c: char| if c.is_alphanumeric() { c } else { ' ' };
    let words: String = all.join(" ").chars().map(plain).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join("_");
    let hint: String = words.chars().take(LONGEST_HINT).collect();
    if hint.is_empty() { "chosen".into() } else { hint }
}

/// The same text for the same entries.
fn key(filter: &EntryFilter) -> String {
    serde_json::to_string(&canonical(filter)).unwrap_or_default()
}

/// The same filter for the same entries, in whatever order its values stood.
pub(super) fn canonical(filter: &EntryFilter) -> EntryFilter {
    let mut filter = filter.clone();
    filter.text = filter.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let EntryFilter { genres, styles, labels, formats, countries, entries, .. } = &mut filter;
    for values in [genres, styles, labels, formats, countries] {
        values.sort_unstable();
        values.dedup();
    }
    entries.sort_unstable();
    entries.dedup();
    filter
}

/// The entries that are named, each once.
fn named(filter: &EntryFilter) -> Vec<i64> {
    canonical(filter).entries
}

fn matching(wish: &NewExport) -> EntryQuery {
    query(
        wish.account,
        wish.list,
        EntryFilter { folders: wish.folders.clone(), ..wish.filter.clone() },
    )
}

fn query(account: DiscogsAccountId, list: DiscogsList, filter: EntryFilter) -> EntryQuery {
    let order = EntryOrder::Added;
    EntryQuery { account, list, filter, order, descending: false, offset: 0, limit: 1 }
}

async fn count(engine: &Engine, query: &EntryQuery) -> Answer<u64> {
    Ok(engine.library.browse_discogs(query).await?.total)
}

/// The first eight bytes of its SHA-256: the same with every version of this program.
pub(super) fn print(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(filter: EntryFilter) -> NewExport {
        NewExport {
            account: DiscogsAccountId(1),
            list: DiscogsList::Collection,
            folders: vec![7, 1],
            filter,
            preset: Preset::Classic,
            format: SheetFormat::Csv,
            spreadsheet_safe: false,
            to: None,
        }
    }

    fn genres(genres: &[&str]) -> EntryFilter {
        let genres = genres.iter().map(|genre| (*genre).to_owned()).collect();
        EntryFilter { genres, ..EntryFilter::default() }
    }

    #[test]
    fn one_selection_has_one_name_in_whatever_order_it_is_said() {
        let (one, other) =
            (wish(genres(&["Rock", "Jazz"])), wish(genres(&["Jazz", "Rock", "Jazz"])));
        assert_eq!(describe(&one), describe(&other));
        assert_eq!(name_part(&one), name_part(&other));
        assert_ne!(describe(&one), describe(&wish(genres(&["Rock"]))));
        assert!(name_part(&one).starts_with("-1-7-Jazz_Rock-"), "{}", name_part(&one));
    }

    #[test]
    fn a_list_without_a_selection_keeps_its_name() {
        let all = wish(EntryFilter { text: "  ".into(), ..EntryFilter::default() });
        assert_eq!(describe(&all), "collection [1, 7] classic");
        assert_eq!((name_part(&all), selection(&all)), ("-1-7".into(), None));
    }

    #[test]
    fn a_name_holds_no_separators_whatever_is_looked_for() {
        let odd =
            EntryFilter { text: "../../etc \u{202e}*?\u{0}".into(), ..EntryFilter::default() };
        let name = name_part(&wish(odd));
        assert!(name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)), "{name}");
        let long = EntryFilter { text: "x".repeat(3_000), ..EntryFilter::default() };
        assert!(name_part(&wish(long)).len() < 80);
    }

    #[test]
    fn what_chooses_nothing_or_everything_is_refused() {
        let years = |from: i32, to: i32| EntryFilter {
            from_year: Some(from),
            to_year: Some(to),
            ..EntryFilter::default()
        };
        assert!(
            check_sense(&years(1999, 1990)).is_err() && check_sense(&years(1990, 1990)).is_ok()
        );
        let words = |text: &str| EntryFilter { text: text.into(), ..EntryFilter::default() };
        assert!(check_sense(&words(" !!! ")).is_err());
        assert!(check_sense(&words("  ")).is_ok() && check_sense(&words("!!! 7")).is_ok());
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let many = |n: usize| EntryFilter { entries: vec![1; n], ..EntryFilter::default() };
        assert!(check(&many(EntryFilter::MOST_ENTRIES)).is_ok());
        let refused = check(&many(EntryFilter::MOST_ENTRIES + 1)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadParameters);
        let genre =
            |n: usize| EntryFilter { genres: vec!["Rock".into(); n], ..EntryFilter::default() };
        assert!(check(&genre(EntryFilter::MOST_VALUES + 1)).is_err());
    }
}
