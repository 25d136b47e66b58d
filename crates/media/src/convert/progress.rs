//! How far ffmpeg is: what `-progress` prints.
//!
//! Blocks of `key=value` lines, each ended by a `progress` line: <https://ffmpeg.org/ffmpeg.html#Advanced-options>.

/// How far a conversion is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// From 0 to 1; `None` when the source's length is not known.
    pub fraction: Option<f64>,
    /// Seconds of media a second.
    pub speed: Option<f64>,
}

/// Reads the lines of `-progress`.
#[derive(Debug, Default)]
pub(super) struct Report {
    time_us: Option<u64>,
    bytes: u64,
    frames: u64,
    speed: Option<f64>,
    /// Time, bytes and frames of the last block.
    before: Option<(Option<u64>, u64, u64)>,
}

/// What a block says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Block {
    /// More is done than in the block before.
    pub(super) is_further: bool,
    /// Bytes written.
    pub(super) bytes: u64,
    pub(super) progress: Progress,
}

impl Report {
    /// Takes a line; at the end of a block says what was in it. `duration_s` is the length of the source.
    pub(super) fn line(&mut self, line: &str, duration_s: Option<f64>) -> Option<Block> {
        let (key, value) = line.split_once('=')?;
        let value = value.trim();
        match key.trim() {
            "out_time_us" => self.time_us = value.parse().ok(),
            "total_size" => self.bytes = value.parse().unwrap_or(self.bytes),
            "frame" => self.frames = value.parse().unwrap_or(self.frames),
            "speed" => {
                let speed = value.strip_suffix('x').and_then(|speed| speed.trim().parse().ok());
                self.speed = speed.filter(|speed: &f64| speed.is_finite());
            }
            "progress" => return Some(self.block(duration_s)),
            _ => {}
        }
        None
    }

    fn block(&mut self, duration_s: Option<f64>) -> Block {
        let now = (self.time_us, self.bytes, self.frames);
        let is_further = self.before.replace(now) != Some(now);
        let done_s = self.time_us.unwrap_or(0) as f64 / 1e6;
        let fraction = duration_s.filter(|all| *all > 0.0).map(|all| (done_s / all).min(1.0));
        let progress = Progress { fraction, speed: self.speed };
        Block { is_further, bytes: self.bytes, progress }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(report: &mut Report, text: &str) -> Vec<Block> {
        text.lines().filter_map(|line| report.line(line, Some(4.0))).collect()
    }

    #[test]
    fn a_block_says_how_far_and_how_fast() {
        let text = "frame=6\ntotal_size=9879\nout_time_us=1000000\nspeed=10.1x\nprogress=continue";
        let progress = Progress { fraction: Some(0.25), speed: Some(10.1) };
        assert_eq!(
            read(&mut Report::default(), text),
            [Block { is_further: true, bytes: 9879, progress }]
        );
    }

    #[test]
    fn the_same_block_again_is_not_further() {
        let text = "frame=6\nout_time_us=N/A\nspeed=N/A\nprogress=continue\nprogress=continue\nframe=7\nprogress=end";
        let further: Vec<bool> =
            read(&mut Report::default(), text).iter().map(|block| block.is_further).collect();
        assert_eq!(further, [true, false, true]);
    }

    #[test]
    fn garbage_says_nothing() {
        assert_eq!(read(&mut Report::default(), "hello\n\nframe\n=\nout_time_us=-7"), []);
    }
}
