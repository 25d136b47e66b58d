//! Pages of the video site that are sent, and what must come of each.

use crate::snapshot::Key;
use protocol::Variant;
use protocol::send::{NewSend, SentPage};
use simulator::VIDEOS;
use std::collections::BTreeSet;

/// Where everybody may look.
const SITE: &str = "https://videos.example.com/public";
/// A list of this many videos.
const LISTED: u32 = 12;
/// A feed with this many episodes, the newest first.
const EPISODES: u32 = 3;

/// What a wanted file of a page must be in the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// Byte for byte this file of the site.
    Kept(String),
    /// What is in the segments of this stream, in another container.
    Packed(String),
    /// The picture and the sound of this file, encoded anew.
    Encoded(String),
}

/// Each alone on its page, or media at its own address.
const ALONE: &[(&str, Variant)] = &[
    ("/watch/webm", Variant::Media),
    ("/slow.mp4", Variant::Media),
    ("/watch/hls", Variant::Media),
    ("/files/clip.webm", Variant::Media),
    ("/watch/mp4", Variant::Media),
    ("/files/clip.mp4", Variant::Media),
    ("/watch/slow", Variant::Media),
    ("/watch/mp4", Variant::Mp3),
    ("/watch/hls", Variant::M4a),
];
/// Pages in whose place several things are wanted.
const LISTS: &[&str] = &["/list", "/feed.xml"];
/// A page on which there is nothing.
const BARREN: &str = "/nothing";

/// Everything that is sent, as requests of one variant each. `round` makes them new ones.
pub fn sends(round: u32) -> Vec<NewSend> {
    let send = |variant: Variant| {
        let alone = ALONE.iter().filter(|(_, of)| *of == variant).map(|(path, _)| *path);
        let more: &[&str] = if variant == Variant::Media { LISTS } else { &[] };
        let barren = (variant == Variant::Media).then_some(BARREN);
        let paths = alone.chain(more.iter().copied()).chain(barren);
        let page = |path| SentPage { address: address(path), ..SentPage::default() };
        NewSend {
            key: format!("torture-{variant}-{round}"),
            pages: paths.map(page).collect(),
            variant: Some(variant),
            session: None,
        }
    };
    [Variant::Media, Variant::Mp3, Variant::M4a].map(send).into()
}

/// How many wanted files come of one round of [`sends`], that of the page with nothing included.
pub fn wanted() -> usize {
    ALONE.len() + (LISTED + EPISODES) as usize + 1
}

/// The wanted file that ends as one that there is nothing for.
pub fn is_barren((address_of, _): &Key) -> bool {
    *address_of == address(BARREN)
}

/// Every other wanted file, as what it must be.
pub fn truths() -> BTreeSet<(Truth, String)> {
    let alone = ALONE.iter().map(|(path, variant)| (address(path), *variant));
    let parts = |list, count| (1..=count).map(move |n| format!("{}#{n}", address(list)));
    let lists = parts("/list", LISTED).chain(parts("/feed.xml", EPISODES));
    let keys = alone.chain(lists.map(|of| (of, Variant::Media)));
    let key = |(of, variant): (String, Variant)| (of, variant.as_str().to_owned());
    keys.map(key).filter_map(|key| Some((truth_of(&key)?, key.1))).collect()
}

/// What a wanted file must be; `None` for what nobody asked for.
pub fn truth_of((address, variant): &Key) -> Option<Truth> {
    let (page, number) = match address.split_once('#') {
        Some((page, number)) => (page, Some(number.parse::<u32>().ok()?)),
        None => (address.as_str(), None),
    };
    let file = match (page.rsplit('/').next()?, number) {
        ("list", Some(number)) => format!("list-{number}.mp4"),
        ("feed.xml", Some(number)) => {
            format!("episode-{}.mp3", (EPISODES + 1).checked_sub(number)?)
        }
        ("hls", None) => return Some(Truth::Packed("high".into())),
        ("webm", None) => "clip.webm".into(),
        // The same bytes by three ways.
        ("mp4" | "slow" | "slow.mp4", None) => "clip.mp4".into(),
        (file, None) if file.contains('.') => file.to_owned(),
        _ => return None,
    };
    let plays = variant == Variant::Media.as_str() && !file.ends_with(".webm");
    Some(if plays { Truth::Kept(file) } else { Truth::Encoded(file) })
}

/// The wanted file of a page that is read for that one alone; `None` for every other address.
pub fn read_for(host: &str, path: &str) -> Option<Key> {
    let path = path.strip_prefix("/public")?;
    let mut of_path = ALONE.iter().filter(|(one, _)| *one == path && one.starts_with("/watch/"));
    let (_, variant) = of_path.next().filter(|_| host == VIDEOS)?;
    of_path.next().is_none().then(|| (address(path), variant.as_str().to_owned()))
}

fn address(path: &str) -> String {
    [SITE, path].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(address: &str, variant: &str) -> Option<Truth> {
        truth_of(&(format!("{SITE}{address}"), variant.into()))
    }

    #[test]
    fn an_address_tells_what_must_come_of_it() {
        assert_eq!(truth("/list#3", "media"), Some(Truth::Kept("list-3.mp4".into())));
        assert_eq!(truth("/feed.xml#1", "media"), Some(Truth::Kept("episode-3.mp3".into())));
        assert_eq!(truth("/watch/webm", "media"), Some(Truth::Encoded("clip.webm".into())));
        assert_eq!(truth("/watch/mp4", "mp3"), Some(Truth::Encoded("clip.mp4".into())));
        assert_eq!(truth("/nothing", "media"), None);
    }

    #[test]
    fn a_page_that_is_read_for_two_files_is_not_told_apart() {
        let host = VIDEOS;
        assert!(read_for(host, "/public/watch/webm").is_some());
        assert!(read_for(host, "/public/watch/mp4").is_none());
        assert!(read_for(host, "/public/files/clip.mp4").is_none());
    }
}
