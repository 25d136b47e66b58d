//! What must hold under fire: every scripted fault of the sites, the network, the disk and the process itself, through
//! the real daemon and the real command line. The invariants (I1–I13) are those of `docs/invariants.md`.

mod attic;
mod browser;
mod browsers;
mod discogs;
mod disks;
mod edits;
mod import;
mod interrupted;
mod library;
mod line;
mod listings;
mod player;
mod processes;
mod rebuild;
mod redirects;
mod refusals;
mod renames;
mod sending;
mod sessions;
mod sound;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod titles;
mod wrong_answers;
