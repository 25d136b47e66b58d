//! What a process costs: wall and processor time, peak memory, from `/proc` (Linux).

use anyhow::{Context, Result, ensure};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Between two looks at a running process: the last look before its end is what counts.
const LOOK: Duration = Duration::from_millis(20);
/// `sysconf(_SC_CLK_TCK)`: 100 on every Linux that this runs on.
const TICKS_A_SECOND: f64 = 100.0;

/// The cost of something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of processor time, user and system.
    pub cpu: f64,
    /// Most memory in use at once (`VmHWM`), in bytes.
    pub peak: u64,
}

/// Runs a program to its end.
///
/// # Errors
/// When it is not installed or fails.
pub async fn of_program(command: &mut Command) -> Result<Usage> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn().with_context(|| format!("{name} cannot be run"))?;
    let id = child.id().context("it has ended already")?;
    let mut usage = Usage::default();
    let end = child.wait_with_output();
    tokio::pin!(end);
    let output = loop {
        tokio::select! {
            output = &mut end => break output?,
            () = tokio::time::sleep(LOOK) => {
                usage.cpu = cpu(id).unwrap_or(usage.cpu);
                usage.peak = memory(id, "VmHWM").unwrap_or(usage.peak);
            }
        }
    };
    usage.wall = started.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}: {}: {}", output.status, said.trim());
    Ok(usage)
}

/// Measures what a process that goes on costs from now on.
pub struct Meter {
    id: u32,
    started: Instant,
    cpu: f64,
}

impl Meter {
    /// Begins, forgetting the memory peak of before.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn start(id: u32) -> Result<Self> {
        // 5 resets VmHWM, see proc_pid_clear_refs(5).
        std::fs::write(format!("/proc/{id}/clear_refs"), "5")?;
        Ok(Self { id, started: Instant::now(), cpu: cpu(id)? })
    }

    /// The cost so far.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn read(&self) -> Result<Usage> {
        let wall = self.started.elapsed().as_secs_f64();
        Ok(Usage { wall, cpu: cpu(self.id)? - self.cpu, peak: memory(self.id, "VmHWM")? })
    }
}

/// Processor time since the process began, in seconds: fields 14 and 15 of proc_pid_stat(5).
fn cpu(id: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The second field is a name in brackets, which may hold anything.
    let (_, rest) = stat.rsplit_once(')').context("stat without a name")?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut next = || fields.next().context("stat is short");
    Ok((next()?? + next()??) / TICKS_A_SECOND)
}

/// A figure of proc_pid_status(5) in bytes, such as `VmRSS`.
///
/// # Errors
/// When the process has ended.
pub fn memory(id: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes =
        line.and_then(|line| line.split_whitespace().next()).context("no such figure")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}
