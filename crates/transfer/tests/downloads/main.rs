//! Downloads against raw sockets that misbehave. The server is what a person's proxy would be: it is reached by the
//! proxy setting and trusted by the setting for extra certificate authorities, so that the product needs no door for
//! tests.

mod api;
mod quota;
mod refusals;
mod resume;
mod session;
mod support;
