//! The small parts that pages and panels are made of. Their looks are in `styles/components.css`.

pub mod button;
pub mod choice;
pub mod command_line;
pub mod dialog;
pub mod focus;
pub mod icon;
pub mod live;
pub mod missing_host;
pub mod notice;
pub mod progress_bar;
pub mod radio;
pub mod search_field;
pub mod state_word;
pub mod toast;
pub mod variant_chips;
pub mod virtual_list;
