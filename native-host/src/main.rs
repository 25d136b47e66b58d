//! The `mediafetcher` program: a relay when a browser launches it, else the command line, of which
//! `daemon run` is the daemon.

use mediafetcher::relay::{self, Caller};
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let caller = Caller::of(&arguments);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("mediafetcher: {error}");
            return ExitCode::FAILURE;
        }
    };
    let status = match caller {
        Some(caller) => runtime.block_on(relay::run(&caller)),
        None => ExitCode::FAILURE,
    };
    // A read of standard input that waits for a browser or a person must not keep the program alive.
    runtime.shutdown_background();
    status
}
