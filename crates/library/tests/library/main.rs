//! The library as the daemon uses it: real SQLite, real files.

mod after_a_kill;
mod discogs;
mod edit;
mod import;
mod list;
mod main_job;
mod rebuild;
mod rename;
mod support;
mod trash;
