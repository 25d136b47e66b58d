//! `/users/{user}/collection`: folders, copies, fields.

use super::account::{ALL, Account, Field, OwnedCopy};
use super::caller::Caller;
use super::money::Currency;
use super::page::PageAsked;
use super::problem::Problem;
use super::release::{Sheet, credit_line, format_line};
use super::state::State;
use super::visit::Visit;
use super::wire;
use crate::faults::FaultKind;
use axum::extract::Path;
use axum::response::{IntoResponse, Json, Response};
use serde_json::{Value, json};
use std::collections::HashMap;

pub(super) async fn folders(visit: Visit, Path(user): Path<String>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = open(&mut state, &user, &visit.caller)?;
    let mut shown = vec![folder_value(account, ALL, "All")];
    if visit.caller.is(&account.username) {
        shown.extend(
            account.folders.iter().map(|folder| folder_value(account, folder.id, &folder.name)),
        );
    }
    Ok(Json(json!({"folders": shown})).into_response())
}

pub(super) async fn folder(
    visit: Visit,
    Path((user, folder)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = open(&mut state, &user, &visit.caller)?;
    let (id, name) = find_folder(account, &folder, &visit.caller)?;
    Ok(Json(folder_value(account, id, &name)).into_response())
}

/// The copies in a folder.
pub(super) async fn copies(
    visit: Visit,
    Path((user, folder)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = open(&mut state, &user, &visit.caller)?;
    let username = account.username.clone();
    let (folder, _) = find_folder(account, &folder, &visit.caller)?;
    let is_in = |copy: &OwnedCopy| folder == ALL || copy.folder_id == folder;
    let order = order(&mut state, &username, &visit.page, is_in);
    let response = answer(&visit, &mut state, &username, &order)?;
    disturb(&visit, &mut state, &username, &order);
    Ok(response)
}

/// The copies of one release.
pub(super) async fn copies_of(
    visit: Visit,
    Path((user, release)): Path<(String, u32)>,
) -> Result<Response, Problem> {
    let mut state = visit.state();
    let username = open(&mut state, &user, &visit.caller)?.username.clone();
    let order = order(&mut state, &username, &visit.page, |copy| copy.release_id == release);
    answer(&visit, &mut state, &username, &order)
}

pub(super) async fn fields(visit: Visit, Path(user): Path<String>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = open(&mut state, &user, &visit.caller)?;
    let fields: Vec<Value> = visible(account, &visit.caller).into_iter().map(wire::field).collect();
    Ok(Json(json!({"fields": fields})).into_response())
}

/// What the collection is worth, in words. Only its owner is told.
pub(super) async fn value(visit: Visit, Path(user): Path<String>) -> Result<Response, Problem> {
    visit.caller.person()?;
    let mut state = visit.state();
    let account = state.account(&user).ok_or_else(Problem::no_such_user)?;
    if !visit.caller.is(&account.username) {
        return Err(Problem::not_owner());
    }
    let currency = Currency::of(&account.currency);
    let each = |dollars: f64| {
        currency.formatted(currency.of_dollars(dollars) * account.copies.len() as f64)
    };
    let value = json!({"minimum": each(4.5), "median": each(9.75), "maximum": each(21.25)});
    Ok(Json(value).into_response())
}

/// An account whose collection or wantlist the caller may see.
pub(super) fn open<'a>(
    state: &'a mut State,
    user: &str,
    caller: &Caller,
) -> Result<&'a mut Account, Problem> {
    let account = state.account(user).ok_or_else(Problem::no_such_user)?;
    if account.is_private && !caller.is(&account.username) {
        return Err(Problem::not_owner());
    }
    Ok(account)
}

/// A folder's id and name. Others than the owner know only the one of everything.
fn find_folder(account: &Account, folder: &str, caller: &Caller) -> Result<(u32, String), Problem> {
    let id = folder.parse::<u32>().map_err(|_| Problem::not_found())?;
    if id == ALL {
        return Ok((ALL, "All".into()));
    }
    if !caller.is(&account.username) {
        return Err(Problem::not_owner());
    }
    let found = account.folders.iter().find(|folder| folder.id == id);
    found.map(|folder| (id, folder.name.clone())).ok_or_else(Problem::no_such_folder)
}

fn folder_value(account: &Account, id: u32, name: &str) -> Value {
    let count = account.copies.iter().filter(|copy| id == ALL || copy.folder_id == id).count();
    let path = format!("/users/{}/collection/folders/{id}", account.username);
    json!({"id": id, "name": name, "count": count, "resource_url": super::api(&path)})
}

/// The fields that the caller sees.
fn visible<'a>(account: &'a Account, caller: &Caller) -> Vec<&'a Field> {
    let is_owner = caller.is(&account.username);
    account.fields.iter().filter(|field| is_owner || field.public).collect()
}

/// Where the wanted copies are among all, in the order that is asked for.
fn order(
    state: &mut State,
    username: &str,
    page: &PageAsked,
    wanted: impl Fn(&OwnedCopy) -> bool,
) -> Vec<usize> {
    let Some(account) = state.account(username) else { return Vec::new() };
    let wanted = account.copies.iter().enumerate().filter(|(_, copy)| wanted(copy));
    let wanted: Vec<(usize, u32, u8)> =
        wanted.map(|(at, copy)| (at, copy.release_id, copy.rating)).collect();
    let mut order: Vec<usize> = wanted.iter().map(|(at, ..)| *at).collect();
    let sort = page.parameter("sort");
    if let Some(sort) = sort.filter(|sort| *sort != "added") {
        let key = |(at, release, rating): &(usize, u32, u8)| {
            (*at, state.sheet(*release).map(|sheet| sort_key(sort, &sheet, *rating)))
        };
        let keys: HashMap<usize, _> = wanted.iter().map(key).collect();
        order.sort_by(|one, other| keys[one].cmp(&keys[other]));
    }
    // Without a wish, what was added last comes first.
    if page.is_descending(sort.is_none()) {
        order.reverse();
    }
    order
}

fn sort_key(sort: &str, sheet: &Sheet, rating: u8) -> (u16, String) {
    let text = match sort {
        "artist" => credit_line(&sheet.artists),
        "title" => sheet.title.clone(),
        "label" => sheet.labels[0].name.clone(),
        "catno" => sheet.labels[0].catno.clone(),
        "format" => format_line(&sheet.formats),
        "rating" => return (rating.into(), String::new()),
        "year" => return (sheet.year, String::new()),
        _ => String::new(),
    };
    (0, text.to_lowercase())
}

fn answer(
    visit: &Visit,
    state: &mut State,
    username: &str,
    order: &[usize],
) -> Result<Response, Problem> {
    let entry = |at: usize| {
        let copy = state.account(username)?.copies.get(order[at])?.clone();
        let sheet = state.sheet(copy.release_id)?;
        let shown = visible(state.account(username)?, &visit.caller);
        Some(wire::copy(&copy, &sheet, &shown, visit.pictures()))
    };
    let entries = visit.entries(order.len(), entry)?;
    Ok(visit.page.answer(order.len(), "releases", entries))
}

/// Lets the collection change behind a page that has been told.
fn disturb(visit: &Visit, state: &mut State, username: &str, order: &[usize]) {
    match visit.fault {
        Some(FaultKind::ShiftingPages) => state.add_copies(username, 1),
        Some(FaultKind::ShrinkingPages) => {
            let first = visit.page.range(order.len()).ok().and_then(|range| order.get(range.start));
            if let (Some(first), Some(account)) = (first, state.account(username)) {
                account.copies.remove(*first);
            }
        }
        _ => {}
    }
}
