//! `/marketplace`: what releases cost.

use super::dice::{Dice, Topic};
use super::money::Currency;
use super::problem::Problem;
use super::releases::there;
use super::visit::Visit;
use axum::extract::Path;
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Map, Value, json};

/// What a copy in each condition fetches, as a part of one that was never opened.
const PARTS: [(&str, f64); 8] = [
    ("Mint (M)", 0.95),
    ("Near Mint (NM or M-)", 0.85),
    ("Very Good Plus (VG+)", 0.65),
    ("Very Good (VG)", 0.45),
    ("Good Plus (G+)", 0.25),
    ("Good (G)", 0.15),
    ("Fair (F)", 0.1),
    ("Poor (P)", 0.05),
];

/// How many are for sale, and the lowest price.
pub(super) async fn stats(visit: Visit, Path(id): Path<u32>) -> Result<Response, Problem> {
    let release = there(&visit, id)?;
    let currency = currency(&visit)?;
    let lowest = release.lowest_price.map(
        |dollars| json!({"value": currency.of_dollars(dollars), "currency": currency.abbreviation}),
    );
    let stats = json!({
        "num_for_sale": release.num_for_sale,
        "lowest_price": lowest,
        "blocked_from_sale": false,
    });
    Ok(Json(stats).into_response())
}

/// What the site thinks a copy is worth. Only people are told.
pub(super) async fn price_suggestions(
    visit: Visit,
    Path(id): Path<u32>,
) -> Result<Response, Problem> {
    visit.caller.person()?;
    there(&visit, id)?;
    let currency = currency(&visit)?;
    let price = |(condition, value): (&'static str, f64)| {
        (condition.to_owned(), json!({"value": value, "currency": currency.abbreviation}))
    };
    let prices: Map<String, Value> = suggestions(id, currency).into_iter().map(price).collect();
    Ok(Json(prices).into_response())
}

/// Prices by condition; none for every seventh release. They are not rounded.
pub(super) fn suggestions(id: u32, currency: Currency) -> Vec<(&'static str, f64)> {
    let mut dice = Dice::of(0, Topic::Market, id.into());
    if dice.one_in(7) {
        return Vec::new();
    }
    let whole = currency.of_dollars(f64::from(dice.within(100..9000)) / 100.0);
    PARTS.iter().map(|(condition, part)| (*condition, whole * part)).collect()
}

/// The currency that is asked for, or the person's, or the US dollar.
fn currency(visit: &Visit) -> Result<Currency, Problem> {
    if let Some(wanted) = visit.page.parameter("curr_abbr") {
        return Currency::find(wanted).ok_or_else(Problem::no_such_currency);
    }
    let person = visit.caller.person().ok();
    let own = person.and_then(|person| Some(visit.state().account(person)?.currency.clone()));
    Ok(Currency::of(own.as_deref().unwrap_or("USD")))
}
