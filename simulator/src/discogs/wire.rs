//! The JSON that the API makes of what it knows.

use super::account::{Field, FieldKind, OwnedCopy, Want};
use super::images::Signer;
use super::release::{Credit, Imprint, Medium, Release, Sheet, Track, sort_line};
use serde_json::{Value, json};

/// Who signs the addresses of pictures: nobody, where the caller has no credentials.
pub(super) type Pictures<'a> = Option<&'a Signer>;

/// `basic_information`.
pub(super) fn basic(sheet: &Sheet, pictures: Pictures<'_>) -> Value {
    let signer = pictures.filter(|_| sheet.has_cover);
    let master =
        (sheet.master_id > 0).then(|| super::api(&format!("/masters/{}", sheet.master_id)));
    json!({
        "id": sheet.id,
        "master_id": sheet.master_id,
        "master_url": master,
        "resource_url": super::api(&format!("/releases/{}", sheet.id)),
        "thumb": signer.map_or_else(String::new, |signer| signer.small(sheet.id, 1)),
        "cover_image": signer.map_or_else(String::new, |signer| signer.full(sheet.id, 1, (600, 600))),
        "title": sheet.title,
        "year": sheet.year,
        "formats": formats(&sheet.formats),
        "labels": imprints(&sheet.labels),
        "artists": credits(&sheet.artists),
        "genres": sheet.genres,
        "styles": sheet.styles,
    })
}

/// A copy in a folder. Others than its owner see public fields only.
pub(super) fn copy(
    copy: &OwnedCopy,
    sheet: &Sheet,
    shown: &[&Field],
    pictures: Pictures<'_>,
) -> Value {
    let notes =
        copy.notes.iter().filter(|note| shown.iter().any(|field| field.id == note.field_id));
    let notes: Vec<Value> =
        notes.map(|note| json!({"field_id": note.field_id, "value": note.value})).collect();
    let mut value = json!({
        "id": copy.release_id,
        "instance_id": copy.instance_id,
        "folder_id": copy.folder_id,
        "date_added": copy.date_added,
        "rating": copy.rating,
        "basic_information": basic(sheet, pictures),
    });
    if !notes.is_empty() {
        value["notes"] = notes.into();
    }
    value
}

/// An entry of the wantlist. Its remark is for the owner alone.
pub(super) fn want(
    want: &Want,
    username: &str,
    sheet: &Sheet,
    is_owner: bool,
    pictures: Pictures<'_>,
) -> Value {
    let path = format!("/users/{username}/wants/{}", want.release_id);
    let mut value = json!({
        "id": want.release_id,
        "resource_url": super::api(&path),
        "rating": want.rating,
        "date_added": want.date_added,
        "basic_information": basic(sheet, pictures),
    });
    if is_owner {
        value["notes"] = want.notes.clone().into();
    }
    value
}

/// A field's description.
pub(super) fn field(field: &Field) -> Value {
    let (kind, name, more) = match &field.kind {
        FieldKind::Dropdown { options } => ("dropdown", "options", json!(options)),
        FieldKind::Textarea { lines } => ("textarea", "lines", json!(lines)),
    };
    json!({
        "id": field.id,
        "name": field.name,
        "position": field.position,
        "public": field.public,
        "type": kind,
        name: more,
    })
}

/// A whole release.
pub(super) fn release(release: &Release, pictures: Pictures<'_>) -> Value {
    let sheet = &release.sheet;
    let community = &release.community;
    let person = |name: &String| json!({"username": name, "resource_url": super::api(&format!("/users/{name}"))});
    let contributors: Vec<Value> = community.contributors.iter().map(person).collect();
    let mut value = json!({
        "id": sheet.id,
        "status": "Accepted",
        "year": sheet.year,
        "resource_url": super::api(&format!("/releases/{}", sheet.id)),
        "uri": format!("https://{}/release/{}-{}", super::SITE, sheet.id, slug(sheet)),
        "artists": credits(&sheet.artists),
        "artists_sort": sort_line(&sheet.artists),
        "labels": imprints(&sheet.labels),
        "series": imprints(&release.series),
        "companies": imprints(&release.companies),
        "formats": formats(&sheet.formats),
        "data_quality": release.data_quality,
        "community": {
            "have": community.have,
            "want": community.want,
            "rating": {"count": community.rating_count, "average": community.rating_average},
            "submitter": person(&community.submitter),
            "contributors": contributors,
            "data_quality": release.data_quality,
            "status": "Accepted",
        },
        "format_quantity": release.format_quantity,
        "date_added": release.date_added,
        "date_changed": release.date_changed,
        "num_for_sale": release.num_for_sale,
        "lowest_price": release.lowest_price,
        "title": sheet.title,
        "genres": sheet.genres,
        "tracklist": release.tracklist.iter().map(track).collect::<Vec<_>>(),
        "thumb": basic(sheet, pictures)["thumb"],
        "estimated_weight": release.estimated_weight,
        "blocked_from_sale": false,
        "is_offensive": false,
    });
    // What a release does not have is not mentioned.
    let mut mention = |name: &str, more: Option<Value>| {
        if let Some(more) = more {
            value[name] = more;
        }
    };
    mention("country", release.country.clone().map(Value::from));
    mention("released", release.released.clone().map(Value::from));
    mention("released_formatted", release.released.as_deref().map(|date| spoken(date).into()));
    mention("notes", release.notes.clone().map(Value::from));
    let has_master = sheet.master_id > 0;
    mention("master_id", has_master.then(|| sheet.master_id.into()));
    mention(
        "master_url",
        has_master.then(|| super::api(&format!("/masters/{}", sheet.master_id)).into()),
    );
    mention("styles", some(&sheet.styles).map(|styles| json!(styles)));
    mention("extraartists", some(&release.extraartists).map(credits));
    mention("identifiers", some(&release.identifiers).map(|all| json!(all)));
    mention("videos", some(&release.videos).map(|all| json!(all)));
    mention("images", some(&release.pictures).map(|_| images(release, pictures)));
    value
}

/// The readable part of an address: the words of artist and title.
fn slug(sheet: &Sheet) -> String {
    let line = format!("{} {}", sort_line(&sheet.artists), sheet.title);
    let words = line.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// Lists that are empty are left out.
fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

/// A release's pictures. Without credentials they are mentioned, and their addresses are not.
pub(super) fn images(release: &Release, pictures: Pictures<'_>) -> Value {
    let image = |(at, picture): (usize, &super::release::Picture)| {
        let (id, number) = (release.sheet.id, at + 1);
        let full = pictures.map_or_else(String::new, |signer| {
            signer.full(id, number, (picture.width, picture.height))
        });
        let small = pictures.map_or_else(String::new, |signer| signer.small(id, number));
        json!({
            "type": if at == 0 { "primary" } else { "secondary" },
            "uri": full,
            "resource_url": full,
            "uri150": small,
            "width": picture.width,
            "height": picture.height,
        })
    };
    release.pictures.iter().enumerate().map(image).collect()
}

fn credits(credits: &[Credit]) -> Value {
    let credit = |credit: &Credit| {
        let mut value = json!(credit);
        value["resource_url"] = super::api(&format!("/artists/{}", credit.id)).into();
        value
    };
    credits.iter().map(credit).collect()
}

fn imprints(imprints: &[Imprint]) -> Value {
    let imprint = |imprint: &Imprint| {
        let mut value = json!(imprint);
        value["resource_url"] = super::api(&format!("/labels/{}", imprint.id)).into();
        value
    };
    imprints.iter().map(imprint).collect()
}

/// A format without descriptions has none at all, not an empty list.
fn formats(formats: &[Medium]) -> Value {
    let medium = |medium: &Medium| {
        let mut value = json!(medium);
        if medium.descriptions.is_empty()
            && let Some(fields) = value.as_object_mut()
        {
            fields.remove("descriptions");
        }
        value
    };
    formats.iter().map(medium).collect()
}

fn track(one: &Track) -> Value {
    let mut value = json!({
        "position": one.position,
        "type_": one.kind,
        "title": one.title,
        "duration": one.duration,
    });
    if !one.artists.is_empty() {
        value["artists"] = credits(&one.artists);
    }
    if !one.extraartists.is_empty() {
        value["extraartists"] = credits(&one.extraartists);
    }
    if !one.sub_tracks.is_empty() {
        value["sub_tracks"] = one.sub_tracks.iter().map(track).collect();
    }
    value
}

/// `14 Mar 1999`, `Mar 1999` or `1999`.
fn spoken(date: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = date.split('-').collect();
    let month = parts.get(1).and_then(|month| month.parse::<usize>().ok()?.checked_sub(1));
    let month = month.and_then(|month| MONTHS.get(month));
    match (parts.as_slice(), month) {
        ([year, _, "00"], Some(month)) => format!("{month} {year}"),
        ([year, _, day], Some(month)) => format!("{day} {month} {year}"),
        _ => parts.first().copied().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_spoken_as_far_as_they_are_known() {
        assert_eq!(spoken("1999-03-14"), "14 Mar 1999");
        assert_eq!(spoken("1999-03-00"), "Mar 1999");
        assert_eq!(spoken("1999-00-00"), "1999");
        assert_eq!(spoken("1999"), "1999");
    }
}
