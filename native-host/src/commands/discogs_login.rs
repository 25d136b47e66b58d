//! `discogs login`: a token, an application of the person's own, or a name.

use super::arguments::Output;
use super::{Failure, Outcome, say};
use crate::client::Client;
use crate::screen;
use anyhow::anyhow;
use protocol::discogs::*;
use protocol::method::*;
use protocol::{ErrorBody, ErrorCode, Secret};
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::Path;

/// Where the site makes tokens, and registers applications.
const DEVELOPERS: &str = "https://www.discogs.com/settings/developers";
/// No token and no key is longer than this, in bytes.
const LONGEST: u64 = 4096;

/// Adds an account by a token, or by its name.
pub(super) async fn run(
    client: &mut Client,
    user: Option<&str>,
    token_file: Option<&Path>,
    output: Output,
) -> Result<Outcome, Failure> {
    let token = match (user, token_file) {
        (Some(_), None) => None,
        (_, Some(file)) => Some(std::fs::read_to_string(file)?),
        (None, None) => {
            if io::stdin().is_terminal() {
                eprintln!(
                    "Make a token at {DEVELOPERS}, paste it here, then press Enter and Ctrl-D:"
                );
            }
            let mut text = String::new();
            io::stdin().take(LONGEST).read_to_string(&mut text)?;
            Some(text)
        }
    };
    let token = token.map(|text| Secret::new(text.trim()));
    if token.as_ref().is_some_and(|token| token.expose().is_empty()) {
        return Err(Failure::Usage(format!("there was no token; make one at {DEVELOPERS}")));
    }
    let by_token = token.is_some();
    let wish = DiscogsLogin { token, username: user.unwrap_or_default().to_owned() };
    let answer = client.call::<DiscogsSignIn>(wish).await;
    let account = answer.map_err(|error| refused(error, by_token))?;
    tell(&account, output);
    Ok(Outcome::Clean)
}

/// What is meant here by errors that are met elsewhere too.
fn refused(error: ErrorBody, by_token: bool) -> Failure {
    match error.code {
        ErrorCode::SignedOut | ErrorCode::SessionExpired if by_token => {
            anyhow!("Discogs does not accept this token. Make one at {DEVELOPERS}.").into()
        }
        ErrorCode::SignedOut | ErrorCode::SessionExpired => {
            anyhow!("The lists of this name are not public. Sign in with a token.").into()
        }
        _ => error.into(),
    }
}

/// Adds an account by an application that the person agrees to on a page of the site. Whoever runs this without a
/// terminal reads the address from the first line, and gives the code as a line.
pub(super) async fn by_application(
    client: &mut Client,
    consumer_key_file: Option<&Path>,
    output: Output,
) -> Result<Outcome, Failure> {
    let asks = io::stdin().is_terminal();
    let wish = match consumer_key_file {
        Some(file) => consumer(&std::fs::read_to_string(file)?)?,
        None => {
            if asks {
                eprintln!("Register an application at {DEVELOPERS}; any name will do.");
            }
            let lines = [line(asks, "Consumer key")?, line(asks, "Consumer secret")?];
            consumer(&lines.join("\n"))?
        }
    };
    let DiscogsOAuthStarted { authorize, login } = client.call::<BeginDiscogsOAuth>(wish).await?;
    say(&authorize);
    if asks {
        eprintln!("Agree on this page of Discogs, and copy the code that it shows.");
        offer_to_open(&authorize)?;
    }
    let verifier = Secret::new(line(asks, "Code")?.trim());
    let account = client.call::<FinishDiscogsOAuth>(DiscogsOAuthFinish { login, verifier }).await?;
    tell(&account, output);
    Ok(Outcome::Clean)
}

fn offer_to_open(authorize: &str) -> Result<(), Failure> {
    if !screen::has_screen() {
        return Ok(());
    }
    let answer = line(true, "Open it in your browser? [Y/n]")?;
    if !answer.trim().to_lowercase().starts_with('n') && screen::open_page(authorize).is_err() {
        eprintln!("It could not be opened. Open the address yourself.");
    }
    Ok(())
}

/// The first two lines.
fn consumer(text: &str) -> Result<DiscogsOAuth, Failure> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(key), Some(secret)) => Ok(DiscogsOAuth {
            consumer_key: Secret::new(key),
            consumer_secret: Secret::new(secret),
        }),
        _ => Err(Failure::Usage(format!(
            "consumer key and consumer secret are needed, a line each; {DEVELOPERS} shows them"
        ))),
    }
}

/// A line of standard input.
fn line(asks: bool, question: &str) -> Result<String, Failure> {
    if asks {
        eprint!("{question}: ");
    }
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_line(&mut text)?;
    Ok(text)
}

fn tell(account: &DiscogsAccount, output: Output) {
    if output.json {
        say(protocol::envelope::to_value(account));
        return;
    }
    match account.signed_by {
        SignedBy::Token | SignedBy::OAuth => {
            say(format_args!("Signed in as {}.", account.username));
        }
        SignedBy::Nobody => {
            say(format_args!("The public lists of {} will be read.", account.username));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_secret_are_the_first_two_lines() {
        let read = consumer("  key\r\n\nsecret \nmore\n").ok().unwrap();
        assert_eq!((read.consumer_key.expose(), read.consumer_secret.expose()), ("key", "secret"));
        assert!(consumer("key\n").is_err());
    }
}
