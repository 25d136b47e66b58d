//! MediaFetcher on the person's machine: the relay that the browser launches, the daemon that does the
//! work, and the command line. One binary, `mediafetcher`, is all three; `main.rs` picks.
#![warn(missing_docs)]

pub mod client;
pub mod collection;
pub mod commands;
pub mod daemon;
pub mod doctor;
mod drafts;
pub mod home;
pub mod install;
pub mod launch;
pub mod rebuild;
pub mod relay;
mod screen;
pub mod secrets;
pub mod socket;
pub mod tools;
pub mod words;
