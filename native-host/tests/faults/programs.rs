//! Programs of others that are too old, killed, or talk nonsense while a page is brought: the person is told which, and
//! the rest comes.

use crate::sending::{SITE, all, assert_tidy, end_of, send, session, stage_script};
use crate::stage::Stage;
use protocol::method::*;
use protocol::{ErrorBody, ErrorCode, ItemState, JobId};
use std::path::{Path, PathBuf};

/// A stage whose daemon finds only what is in the folder: the real programs, some replaced by scripts.
fn with_scripts(scripts: &[(&str, &str)]) -> (Stage, PathBuf) {
    let mut stage = Stage::new(0);
    let folder = stage.folder().join("programs");
    std::fs::create_dir(&folder).unwrap();
    stage.link_programs(&folder);
    for (name, script) in scripts {
        replace(&folder.join(name), script);
    }
    stage.stop_daemon();
    stage.use_programs_in(&folder);
    stage.start_daemon();
    (stage, folder)
}

/// The script finds the real program behind `$real`.
fn replace(program: &Path, script: &str) {
    let real = std::fs::canonicalize(program).unwrap();
    std::fs::remove_file(program).unwrap();
    // Scripts need the usual programs, which the daemon's own search path does not have.
    let path = "PATH=/usr/local/bin:/usr/bin:/bin";
    stage_script(program, &format!("#!/bin/sh\n{path}\nreal='{}'\n{script}\n", real.display()));
}

fn reason(stage: &Stage, job: JobId, page: &str) -> (ItemState, Option<ErrorBody>) {
    let items = stage.browser().items(job);
    let item = items.into_iter().find(|item| item.source_id == format!("{SITE}{page}")).unwrap();
    (item.state, item.reason)
}

#[test]
fn a_yt_dlp_that_is_too_old_is_shown_with_its_version_and_waits_for_another() {
    let old = "case \"$*\" in *--version*) echo 2019.01.01; exit;; esac
        echo 'yt-dlp: error: no such option: --compat-options' >&2; exit 2";
    let (stage, folder) = with_scripts(&[("yt-dlp", old)]);
    let job = send(&stage, "k", &["/watch/mp4"], Some(session(&stage)));
    stage.browser().wait_for(job, |job| job.balance.needs_you == 1);
    let (_, reason) = reason(&stage, job, "/watch/mp4");
    let reason = reason.unwrap();
    assert_eq!(reason.code, ErrorCode::ProgramOutdated);
    assert_eq!(reason.params["version"], "2019.01.01");
    std::fs::remove_file(folder.join("yt-dlp")).unwrap();
    for name in ["ffmpeg", "ffprobe"] {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
    stage.link_programs(&folder);
    stage.browser().ask::<Retry>(OfJob { job: Some(job) });
    assert_eq!(end_of(&stage, job).done, 1);
    assert_tidy(&stage);
}

#[test]
fn programs_that_are_killed_or_babble_fail_their_page_by_name_and_the_rest_comes() {
    // Each in the middle of its own page; for all others they are the real ones.
    let ytdlp = "case \"$*\" in
        *watch/hls*) kill -KILL $$;;
        *watch/webm*) head -c 100000 /dev/urandom; head -c 100000 /dev/urandom >&2; exit 1;;
        esac
        exec \"$real\" \"$@\"";
    let ffmpeg = "case \"$*\" in *libx264*) kill -KILL $$;; esac
        exec \"$real\" \"$@\"";
    let (stage, _) = with_scripts(&[("yt-dlp", ytdlp), ("ffmpeg", ffmpeg)]);
    let paths = ["/watch/hls", "/watch/webm", "/files/clip.webm", "/watch/mp4", "/files/clip.mp4"];
    let job = send(&stage, "k", &paths, Some(session(&stage)));
    let ended = end_of(&stage, job);
    assert_eq!((ended.done, ended.failed), (2, 3), "{:#?}", stage.browser().items(job));
    for (page, program) in
        [("/watch/hls", "yt-dlp"), ("/watch/webm", "yt-dlp"), ("/files/clip.webm", "ffmpeg")]
    {
        let (state, reason) = reason(&stage, job, page);
        let reason = reason.unwrap();
        assert_eq!((state, reason.code), (ItemState::Failed, ErrorCode::ProgramFailed), "{page}");
        assert_eq!(reason.params["program"], program, "{page}");
        assert!(!reason.params["detail"].is_empty(), "{page}");
    }
    assert_eq!(all(&stage).len(), 2);
    assert_tidy(&stage);
}

#[test]
fn a_program_that_outlives_its_daemon_does_not_write_where_the_next_one_works() {
    let mut stage = Stage::new(0);
    stage.control().videos().set_slow_rate(5_000);
    let job = send(&stage, "k", &["/watch/slow"], Some(session(&stage)));
    let first = crate::stage::until("yt-dlp works", || nests(&stage).pop());
    stage.kill_daemon();
    stage.control().videos().set_slow_rate(1_000_000);
    stage.start_daemon();
    stage.browser().ask::<PutSiteSession>(session(&stage));
    let second = crate::stage::until("it works again", || nests(&stage).pop());
    assert_ne!(first, second);
    assert_eq!(end_of(&stage, job).done, 1);
    let item = all(&stage).remove(0);
    let truth = stage.control().videos().truth("slow.mp4").unwrap().to_vec();
    assert!(std::fs::read(stage.library().join(&item.name)).unwrap() == truth);
}

/// Folders in which yt-dlp works.
fn nests(stage: &Stage) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(stage.library().join(".mediafetcher/work"));
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
