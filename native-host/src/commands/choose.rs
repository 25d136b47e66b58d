//! `choose-folder`: a window of the system's own in which the person picks a folder, whose path is printed. The daemon
//! runs it (`daemon/chooser.rs`) and reads what it prints.

use super::{Failure, Outcome, absolute, say};

/// Prints nothing when no folder is picked, or no window can be had.
pub(super) fn run() -> Result<Outcome, Failure> {
    if let Some(folder) = rfd::FileDialog::new().pick_folder() {
        say(absolute(&folder)?);
    }
    Ok(Outcome::Clean)
}
