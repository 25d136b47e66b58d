//! CSV as in RFC 4180, and the apostrophe that keeps spreadsheets from taking texts for formulas.

use crate::cell::Cell;
use crate::error::SheetError;
use crate::output::Output;
use ::csv::{Terminator, Writer, WriterBuilder};
use std::io::Write;

pub(crate) struct Csv<W: Write> {
    writer: Writer<Output<W>>,
    spreadsheet_safe: bool,
}

impl<W: Write> Csv<W> {
    pub fn begin(
        names: &[&str],
        spreadsheet_safe: bool,
        out: Output<W>,
    ) -> Result<Self, SheetError> {
        let writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        let mut csv = Self { writer, spreadsheet_safe };
        for name in names {
            csv.text(name)?;
        }
        csv.end_row()?;
        Ok(csv)
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        for cell in cells {
            match cell {
                Cell::Text(text) => self.text(text)?,
                other => self.writer.write_field(other.as_text().as_bytes())?,
            }
        }
        self.end_row()
    }

    fn text(&mut self, text: &str) -> Result<(), SheetError> {
        if self.spreadsheet_safe && text.starts_with(begins_a_formula) {
            self.writer.write_field(format!("'{text}"))?;
        } else {
            self.writer.write_field(text)?;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), SheetError> {
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    pub fn finish(mut self) -> Result<u64, SheetError> {
        self.writer.flush()?;
        Ok(self.writer.get_ref().bytes())
    }
}

fn begins_a_formula(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}
