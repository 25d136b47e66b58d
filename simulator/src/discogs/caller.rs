//! Who asks: nobody known, an application, or a person, by any of the credentials that the API takes.

use super::problem::Problem;
use super::signature::{OAuthHeader, Signed};
use super::state::State;
use http::Uri;
use http::header::AUTHORIZATION;
use http::request::Parts;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Without credentials.
    Anybody,
    /// An application by its key and secret, for nobody in particular.
    Application,
    /// A person: by a personal token, or an application in their name.
    Person(String),
}

impl Caller {
    /// Credentials of any kind raise the limit and bring addresses of pictures.
    pub(super) fn has_credentials(&self) -> bool {
        *self != Caller::Anybody
    }

    pub(super) fn is(&self, username: &str) -> bool {
        matches!(self, Caller::Person(name) if name == username)
    }

    /// The person.
    ///
    /// # Errors
    /// When nobody in particular asks.
    pub(super) fn person(&self) -> Result<&str, Problem> {
        match self {
            Caller::Person(name) => Ok(name),
            _ => Err(Problem::anonymous()),
        }
    }
}

/// Reads the credentials of a request and uses them once.
///
/// # Errors
/// When there are some that are not good.
pub(super) fn identify(state: &mut State, request: &Parts) -> Result<Caller, Problem> {
    // These two check what they are signed with by themselves: they belong to nobody yet.
    if request.uri.path().ends_with("/oauth/request_token")
        || request.uri.path().ends_with("/oauth/access_token")
    {
        return Ok(Caller::Anybody);
    }
    let header = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match header.and_then(|header| header.split_once(' ')) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("Discogs") => {
            let pairs = rest.split(',').filter_map(|pair| pair.trim().split_once('='));
            let pairs =
                pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()));
            by_pairs(state, &pairs.collect::<Vec<_>>())
                .unwrap_or_else(|| Err(Problem::invalid_token()))
        }
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("OAuth") => {
            by_oauth(state, request, rest)
        }
        Some(_) => Err(Problem::invalid_token()),
        None => by_pairs(state, &query(&request.uri)).unwrap_or(Ok(Caller::Anybody)),
    }
}

/// `token`, or `key` and `secret`; `None` when there is neither.
fn by_pairs(state: &mut State, pairs: &[(String, String)]) -> Option<Result<Caller, Problem>> {
    let get = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    if let Some(token) = get("token") {
        let person = state.keys.use_token(token).map(Caller::Person);
        return Some(person.ok_or_else(Problem::invalid_token));
    }
    let (key, secret) = (get("key")?, get("secret")?);
    let consumer = &state.keys.consumer;
    let is_known = *key == consumer.key && *secret == consumer.secret;
    Some(if is_known { Ok(Caller::Application) } else { Err(Problem::invalid_token()) })
}

fn by_oauth(state: &mut State, request: &Parts, text: &str) -> Result<Caller, Problem> {
    let header = OAuthHeader::parse(text);
    let consumer = &state.keys.consumer;
    if header.get("oauth_consumer_key") != Some(&consumer.key) {
        return Err(Problem::invalid_token());
    }
    let token = header.get("oauth_token").ok_or_else(Problem::invalid_token)?;
    let secret = state.keys.access_secret(token).ok_or_else(Problem::invalid_token)?;
    let address = super::api(request.uri.path());
    let signed = Signed {
        method: request.method.as_str(),
        address: &address,
        parameters: query(&request.uri),
    };
    if !header.is_signed(&signed, &consumer.secret, secret) {
        return Err(Problem::invalid_signature());
    }
    state.keys.use_access(token).map(Caller::Person).ok_or_else(Problem::invalid_token)
}

/// The parameters of an address.
pub(super) fn query(uri: &Uri) -> Vec<(String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}
