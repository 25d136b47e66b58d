//! What happens between two lives: songs are renamed and made on the sites, files are lost on the disk, more folders
//! are to be taken in, and everything is asked for again.

use crate::orders::SITES;
use crate::round::Round;
use anyhow::Result;
use e2e::stage::ACCOUNT;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Files that are lost at once.
const LOST: usize = 3;
/// Folders in a round.
const MOST_FOLDERS: usize = 4;

impl Round {
    /// Gives how many songs and files were changed.
    ///
    /// # Errors
    /// When a file cannot be damaged.
    pub async fn change(&mut self, dice: &mut StdRng) -> Result<u32> {
        let control = self.stage.control().clone();
        let (service, _) = SITES[dice.random_range(0..SITES.len())];
        let songs = control.songs(service, ACCOUNT);
        for number in 0..2 {
            if let Some(song) = songs.choose(dice) {
                control.rename_song(&song.id, &format!("Renamed {} {number}", self.orders.rounds));
            }
        }
        control.add_songs(service, ACCOUNT, 1);
        self.lose_files(dice).await?;
        // One after the other: a life is too short for many at once.
        if self.rows().await?.open_imports == 0 {
            self.attic.ask_again();
            if self.attic.size().0 < MOST_FOLDERS {
                self.attic.fill(&self.stage, false)?;
            }
        }
        self.orders.again(&self.stage);
        self.is_over = false;
        Ok(3 + LOST as u32)
    }

    /// Deletes or empties files that can be had again.
    async fn lose_files(&mut self, dice: &mut StdRng) -> Result<()> {
        let rows = self.rows().await?;
        let library = self.stage.home.library();
        let can_be_lost = |name: &&String| {
            !rows.files[*name].in_trash && !self.attic.is_own(name) && library.join(name).is_file()
        };
        let names: Vec<&String> = rows.files.keys().filter(can_be_lost).collect();
        for name in names.choose_multiple(dice, LOST) {
            let path = library.join(name);
            match dice.random_bool(0.5) {
                true => std::fs::remove_file(&path)?,
                false => drop(std::fs::File::create(&path)?),
            }
            self.disk.damaged.insert(rows.files[*name].sha256.clone());
        }
        self.forget_damaged(&rows);
        Ok(())
    }
}
