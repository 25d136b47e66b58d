//! Chapters as a site tells them, made such that players can show them.

use super::probe::Chapter;

/// More are no chapters.
const MOST: usize = 1000;

/// Chapters in order, one after the other, each with a length and within the film. Where they overlap, the later one
/// ends the earlier; those without a length, before the beginning or after `duration_s` are left out.
#[must_use]
pub fn sound_chapters(chapters: Vec<Chapter>, duration_s: Option<f64>) -> Vec<Chapter> {
    let end = duration_s.filter(|seconds| *seconds > 0.0).unwrap_or(f64::MAX);
    let mut sound: Vec<Chapter> = chapters
        .into_iter()
        .filter(|one| one.start_s.is_finite() && one.end_s > one.start_s.max(0.0))
        .map(|one| Chapter { start_s: one.start_s.max(0.0), end_s: one.end_s.min(end), ..one })
        .filter(|one| one.start_s < one.end_s)
        .collect();
    sound.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    sound.dedup_by(|later, earlier| later.start_s == earlier.start_s);
    sound.truncate(MOST);
    for at in 1..sound.len() {
        let next = sound[at].start_s;
        let one = &mut sound[at - 1];
        one.end_s = one.end_s.min(next);
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapters(of: &[(f64, f64)]) -> Vec<Chapter> {
        of.iter().map(|&(start_s, end_s)| Chapter { start_s, end_s, title: None }).collect()
    }

    #[test]
    fn sound_ones_stay_as_they_are() {
        let sound = chapters(&[(0.0, 2.0), (2.0, 5.0)]);
        assert_eq!(sound_chapters(sound.clone(), Some(5.0)), sound);
        assert_eq!(sound_chapters(sound.clone(), None), sound);
    }

    #[test]
    fn what_overlaps_is_negative_or_lies_outside_is_made_fit_or_left_out() {
        let told = chapters(&[
            (3.0, 9.0),
            (-2.0, 1.5),
            (1.0, 4.0),
            (1.0, 2.0),
            (2.0, 2.0),
            (4.0, 3.0),
            (-5.0, -1.0),
            (f64::NAN, 4.0),
            (1.0, f64::NAN),
            (70.0, 80.0),
        ]);
        let sound = chapters(&[(0.0, 1.0), (1.0, 3.0), (3.0, 5.0)]);
        assert_eq!(sound_chapters(told, Some(5.0)), sound);
    }
}
