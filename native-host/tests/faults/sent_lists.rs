//! Lists that are sent: one that is too long, one that two jobs want, and several sites in one job.

use crate::sending::{all, assert_tidy, send, session};
use crate::stage::Stage;
use protocol::ErrorCode;
use protocol::method::*;
use protocol::send::*;
use simulator::VIDEOS;

#[test]
fn a_list_that_is_too_long_says_so_on_its_job() {
    let stage = Stage::new(0);
    let job = send(&stage, "k", &["/long-feed.xml"], Some(session(&stage)));
    let listed = stage.browser().wait_for(job, |job| job.balance.listed == 10_000);
    let why = listed.reason.expect("it says so");
    assert_eq!(why.code, ErrorCode::ListCut);
    let told = ["site", "listed", "taken"].map(|name| why.params[name].as_str());
    assert_eq!(told, [VIDEOS, "10050", "10000"]);
    stage.browser().ask::<Cancel>(OfJob { job: Some(job) });
    let ended = stage.browser().wait_for(job, |job| job.finished_at.is_some());
    assert!(ended.balance.adds_up() && ended.reason.is_some());
}

#[test]
fn a_list_that_two_jobs_want_is_in_both() {
    let stage = Stage::new(0);
    stage.browser().ask::<Pause>(OfJob::default());
    let jobs = ["one", "two"].map(|key| send(&stage, key, &["/list"], Some(session(&stage))));
    stage.browser().ask::<Resume>(OfJob::default());
    for job in jobs {
        let balance = stage.browser().wait_for(job, |job| job.balance.listed == 12).balance;
        assert!(balance.adds_up(), "{balance:?}");
    }
    for job in jobs {
        let ended = stage.browser().wait_for(job, |job| job.finished_at.is_some()).balance;
        assert_eq!((ended.done + ended.already, ended.failed), (12, 0), "{ended:?}");
    }
    assert_eq!(all(&stage).len(), 12);
    assert_tidy(&stage);
}

#[test]
fn a_job_of_several_sites_counts_each_once() {
    let stage = Stage::new(0);
    stage.browser().ask::<Pause>(OfJob::default());
    let page = |address: &str| SentPage { address: address.into(), ..SentPage::default() };
    let pages = ["https://a.example.com/1", "https://b.example.com/1", "https://a.example.com/2"];
    let new =
        NewSend { key: "k".into(), pages: pages.map(page).into(), variant: None, session: None };
    let job = stage.browser().ask::<SendPages>(new).job;
    assert_eq!(stage.browser().job(job).account.name, "2 sites");
    stage.browser().ask::<Cancel>(OfJob { job: Some(job) });
}
