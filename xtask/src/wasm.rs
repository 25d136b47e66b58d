//! The compiler for the browser's half, and the wasm it makes.
//!
//! The ordinary way is rustup's `wasm32-unknown-unknown` target (or a distribution that ships it with its
//! compiler). Where that cannot be had, Debian's `rustc-web`, which carries the standard library's source,
//! compiles the library along with the code.

use crate::{build, console, workspace};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// How long rustup may try. It hangs where its server cannot be reached.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);
/// How long a refusal of rustup is believed.
const REFUSAL_AGE: Duration = Duration::from_secs(24 * 3600);
/// Debian's compiler of this kind, and what it needs to link and to build the standard library.
pub const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// Which compiler makes the wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler that builds everything else.
    Ordinary,
    /// Debian's, with the standard library from source.
    DebianWeb,
}

impl Toolchain {
    /// For the person: which it is.
    pub fn describe(self) -> &'static str {
        match self {
            Toolchain::Ordinary => "the toolchain's own wasm32-unknown-unknown",
            Toolchain::DebianWeb => "Debian's rustc-web, standard library from source",
        }
    }

    /// What is there now, without installing anything.
    pub fn present() -> Option<Self> {
        if ordinary_is_there() {
            return Some(Toolchain::Ordinary);
        }
        debian_is_there().then_some(Toolchain::DebianWeb)
    }

    /// `cargo SUBCOMMAND` for the browser's target.
    pub fn cargo(self, subcommand: &str) -> Command {
        let mut cargo = match self {
            Toolchain::Ordinary => build::cargo(),
            Toolchain::DebianWeb => debian_cargo(),
        };
        cargo
            .arg(subcommand)
            .args(["--target", TARGET])
            .arg("--target-dir")
            .arg(workspace::target_wasm());
        if self == Toolchain::DebianWeb {
            cargo.arg("-Zbuild-std=std,panic_abort").arg("-Zbuild-std-features=optimize_for_size");
        }
        cargo
    }
}

fn debian_cargo() -> Command {
    let mut cargo = Command::new(DEBIAN_CARGO);
    cargo.current_dir(workspace::root());
    // What rustup's cargo set for itself must not reach another toolchain.
    for name in
        ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTDOC", "RUSTFLAGS", "RUSTC_WRAPPER", "LD_LIBRARY_PATH"]
    {
        cargo.env_remove(name);
    }
    cargo
        .env("RUSTC", DEBIAN_RUSTC)
        // Building the standard library is still called unstable.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    cargo
}

fn ordinary_is_there() -> bool {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(workspace::root()).args(["--print", "target-libdir", "--target", TARGET]);
    console::ask(&mut rustc).is_some_and(|folder| has_std(Path::new(&folder)))
}

fn has_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn debian_is_there() -> bool {
    let source = debian_sysroot().map(|root| root.join("lib/rustlib/src/rust/library/std"));
    Path::new(DEBIAN_CARGO).exists()
        && source.is_some_and(|folder| folder.exists())
        && console::ask(Command::new("wasm-ld").arg("--version")).is_some()
}

fn debian_sysroot() -> Option<PathBuf> {
    let mut rustc = Command::new(DEBIAN_RUSTC);
    console::ask(rustc.args(["--print", "sysroot"])).map(PathBuf::from)
}

/// Asks rustup for the target. True when it is there afterwards.
///
/// A refusal is remembered for a day, so that nobody waits for it at every build.
pub fn add_with_rustup() -> bool {
    let memory = workspace::tools().join("rustup-refused");
    if refused_lately(&memory) || console::ask(Command::new("rustup").arg("--version")).is_none() {
        return false;
    }
    let mut rustup = Command::new("rustup");
    rustup.current_dir(workspace::root()).args(["target", "add", TARGET]);
    let added = console::run_quietly("rustup target add", &mut rustup, RUSTUP_LIMIT);
    if added.is_ok() && ordinary_is_there() {
        return true;
    }
    console::note("rustup target add", "not to be had, trying another way");
    let remembered = fs::create_dir_all(workspace::tools()).and_then(|()| fs::write(&memory, ""));
    if let Err(error) = remembered {
        console::note("rustup", &format!("the refusal cannot be remembered: {error}"));
    }
    false
}

fn refused_lately(memory: &Path) -> bool {
    let written = fs::metadata(memory).and_then(|facts| facts.modified());
    written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age < REFUSAL_AGE))
}

/// Compiles the wasm modules and says where each is, in the order of [`workspace::WASM_PROGRAMS`].
pub fn compile() -> Result<Vec<PathBuf>> {
    let Some(toolchain) = Toolchain::present() else {
        bail!("no compiler for {TARGET}; `cargo xtask setup` says what to do");
    };
    console::note("compiler", toolchain.describe());
    let mut cargo = toolchain.cargo("build");
    cargo.args(["--profile", "wasm", "--lib"]).args(workspace::select(workspace::WASM_PROGRAMS));
    console::run(&mut cargo)?;
    let folder = workspace::target_wasm().join(TARGET).join("wasm");
    let file = |package: &&str| folder.join(format!("{}.wasm", package.replace('-', "_")));
    Ok(workspace::WASM_PROGRAMS.iter().map(file).collect())
}
