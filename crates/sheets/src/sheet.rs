//! The one way in, whatever the format.

use crate::cell::Cell;
use crate::csv::Csv;
use crate::error::SheetError;
use crate::json_lines::JsonLines;
use crate::output::Output;
use crate::xlsx::Xlsx;
use crate::xml::Xml;
use std::io::Write;
use std::path::PathBuf;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values as in RFC 4180: UTF-8, CRLF, quotes where they are needed, the names in the first row.
    Csv,
    /// One JSON object a row, its members in the order of the columns.
    JsonLines,
    /// One `row` element a row. See [`crate::xml`].
    Xml,
    /// A workbook. See [`crate::xlsx`].
    Xlsx,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::JsonLines, Self::Xml, Self::Xlsx];

    /// What a file of it is named after the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Xml => "xml",
            Self::Xlsx => "xlsx",
        }
    }
}

/// What can be chosen.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// In CSV, puts an apostrophe before texts that a spreadsheet would take for a formula. They begin with one of
    /// `= + - @`, a tab or a line break, or the wide forms of the four. Off by default, as it changes what is written.
    /// Numbers stay as they are. The other formats say which cells are text and need no such thing.
    ///
    /// <https://owasp.org/www-community/attacks/CSV_Injection>
    pub spreadsheet_safe: bool,
    /// The folder for the temporary file that an XLSX is collected in, about ten times the size of the XLSX. `None` is
    /// the system's own.
    pub scratch: Option<PathBuf>,
}

/// A table that was written to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows, the names not counted.
    pub rows: u64,
    /// Size of the whole.
    pub bytes: u64,
    /// Cells whose text goes on in the second worksheet, which only XLSX needs. See [`crate::xlsx`].
    pub continued: u64,
}

/// A table that is being written.
pub struct Sheet<W: Write + Send> {
    columns: usize,
    rows: u64,
    table: Table<W>,
}

enum Table<W: Write + Send> {
    Csv(Box<Csv<W>>),
    JsonLines(JsonLines<W>),
    Xml(Xml<W>),
    Xlsx(Box<Xlsx<W>>),
}

impl<W: Write + Send> Sheet<W> {
    /// Begins a table with these columns on `out`, which needs no buffer of its own. `&mut file` does, where the file
    /// is to be synced afterwards.
    ///
    /// # Errors
    /// When the columns cannot be had in this format, or writing fails.
    pub fn begin<N: AsRef<str>>(
        format: Format,
        columns: &[N],
        options: &Options,
        out: W,
    ) -> Result<Self, SheetError> {
        let names: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        let out = Output::new(out);
        let table = match format {
            Format::Csv => Table::Csv(Box::new(Csv::begin(&names, options.spreadsheet_safe, out)?)),
            Format::JsonLines => Table::JsonLines(JsonLines::begin(&names, out)?),
            Format::Xml => Table::Xml(Xml::begin(&names, out)?),
            Format::Xlsx => {
                let xlsx = Xlsx::begin(&names, options.scratch.as_deref(), out)?;
                Table::Xlsx(Box::new(xlsx))
            }
        };
        Ok(Self { columns: names.len(), rows: 0, table })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When it has not one cell for each column, there are too many for the format, or writing fails.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        if cells.len() != self.columns {
            return Err(SheetError::Width { expected: self.columns, found: cells.len() });
        }
        match &mut self.table {
            Table::Csv(csv) => csv.row(cells)?,
            Table::JsonLines(json_lines) => json_lines.row(cells)?,
            Table::Xml(xml) => xml.row(cells)?,
            Table::Xlsx(xlsx) => xlsx.row(cells)?,
        }
        self.rows += 1;
        Ok(())
    }

    /// Writes what is left, flushes, and says what it came to.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self) -> Result<Written, SheetError> {
        let mut continued = 0;
        let bytes = match self.table {
            Table::Csv(csv) => csv.finish()?,
            Table::JsonLines(json_lines) => json_lines.finish()?,
            Table::Xml(xml) => xml.finish()?,
            Table::Xlsx(xlsx) => {
                continued = xlsx.continued();
                xlsx.finish()?
            }
        };
        Ok(Written { rows: self.rows, bytes, continued })
    }
}
