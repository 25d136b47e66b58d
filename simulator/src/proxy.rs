//! The HTTP proxy: `CONNECT` to a host of ours meets that host, with its certificate; anything else is refused and
//! counted. Requests in the clear for our hosts are sent to https, as the sites do.

use crate::authority::Authority;
use crate::connection::Connection;
use crate::discogs::Peer;
use crate::gate::Gate;
use crate::log::Asked;
use crate::service::Site;
use anyhow::{Context, bail};
use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The longest head of a proxy request, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;
/// How much of an answer may wait to be written, in bytes.
const WRITE_BUFFER: usize = 1024 * 1024;

/// The proxy's parts.
pub(crate) struct Proxy {
    pub gate: Gate,
    pub authority: Authority,
}

impl Proxy {
    /// Serves until the listener fails.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            // Without it, small answers would wait for acknowledgements.
            let _ = stream.set_nodelay(true);
            let proxy = self.clone();
            tokio::spawn(async move {
                if let Err(error) = proxy.serve(Connection::new(stream)).await {
                    tracing::debug!("connection: {error:#}");
                }
            });
        }
    }

    async fn serve(&self, mut connection: Connection) -> anyhow::Result<()> {
        let head = Head::read(&mut connection).await?;
        if head.method != "CONNECT" {
            return self.refuse_plain(&mut connection, &head).await;
        }
        let (host, port) = head.target.rsplit_once(':').context("CONNECT without port")?;
        if Site::of(host).is_none() || port != "443" {
            self.gate.world.log.escaped(host);
            connection.write_all(BLOCKED.as_bytes()).await?;
            return Ok(connection.shutdown().await?);
        }
        connection.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        self.serve_tls(host, connection).await
    }

    async fn serve_tls(&self, host: &str, connection: Connection) -> anyhow::Result<()> {
        let (reset, peer) = (connection.reset_switch(), connection.peer());
        let acceptor = TlsAcceptor::from(self.authority.config_for(host)?);
        let tls = acceptor.accept(connection).await.with_context(|| format!("TLS for {host}"))?;
        let answer = service_fn(|mut request: hyper::Request<hyper::body::Incoming>| {
            if let Some(peer) = peer {
                request.extensions_mut().insert(Peer(peer));
            }
            let reset = reset.clone();
            async move {
                Ok::<_, Infallible>(self.gate.answer(host, reset, request.map(Body::new)).await)
            }
        });
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).max_buf_size(WRITE_BUFFER);
        Ok(server.serve_connection(TokioIo::new(tls), answer).await?)
    }

    /// A request in the clear: ours are sent to https, others are refused.
    async fn refuse_plain(&self, connection: &mut Connection, head: &Head) -> anyhow::Result<()> {
        let Some(target) = head.target.strip_prefix("http://") else {
            bail!("not a proxy request")
        };
        let (authority, path) = target.split_at(target.find('/').unwrap_or(target.len()));
        let host = authority.split(':').next().unwrap_or_default();
        let answer = if Site::of(host).is_some() {
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let exchange = self.gate.world.log.open(&Asked {
                scheme: "http",
                method: &head.method,
                host,
                path,
                query,
                headers: &head.headers,
            });
            exchange.answered(301);
            exchange.completed();
            self.gate.world.log.close(&exchange);
            let location = format!("https://{host}{}", &target[authority.len()..]);
            format!(
                "HTTP/1.1 301 Moved Permanently\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        } else {
            self.gate.world.log.escaped(host);
            BLOCKED.to_owned()
        };
        connection.write_all(answer.as_bytes()).await?;
        Ok(connection.shutdown().await?)
    }
}

const BLOCKED: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 38\r\nConnection: close\r\n\r\n\
                       The simulator does not know this host\n";

/// The head of a request to the proxy.
struct Head {
    method: String,
    target: String,
    headers: HeaderMap,
}

impl Head {
    /// Reads up to the empty line. Clients wait for the answer before they send more.
    async fn read(connection: &mut Connection) -> anyhow::Result<Self> {
        let mut bytes = Vec::with_capacity(1024);
        while !bytes.ends_with(b"\r\n\r\n") {
            if bytes.len() > LONGEST_HEAD || connection.read_buf(&mut bytes).await? == 0 {
                bail!("no whole request head");
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            bail!("no request line")
        };
        let pair = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((HeaderName::try_from(name).ok()?, HeaderValue::from_str(value.trim()).ok()?))
        };
        Ok(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: lines.filter_map(pair).collect(),
        })
    }
}
