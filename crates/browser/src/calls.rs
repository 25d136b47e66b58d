//! Which questions to the host are open, and what an incoming frame means for them.
//!
//! Pure bookkeeping: the port and the promises are in `host`.

use crate::answer::{Answer, Asker, slot};
use crate::fields;
use crate::json::parse;
use protocol::{Body, Envelope, ErrorBody, ErrorCode, Kind};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// Who hears the events of one subscription.
pub(crate) type Subscriber = Rc<RefCell<dyn FnMut(Value)>>;

/// An open question.
struct Pending {
    id: u64,
    asker: Asker,
    /// The pieces of a long answer, so far.
    text: String,
}

/// The open questions and the subscriptions of one connection. There are few at a time, so a list does.
#[derive(Default)]
pub(crate) struct Calls {
    last_id: u64,
    pending: Vec<Pending>,
    subscribers: Vec<(u64, Subscriber)>,
}

/// What has to be done about a frame. Done by the caller, when the bookkeeping is not borrowed any more:
/// whoever is told may ask the next question at once.
pub(crate) enum Delivery {
    Answer(Asker, Body),
    Event(Subscriber, Value),
    Nothing,
}

impl Calls {
    /// Opens a question: its id and where the answer will come.
    pub fn open(&mut self) -> (u64, Answer) {
        self.last_id += 1;
        let (asker, answer) = slot();
        self.pending.push(Pending { id: self.last_id, asker, text: String::new() });
        (self.last_id, answer)
    }

    /// Sends the events of the subscription `id` to `subscriber`.
    pub fn subscribe(&mut self, id: u64, subscriber: Subscriber) {
        self.subscribers.push((id, subscriber));
    }

    /// Closes a question that nobody waits for any more. True when it was still open.
    pub fn withdraw(&mut self, id: u64) -> bool {
        self.take(id).is_some()
    }

    /// Closes every question and forgets the subscribers: the connection is gone.
    pub fn close(&mut self) -> Vec<Asker> {
        self.subscribers.clear();
        self.pending.drain(..).map(|pending| pending.asker).collect()
    }

    /// What a frame from the host means. Frames for questions that were withdrawn mean nothing.
    pub fn receive(&mut self, frame: Envelope) -> Delivery {
        match frame.kind {
            Kind::Res if frame.piece => self.receive_piece(frame),
            Kind::Res => self.answer(frame.id, Ok(frame.body)),
            Kind::Err => self.answer(frame.id, Err(fields::error(&frame.body))),
            Kind::Event => self.event(frame.id, frame.body),
            Kind::Req | Kind::Cancel => Delivery::Nothing,
        }
    }

    fn receive_piece(&mut self, frame: Envelope) -> Delivery {
        let Some(pending) = self.pending.iter_mut().find(|pending| pending.id == frame.id) else {
            return Delivery::Nothing;
        };
        pending.text.push_str(frame.body.as_str().unwrap_or_default());
        if frame.more {
            return Delivery::Nothing;
        }
        let whole = parse(&pending.text).map_err(|problem| bad_frame(&problem.to_string()));
        self.answer(frame.id, whole)
    }

    fn answer(&mut self, id: u64, body: Body) -> Delivery {
        match self.take(id) {
            Some(pending) => Delivery::Answer(pending.asker, body),
            None => Delivery::Nothing,
        }
    }

    fn event(&mut self, id: u64, body: Value) -> Delivery {
        match self.subscribers.iter().find(|(subscription, _)| *subscription == id) {
            Some((_, subscriber)) => Delivery::Event(subscriber.clone(), body),
            None => Delivery::Nothing,
        }
    }

    fn take(&mut self, id: u64) -> Option<Pending> {
        let index = self.pending.iter().position(|pending| pending.id == id)?;
        Some(self.pending.swap_remove(index))
    }
}

/// Reads a frame from the host; `None` for what is none. `v` needs no look: `hello` has settled it.
pub(crate) fn read_frame(mut frame: Value) -> Option<Envelope> {
    let body = fields::take(&mut frame, "body");
    let id = u64::try_from(fields::integer(&frame, "id")?).ok()?;
    let envelope = match fields::text(&frame, "kind")? {
        "res" => Envelope::answer(id, body),
        "err" => Envelope { kind: Kind::Err, ..Envelope::answer(id, body) },
        "event" => Envelope::event(id, body),
        _ => return None,
    };
    let (more, piece) = (fields::is_true(&frame, "more"), fields::is_true(&frame, "piece"));
    Some(Envelope { more, piece, ..envelope })
}

fn bad_frame(detail: &str) -> ErrorBody {
    ErrorBody::new(ErrorCode::BadFrame).with("detail", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use protocol::envelope::{split_answer, to_value};
    use serde_json::json;

    /// Does what `host` does with a delivery.
    fn deliver(delivery: Delivery) {
        match delivery {
            Delivery::Answer(asker, body) => asker.tell(body),
            Delivery::Event(subscriber, body) => (subscriber.borrow_mut())(body),
            Delivery::Nothing => {}
        }
    }

    fn answer_of(answer: &mut Answer) -> Option<Body> {
        answer.now_or_never()
    }

    #[test]
    fn answers_find_their_questions_in_any_order() {
        let mut calls = Calls::default();
        let (first, mut first_answer) = calls.open();
        let (second, mut second_answer) = calls.open();
        deliver(calls.receive(Envelope::answer(second, json!(2))));
        assert_eq!(answer_of(&mut first_answer), None);
        deliver(calls.receive(Envelope::answer(first, json!(1))));
        assert_eq!(answer_of(&mut first_answer), Some(Ok(json!(1))));
        assert_eq!(answer_of(&mut second_answer), Some(Ok(json!(2))));
    }

    #[test]
    fn an_answer_in_pieces_arrives_whole_even_when_others_come_between() {
        let mut calls = Calls::default();
        let (long, mut long_answer) = calls.open();
        let (short, mut short_answer) = calls.open();
        let body = json!({ "text": "né \"quoted\" \\ 🎵 ".repeat(50) });
        let pieces = split_answer(Envelope::answer(long, body.clone()), 100);
        assert!(pieces.len() > 5);
        for (index, piece) in pieces.into_iter().enumerate() {
            if index == 2 {
                deliver(calls.receive(Envelope::answer(short, Value::Null)));
            }
            assert_eq!(answer_of(&mut long_answer), None);
            deliver(calls.receive(piece));
        }
        assert_eq!(answer_of(&mut long_answer), Some(Ok(body)));
        assert_eq!(answer_of(&mut short_answer), Some(Ok(Value::Null)));
    }

    #[test]
    fn pieces_that_make_no_json_are_a_bad_frame() {
        let mut calls = Calls::default();
        let (id, mut answer) = calls.open();
        let broken = Envelope { piece: true, ..Envelope::answer(id, json!("{\"half\":")) };
        deliver(calls.receive(broken));
        assert_eq!(answer_of(&mut answer).unwrap().unwrap_err().code, ErrorCode::BadFrame);
    }

    #[test]
    fn an_error_frame_fails_its_question_with_its_code() {
        let mut calls = Calls::default();
        let (id, mut answer) = calls.open();
        let error = ErrorBody::new(ErrorCode::UpgradeRequired).with("host", "9.0");
        deliver(calls.receive(Envelope::error(id, &error)));
        assert_eq!(answer_of(&mut answer), Some(Err(error)));
    }

    #[test]
    fn every_kind_of_frame_reads_as_it_was_sent() {
        let error = ErrorBody::new(ErrorCode::NotFound).with("what", "job");
        let pieces = split_answer(Envelope::answer(3, json!("x".repeat(300))), 100);
        let sent = [
            Envelope::answer(1, json!({ "a": 1 })),
            Envelope::error(2, &error),
            Envelope::event(9, json!([])),
        ];
        for frame in sent.into_iter().chain(pieces) {
            assert_eq!(read_frame(to_value(&frame)), Some(frame));
        }
        assert_eq!(read_frame(json!({ "id": 1, "kind": "new kind" })), None);
        assert_eq!(read_frame(json!("nonsense")), None);
    }

    #[test]
    fn events_reach_the_subscriber_of_their_id_only() {
        let mut calls = Calls::default();
        let heard = Rc::new(RefCell::new(Vec::new()));
        let (id, _answer) = calls.open();
        let log = heard.clone();
        calls.subscribe(id, Rc::new(RefCell::new(move |event| log.borrow_mut().push(event))));
        deliver(calls.receive(Envelope::event(id, json!(1))));
        deliver(calls.receive(Envelope::event(id + 1, json!(2))));
        assert_eq!(*heard.borrow(), [json!(1)]);
    }

    #[test]
    fn an_answer_after_withdrawal_means_nothing() {
        let mut calls = Calls::default();
        let (id, _answer) = calls.open();
        assert!(calls.withdraw(id));
        assert!(!calls.withdraw(id));
        assert!(matches!(calls.receive(Envelope::answer(id, Value::Null)), Delivery::Nothing));
    }

    #[test]
    fn closing_gives_back_every_open_question_once() {
        let mut calls = Calls::default();
        let (_, _first) = calls.open();
        let (_, _second) = calls.open();
        assert_eq!(calls.close().len(), 2);
        assert!(calls.close().is_empty());
    }
}
