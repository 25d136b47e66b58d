//! The simulator as a program: prints where it is and runs until it is stopped.

use anyhow::Context;
use clap::Parser;
use simulator::discogs::{DiscogsConfig, Sizes};
use simulator::{Config, Service, Simulator};
use std::path::PathBuf;

/// producer.ai, flowmusic.app and Discogs on this machine, as an HTTPS proxy with its own certificate authority.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// How many songs an account has
    #[arg(long, default_value_t = 320)]
    songs: u32,
    /// Every song has everything: no missing sound, withheld stems or absent titles
    #[arg(long)]
    no_quirks: bool,
    /// Give the newest songs of the account "demo" titles that break programs
    #[arg(long)]
    nasty_titles: bool,
    /// Port of the proxy; 0 for any
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the control interface; 0 for any
    #[arg(long, default_value_t = 0)]
    control_port: u16,
    /// Write the authority's certificate here
    #[arg(long, value_name = "FILE")]
    write_ca: Option<PathBuf>,
    /// Keep encoded sound in this folder
    #[arg(long, value_name = "DIR")]
    media_cache: Option<PathBuf>,
    /// How many copies a Discogs collection has
    #[arg(long, default_value_t = Sizes::default().copies)]
    copies: u32,
    /// How many times faster than in truth the minute of Discogs' rate limit passes
    #[arg(long, default_value_t = 1.0)]
    time_scale: f64,
    /// Seconds that access tokens are good for
    #[arg(long, default_value_t = 3600)]
    token_life: i64,
    /// Seconds that signed addresses are good for
    #[arg(long, default_value_t = 900)]
    signature_life: i64,
    /// Also print the lines that make a shell's programs use it
    #[arg(long)]
    env: bool,
}

fn main() -> anyhow::Result<()> {
    let level = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(level).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let simulator = Simulator::start(Config {
        songs: arguments.songs,
        quirks: !arguments.no_quirks,
        token_life: arguments.token_life,
        signature_life: arguments.signature_life,
        discogs: DiscogsConfig {
            sizes: Sizes { copies: arguments.copies, ..Sizes::default() },
            time_scale: arguments.time_scale,
            ..DiscogsConfig::default()
        },
        media_cache: arguments.media_cache,
        proxy_port: arguments.port,
        control_port: arguments.control_port,
        ca_path: arguments.write_ca,
    })?;
    if arguments.nasty_titles {
        Service::ALL
            .iter()
            .for_each(|service| simulator.control().make_titles_nasty(*service, "demo"));
    }
    let ca = simulator.ca_pem_path().display();
    let place = serde_json::json!({
        "proxy": simulator.proxy_url(),
        "ca": ca.to_string(),
        "spki": simulator.spki_sha256_base64(),
        "control": simulator.control_url(),
    });
    println!("{place}");
    if arguments.env {
        let proxy = simulator.proxy_url();
        println!("export HTTPS_PROXY={proxy} HTTP_PROXY={proxy} SSL_CERT_FILE='{ca}'");
    }
    wait_for_the_end()
}

/// Returns on Ctrl-C, so that temporary files are removed.
fn wait_for_the_end() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::signal::ctrl_c()).context("waiting for Ctrl-C")
}
