//! Carriers as the site writes them in its own export: `2xLP, Album, RE`.

use providers::discogs::Format;

/// What the site shortens (its help, "Format abbreviations").
const SHORT: &[(&str, &str)] = &[
    ("Club Edition", "Club"),
    ("Compilation", "Comp"),
    ("Copy Protected", "Copy Prot."),
    ("Deluxe Edition", "Dlx"),
    ("Enhanced", "Enh"),
    ("Etched", "Etch"),
    ("Limited Edition", "Ltd"),
    ("Maxi-Single", "Maxi"),
    ("Misprint", "M/Print"),
    ("Numbered", "Num"),
    ("Partially Mixed", "P/Mixed"),
    ("Partially Unofficial", "P/Unofficial"),
    ("Picture Disc", "Pic"),
    ("Reissue", "RE"),
    ("Remastered", "RM"),
    ("Repress", "RP"),
    ("Sampler", "Smplr"),
    ("Single Sided", "S/Sided"),
    ("Special Edition", "S/Edition"),
    ("Test Pressing", "TP"),
    ("Unofficial Release", "Unofficial"),
    ("White Label", "W/Lbl"),
];
/// Sizes, which the site writes in place of "Vinyl".
const SIZES: &[&str] = &["LP", "12\"", "10\"", "7\"", "6\"", "5\"", "11\"", "9\"", "8\"", "16\""];

/// All carriers in one text, the way of the site's own export.
pub(super) fn short(formats: &[Format]) -> String {
    formats.iter().map(short_one).collect::<Vec<_>>().join(" + ")
}

fn short_one(format: &Format) -> String {
    let is_size = |text: &&String| SIZES.contains(&text.as_str());
    let size = format.descriptions.iter().find(is_size).filter(|_| format.name == "Vinyl");
    let carrier = size.unwrap_or(&format.name);
    let count = if matches!(format.qty.as_str(), "" | "1") {
        String::new()
    } else {
        format!("{}x", format.qty)
    };
    let rest = format.descriptions.iter().filter(|text| Some(*text) != size);
    let mut parts = vec![format!("{count}{carrier}")];
    parts.extend(rest.map(|text| shortened(text).to_owned()));
    parts.extend(Some(format.text.clone()).filter(|text| !text.is_empty()));
    parts.join(", ")
}

fn shortened(text: &str) -> &str {
    SHORT.iter().find(|(long, _)| *long == text).map_or(text, |(_, short)| short)
}

/// All carriers in one text, nothing shortened: `2 × Vinyl, LP, Album, Reissue`.
pub(super) fn long(formats: &[Format]) -> String {
    let one = |format: &Format| {
        let count = if matches!(format.qty.as_str(), "" | "1") {
            String::new()
        } else {
            format!("{} × ", format.qty)
        };
        let mut parts = vec![format!("{count}{}", format.name)];
        parts.extend(format.descriptions.iter().cloned());
        parts.extend(Some(format.text.clone()).filter(|text| !text.is_empty()));
        parts.join(", ")
    };
    formats.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(name: &str, qty: &str, descriptions: &[&str], text: &str) -> Format {
        let descriptions = descriptions.iter().map(|text| (*text).to_owned()).collect();
        Format { name: name.into(), qty: qty.into(), descriptions, text: text.into() }
    }

    #[test]
    fn carriers_are_written_as_the_site_does() {
        let double = format("Vinyl", "2", &["LP", "Album", "Reissue"], "Red");
        assert_eq!(short(std::slice::from_ref(&double)), "2xLP, Album, RE, Red");
        assert_eq!(long(std::slice::from_ref(&double)), "2 × Vinyl, LP, Album, Reissue, Red");
        let cd = format("CD", "1", &["Compilation"], "");
        assert_eq!(short(&[double, cd]), "2xLP, Album, RE, Red + CD, Comp");
        assert_eq!(short(&[format("Vinyl", "1", &["Shape"], "")]), "Vinyl, Shape");
        assert_eq!(short(&[]), "");
    }
}
