//! A permission for one request that is not sent from here. It has the manners of the daemon's own requests, so that
//! one program never asks a server from two places at twice its pace.

use crate::host::Slot;
use http::{HeaderMap, StatusCode};

/// A request may be sent now. Kept until its answer came; dropped without, the request counts as sent and lost.
#[must_use = "the permission ends with it"]
pub struct Permit {
    slot: Slot,
}

impl Permit {
    pub(crate) fn new(slot: Slot) -> Self {
        Self { slot }
    }

    /// What came back. The headers of the server's quota and `Retry-After` are what matters.
    pub fn answered(mut self, status: StatusCode, headers: &HeaderMap) {
        self.slot.answered(status, headers);
    }

    /// There was no connection or no answer.
    pub fn failed(mut self) {
        self.slot.failed();
    }
}
