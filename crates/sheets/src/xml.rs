//! XML 1.0 that is well-formed whatever the cells hold:
//!
//! ```xml
//! <?xml version="1.0" encoding="UTF-8"?>
//! <table xml:space="preserve">
//! <row><Artists>Air</Artists><Catalog_Number name="Catalog Number">0012</Catalog_Number></row>
//! </table>
//! ```
//!
//! A cell is an element named after its column. Where a column's name cannot be the name of an element, it is cleaned
//! for it, and stands as it is in the attribute `name`. [`Cell::Empty`] has no element; an empty text has an empty one.
//!
//! XML cannot hold most control characters, nor U+FFFE and U+FFFF, not even as references. A text with one of them is
//! written as Office does: `_xHHHH_` is the character with this hexadecimal number. So that this can be undone without
//! doubt, each `_` before an `x` is then written `_x005F_`. Such an element has the attribute `escaped` with the word
//! `text`. The same goes for a column's name, with the word `name`. Elements without `escaped` mean what they say.

use crate::cell::Cell;
use crate::error::SheetError;
use crate::output::Output;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::borrow::Cow;
use std::io::Write;

const TABLE: &str = "table";
const ROW: &str = "row";

pub(crate) struct Xml<W: Write> {
    writer: Writer<Output<W>>,
    columns: Vec<Column>,
}

/// How the cells of a column begin.
struct Column {
    plain: BytesStart<'static>,
    /// For texts with characters that XML cannot hold.
    escaped: BytesStart<'static>,
}

impl Column {
    fn new(name: &str) -> Self {
        let element = element_name(name);
        let mut plain = BytesStart::new(element.clone());
        let told = escaped(name);
        if element != name {
            plain.push_attribute(("name", told.as_deref().unwrap_or(name)));
        }
        let mut escaped = plain.clone();
        escaped.push_attribute(("escaped", if told.is_some() { "name text" } else { "text" }));
        if told.is_some() {
            plain.push_attribute(("escaped", "name"));
        }
        Self { plain, escaped }
    }
}

impl<W: Write> Xml<W> {
    pub fn begin(names: &[&str], out: Output<W>) -> Result<Self, SheetError> {
        let mut writer = Writer::new(out);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        // Else some readers drop texts that are nothing but blanks.
        let table = BytesStart::new(TABLE).with_attributes([("xml:space", "preserve")]);
        let mut xml =
            Self { writer, columns: names.iter().map(|name| Column::new(name)).collect() };
        xml.break_line()?;
        xml.writer.write_event(Event::Start(table))?;
        xml.break_line()?;
        Ok(xml)
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        self.writer.write_event(Event::Start(BytesStart::new(ROW)))?;
        for (column, cell) in self.columns.iter().zip(cells) {
            if *cell == Cell::Empty {
                continue;
            }
            let text = cell.as_text();
            let (start, text) = match escaped(&text) {
                Some(escaped) => (&column.escaped, Cow::Owned(escaped)),
                None => (&column.plain, text),
            };
            self.writer.write_event(Event::Start(start.borrow()))?;
            self.writer.write_event(Event::Text(BytesText::new(&text)))?;
            self.writer.write_event(Event::End(start.to_end()))?;
        }
        self.writer.write_event(Event::End(BytesEnd::new(ROW)))?;
        self.break_line()
    }

    fn break_line(&mut self) -> Result<(), SheetError> {
        Ok(self.writer.get_mut().write_all(b"\n")?)
    }

    pub fn finish(mut self) -> Result<u64, SheetError> {
        self.writer.write_event(Event::End(BytesEnd::new(TABLE)))?;
        self.break_line()?;
        self.writer.get_mut().flush()?;
        Ok(self.writer.get_ref().bytes())
    }
}

/// `text` in the notation for what XML cannot hold, if it holds such a thing.
fn escaped(text: &str) -> Option<String> {
    if !text.contains(is_foreign) {
        return None;
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        if is_foreign(char) || (char == '_' && rest.peek() == Some(&'x')) {
            escaped.push_str(&format!("_x{:04X}_", u32::from(char)));
        } else {
            escaped.push(char);
        }
    }
    Some(escaped)
}

/// Not a `Char` of XML 1.0.
fn is_foreign(char: char) -> bool {
    matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A name that every edition of XML takes for an element, as like to `name` as can be.
fn element_name(name: &str) -> String {
    let mut element: String =
        name.chars().map(|char| if is_name_char(char) { char } else { '_' }).collect();
    let starts_well = element.starts_with(is_name_start);
    // Names that begin with "xml" are kept for XML itself.
    let is_reserved = element.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"));
    if !starts_well || is_reserved {
        element.insert(0, '_');
    }
    element
}

fn is_name_start(char: char) -> bool {
    matches!(char, 'A'..='Z' | 'a'..='z' | '_' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ')
}

fn is_name_char(char: char) -> bool {
    is_name_start(char) || matches!(char, '0'..='9' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_elements_are_cleaned() {
        for (name, element) in [
            ("Artists", "Artists"),
            ("Catalog Number", "Catalog_Number"),
            ("Année", "Année"),
            ("7\"", "_7_"),
            ("-", "_-"),
            ("", "_"),
            ("XMLish", "_XMLish"),
            ("a:b", "a_b"),
            ("盤", "_"),
        ] {
            assert_eq!(element_name(name), element);
        }
    }

    #[test]
    fn only_texts_that_xml_cannot_hold_are_escaped() {
        assert_eq!(escaped("_x0041_ \t\r\n\u{7f}\u{85}"), None);
        assert_eq!(escaped("a\0b").as_deref(), Some("a_x0000_b"));
        assert_eq!(escaped("_x0041\u{1}").as_deref(), Some("_x005F_x0041_x0001_"));
        assert_eq!(escaped("_\u{ffff}x").as_deref(), Some("__xFFFF_x"));
    }
}
