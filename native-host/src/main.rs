//! The `mediafetcher` program: a relay when a browser launches it, else the command line, of which
//! `daemon run` is the daemon.

use clap::Parser;
use mediafetcher::commands::arguments::{Cli, Command, DaemonCommand};
use mediafetcher::relay::{self, Caller};
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (runtime, status) = match Caller::of(&arguments) {
        Some(caller) => run(one_thread(), relay::run(&caller)),
        None => {
            let cli = Cli::parse();
            let is_daemon = matches!(cli.command, Command::Daemon { command: DaemonCommand::Run });
            let runtime = if is_daemon { many_threads() } else { one_thread() };
            run(runtime, mediafetcher::commands::run(&cli))
        }
    };
    // A read of standard input that waits for a browser must not keep the program alive.
    runtime.into_iter().for_each(Runtime::shutdown_background);
    status
}

fn run(
    runtime: io::Result<Runtime>,
    work: impl Future<Output = ExitCode>,
) -> (Option<Runtime>, ExitCode) {
    match runtime {
        Ok(runtime) => {
            let status = runtime.block_on(work);
            (Some(runtime), status)
        }
        Err(error) => {
            eprintln!("mediafetcher: {error}");
            (None, ExitCode::FAILURE)
        }
    }
}

fn one_thread() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn many_threads() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}
