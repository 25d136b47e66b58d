//! The keys that work while a video is shown. Pure: [`super::screen`] does what they mean.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// To go on or to pause.
    Toggle,
    /// Elsewhere, so many seconds from here.
    Seek(i64),
    /// Louder or softer, of 100.
    Volume(i64),
    /// Silent, or not any more.
    Mute,
    /// To fill the screen, or not any more.
    FullScreen,
    /// A window of its own, or not any more.
    Window,
    /// With subtitles, or without.
    Subtitles,
    /// To give the page back.
    Smaller,
}

/// What has the focus, as far as keys are meant for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// Something that is pressed with Space and Enter.
    Button,
    /// A slider or a choice: arrows are for it as well.
    Field,
    /// Anything else.
    Other,
}

impl Focus {
    /// Of the element with this tag name.
    pub fn of(tag: &str) -> Self {
        match tag {
            "BUTTON" | "A" | "SUMMARY" => Focus::Button,
            "INPUT" | "SELECT" | "TEXTAREA" => Focus::Field,
            _ => Focus::Other,
        }
    }
}

/// What `key` asks for while `focus` has the focus.
pub fn act_of(key: &str, focus: Focus) -> Option<Act> {
    Some(match key {
        " " if focus == Focus::Other => Act::Toggle,
        "ArrowLeft" if focus != Focus::Field => Act::Seek(-5),
        "ArrowRight" if focus != Focus::Field => Act::Seek(5),
        "ArrowUp" if focus != Focus::Field => Act::Volume(5),
        "ArrowDown" if focus != Focus::Field => Act::Volume(-5),
        "k" => Act::Toggle,
        "j" => Act::Seek(-10),
        "l" => Act::Seek(10),
        "m" => Act::Mute,
        "f" => Act::FullScreen,
        "p" => Act::Window,
        "c" => Act::Subtitles,
        "Escape" => Act::Smaller,
        _ => return None,
    })
}

/// `from`, moved by `by`, within 0 and `most`.
pub fn moved(from: u64, by: i64, most: u64) -> u64 {
    from.saturating_add_signed(by).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_left_to_what_has_the_focus() {
        assert_eq!(act_of(" ", Focus::of("VIDEO")), Some(Act::Toggle));
        assert_eq!(act_of(" ", Focus::of("BUTTON")), None);
        assert_eq!(act_of("ArrowRight", Focus::of("BUTTON")), Some(Act::Seek(5)));
        assert_eq!(act_of("ArrowRight", Focus::of("INPUT")), None);
        assert_eq!(act_of("ArrowDown", Focus::of("SELECT")), None);
        assert_eq!(act_of("Escape", Focus::Field), Some(Act::Smaller));
        assert_eq!(act_of("Tab", Focus::Other), None);
    }

    #[test]
    fn nothing_is_before_the_beginning_or_after_the_end() {
        assert_eq!((moved(3, -5, 60), moved(58, 5, 60), moved(30, 5, 60)), (0, 60, 35));
    }
}
