//! The library as the daemon uses it: real SQLite, real files.

mod after_a_kill;
mod edit;
mod list;
mod main_job;
mod rename;
mod support;
mod trash;
