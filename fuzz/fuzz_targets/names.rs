//! Any title, id and template: the name is one that every system takes (I6).
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use library::names::{self, PART_SUFFIX, Parts};
use unicode_normalization::is_nfc;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    title: &'a str,
    id: &'a str,
    artist: &'a str,
    playlist: &'a str,
    template: Option<&'a str>,
    stem: &'a str,
    limit: u8,
}

fn check(name: &str, most: usize) {
    assert!(name.len() <= most, "{name:?} has {} bytes of {most}", name.len());
    assert!(is_nfc(name), "{name:?}");
    let forbidden = |c: char| c.is_control() || r#"/\:*?"<>|"#.contains(c);
    assert!(!name.contains(forbidden), "{name:?}");
    assert!(!name.starts_with(['.', ' ', '-']) && !name.ends_with(['.', ' ']), "{name:?}");
    assert!(!name.is_empty());
}

fuzz_target!(|input: Input| {
    let parts = Parts {
        title: input.title,
        id: input.id,
        artist: input.artist,
        playlist: input.playlist,
        ..Parts::default()
    };
    let template = input.template.filter(|text| names::validate_template(text).is_ok());
    let template = template.unwrap_or(names::DEFAULT_TEMPLATE);
    // What real volumes take: 143 bytes (eCryptfs) to 255.
    let most = usize::from(input.limit).max(143);
    check(&names::file_name(template, &parts, "mp3", most), most - PART_SUFFIX.len());
    check(&names::stems_folder(template, &parts, most), most);
    check(&names::stem_file_name(input.stem), 255);
});
