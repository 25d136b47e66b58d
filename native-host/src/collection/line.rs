//! One entry of a list with all that is known of it.

use super::presets;
use protocol::discogs::{DiscogsList, Preset};
use providers::discogs::{
    Copy, CustomField, Listing, Note, PriceSuggestions, Release, ReleaseStats, Want,
};
use serde::Deserialize;
use serde::de::Error as _;
use sheets::Cell;
use std::collections::BTreeMap;

/// What all rows of an export share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Which list it is of.
    pub list: DiscogsList,
    /// Names of the collection's folders by their number.
    pub folders: BTreeMap<i64, String>,
    /// The collection's custom fields, in the person's order.
    pub fields: Vec<CustomField>,
}

/// An entry as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryRecord {
    /// Of the collection.
    Copy(Box<Copy>),
    /// Of the wantlist.
    Want(Box<Want>),
    /// Of the inventory.
    Listing(Box<Listing>),
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// As it is listed.
    pub entry: EntryRecord,
    /// Everything about its release, where it is known.
    pub details: Option<Release>,
    /// What it costs, where it is known.
    pub stats: Option<ReleaseStats>,
    /// What the site would ask for it, where it is known.
    pub suggestions: Option<PriceSuggestions>,
    /// When the prices were fetched, seconds since 1970.
    pub priced_at: Option<i64>,
    /// The copies of its release in the own collection, where the columns show them.
    pub owned: Vec<Owned>,
    /// The site does not have the release any more.
    pub gone: bool,
}

/// A copy in the own collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The copy.
    pub instance: i64,
    /// The folder that it is in.
    pub folder: Option<i64>,
}

impl EntryRecord {
    /// Reads the site's record of an entry.
    ///
    /// # Errors
    /// When it is no JSON record.
    pub fn parse(list: DiscogsList, json: &str) -> Result<Self, serde_json::Error> {
        fn of<'j, T: Deserialize<'j>>(json: &'j str) -> Result<Box<T>, serde_json::Error> {
            serde_json::from_str(json).map(Box::new)
        }
        if !json.trim_start().starts_with('{') {
            return Err(serde_json::Error::custom("no record"));
        }
        match list {
            DiscogsList::Collection => of(json).map(EntryRecord::Copy),
            DiscogsList::Wants => of(json).map(EntryRecord::Want),
            DiscogsList::Inventory => of(json).map(EntryRecord::Listing),
        }
    }
}

impl Line {
    /// What stands in its row, one cell for each of [`super::columns`].
    pub fn cells<'l>(&'l self, preset: Preset, context: &'l Context) -> Vec<Cell<'l>> {
        presets::cells(self, preset, context)
    }

    /// The short form of the release in the list.
    pub fn listed(&self) -> Option<&Release> {
        match &self.entry {
            EntryRecord::Copy(copy) => copy.basic_information.as_ref(),
            EntryRecord::Want(want) => want.basic_information.as_ref(),
            EntryRecord::Listing(_) => None,
        }
    }

    /// The release: all of it where it is known, the short form otherwise.
    pub fn release(&self) -> Option<&Release> {
        self.details.as_ref().or(self.listed())
    }

    /// The number of the release, as it is listed.
    pub fn release_id(&self) -> Option<i64> {
        let listed = match &self.entry {
            EntryRecord::Copy(copy) => copy.id,
            EntryRecord::Want(want) => want.id,
            EntryRecord::Listing(listing) => {
                listing.release.as_ref().and_then(|release| release.id)
            }
        };
        listed.or_else(|| self.listed()?.id)
    }

    /// What is written in a custom field; empty where nothing is.
    pub fn note(&self, field: &CustomField) -> &str {
        let EntryRecord::Copy(copy) = &self.entry else { return "" };
        let of_field = |note: &&Note| note.field_id == field.id;
        copy.notes.iter().find(of_field).map_or("", |note| &note.value)
    }

    /// What the person wrote about a wanted release.
    pub fn remark(&self) -> &str {
        match &self.entry {
            EntryRecord::Want(want) => &want.notes,
            _ => "",
        }
    }

    /// The number of the copy.
    pub fn instance_id(&self) -> Option<i64> {
        match &self.entry {
            EntryRecord::Copy(copy) => copy.instance_id,
            _ => None,
        }
    }

    /// The folder of the copy.
    pub fn folder_id(&self) -> Option<i64> {
        match &self.entry {
            EntryRecord::Copy(copy) => copy.folder_id,
            _ => None,
        }
    }

    /// Stars, where there are any.
    pub fn stars(&self) -> Option<i64> {
        let stars = match &self.entry {
            EntryRecord::Copy(copy) => copy.rating,
            EntryRecord::Want(want) => want.rating,
            EntryRecord::Listing(_) => None,
        };
        stars.filter(|stars| *stars != 0)
    }

    /// When it was added, as the site says.
    pub fn date_added(&self) -> &str {
        match &self.entry {
            EntryRecord::Copy(copy) => &copy.date_added,
            EntryRecord::Want(want) => &want.date_added,
            EntryRecord::Listing(listing) => &listing.posted,
        }
    }

    /// The page of the release.
    pub fn page(&self) -> Option<String> {
        let id = self.release_id()?;
        Some(format!("https://www.discogs.com/release/{id}"))
    }
}
