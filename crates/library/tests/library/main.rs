//! The library as the daemon uses it: real SQLite, real files.

mod after_a_kill;
mod at_once;
mod discogs;
mod discogs_browse;
mod edit;
mod import;
mod inner_disks;
mod list;
mod main_job;
mod rebuild;
mod rename;
mod sidecars;
mod support;
mod trash;
