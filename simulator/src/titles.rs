//! What songs are called: ordinary titles, and the ones that break programs.

const FIRST: [&str; 16] = [
    "Velvet", "Midnight", "Paper", "Golden", "Slow", "Electric", "Winter", "Glass", "Hollow",
    "Crimson", "Distant", "Neon", "Gentle", "Broken", "Silver", "Wild",
];
const SECOND: [&str; 15] = [
    "Harbour",
    "Letters",
    "Engines",
    "Gardens",
    "Thunder",
    "Mirrors",
    "Rivers",
    "Satellites",
    "Orchard",
    "Avenue",
    "Signals",
    "Carousel",
    "Lanterns",
    "Horizon",
    "Kitchen",
];

/// The ordinary title of song `number`; it repeats after 240 songs, as people's titles do.
pub(crate) fn ordinary(number: u32) -> String {
    let n = number as usize;
    format!("{} {}", FIRST[n % FIRST.len()], SECOND[n % SECOND.len()])
}

/// Titles that a file system, a terminal or a tag writer stumbles over.
pub fn nasty() -> Vec<String> {
    let mut titles: Vec<String> = [
        "",
        "   ",
        "🎧🔥 Night Drive 👩‍👩‍👧‍👦🏳️‍🌈",
        "שלום עולם",
        "\u{202e}gpj.exe\u{202c} مرحبا",
        "../../x",
        "..",
        "/etc/passwd",
        "CON",
        "con.mp3",
        "NUL.",
        "COM1",
        "a/b\\c:d*?",
        "\"quoted\" <angle> |pipe|",
        "trailing dots...",
        "trailing space ",
        ".hidden",
        "-rf",
        "$(reboot) `id` ; ls",
        "<script>alert(1)</script>",
        "caf\u{e9}",
        "cafe\u{301}",
        "Straße",
        "STRASSE",
        "Case Twin",
        "case twin",
        "Equal Title",
        "Equal Title",
        "line\nbreak\ttab\u{0}nul\u{7f}",
        "%2e%2e%2f",
        "{title}_{id}",
        "zero\u{200b}width\u{feff}",
        "한국어 노래 日本語の歌 中文歌",
        "Z̴̡͎a̷͈͝l̵̮̾g̶̰͘o̴͚͝",
    ]
    .map(str::to_owned)
    .into();
    titles.push("long ".repeat(80));
    titles.push("é".repeat(400));
    titles.push("👩‍👩‍👧‍👦".repeat(60));
    titles
}
