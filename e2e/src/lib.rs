//! Drives the real thing from outside: real Chromium with the built extension, the built daemon, and the
//! simulator in the place of the sites.
//!
//! This is what the end-to-end tests, the demo, the torture run and the benchmark share. It knows the product
//! only by what a person has: pages with accessible names, commands, files on disk, the native messaging manifest.
#![warn(missing_docs)]

pub mod axe;
pub mod browser;
pub mod cdp;
pub mod checkout;
pub mod daemon;
pub mod gallery;
pub mod keyboard;
pub mod ledger;
pub mod media_facts;
pub mod member;
pub mod page;
pub mod payload;
pub mod permission;
pub mod popup;
pub mod screen;
pub mod stage;
pub mod tables;
pub mod truth;
pub mod wait;
