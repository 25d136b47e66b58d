//! What the edit dialog has in its fields, and what is to be changed by it. Pure: it asks nothing and draws nothing.

use crate::catalogue::{t, tn};
use crate::words;
use protocol::LibraryItemId;
use protocol::edit::{EditedItem, ItemEdit, TagValues};
use protocol::shelf::LibraryItem;

/// The texts of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagFields {
    pub title: String,
    pub artist: String,
    pub album: String,
    pub year: String,
}

/// What the dialog is opened for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A thing, with what it says. A field that is emptied is taken away.
    One(LibraryItemId, TagFields),
    /// The ticked things. A field that is left empty stays as it is in each.
    Ticked(Vec<LibraryItemId>),
}

impl TagFields {
    /// What a thing says.
    pub fn of(item: &LibraryItem) -> Self {
        Self {
            title: item.title.clone(),
            artist: item.artist.clone().unwrap_or_default(),
            album: item.album.clone().unwrap_or_default(),
            year: item.year.map(|year| year.to_string()).unwrap_or_default(),
        }
    }

    /// What is to change from `before` to this: what is the same stays as it is, also a day of which only the year is
    /// shown.
    fn changes(&self, before: &Self) -> TagValues {
        let changed = |now: &str, before: &str| {
            let now = now.trim();
            (now != before.trim()).then(|| now.to_owned())
        };
        TagValues {
            title: changed(&self.title, &before.title),
            artist: changed(&self.artist, &before.artist),
            album: changed(&self.album, &before.album),
            date: changed(&self.year, &before.year),
        }
    }
}

impl Target {
    /// The texts that the fields begin with.
    pub fn beginning(&self) -> TagFields {
        match self {
            Target::One(_, fields) => fields.clone(),
            Target::Ticked(_) => TagFields::default(),
        }
    }

    /// What the dialog is called.
    pub fn heading(&self) -> String {
        match self {
            Target::One(..) => t("edit"),
            Target::Ticked(items) => tn("edit_ticked", items.len() as u64),
        }
    }

    /// The changes to ask for; none when the fields are as they were.
    ///
    /// # Errors
    /// In words, what is wrong with a field.
    pub fn edits(&self, fields: &TagFields) -> Result<Vec<ItemEdit>, String> {
        let values = fields.changes(&self.beginning());
        if values.title.as_deref() == Some("") {
            return Err(t("edit_no_title"));
        }
        if values.date.as_deref().is_some_and(|date| !date.is_empty() && !is_date(date)) {
            return Err(t("edit_no_year"));
        }
        if values == TagValues::default() {
            return Ok(Vec::new());
        }
        let edit = |item: LibraryItemId| ItemEdit { item, values: values.clone() };
        Ok(match self {
            Target::One(item, _) => vec![edit(*item)],
            Target::Ticked(items) => items.iter().copied().map(edit).collect(),
        })
    }
}

/// A year, perhaps with month and day: what the daemon takes. It looks closer.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|c| c.is_ascii_digit());
    parts.next().is_some_and(|year| digits(year, 4))
        && parts.clone().count() <= 2
        && parts.all(|part| digits(part, 2))
}

/// What came of changes.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was changed; why, in words.
    Nothing(String),
    /// Something was: what to say, and the changes that undo it.
    Changed { said: String, undo: Vec<ItemEdit> },
}

impl Outcome {
    /// From what the daemon answered of each thing.
    pub fn of(edited: Vec<EditedItem>) -> Self {
        let errors = edited.iter().filter_map(|one| one.error.as_ref());
        let failed = errors.clone().count() as u64;
        let why = errors.map(words::error).next();
        let done: Vec<_> = edited.into_iter().filter(|one| one.error.is_none()).collect();
        if done.is_empty() {
            return Outcome::Nothing(why.unwrap_or_default());
        }
        let mut said = vec![tn("library_edited", done.len() as u64)];
        let unwritten = done.iter().filter(|one| !one.written).count() as u64;
        if unwritten > 0 {
            said.push(tn("edit_unwritten", unwritten));
        }
        if let Some(why) = why {
            said.push(tn("edit_failed", failed));
            said.push(why);
        }
        let undo = done.into_iter().map(|one| ItemEdit { item: one.item, values: one.before });
        Outcome::Changed { said: said.join(" "), undo: undo.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};
    use protocol::{ErrorBody, ErrorCode};

    const RAIN: LibraryItemId = LibraryItemId(7);

    fn rain() -> TagFields {
        TagFields {
            title: "Rain".into(),
            artist: "Ana".into(),
            album: "Weather".into(),
            year: "2025".into(),
        }
    }

    fn speak() {
        assert!(install_file(Language::En, include_str!("../../../../_locales/en/messages.json")));
    }

    fn edited(item: i64, written: bool, error: Option<ErrorBody>) -> EditedItem {
        let before = TagValues { album: Some("Old".into()), ..TagValues::default() };
        EditedItem { item: LibraryItemId(item), before, written, error }
    }

    #[test]
    fn only_what_differs_is_asked_for() {
        let target = Target::One(RAIN, rain());
        assert_eq!(target.edits(&rain()), Ok(vec![]));
        let same = TagFields { title: " Rain ".into(), ..rain() };
        assert_eq!(target.edits(&same), Ok(vec![]));
        let fields = TagFields { title: " Snow ".into(), ..rain() };
        let values = TagValues { title: Some("Snow".into()), ..TagValues::default() };
        assert_eq!(target.edits(&fields), Ok(vec![ItemEdit { item: RAIN, values }]));
    }

    #[test]
    fn what_is_emptied_of_one_thing_is_taken_away() {
        let fields = TagFields { album: String::new(), year: " ".into(), ..rain() };
        let edits = Target::One(RAIN, rain()).edits(&fields).unwrap();
        let gone = Some(String::new());
        let values = TagValues { album: gone.clone(), date: gone, ..TagValues::default() };
        assert_eq!(edits, [ItemEdit { item: RAIN, values }]);
    }

    #[test]
    fn what_is_left_empty_for_ticked_things_stays_in_each() {
        let target = Target::Ticked(vec![LibraryItemId(1), LibraryItemId(2)]);
        assert_eq!(target.edits(&TagFields::default()), Ok(vec![]));
        let fields = TagFields { artist: "Bo".into(), ..TagFields::default() };
        let edits = target.edits(&fields).unwrap();
        let values = TagValues { artist: Some("Bo".into()), ..TagValues::default() };
        let edit = |item| ItemEdit { item: LibraryItemId(item), values: values.clone() };
        assert_eq!(edits, [edit(1), edit(2)]);
    }

    #[test]
    fn a_title_is_never_empty_and_a_year_is_one() {
        let target = Target::One(RAIN, rain());
        assert!(target.edits(&TagFields { title: " ".into(), ..rain() }).is_err());
        for bad in ["soon", "99", "2026-", "2026-2", "2026-01-01-01"] {
            assert!(target.edits(&TagFields { year: bad.into(), ..rain() }).is_err(), "{bad}");
        }
        for good in ["1999", "2026-02", "2026-02-03"] {
            assert!(target.edits(&TagFields { year: good.into(), ..rain() }).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_was_changed_is_undone_with_what_was_before() {
        speak();
        let Outcome::Changed { said, undo } = Outcome::of(vec![edited(7, true, None)]) else {
            panic!("it was changed");
        };
        assert_eq!(said, "1 thing changed.");
        let values = TagValues { album: Some("Old".into()), ..TagValues::default() };
        assert_eq!(undo, [ItemEdit { item: RAIN, values }]);
    }

    #[test]
    fn files_without_tags_and_things_that_stayed_are_told_of() {
        speak();
        let away = ErrorBody::new(ErrorCode::NotFound).with("what", "thing 3");
        let all = vec![edited(1, true, None), edited(2, false, None), edited(3, false, Some(away))];
        let Outcome::Changed { said, undo } = Outcome::of(all) else { panic!("two were changed") };
        assert!(said.starts_with("2 things changed. "), "{said}");
        assert!(said.contains("only the library") && said.contains("thing 3"), "{said}");
        assert_eq!(undo.len(), 2, "what stayed needs no undoing");
    }

    #[test]
    fn when_nothing_was_changed_it_is_said_why() {
        speak();
        let wrong = ErrorBody::new(ErrorCode::BadParameters).with("detail", "a bad day");
        let Outcome::Nothing(why) = Outcome::of(vec![edited(1, false, Some(wrong))]) else {
            panic!("nothing was changed");
        };
        assert!(why.contains("a bad day"), "{why}");
    }
}
