//! What a filter asks for, part by part: to say it, and to take one part out of it. Pure.

use crate::catalogue::{t, tf};
use protocol::discogs::{EntryFacets, EntryFilter};

/// Something that entries have, of which several values can be chosen at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Property {
    /// A wide kind of music.
    Genre,
    /// A narrow one.
    Style,
    /// A label.
    Label,
    /// A carrier.
    Format,
    /// Where it came out.
    Country,
}

impl Property {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 5] = [Self::Genre, Self::Style, Self::Label, Self::Format, Self::Country];

    /// What it is called.
    pub fn name(self) -> String {
        t(match self {
            Property::Genre => "filter_genre",
            Property::Style => "filter_style",
            Property::Label => "filter_label",
            Property::Format => "filter_format",
            Property::Country => "record_country",
        })
    }

    /// The values that are chosen.
    pub fn chosen(self, filter: &EntryFilter) -> &[String] {
        match self {
            Property::Genre => &filter.genres,
            Property::Style => &filter.styles,
            Property::Label => &filter.labels,
            Property::Format => &filter.formats,
            Property::Country => &filter.countries,
        }
    }

    /// Chooses a value, or does so no more.
    pub fn choose(self, filter: &mut EntryFilter, value: &str, chosen: bool) {
        let values = match self {
            Property::Genre => &mut filter.genres,
            Property::Style => &mut filter.styles,
            Property::Label => &mut filter.labels,
            Property::Format => &mut filter.formats,
            Property::Country => &mut filter.countries,
        };
        values.retain(|one| one != value);
        if chosen {
            values.push(value.to_owned());
        }
    }

    /// The values there are, each with the number of entries that have it.
    pub fn counts(self, facets: &EntryFacets) -> &[(String, u64)] {
        match self {
            Property::Genre => &facets.genres,
            Property::Style => &facets.styles,
            Property::Label => &facets.labels,
            Property::Format => &facets.formats,
            Property::Country => &facets.countries,
        }
    }

    /// The values to choose among: those there are, and the chosen ones that nothing has any more.
    pub fn offered(self, facets: &EntryFacets, filter: &EntryFilter) -> Vec<String> {
        let there = self.counts(facets).iter().map(|(value, _)| value);
        let chosen = self.chosen(filter).iter();
        let lost = chosen.filter(|value| self.counts(facets).iter().all(|(one, _)| one != *value));
        there.chain(lost).cloned().collect()
    }
}

/// What a value is called in this list.
pub fn name_of(facets: &EntryFacets, property: Property, value: &str) -> String {
    let name = facets.names.iter().find(|(of, _)| property == Property::Label && of == value);
    name.map_or(value, |(_, name)| name).to_owned()
}

/// One thing that a filter asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// These words.
    Text(String),
    /// This value.
    Value(Property, String),
    /// This year or later.
    From(i32),
    /// This year or earlier.
    To(i32),
}

impl Part {
    /// What a filter asks for beside the folder, in the order of the page.
    pub fn all(filter: &EntryFilter) -> Vec<Self> {
        // The search is for words: where there is none, it finds everything.
        let text = Some(filter.words()).filter(|words| !words.is_empty());
        let values = Property::ALL.iter().flat_map(|property| {
            let chosen = property.chosen(filter).iter();
            chosen.map(|value| Part::Value(*property, value.clone()))
        });
        let text = text.map(|text| Part::Text(text.to_owned()));
        let years = [filter.from_year.map(Part::From), filter.to_year.map(Part::To)];
        text.into_iter().chain(values).chain(years.into_iter().flatten()).collect()
    }

    /// In words. `name` says what a value is called.
    pub fn words(&self, name: impl Fn(Property, &str) -> String) -> String {
        match self {
            Part::Text(text) => tf("part_text", &[("text", text)]),
            Part::Value(property, value) => {
                let name = name(*property, value);
                tf("part_value", &[("property", &property.name()), ("value", &name)])
            }
            Part::From(year) => tf("part_from", &[("year", &year.to_string())]),
            Part::To(year) => tf("part_to", &[("year", &year.to_string())]),
        }
    }

    /// Asks for it no more.
    pub fn take_out(&self, filter: &mut EntryFilter) {
        match self {
            Part::Text(_) => filter.text.clear(),
            Part::Value(property, value) => property.choose(filter, value, false),
            Part::From(_) => filter.from_year = None,
            Part::To(_) => filter.to_year = None,
        }
    }
}

/// All that a filter asks for, in one line.
pub fn said(filter: &EntryFilter, name: impl Fn(Property, &str) -> String) -> String {
    let words: Vec<String> = Part::all(filter).iter().map(|part| part.words(&name)).collect();
    words.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Language, install_file};

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn filter() -> EntryFilter {
        EntryFilter {
            text: " blue ".into(),
            genres: texts(&["Jazz", "Rock"]),
            labels: texts(&["Aplomb (2)"]),
            countries: texts(&["UK"]),
            from_year: Some(1990),
            to_year: Some(1999),
            ..EntryFilter::default()
        }
    }

    #[test]
    fn all_that_is_asked_for_is_said_and_each_part_can_be_taken_out() {
        let english = include_str!("../../../../_locales/en/messages.json");
        assert!(install_file(Language::En, english));
        let facets = EntryFacets {
            names: vec![("Aplomb (2)".into(), "Aplomb".into())],
            ..EntryFacets::default()
        };
        let said = said(&filter(), |property, value| name_of(&facets, property, value));
        assert_eq!(
            said,
            "“blue” · Genre: Jazz · Genre: Rock · Label: Aplomb · Country: UK · From 1990 · To 1999"
        );
        let mut left = filter();
        for part in Part::all(&filter()) {
            part.take_out(&mut left);
            assert!(!Part::all(&left).contains(&part));
        }
        assert_eq!(left, EntryFilter::default());
    }

    #[test]
    fn a_label_that_shares_its_name_keeps_its_number() {
        let name = |value| name_of(&EntryFacets::default(), Property::Label, value);
        assert_eq!(name("Aplomb (2)"), "Aplomb (2)");
    }

    #[test]
    fn what_is_chosen_stays_on_offer_when_nothing_of_it_is_left() {
        let genres = vec![("Jazz".into(), 3), ("Pop".into(), 1)];
        let facets = EntryFacets { genres, ..EntryFacets::default() };
        assert_eq!(Property::Genre.offered(&facets, &filter()), ["Jazz", "Pop", "Rock"]);
        let mut filter = filter();
        Property::Genre.choose(&mut filter, "Pop", true);
        Property::Genre.choose(&mut filter, "Pop", true);
        assert_eq!(filter.genres, ["Jazz", "Rock", "Pop"]);
    }
}
