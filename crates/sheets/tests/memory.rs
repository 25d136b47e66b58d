//! A table needs little memory however long it is. Alone in its file, so that the process's peak is its own.
#![cfg(target_os = "linux")]

use sheets::{Cell, Decimal, Format, Options, Sheet};
use std::io;

const ROWS: i64 = 100_000;
const COLUMNS: usize = 30;
const LIMIT_KIB: u64 = 4 << 10;

/// Peak resident memory of this process.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn write(format: Format, rows: i64) {
    let names: Vec<String> = (0..COLUMNS).map(|index| format!("Column {index}")).collect();
    let mut sheet = Sheet::begin(format, &names, &Options::default(), io::sink()).unwrap();
    for row in 0..rows {
        let cells: Vec<Cell<'_>> = (0..COLUMNS as i64)
            .map(|column| match column % 3 {
                0 => Cell::Integer(row * column),
                1 => Cell::from(format!("title {column} of copy {row}, \"quoted\"")),
                _ => Decimal::parse(format!("{row}.50")).unwrap().into(),
            })
            .collect();
        sheet.row(&cells).unwrap();
    }
    sheet.finish().unwrap();
}

#[test]
fn a_hundred_thousand_rows_take_hardly_more_memory_than_a_thousand() {
    for format in Format::ALL {
        write(format, 1000);
        let before = peak_kib();
        write(format, ROWS);
        let grown = peak_kib() - before;
        assert!(grown < LIMIT_KIB, "{format:?} grew by {grown} KiB");
    }
}
