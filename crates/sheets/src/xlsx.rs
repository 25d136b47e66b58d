//! XLSX: one worksheet, the names of the columns in its first row.
//!
//! Texts are texts, whatever they look like: `0012`, `4006381333931`, `=1+1`. Numbers are numbers as long as Excel keeps
//! all their digits, which are fifteen, and show as many decimals as they were given; longer ones are texts.
//!
//! A cell holds at most 32,767 UTF-16 units. A longer text begins in its cell and goes on in a second worksheet,
//! `Continued`, with one row for each further piece: the cell it belongs to (`C17`), the number of the piece from 2, the
//! piece. Put together they are the text. [`Written::continued`](crate::Written::continued) counts such cells, so that
//! the person can be told.
//!
//! The same rows make the same file: its date of creation is always the first of January 1980.

use crate::cell::Cell;
use crate::error::SheetError;
use crate::output::Output;
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, IgnoreError, RowNum, Workbook, Worksheet,
    XlsxError, utility,
};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// UTF-16 units of a cell.
const LONGEST: usize = 32_767;
/// Digits that Excel keeps of a number.
const DIGITS: usize = 15;
const ROWS: RowNum = 1_048_576;
const COLUMNS: usize = 16_384;
const CONTINUED: &str = "Continued";

pub(crate) struct Xlsx<W: Write + Send> {
    out: Output<W>,
    book: Book,
}

impl<W: Write + Send> Xlsx<W> {
    pub fn begin(
        names: &[&str],
        scratch: Option<&Path>,
        out: Output<W>,
    ) -> Result<Self, SheetError> {
        let mut book = Book::new(scratch)?;
        guard(|| book.names(names))?;
        Ok(Self { out, book })
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        guard(|| self.book.row(cells))
    }

    pub fn continued(&self) -> u64 {
        self.book.continued
    }

    pub fn finish(mut self) -> Result<u64, SheetError> {
        guard(|| self.book.save(&mut self.out))?;
        self.out.flush()?;
        Ok(self.out.bytes())
    }
}

/// `rust_xlsxwriter` panics where its temporary file cannot be written. That is a full disk, and no reason to end.
fn guard<T>(write: impl FnOnce() -> Result<T, SheetError>) -> Result<T, SheetError> {
    catch_unwind(AssertUnwindSafe(write))
        .unwrap_or_else(|_| Err(SheetError::Scratch("is the disk full?".to_owned())))
}

struct Book {
    workbook: Workbook,
    /// The row to be written next.
    row: RowNum,
    columns: usize,
    /// The next row of the second worksheet, once there is one.
    continuation_row: Option<RowNum>,
    continued: u64,
    bold: Format,
    /// By the number of decimals.
    decimals: Vec<Format>,
}

impl Book {
    fn new(scratch: Option<&Path>) -> Result<Self, SheetError> {
        let mut workbook = Workbook::new();
        if let Some(folder) = scratch {
            workbook.set_tempdir(folder)?;
        }
        let created = ExcelDateTime::from_ymd(1980, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        workbook.add_worksheet_with_constant_memory()?.set_freeze_panes(1, 0)?;
        let decimals = (0..DIGITS).map(|places| Format::new().set_num_format(pattern(places)));
        Ok(Self {
            workbook,
            row: 0,
            columns: 0,
            continuation_row: None,
            continued: 0,
            bold: Format::new().set_bold(),
            decimals: decimals.collect(),
        })
    }

    fn names(&mut self, names: &[&str]) -> Result<(), SheetError> {
        if names.len() > COLUMNS {
            return Err(SheetError::TooLarge);
        }
        self.columns = names.len();
        for (index, name) in names.iter().enumerate() {
            self.text(column(index)?, name, true)?;
        }
        self.row = 1;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        if self.row >= ROWS {
            return Err(SheetError::TooLarge);
        }
        for (index, cell) in cells.iter().enumerate() {
            let column = column(index)?;
            match (number(cell), cell) {
                (_, Cell::Empty) => {}
                (Some((value, places)), _) => {
                    let sheet = self.workbook.worksheet_from_index(0)?;
                    sheet.write_number_with_format(
                        self.row,
                        column,
                        value,
                        &self.decimals[places],
                    )?;
                }
                (None, other) => self.text(column, &other.as_text(), false)?,
            }
        }
        self.row += 1;
        Ok(())
    }

    fn text(&mut self, column: ColNum, text: &str, bold: bool) -> Result<(), SheetError> {
        let (first, mut rest) = text.split_at(piece(text));
        let sheet = self.workbook.worksheet_from_index(0)?;
        if bold {
            sheet.write_string_with_format(self.row, column, first, &self.bold)?;
        } else {
            sheet.write_string(self.row, column, first)?;
        }
        self.continued += u64::from(!rest.is_empty());
        let mut number = 2;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(piece(rest));
            self.continuation(column, number, piece)?;
            (rest, number) = (behind, number + 1);
        }
        Ok(())
    }

    fn continuation(&mut self, column: ColNum, number: u32, piece: &str) -> Result<(), SheetError> {
        let row = match self.continuation_row {
            Some(row) => row,
            None => {
                let sheet = self.workbook.add_worksheet_with_constant_memory()?;
                sheet.set_name(CONTINUED)?.set_freeze_panes(1, 0)?;
                for (index, name) in ["Cell", "Piece", "Text"].into_iter().enumerate() {
                    sheet.write_string_with_format(0, self::column(index)?, name, &self.bold)?;
                }
                1
            }
        };
        let sheet = self.workbook.worksheet_from_index(1)?;
        sheet.write_string(row, 0, utility::row_col_to_cell(self.row, column))?;
        sheet.write_number(row, 1, number)?;
        sheet.write_string(row, 2, piece)?;
        self.continuation_row = Some(row + 1);
        Ok(())
    }

    fn save(&mut self, out: impl Write + Send) -> Result<(), SheetError> {
        if self.row > 1 && self.columns > 0 {
            let last = (self.row - 1, column(self.columns - 1)?);
            unmark_digits(self.workbook.worksheet_from_index(0)?, last)?;
        }
        Ok(self.workbook.save_to_writer(out)?)
    }
}

/// Excel marks texts made of digits as if they were a mistake. Barcodes are none.
fn unmark_digits(sheet: &mut Worksheet, last: (RowNum, ColNum)) -> Result<(), XlsxError> {
    sheet.ignore_error_range(1, 0, last.0, last.1, IgnoreError::NumberStoredAsText).map(drop)
}

fn column(index: usize) -> Result<ColNum, SheetError> {
    ColNum::try_from(index).map_err(|_| SheetError::TooLarge)
}

/// The number in `cell` and how many decimals it has, if Excel keeps all of it.
fn number(cell: &Cell<'_>) -> Option<(f64, usize)> {
    if matches!(cell, Cell::Empty | Cell::Text(_)) {
        return None;
    }
    let text = cell.as_text();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let value: f64 = text.parse().ok()?;
    // Excel knows no zero below zero.
    let keeps = digits <= DIGITS && !(value == 0.0 && text.starts_with('-'));
    let places = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    keeps.then_some((value, places))
}

/// The number format that shows so many decimals.
fn pattern(places: usize) -> String {
    if places == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(places)) }
}

/// How many bytes of `text` go into one cell.
///
/// Beside the length there is one thing that ends a piece. Control characters are written `_xHHHH_`, so that one right
/// behind `_x0041` would complete it to another character.
fn piece(text: &str) -> usize {
    let mut units = 0;
    for (at, char) in text.char_indices() {
        units += char.len_utf16();
        if units > LONGEST || (is_escaped(char) && ends_like_an_escape(&text[..at])) {
            return at;
        }
    }
    text.len()
}

fn is_escaped(char: char) -> bool {
    matches!(char, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn ends_like_an_escape(text: &str) -> bool {
    let tail = text.as_bytes().last_chunk::<6>();
    tail.is_some_and(|tail| tail.starts_with(b"_x") && tail[2..].iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Decimal;

    #[test]
    fn numbers_are_numbers_while_excel_keeps_their_digits() {
        let decimal = |text| number(&Cell::Decimal(Decimal::parse(text).unwrap()));
        assert_eq!(decimal("12.50"), Some((12.5, 2)));
        assert_eq!(decimal("-1200"), Some((-1200.0, 0)));
        assert_eq!(decimal("0.00"), Some((0.0, 2)));
        assert_eq!(decimal("-0.00"), None);
        assert_eq!(decimal("1234567890123.45"), Some((1_234_567_890_123.45, 2)));
        assert_eq!(decimal("12345678901234.56"), None);
        assert_eq!(number(&Cell::Integer(999_999_999_999_999)), Some((999_999_999_999_999.0, 0)));
        assert_eq!(number(&Cell::Integer(i64::MIN)), None);
        assert_eq!(number(&Cell::text("12")), None);
    }

    #[test]
    fn a_piece_is_as_long_as_a_cell_and_cuts_no_character() {
        let text = "💿".repeat(20_000);
        assert_eq!(piece(&text), LONGEST / 2 * "💿".len());
        assert_eq!(piece(&text[..4 * 100]), 400);
        assert_eq!(piece(""), 0);
    }

    #[test]
    fn a_piece_ends_where_a_control_character_would_complete_an_escape() {
        assert_eq!(piece("a_x0041\u{1}b"), "a_x0041".len());
        assert_eq!(piece("a_x0041\tb"), "a_x0041\tb".len());
        assert_eq!(piece("_x041\u{1}"), "_x041\u{1}".len());
    }
}
