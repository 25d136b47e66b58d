//! `tools`: the programs that MediaFetcher drives.

use super::arguments::ToolsCommand;
use super::{Failure, Outcome, open, say};
use crate::home::Home;
use protocol::method::{Nothing, UpdateTools};

pub(super) async fn run(home: &Home, command: &ToolsCommand) -> Result<Outcome, Failure> {
    match command {
        ToolsCommand::Update => {
            let mut client = open(home).await?;
            let updated = client.call::<UpdateTools>(Nothing {}).await?;
            say(format_args!("yt-dlp {}", updated.version));
            Ok(Outcome::Clean)
        }
    }
}
