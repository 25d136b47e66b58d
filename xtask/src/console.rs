//! What a person sees while it works: one line a step, and the output of a program only when it failed.

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Lines of a failed program's output that are worth showing.
const TAIL: usize = 40;

/// A line of its own for each thing that was looked at: `ok`, what, what was found.
pub fn found(what: &str, detail: &str) {
    println!("  ok  {what:<22} {detail}");
}

/// A line for something worth knowing that stops nothing.
pub fn note(what: &str, detail: &str) {
    println!("  --  {what:<22} {detail}");
}

/// A heading.
pub fn heading(text: &str) {
    println!("\n== {text}");
}

/// A duration as people say it: `4.2 s`, `3 min 05 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
}

/// The program and its arguments, as one would type them.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs a program that shows its own progress.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// What a program prints on its standard output, trimmed; `None` when it cannot be run or fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Runs a talkative program behind one moving line; its last lines are shown only if it fails.
///
/// # Errors
/// When it cannot be started, fails, or takes longer than `limit`.
pub fn run_quietly(label: &str, command: &mut Command, limit: Duration) -> Result<()> {
    let started = Instant::now();
    let line = spinner(label);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    let (sender, lines) = mpsc::channel();
    forward(child.stdout.take(), sender.clone());
    forward(child.stderr.take(), sender);
    let mut tail = VecDeque::new();
    let status = loop {
        while let Ok(text) = lines.recv_timeout(Duration::from_millis(100)) {
            line.set_message(text.chars().take(60).collect::<String>());
            tail.push_back(text);
            if tail.len() > TAIL {
                tail.pop_front();
            }
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("{label}: no end after {}", duration(limit));
        }
    };
    line.finish_and_clear();
    if !status.success() {
        tail.extend(lines.try_iter());
        bail!("{label} failed ({status}):\n{}", tail.make_contiguous().join("\n"));
    }
    found(label, &duration(started.elapsed()));
    Ok(())
}

fn spinner(label: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if bar.is_hidden() {
        println!("  ..  {label}");
    }
    if let Ok(style) =
        ProgressStyle::with_template("  {spinner}   {prefix:<22} {elapsed:>4} {msg:.dim}")
    {
        bar.set_style(style);
    }
    bar.set_prefix(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn forward(stream: Option<impl Read + Send + 'static>, sender: mpsc::Sender<String>) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        for text in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(text).is_err() {
                return;
            }
        }
    });
}
