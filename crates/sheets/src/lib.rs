//! Tables written out row by row as CSV, JSON Lines, XML and XLSX.
//!
//! A [`Sheet`] is begun with its columns, takes one row after the other and is finished. It holds one row in memory,
//! never the table, and the same rows make the same bytes. It knows nothing of where rows come from, and it writes to
//! whatever it is given: making the file, syncing it and giving it its name is the caller's.
//!
//! Cells never lose or change a character. How each format keeps what it has no room for is told in its module:
//! control characters in [`xml`], long texts and long numbers in [`xlsx`]. The one exception is a choice of the person,
//! [`Options::spreadsheet_safe`].
//!
//! There is no date cell: dates are texts (ISO 8601), which sort as they should, keep their offset, and can be as
//! incomplete as `1999-03-00`.
#![warn(missing_docs)]

mod cell;
mod csv;
mod error;
mod json_lines;
mod output;
mod sheet;
pub mod xlsx;
pub mod xml;

pub use cell::{Cell, Decimal, NotADecimal};
pub use error::SheetError;
pub use sheet::{Format, Options, Sheet, Written};
