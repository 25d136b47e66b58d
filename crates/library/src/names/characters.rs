//! Which characters a file name may have.

/// What becomes of a character of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Keep,
    /// White space of any kind, or a control character that separates.
    Space,
    /// Not allowed in names on some system: shown as `_`.
    Replace,
    /// Invisible: leaving it out changes nothing that a reader sees, and it could fool one.
    Drop,
}

/// The rule for one character.
pub(super) fn fate(c: char) -> Fate {
    match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => Fate::Replace,
        // Braille blank: not white space to Unicode, yet nothing to see.
        '\u{2800}' => Fate::Space,
        c if c.is_whitespace() => Fate::Space,
        c if c.is_control() || is_ignorable(c) || is_noncharacter(c) => Fate::Drop,
        _ => Fate::Keep,
    }
}

/// Unicode's `Default_Ignorable_Code_Point` and the interlinear marks: bidi controls, zero-width characters, fillers,
/// selectors, tags. <https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt>
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// The code points that Unicode promises never to assign; some file systems refuse them.
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Whether a name that is `stem` up to its first dot means a device to Windows, whatever follows the dot.
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions>
pub(super) fn is_device(stem: &str) -> bool {
    let upper = stem.trim_end().to_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"].contains(&upper.as_str()) {
        return true;
    }
    let port = upper.strip_prefix("COM").or_else(|| upper.strip_prefix("LPT"));
    let mut rest = port.unwrap_or_default().chars();
    matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}
