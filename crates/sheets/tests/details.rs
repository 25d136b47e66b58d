//! What single tables come to, to the letter.

mod support;

use sheets::{Cell, Decimal, Format, Options, Sheet, SheetError};
use std::io::Cursor;
use support::{Python, write};

fn bytes(format: Format, names: &[&str], rows: &[Vec<Cell<'_>>], options: &Options) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut sheet = Sheet::begin(format, names, options, &mut out).unwrap();
    rows.iter().for_each(|row| sheet.row(row).unwrap());
    sheet.finish().unwrap();
    out.into_inner()
}

fn letters(format: Format, names: &[&str], rows: &[Vec<Cell<'_>>]) -> String {
    String::from_utf8(bytes(format, names, rows, &Options::default())).unwrap()
}

fn record() -> Vec<Cell<'static>> {
    let price = Decimal::parse("12.50").unwrap();
    vec!["Air".into(), "0012".into(), Cell::Integer(1998), price.into(), Cell::Empty, "".into()]
}

const NAMES: [&str; 6] = ["Artist", "Catalog Number", "Year", "Price", "Notes", "7\""];

#[test]
fn csv_has_crlf_and_quotes_where_they_are_needed() {
    assert_eq!(
        letters(Format::Csv, &NAMES, &[record()]),
        "Artist,Catalog Number,Year,Price,Notes,\"7\"\"\"\r\nAir,0012,1998,12.50,,\r\n"
    );
    assert_eq!(letters(Format::Csv, &["a"], &[vec![Cell::Empty]]), "a\r\n\"\"\r\n");
}

#[test]
fn json_lines_keep_the_order_of_columns_and_the_digits_of_numbers() {
    assert_eq!(
        letters(Format::JsonLines, &NAMES, &[record()]),
        "{\"Artist\":\"Air\",\"Catalog Number\":\"0012\",\"Year\":1998,\"Price\":12.50,\"Notes\":null,\"7\\\"\":\"\"}\n"
    );
}

#[test]
fn xml_names_elements_after_columns() {
    let row = "<row><Artist>Air</Artist><Catalog_Number name=\"Catalog Number\">0012</Catalog_Number>\
        <Year>1998</Year><Price>12.50</Price><_7_ name=\"7&quot;\"></_7_></row>";
    assert_eq!(
        letters(Format::Xml, &NAMES, &[record()]),
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<table xml:space=\"preserve\">\n{row}\n</table>\n"
        )
    );
}

#[test]
fn xml_tells_which_texts_are_escaped() {
    let written = letters(Format::Xml, &["a", "b\0"], &[vec!["_x0041_".into(), "\u{1}_x".into()]]);
    assert!(written.contains("<a>_x0041_</a>"));
    assert!(
        written.contains("<b_ name=\"b_x0000_\" escaped=\"name text\">_x0001__x005F_x</b_>"),
        "{written}"
    );
}

#[test]
fn a_second_run_makes_the_same_bytes() {
    let rows = vec![record(); 50];
    for format in Format::ALL {
        let first = bytes(format, &NAMES, &rows, &Options::default());
        // The clock of a ZIP has steps of two seconds.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(bytes(format, &NAMES, &rows, &Options::default()) == first, "{format:?}");
    }
}

#[test]
fn a_spreadsheet_safe_csv_has_an_apostrophe_before_what_looks_like_a_formula() {
    let safe = Options { spreadsheet_safe: true, ..Options::default() };
    let minus = Cell::Decimal(Decimal::parse("-1.50").unwrap());
    let row = vec!["=1+1".into(), "@x".into(), "a=b".into(), " =1".into(), "\tx".into(), minus];
    let written = bytes(Format::Csv, &["+a", "b", "c", "d", "e", "f"], &[row], &safe);
    assert_eq!(
        String::from_utf8(written).unwrap(),
        "'+a,b,c,d,e,f\r\n'=1+1,'@x,a=b, =1,'\tx,-1.50\r\n"
    );
}

#[test]
fn only_csv_is_changed_for_spreadsheets() {
    let safe = Options { spreadsheet_safe: true, ..Options::default() };
    for format in [Format::JsonLines, Format::Xml, Format::Xlsx] {
        let rows = [vec!["=1+1".into()]];
        let plain = bytes(format, &["a"], &rows, &Options::default());
        assert!(bytes(format, &["a"], &rows, &safe) == plain, "{format:?}");
    }
}

#[test]
fn a_text_too_long_for_a_cell_goes_on_in_a_second_worksheet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.xlsx");
    let long = format!("{}{}\nend", "a".repeat(32_766), "💿".repeat(20_000));
    let rows = [vec!["short".into(), Cell::text(&long)], vec![Cell::text(&long), "".into()]];
    let written = write(Format::Xlsx, &["a", "b"], &rows, &Options::default(), &path);
    assert_eq!(written.continued, 2);
    let book = Python::start().read(Format::Xlsx, &path);
    for (cell, first) in [("B2", &book["Sheet1"][1][1]), ("A3", &book["Sheet1"][2][0])] {
        let mut whole = first[1].as_str().unwrap().to_owned();
        assert!(whole.encode_utf16().count() <= 32_767);
        for row in book["Continued"].as_array().unwrap() {
            if row[0][1] == cell {
                whole += row[2][1].as_str().unwrap();
            }
        }
        assert!(whole == long, "{cell}");
    }
}

#[test]
fn what_looks_like_a_number_or_a_formula_is_text_in_xlsx() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("texts.xlsx");
    let texts = ["0012", "4006381333931", "=1+1", "1e5", "TRUE", "2001-03-00", " x ", "\n", "\r\n"];
    let row = texts.map(Cell::from).to_vec();
    write(Format::Xlsx, &texts, &[row], &Options::default(), &path);
    let book = Python::start().read(Format::Xlsx, &path);
    for (index, text) in texts.into_iter().enumerate() {
        assert_eq!(book["Sheet1"][1][index][1], text);
        assert_ne!(book["Sheet1"][1][index][0], "n", "{text:?}");
    }
}

#[test]
fn a_row_of_another_width_is_refused() {
    let mut sheet =
        Sheet::begin(Format::Csv, &["a", "b"], &Options::default(), Vec::new()).unwrap();
    let refused = sheet.row(&[Cell::Empty]).unwrap_err();
    assert!(matches!(refused, SheetError::Width { expected: 2, found: 1 }));
}

#[test]
fn two_columns_of_one_name_are_refused_by_json_lines_alone() {
    let begin = |format| Sheet::begin(format, &["a", "a"], &Options::default(), Vec::new()).err();
    assert!(
        matches!(begin(Format::JsonLines), Some(SheetError::TwoOfOneName(name)) if name == "a")
    );
    for format in [Format::Csv, Format::Xml, Format::Xlsx] {
        assert!(begin(format).is_none());
    }
}

#[test]
fn a_sheet_that_is_wider_than_excel_can_hold_is_refused() {
    let names = vec!["a"; 16_385];
    let begun = Sheet::begin(Format::Xlsx, &names, &Options::default(), Vec::new());
    assert!(matches!(begun.err(), Some(SheetError::TooLarge)));
}

#[test]
fn a_row_more_than_excel_can_hold_is_refused() {
    let mut sheet = Sheet::begin(Format::Xlsx, &["a"], &Options::default(), Vec::new()).unwrap();
    for _ in 0..1_048_575 {
        sheet.row(&[Cell::Empty]).unwrap();
    }
    assert!(matches!(sheet.row(&[Cell::Empty]), Err(SheetError::TooLarge)));
}

#[test]
fn a_table_without_rows_is_a_table() {
    assert_eq!(letters(Format::Csv, &["a", "b"], &[]), "a,b\r\n");
    assert_eq!(letters(Format::JsonLines, &["a"], &[]), "");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.xlsx");
    write(Format::Xlsx, &["a"], &[], &Options::default(), &path);
    let book = Python::start().read(Format::Xlsx, &path);
    assert_eq!(book["Sheet1"].as_array().unwrap().len(), 1);
}
