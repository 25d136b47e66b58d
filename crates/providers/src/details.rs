//! Asking for records by id: to fill what a list leaves out, to name the song that a part belongs to, and to
//! have fresh addresses.

use crate::api::Api;
use crate::fields::{MAX_TITLE, changed, is_id, text};
use crate::site::Details;
use crate::transport::Transport;
use protocol::ErrorBody;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Asks for the records of `ids`, as many at a time as the service takes. Ids it does not know are left out.
pub(crate) async fn records_of<T: Transport>(
    api: &Api<'_, T>,
    details: &Details,
    ids: &[String],
) -> Result<BTreeMap<String, Value>, ErrorBody> {
    let mut records = BTreeMap::new();
    for some in ids.chunks(details.most) {
        let question = Map::from_iter([(details.ids.to_owned(), Value::from(some.to_vec()))]);
        let mut answer = api.post(details.path, &Value::Object(question)).await?;
        let found = answer.get_mut(details.records).map(Value::take);
        let problem = |what| Err(changed(api.source, &[details.path, ": ", details.records], what));
        match found {
            Some(Value::Object(found)) => records.extend(found),
            Some(_) => return problem("is not a record"),
            None => return problem("is missing"),
        }
    }
    Ok(records)
}

/// Fills records that lack fields, and adds the titles of the songs that parts among them belong to.
///
/// `parts` says whether parts are wanted at all; `titles` keeps what was learned for later pages.
pub(crate) async fn complete<T: Transport>(
    api: &Api<'_, T>,
    details: &Details,
    records: &mut [Value],
    parts: bool,
    titles: &mut BTreeMap<String, String>,
) -> Result<(), ErrorBody> {
    let mut ids: Vec<String> = Vec::new();
    for record in records.iter() {
        if (details.lacks)(record) {
            ids.extend(record_id(record).map(str::to_owned));
        }
    }
    if parts {
        for parent in records.iter().filter_map(details.parent).filter(|parent| is_id(parent)) {
            let listed = records.iter().find(|record| record_id(record) == Some(parent));
            if let Some(listed) = listed {
                titles.insert(parent.to_owned(), title(listed));
            } else if !titles.contains_key(parent) && !ids.iter().any(|id| id == parent) {
                ids.push(parent.to_owned());
            }
        }
    }
    let mut found = records_of(api, details, &ids).await?;
    for record in records {
        let Some(Value::Object(more)) = record_id(record).and_then(|id| found.remove(id)) else {
            continue;
        };
        if let Some(fields) = record.as_object_mut() {
            // The list said which record this is; the details may say anything else anew.
            fields.extend(more.into_iter().filter(|(name, _)| name != "id"));
        }
    }
    titles.extend(found.into_iter().map(|(id, song)| (id, title(&song))));
    Ok(())
}

fn record_id(record: &Value) -> Option<&str> {
    record.get("id")?.as_str()
}

fn title(record: &Value) -> String {
    text(record, "title", MAX_TITLE).unwrap_or_default()
}
