//! A disk that is full is an error, not an end.
#![cfg(target_os = "linux")]

use sheets::{Cell, Format, Options, Sheet, SheetError};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::Command;

fn write(format: Format, options: &Options, out: impl Write + Send) -> Result<(), SheetError> {
    let mut sheet = Sheet::begin(format, &["a", "b"], options, out)?;
    for row in 0..50_000 {
        sheet.row(&[Cell::Integer(row), Cell::from(format!("title of copy {row}"))])?;
    }
    sheet.finish().map(drop)
}

#[test]
fn a_full_disk_under_the_file_is_told() {
    for format in Format::ALL {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let failed = write(format, &Options::default(), full).unwrap_err();
        let is_full =
            matches!(&failed, SheetError::Io(error) if error.kind() == ErrorKind::StorageFull);
        assert!(is_full, "{format:?}: {failed:?}");
    }
}

#[test]
fn a_full_disk_under_the_temporary_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(folder.path()) else { return };
    let options = Options { scratch: Some(folder.path().to_owned()), ..Options::default() };
    let failed = write(Format::Xlsx, &options, io::sink()).unwrap_err();
    assert!(matches!(failed, SheetError::Scratch(_)), "{failed:?}");
}

#[test]
fn a_folder_for_the_temporary_file_that_is_not_there_is_told() {
    let options = Options { scratch: Some("/nowhere".into()), ..Options::default() };
    let failed = write(Format::Xlsx, &options, io::sink()).unwrap_err();
    assert!(matches!(failed, SheetError::Scratch(_)), "{failed:?}");
}

/// Only root may mount one.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let options = ["-t", "tmpfs", "-o", "size=256k", "tmpfs"];
        let mounted = Command::new("mount").args(options).arg(at).status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("skipped: this user may not mount a disk");
            return None;
        }
        Some(Self(at))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}
