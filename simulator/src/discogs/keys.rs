//! Keys and tokens: who has which, and how long they are good.

use super::dice::{Dice, Topic, number_of};
use crate::session::random_text;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a request token may be exchanged, as Discogs documents it.
const REQUEST_LIFE: Duration = Duration::from_secs(15 * 60);

/// An application that a person has registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Which.
    pub key: String,
    /// What only its owner knows.
    pub secret: String,
    /// Its name.
    pub name: String,
}

/// Everything that opens something.
#[derive(Debug)]
pub(super) struct Keys {
    seed: u64,
    pub consumer: Consumer,
    /// Personal tokens, by their text.
    tokens: BTreeMap<String, Grant>,
    /// How many tokens each account has had.
    made: BTreeMap<String, u64>,
    requests: BTreeMap<String, RequestToken>,
    access: BTreeMap<String, AccessToken>,
}

#[derive(Clone, Debug)]
struct Grant {
    username: String,
    /// How many calls it is still good for, if that is limited.
    left: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct RequestToken {
    pub secret: String,
    /// Where the person is sent afterwards; `None` for a code to copy.
    pub callback: Option<String>,
    made: Instant,
    /// Who has agreed, and the verifier they got.
    agreed: Option<(String, String)>,
}

#[derive(Clone, Debug)]
struct AccessToken {
    secret: String,
    grant: Grant,
}

impl Grant {
    fn new(username: &str) -> Self {
        Self { username: username.to_owned(), left: None }
    }

    /// Uses it once.
    fn use_once(&mut self) -> Option<String> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1)?;
        }
        Some(self.username.clone())
    }
}

impl Keys {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::of(seed, Topic::Person, 1);
        let consumer = Consumer {
            key: dice.letters(20),
            secret: dice.letters(32),
            name: "Record Shelf".into(),
        };
        let (tokens, made) = (BTreeMap::new(), BTreeMap::new());
        Self { seed, consumer, tokens, made, requests: BTreeMap::new(), access: BTreeMap::new() }
    }

    /// The person's token, which is made when they have none.
    pub(super) fn personal_token(&mut self, username: &str) -> String {
        let theirs = self.tokens.iter().find(|(_, grant)| grant.username == username);
        match theirs {
            Some((token, _)) => token.clone(),
            None => self.renew_token(username),
        }
    }

    /// A new token; the one before is good no more.
    pub(super) fn renew_token(&mut self, username: &str) -> String {
        self.tokens.retain(|_, grant| grant.username != username);
        let made = self.made.entry(username.to_owned()).or_default();
        *made += 1;
        let own = self.seed ^ number_of(username);
        let token = Dice::of(own, Topic::Person, 1 + *made).letters(40);
        self.tokens.insert(token.clone(), Grant::new(username));
        token
    }

    /// Lets everything that opens the account end after so many calls.
    pub(super) fn expire_after(&mut self, username: &str, calls: u32) {
        let access = self.access.values_mut().map(|access| &mut access.grant);
        let grants = self.tokens.values_mut().chain(access);
        grants
            .filter(|grant| grant.username == username)
            .for_each(|grant| grant.left = Some(calls));
    }

    /// Whose personal token this is; uses it once.
    pub(super) fn use_token(&mut self, token: &str) -> Option<String> {
        self.tokens.get_mut(token)?.use_once()
    }

    /// The secret that an access token's requests are signed with.
    pub(super) fn access_secret(&self, token: &str) -> Option<&str> {
        self.access.get(token).map(|access| access.secret.as_str())
    }

    /// Whose access token this is; uses it once.
    pub(super) fn use_access(&mut self, token: &str) -> Option<String> {
        self.access.get_mut(token)?.grant.use_once()
    }

    /// A new request token and its secret.
    pub(super) fn request(&mut self, callback: Option<String>) -> (String, String) {
        let (token, secret) = (random_text(30), random_text(30));
        let request =
            RequestToken { secret: secret.clone(), callback, made: Instant::now(), agreed: None };
        self.requests.insert(token.clone(), request);
        (token, secret)
    }

    /// A request token that is still good.
    pub(super) fn pending(&self, token: &str) -> Option<&RequestToken> {
        self.requests.get(token).filter(|request| request.made.elapsed() < REQUEST_LIFE)
    }

    /// Notes that a person agrees, and gives the verifier.
    pub(super) fn agree(&mut self, token: &str, username: &str) -> Option<String> {
        self.pending(token)?;
        let verifier = random_text(8);
        let agreed = (username.to_owned(), verifier.clone());
        self.requests.get_mut(token)?.agreed = Some(agreed);
        Some(verifier)
    }

    /// Forgets a request that a person does not agree to.
    pub(super) fn deny(&mut self, token: &str) {
        self.requests.remove(token);
    }

    /// Tokens and their secrets, those that wait for a person among them.
    pub(super) fn given_to_applications(&self) -> Vec<String> {
        let requests = self.requests.iter().map(|(token, request)| [token, &request.secret]);
        let access = self.access.iter().map(|(token, access)| [token, &access.secret]);
        requests.chain(access).flatten().cloned().collect()
    }

    /// Exchanges a request token once for an access token and its secret.
    pub(super) fn exchange(&mut self, token: &str, verifier: &str) -> Option<(String, String)> {
        let (username, expected) = self.pending(token)?.agreed.clone()?;
        if verifier != expected {
            return None;
        }
        self.requests.remove(token);
        let (token, secret) = (random_text(30), random_text(30));
        let access = AccessToken { secret: secret.clone(), grant: Grant::new(&username) };
        self.access.insert(token.clone(), access);
        Some((token, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_after_its_calls_and_a_new_one_is_good() {
        let mut keys = Keys::new(1);
        let token = keys.personal_token("demo");
        assert_eq!(token, Keys::new(1).personal_token("demo"));
        keys.expire_after("demo", 2);
        let uses: Vec<bool> = (0..3).map(|_| keys.use_token(&token).is_some()).collect();
        assert_eq!(uses, [true, true, false]);
        let next = keys.renew_token("demo");
        assert_ne!(next, token);
        assert_eq!(keys.use_token(&next).as_deref(), Some("demo"));
        assert_eq!(keys.use_token(&token), None);
    }

    #[test]
    fn a_request_token_is_exchanged_once_by_who_has_the_verifier() {
        let mut keys = Keys::new(1);
        let (token, _) = keys.request(None);
        assert_eq!(keys.exchange(&token, ""), None);
        let verifier = keys.agree(&token, "demo").unwrap();
        assert_eq!(keys.exchange(&token, "another"), None);
        let (access, secret) = keys.exchange(&token, &verifier).unwrap();
        assert_eq!(keys.access_secret(&access), Some(secret.as_str()));
        assert_eq!(keys.use_access(&access).as_deref(), Some("demo"));
        assert_eq!(keys.exchange(&token, &verifier), None);
    }
}
