//! What the page's address says of the collection: whose list, which folder, its figures, one entry. Pure text.

use protocol::discogs::DiscogsList;

/// The panel's name in the address.
const PANEL: &str = "#collection";

/// What is asked to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing certain.
    #[default]
    Anything,
    /// What is kept of the site's answers.
    Kept,
    /// A list.
    List {
        /// The account's name.
        user: String,
        /// Which of its lists.
        list: DiscogsList,
    },
    /// What nobody here has written.
    Odd,
}

/// An address, such as `#collection?user=digger&list=collection&folder=7&entry=1001`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// What is shown.
    pub wanted: Wanted,
    /// The folder of a collection; all of them when absent.
    pub folder: Option<i64>,
    /// In figures.
    pub figures: bool,
    /// The entry that is open over the list.
    pub entry: Option<i64>,
}

impl Address {
    /// Reads what stands behind the panel's name.
    pub fn read(query: &str) -> Self {
        let value = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        let number = |name| value(name).map(str::parse::<i64>).transpose();
        let (Ok(folder), Ok(entry)) = (number("folder"), number("entry")) else {
            return Self { wanted: Wanted::Odd, ..Self::default() };
        };
        let name = value("list").unwrap_or(DiscogsList::Collection.as_str());
        let list = DiscogsList::ALL.iter().copied().find(|list| list.as_str() == name);
        let wanted = match (query, value("show"), value("user"), list) {
            ("", ..) => Wanted::Anything,
            (_, Some("kept"), None, _) => Wanted::Kept,
            (_, None, Some(user), Some(list)) => Wanted::List { user: decoded(user), list },
            _ => Wanted::Odd,
        };
        // 0 is the folder of all.
        let folder = folder.filter(|id| *id != 0 && list == Some(DiscogsList::Collection));
        Self { wanted, folder, figures: value("look") == Some("statistics"), entry }
    }

    /// As it stands in the browser's address.
    pub fn written(&self) -> String {
        let (user, list) = match &self.wanted {
            Wanted::Anything | Wanted::Odd => return PANEL.into(),
            Wanted::Kept => return [PANEL, "?show=kept"].concat(),
            Wanted::List { user, list } => (user, list),
        };
        let mut text = [PANEL, "?user=", &encoded(user), "&list=", list.as_str()].concat();
        for (name, number) in [("&folder=", self.folder), ("&entry=", self.entry)] {
            if let Some(number) = number {
                text.push_str(name);
                text.push_str(&number.to_string());
            }
        }
        if self.figures {
            text.push_str("&look=statistics");
        }
        text
    }
}

/// With everything but letters, digits and `-_.` as `%` and two digits.
fn encoded(text: &str) -> String {
    let mut all = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => all.push(byte.into()),
            _ => all.push_str(&format!("%{byte:02X}")),
        }
    }
    all
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code =
            code.filter(|_| *first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(user: &str, list: DiscogsList) -> Address {
        Address { wanted: Wanted::List { user: user.into(), list }, ..Address::default() }
    }

    fn query(address: &Address) -> String {
        let written = address.written();
        written.strip_prefix("#collection").unwrap().trim_start_matches('?').to_owned()
    }

    #[test]
    fn what_is_written_leads_back() {
        let mine = list("digger", DiscogsList::Collection);
        for address in [
            Address::default(),
            Address { wanted: Wanted::Kept, ..Address::default() },
            list("Ümlaut & co=%41", DiscogsList::Wants),
            list("seller", DiscogsList::Inventory),
            Address { folder: Some(7), ..mine.clone() },
            Address { folder: Some(7), entry: Some(1_001), figures: true, ..mine },
        ] {
            assert_eq!(Address::read(&query(&address)), address, "{}", address.written());
        }
    }

    #[test]
    fn what_nobody_wrote_is_said_to_be_odd() {
        for odd in [
            "list=wants",
            "user=a&list=records",
            "user=a&folder=x",
            "user=a&entry=",
            "a",
            "show=kept&user=a",
        ] {
            assert_eq!(Address::read(odd).wanted, Wanted::Odd, "{odd}");
        }
        assert_eq!(Address::read("user=a&list=wants&folder=7").folder, None, "it has none");
        assert_eq!(
            Address::read("user=%zz%4").wanted,
            list("%zz%4", DiscogsList::Collection).wanted
        );
    }
}
