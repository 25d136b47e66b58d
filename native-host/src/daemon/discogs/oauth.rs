//! Signing in by an application of the person's own: what was begun, until the person has agreed on the site's page.

use super::Answer;
use super::accounts::add;
use super::signing::Signing;
use super::transport::DiscogsTransport;
use crate::daemon::engine::Engine;
use crate::daemon::server::Caller;
use protocol::discogs::*;
use protocol::{ErrorBody, ErrorCode, Secret};
use providers::discogs::{Discogs, KeyPair, authorize_address};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;
use transfer::Priority;

/// As long as the site keeps a request token.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// Attempts that are remembered at once; the oldest goes first.
const MOST: usize = 8;

/// What was begun and not ended. It is in memory only.
#[derive(Default)]
pub(super) struct Attempts(Mutex<VecDeque<Attempt>>);

#[derive(Clone)]
struct Attempt {
    login: String,
    begun: Instant,
    consumer: KeyPair,
    request: KeyPair,
    /// What it was exchanged for, which the site does once. What follows may still fail.
    token: Option<KeyPair>,
}

impl Attempts {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Attempt>> {
        self.0.lock().expect("nothing panics while holding it")
    }

    fn add(&self, attempt: Attempt) {
        let mut attempts = self.lock();
        attempts.truncate(MOST - 1);
        attempts.push_front(attempt);
    }

    fn find(&self, login: &str) -> Option<Attempt> {
        let mut attempts = self.lock();
        attempts.retain(|attempt| attempt.begun.elapsed() < LIFE);
        attempts.iter().find(|attempt| attempt.login == login).cloned()
    }

    fn exchanged(&self, login: &str, token: &KeyPair) {
        let mut attempts = self.lock();
        if let Some(attempt) = attempts.iter_mut().find(|attempt| attempt.login == login) {
            attempt.token = Some(token.clone());
        }
    }

    fn remove(&self, login: &str) {
        self.lock().retain(|attempt| attempt.login != login);
    }
}

/// Asks for a token that the person can agree to.
pub(in crate::daemon) async fn begin_oauth(
    engine: &Engine,
    _: Caller,
    wish: DiscogsOAuth,
) -> Answer<DiscogsOAuthStarted> {
    let consumer =
        KeyPair { key: trimmed(&wish.consumer_key), secret: trimmed(&wish.consumer_secret) };
    if consumer.key.expose().is_empty() || consumer.secret.expose().is_empty() {
        let error = ErrorBody::new(ErrorCode::BadParameters);
        return Err(error.with("detail", "consumer key and consumer secret are needed"));
    }
    let signing = Signing::Application(consumer.clone());
    let transport = DiscogsTransport::new(engine, signing, Priority::INTERACTIVE);
    let request = Discogs::new(&transport).request_token().await?;
    let authorize = authorize_address(&request);
    let login = format!("{:032x}", rand::random::<u128>());
    let (begun, token) = (Instant::now(), None);
    let attempt = Attempt { login: login.clone(), begun, consumer, request, token };
    engine.discogs.attempts.add(attempt);
    Ok(DiscogsOAuthStarted { authorize, login })
}

/// Exchanges that token, and adds the account whose it is. A code that was mistyped may be given again.
pub(in crate::daemon) async fn finish_oauth(
    engine: &Engine,
    _: Caller,
    wish: DiscogsOAuthFinish,
) -> Answer<DiscogsAccount> {
    let attempts = &engine.discogs.attempts;
    let attempt = attempts.find(&wish.login).ok_or_else(|| {
        ErrorBody::new(ErrorCode::NotFound).with("what", "a sign-in that is not over")
    })?;
    let consumer = attempt.consumer.clone();
    let token = match &attempt.token {
        Some(token) => token.clone(),
        None => exchange(engine, attempt, &wish.verifier).await?,
    };
    attempts.exchanged(&wish.login, &token);
    let account = add(engine, Signing::OAuth { consumer, token }, SignedBy::OAuth).await?;
    attempts.remove(&wish.login);
    Ok(account)
}

async fn exchange(engine: &Engine, attempt: Attempt, verifier: &Secret) -> Answer<KeyPair> {
    let Attempt { consumer, request, .. } = attempt;
    let signing = Signing::Exchange { consumer, request, verifier: trimmed(verifier) };
    let transport = DiscogsTransport::new(engine, signing, Priority::INTERACTIVE);
    Discogs::new(&transport).access_token().await
}

fn trimmed(secret: &Secret) -> Secret {
    Secret::new(secret.expose().trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    fn attempt(login: &str) -> Attempt {
        let pair = KeyPair { key: Secret::new("k"), secret: Secret::new("s") };
        let (login, begun) = (login.to_owned(), Instant::now());
        Attempt { login, begun, consumer: pair.clone(), request: pair, token: None }
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_is_good_for_a_quarter_of_an_hour_and_only_few_are_remembered() {
        let attempts = Attempts::default();
        for number in 0..=MOST {
            attempts.add(attempt(&number.to_string()));
        }
        let known = |login: &str| attempts.find(login).is_some();
        assert!(!known("0") && known("1") && known(&MOST.to_string()));
        attempts.remove("1");
        assert!(!known("1"));
        advance(LIFE).await;
        assert!(!known(&MOST.to_string()) && attempts.lock().is_empty());
    }
}
