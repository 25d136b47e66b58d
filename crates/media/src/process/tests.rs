use super::*;

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

fn watch(cancel: &CancellationToken) -> Watch<'_> {
    Watch { patience: Duration::from_secs(20), hears_stderr: false, nice: true, cancel }
}

#[tokio::test]
async fn both_pipes_and_the_status_are_heard() {
    let mut heard = Vec::new();
    let ended = run(
        shell("echo one; echo why >&2; exit 3"),
        watch(&CancellationToken::new()),
        |piece: &[u8]| {
            heard.extend_from_slice(piece);
            Heard::Nothing
        },
    )
    .await
    .unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(3), "why\n"));
    assert_eq!(heard, b"one\n");
}

#[tokio::test]
async fn what_a_program_leaves_running_does_not_hold_the_run_up() {
    let cancel = CancellationToken::new();
    let started = std::time::Instant::now();
    run(shell("sleep 60 & exit 0"), watch(&cancel), |_: &[u8]| Heard::Nothing).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn cancelling_ends_what_the_program_started_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let cancel = CancellationToken::new();
    let script = format!("sleep 60 & echo $! > {}; echo ready; wait", file.display());
    let stop = run(shell(&script), watch(&cancel), |_: &[u8]| {
        cancel.cancel();
        Heard::Nothing
    })
    .await
    .unwrap_err();
    assert!(matches!(stop, Stop::Cancelled));
    let pid = std::fs::read_to_string(file).unwrap();
    assert!(is_gone(pid.trim()).await, "{pid} still runs");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn others_come_first() {
    let cancel = CancellationToken::new();
    let mut heard = Vec::new();
    // The 19th word about a process is its niceness, which it is given a moment after it has begun.
    let nice = "cut -d' ' -f19 /proc/self/stat";
    let wait =
        format!("for i in $(seq 50); do [ $({nice}) = {NICENESS} ] && break; sleep 0.1; done");
    run(shell(&format!("{wait}; {nice}")), watch(&cancel), |piece: &[u8]| {
        heard.extend_from_slice(piece);
        Heard::Nothing
    })
    .await
    .unwrap();
    assert_eq!(String::from_utf8(heard).unwrap().trim(), NICENESS.to_string());
}

/// A dead process may wait a moment for whoever inherits it.
async fn is_gone(pid: &str) -> bool {
    for _ in 0..50 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.is_empty() || stat.contains(") Z ") {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn a_program_that_speaks_without_getting_further_is_silent() {
    for script in ["while :; do echo same; sleep 0.05; done", "yes", "yes >&2"] {
        let cancel = CancellationToken::new();
        let watch = Watch { patience: Duration::from_millis(300), ..watch(&cancel) };
        let stop = run(shell(script), watch, |_: &[u8]| Heard::Nothing).await.unwrap_err();
        assert!(matches!(stop, Stop::Silent), "{script}");
    }
}

#[tokio::test]
async fn an_endless_complaint_is_kept_from_its_end() {
    let cancel = CancellationToken::new();
    let script = "yes no | head -c 1000000 >&2; echo last >&2";
    let ended = run(shell(script), watch(&cancel), |_: &[u8]| Heard::Nothing).await.unwrap();
    assert_eq!(ended.stderr.len(), COMPLAINT_LIMIT);
    assert!(ended.stderr.ends_with("last\n"));
}

#[tokio::test]
async fn a_missing_program_is_missing() {
    let cancel = CancellationToken::new();
    let command = Command::new("/nowhere/ffmpeg");
    let stop = run(command, watch(&cancel), |_: &[u8]| Heard::Nothing).await.unwrap_err();
    assert!(matches!(stop, Stop::Missing));
}

#[test]
fn lines_are_put_together_and_cut() {
    let (mut lines, mut all) = (Lines::up_to(5), Vec::new());
    for piece in ["ab", "c\r\nd", "\n\n123456789", "0\nx"] {
        lines.push(piece.as_bytes(), |line| all.push(line.to_owned()));
    }
    assert_eq!(all, ["abc", "d", "", "12345"]);
}
