//! What the toolbar button shows: pure, from the jobs' figures.

use crate::board::Standing;

/// The button's badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Badge {
    /// Nothing to say.
    #[default]
    None,
    /// Work goes on; so many files are still to come.
    Pending(u64),
    /// Everything came.
    Done,
    /// Something failed or waits for the person.
    Attention,
    /// Something could not be sent, and no page was open to say so.
    Unsent,
}

impl Badge {
    /// The badge for the jobs whose outcome the person has not seen yet.
    pub fn of(standings: impl Iterator<Item = Standing>) -> Self {
        let (mut pending, mut working, mut ended, mut trouble) = (0, false, false, false);
        for job in standings {
            pending += if job.working { job.pending } else { 0 };
            working |= job.working;
            ended |= !job.open;
            trouble |= job.trouble;
        }
        match () {
            () if working => Badge::Pending(pending),
            () if trouble => Badge::Attention,
            () if ended => Badge::Done,
            () => Badge::None,
        }
    }

    /// At most four characters: that is what fits.
    pub fn text(self) -> String {
        match self {
            Badge::None => String::new(),
            Badge::Pending(0) => "…".to_owned(),
            Badge::Pending(count) => short(count),
            Badge::Done => "✓".to_owned(),
            Badge::Attention | Badge::Unsent => "!".to_owned(),
        }
    }

    /// Dark enough for the browser's white text; never the only sign.
    pub fn color(self) -> &'static str {
        match self {
            Badge::None | Badge::Pending(_) => "#2b5fad",
            Badge::Done => "#1d6f42",
            Badge::Attention | Badge::Unsent => "#b3261e",
        }
    }

    /// The catalogue's sentence for the tooltip, with `{n}` for the count.
    pub fn title_key(self) -> &'static str {
        match self {
            Badge::None => "actionTitle",
            Badge::Pending(_) => "badge_pending",
            Badge::Done => "badge_done",
            Badge::Attention => "badge_attention",
            Badge::Unsent => "badge_unsent",
        }
    }
}

/// `999`, `12k`, `3M`: rounded down, so that it never promises more than there is.
fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => (count / 1_000).to_string() + "k",
        _ => (count / 1_000_000).min(999).to_string() + "M",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKING: Standing = Standing { open: true, working: true, pending: 3, trouble: false };
    const ENDED: Standing = Standing { open: false, working: false, pending: 0, trouble: false };
    const FAILED: Standing = Standing { trouble: true, ..ENDED };

    fn badge(standings: &[Standing]) -> Badge {
        Badge::of(standings.iter().copied())
    }

    #[test]
    fn while_files_are_to_come_their_count_is_shown_whatever_else_happened() {
        assert_eq!(badge(&[WORKING, FAILED, WORKING]), Badge::Pending(6));
    }

    #[test]
    fn at_the_end_a_tick_or_an_exclamation_mark() {
        assert_eq!(badge(&[ENDED]), Badge::Done);
        assert_eq!(badge(&[ENDED, FAILED]), Badge::Attention);
        assert_eq!(badge(&[]), Badge::None);
    }

    #[test]
    fn a_job_that_only_waits_for_the_person_shows_that() {
        let waits = Standing { open: true, working: false, pending: 0, trouble: true };
        assert_eq!(badge(&[waits]), Badge::Attention);
    }

    #[test]
    fn a_paused_job_shows_nothing() {
        let paused = Standing { open: true, working: false, pending: 9, trouble: false };
        assert_eq!(badge(&[paused]), Badge::None);
    }

    #[test]
    fn texts_fit_the_badge() {
        let counts = [0, 1, 999, 1_000, 12_345, 999_999, 1_000_000, u64::MAX];
        let texts = counts.map(|count| Badge::Pending(count).text());
        assert_eq!(texts, ["…", "1", "999", "1k", "12k", "999k", "1M", "999M"]);
        assert!(texts.iter().all(|text| text.chars().count() <= 4));
    }
}
