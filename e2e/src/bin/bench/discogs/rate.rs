//! How much of the site's limit is used, and whether it is kept: beside a fixed delay and a token bucket, which are what
//! programs have mostly.

use super::USER;
use crate::table::Table;
use anyhow::{Context, Result};
use protocol::Secret;
use simulator::Simulator;
use simulator::discogs::{DiscogsConfig, RateReport, Sizes};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use transfer::{Call, Ceiling, Downloader, Priority, Quota, Url};

/// How many times faster than in truth time passes for the site's limit, and for those who keep it.
const SCALE: f64 = 10.0;
/// For so many minutes of the limit.
const MINUTES: f64 = 10.0;
/// Something small to ask for.
const QUESTION: &str = "https://api.discogs.com/oauth/identity";
/// Tasks that ask at the same time, as a run and an export do.
const TASKS: usize = 4;

/// Each way of waiting asks a site of its own, all at the same time, for ten of its minutes.
///
/// # Errors
/// When a simulator does not start or somebody cannot ask.
pub async fn run(share: u32) -> Result<Table> {
    let minutes = MINUTES / f64::from(share.min(5));
    let (sites, until) = ([site().await?, site().await?, site().await?], scaled(60.0 * minutes));
    let [ours, delayed, bucket] = &sites;
    tokio::try_join!(in_turn(ours, until), delay(delayed, until), tokens(bucket, until))?;
    let title = format!(
        "Requests to Discogs within its limit of 60 in a moving minute, over {minutes:.0} minutes (time passes \
         {SCALE:.0} times faster)"
    );
    let mut table =
        Table::new(&title, &["", "answered a minute", "refused (429)", "most in a minute"]);
    let names = ["mediafetcher", "1.1 s after each answer", "token bucket, 60 and 1 a second"];
    for (name, site) in names.into_iter().zip(&sites) {
        let RateReport { passed, refused, most_in_window, .. } = site.control().discogs().rate();
        let a_minute = format!("{:.1}", passed as f64 / minutes);
        table.row(&[name.into(), a_minute, refused.to_string(), most_in_window.to_string()]);
    }
    Ok(table)
}

async fn site() -> Result<Simulator> {
    let discogs = DiscogsConfig { time_scale: SCALE, ..DiscogsConfig::default() };
    let config = simulator::Config { songs: 1, discogs, ..Default::default() };
    let site = tokio::task::spawn_blocking(move || Simulator::start(config)).await??;
    let nothing = Sizes { copies: 0, wants: 0, listings: 0 };
    site.control().discogs().make_account(USER, nothing);
    Ok(site)
}

fn scaled(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds / SCALE)
}

/// As the daemon asks.
async fn in_turn(site: &Simulator, time: Duration) -> Result<()> {
    let config = transfer::Config {
        proxy: Some(site.proxy_url()),
        extra_roots: Some(site.ca_pem_path().to_owned()),
        ..transfer::Config::from_env()
    };
    let failed = |error| anyhow::anyhow!("{error:?}");
    let downloader = Downloader::new(config).map_err(failed)?;
    let real = Quota::discogs();
    let quota = Quota { window: scaled(60.0), margin: real.margin.div_f64(SCALE), ..real };
    downloader.set_quota(&Url::parse(QUESTION)?, quota);
    let end = Instant::now() + time;
    let authorization = authorization(site)?;
    let task = async || {
        while Instant::now() < end {
            let call = Call {
                method: http::Method::GET,
                url: QUESTION.to_owned(),
                headers: [(http::header::AUTHORIZATION, authorization.clone())]
                    .into_iter()
                    .collect(),
                body: None,
                signer: None,
                limit: 1_000_000,
            };
            tokio::select! {
                answer = downloader.call_in_turn(call, Priority::default(), Ceiling::Signed) => {
                    answer.map_err(|failed| anyhow::anyhow!("{:?}", failed.error))?;
                }
                () = sleep_until(end) => {}
            }
        }
        anyhow::Ok(())
    };
    futures::future::try_join_all((0..TASKS).map(|_| task())).await?;
    Ok(())
}

/// As many scripts do: the next request so long after the answer to the last.
async fn delay(site: &Simulator, time: Duration) -> Result<()> {
    let (client, end) = (client(site)?, Instant::now() + time);
    while Instant::now() < end {
        ask(&client, site).await?;
        sleep(scaled(1.1)).await;
    }
    Ok(())
}

/// A bucket of 60 that a token a second falls into.
async fn tokens(site: &Simulator, time: Duration) -> Result<()> {
    let (client, end) = (client(site)?, Instant::now() + time);
    let (mut tokens, mut filled) = (60.0_f64, Instant::now());
    while Instant::now() < end {
        let now = Instant::now();
        tokens = (tokens + (now - filled).as_secs_f64() * SCALE).min(60.0);
        filled = now;
        if tokens < 1.0 {
            sleep(scaled(1.0 - tokens)).await;
            continue;
        }
        tokens -= 1.0;
        ask(&client, site).await?;
    }
    Ok(())
}

fn client(site: &Simulator) -> Result<reqwest::Client> {
    let authority = reqwest::Certificate::from_pem(&std::fs::read(site.ca_pem_path())?)?;
    let client = reqwest::Client::builder()
        .proxy(reqwest::Proxy::all(site.proxy_url())?)
        .tls_certs_merge([authority])
        .user_agent("Bench/1.0 +https://example.com/bench");
    Ok(client.build()?)
}

async fn ask(client: &reqwest::Client, site: &Simulator) -> Result<()> {
    let answer = client.get(QUESTION).header("Authorization", authorization(site)?).send().await?;
    answer.bytes().await.context("no body")?;
    Ok(())
}

fn authorization(site: &Simulator) -> Result<http::HeaderValue> {
    let token = Secret::new(site.control().discogs().token(USER));
    Ok(http::HeaderValue::try_from(format!("Discogs token={}", token.expose()))?)
}
