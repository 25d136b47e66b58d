//! Faults in the flow of a body: reset, stall, trickle, early end.

use super::FaultKind;
use crate::connection::ResetSwitch;
use axum::body::Body;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use std::io;
use std::time::Duration;

/// A body in flow.
pub(crate) type Flow = BoxStream<'static, io::Result<Bytes>>;

/// The flow of a response body.
pub(crate) fn flow_of(body: Body) -> Flow {
    body.into_data_stream().map(|chunk| chunk.map_err(io::Error::other)).boxed()
}

/// The flow with `kind` done to it; kinds that concern something else leave it as it is.
pub(crate) fn disturb(flow: Flow, kind: &FaultKind, reset: ResetSwitch) -> Flow {
    if !matches!(
        kind,
        FaultKind::Reset { .. } | FaultKind::Stall { .. } | FaultKind::Trickle { .. }
    ) {
        return flow;
    }
    let start =
        Disturbed { flow, rest: Bytes::new(), sent: 0, stalled: false, kind: kind.clone(), reset };
    futures::stream::unfold(start, Disturbed::step).boxed()
}

/// The first `limit` bytes of a flow.
pub(crate) fn cut(flow: Flow, limit: u64) -> Flow {
    flow.scan(limit, |left, chunk| {
        let chunk = chunk.map(|mut bytes| {
            bytes.truncate(*left as usize);
            *left -= bytes.len() as u64;
            bytes
        });
        std::future::ready(match chunk {
            Ok(bytes) if bytes.is_empty() => None,
            other => Some(other),
        })
    })
    .boxed()
}

/// The flow, whose end waits until its bytes have left: the connection drops what it still holds when a body ends
/// before its announced length.
pub(crate) fn leave(flow: Flow) -> Flow {
    let pause =
        futures::stream::once(tokio::time::sleep(LEAVE)).filter_map(|()| std::future::ready(None));
    flow.chain(pause).boxed()
}

/// How long bytes have to leave before the connection is ended or reset.
const LEAVE: Duration = Duration::from_millis(50);
/// How often a trickle drips.
const DRIP: Duration = Duration::from_millis(100);

struct Disturbed {
    flow: Flow,
    rest: Bytes,
    sent: u64,
    stalled: bool,
    kind: FaultKind,
    reset: ResetSwitch,
}

impl Disturbed {
    async fn step(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let most = match self.kind {
            FaultKind::Reset { at } if self.sent >= at => {
                tokio::time::sleep(LEAVE).await;
                self.reset.set();
                return Some((Err(io::ErrorKind::ConnectionReset.into()), self));
            }
            FaultKind::Reset { at } => at - self.sent,
            FaultKind::Stall { at, .. } if self.sent < at => at - self.sent,
            FaultKind::Stall { seconds, .. } if !self.stalled => {
                self.stalled = true;
                tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                u64::MAX
            }
            FaultKind::Trickle { bytes_per_second } => {
                tokio::time::sleep(DRIP).await;
                (bytes_per_second / 10).max(1)
            }
            _ => u64::MAX,
        };
        while self.rest.is_empty() {
            match self.flow.next().await? {
                Ok(bytes) => self.rest = bytes,
                Err(error) => return Some((Err(error), self)),
            }
        }
        let take = most.min(self.rest.len() as u64) as usize;
        let chunk = self.rest.split_to(take);
        self.sent += take as u64;
        Some((Ok(chunk), self))
    }
}
