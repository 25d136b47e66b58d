//! Charts as what they say: a table whose lines have a bar, and a row of columns whose texts are read. Plain HTML and CSS.

use crate::catalogue::{t, tf};
use crate::words;
use leptos::prelude::*;

/// What is counted, and how many there are.
pub type Count = (String, u64);

/// Lines of a table.
const MOST_BARS: usize = 12;
/// Columns that have room side by side.
pub const MOST_COLUMNS: usize = 48;
/// Columns that each have room for a word below.
const MOST_NAMED: usize = 12;

/// The most frequent of something, each a line with its bar.
pub fn bars(title: &'static str, counts: Vec<Count>) -> Option<AnyView> {
    let most = greatest(&counts)?;
    let line = |(name, n): Count| {
        let title = name.clone();
        view! {
            <tr>
                <th scope="row"><span class="cut block" title=title>{name}</span></th>
                <td><span class="bar" style:width=share(n, most)></span></td>
                <td class="figures">{words::number(n)}</td>
            </tr>
        }
        .into_any()
    };
    let lines = counts.into_iter().take(MOST_BARS).map(line).collect_view();
    let view = view! {
        <section class="card">
            <table class="chart-bars">
                <caption>{t(title)}</caption>
                <tbody>{lines}</tbody>
            </table>
        </section>
    };
    Some(view.into_any())
}

/// Something over time, each moment a column.
pub fn columns(title: &'static str, counts: Vec<Count>) -> Option<AnyView> {
    let most = greatest(&counts)?;
    let every = counts.len().div_ceil(MOST_NAMED);
    let few = counts.len() <= MOST_NAMED;
    let column = |(at, (name, n)): (usize, Count)| {
        let said = tf("chart_column", &[("name", &name), ("n", &words::number(n))]);
        let title = said.clone();
        let shown = at.is_multiple_of(every).then_some(name);
        let number = few.then(|| words::number(n));
        view! {
            <li title=title>
                <span class="visually-hidden">{said}</span>
                <span class="column-number" aria-hidden="true">{number}</span>
                <span class="column" style:height=share(n, most) aria-hidden="true"></span>
                <span class="column-name" aria-hidden="true">{shown}</span>
            </li>
        }
        .into_any()
    };
    let columns = counts.into_iter().enumerate().map(column).collect_view();
    let view = view! {
        <section class="card stack">
            <h3>{t(title)}</h3>
            <ol class="chart-columns" aria-label=t(title)>{columns}</ol>
        </section>
    };
    Some(view.into_any())
}

fn greatest(counts: &[Count]) -> Option<u64> {
    counts.iter().map(|(_, n)| *n).max().filter(|most| *most > 0)
}

/// A part of the greatest, as CSS.
fn share(n: u64, most: u64) -> String {
    format!("{}%", words::percent(n, most))
}

/// The months between the first and the last, those too in which nothing was added. Months are written `2024-03`.
pub fn with_gaps(months: &[Count]) -> Vec<Count> {
    let (Some(first), Some(last)) = (
        months.first().and_then(|(month, _)| number_of(month)),
        months.last().and_then(|(month, _)| number_of(month)),
    ) else {
        return months.to_vec();
    };
    let of = |month: u32| {
        let name = format!("{:04}-{:02}", month / 12, month % 12 + 1);
        let n = months.iter().find(|(known, _)| *known == name).map_or(0, |(_, n)| *n);
        (name, n)
    };
    (first..=last).map(of).collect()
}

/// A month as the number of months since the year 0.
fn number_of(month: &str) -> Option<u32> {
    let (year, month) = month.split_once('-')?;
    let month: u32 = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    // Nobody has added anything in another age of the world; a wrong year is not to be counted through.
    let year: u32 = year.parse().ok().filter(|year| (1900..=2200).contains(year))?;
    Some(year * 12 + month - 1)
}

/// Months together by year.
pub fn by_year(months: &[Count]) -> Vec<Count> {
    let mut years: Vec<Count> = Vec::new();
    for (month, n) in months {
        let year = month.split('-').next().unwrap_or_default();
        match years.last_mut() {
            Some((last, sum)) if last == year => *sum += n,
            _ => years.push((year.to_owned(), *n)),
        }
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(months: &[(&str, u64)]) -> Vec<Count> {
        months.iter().map(|(month, n)| ((*month).to_owned(), *n)).collect()
    }

    #[test]
    fn months_in_which_nothing_came_have_their_place() {
        let filled = with_gaps(&counts(&[("2023-11", 2), ("2024-02", 5)]));
        assert_eq!(
            filled,
            counts(&[("2023-11", 2), ("2023-12", 0), ("2024-01", 0), ("2024-02", 5)])
        );
        assert_eq!(with_gaps(&[]), []);
        for odd in ["", "2024", "2024-13", "9999-01"] {
            assert_eq!(with_gaps(&counts(&[(odd, 1)])), counts(&[(odd, 1)]), "{odd}");
        }
    }

    #[test]
    fn many_months_come_together_by_year() {
        let months = counts(&[("2022-12", 1), ("2023-01", 2), ("2023-05", 3)]);
        assert_eq!(by_year(&months), counts(&[("2022", 1), ("2023", 5)]));
    }

    #[test]
    fn a_chart_of_nothing_is_none() {
        assert_eq!(greatest(&[]), None);
        assert_eq!(greatest(&counts(&[("a", 0)])), None);
        assert_eq!(share(1, 3), "33%");
    }
}
