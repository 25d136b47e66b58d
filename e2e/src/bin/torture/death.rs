//! When a daemon dies.

use crate::tally;
use rand::Rng;
use rand::rngs::StdRng;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks at the disk.
const GLANCE: Duration = Duration::from_millis(3);
/// If nothing comes as far as it should, the daemon dies all the same. Far above what a machine at rest needs.
const PATIENCE: Duration = Duration::from_secs(15);

/// When a daemon dies.
#[derive(Clone, Copy, Debug)]
pub enum Death {
    /// So long after its process began, whether it answers yet or not.
    Starting(Duration),
    /// So long after it took up its work.
    Working(Duration),
    /// So long after the work on a page came so far.
    OnPage(Stage, Duration),
}

/// How far the work on a page is, as far as its files tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// yt-dlp has its folder, and nothing in it.
    Reading,
    /// yt-dlp fetches.
    Downloading,
    /// ffmpeg packs or encodes.
    Converting,
}

impl Death {
    /// Most kills fall into the first 400 ms of work, when what the kill before left is taken up again; some into the
    /// start itself, and some later, so that the work goes on. Reading a page takes seconds: these kills wait for it.
    pub fn draw(dice: &mut StdRng) -> Self {
        let milliseconds = Duration::from_millis;
        match dice.random_range(0..24) {
            0..3 => Self::Starting(milliseconds(dice.random_range(0..60))),
            3..14 => Self::Working(milliseconds(dice.random_range(5..400))),
            14..16 => Self::Working(milliseconds(dice.random_range(400..1500))),
            16..18 => Self::OnPage(Stage::Reading, milliseconds(dice.random_range(0..900))),
            18..20 => Self::OnPage(Stage::Downloading, milliseconds(dice.random_range(0..300))),
            _ => Self::OnPage(Stage::Converting, milliseconds(dice.random_range(0..1500))),
        }
    }

    /// Waits for the moment.
    pub async fn come(self, library: &Path, is_work_left: bool) {
        match self {
            Self::Starting(after) | Self::Working(after) => sleep(after).await,
            Self::OnPage(stage, after) => {
                let end = Instant::now() + PATIENCE;
                while is_work_left && Instant::now() < end && !stage.is_reached(library) {
                    sleep(GLANCE).await;
                }
                sleep(after).await;
            }
        }
    }
}

impl Stage {
    /// What vanishes during the look was not reached.
    fn is_reached(self, library: &Path) -> bool {
        let nests = tally::nests(library);
        match self {
            Self::Reading => nests.iter().any(|nest| !tally::has_media(nest)),
            Self::Downloading => nests.iter().any(|nest| tally::has_media(nest)),
            Self::Converting => tally::is_making(library),
        }
    }
}
