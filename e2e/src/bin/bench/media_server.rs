//! The player's server giving out a large file, to one reader and to several that read a part each, beside other
//! servers for files that the machine has.

use crate::port::Port;
use crate::table::Table;
use crate::usage::{self, Meter, Usage};
use crate::{middle, ours};
use anyhow::{Context, Result, ensure};
use e2e::daemon::Home;
use e2e::wait;
use protocol::method::{ListLibrary, PlayItem};
use protocol::shelf::{LibraryQuery, OfLibraryItem};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How many read at once, where several do.
const READERS: u64 = 16;
/// Runs of each, in turn.
const ROUNDS: u32 = 3;
/// A second of sound, in bytes: two channels of 16 bits at 48 kHz.
const SECOND: u64 = 192_000;
/// How much a reader takes from its socket at once, in bytes.
const PIECE: usize = 256 * 1024;

/// A server that has the file.
struct Server {
    name: &'static str,
    /// Who is asked, such as `127.0.0.1:8000`.
    host: String,
    /// What is asked for.
    path: String,
    id: u32,
    /// Ends with this.
    _process: Option<Child>,
    alone: Vec<Usage>,
    together: Vec<Usage>,
}

/// Measures with a file of about `length` bytes.
///
/// # Errors
/// When a server does not give it out.
pub async fn run(length: u64) -> Result<Table> {
    let home = Home::new(None)?;
    let id = ours::daemon(&home).await?;
    let file = home.library().join("large.wav");
    make(&file, length).await?;
    let length = file.metadata()?.len();
    let mut servers = vec![ours(&home, id).await?, python(&file).await?];
    servers.extend(nginx(&home, &file).await?);
    for _ in 0..ROUNDS {
        for server in &mut servers {
            let meter = Meter::start(server.id)?;
            read(&server.host, &server.path, 0, length).await?;
            server.alone.push(meter.read()?);
            let meter = Meter::start(server.id)?;
            read_parts(&server.host, &server.path, length).await?;
            server.together.push(meter.read()?);
        }
    }
    ours::stop(&home).await?;
    Ok(table(length, &servers))
}

async fn make(file: &Path, length: u64) -> Result<()> {
    let seconds = (length / SECOND).to_string();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-nostdin", "-f", "lavfi", "-i", "sine=sample_rate=48000"]);
    ffmpeg.args(["-t", &seconds, "-ac", "2", "-c:a", "pcm_s16le"]).arg(file);
    usage::of_program(&mut ffmpeg).await.map(drop)
}

fn server(name: &'static str, host: String, path: &str, process: Child) -> Result<Server> {
    let id = process.id().with_context(|| format!("{name} has ended"))?;
    let (alone, together) = (Vec::new(), Vec::new());
    Ok(Server { name, host, path: path.to_owned(), id, _process: Some(process), alone, together })
}

/// Ours, once the file is a thing of the library.
async fn ours(home: &Home, id: u32) -> Result<Server> {
    let folder = home.library();
    home.succeed(&["library", "import", folder.to_str().context("not Unicode")?, "--in-place"])
        .await?;
    let mut port = Port::open(home).await?;
    let query = LibraryQuery { limit: 1, ..LibraryQuery::default() };
    let things = port.call::<ListLibrary>(&query).await?.items;
    let item = things.first().context("it was not taken in")?.id;
    let url = port.call::<PlayItem>(&OfLibraryItem { item }).await?.url;
    let rest = url.strip_prefix("http://").context("not http")?;
    let (host, path) = rest.split_once('/').context("no path")?;
    Ok(Server {
        name: "mediafetcher",
        host: host.to_owned(),
        path: format!("/{path}"),
        id,
        _process: None,
        alone: Vec::new(),
        together: Vec::new(),
    })
}

async fn python(file: &Path) -> Result<Server> {
    let port = free_port()?.to_string();
    let folder = file.parent().context("a file without a folder")?;
    let mut command = Command::new("python3");
    command.args(["-m", "http.server", &port, "--bind", "127.0.0.1", "--directory"]).arg(folder);
    let process = start(&mut command)?;
    let host = format!("127.0.0.1:{port}");
    listens(&host).await?;
    server("python3 -m http.server", host, "/large.wav", process)
}

/// `None` where it is not installed.
async fn nginx(home: &Home, file: &Path) -> Result<Option<Server>> {
    let port = free_port()?;
    let folder = file.parent().context("a file without a folder")?;
    let (folder, own) = (folder.display(), home.file("nginx"));
    std::fs::create_dir_all(&own)?;
    let at = own.display();
    let settings = format!(
        "daemon off; master_process off; pid {at}/pid; error_log {at}/errors; events {{}}\n\
         http {{ access_log off; sendfile on; client_body_temp_path {at}; proxy_temp_path {at};\n\
         fastcgi_temp_path {at}; uwsgi_temp_path {at}; scgi_temp_path {at};\n\
         server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    );
    std::fs::write(own.join("nginx.conf"), settings)?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&own).arg("-c").arg(own.join("nginx.conf"));
    let Ok(process) = start(&mut command) else { return Ok(None) };
    let host = format!("127.0.0.1:{port}");
    listens(&host).await?;
    server("nginx", host, "/large.wav", process).map(Some)
}

fn start(command: &mut Command) -> std::io::Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.kill_on_drop(true).spawn()
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

async fn listens(host: &str) -> Result<()> {
    let connected = async || Ok(TcpStream::connect(host).await.ok().map(drop));
    wait::until("the server", wait::LONG, connected).await
}

/// Several readers at once, each with its part of the file.
async fn read_parts(host: &str, path: &str, length: u64) -> Result<()> {
    let part = length / READERS;
    let reads = (0..READERS).map(|nth| {
        let (host, path) = (host.to_owned(), path.to_owned());
        tokio::spawn(async move { read(&host, &path, nth * part, part).await })
    });
    for read in reads.collect::<Vec<_>>() {
        read.await??;
    }
    Ok(())
}

/// Asks for `count` bytes from `from` on, and reads so many: a server that knows no ranges sends others.
async fn read(host: &str, path: &str, from: u64, count: u64) -> Result<()> {
    let mut stream = TcpStream::connect(host).await?;
    let last = from + count - 1;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nRange: bytes={from}-{last}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut buffer = vec![0; PIECE];
    let mut length = stream.read(&mut buffer).await?;
    let head = String::from_utf8_lossy(&buffer[..length.min(16)]).into_owned();
    ensure!(head.contains(" 206") || head.contains(" 200"), "{host} answers {head}");
    let mut read = length as u64;
    while read < count && length > 0 {
        length = stream.read(&mut buffer).await?;
        read += length as u64;
    }
    ensure!(read >= count, "{host} sent {read} bytes instead of {count}");
    Ok(())
}

fn table(length: u64, servers: &[Server]) -> Table {
    let mega = length as f64 / 1e6;
    let title = format!("A file of {:.1} GB, to one player and to {READERS}", mega / 1e3);
    let columns = ["", "readers", "MB/s", "× python3", "CPU s", "peak MB"];
    let mut table = Table::new(&title, &columns);
    let seconds = |runs: &[Usage]| middle(&runs.iter().map(|run| run.wall).collect::<Vec<_>>());
    let python = servers.iter().find(|server| server.name.starts_with("python3"));
    type Runs = fn(&Server) -> &[Usage];
    let kinds: [(u64, Runs); 2] =
        [(1, |server| &server.alone), (READERS, |server| &server.together)];
    for (readers, runs) in kinds {
        let of_python = python.map_or(f64::NAN, |server| seconds(runs(server)));
        for server in servers {
            let runs = runs(server);
            let cpu = middle(&runs.iter().map(|run| run.cpu).collect::<Vec<_>>());
            let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default();
            table.row(&[
                server.name.to_owned(),
                readers.to_string(),
                format!("{:.0}", mega / seconds(runs)),
                format!("{:.2}", of_python / seconds(runs)),
                format!("{cpu:.2}"),
                format!("{:.0}", peak as f64 / 1e6),
            ]);
        }
    }
    table
}
