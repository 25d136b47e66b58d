//! `/users/{user}/inventory`: what somebody sells, and a single listing of it.

use super::account::{Account, Listing};
use super::money::Currency;
use super::problem::Problem;
use super::release::{Release, credit_line, format_line};
use super::state::State;
use super::visit::Visit;
use super::wire;
use axum::extract::Path;
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};
use std::cmp::Ordering;

/// The last page of somebody else's shop.
const DEEPEST: usize = 100;
const FOR_SALE: &str = "For Sale";

/// A page of a shop. Others than the seller see what is for sale, and no more than a hundred pages of it; the number
/// of pages says nothing of that.
pub(super) async fn listings(visit: Visit, Path(user): Path<String>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = state.account(&user).ok_or_else(Problem::no_such_user)?;
    let is_seller = visit.caller.is(&account.username);
    if !is_seller && visit.page.page > DEEPEST {
        return Err(Problem::too_deep());
    }
    let wanted = visit.page.parameter("status").filter(|status| *status != "All");
    let wanted = if is_seller { wanted } else { Some(FOR_SALE) };
    let shown =
        |listing: &Listing| wanted.is_none_or(|wanted| listing.status.eq_ignore_ascii_case(wanted));
    let mut order: Vec<usize> =
        (0..account.listings.len()).filter(|at| shown(&account.listings[*at])).collect();
    sort(&mut state, &user, &visit, &mut order);
    let entries =
        visit.entries(order.len(), |at| listing_value(&visit, &mut state, &user, order[at]))?;
    Ok(visit.page.answer(order.len(), "listings", entries))
}

/// `/marketplace/listings/{id}`
pub(super) async fn listing(visit: Visit, Path(id): Path<u64>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let (seller, at) = state.find_listing(id).ok_or_else(Problem::not_found)?;
    let value = listing_value(&visit, &mut state, &seller, at);
    value.map(|value| Json(value).into_response()).ok_or_else(Problem::not_found)
}

/// What was listed last comes first, unless there is another wish.
fn sort(state: &mut State, user: &str, visit: &Visit, order: &mut [usize]) {
    let sort = visit.page.parameter("sort");
    if let Some(sort) = sort.filter(|sort| *sort != "listed") {
        let keys: Vec<(f64, String)> = keys(state, user, sort);
        let by_key = |one: &usize, other: &usize| {
            let (one, other) = (&keys[*one], &keys[*other]);
            one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)).then(Ordering::Equal)
        };
        order.sort_by(by_key);
    }
    if visit.page.is_descending(sort.is_none()) {
        order.reverse();
    }
}

fn keys(state: &mut State, user: &str, sort: &str) -> Vec<(f64, String)> {
    let listings = state.account(user).map(|account| account.listings.clone()).unwrap_or_default();
    let key = |listing: &Listing| {
        let sheet = state.sheet(listing.release_id);
        let text = match (sort, sheet) {
            ("price", _) => return (listing.price, String::new()),
            ("status", _) => listing.status.clone(),
            ("location", _) => listing.location.clone(),
            ("artist", Some(sheet)) => credit_line(&sheet.artists),
            ("item", Some(sheet)) => format!("{} {}", credit_line(&sheet.artists), sheet.title),
            ("label", Some(sheet)) => sheet.labels[0].name.clone(),
            ("catno", Some(sheet)) => sheet.labels[0].catno.clone(),
            _ => String::new(),
        };
        (0.0, text.to_lowercase())
    };
    listings.iter().map(key).collect()
}

fn listing_value(visit: &Visit, state: &mut State, user: &str, at: usize) -> Option<Value> {
    let buyer = visit.caller.person().ok().map(str::to_owned);
    let buyer = buyer.and_then(|buyer| Some(state.account(&buyer)?.currency.clone()));
    let account = state.account(user)?;
    let seller = Seller::of(account);
    let listing = account.listings.get(at)?.clone();
    let release = state.release(listing.release_id)?;
    let is_seller = visit.caller.is(&seller.username);
    let own = Currency::of(&seller.currency);
    let shown = buyer.map_or(own, |buyer| Currency::of(&buyer));
    let mut value = json!({
        "id": listing.id,
        "resource_url": super::api(&format!("/marketplace/listings/{}", listing.id)),
        "uri": format!("https://{}/sell/item/{}", super::SITE, listing.id),
        "status": listing.status,
        "condition": listing.condition,
        "sleeve_condition": listing.sleeve_condition,
        "comments": listing.comments,
        "ships_from": "Germany",
        "posted": listing.posted,
        "allow_offers": listing.allow_offers,
        "offer_submitted": false,
        "audio": false,
        "price": {"value": own.into(shown, listing.price), "currency": shown.abbreviation},
        "original_price": {
            "curr_abbr": own.abbreviation,
            "curr_id": own.id,
            "formatted": own.formatted(listing.price),
            "value": listing.price,
        },
        "shipping_price": {},
        "original_shipping_price": {},
        "seller": seller.value(),
        "release": release_value(visit, &release),
        "shipping_is_blocked": !is_seller,
    });
    if is_seller && let Some(fields) = value.as_object_mut() {
        fields.extend(
            for_seller(&listing, &release)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
    }
    Some(value)
}

/// What only the seller sees.
fn for_seller(listing: &Listing, release: &Release) -> Vec<(&'static str, Value)> {
    vec![
        ("in_cart", false.into()),
        ("weight", listing.weight.map(f64::from).into()),
        ("estimated_weight", release.estimated_weight.into()),
        ("format_quantity", listing.format_quantity.into()),
        ("external_id", listing.external_id.clone().into()),
        ("location", listing.location.clone().into()),
        ("quantity", listing.quantity.into()),
    ]
}

/// What a listing says of its seller.
struct Seller {
    id: u64,
    username: String,
    currency: String,
}

impl Seller {
    fn of(account: &Account) -> Self {
        Self {
            id: account.id,
            username: account.username.clone(),
            currency: account.currency.clone(),
        }
    }

    fn value(&self) -> Value {
        let own = super::api(&format!("/users/{}", self.username));
        json!({
            "id": self.id,
            "uid": self.id,
            "username": self.username,
            "avatar_url": "",
            "stats": {"rating": "99.5", "stars": 4.5, "total": 1204},
            "min_order_total": 0.0,
            "html_url": format!("https://{}/user/{}", super::SITE, self.username),
            "url": own,
            "resource_url": own,
            "payment": "PayPal Commerce",
            "shipping": "Sent within four days.\r\n\r\n[b]Box sets[/b]: please ask.",
        })
    }
}

/// What a listing says of its release.
fn release_value(visit: &Visit, release: &Release) -> Value {
    let sheet = &release.sheet;
    let (artist, format) = (credit_line(&sheet.artists), format_line(&sheet.formats));
    let pictures = visit.pictures();
    let images = if pictures.is_some() { wire::images(release, pictures) } else { json!([]) };
    let mut stats = json!({
        "community": {"in_wantlist": release.community.want, "in_collection": release.community.have},
    });
    if visit.caller.person().is_ok() {
        stats["user"] = json!({"in_wantlist": 0, "in_collection": 0});
    }
    let texts = |of: fn(&super::Imprint) -> &String| {
        sheet.labels.iter().map(|label| of(label).as_str()).collect::<Vec<_>>().join(", ")
    };
    json!({
        "id": sheet.id,
        "resource_url": super::api(&format!("/releases/{}", sheet.id)),
        "thumbnail": wire::basic(sheet, pictures)["thumb"],
        "description": format!("{artist} - {} ({format})", sheet.title),
        "images": images,
        "artist": artist,
        "format": format,
        "title": sheet.title,
        "year": sheet.year,
        "label": texts(|label| &label.name),
        "catalog_number": texts(|label| &label.catno),
        "stats": stats,
    })
}
