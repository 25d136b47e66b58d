//! Starting and stopping: the ports, the threads and the files of one simulator.

use crate::authority::Authority;
use crate::control::Control;
use crate::control_http;
use crate::discogs::{Discogs, DiscogsConfig};
use crate::gate::Gate;
use crate::media::Media;
use crate::proxy::Proxy;
use crate::service::Service;
use crate::videos::Videos;
use crate::world::World;
use anyhow::Context;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// How to start.
#[derive(Clone, Debug)]
pub struct Config {
    /// How many songs an account has at first.
    pub songs: u32,
    /// Whether songs lack things here and there, as in real accounts.
    pub quirks: bool,
    /// How long access tokens are good for, in seconds.
    pub token_life: i64,
    /// How long signed addresses are good for, in seconds.
    pub signature_life: i64,
    /// How Discogs is at first.
    pub discogs: DiscogsConfig,
    /// Where encoded sound is kept for the next start; a folder among the temporary files by default.
    pub media_cache: Option<PathBuf>,
    /// The proxy's port; 0 for any.
    pub proxy_port: u16,
    /// The control interface's port; 0 for any.
    pub control_port: u16,
    /// Where to write the authority's certificate; among the temporary files by default.
    pub ca_path: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            songs: 20,
            quirks: true,
            token_life: 3600,
            signature_life: 900,
            discogs: DiscogsConfig::default(),
            media_cache: None,
            proxy_port: 0,
            control_port: 0,
            ca_path: None,
        }
    }
}

/// A running simulator. It runs on threads of its own, whether or not the caller uses a runtime, and ends when dropped.
#[derive(Debug)]
pub struct Simulator {
    proxy: SocketAddr,
    control_address: SocketAddr,
    ca_path: PathBuf,
    spki: String,
    control: Control,
    // Kept for as long as the certificate is needed.
    _folder: TempDir,
    runtime: Option<Runtime>,
}

impl Simulator {
    /// Starts it. The first start on a machine takes some seconds for encoding, later ones a fraction of one.
    ///
    /// # Errors
    /// When ffmpeg is missing, a port is taken or a file cannot be written.
    pub fn start(config: Config) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mediafetcher-simulator-").tempdir()?;
        let cache = config
            .media_cache
            .clone()
            .unwrap_or_else(|| std::env::temp_dir().join("mediafetcher-simulator-media"));
        let media = Media::load(&cache)?;
        let world = Arc::new(World::new(
            media,
            Videos::new(&cache),
            Discogs::new(&config.discogs),
            config.songs,
            config.quirks,
            config.token_life,
            config.signature_life,
        ));
        for service in Service::ALL {
            world.with_account(service, "demo", |_| ());
        }
        let authority = Authority::new()?;
        let ca_path = config.ca_path.unwrap_or_else(|| folder.path().join("ca.pem"));
        std::fs::write(&ca_path, authority.pem())
            .with_context(|| format!("writing {}", ca_path.display()))?;
        let spki = authority.spki_sha256_base64();
        let control = Control(world.clone());

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("simulator")
            .enable_all()
            .build()?;
        let (proxy_listener, control_listener) = {
            // Entering is allowed inside a caller's runtime as well, blocking on this one would not be.
            let _inside = runtime.enter();
            (listen(config.proxy_port)?, listen(config.control_port)?)
        };
        let (proxy, control_address) =
            (proxy_listener.local_addr()?, control_listener.local_addr()?);
        // Nobody else sets it, so it is still free.
        let _ = world.trap.set(format!("http://{control_address}/trap"));
        runtime.spawn(Arc::new(Proxy { gate: Gate::new(world), authority }).run(proxy_listener));
        let routes = control_http::routes(control.clone());
        runtime.spawn(async move { axum::serve(control_listener, routes).await });
        Ok(Self {
            proxy,
            control_address,
            ca_path,
            spki,
            control,
            _folder: folder,
            runtime: Some(runtime),
        })
    }

    /// For `HTTPS_PROXY` and `--proxy-server`.
    pub fn proxy_url(&self) -> String {
        format!("http://{}", self.proxy)
    }

    /// For `SSL_CERT_FILE` and `--cacert`.
    pub fn ca_pem_path(&self) -> &Path {
        &self.ca_path
    }

    /// For Chromium's `--ignore-certificate-errors-spki-list`.
    pub fn spki_sha256_base64(&self) -> &str {
        &self.spki
    }

    /// Where the control interface answers, such as `http://127.0.0.1:4711`.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control_address)
    }

    /// The powers of a test.
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Blocking until all tasks end is neither needed nor allowed inside a caller's runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("listening on port {port}"))?;
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}
