//! What every answer of the API needs to know of its request.

use super::caller::Caller;
use super::images::Signer;
use super::page::PageAsked;
use super::problem::Problem;
use super::state::State;
use crate::faults::FaultKind;
use crate::world::World;
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde_json::Value;
use std::ops::Range;
use std::sync::{Arc, MutexGuard};

/// Who asks, as it was found out at the door.
#[derive(Clone, Debug)]
pub(super) struct Identified(pub Result<Caller, Problem>);

/// A request with good credentials, or without any.
pub(super) struct Visit {
    pub world: Arc<World>,
    pub caller: Caller,
    pub page: PageAsked,
    pub fault: Option<FaultKind>,
}

impl FromRequestParts<Arc<World>> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, world: &Arc<World>) -> Result<Self, Problem> {
        let caller = match parts.extensions.get::<Identified>() {
            Some(Identified(caller)) => caller.clone()?,
            None => Caller::Anybody,
        };
        let page = PageAsked::of(&parts.uri);
        let fault = parts.extensions.get::<FaultKind>().cloned();
        Ok(Self { world: world.clone(), caller, page, fault })
    }
}

impl Visit {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.world.discogs.state()
    }

    /// Who signs addresses of pictures for this caller.
    pub(super) fn pictures(&self) -> Option<&Signer> {
        self.caller.has_credentials().then_some(&self.world.discogs.images)
    }

    /// Makes the entries of the page that is asked for, of a list of so many. A fault may cut the page short, or let
    /// it begin with the last entry of the page before.
    ///
    /// # Errors
    /// When the page is behind the last.
    pub(super) fn entries(
        &self,
        items: usize,
        entry: impl FnMut(usize) -> Option<Value>,
    ) -> Result<Vec<Value>, Problem> {
        let Range { start, end } = self.page.range(items)?;
        let range = match self.fault {
            Some(FaultKind::ShortPages { missing }) => {
                start..end.saturating_sub(missing).max(start)
            }
            Some(FaultKind::OverlappingPages) => start.saturating_sub(1)..end,
            _ => start..end,
        };
        Ok(range.filter_map(entry).collect())
    }
}
