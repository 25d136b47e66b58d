//! Making media playable everywhere: what is in a file ([`probe`]), what has to be done to it ([`plan()`]), doing it
//! ([`run()`]).
//!
//! What browsers play is kept byte for byte; what only sits in the wrong container is packed anew without loss; the
//! rest is encoded. Nothing here decides where files go: the caller names both ends.

mod additions;
mod chapters;
mod complaint;
mod error;
mod form;
mod picture;
mod plan;
mod probe;
mod progress;
mod recipe;
mod run;

pub use additions::{Additions, Sheet, Text};
pub use chapters::sound_chapters;
pub use error::ConvertError;
pub use form::{AudioFormat, Form};
pub use picture::picture;
pub use plan::{Plan, Refusal, Want, Wishes, plan};
pub use probe::{Chapter, Probed, Stream, StreamKind, probe};
pub use progress::Progress;
pub use recipe::{Preset, Recipe, Step, Track};
pub use run::{Job, run};
