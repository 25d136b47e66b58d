//! The wire: golden files that must not change by accident, and the frame decoder under any bytes.

mod discogs;
mod errors;
mod frames;
mod golden;
mod secrets;
