//! What the collection was worth over time: a line for the median between the least and the most, and the same as a table.

use super::sentences::rounded;
use crate::catalogue::{t, tf};
use crate::clock::date;
use leptos::prelude::*;
use protocol::discogs::ValueAt;

/// The drawing's own units.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 200;
/// Room above and below, so that the line is seen whole.
const EDGE: i64 = 2;

/// Draws it; nothing while no value is known.
pub fn value_chart(values: Vec<ValueAt>) -> Option<AnyView> {
    let last = values.last()?;
    let now = tf(
        "chart_value_now",
        &[
            ("median", &rounded(last.median, &last.currency)),
            ("minimum", &rounded(last.minimum, &last.currency)),
            ("maximum", &rounded(last.maximum, &last.currency)),
            ("date", &date(last.at)),
        ],
    );
    // One moment is no line.
    let drawing = (values.len() > 1).then(|| {
        view! {
            <svg
                class="chart-line"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                aria-hidden="true"
                inner_html=paths(&values)
            ></svg>
        }
    });
    let view = view! {
        <section class="card stack">
            <h3>{t("chart_value")}</h3>
            <p>{now}</p>
            {drawing}
            <p class="small muted">{t("chart_value_help")}</p>
            {table(&values)}
        </section>
    };
    Some(view.into_any())
}

fn table(values: &[ValueAt]) -> AnyView {
    let line = |value: &ValueAt| {
        let amount = |hundredths| rounded(hundredths, &value.currency);
        view! {
            <tr>
                <th scope="row">{date(value.at)}</th>
                <td>{amount(value.minimum)}</td>
                <td>{amount(value.median)}</td>
                <td>{amount(value.maximum)}</td>
            </tr>
        }
        .into_any()
    };
    let lines = values.iter().rev().map(line).collect_view();
    view! {
        <details>
            <summary>{t("chart_as_table")}</summary>
            <table class="chart-table figures">
                <thead>
                    <tr>
                        <th scope="col">{t("chart_date")}</th>
                        <th scope="col">{t("chart_minimum")}</th>
                        <th scope="col">{t("chart_median")}</th>
                        <th scope="col">{t("chart_maximum")}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </details>
    }
    .into_any()
}

/// The band from least to most, and the line between them. Numbers only.
fn paths(values: &[ValueAt]) -> String {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return String::new() };
    let span = (last.at - first.at).max(1);
    let most = values.iter().map(|value| value.maximum).max().unwrap_or(0).max(1);
    let point = |at: i64, amount: i64| {
        let x = (at - first.at) * WIDTH / span;
        let y = HEIGHT - EDGE - amount.max(0).saturating_mul(HEIGHT - 2 * EDGE) / most;
        format!("{x},{y} ")
    };
    let line = |amount: fn(&ValueAt) -> i64| -> String {
        values.iter().map(|value| point(value.at, amount(value))).collect()
    };
    let back: String = values.iter().rev().map(|value| point(value.at, value.minimum)).collect();
    format!(
        "<polygon class='band' points='{}{back}'/><polyline class='line' points='{}'/>",
        line(|value| value.maximum),
        line(|value| value.median),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_from_edge_to_edge_and_its_top_is_the_most() {
        let value = |at, minimum, median, maximum| ValueAt {
            at,
            currency: "EUR".into(),
            minimum,
            median,
            maximum,
        };
        let drawn = paths(&[value(100, 0, 50, 100), value(300, 0, 100, 200)]);
        assert!(drawn.contains("points='0,149 600,100 '"), "{drawn}");
        assert!(drawn.contains("600,2 "), "{drawn}");
        assert_eq!(paths(&[]), "");
    }
}
