//! The icons, as inline SVG drawn with the text's colour. They decorate: the words beside them carry the meaning.

use leptos::prelude::*;

/// An icon of 24 by 24 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Alert,
    Check,
    CheckCircle,
    Clock,
    Cross,
    CrossCircle,
    Disc,
    Down,
    Download,
    Folder,
    FullScreen,
    Gear,
    Grid,
    History,
    Info,
    Large,
    List,
    Lock,
    Minus,
    Music,
    Muted,
    Next,
    Pause,
    Pencil,
    Person,
    Play,
    Plug,
    Previous,
    Repeat,
    RepeatOne,
    Retry,
    Search,
    Send,
    Shuffle,
    Small,
    Star,
    Tab,
    Tag,
    Trash,
    Video,
    Volume,
    Window,
}

impl Icon {
    fn paths(self) -> &'static str {
        match self {
            Icon::Alert => "<path d='M12 3 2.5 20h19z'/><path d='M12 10v4M12 17v.01'/>",
            Icon::Check => "<path d='m5 12.5 4.5 4.5L19 7.5'/>",
            Icon::CheckCircle => {
                "<circle cx='12' cy='12' r='9'/><path d='m8 12.5 2.7 2.7L16 9.8'/>"
            }
            Icon::Clock => "<circle cx='12' cy='12' r='9'/><path d='M12 7v5l3 2'/>",
            Icon::Cross => "<path d='m6 6 12 12M18 6 6 18'/>",
            Icon::CrossCircle => "<circle cx='12' cy='12' r='9'/><path d='m9 9 6 6M15 9l-6 6'/>",
            Icon::Down => "<path d='m6 9.5 6 6 6-6'/>",
            Icon::Download => "<path d='M12 4v11M7 10.5l5 5 5-5M5 20h14'/>",
            Icon::Disc => {
                "<circle cx='12' cy='12' r='9'/><circle cx='12' cy='12' r='2.5'/><path d='M6.5 12A5.5 5.5 0 0 1 12 6.5'/>"
            }
            Icon::Folder => {
                "<path d='M3 6.5A1.5 1.5 0 0 1 4.5 5H9l2 2.5h8.5A1.5 1.5 0 0 1 21 9v8.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5z'/>"
            }
            Icon::Gear => {
                "<circle cx='12' cy='12' r='3'/><path d='M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M18.7 5.3l-2.1 2.1M7.4 16.6l-2.1 2.1'/>"
            }
            Icon::History => {
                "<path d='M3.5 12a8.5 8.5 0 1 0 2.8-6.3L3.5 8M3.5 3.5V8H8M12 7.5V12l3 2'/>"
            }
            Icon::Info => "<circle cx='12' cy='12' r='9'/><path d='M12 11v5M12 8v.01'/>",
            Icon::List => {
                "<path d='M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5v.01M4 12v.01M4 17.5v.01'/>"
            }
            Icon::Lock => {
                "<rect x='5' y='11' width='14' height='9' rx='2'/><path d='M8 11V8a4 4 0 0 1 8 0v3'/>"
            }
            Icon::Minus => "<circle cx='12' cy='12' r='9'/><path d='M8 12h8'/>",
            Icon::Music => {
                "<circle cx='7' cy='17.5' r='3'/><circle cx='17' cy='15.5' r='3'/><path d='M10 17.5V6l10-2v11.5'/>"
            }
            Icon::Next => "<path d='M6 6v12l9-6zM18.5 6v12'/>",
            Icon::Pause => "<path d='M9 5.5v13M15 5.5v13'/>",
            Icon::Pencil => "<path d='M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5'/>",
            Icon::Person => {
                "<circle cx='12' cy='8.5' r='4'/><path d='M4.5 20a7.5 7.5 0 0 1 15 0'/>"
            }
            Icon::Play => "<path d='M8 5.5v13l10.5-6.5z'/>",
            Icon::Plug => "<path d='M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4'/>",
            Icon::Previous => "<path d='M18 6v12l-9-6zM5.5 6v12'/>",
            Icon::Repeat => {
                "<path d='M4 11V9.5A2.5 2.5 0 0 1 6.5 7H19M16 4l3 3-3 3M20 13v1.5a2.5 2.5 0 0 1-2.5 2.5H5M8 20l-3-3 3-3'/>"
            }
            Icon::RepeatOne => {
                "<path d='M4 11V9.5A2.5 2.5 0 0 1 6.5 7H19M16 4l3 3-3 3M20 13v1.5a2.5 2.5 0 0 1-2.5 2.5H5M8 20l-3-3 3-3M11 11l1.5-1v4'/>"
            }
            Icon::Retry => "<path d='M20 12a8 8 0 1 1-2.5-5.8L20 8.5M20 4v4.5h-4.5'/>",
            Icon::Search => "<circle cx='11' cy='11' r='6.5'/><path d='m16 16 4.5 4.5'/>",
            Icon::Send => "<path d='M12 20V9M7 13.5l5-5 5 5M5 4h14'/>",
            Icon::Shuffle => {
                "<path d='M3 7h3.5l9 10H20M3 17h3.5l3-3.300M12.5 10.300l3-3.300H20M17.5 4.5 20 7l-2.5 2.5M17.5 14.5 20 17l-2.5 2.5'/>"
            }
            Icon::Star => {
                "<path d='m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z'/>"
            }
            Icon::Tab => {
                "<path d='M13 5h6v6M19 5l-8 8M10 6H6a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-4'/>"
            }
            Icon::Tag => "<path d='M4 4.5h7.5L20 13l-7 7-9-8.5zM8 8.5v.01'/>",
            Icon::Trash => "<path d='M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5'/>",
            Icon::FullScreen => {
                "<path d='M4 9V4.5h4.5M15.5 4.5H20V9M20 15v4.5h-4.5M8.5 19.5H4V15'/>"
            }
            Icon::Grid => {
                "<rect x='4' y='4' width='6.5' height='6.5' rx='1.2'/><rect x='13.5' y='4' width='6.5' height='6.5' rx='1.2'/><rect x='4' y='13.5' width='6.5' height='6.5' rx='1.2'/><rect x='13.5' y='13.5' width='6.5' height='6.5' rx='1.2'/>"
            }
            Icon::Large => "<path d='M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7'/>",
            Icon::Muted => "<path d='M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5'/>",
            Icon::Small => "<path d='M20 10h-6V4M14 10l7-7M4 14h6v6M10 14l-7 7'/>",
            Icon::Video => {
                "<rect x='3' y='5.5' width='13' height='13' rx='2'/><path d='m16 10.5 5-3v9l-5-3z'/>"
            }
            Icon::Window => {
                "<path d='M11 18.5H4.5A1.5 1.5 0 0 1 3 17V6.5A1.5 1.5 0 0 1 4.5 5h15A1.5 1.5 0 0 1 21 6.5V11'/><rect x='13.5' y='13.5' width='8' height='6' rx='1'/>"
            }
            Icon::Volume => "<path d='M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9a4.5 4.5 0 0 1 0 6'/>",
        }
    }
}

/// Draws an icon.
pub fn icon(icon: Icon) -> AnyView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" inner_html=icon.paths()></svg> }.into_any()
}

/// The mark of MediaFetcher.
pub fn brand() -> AnyView {
    let mark = "<path fill='currentColor' d='M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m1 5v6.2l2.3-2.3 1.4 1.4L12 17l-4.7-4.7 1.4-1.4 2.3 2.3V7z'/>";
    view! {
        <div class="brand">
            <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true" inner_html=mark></svg>
            "MediaFetcher"
        </div>
    }
    .into_any()
}
