//! ISO base media (m4a, mp4): the tree of atoms, what it says, and replacing the tags in it.
//!
//! ISO/IEC 14496-12 for the boxes; Apple's QuickTime File Format for `udta/meta/ilst`. Sample data (`mdat`) is never
//! read, only moved.

mod atom;
mod facts;
mod fragments;
mod moov;
mod udta;

pub(crate) use facts::{facts, is_sound_alone};
pub(crate) use moov::replace_ilst;
