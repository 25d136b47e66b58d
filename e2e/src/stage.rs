//! The simulator, a home and a browser that reach each other, as a test or the demo needs them.

use crate::browser::{Browser, Config, Proxy};
use crate::checkout;
use crate::daemon::Home;
use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use simulator::discogs::Sizes;
use simulator::{Control, Service, Simulator};
use std::path::PathBuf;

/// The account that everything is tried with.
pub const ACCOUNT: &str = "demo";

/// A simulator, and a home whose programs reach the sites only through it.
pub struct Stage {
    /// Declared first, so that its daemon is gone before the sites are.
    pub home: Home,
    /// The sites.
    pub simulator: Simulator,
}

impl Stage {
    /// Starts the simulator and makes an empty home.
    ///
    /// # Errors
    /// When the simulator does not start.
    pub async fn new(config: simulator::Config) -> Result<Self> {
        // It blocks while it starts its own threads.
        let simulator = tokio::task::spawn_blocking(move || Simulator::start(config)).await??;
        let authority = simulator.ca_pem_path().to_path_buf();
        let home = Home::new(Some((proxy(&simulator), authority)))?;
        Ok(Self { home, simulator })
    }

    /// A simulator whose accounts have `songs` songs, and a daemon that does not wait long between requests: pacing
    /// has tests of its own.
    ///
    /// # Errors
    /// When simulator or daemon do not start.
    pub async fn quick(songs: u32) -> Result<Self> {
        let stage = Self::new(simulator::Config { songs, ..simulator::Config::default() }).await?;
        stage.home.succeed(&["config", "set", "pace-ms", "100"]).await?;
        Ok(stage)
    }

    /// What a test may do to the sites.
    pub fn control(&self) -> &Control {
        self.simulator.control()
    }

    /// Signs in and writes the cookies to a file, as a browser's export tool does.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn cookie_file(&self, service: Service) -> Result<PathBuf> {
        let file = self.home.file(&format!("{}.cookies.txt", service.as_str()));
        std::fs::write(&file, self.control().sign_in(service, ACCOUNT, false))?;
        Ok(file)
    }

    /// The same for the simulator's video site.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn video_cookie_file(&self) -> Result<PathBuf> {
        let file = self.home.file("videos.cookies.txt");
        std::fs::write(&file, self.control().videos().sign_in())?;
        Ok(file)
    }

    /// Gives the account at Discogs so much, signs in there with its token, and reads its collection.
    ///
    /// # Errors
    /// When the command line says no.
    pub async fn read_collection(&self, sizes: Sizes) -> Result<()> {
        self.control().discogs().make_account(ACCOUNT, sizes);
        self.sign_in_at_discogs(ACCOUNT).await?;
        self.home.succeed(&["discogs", "read"]).await.map(drop)
    }

    /// Signs in at Discogs with the token of `user`.
    ///
    /// # Errors
    /// As [`Stage::read_collection`].
    pub async fn sign_in_at_discogs(&self, user: &str) -> Result<()> {
        let file = self.home.file("discogs.token");
        std::fs::write(&file, self.control().discogs().token(user))?;
        let file = file.display().to_string();
        self.home.succeed(&["discogs", "login", "--token-file", &file]).await.map(drop)
    }

    /// Runs `mediafetcher discogs … --json`, and reads the last line that it prints.
    ///
    /// # Errors
    /// When it fails, or the line is something else.
    pub async fn discogs<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let said = self.home.succeed(&[&["discogs"], arguments, &["--json"]].concat()).await?;
        let last = said.lines().last().context("it says nothing")?;
        serde_json::from_str(last).with_context(|| last.to_owned())
    }

    /// Starts Chromium with the extension and the host manifest, in the home and behind the simulator.
    ///
    /// # Errors
    /// As [`Browser::start`].
    pub async fn browser(&self, more: Config) -> Result<Browser> {
        let config = Config {
            proxy: Some(proxy(&self.simulator)),
            host: Some(checkout::mediafetcher()?),
            environment: self.home.environment(),
            ..more
        };
        Browser::start(&config).await
    }
}

/// The page of the simulator that signs in.
pub fn sign_in_address(service: Service) -> String {
    format!("https://{}/signin?account={ACCOUNT}", service.host())
}

fn proxy(simulator: &Simulator) -> Proxy {
    Proxy { url: simulator.proxy_url(), spki: simulator.spki_sha256_base64().to_owned() }
}
