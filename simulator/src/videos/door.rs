//! The site's sign-in, and what visitors without a session get.

use super::pages;
use crate::world::{Mirrored, World};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use futures::future::BoxFuture;
use http::StatusCode;
use http::header::SET_COOKIE;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A check before the answer.
pub(super) type Check = fn(State<Arc<World>>, Request, Next) -> BoxFuture<'static, Response>;

/// Shows pages to members only.
pub(super) fn pages(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        if is_member(&world, &request) {
            return next.run(request).await;
        }
        if world.videos.redirects.load(Ordering::Relaxed) {
            return Redirect::to("/sign-in").into_response();
        }
        (StatusCode::UNAUTHORIZED, Html(pages::sign_in())).into_response()
    })
}

/// Gives files to members only.
pub(super) fn files(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        if is_member(&world, &request) {
            return next.run(request).await;
        }
        (StatusCode::FORBIDDEN, "Forbidden\n").into_response()
    })
}

fn is_member(world: &World, request: &Request) -> bool {
    request.extensions().get::<Mirrored>().is_some()
        || world.videos.sessions.admit(request.headers())
}

/// The form.
pub(super) async fn form() -> Html<String> {
    Html(pages::sign_in())
}

/// Lets anybody in.
pub(super) async fn sign_in(State(world): State<Arc<World>>) -> Response {
    let cookies = world.videos.sessions.open().headers();
    let cookies = AppendHeaders(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    (cookies, Redirect::to("/")).into_response()
}
