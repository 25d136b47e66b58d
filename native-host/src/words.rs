//! English sentences for people on the command line: what went wrong, and what to do next.
//!
//! The extension has its own catalogue of the same errors, which is translated. Values in sentences may come
//! from a hostile site, so control characters are taken out before they reach a terminal.

use protocol::{ErrorBody, ErrorCode, Source};

/// What went wrong, in one sentence.
pub fn sentence(error: &ErrorBody) -> String {
    use ErrorCode::*;
    let p = |name: &str| parameter(error, name);
    match error.code {
        BadFrame => format!("A message was not understood{}.", detail(error)),
        FrameTooLarge => {
            format!("A message of {} bytes is above the limit of {}.", p("size"), p("limit"))
        }
        Unsupported => format!("The daemon does not know \"{}\".", p("method")),
        BadParameters => format!("That value is not accepted{}.", detail(error)),
        UpgradeRequired => {
            format!(
                "The program ({}) and its client ({}) are too different in age.",
                p("host"),
                p("extension")
            )
        }
        Forbidden => format!("{} may not do this.", p("origin")),
        Withdrawn => "The request was withdrawn.".into(),
        NotFound => format!("There is no {}.", p("what")),
        Internal => format!("Something broke inside MediaFetcher{}.", detail(error)),
        HostMissing => format!("The daemon does not answer{}.", detail(error)),
        SignedOut => format!("Nobody is signed in at {}.", p("site")),
        SessionExpired => format!("The session at {} has ended.", p("site")),
        Challenge => format!("{} wants to see a person before it goes on.", p("site")),
        SiteChanged => format!("{} has changed{}.", p("site"), detail(error)),
        ListingUnstable => {
            format!("The list at {} did not come to a stable end{}.", p("site"), detail(error))
        }
        OtherAccount => format!(
            "Somebody else is signed in at {} now ({} instead of {}).",
            p("site"),
            p("found"),
            p("expected")
        ),
        LiveStream => format!("This is a live stream on {} that is not over.", p("site")),
        NothingToFetch => format!("There is nothing to play on this page of {}.", p("site")),
        ListCut => format!(
            "The list at {} has {} things; the first {} of them are taken.",
            p("site"),
            p("listed"),
            p("taken")
        ),
        PrivateList => format!("{} shows this list to its owner alone.", p("site")),
        Unreachable => format!("{} cannot be reached{}.", p("host"), detail(error)),
        ServerError => format!("{} answered with the error {}.", p("host"), p("status")),
        RateLimited => format!("{} asks to slow down.", p("host")),
        Interrupted => format!("The transfer from {} stopped in the middle.", p("host")),
        WrongLength => format!("{} bytes came instead of {}.", p("got"), p("expected")),
        NotMedia => format!("Something else came in place of the file ({}).", p("kind")),
        Damaged => format!("The file came, but it is damaged{}.", detail(error)),
        Absent => "The site has no such file.".into(),
        Withheld => "The site does not give out this file.".into(),
        AddressRefused => format!("The address {} is not one to download from.", p("address")),
        TooManyRedirects => format!("{} redirects in circles.", p("host")),
        AddressExpired => format!("The address at {} has expired.", p("host")),
        Refused => format!("{} refused the request ({}).", p("host"), p("status")),
        TooLarge => format!("The answer is larger than the {} bytes allowed.", p("limit")),
        AlreadyOwned => {
            format!("A list of another program says that you have this of {} already.", p("site"))
        }
        SubtitlesMissing => {
            format!(
                "Subtitles are missing ({}): the site does not give them out, or they are too large.",
                p("languages")
            )
        }
        SubtitlesUnreadable => {
            format!("Subtitles were left out ({}): they are empty or broken.", p("languages"))
        }
        SubtitlesTooMuch => {
            format!("Subtitles were left out ({}): there are too many.", p("languages"))
        }
        PictureUnusable => "The picture did not come, or is none.".into(),
        ChaptersUnusable => {
            format!("{} of the chapters were left out: their times make no sense.", p("count"))
        }
        DiskFull => format!(
            "The disk of {} is full ({} bytes free, {} needed).",
            p("folder"),
            p("free"),
            p("needed")
        ),
        NotWritable => format!("The folder {} cannot be written to.", p("folder")),
        VolumeMissing => format!("The folder {}, or the disk it is on, is not there.", p("folder")),
        Io => format!("Reading or writing failed{}.", detail(error)),
        Database => format!("The database could not be used{}.", detail(error)),
        FileLost => format!("{} is gone or was changed.", p("name")),
        NamesTooShort => format!(
            "The disk of {} takes names of {} bytes; {} are needed.",
            p("folder"),
            p("longest"),
            p("needed")
        ),
        CannotRename => {
            format!("Files on the disk of {} cannot be renamed{}.", p("folder"), detail(error))
        }
        SourceMissing => format!(
            "The folder {} that files are taken in from, or the disk it is on, is not there.",
            p("folder")
        ),
        ProgramMissing => format!("The program {} was not found.", p("program")),
        ProgramFailed => format!("The program {} failed{}.", p("program"), detail(error)),
        ProgramTimeout => format!("The program {} took too long.", p("program")),
        ProgramOutdated => format!(
            "{} has changed, and {} {} does not understand it any more.",
            p("site"),
            p("program"),
            p("version")
        ),
        NoScreen => "No window can be shown where MediaFetcher runs.".into(),
        KeyringRefused => {
            format!("The system's keyring does not give out what is kept in it{}.", detail(error))
        }
    }
}

/// What the person can do; `None` when it goes on by itself or nothing helps.
pub fn next_step(error: &ErrorBody) -> Option<&'static str> {
    use ErrorCode::*;
    let step = match error.code {
        // There a token signs, and no browser's session.
        SignedOut | SessionExpired if is_at_discogs(error) => {
            "Run `mediafetcher discogs login`, then the same command."
        }
        Challenge if is_at_discogs(error) => {
            "Open the site in your browser, pass its check, then run the same command."
        }
        UpgradeRequired => "Update both, then run `mediafetcher daemon stop`.",
        HostMissing => "Run `mediafetcher doctor`.",
        SignedOut | SessionExpired => {
            "Sign in there with your browser, export its cookies again and run the same command."
        }
        Challenge => "Open the site in your browser, pass its check, export the cookies again.",
        SiteChanged => "Look for a newer version of MediaFetcher; please report this line.",
        ListingUnstable => "Run the same command again; what is there already is kept.",
        ProgramOutdated => "Update it with: mediafetcher tools update",
        NothingToFetch => {
            "If it plays only for those who are signed in, send it with your sign-in."
        }
        LiveStream => "Send it again when it is over.",
        ListCut => "Send the pages of the others by themselves.",
        PrivateList => {
            "Sign in as its owner (`mediafetcher discogs login`), or have it made public there and run the same command."
        }
        OtherAccount => "Sign in with the account the job was started for, or start a new job.",
        DiskFull => "Make room or choose another folder, then run `mediafetcher retry`.",
        NotWritable | VolumeMissing => {
            "Connect the disk or choose another folder (`mediafetcher config set folder DIR`), then run \
             `mediafetcher retry`."
        }
        NamesTooShort | CannotRename => {
            "Choose a folder on another disk: mediafetcher config set folder DIR"
        }
        SourceMissing => "Connect that disk.",
        NoScreen => "Name the folder yourself: `mediafetcher library import FOLDER`.",
        KeyringRefused => "Unlock the keyring and run the same command, or sign in once more.",
        ProgramMissing => "Install it; `mediafetcher doctor` says how.",
        Forbidden => "Only MediaFetcher's own extension and this user may.",
        NotFound => "`mediafetcher jobs` lists what there is.",
        Unsupported => {
            "Run `mediafetcher daemon stop`, so that the version you have now is started."
        }
        Refused | TooManyRedirects | TooLarge | ProgramFailed | AddressRefused => {
            "Run `mediafetcher retry` later; if it stays, please report this line."
        }
        BadFrame | FrameTooLarge => "Please report this line.",
        BadParameters | Withdrawn | Absent | Withheld | AlreadyOwned | SubtitlesMissing
        | SubtitlesUnreadable | SubtitlesTooMuch | PictureUnusable | ChaptersUnusable => {
            return None;
        }
        Internal | Unreachable | ServerError | RateLimited | Interrupted | WrongLength
        | NotMedia | Damaged | AddressExpired | Io | Database | FileLost | ProgramTimeout => {
            return None;
        }
    };
    Some(step)
}

fn is_at_discogs(error: &ErrorBody) -> bool {
    let site = error.params.get("site").map(String::as_str);
    site.is_some_and(|site| site == Source::Discogs.title() || site == Source::Discogs.as_str())
}

/// Both, as a paragraph for a terminal.
pub fn explain(error: &ErrorBody) -> String {
    match next_step(error) {
        Some(step) => format!("{} {step}", sentence(error)),
        None => sentence(error),
    }
}

/// Text from elsewhere, made safe to print: without control characters, which can move a terminal's cursor
/// or change its colours, and without those that turn the writing direction.
pub fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}

fn parameter(error: &ErrorBody, name: &str) -> String {
    error.params.get(name).map_or_else(|| "?".to_owned(), |value| printable(value))
}

/// `: detail` where there is one, without a full stop of its own.
fn detail(error: &ErrorBody) -> String {
    match error.params.get("detail") {
        Some(text) => format!(": {}", printable(text).trim_end_matches('.')),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ErrorClass;

    #[test]
    fn every_error_has_a_sentence_of_its_own() {
        let sentences: std::collections::BTreeSet<String> =
            ErrorCode::ALL.iter().map(|&code| sentence(&ErrorBody::new(code))).collect();
        assert_eq!(sentences.len(), ErrorCode::ALL.len());
        assert!(sentences.iter().all(|text| text.ends_with('.') && text.len() > 10));
    }

    #[test]
    fn whoever_has_to_act_is_told_how() {
        let needs_user = ErrorCode::ALL.iter().filter(|code| code.class() == ErrorClass::NeedsUser);
        for &code in needs_user {
            assert!(next_step(&ErrorBody::new(code)).is_some(), "{code:?}");
        }
    }

    #[test]
    fn where_no_cookies_sign_in_nobody_is_told_to_export_some() {
        for code in [ErrorCode::SignedOut, ErrorCode::SessionExpired, ErrorCode::Challenge] {
            let at = |site: &str| explain(&ErrorBody::new(code).with("site", site));
            assert!(at("flowmusic.app").contains("cookies"));
            for name in [Source::Discogs.title(), Source::Discogs.as_str()] {
                assert!(!at(name).contains("cookies"), "{}", at(name));
            }
        }
    }

    #[test]
    fn a_site_cannot_drive_the_terminal() {
        let error = ErrorBody::new(ErrorCode::SignedOut).with("site", "a\u{1b}[31mb\u{202e}c\n");
        assert_eq!(sentence(&error), "Nobody is signed in at a [31mb c .");
    }
}
