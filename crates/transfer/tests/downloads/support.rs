//! A proxy on raw sockets that answers for every host by itself, over plain http and inside `CONNECT` tunnels, and
//! breaks off where it is told to.

use protocol::{Cookie, Credentials, ErrorCode, Secret, Source};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_util::sync::CancellationToken;
use transfer::{
    Config, Downloader, Fetched, HostClass, Kept, Signer, Step, Target, Timeouts, TransferError,
};

pub const ETAG: &str = "\"v1\"";
pub const FILE: &str = "http://files.example/a.mp3";
pub const API: &str = "https://www.producer.ai/__api/1/download?format=mp3";

/// What a server was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Scheme, host and path.
    pub url: String,
    pub headers: HashMap<String, String>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What a server answers.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

/// What follows the body.
#[derive(Clone)]
enum End {
    /// The next request.
    KeepAlive,
    /// An orderly end of the connection.
    Close,
    /// A reset, when told.
    Reset(Arc<Notify>),
    /// Nothing, for as long as the client stays.
    Stall,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = ("content-length".to_owned(), body.len().to_string());
        Self { status, headers: vec![length], body, end: End::KeepAlive }
    }

    /// The whole of `content` as audio, with a strong validator.
    pub fn audio(content: &[u8]) -> Self {
        Self::new(200, content).with("content-type", "audio/mpeg").with("etag", ETAG)
    }

    /// The rest of `content` from `first` on.
    pub fn rest(content: &[u8], first: usize) -> Self {
        let range = format!("bytes {first}-{}/{}", content.len() - 1, content.len());
        Self::new(206, &content[first..])
            .with("content-type", "audio/mpeg")
            .with("etag", ETAG)
            .with("content-range", &range)
    }

    pub fn redirect(to: &str) -> Self {
        Self::new(302, "").with("location", to)
    }

    /// Sets a header, replacing one of that name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Sends only the first `count` bytes of the announced body, then closes.
    pub fn cut(mut self, count: usize) -> Self {
        self.body.truncate(count);
        self.end = End::Close;
        self
    }

    /// As [`Reply::cut`], then a reset as soon as it is told.
    pub fn reset_after(self, count: usize, when: &Arc<Notify>) -> Self {
        Self { end: End::Reset(when.clone()), ..self.cut(count) }
    }

    /// As [`Reply::cut`], then silence.
    pub fn stall_after(self, count: usize) -> Self {
        Self { end: End::Stall, ..self.cut(count) }
    }

    /// Sends the body in chunks, without a length.
    pub fn chunked(mut self) -> Self {
        let mut body = Vec::new();
        for chunk in self.body.chunks(1000) {
            body.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            body.extend_from_slice(chunk);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        self.body = body;
        self.without("content-length").with("transfer-encoding", "chunked")
    }

    fn head(&self) -> String {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 {} Status\r\n{headers}\r\n", self.status)
    }
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

struct Inner {
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
    tls: TlsAcceptor,
}

/// A running server with a folder for its certificate authority and for part files.
pub struct Server {
    inner: Arc<Inner>,
    address: String,
    pub folder: TempDir,
}

impl Server {
    /// Answers with these, one a request.
    pub async fn replying(replies: Vec<Reply>) -> Self {
        Self::answering(move |_, index| {
            replies.get(index).cloned().unwrap_or_else(|| Reply::new(500, "asked too often"))
        })
        .await
    }

    /// Answers each request by `script`, which also gets its number from 0.
    pub async fn answering(
        script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = TlsAcceptor::from(Arc::new(certificates(&folder)));
        let inner = Arc::new(Inner { script: Box::new(script), asked: Mutex::default(), tls });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that leaves is no failure of the server.
                let server = server.clone();
                tokio::spawn(async move { server.accept(stream).await.ok() });
            }
        });
        Self { inner, address, folder }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.inner.asked.lock().unwrap().clone()
    }

    pub fn config(&self) -> Config {
        Config {
            parallel: 8,
            pace: Duration::ZERO,
            user_agent: "Test/1".into(),
            proxy: Some(self.address.clone()),
            extra_roots: Some(self.folder.path().join("ca.pem")),
            timeouts: Timeouts::default(),
        }
    }

    pub fn downloader(&self) -> Downloader {
        Downloader::new(self.config()).unwrap()
    }

    pub fn part(&self) -> PathBuf {
        self.folder.path().join("a.mp3.downloading")
    }

    pub fn on_disk(&self) -> Vec<u8> {
        fs::read(self.part()).unwrap_or_default()
    }

    /// Fetches `target` to [`Server::part`].
    pub async fn fetch(
        &self,
        target: &Target,
        kept: Option<Kept>,
    ) -> Result<Fetched, TransferError> {
        self.fetch_watching(target, kept, &|_| {}).await
    }

    pub async fn fetch_watching(
        &self,
        target: &Target,
        kept: Option<Kept>,
        on: &(dyn Fn(Step) + Send + Sync),
    ) -> Result<Fetched, TransferError> {
        let cancel = CancellationToken::new();
        self.downloader().fetch_file(target, &self.part(), kept, on, &cancel).await
    }

    /// Fetches [`FILE`], which must fail with `code`.
    pub async fn fails(&self, target: &Target, code: ErrorCode) -> TransferError {
        let error = self.fetch(target, None).await.unwrap_err();
        assert_eq!(error.error.code, code, "{error}");
        error
    }
}

impl Inner {
    async fn accept(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(head) = read_head(&mut stream).await? else { return Ok(()) };
        if let Some(rest) = head.strip_prefix("CONNECT ") {
            let host = rest.split(':').next().unwrap_or_default().to_owned();
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
            let mut stream = self.tls.accept(stream).await?;
            while let Some(head) = read_head(&mut stream).await? {
                let end = self.reply(&mut stream, &format!("https://{host}"), &head).await?;
                if self.ends(&end, stream.get_ref().0).await? {
                    stream.shutdown().await?;
                    break;
                }
            }
            return Ok(());
        }
        let mut next = Some(head);
        while let Some(head) = next {
            let end = self.reply(&mut stream, "", &head).await?;
            if self.ends(&end, &stream).await? {
                break;
            }
            next = read_head(&mut stream).await?;
        }
        Ok(())
    }

    async fn reply<S: AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        base: &str,
        head: &str,
    ) -> std::io::Result<End> {
        let asked = parse(base, head);
        let index = {
            let mut list = self.asked.lock().unwrap();
            list.push(asked.clone());
            list.len() - 1
        };
        let reply = (self.script)(&asked, index);
        stream.write_all(reply.head().as_bytes()).await?;
        stream.write_all(&reply.body).await?;
        stream.flush().await?;
        Ok(reply.end)
    }

    /// Does what follows a body; true if no further request can follow.
    async fn ends(&self, end: &End, stream: &TcpStream) -> std::io::Result<bool> {
        match end {
            End::KeepAlive => return Ok(false),
            End::Close => {}
            End::Reset(when) => {
                when.notified().await;
                stream.set_zero_linger()?;
            }
            End::Stall => std::future::pending().await,
        }
        Ok(true)
    }
}

async fn read_head<S: AsyncRead + Unpin>(stream: &mut S) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

fn parse(base: &str, head: &str) -> Asked {
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Asked { url: format!("{base}{target}"), headers: headers.collect() }
}

/// A certificate authority in `ca.pem` and a certificate for the hosts of the tests.
fn certificates(folder: &TempDir) -> ServerConfig {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let hosts = [
        "www.producer.ai",
        "storage.googleapis.com",
        "api.discogs.com",
        "accounts.google.com",
        "files.example",
    ];
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(hosts.map(str::to_owned))
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap()
}

/// `length` bytes that begin like an MP3 file and repeat nowhere near.
pub fn audio(length: usize) -> Vec<u8> {
    let mut content = b"ID3\x04\0\0".to_vec();
    content.extend((content.len()..length).map(|index| (index % 251) as u8 ^ (index / 251) as u8));
    content
}

pub fn direct(url: &str) -> Target {
    Target { url: url.into(), signer: None, class: HostClass::Files, allow_json_url: false }
}

/// A signed request to the site's API, where JSON may stand in for the address.
pub fn api() -> Target {
    Target { url: API.into(), signer: Some(session()), class: HostClass::Api, allow_json_url: true }
}

pub fn session() -> Arc<Signer> {
    let cookie = Cookie {
        name: "sid".into(),
        value: Secret::new("secret"),
        domain: "www.producer.ai".into(),
        host_only: true,
        path: "/".into(),
        secure: true,
        http_only: true,
        expires_at: None,
    };
    let credentials = Credentials {
        source: Source::Producer,
        origin: "https://www.producer.ai".into(),
        account_id: "me".into(),
        cookies: vec![cookie],
        bearer: Some(Secret::new("token")),
        bearer_expires_at: None,
        user_agent: Some("Browser/1".into()),
    };
    Arc::new(Signer::new(&credentials).unwrap())
}
