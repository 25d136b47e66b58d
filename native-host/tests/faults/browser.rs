//! The daemon's client as the extension is one: sessions, lists read page by page, events. It blocks, so that tests
//! read from top to bottom.

use crate::stage::{ACCOUNT, Stage};
use mediafetcher::client::Client;
use mediafetcher::home::Home;
use protocol::method::*;
use protocol::{
    Account, Asset, Cookie, Credentials, ErrorBody, Event, Fetch, ItemView, JobId, JobSummary,
    Listing, Metadata, Method, RemoteItem, Secret, SettingsPatch, Source, Variant,
};
use simulator::{STORAGE, Service};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long an event may take before it counts as missing.
const LONG: Duration = Duration::from_secs(150);
const NAP: Duration = Duration::from_millis(20);

/// See the module.
pub struct Browser {
    // Before the runtime, which it needs until its end.
    client: Client,
    runtime: Runtime,
}

impl Browser {
    pub fn connect(home: &Home) -> Self {
        Self::try_connect(home).expect("a daemon runs")
    }

    /// `None` when no daemon answers.
    pub fn try_connect(home: &Home) -> Option<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(Client::connect(home, "chromium")).ok()?;
        Some(Self { client, runtime })
    }

    pub fn call<M: Method>(&mut self, params: M::Params) -> Result<M::Answer, ErrorBody> {
        self.runtime.block_on(self.client.call::<M>(params))
    }

    #[track_caller]
    pub fn ask<M: Method>(&mut self, params: M::Params) -> M::Answer {
        self.call::<M>(params).unwrap()
    }

    pub fn change_settings(&mut self, patch: SettingsPatch) {
        self.ask::<SetSettings>(patch);
    }

    /// Hands over a fresh session of the account.
    pub fn sign_in(&mut self, stage: &Stage, service: Service) {
        self.sign_in_as(stage, service, ACCOUNT);
    }

    pub fn sign_in_as(&mut self, stage: &Stage, service: Service, account: &str) {
        let cookies = stage.control().sign_in(service, account, false);
        self.ask::<PutCredentials>(credentials(service, &cookies));
    }

    /// Starts a job whose list this browser reads.
    pub fn start_job(&mut self, stage: &Stage, service: Service, key: &str) -> JobId {
        self.start_job_for(stage, service, key, Variant::Mp3)
    }

    pub fn start_job_for(
        &mut self,
        stage: &Stage,
        service: Service,
        key: &str,
        variant: Variant,
    ) -> JobId {
        let id = stage.control().user_id(service, ACCOUNT);
        let new = NewJob {
            key: key.into(),
            source: source(service),
            account: Account { id, name: ACCOUNT.into() },
            formats: vec![variant],
            daemon_lists: false,
        };
        self.ask::<StartJob>(new).job
    }

    /// Hands in a page.
    pub fn add(&mut self, job: JobId, items: &[RemoteItem]) -> Added {
        self.ask::<AddItems>(Listed { job, items: items.to_vec() })
    }

    /// Says that the list is complete.
    pub fn end_list(&mut self, job: JobId, songs: u64) {
        let listing = Listing { pages: 1, seen: songs, unique: songs, complete: true };
        self.ask::<ListingDone>(ListingEnd { job, listing });
    }

    pub fn job(&mut self, job: JobId) -> JobSummary {
        let jobs = self.ask::<ListJobs>(JobsQuery { limit: 200, before: None }).jobs;
        jobs.into_iter().find(|found| found.id == job).unwrap()
    }

    /// The newest job.
    pub fn newest_job(&mut self) -> Option<JobSummary> {
        self.ask::<ListJobs>(JobsQuery { limit: 1, before: None }).jobs.pop()
    }

    pub fn items(&mut self, job: JobId) -> Vec<ItemView> {
        let query = ItemsQuery { job: Some(job), limit: 500, ..ItemsQuery::default() };
        self.ask::<ListItems>(query).items
    }

    /// Waits until the job is as `wanted` says. Its balance adds up at any moment.
    pub fn wait_for(&mut self, job: JobId, wanted: impl Fn(&JobSummary) -> bool) -> JobSummary {
        let end = std::time::Instant::now() + LONG;
        loop {
            let found = self.job(job);
            assert!(found.balance.adds_up(), "{found:#?}");
            if wanted(&found) {
                return found;
            }
            assert!(std::time::Instant::now() < end, "never as wanted: {found:#?}");
            std::thread::sleep(NAP);
        }
    }

    pub fn wait_for_end(&mut self, job: JobId) -> JobSummary {
        self.wait_for(job, |job| job.finished_at.is_some())
    }

    pub fn subscribe(&mut self) {
        self.runtime.block_on(self.client.subscribe()).unwrap();
    }

    /// The first event from now on that `pick` takes.
    pub fn event<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let events = async {
            loop {
                let event = self.client.next_event().await.unwrap().expect("the daemon goes on");
                if let Some(picked) = pick(event.event) {
                    return picked;
                }
            }
        };
        let limited = async { tokio::time::timeout(LONG, events).await };
        self.runtime.block_on(limited).expect("an event in time")
    }

    /// Waits until the daemon asks for a site's session.
    pub fn wait_until_asked_for(&mut self, service: Service) {
        self.event(|event| match event {
            Event::CredentialNeeded { source: of, .. } if of == source(service) => Some(()),
            _ => None,
        });
    }
}

pub fn source(service: Service) -> Source {
    match service {
        Service::Producer => Source::Producer,
        Service::Flowmusic => Source::Flowmusic,
    }
}

/// What the extension makes of a site's cookies, which come as a Netscape file here.
fn credentials(service: Service, cookies: &str) -> Credentials {
    let cookie = |line: &str| {
        let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
        let [domain, _, path, _, expires, name, value] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            return None;
        };
        Some(Cookie {
            name: name.into(),
            value: Secret::new(value),
            domain: domain.into(),
            host_only: true,
            path: path.into(),
            secure: true,
            http_only: false,
            expires_at: expires.parse().ok(),
        })
    };
    let cookies = cookies.lines().filter_map(cookie).collect();
    providers::credentials_from_cookies(source(service), cookies, 0).unwrap()
}

/// All songs of producer.ai as its provider lists them: mp3 from the site's own API.
pub fn listed(stage: &Stage) -> Vec<RemoteItem> {
    let url = |id: &str| format!("https://www.producer.ai/__api/{id}/download?format=mp3");
    songs(stage, |id| Asset { variant: Variant::Mp3, fetch: Fetch::Api { url: url(id) } })
}

/// All songs of producer.ai with their public m4a.
pub fn listed_public(stage: &Stage) -> Vec<RemoteItem> {
    let user = stage.control().user_id(Service::Producer, ACCOUNT);
    let folder = format!("https://{STORAGE}/corpusant-app-public/riffs/{user}/audio");
    songs(stage, |id| Asset {
        variant: Variant::M4a,
        fetch: Fetch::Direct { url: format!("{folder}/{id}.m4a") },
    })
}

fn songs(stage: &Stage, asset: impl Fn(&str) -> Asset) -> Vec<RemoteItem> {
    let songs = stage.control().songs(Service::Producer, ACCOUNT);
    let item = |song: simulator::SongFacts| RemoteItem {
        source: Source::Producer,
        assets: vec![asset(&song.id)],
        raw: serde_json::json!({"id": song.id}),
        source_id: song.id,
        title: song.title,
        metadata: Metadata::default(),
    };
    songs.into_iter().map(item).collect()
}
