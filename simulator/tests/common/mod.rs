//! A simulator and the two clients that check it: curl, which others wrote, and reqwest.

#![allow(dead_code, reason = "every test file uses its own part of it")]

pub mod shelf;

use simulator::{Config, Service, Simulator};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::NamedTempFile;

/// A simulator whose songs have everything.
pub fn simulator(songs: u32) -> Simulator {
    start(Config { songs, quirks: false, ..Config::default() })
}

pub fn start(config: Config) -> Simulator {
    Simulator::start(config).expect("the simulator starts")
}

/// What curl got.
#[derive(Debug)]
pub struct Got {
    pub code: Option<i32>,
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<String> {
        let line = |line: &str| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        self.headers.lines().find_map(line)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// `curl` as a person would call it: with the proxy and the certificate, nothing else special.
pub fn curl(simulator: &Simulator, arguments: &[&str]) -> Got {
    let headers = NamedTempFile::new().expect("temporary file");
    let Output { status, stdout, .. } = Command::new("curl")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .args(["--silent", "--proxy", &simulator.proxy_url(), "--cacert"])
        .arg(simulator.ca_pem_path())
        .args(["--suppress-connect-headers", "--dump-header"])
        .arg(headers.path())
        .args(arguments)
        .output()
        .expect("curl runs");
    let headers = std::fs::read_to_string(headers.path()).expect("headers");
    let last_status = headers.lines().rfind(|line| line.starts_with("HTTP/"));
    let number = last_status.and_then(|line| line.split(' ').nth(1)?.parse().ok());
    Got { code: status.code(), status: number.unwrap_or(0), headers, body: stdout }
}

/// A signed-in person with curl.
pub struct Visitor<'a> {
    pub simulator: &'a Simulator,
    cookies: NamedTempFile,
    bearer: Option<String>,
}

impl<'a> Visitor<'a> {
    /// Signs in to the account `demo`.
    pub fn new(simulator: &'a Simulator, service: Service) -> Self {
        let text = simulator.control().sign_in(service, "demo", false);
        let bearer = bearer(&text);
        let mut cookies = NamedTempFile::new().expect("temporary file");
        cookies.write_all(text.as_bytes()).expect("cookies written");
        Self { simulator, cookies, bearer }
    }

    pub fn get(&self, url: &str) -> Got {
        self.get_with(url, &[])
    }

    pub fn get_with(&self, url: &str, more: &[&str]) -> Got {
        let path: PathBuf = self.cookies.path().into();
        let path = path.to_string_lossy();
        let bearer = self.bearer.as_ref().map(|token| format!("Authorization: Bearer {token}"));
        let mut arguments = vec!["--cookie", &path];
        if let Some(bearer) = &bearer {
            arguments.extend(["--header", bearer]);
        }
        arguments.extend(more);
        arguments.push(url);
        curl(self.simulator, &arguments)
    }
}

/// The access token in the text of a cookie file, read as the sites' own pages read it.
pub fn bearer(cookies: &str) -> Option<String> {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
    let mut pieces: Vec<(usize, &str)> = cookies
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let number = fields.get(5)?.strip_prefix("sb-sb-auth-token.")?.parse().ok()?;
            Some((number, *fields.get(6)?))
        })
        .collect();
    pieces.sort();
    let joined: String = pieces.iter().map(|(_, piece)| *piece).collect();
    let json = BASE64_URL_SAFE_NO_PAD.decode(joined.strip_prefix("base64-")?).ok()?;
    let session: serde_json::Value = serde_json::from_slice(&json).ok()?;
    session["access_token"].as_str().map(str::to_owned)
}

/// What ffprobe finds in a file: codec name and length in seconds.
pub fn probe(bytes: &[u8]) -> (String, f64) {
    let mut file = NamedTempFile::new().expect("temporary file");
    file.write_all(bytes).expect("written");
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-show_entries", "stream=codec_name:format=duration"])
        .arg(file.path())
        .output()
        .expect("ffprobe runs");
    let facts: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let seconds = facts["format"]["duration"].as_str().and_then(|seconds| seconds.parse().ok());
    (
        facts["streams"][0]["codec_name"].as_str().unwrap_or_default().to_owned(),
        seconds.unwrap_or_default(),
    )
}

/// What ffmpeg complains about when it decodes all of a file; empty when nothing.
pub fn complaints(bytes: &[u8]) -> String {
    let mut file = NamedTempFile::new().expect("temporary file");
    file.write_all(bytes).expect("written");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file.path())
        .args(["-f", "null", "-"])
        .output()
        .expect("ffmpeg runs");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
