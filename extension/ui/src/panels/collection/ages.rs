//! The choice of an age that answers have.

use crate::catalogue::{t, tf};
use crate::components::choice::{Choice, choice};
use leptos::prelude::*;

/// Ages that are offered, in days.
pub const AGES: [u32; 4] = [7, 30, 90, 365];
/// Older than so many days is everything.
pub const ALL: u32 = 0;

/// A choice called `label` among [`AGES`] and `more`, of which `chosen` is in force.
pub fn age_choice(
    label: String,
    more: impl Fn() -> u32 + Send + 'static,
    chosen: impl Fn() -> u32 + Send + 'static,
    choose: impl Fn(u32) + 'static,
) -> AnyView {
    let choose = move |days: String| {
        if let Ok(days) = days.parse() {
            choose(days);
        }
    };
    let choices = move || offered(more()).into_iter().map(named).collect();
    choice(label, choices, move || chosen().to_string(), choose)
}

/// From young to old; everything is last.
fn offered(more: u32) -> Vec<u32> {
    let mut ages: Vec<u32> = AGES.into_iter().chain([more]).collect();
    ages.sort_unstable_by_key(|days| (*days == ALL, *days));
    ages.dedup();
    ages
}

fn named(days: u32) -> Choice {
    let name = match days {
        ALL => t("older_all"),
        days => tf("older_than", &[("n", &days.to_string())]),
    };
    (days.to_string(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_in_order_each_once_and_everything_is_last() {
        assert_eq!(offered(30), AGES);
        assert_eq!(offered(45), [7, 30, 45, 90, 365]);
        assert_eq!(offered(ALL), [7, 30, 90, 365, ALL]);
    }
}
