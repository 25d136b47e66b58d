//! The programs that MediaFetcher drives: are they there, and which versions.

use super::{ok, warning};
use media::Program;
use protocol::method::Check;

/// One check a program. A missing one is no reason not to start: songs come without them.
pub(super) async fn checks() -> Vec<Check> {
    futures::future::join_all(Program::ALL.iter().copied().map(check)).await
}

async fn check(program: Program) -> Check {
    match program.find(None).await {
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
        (_, "macos") => "brew install yt-dlp",
        (_, "windows") => "winget install yt-dlp.yt-dlp",
        _ => "pipx install yt-dlp",
    }
}
