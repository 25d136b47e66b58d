//! Which work goes first where several runs share the site's limit: what is short, then what the person waits for.

use library::discogs::AnswerKind;
use protocol::discogs::Purpose;
use transfer::Priority;

/// Of reading a list: a request for a hundred entries.
pub(super) const LIST: Priority = Priority::job(0);

/// Of asking about releases.
pub(super) fn of(kind: AnswerKind, purpose: Purpose) -> Priority {
    let later = match purpose {
        Purpose::Asked => 0,
        Purpose::Preload | Purpose::KeepFresh => 2,
    };
    Priority::job(match kind {
        AnswerKind::Release => 1 + later,
        AnswerKind::Stats | AnswerKind::Suggestions => 2 + later,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_go_before_details_those_before_prices_and_what_is_waited_for_before_the_rest() {
        let order = [
            LIST,
            of(AnswerKind::Release, Purpose::Asked),
            of(AnswerKind::Stats, Purpose::Asked),
            of(AnswerKind::Release, Purpose::Preload),
            of(AnswerKind::Suggestions, Purpose::Preload),
        ];
        assert!(Priority::INTERACTIVE < order[0]);
        assert!(order.is_sorted_by(|one, next| one < next), "{order:?}");
    }
}
