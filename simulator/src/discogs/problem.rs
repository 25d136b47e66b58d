//! Errors as the API tells them: `{"message": …}`.

use axum::response::{IntoResponse, Json, Response};
use http::StatusCode;
use serde_json::json;

/// An error.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    pub status: StatusCode,
    pub message: String,
}

impl Problem {
    fn new(status: StatusCode, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }

    /// No credentials where some are needed.
    pub(super) fn anonymous() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "You must authenticate to access this resource.")
    }

    /// Credentials that are none, or not any more.
    pub(super) fn invalid_token() -> Self {
        let message = "Invalid consumer token. Please register an app before making requests.";
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// An OAuth signature by somebody who does not know the secrets.
    pub(super) fn invalid_signature() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid signature.")
    }

    /// An OAuth request that lacks something, or whose time has passed.
    pub(super) fn invalid_oauth(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Something that only its owner may see.
    pub(super) fn not_owner() -> Self {
        let message = "You are not allowed to view this resource. \
                       Please authenticate as the owner to view this content.";
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(super) fn no_such_user() -> Self {
        Self::new(StatusCode::NOT_FOUND, "User does not exist or may have been deleted.")
    }

    pub(super) fn no_such_folder() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested folder does not exist.")
    }

    pub(super) fn no_such_release() -> Self {
        Self::new(StatusCode::NOT_FOUND, "That release does not exist or may have been deleted.")
    }

    /// Any other address, and pages behind the last.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "The requested resource was not found.")
    }

    pub(super) fn wrong_method() -> Self {
        let message = "The method is not allowed for the requested resource.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
    }

    /// Other people's shops end after a hundred pages, whatever their length.
    pub(super) fn too_deep() -> Self {
        let message = "Pagination above 100 disabled for inventories besides your own";
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// Another export is under way.
    pub(super) fn export_under_way() -> Self {
        Self::new(StatusCode::CONFLICT, "An export is already in progress.")
    }

    pub(super) fn no_such_currency() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid currency abbreviation.")
    }

    pub(super) fn too_quick() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, TOO_QUICK)
    }
}

/// What a client is told that asks too often.
pub(crate) const TOO_QUICK: &str = "You are making requests too quickly.";

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"message": self.message}))).into_response()
    }
}
