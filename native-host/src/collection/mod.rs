//! What somebody has on Discogs as rows of a table: which columns there are, and what stands in them. Nothing of the
//! network, the database or files.
//!
//! | module | job |
//! |---|---|
//! | `line` | one entry of a list with all that is known of it |
//! | `presets` | the columns of each kind of export |
//! | `formats` | carriers as the site writes them |
//! | `money` | amounts with the decimals of their currency |
//! | `tracks` | a tracklist as text |

mod formats;
mod line;
mod money;
mod presets;
mod tracks;

pub use line::{Context, EntryRecord, Line, Owned};
pub use presets::{Needs, columns};
