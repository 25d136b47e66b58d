//! What the tests convert, and with what.

use crate::support::ffmpeg;
use media::convert::{
    Additions, ConvertError, Job, Plan, Preset, Probed, Progress, Recipe, Want, Wishes, plan,
    probe, run,
};
use media::{Found, Program};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub const PICTURE: &[&str] = &["-f", "lavfi", "-i", "testsrc=size=161x91:rate=10:d=3"];
pub const SOUND: &[&str] = &["-f", "lavfi", "-i", "sine=d=3:r=48000"];

pub async fn found(program: Program) -> PathBuf {
    let Found { path, .. } = program.find(None).await.unwrap_or_else(|| {
        panic!("{} is needed for the tests: apt install ffmpeg", program.name())
    });
    path
}

/// Three seconds of picture and sound, encoded with `arguments`.
pub fn film(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    ffmpeg(&[PICTURE, SOUND, arguments].concat(), &path);
    path
}

pub async fn probed(file: &Path) -> Probed {
    probe(&found(Program::Ffprobe).await, file, &CancellationToken::new()).await.unwrap()
}

pub fn quick(want: Want) -> Wishes {
    Wishes { want, preset: Preset::Ultrafast, ..Wishes::default() }
}

pub async fn convert_with(
    program: &Path,
    source: &Path,
    recipe: &Recipe,
    cancel: &CancellationToken,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(Probed, PathBuf), ConvertError> {
    let additions = Additions::default();
    convert_all(Making { program, source, recipe, additions: &additions }, cancel, progress).await
}

struct Making<'a> {
    program: &'a Path,
    source: &'a Path,
    recipe: &'a Recipe,
    additions: &'a Additions,
}

async fn convert_all(
    Making { program, source, recipe, additions }: Making<'_>,
    cancel: &CancellationToken,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(Probed, PathBuf), ConvertError> {
    let ffprobe = found(Program::Ffprobe).await;
    let probed = probe(&ffprobe, source, cancel).await?;
    let output = source.with_file_name("result.downloading");
    let job = Job {
        ffmpeg: program,
        ffprobe: &ffprobe,
        source,
        probed: &probed,
        recipe,
        additions,
        output: &output,
        patience: Duration::from_secs(20),
    };
    run(&job, cancel, progress).await.map(|result| (result, output))
}

pub async fn convert(source: &Path, wishes: &Wishes) -> Result<(Probed, PathBuf), ConvertError> {
    convert_adding(source, wishes, &Additions::default()).await
}

pub async fn convert_adding(
    source: &Path,
    wishes: &Wishes,
    additions: &Additions,
) -> Result<(Probed, PathBuf), ConvertError> {
    let (Plan::Convert(recipe) | Plan::Remux(recipe)) = plan(&probed(source).await, wishes) else {
        panic!("nothing to do for {}", source.display());
    };
    let program = found(Program::Ffmpeg).await;
    let making = Making { program: &program, source, recipe: &recipe, additions };
    convert_all(making, &CancellationToken::new(), &mut |_| {}).await
}

/// A digest of the sound as it is stored; the containers mark its end differently.
pub fn packets_md5(file: &Path) -> Vec<u8> {
    let mut command = std::process::Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-i"]).arg(file);
    command.args(["-map", "0:a", "-c", "copy", "-f", "md5", "-"]).output().unwrap().stdout
}

pub fn codecs(probed: &Probed) -> Vec<&str> {
    probed.streams.iter().map(|stream| stream.codec.as_deref().unwrap_or("?")).collect()
}

pub fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    // By a process of its own: while this one has the file open, a program that another test starts would inherit that,
    // and what is open for writing cannot be run.
    let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod 755 "$0""#;
    let writer = std::process::Command::new("sh").args(["-c", write]).arg(&path).arg(text).status();
    assert!(writer.unwrap().success());
    path
}

pub fn position(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}
