//! The texts that the world is made of, among them those that break programs: scripts of many directions, line breaks,
//! quotes, separators, and what a spreadsheet would take for a formula.

pub(super) const FIRST: &[&str] = &[
    "Silver", "Hollow", "Paper", "Night", "Copper", "Distant", "Slow", "Glass", "Northern", "Lost",
    "Velvet", "Broken", "Summer", "Electric", "Winter", "Little",
];

pub(super) const SECOND: &[&str] = &[
    "Harbour",
    "Machine",
    "Garden",
    "Telegraph",
    "Orchard",
    "Signal",
    "River",
    "Lantern",
    "Parade",
    "Mirror",
    "Engine",
    "Station",
    "Weather",
    "Island",
    "Letters",
    "Motel",
];

/// Titles, names and remarks that programs stumble over.
pub(super) const NASTY: &[&str] = &[
    "=1+1",
    "@SUM(A1:A9)",
    "+44 20 7946 0000",
    "-2 Degrees",
    "=HYPERLINK(\"https://example.com\",\"Click\")",
    "Quote \"Unquote\"",
    "Comma, Comma; Semicolon",
    "Tab\tBetween",
    "  Spaces Around  ",
    "Pipe | Slash / Backslash \\",
    "<b>Bold</b> & Amp &amp; Entity",
    "C:\\Music\\..\\AUX",
    "'Til Tuesday's Apostrophe",
    "100% Silk",
    "00042",
    "1E5",
    "2001-02-03",
    "TRUE",
    "NULL",
    "]]> -->",
    "Ágætis Þögn Ísjaki",
    "Žluťoučký Kůň",
    "İstanbul Iğdır",
    "Straße Des Königs",
    "Ночной Экспресс",
    "Θάλασσα Και Φως",
    "東京の夜 ~ ライヴ",
    "밤의 도시",
    "长城之外",
    "مدينة الضوء",
    "לילה לבן",
    "รักแท้",
    "रात की रेल",
    "საქართველო",
    "Հայկական Երգեր",
    "Cafe\u{301} Noe\u{308}l",
    "👩‍🎤 Star 🎸",
    "A\u{200d}B\u{200b}C",
    "\u{202e}desreveR\u{202c}",
    "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𠮷野家",
    "…",
    "?",
];

/// Remarks of one or more lines, as textareas hold them.
pub(super) const REMARKS: &[&str] = &[
    "Bought at the fair in Utrecht.",
    "Line one\nLine two\n\nLine four",
    "Windows\r\nline breaks\r\n",
    "He said: \"mint\", it was not; see scan, page 2",
    "=cmd|' /C calc'!A0",
    "+1 spare sleeve",
    "-",
    "@home",
    "\tindented, with a trailing tab\t",
    "Prix : 12,50 € — état « neuf »",
    "初回盤、帯付き",
    "שלום, עולם",
    "a;b,c|d\te",
    "\"",
    "\"\"quoted\"\" twice",
    "🙂",
];

/// What a release's notes say.
pub(super) const NOTES: &[&str] = &[
    "Comes with a printed inner sleeve.",
    "Recorded in one night.\r\nMixed in two.\r\n\r\nAll rights reserved.",
    "[b]Track B2[/b] is listed as \"Untitled\" on the label, see [url=https://example.com]here[/url].",
    "℗ & © 1984, \"The Company\", S.A.\r\n\r\n=This is no formula",
    "Матрица выгравирована вручную.",
    "帯には「限定」と書かれている。",
];

pub(super) const JOINS: &[&str] =
    &[",", "&", "Feat.", "vs.", "And", "/", "With", "Presents", "-", "×"];

pub(super) const GENRES: &[&str] = &[
    "Electronic",
    "Rock",
    "Jazz",
    "Funk / Soul",
    "Folk, World, & Country",
    "Classical",
    "Hip Hop",
    "Reggae",
    "Stage & Screen",
    "Pop",
];

pub(super) const STYLES: &[&str] = &[
    "Deep House",
    "Ambient",
    "Krautrock",
    "Post-Punk",
    "Bop",
    "Modal",
    "Chanson",
    "Dub",
    "Drum n Bass",
    "Rhythm & Blues",
    "Field Recording",
    "Musique Concrète",
];

pub(super) const COUNTRIES: &[&str] = &[
    "Germany",
    "UK",
    "US",
    "France",
    "Japan",
    "UK & Europe",
    "Côte d'Ivoire",
    "USSR",
    "Germany, Austria, & Switzerland",
    "Unknown",
];

pub(super) const ROLES: &[&str] = &[
    "Producer",
    "Written-By",
    "Mastered By [Lacquer Cut]",
    "Vocals, Guitar",
    "Artwork",
    "Mixed By, Engineer",
    "Photography By [Cover, \"Inside\"]",
];

pub(super) const MEDIA_CONDITIONS: &[&str] = &[
    "Mint (M)",
    "Near Mint (NM or M-)",
    "Very Good Plus (VG+)",
    "Very Good (VG)",
    "Good Plus (G+)",
    "Good (G)",
    "Fair (F)",
    "Poor (P)",
];

/// Sleeves may also have these, beside the conditions of media.
pub(super) const SLEEVES_ONLY: &[&str] = &["Generic", "Not Graded", "No Cover"];

/// The two words of a name or title, by number; different for the first 256 numbers.
pub(super) fn two_words(number: u32) -> String {
    let first = FIRST[number as usize % FIRST.len()];
    let second = SECOND[(number as usize / FIRST.len()) % SECOND.len()];
    format!("{first} {second}")
}
