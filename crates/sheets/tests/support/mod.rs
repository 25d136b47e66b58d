//! Tables on disk, and Python to read them back.

use serde_json::{Value, json};
use sheets::{Cell, Format, Options, Sheet, Written};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/readers");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_back.py");

/// Writes a table to a file.
pub fn write(
    format: Format,
    names: &[impl AsRef<str>],
    rows: &[Vec<Cell<'_>>],
    options: &Options,
    path: &Path,
) -> Written {
    let file = File::create(path).unwrap();
    let mut sheet = Sheet::begin(format, names, options, &file).unwrap();
    for row in rows {
        sheet.row(row).unwrap();
    }
    let written = sheet.finish().unwrap();
    assert_eq!(written.bytes, file.metadata().unwrap().len());
    assert_eq!(written.rows, rows.len() as u64);
    written
}

/// A Python that reads tables as long as it is kept.
pub struct Python {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python {
    pub fn start() -> Self {
        let program = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        let mut child = Command::new(Path::new(TOOLS).join(program))
            .arg(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python with openpyxl is needed for the tests: run `cargo xtask setup`");
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, questions, answers }
    }

    /// What is in a file. See `read_back.py`.
    pub fn read(&mut self, format: Format, path: &Path) -> Value {
        let questions = self.questions.as_mut().unwrap();
        writeln!(questions, "{}", json!([format.extension(), path])).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(!answer.is_empty(), "Python cannot read the file; what it says is above");
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
