//! A place for one answer: what a oneshot channel is, in the size that a single thread needs.

use protocol::Body;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct Slot {
    body: Option<Body>,
    waker: Option<Waker>,
}

/// Where the answer is put.
pub(crate) struct Asker(Rc<RefCell<Slot>>);

/// The answer to come. Never ready if the [`Asker`] is dropped without a word.
pub(crate) struct Answer(Rc<RefCell<Slot>>);

/// The two ends of a new slot.
pub(crate) fn slot() -> (Asker, Answer) {
    let slot = Rc::default();
    (Asker(Rc::clone(&slot)), Answer(slot))
}

impl Asker {
    /// Gives the answer. Nobody may be waiting any more, and then nobody misses it.
    pub fn tell(self, body: Body) {
        let waker = {
            let mut slot = self.0.borrow_mut();
            slot.body = Some(body);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Answer {
    type Output = Body;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Body> {
        let mut slot = self.0.borrow_mut();
        match slot.body.take() {
            Some(body) => Poll::Ready(body),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
