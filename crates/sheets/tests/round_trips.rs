//! Any table, written in each format, is read back cell by cell by readers that others wrote.

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sheets::{Cell, Decimal, Format, Options};
use support::{Python, write};

/// What has meaning to one of the formats, or to a spreadsheet.
const FRAGMENTS: &[&str] = &[
    "=",
    "+",
    "-",
    "@",
    "'",
    "\"",
    "\"\"",
    ",",
    ";",
    "|",
    "\t",
    "\r",
    "\n",
    "\r\n",
    " ",
    "\u{a0}",
    "<",
    ">",
    "&",
    "&amp;",
    "&#0;",
    "]]>",
    "<![CDATA[",
    "\\",
    "\\u0000",
    "\0",
    "\u{1}",
    "\u{b}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{10ffff}",
    "_",
    "_x",
    "_x0041_",
    "_x0041",
    "x0041_",
    "_x005F_",
    "_xZZZZ_",
    "_X0041_",
    "0012",
    "4006381333931",
    "1e5",
    "1/2",
    "TRUE",
    "#N/A",
    "null",
    "=1+1",
    "e\u{301}",
    "é",
    "👩‍👩‍👧",
    "שלום",
    "\u{202e}",
    "盤",
];

fn text() -> impl Strategy<Value = String> {
    let fragment = proptest::sample::select(FRAGMENTS).prop_map(str::to_owned);
    let part = prop_oneof![3 => fragment, 1 => any::<char>().prop_map(String::from), 1 => "[a-z0-9 ]{0,6}"];
    vec(part, 0..7).prop_map(|parts| parts.concat())
}

fn decimal() -> impl Strategy<Value = Cell<'static>> {
    let digits = proptest::string::string_regex(r"-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,4})?").unwrap();
    digits.prop_map(|digits| Cell::Decimal(Decimal::parse(digits).unwrap()))
}

fn cell() -> impl Strategy<Value = Cell<'static>> {
    prop_oneof![
        1 => Just(Cell::Empty),
        6 => text().prop_map(Cell::from),
        1 => any::<i64>().prop_map(Cell::Integer),
        1 => (-100_000i64..100_000).prop_map(Cell::Integer),
        2 => decimal(),
    ]
}

type Table = (Vec<String>, Vec<Vec<Cell<'static>>>);

fn table() -> impl Strategy<Value = Table> {
    (1usize..6).prop_flat_map(|width| {
        // Numbered, as JSON Lines takes no name twice.
        let name = (text(), 0..width).prop_map(|(text, _)| text);
        let names = vec(name, width).prop_map(|mut names| {
            names
                .iter_mut()
                .enumerate()
                .for_each(|(index, name)| name.push_str(&index.to_string()));
            names
        });
        (names, vec(vec(cell(), width), 0..5))
    })
}

/// Writes tables in one format, reads each back, and compares it with what it should say.
fn read_back_as(format: Format, cases: u32, expected: impl Fn(&Table) -> Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let python = std::cell::RefCell::new(Python::start());
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let checked = runner.run(&table(), |table| {
        write(format, &table.0, &table.1, &Options::default(), &path);
        prop_assert_eq!(python.borrow_mut().read(format, &path), expected(&table));
        Ok(())
    });
    checked.unwrap();
}

fn digits(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Decimal(decimal) => decimal.to_string(),
    }
}

#[test]
fn csv_is_read_back_by_pythons_csv() {
    read_back_as(Format::Csv, 400, |(names, rows)| {
        let rows = rows.iter().map(|row| row.iter().map(digits).collect());
        json!(std::iter::once(names.clone()).chain(rows).collect::<Vec<Vec<String>>>())
    });
}

#[test]
fn json_lines_are_read_back_by_pythons_json() {
    let value = |cell: &Cell<'_>| match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Decimal(decimal) if decimal.as_str().contains('.') => {
            json!(["decimal", decimal.as_str()])
        }
        // A negative zero is an integer to Python, and loses its sign there.
        Cell::Decimal(decimal) if decimal.as_str() == "-0" => json!(["integer", "0"]),
        number => json!(["integer", digits(number)]),
    };
    read_back_as(Format::JsonLines, 400, |(names, rows)| {
        let pairs = |row: &Vec<Cell<'_>>| {
            names.iter().zip(row).map(|(name, cell)| json!([name, value(cell)])).collect()
        };
        json!(rows.iter().map(pairs).collect::<Vec<Vec<Value>>>())
    });
}

#[test]
fn xml_is_read_back_by_pythons_elementtree() {
    read_back_as(Format::Xml, 400, |(names, rows)| {
        let filled = |row: &Vec<Cell<'_>>| {
            let cells = names.iter().zip(row).filter(|(_, cell)| **cell != Cell::Empty);
            cells.map(|(name, cell)| json!([name, digits(cell)])).collect()
        };
        json!(rows.iter().map(filled).collect::<Vec<Vec<Value>>>())
    });
}

#[test]
fn xlsx_is_read_back_by_openpyxl() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.xlsx");
    let python = std::cell::RefCell::new(Python::start());
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(200) });
    let checked = runner.run(&table(), |(names, rows)| {
        write(Format::Xlsx, &names, &rows, &Options::default(), &path);
        let book = python.borrow_mut().read(Format::Xlsx, &path);
        let names = names.into_iter().map(Cell::from).collect();
        for (row, cells) in std::iter::once(&names).chain(&rows).enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let found = &book["Sheet1"][row][column];
                let place = (row, column);
                prop_assert!(
                    says(found, &rest(&book, place), cell),
                    "{found} is not {cell:?} at {place:?}"
                );
            }
        }
        Ok(())
    });
    checked.unwrap();
}

/// What the second worksheet has of a cell.
fn rest(book: &Value, (row, column): (usize, usize)) -> String {
    let name = format!("{}{}", char::from(b'A' + column as u8), row + 1);
    let rows = book["Continued"].as_array().into_iter().flatten();
    rows.filter(|row| row[0][1] == name.as_str()).filter_map(|row| row[2][1].as_str()).collect()
}

fn says(found: &Value, rest: &str, cell: &Cell<'_>) -> bool {
    let written = digits(cell);
    // A row of nothing is no row.
    let Some(kind) = found[0].as_str() else { return written.is_empty() };
    let value = found[1].as_str();
    match kind {
        "n" if value.is_none() => written.is_empty(),
        "n" => {
            // Shown with as many decimals as were given.
            let places = written.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let pattern =
                if places == 0 { "0".into() } else { format!("0.{}", "0".repeat(places)) };
            let value: f64 = value.unwrap().parse().unwrap();
            found[2] == pattern.as_str() && format!("{value:.places$}") == written
        }
        _ => format!("{}{rest}", value.unwrap_or_default()) == written,
    }
}
