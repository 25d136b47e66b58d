//! JSON Lines: one object a row.

use crate::cell::Cell;
use crate::error::SheetError;
use crate::output::Output;
use std::collections::HashSet;
use std::io::Write;

pub(crate) struct JsonLines<W: Write> {
    out: Output<W>,
    /// What stands before each value: `{"first":`, `,"second":`, …
    leads: Vec<String>,
}

impl<W: Write> JsonLines<W> {
    pub fn begin(names: &[&str], out: Output<W>) -> Result<Self, SheetError> {
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(**name)) {
            return Err(SheetError::TwoOfOneName((*twice).to_owned()));
        }
        let mut leads = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            leads.push(format!("{before}{}:", serde_json::to_string(name)?));
        }
        Ok(Self { out, leads })
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        if cells.is_empty() {
            self.out.write_all(b"{")?;
        }
        for (lead, cell) in self.leads.iter().zip(cells) {
            self.out.write_all(lead.as_bytes())?;
            match cell {
                Cell::Empty => self.out.write_all(b"null")?,
                Cell::Text(text) => serde_json::to_writer(&mut self.out, text)?,
                // The digits are what JSON calls a number. A float on the way would change them.
                number => self.out.write_all(number.as_text().as_bytes())?,
            }
        }
        Ok(self.out.write_all(b"}\n")?)
    }

    pub fn finish(mut self) -> Result<u64, SheetError> {
        self.out.flush()?;
        Ok(self.out.bytes())
    }
}
