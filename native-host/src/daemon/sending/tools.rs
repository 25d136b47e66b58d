//! The programs that sending needs: where they are, and what they are given to live in.

use crate::daemon::engine::Engine;
use crate::tools;
use media::Program;
use media::ytdlp::YtDlp;
use protocol::send::SiteSession;
use protocol::{Cookie, ErrorBody, ErrorCode, ItemId};
use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::NamedTempFile;

/// How long a program may be silent.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// Programs that were found, so that they are not asked for their versions with every file.
#[derive(Default)]
pub(in crate::daemon) struct Tools {
    found: Mutex<HashMap<Program, PathBuf>>,
}

impl Tools {
    /// They may be elsewhere now.
    pub fn forget(&self) {
        self.found.lock().expect("nothing panics while holding it").clear();
    }
}

impl Engine {
    /// The file of a program.
    ///
    /// # Errors
    /// [`ErrorCode::ProgramMissing`].
    pub(in crate::daemon) async fn program(&self, program: Program) -> Result<PathBuf, ErrorBody> {
        let known = || self.tools.found.lock().expect("nothing panics while holding it");
        let remembered = known().get(&program).filter(|path| path.is_file()).cloned();
        if let Some(path) = remembered {
            return Ok(path);
        }
        let missing = || ErrorBody::new(ErrorCode::ProgramMissing).with("program", program.name());
        let found = tools::find(&self.home, program).await.ok_or_else(missing)?;
        known().insert(program, found.path.clone());
        Ok(found.path)
    }

    /// yt-dlp, with ffmpeg beside it.
    pub(super) async fn ytdlp(&self) -> Result<YtDlp, ErrorBody> {
        Ok(YtDlp {
            program: self.program(Program::YtDlp).await?,
            ffmpeg: self.program(Program::Ffmpeg).await?,
            patience: PATIENCE,
        })
    }

    /// The cookies of a session as a file that only this user can read, gone when dropped.
    pub(super) fn cookie_file(
        &self,
        session: &SiteSession,
        item: ItemId,
    ) -> Result<NamedTempFile, ErrorBody> {
        let failed =
            |error: std::io::Error| ErrorBody::new(ErrorCode::Io).with("detail", error.to_string());
        let prefix = format!("cookies-{item}-");
        let file = tempfile::Builder::new().prefix(&prefix).tempfile_in(self.home.tmp());
        let mut file = file.map_err(failed)?;
        file.write_all(netscape(&session.cookies).as_bytes()).map_err(failed)?;
        file.flush().map_err(failed)?;
        Ok(file)
    }
}

/// The file format of Netscape's cookies, as curl and yt-dlp read it (curl.se/docs/http-cookies.html): domain, whether
/// subdomains count, path, secure, expiry, name, value.
fn netscape(cookies: &[Cookie]) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let yes = |flag: bool| if flag { "TRUE" } else { "FALSE" };
    let mut text = String::from("# Netscape HTTP Cookie File\n");
    for cookie in cookies.iter().filter(|cookie| is_writable(cookie)) {
        if cookie.expires_at.is_some_and(|end| end <= now) {
            continue;
        }
        let bare = cookie.domain.trim_start_matches('.');
        let domain = if cookie.host_only { bare.to_owned() } else { format!(".{bare}") };
        text.push_str(&format!(
            "{domain}\t{}\t{}\t{}\t{}\t{}\t{}\n",
            yes(!cookie.host_only),
            cookie.path,
            // Whatever the site allows: they do not go with plain http.
            yes(true),
            cookie.expires_at.unwrap_or(0),
            cookie.name,
            cookie.value.expose(),
        ));
    }
    text
}

/// A tab or a line break in one would forge others.
fn is_writable(cookie: &Cookie) -> bool {
    let plain = |text: &str| !text.chars().any(char::is_control);
    let starts_well = !cookie.domain.is_empty() && !cookie.domain.starts_with('#');
    starts_well
        && !cookie.name.is_empty()
        && cookie.path.starts_with('/')
        && [&cookie.domain, &cookie.path, &cookie.name].into_iter().all(|text| plain(text))
        && plain(cookie.value.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Secret;

    fn cookie(name: &str, value: &str, host_only: bool, expires_at: Option<i64>) -> Cookie {
        Cookie {
            name: name.into(),
            value: Secret::new(value),
            domain: "videos.example.com".into(),
            host_only,
            path: "/".into(),
            secure: true,
            http_only: true,
            expires_at,
        }
    }

    #[test]
    fn a_cookie_is_a_line_with_its_scope() {
        let cookies = [cookie("a", "1", true, None), cookie("b", "2", false, Some(4_000_000_000))];
        let text = netscape(&cookies);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines[0], "videos.example.com\tFALSE\t/\tTRUE\t0\ta\t1");
        assert_eq!(lines[1], ".videos.example.com\tTRUE\t/\tTRUE\t4000000000\tb\t2");
    }

    #[test]
    fn no_cookie_goes_with_plain_http() {
        let open = Cookie { secure: false, ..cookie("a", "1", true, None) };
        assert!(netscape(&[open]).ends_with("\tFALSE\t/\tTRUE\t0\ta\t1\n"));
    }

    #[test]
    fn what_ended_or_would_forge_another_is_left_out() {
        let cookies = [
            cookie("old", "1", true, Some(1)),
            cookie("bad\tname", "1", true, None),
            cookie("bad", "1\n.evil.example\tTRUE\t/\tFALSE\t0\tx\ty", true, None),
        ];
        assert_eq!(netscape(&cookies).lines().count(), 1);
    }
}
