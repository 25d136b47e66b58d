//! `send`: pages and media of the web, brought home as what can be played.

use super::arguments::Send;
use super::sync::read_cookies;
use super::view::{self, View};
use super::{Failure, Outcome, follow, open};
use crate::client::Client;
use crate::home::Home;
use protocol::method::SendPages;
use protocol::send::{NewSend, SentPage, SiteSession};
use protocol::{Cookie, Settings};

pub(super) async fn run(home: &Home, arguments: &Send) -> Result<Outcome, Failure> {
    let mut view = view::choose(arguments.output.json);
    let ended = send(home, arguments, view.as_mut()).await;
    if let Err(Failure::Refused(error)) = &ended {
        view.broken(error);
    }
    ended
}

async fn send(home: &Home, arguments: &Send, view: &mut dyn View) -> Result<Outcome, Failure> {
    let cookies = arguments.cookies.as_deref().map(read_cookies).transpose()?;
    let mut client = open(home).await?;
    let settings = client.call::<protocol::method::GetSettings>(Default::default()).await?;
    let mut outcome = Outcome::Clean;
    for (host, pages) in by_host(arguments, &settings)? {
        let session = cookies.as_ref().map(|cookies| session(host, cookies));
        match bring(&mut client, arguments, pages, session, view).await? {
            Outcome::Detached => return Ok(Outcome::Detached),
            Outcome::Attention => outcome = Outcome::Attention,
            Outcome::Clean => {}
        }
    }
    Ok(outcome)
}

async fn bring(
    client: &mut Client,
    arguments: &Send,
    pages: Vec<SentPage>,
    session: Option<SiteSession>,
    view: &mut dyn View,
) -> Result<Outcome, Failure> {
    let new = NewSend {
        // Each start of the command is a wish of its own.
        key: format!("cli-{:032x}", rand::random::<u128>()),
        pages,
        variant: arguments.variant,
        session,
    };
    let job = client.call::<SendPages>(new).await?.job;
    follow::follow(client, job, view).await
}

/// The addresses of each host, in the order given: a session is of one.
fn by_host(arguments: &Send, settings: &Settings) -> Result<Vec<(String, Vec<SentPage>)>, Failure> {
    let mut hosts: Vec<(String, Vec<SentPage>)> = Vec::new();
    for text in &arguments.addresses {
        let address = transfer::web_address(text, settings.allow_local)?;
        let host = address.host_str().unwrap_or_default().to_owned();
        let page = SentPage { address: address.to_string(), ..SentPage::default() };
        match hosts.iter_mut().find(|(known, _)| *known == host) {
            Some((_, pages)) => pages.push(page),
            None => hosts.push((host, vec![page])),
        }
    }
    Ok(hosts)
}

/// Those of the file that belong to the host.
fn session(host: String, cookies: &[Cookie]) -> SiteSession {
    let belongs = |cookie: &&Cookie| {
        let below = host.strip_suffix(&cookie.domain).is_some_and(|rest| rest.ends_with('.'));
        host == cookie.domain || (!cookie.host_only && below)
    };
    let cookies = cookies.iter().filter(belongs).cloned().collect();
    SiteSession { host, cookies, user_agent: None }
}
