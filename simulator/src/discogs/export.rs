//! `/inventory/export`: the shop as a file, made by a job that takes its time.

use super::clock;
use super::problem::Problem;
use super::release::{credit_line, format_line};
use super::state::State;
use super::visit::Visit;
use crate::session::now;
use axum::extract::Path;
use axum::response::{IntoResponse, Json, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The id of the first job.
const FIRST_ID: u64 = 18_900_000;
const COLUMNS: [&str; 19] = [
    "listing_id",
    "artist",
    "title",
    "label",
    "catno",
    "format",
    "release_id",
    "status",
    "price",
    "listed",
    "comments",
    "media_condition",
    "sleeve_condition",
    "accept_offer",
    "external_id",
    "weight",
    "format_quantity",
    "location",
    "quantity",
];

/// How jobs go that begin from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// They are done when they were asked for so often and were not yet.
    AfterPolls(u32),
    /// They never end.
    Never,
    /// They fail.
    Fails,
}

/// All jobs.
#[derive(Debug)]
pub(super) struct Exports {
    pub course: Course,
    jobs: Vec<Job>,
}

impl Default for Exports {
    fn default() -> Self {
        Self { course: Course::AfterPolls(1), jobs: Vec::new() }
    }
}

/// One of them.
#[derive(Clone, Debug)]
struct Job {
    id: u64,
    username: String,
    created: i64,
    finished: Option<i64>,
    course: Course,
    /// The file, as the shop was when the job began.
    file: Vec<u8>,
}

impl Job {
    /// Somebody asks how it goes.
    fn poll(&mut self) {
        match &mut self.course {
            Course::AfterPolls(0) | Course::Fails => self.finish(),
            Course::AfterPolls(left) => *left -= 1,
            Course::Never => {}
        }
    }

    fn finish(&mut self) {
        self.finished.get_or_insert_with(now);
    }

    /// Only `success` is known of the real ones.
    fn status(&self) -> &'static str {
        match (self.finished, self.course) {
            (None, _) => "pending",
            (Some(_), Course::Fails) => "failed",
            (Some(_), _) => "success",
        }
    }

    fn filename(&self) -> String {
        format!("{}-inventory-{}.csv", self.username, clock::of_file(self.created))
    }

    fn value(&self) -> Value {
        let own = super::api(&format!("/inventory/export/{}", self.id));
        let is_there = self.status() == "success";
        json!({
            "id": self.id,
            "status": self.status(),
            "created_ts": clock::local(self.created),
            "finished_ts": self.finished.map(clock::local),
            "url": own,
            "download_url": is_there.then(|| format!("{own}/download")),
            "filename": is_there.then(|| self.filename()),
        })
    }
}

/// Begins one. There can be one at a time.
pub(super) async fn begin(visit: Visit) -> Result<Response, Problem> {
    let person = visit.caller.person()?.to_owned();
    let mut state = visit.state();
    let theirs = |job: &&Job| job.username == person && job.finished.is_none();
    if state.exports.jobs.iter().any(|job| theirs(&job)) {
        return Err(Problem::export_under_way());
    }
    let id = FIRST_ID + 78 * state.exports.jobs.len() as u64;
    let file = csv(&mut state, &person);
    let course = state.exports.course;
    let created = now();
    state.exports.jobs.push(Job { id, username: person, created, finished: None, course, file });
    let location = super::api(&format!("/inventory/export/{id}"));
    Ok(([(LOCATION, location)], Json(json!({}))).into_response())
}

pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    let person = visit.caller.person()?;
    let state = visit.state();
    let theirs: Vec<&Job> =
        state.exports.jobs.iter().filter(|job| job.username == person).collect();
    let entries = visit.entries(theirs.len(), |at| Some(theirs[at].value()))?;
    Ok(visit.page.answer(theirs.len(), "items", entries))
}

pub(super) async fn job(visit: Visit, Path(id): Path<u64>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let job = find(&mut state, visit.caller.person()?, id)?;
    job.poll();
    Ok(Json(job.value()).into_response())
}

pub(super) async fn download(visit: Visit, Path(id): Path<u64>) -> Result<Response, Problem> {
    let mut state = visit.state();
    let job = find(&mut state, visit.caller.person()?, id)?;
    if job.status() != "success" {
        return Err(Problem::not_found());
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename={}", job.filename())),
    ];
    Ok((headers, job.file.clone()).into_response())
}

fn find<'a>(state: &'a mut State, person: &str, id: u64) -> Result<&'a mut Job, Problem> {
    let jobs = &mut state.exports.jobs;
    jobs.iter_mut()
        .find(|job| job.id == id && job.username == person)
        .ok_or_else(Problem::not_found)
}

/// The whole shop, drafts too, with the site's own header. The currency is not in it.
fn csv(state: &mut State, username: &str) -> Vec<u8> {
    let listings =
        state.account(username).map(|account| account.listings.clone()).unwrap_or_default();
    let mut file =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = file.write_record(COLUMNS);
    for listing in &listings {
        let Some(sheet) = state.sheet(listing.release_id) else { continue };
        let texts = |of: fn(&super::Imprint) -> &String| {
            sheet.labels.iter().map(|label| of(label).as_str()).collect::<Vec<_>>().join(", ")
        };
        let _ = file.write_record([
            listing.id.to_string(),
            credit_line(&sheet.artists),
            sheet.title.clone(),
            texts(|label| &label.name),
            texts(|label| &label.catno),
            format_line(&sheet.formats),
            listing.release_id.to_string(),
            listing.status.clone(),
            format!("{:?}", listing.price),
            // Without offset: `2026-02-28 17:30:05`.
            listing.posted.replace('T', " ").chars().take(19).collect(),
            listing.comments.clone(),
            listing.condition.clone(),
            listing.sleeve_condition.clone(),
            if listing.allow_offers { "Y" } else { "N" }.to_owned(),
            listing.external_id.clone(),
            listing.weight.map(|grams| grams.to_string()).unwrap_or_default(),
            listing.format_quantity.to_string(),
            listing.location.clone(),
            listing.quantity.to_string(),
        ]);
    }
    file.into_inner().unwrap_or_default()
}
