//! A way to the public internet for programs that resolve names and follow redirects by themselves: an HTTP proxy on
//! loopback (RFC 9110, 9.3.6 and RFC 9112, 3.2.2) that connects to public addresses only, to the very ones it has
//! checked. It looks at where a connection goes, never into it.

use crate::address::is_public;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A request's head; what is longer is not from a program of ours.
const HEAD_LIMIT: usize = 64 * 1024;
/// How an address in the local network is refused. Programs repeat the words, so that they can be told from a site's.
const REFUSED: &str = "403 Local-Network-Refused";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs as long as it is kept.
#[derive(Debug)]
pub struct Gate {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Gate {
    /// Opens one on a free port of loopback.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
                    // Out of files for a moment.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        Ok(Self { address, task })
    }

    /// How a program is told of it: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    host: String,
    port: u16,
    /// What is passed on to the server; `None` for a tunnel.
    head: Option<String>,
}

async fn serve(mut client: TcpStream) {
    let Ok(Some((head, rest))) = read_head(&mut client).await else { return };
    let Some(asked) = parse(&head) else { return refuse(client, "400 Bad Request").await };
    let server = tokio::time::timeout(CONNECT_TIMEOUT, connect(&asked.host, asked.port)).await;
    let mut server = match server {
        Ok(Ok(server)) => server,
        Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
            tracing::info!(host = asked.host, "an address in the local network was refused");
            return refuse(client, REFUSED).await;
        }
        _ => return refuse(client, "502 Bad Gateway").await,
    };
    let begun = match &asked.head {
        None => client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await,
        Some(head) => server.write_all(head.as_bytes()).await,
    };
    if begun.is_ok() && server.write_all(&rest).await.is_ok() {
        // However it ends, both sides learn it by the end of their connections.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

/// The head, and what came behind it.
async fn read_head(client: &mut TcpStream) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok(String::from_utf8(bytes).ok().map(|head| (head, rest)));
        }
        if bytes.len() > HEAD_LIMIT || client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

fn parse(head: &str) -> Option<Asked> {
    let (line, headers) = head.split_once("\r\n")?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if method == "CONNECT" {
        let (host, port) = target.rsplit_once(':')?;
        return Some(Asked { host: bare(host), port: port.parse().ok()?, head: None });
    }
    let url = reqwest::Url::parse(target).ok().filter(|url| url.scheme() == "http")?;
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    // One request a connection: the next may be for another server.
    let hops = ["connection:", "proxy-connection:", "proxy-authorization:", "keep-alive:"];
    let is_hop = |line: &str| hops.iter().any(|hop| line.to_ascii_lowercase().starts_with(hop));
    let kept = headers.split("\r\n").filter(|line| !line.is_empty() && !is_hop(line));
    let kept: String = kept.map(|line| format!("{line}\r\n")).collect();
    let head = format!("{method} {path} {version}\r\n{kept}Connection: close\r\n\r\n");
    let port = url.port_or_known_default()?;
    Some(Asked { host: bare(url.host_str()?), port, head: Some(head) })
}

/// IPv6 stands in brackets.
fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

/// The first public address of the host that answers.
async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => tokio::net::lookup_host((host, port)).await?.collect(),
    };
    let mut last = io::Error::from(io::ErrorKind::PermissionDenied);
    for address in found.into_iter().filter(|address| is_public(address.ip())) {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn refuse(mut client: TcpStream, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    // Whoever asked has gone.
    let _ = client.write_all(answer.as_bytes()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_is_for_a_host_and_a_port() {
        let asked = |line: &str| parse(&format!("{line}\r\nHost: x\r\n\r\n"));
        let tunnel = |host: &str, port| Some(Asked { host: host.into(), port, head: None });
        assert_eq!(asked("CONNECT a.example:443 HTTP/1.1"), tunnel("a.example", 443));
        assert_eq!(asked("CONNECT [2001:db8::1]:443 HTTP/1.1"), tunnel("2001:db8::1", 443));
        assert_eq!(asked("CONNECT a.example HTTP/1.1"), None);
        assert_eq!(asked("GET / HTTP/1.1"), None);
        assert_eq!(asked("GET ftp://a.example/ HTTP/1.1"), None);
    }

    #[test]
    fn a_request_of_plain_http_is_passed_on_as_its_server_expects_it() {
        let head = "GET http://a.example:81/x?y=1 HTTP/1.1\r\nHost: a.example:81\r\nProxy-Connection: keep-alive\r\n\r\n";
        let asked = parse(head).unwrap();
        assert_eq!((asked.host.as_str(), asked.port), ("a.example", 81));
        let passed = "GET /x?y=1 HTTP/1.1\r\nHost: a.example:81\r\nConnection: close\r\n\r\n";
        assert_eq!(asked.head.as_deref(), Some(passed));
    }

    #[tokio::test]
    async fn nothing_in_the_local_network_is_connected_to() {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = inside.local_addr().unwrap().port();
        let gate = Gate::open().await.unwrap();
        for host in ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0"] {
            for line in [format!("CONNECT {host}:{port}"), format!("GET http://{host}:{port}/")] {
                let mut client = TcpStream::connect(gate.address).await.unwrap();
                let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n");
                client.write_all(head.as_bytes()).await.unwrap();
                let mut answer = String::new();
                client.read_to_string(&mut answer).await.unwrap();
                assert!(
                    answer.starts_with("HTTP/1.1 403 Local-Network-Refused\r\n"),
                    "{line}: {answer}"
                );
            }
        }
        let nobody = tokio::time::timeout(Duration::from_millis(50), inside.accept()).await;
        assert!(nobody.is_err(), "somebody was let in");
    }
}
