//! Discogs: who is signed in there, what is read, and what is written out of it.
//!
//! Everything is asked from here, not from the browser: the token never leaves this program again, and there is one
//! place that keeps the site's limit.
//!
//! | module | job |
//! |---|---|
//! | `accounts` | adding and forgetting accounts |
//! | `oauth` | signing in by an application of the person's own |
//! | `signing` | what signs a request |
//! | `transport` | requests signed for an account, in their turn |
//! | `estimate` | what reading would take |
//! | `runs` | what was asked to be read, and how far it is |
//! | `read` | reading a list, and about what is on it |
//! | `precedence` | which of several runs goes first |
//! | `browse` | looking through what was read |
//! | `record` | one entry, asked for anew when it is too old |
//! | `lines` | entries with what is kept about their releases |
//! | `export` | writing tables, with their proof |
//! | `selection` | which entries of a list are meant, to be written or asked about |
//! | `news` | telling clients what has changed |

mod accounts;
mod browse;
mod estimate;
mod export;
mod lines;
mod news;
mod oauth;
mod precedence;
mod read;
mod record;
mod runs;
mod selection;
mod signing;
mod transport;

pub(super) use accounts::{accounts, folders, login, logout};
pub(super) use browse::{entries, facets, show_old_entries, statistics};
pub(super) use estimate::estimate;
pub(super) use export::export;
pub(super) use oauth::{begin_oauth, finish_oauth};
pub(super) use record::record;
pub(super) use runs::{Live, cache, cancel, list, pause, purge, resume, resume_all, start};

pub(super) use transport::keep_limit;

use protocol::ErrorBody;

type Answer<T> = Result<T, ErrorBody>;

/// A day, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// Now, in seconds since 1970.
fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}
