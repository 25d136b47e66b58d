//! Why a table could not be written.

use rust_xlsxwriter::XlsxError;
use std::io;

/// What went wrong. What was written so far is no table, whatever is still written to the sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A row has another number of cells than there are columns.
    #[error("a row of {found} cells for {expected} columns")]
    Width {
        /// Columns of the sheet.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// JSON Lines cannot hold two columns of one name: readers keep only one of them.
    #[error("two columns are named {0:?}")]
    TwoOfOneName(String),
    /// More rows or columns than XLSX can hold (1,048,576 and 16,384, the names included).
    #[error("too large for XLSX, which holds 1,048,576 rows of 16,384 columns")]
    TooLarge,
    /// The temporary file that XLSX is collected in could not be made or written, as on a full disk.
    #[error("the temporary file of the XLSX could not be written: {0}")]
    Scratch(String),
    /// The XLSX could not be put together.
    #[error("the XLSX could not be written: {0}")]
    Xlsx(String),
}

impl From<csv::Error> for SheetError {
    fn from(error: csv::Error) -> Self {
        // Widths are checked before, so that nothing else can go wrong; `into` would hide the kind of the error.
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            other => Self::Io(io::Error::other(format!("{other:?}"))),
        }
    }
}

impl From<serde_json::Error> for SheetError {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}

impl From<XlsxError> for SheetError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error) => Self::Io(error),
            XlsxError::RowColumnLimitError => Self::TooLarge,
            XlsxError::TempFileError(_, error) => Self::Scratch(error.to_string()),
            other => Self::Xlsx(other.to_string()),
        }
    }
}
