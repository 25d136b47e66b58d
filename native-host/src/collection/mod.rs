//! What somebody has on Discogs as rows of a table: which columns there are, and what stands in them. And as what a page shows.
//! Nothing of the network, of SQL or of files.
//!
//! | module | job |
//! |---|---|
//! | `line` | one entry of a list with all that is known of it |
//! | `presets` | the columns of each kind of export |
//! | `shown` | an entry in short, and what it is found by |
//! | `record` | an entry with all that is known of it |
//! | `formats` | carriers as the site writes them |
//! | `money` | amounts with the decimals of their currency |
//! | `tracks` | a tracklist as text |

mod formats;
mod line;
mod money;
mod presets;
mod record;
mod shown;
mod tracks;

pub use line::{Context, EntryRecord, Line, Owned};
pub use presets::{Needs, columns};
pub use record::record;
pub use shown::{country_of, shown};
