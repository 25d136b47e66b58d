//! The programs that MediaFetcher drives: are they there, and which versions.

use super::{ok, warning};
use crate::home::Home;
use crate::tools;
use media::Program;
use protocol::method::Check;

/// One check a program. A missing one is no reason not to start: songs come without them.
pub(super) async fn checks(home: &Home) -> Vec<Check> {
    futures::future::join_all(Program::ALL.iter().map(|program| check(home, *program))).await
}

async fn check(home: &Home, program: Program) -> Check {
    match tools::find(home, program).await {
        Some(found) => ok(program.name(), format!("{} ({})", found.version, found.path.display())),
        None => warning(program.name(), "not found", hint(program)),
    }
}

fn hint(program: Program) -> &'static str {
    let package = match program {
        Program::YtDlp => "yt-dlp",
        Program::Ffmpeg | Program::Ffprobe => "ffmpeg",
    };
    match (package, std::env::consts::OS) {
        ("ffmpeg", "linux") => "Install the package ffmpeg, such as: sudo apt install ffmpeg",
        ("ffmpeg", "macos") => "brew install ffmpeg",
        ("ffmpeg", _) => "winget install Gyan.FFmpeg",
        _ => "mediafetcher tools update",
    }
}
