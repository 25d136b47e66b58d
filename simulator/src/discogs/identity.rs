//! Who a token belongs to, and what a profile tells.

use super::problem::Problem;
use super::visit::Visit;
use axum::extract::Path;
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;

/// `/oauth/identity`
pub(super) async fn identity(visit: Visit) -> Result<Response, Problem> {
    let person = visit.caller.person()?;
    let mut state = visit.state();
    let consumer = state.keys.consumer.name.clone();
    let account = state.account(person).ok_or_else(Problem::no_such_user)?;
    let identity = json!({
        "id": account.id,
        "username": account.username,
        "resource_url": super::api(&format!("/users/{}", account.username)),
        "consumer_name": consumer,
    });
    Ok(Json(identity).into_response())
}

/// `/users/{user}`
pub(super) async fn profile(visit: Visit, Path(user): Path<String>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let account = state.account(&user).ok_or_else(Problem::no_such_user)?;
    let is_owner = visit.caller.is(&account.username);
    let own = super::api(&format!("/users/{}", account.username));
    let for_sale = account.listings.iter().filter(|listing| listing.status == "For Sale").count();
    let mut profile = json!({
        "id": account.id,
        "resource_url": own,
        "uri": format!("https://{}/user/{}", super::SITE, account.username),
        "username": account.username,
        "name": account.name,
        "home_page": "",
        "location": account.location,
        "profile": account.profile,
        "registered": account.registered,
        "rank": 0.0,
        "num_pending": 0,
        "num_for_sale": for_sale,
        "num_lists": 0,
        "releases_contributed": 3,
        "releases_rated": 12,
        "rating_avg": 4.25,
        "inventory_url": format!("{own}/inventory"),
        "collection_folders_url": format!("{own}/collection/folders"),
        "collection_fields_url": format!("{own}/collection/fields"),
        "wantlist_url": format!("{own}/wants"),
        "avatar_url": "",
        "curr_abbr": account.currency,
        "activated": true,
        "marketplace_suspended": false,
        "banner_url": "",
        "buyer_rating": 100.0,
        "buyer_rating_stars": 5.0,
        "buyer_num_ratings": 1,
        "seller_rating": 99.5,
        "seller_rating_stars": 4.5,
        "seller_num_ratings": 1204,
        "is_staff": false,
    });
    if is_owner || !account.is_private {
        profile["num_collection"] = account.copies.len().into();
        profile["num_wantlist"] = account.wants.len().into();
    }
    if is_owner {
        profile["email"] = format!("{}@example.com", account.username).into();
        profile["num_unread"] = 0.into();
    }
    Ok(Json(profile).into_response())
}
