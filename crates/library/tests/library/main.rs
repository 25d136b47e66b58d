//! The library as the daemon uses it: real SQLite, real files.

mod after_a_kill;
mod import;
mod list;
mod main_job;
mod rebuild;
mod support;
mod trash;
