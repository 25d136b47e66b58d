//! The one thin layer over the browser's extension APIs, and the client of the native host.
//!
//! Each module here is one namespace of the WebExtensions API with only the calls we use, typed. There is
//! no behaviour of our own in them: what is done with tabs, cookies or alarms is decided by the worker
//! (`core-wasm`) and by the pages (`extension/ui`). What both of them have to see alike is here too: their
//! messages, what an address is ([`address`]), and which sites are allowed ([`site_access`]). The calls go to the
//! global `chrome`, which Firefox offers as well, with promises, to extensions of manifest version 3; so one binding
//! serves both.
//!
//! On targets other than wasm32 everything compiles, and what does not touch the browser can be tested;
//! calling into the browser there panics in the generated stubs.
#![warn(missing_docs)]

pub mod action;
pub mod address;
pub mod alarms;
mod answer;
mod calls;
pub mod context_menus;
pub mod cookies;
pub mod environment;
pub mod fields;
pub mod history;
pub mod host;
pub mod i18n;
pub mod json;
pub mod messages;
pub mod omnibox;
pub mod permissions;
pub mod runtime;
pub mod site_access;
pub mod storage;
pub mod tabs;

pub use host::HostClient;
pub use messages::PageMessage;
