//! Turns under a clock that is moved by hand: whole minutes against a model of the server, and who goes first.

use super::super::*;
use super::model::{Setting, Tally, World};
use http::HeaderValue;
use http::header::RETRY_AFTER;
use proptest::prelude::*;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const TEN_MINUTES: Duration = Duration::from_secs(600);

fn discogs() -> Url {
    Url::parse("https://api.discogs.com/releases/1").unwrap()
}

fn hosts(quota: Quota) -> Arc<Hosts> {
    let hosts = Hosts::new(8, Duration::from_millis(500));
    hosts.set_quota(&discogs(), quota);
    Arc::new(hosts)
}

/// Runs with a clock that jumps to whatever is next.
fn in_jumping_time<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// Twelve tasks that want all they can get; `unsigned` of them, across the ranks, without credentials.
fn at_work(world: &Arc<World>, hosts: &Arc<Hosts>, unsigned: u32) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for number in 0..12 {
        let ceiling = if number < unsigned { Ceiling::Unsigned } else { Ceiling::Signed };
        let priority = Priority::job(number % 3);
        tasks.spawn(world.clone().keep_asking(hosts.clone(), discogs(), priority, ceiling));
    }
    tasks
}

/// Twelve tasks with credentials, for so long.
async fn run(world: &Arc<World>, hosts: &Arc<Hosts>, time: Duration) {
    let _tasks = at_work(world, hosts, 0);
    sleep(time).await;
}

fn after(setting: Setting, unsigned: u32, time: Duration) -> Tally {
    in_jumping_time(async {
        let world = World::new(setting);
        let other = tokio::spawn(world.clone().another_program());
        let _tasks = at_work(&world, &hosts(Quota::discogs()), unsigned);
        sleep(time).await;
        other.abort();
        world.tally()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn alone_ten_minutes_take_570_requests_and_not_one_is_refused(seed: u64) {
        // I14
        let tally = after(Setting::calm(seed), 0, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
        prop_assert!(tally.answered >= 570, "{:?}", tally);
    }

    #[test]
    fn alone_nothing_is_refused_however_long_requests_travel_and_whatever_becomes_of_them(
        seed: u64,
        out in 0u64..20_000,
        back in 0u64..20_000,
        lost in 0u32..200,
        counts_refused: bool,
    ) {
        // I14
        let travel = (out, back);
        let setting = Setting { travel, lost, counts_refused, ..Setting::calm(seed) };
        let tally = after(setting, 0, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
    }

    #[test]
    fn alone_nothing_is_refused_when_requests_are_cancelled_at_any_moment(seed: u64, cancelled in 1u32..800) {
        // I14
        let setting = Setting { cancelled, ..Setting::calm(seed) };
        let tally = after(setting, 0, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
    }

    #[test]
    fn beside_another_program_nothing_is_refused_that_could_be_known(
        seed: u64,
        out in 0u64..3000,
        back in 0u64..3000,
        a_minute in 1u32..90,
        at_once in 1u32..20,
        counts_refused: bool,
    ) {
        // I14
        let (travel, other) = ((out, back), (a_minute, at_once));
        let setting = Setting { travel, other, counts_refused, ..Setting::calm(seed) };
        let tally = after(setting, 0, TEN_MINUTES);
        prop_assert_eq!(tally.avoidable, 0, "{:?}", tally);
    }

    #[test]
    fn without_credentials_25_a_minute_are_kept_to(seed: u64) {
        // I14
        let tally = after(Setting::calm(seed), 12, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
        prop_assert!(tally.answered >= 230, "{:?}", tally);
        // What the server says is believed, also where more was promised.
        let setting = Setting { limits: [25, 25], ..Setting::calm(seed) };
        let tally = after(setting, 0, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
        prop_assert!(tally.answered >= 230, "{:?}", tally);
    }


    #[test]
    fn what_was_sent_before_a_restart_is_not_forgotten(seed: u64, first_life in 1u64..150) {
        // I14
        let tally = in_jumping_time(async {
            let world = World::new(Setting::calm(seed));
            run(&world, &hosts(Quota::discogs()), Duration::from_secs(first_life)).await;
            sleep(Duration::from_secs(1)).await;
            run(&world, &hosts(Quota::discogs()), TEN_MINUTES).await;
            world.tally()
        });
        prop_assert_eq!(tally.refused, 0);
    }
}

// Fewer of each, for the time that they take.
proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn those_without_credentials_do_not_slow_those_with_some_and_nobody_is_refused(
        seed: u64,
        unsigned in 1u32..12,
        counts_refused: bool,
    ) {
        // I14
        let tally = after(Setting { counts_refused, ..Setting::calm(seed) }, unsigned, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
        // With fewer tasks at once, an answer's time is less well hidden.
        let expected = if unsigned <= 8 { 560 } else { 500 };
        prop_assert!(tally.answered >= 560 && tally.signed >= expected, "{:?}", tally);
    }

    #[test]
    fn with_and_without_credentials_nothing_is_refused_whatever_becomes_of_requests(
        seed: u64,
        unsigned in 1u32..12,
        out in 0u64..20_000,
        back in 0u64..20_000,
        lost in 0u32..200,
        cancelled in 0u32..500,
        counts_refused: bool,
    ) {
        // I14
        let travel = (out, back);
        let setting = Setting { travel, lost, cancelled, counts_refused, ..Setting::calm(seed) };
        prop_assert_eq!(after(setting, unsigned, TEN_MINUTES).refused, 0);
    }

    #[test]
    fn what_the_server_counts_as_another_kind_misleads_nobody(
        seed: u64,
        unsigned in 1u32..9,
        raised in 0u32..500,
        unknown in 0u32..100,
        counts_refused: bool,
    ) {
        // I14: asking for a token, and a token that was taken back.
        let setting = Setting { raised, unknown, counts_refused, ..Setting::calm(seed) };
        let tally = after(setting.clone(), 12, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0, "alone without credentials: {:?}", tally);
        let tally = after(setting, unsigned, TEN_MINUTES);
        prop_assert_eq!(tally.refused, 0);
        let expected = 560 * (1000 - unknown) / 1000 - 30;
        prop_assert!(tally.signed >= expected, "{} expected: {:?}", expected, tally);
    }

    #[test]
    fn who_signs_in_later_is_not_held_to_what_was_told_before(seed: u64, alone in 1u64..150) {
        // I14
        let before_and_after = in_jumping_time(async {
            let (world, hosts) = (World::new(Setting::calm(seed)), hosts(Quota::discogs()));
            let _unsigned = at_work(&world, &hosts, 12);
            sleep(Duration::from_secs(alone)).await;
            let before = world.tally();
            run(&world, &hosts, TEN_MINUTES).await;
            (before, world.tally())
        });
        let (before, tally) = before_and_after;
        prop_assert_eq!((before.signed, tally.refused), (0, 0));
        prop_assert!(tally.signed >= 530, "{:?}", tally);
    }

    #[test]
    fn beside_another_program_and_each_other_nothing_is_refused_that_could_be_known(
        seed: u64,
        unsigned in 1u32..12,
        travel in (0u64..3000, 0u64..3000),
        other in (1u32..90, 1u32..20),
        counts_refused: bool,
    ) {
        // I14
        let setting = Setting { travel, other, counts_refused, ..Setting::calm(seed) };
        let tally = after(setting, unsigned, TEN_MINUTES);
        prop_assert_eq!(tally.avoidable, 0, "{:?}", tally);
    }
}

#[test]
fn beside_a_steady_program_the_rest_of_the_window_is_used() {
    for seed in 0..8 {
        let setting = Setting { other: (20, 1), ..Setting::calm(seed) };
        let tally = after(setting, 0, TEN_MINUTES);
        assert!(tally.answered >= 300 && tally.refused <= 2, "{tally:?}");
    }
}

fn answer(pairs: &[(&str, u32)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from(*value))).collect()
}

fn used(used: u32) -> HeaderMap {
    answer(&[("x-discogs-ratelimit", 60), ("x-discogs-ratelimit-used", used)])
}

async fn try_to_enter(hosts: &Hosts, priority: Priority) -> Result<Slot, Fault> {
    hosts.enter(&discogs(), HostClass::Api, priority, Ceiling::Signed).await
}

async fn enter(hosts: &Hosts, priority: Priority) -> Slot {
    try_to_enter(hosts, priority).await.ok().unwrap()
}

/// A host that has just said that it takes no more for a window.
async fn full() -> Arc<Hosts> {
    let hosts = hosts(Quota::discogs());
    enter(&hosts, Priority::INTERACTIVE).await.answered(StatusCode::OK, &used(60));
    hosts
}

/// Those who wait, in the order in which they are let in.
async fn order_of(hosts: &Arc<Hosts>, waiting: &[(&'static str, Priority)]) -> Vec<&'static str> {
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for (name, priority) in waiting.iter().copied() {
        let (hosts, order) = (hosts.clone(), order.clone());
        tasks.spawn(async move {
            let mut slot = enter(&hosts, priority).await;
            lock(&order).push(name);
            slot.answered(StatusCode::OK, &used(10));
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    lock(&order).clone()
}

#[tokio::test(start_paused = true)]
async fn who_sits_and_waits_goes_first_then_jobs_by_rank_then_by_coming() {
    let hosts = full().await;
    let waiting = [
        ("second job", Priority::job(1)),
        ("first job", Priority::job(0)),
        ("first job again", Priority::job(0)),
        ("person", Priority::INTERACTIVE),
    ];
    let order = order_of(&hosts, &waiting).await;
    assert_eq!(order, ["person", "first job", "first job again", "second job"]);
}

#[tokio::test(start_paused = true)]
async fn a_person_without_credentials_is_waited_for_and_a_job_without_is_passed() {
    // I14
    for (priority, is_passed) in [(Priority::job(0), true), (Priority::INTERACTIVE, false)] {
        let hosts = hosts(Quota::discogs());
        enter(&hosts, Priority::INTERACTIVE).await.answered(StatusCode::OK, &used(30));
        let url = discogs();
        let unsigned = hosts.enter(&url, HostClass::Api, priority, Ceiling::Unsigned);
        let mut unsigned = std::pin::pin!(unsigned);
        assert!(timeout(Duration::from_secs(1), &mut unsigned).await.is_err());
        let signed = timeout(Duration::from_secs(1), enter(&hosts, Priority::job(1))).await;
        assert_eq!(signed.is_ok(), is_passed);
    }
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_gives_the_turn_to_the_next() {
    let hosts = full().await;
    let begin = Instant::now();
    let away = timeout(Duration::from_secs(30), enter(&hosts, Priority::INTERACTIVE));
    let (away, stays) = tokio::join!(away, enter(&hosts, Priority::job(0)));
    assert!(away.is_err());
    drop(stays);
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(
        lock(&hosts.find(&discogs(), HostClass::Api).state).turns.as_ref().unwrap().line.len(),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_the_quota_says() {
    let quota = Quota::discogs();
    let hosts = hosts(quota);
    enter(&hosts, Priority::INTERACTIVE).await.answered(StatusCode::OK, &used(1));
    let mut slots = Vec::new();
    for _ in 0..quota.parallel {
        slots.push(enter(&hosts, Priority::INTERACTIVE).await);
    }
    let next = enter(&hosts, Priority::INTERACTIVE);
    assert!(timeout(Duration::from_secs(30), next).await.is_err());
    slots.pop();
    enter(&hosts, Priority::INTERACTIVE).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_does_not_say_for_how_long_stops_everybody_for_a_whole_window() {
    // I10, I14
    let quota = Quota::discogs();
    let hosts = hosts(quota);
    let mut slot = enter(&hosts, Priority::INTERACTIVE).await;
    slot.answered(StatusCode::TOO_MANY_REQUESTS, &used(60));
    drop(slot);
    let fault = try_to_enter(&hosts, Priority::INTERACTIVE).await.err().unwrap();
    assert_eq!(fault.error.code, ErrorCode::RateLimited);
    assert_eq!(fault.retry_after, Some(quota.span()));
    assert!(!fault.asked);
    sleep(quota.span()).await;
    enter(&hosts, Priority::INTERACTIVE).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_to_those_who_stand_in_the_line() {
    // I10
    let hosts = hosts(Quota::discogs());
    let mut slot = enter(&hosts, Priority::INTERACTIVE).await;
    let (waiting, ()) = tokio::join!(try_to_enter(&hosts, Priority::job(0)), async {
        slot.answered(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new());
    });
    assert_eq!(waiting.err().unwrap().error.code, ErrorCode::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_where_the_server_sends_it() {
    // I10
    let hosts = hosts(Quota::discogs());
    let begin = Instant::now();
    let mut slot = enter(&hosts, Priority::INTERACTIVE).await;
    let told = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(12))]);
    slot.answered(StatusCode::TOO_MANY_REQUESTS, &told);
    drop(slot);
    enter(&hosts, Priority::INTERACTIVE).await;
    assert_eq!(begin.elapsed().as_secs(), 12);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_tells_nothing_is_asked_one_thing_at_a_time() {
    let hosts = hosts(Quota::discogs());
    let mut first = enter(&hosts, Priority::INTERACTIVE).await;
    let second = enter(&hosts, Priority::INTERACTIVE);
    assert!(timeout(Duration::from_secs(300), second).await.is_err());
    first.answered(StatusCode::OK, &HeaderMap::new());
    let second = enter(&hosts, Priority::INTERACTIVE).await;
    // Nobody knows whether it arrived. It is over all the same.
    drop(second);
    enter(&hosts, Priority::INTERACTIVE).await;
}

#[tokio::test(start_paused = true)]
async fn a_further_request_from_the_same_place_takes_a_turn_of_its_own() {
    let hosts = hosts(Quota::discogs());
    let begin = Instant::now();
    let mut slot = enter(&hosts, Priority::INTERACTIVE).await;
    slot.answered(StatusCode::OK, &used(60));
    slot.start().await.ok().unwrap();
    assert_eq!(begin.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_dead_host_is_left_alone_by_all_in_the_line_and_then_asked_by_one() {
    // I10
    let hosts = hosts(Quota::discogs());
    let mut slot = enter(&hosts, Priority::INTERACTIVE).await;
    let line = try_to_enter(&hosts, Priority::job(0));
    let (waiting, ()) = tokio::join!(line, async {
        (0..5).for_each(|_| slot.failed());
        drop(slot);
    });
    assert_eq!(waiting.err().unwrap().error.code, ErrorCode::Unreachable);
    sleep(Duration::from_secs(5)).await;
    let _probe = enter(&hosts, Priority::job(0)).await;
    assert!(try_to_enter(&hosts, Priority::job(0)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_host_with_a_full_window_is_not_forgotten_for_others() {
    let hosts = full().await;
    for number in 0..2 * REMEMBERED {
        let url = Url::parse(&format!("https://h{number}.example/")).unwrap();
        drop(hosts.find(&url, HostClass::Files));
    }
    let begin = Instant::now();
    enter(&hosts, Priority::INTERACTIVE).await;
    assert_eq!(begin.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn an_estimate_begins_with_the_silence_that_was_asked_for() {
    let hosts = hosts(Quota::discogs());
    assert_eq!(hosts.time_for(&discogs(), 5000, Ceiling::Signed).as_secs() / 60, 86);
    let mut slot = enter(&hosts, Priority::INTERACTIVE).await;
    let told = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(3600))]);
    slot.answered(StatusCode::TOO_MANY_REQUESTS, &told);
    assert!(
        hosts.time_for(&discogs(), 5000, Ceiling::Signed) > Duration::from_secs(3600 + 85 * 60)
    );
}
