//! What must hold under fire: every scripted fault of the sites, the network, the disk and the process itself, through
//! the real daemon and the real command line. The invariants (I1–I13) are those of `docs/invariants.md`.

mod attic;
mod browser;
mod browsers;
mod discogs;
mod discogs_accounts;
mod discogs_browse;
mod discogs_hazards;
mod discogs_runs;
mod discogs_selection;
mod discogs_shop;
mod disks;
mod edits;
mod encoders;
mod endless;
mod import;
mod inside;
mod interrupted;
#[cfg(target_os = "linux")]
mod keyring;
mod library;
mod line;
mod listings;
mod neighbours;
mod player;
mod processes;
mod programs;
mod rebuild;
mod redirects;
mod refusals;
mod renames;
mod sending;
mod sent_lists;
mod sessions;
mod share;
mod shares;
mod sound;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod titles;
mod twins;
mod updates;
mod volumes;
mod wrong_answers;
