//! Following one run until it ends, needs the person, or the person has seen enough.

use super::about;
use crate::client::Client;
use crate::commands::arguments::Output;
use crate::commands::follow::ended_early;
use crate::commands::{Failure, say};
use crate::words;
use indicatif::{ProgressBar, ProgressStyle};
use protocol::discogs::{Depth, Run, RunId, RunStage, RunState};
use protocol::method::{ListRuns, Nothing};
use protocol::{ErrorBody, Event};

/// Whether a run has read as much as was wished for; it may go on with what others wished for.
pub(super) fn has_read(run: &Run, depth: Depth) -> bool {
    let is_past = match depth {
        Depth::List => run.figures.stage != RunStage::List,
        Depth::Details => run.figures.stage == RunStage::Prices,
        Depth::Prices => false,
    };
    run.state == RunState::Finished || is_past
}

/// Shows a run until it has read to this depth, or nothing more happens by itself; `None` after Ctrl-C, which ends the
/// showing, not the run.
///
/// # Errors
/// When the daemon ends first.
pub(super) async fn follow(
    client: &mut Client,
    id: RunId,
    depth: Depth,
    output: Output,
) -> Result<Option<Run>, Failure> {
    client.subscribe().await?;
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let mut shown = Progress::new(output);
    loop {
        let event = tokio::select! {
            // First, so that it is listened for before anything is shown that could be answered with it.
            biased;
            _ = &mut interrupted => {
                shown.bar.finish_and_clear();
                say(format_args!("The daemon goes on with run {id}."));
                return Ok(None);
            }
            event = client.next_event() => event?.ok_or_else(ended_early)?.event,
        };
        let run = match event {
            Event::Run { run } if run.id == id => run,
            // First of all, and again when events were missed.
            Event::Snapshot { .. } => one(client, id).await?,
            _ => continue,
        };
        shown.update(&run);
        let rests = matches!(run.state, RunState::NeedsYou | RunState::Paused);
        if run.state.is_over() || rests || has_read(&run, depth) {
            shown.bar.finish_and_clear();
            return Ok(Some(run));
        }
    }
}

async fn one(client: &mut Client, id: RunId) -> Result<Run, Failure> {
    let runs = client.call::<ListRuns>(Nothing {}).await?.runs;
    let found = runs.into_iter().find(|run| run.id == id);
    found.ok_or_else(|| Failure::Usage(format!("run {id} is gone")))
}

/// A bar, and whatever reasons there are beside it.
struct Progress {
    bar: ProgressBar,
    told: Option<ErrorBody>,
}

impl Progress {
    fn new(output: Output) -> Self {
        let bar = if output.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, told: None }
    }

    fn update(&mut self, run: &Run) {
        let figures = run.figures;
        self.bar.set_length(figures.total);
        self.bar.set_position(figures.done);
        let left = about(run.seconds_left);
        self.bar.set_message(format!("{}, {left} left", stage(figures.stage)));
        if run.reason != self.told {
            if let Some(reason) = &run.reason {
                self.bar.suspend(|| eprintln!("{}", words::sentence(reason)));
            }
            self.told.clone_from(&run.reason);
        }
    }
}

fn stage(stage: RunStage) -> &'static str {
    match stage {
        RunStage::List => "of the list",
        RunStage::Details => "releases",
        RunStage::Prices => "prices",
    }
}
