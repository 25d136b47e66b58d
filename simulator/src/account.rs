//! An account of a site and its songs, newest first.

use crate::media::Stem;
use crate::service::Service;
use crate::song::{Song, uuid};
use crate::titles;

/// Whose account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub service: Service,
    pub name: String,
    pub user_id: String,
}

/// An account.
#[derive(Debug)]
pub(crate) struct Account {
    pub person: Person,
    /// Newest first.
    pub songs: Vec<Song>,
    /// Whether its songs lack things, as real ones do.
    pub quirks: bool,
    newest: u32,
}

/// A thing that the second era lists: a song, or a stem that is a clip of its own.
#[derive(Clone, Debug)]
pub(crate) struct Clip {
    pub song: Song,
    pub stem: Option<Stem>,
}

impl Clip {
    pub(crate) fn id(&self) -> String {
        match self.stem {
            Some(stem) => self.song.stem_id(stem),
            None => self.song.id.clone(),
        }
    }
}

impl Account {
    pub(crate) fn new(service: Service, name: &str, songs: u32, quirks: bool) -> Self {
        let user_id = uuid(&format!("{}/{name}", service.as_str()));
        let person = Person { service, name: name.to_owned(), user_id };
        let mut account = Self { person, songs: Vec::new(), quirks, newest: 0 };
        account.add(songs);
        account
    }

    /// Makes `count` songs, the newest in front.
    pub(crate) fn add(&mut self, count: u32) {
        let made = (self.newest + 1..=self.newest + count).rev();
        let Person { service, name, .. } = &self.person;
        let made: Vec<Song> =
            made.map(|number| Song::new(*service, name, number, self.quirks)).collect();
        self.newest += count;
        self.songs.splice(..0, made);
    }

    /// Leaves exactly `count` songs: makes new ones or forgets the newest.
    pub(crate) fn set_count(&mut self, count: u32) {
        let have = self.songs.len() as u32;
        match count.checked_sub(have) {
            Some(missing) => self.add(missing),
            None => drop(self.songs.drain(..(have - count) as usize)),
        }
    }

    /// Gives the newest songs the titles that break programs; makes songs when there are fewer than titles.
    pub(crate) fn make_nasty(&mut self) {
        let titles = titles::nasty();
        self.add((titles.len() as u32).saturating_sub(self.songs.len() as u32));
        for (song, title) in self.songs.iter_mut().zip(titles) {
            song.title = Some(title);
        }
    }

    /// Songs and the clips of their stems, newest first.
    pub(crate) fn clips(&self) -> impl Iterator<Item = Clip> + '_ {
        self.songs.iter().flat_map(|song| {
            let stems = Stem::all().filter(|_| song.is_split()).map(Some);
            stems.chain([None]).map(|stem| Clip { song: song.clone(), stem })
        })
    }

    /// The song or stem with this id.
    pub(crate) fn clip(&self, id: &str) -> Option<Clip> {
        let whole = self.songs.iter().find(|song| song.id == id).map(|song| (song, None));
        let stem_of = |song: &'_ Song| Stem::all().find(|stem| song.stem_id(*stem) == id);
        let split = || self.songs.iter().filter(|song| song.is_split());
        let found = whole.or_else(|| split().find_map(|song| Some((song, Some(stem_of(song)?)))));
        found.map(|(song, stem)| Clip { song: song.clone(), stem })
    }

    /// The song of this id, for changing it.
    pub(crate) fn song_mut(&mut self, id: &str) -> Option<&mut Song> {
        self.songs.iter_mut().find(|song| song.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_songs_are_in_front_and_the_others_stay() {
        let mut account = Account::new(Service::Producer, "demo", 3, true);
        let before: Vec<String> = account.songs.iter().map(|song| song.id.clone()).collect();
        account.add(2);
        let numbers: Vec<u32> = account.songs.iter().map(|song| song.number).collect();
        assert_eq!(numbers, [5, 4, 3, 2, 1]);
        let after: Vec<String> = account.songs[2..].iter().map(|song| song.id.clone()).collect();
        assert_eq!(before, after);
    }
}
