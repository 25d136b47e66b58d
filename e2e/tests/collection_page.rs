//! Discogs in the app page, in the real browser: signed in, read, looked through, drawn as figures and written as a table,
//! and all of it compared with what the site has.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Config};
use e2e::cdp::Target;
use e2e::keyboard::Way::Forward;
use e2e::keyboard::{CONTROL, SHIFT, focused, go_to, press, press_with, select_text, write};
use e2e::page::{Control, Page, Scheme};
use e2e::stage::Stage;
use e2e::wait;
use protocol::discogs::{Depth, Runs};
use serde::Deserialize;
use serde_json::{Value, json};
use simulator::discogs::{Release, Sizes, Truth};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const USER: &str = "demo";
const COPIES: u32 = 230;
/// Longer than the site lets a list be shown.
const SEVEN_HOURS: i64 = 7 * 60 * 60;

/// Somebody with a collection, in front of the panel, where nobody is signed in.
async fn with_records() -> Result<(Stage, Browser, Page)> {
    let stage = Stage::quick(1).await?;
    stage.control().discogs().make_account(USER, Sizes { copies: COPIES, wants: 7, listings: 5 });
    let browser = stage.browser(Config::default()).await?;
    let page = browser.open_extension_page("app.html#collection").await?;
    page.present(1280, 800, Scheme::Light).await?;
    page.wait_text("Your records, from Discogs").await?;
    Ok((stage, browser, page))
}

fn truth(stage: &Stage) -> Result<Truth> {
    stage.control().discogs().truth(USER).context("the account is there")
}

/// How many copies are of a release that is as asked for.
fn copies(truth: &Truth, wanted: impl Fn(&Release) -> bool) -> usize {
    let copies = truth.account.copies.iter();
    copies.filter(|copy| truth.releases.get(&copy.release_id).is_some_and(&wanted)).count()
}

fn entries(n: usize) -> String {
    if n == 1 { "1 entry".into() } else { format!("{n} entries") }
}

async fn has_focus(page: &Page, role: &str, name: &str) -> Result<()> {
    let look = async || {
        let seen = focused(page).await?;
        Ok(seen.filter(|it| it.role == role && it.name.starts_with(name)).map(drop))
    };
    wait::until(&format!("the focus at {role} {name:?}"), wait::LONG, look).await
}

async fn holds(page: &Page, what: &str, script: &str) -> Result<()> {
    let look = async || Ok(page.session.evaluate::<bool>(script).await?.then_some(()));
    wait::until(what, wait::LONG, look).await
}

/// Whether a screen reader was told `words` without moving there.
fn heard(words: &str) -> String {
    format!(
        "[...document.querySelectorAll('[role=status]')].some(e => e.textContent.includes({words:?}))"
    )
}

/// By keyboard alone.
async fn sign_in_and_read(stage: &Stage, page: &Page) -> Result<()> {
    go_to(page, Forward, "button", "Sign in at Discogs").await?;
    press(page, "Enter").await?;
    has_focus(page, "textbox", "Personal access token").await?;
    write(page, "no-such-token").await?;
    press(page, "Enter").await?;
    page.wait_text("Discogs does not know this token").await?;
    select_text(page).await?;
    write(page, &stage.control().discogs().token(USER)).await?;
    press(page, "Enter").await?;
    page.wait_text("demo: Collection").await?;
    // What is done next has the focus, each time.
    has_focus(page, "button", "Read this list").await?;
    press(page, "Enter").await?;
    page.wait_text("read for the first time").await?;
    go_to(page, Forward, "button", "Start reading").await?;
    press(page, "Enter").await?;
    press(page, "Enter").await?;
    page.wait_text("230 of 230, each once.").await?;
    has_focus(page, "heading", "demo: Collection").await?;
    holds(page, "the end is told", &heard("Read to the end")).await?;
    page.wait_text(&entries(COPIES as usize)).await
}

/// Covers, a table, folders, filters, words: always as many as the site has.
async fn look_through(page: &Page, truth: &Truth) -> Result<()> {
    let covers =
        "[...document.querySelectorAll('.tile img')].filter(i => i.naturalWidth > 0).length > 3";
    holds(page, "covers", covers).await?;
    page.click("radio", "Table").await?;

    let folder = &truth.account.folders[1];
    let inside = truth.account.copies.iter().filter(|copy| copy.folder_id == folder.id).count();
    page.click("button", &folder.name).await?;
    page.wait_text(&entries(inside)).await?;
    page.click("button", "Collection").await?;
    page.wait_text(&entries(COPIES as usize)).await?;

    let is_rock = |release: &Release| release.sheet.genres.iter().any(|genre| genre == "Rock");
    tick_values(page, "Genre", &["Jazz", "Rock"]).await?;
    page.wait_text(&entries(copies(truth, |release| is_jazz(release) || is_rock(release)))).await?;
    page.click("button", "Remove Genre: Rock").await?;
    page.wait_text(&entries(copies(truth, is_jazz))).await?;
    has_focus(page, "button", "Remove Genre: Jazz").await?;
    let jazz = truth.releases.values().filter(|release| is_jazz(release));
    let year = jazz.map(|release| release.sheet.year).filter(|year| *year >= 1990).min();
    let year = year.context("some Jazz is of the nineties or later")?;
    page.choose("From year", &year.to_string()).await?;
    let since = copies(truth, |release| is_jazz(release) && release.sheet.year >= year);
    page.wait_text(&entries(since)).await?;
    page.click("searchbox", "Search this list").await?;
    write(page, "no such words").await?;
    page.wait_text("Nothing matches").await?;
    page.click("button", "Clear search and filters").await?;
    has_focus(page, "searchbox", "Search this list").await?;
    page.wait_text(&entries(COPIES as usize)).await
}

fn is_jazz(release: &Release) -> bool {
    release.sheet.genres.iter().any(|genre| genre == "Jazz")
}

/// Chooses several values of a property, in what comes up under its button.
async fn tick_values(page: &Page, property: &str, values: &[&str]) -> Result<()> {
    page.click("button", property).await?;
    for value in values {
        page.click("checkbox", value).await?;
    }
    press(page, "Escape").await
}

/// The record of the first copy in the table, by keyboard, which was never asked about before.
async fn look_at_one(stage: &Stage, page: &Page, truth: &Truth) -> Result<()> {
    let title: String =
        page.session.evaluate("document.querySelector('.item .row-focus').innerText").await?;
    press(page, "/").await?;
    go_to(page, Forward, "button", &title).await?;
    press(page, "ArrowDown").await?;
    press(page, "ArrowUp").await?;
    has_focus(page, "button", &title).await?;
    press(page, "Enter").await?;
    page.wait_text("Details of ").await?;
    let shown: String =
        page.session.evaluate("document.querySelector('dialog[open]').innerText").await?;
    let candidates = truth.releases.values().filter(|release| release.sheet.title == title.trim());
    let tells = |release: &Release| {
        let tracks = release.tracklist.iter().all(|track| shown.contains(track.title.trim()));
        tracks && shown.contains(release.country.as_deref().unwrap_or_default())
    };
    ensure!(candidates.into_iter().any(tells), "{title}: {shown}");
    ensure!(shown.contains("For sale") && shown.contains("Asked on"), "{shown}");
    let asked = requests(stage, "/releases/");
    press(page, "Escape").await?;
    has_focus(page, "button", &title).await?;
    press(page, "Enter").await?;
    page.wait_text("Details of ").await?;
    // Whoever asked would have done so by now: nobody else is waiting for a turn.
    tokio::time::sleep(Duration::from_millis(500)).await;
    ensure!(requests(stage, "/releases/") == asked, "what is fresh is not asked for again");
    press(page, "Escape").await
}

fn requests(stage: &Stage, path: &str) -> usize {
    let log = stage.control().log();
    log.iter().filter(|entry| entry.host == "api.discogs.com" && entry.path.contains(path)).count()
}

/// The charts, read as a screen reader reads them.
async fn read_figures(page: &Page, truth: &Truth) -> Result<()> {
    page.click("radio", "Statistics").await?;
    page.wait_text("By genre").await?;
    let genres: BTreeMap<String, u64> = page
        .session
        .evaluate(
            "Object.fromEntries([...[...document.querySelectorAll('.chart-bars')]
                .find(table => table.caption.innerText === 'By genre').rows]
                .map(row => [row.cells[0].innerText, Number(row.cells[2].innerText)]))",
        )
        .await?;
    ensure!(genres.len() > 3, "{genres:?}");
    for (genre, n) in &genres {
        let has_it = |release: &Release| release.sheet.genres.contains(genre);
        ensure!(copies(truth, has_it) as u64 == *n, "{genre}: {n}");
    }
    let nineties = copies(truth, |release| (1990..2000).contains(&release.sheet.year));
    let column = format!("1990s: {nineties}");
    let said = format!(
        "[...document.querySelectorAll('.chart-columns li')].some(li => li.innerText.includes({column:?}))"
    );
    holds(page, &column, &said).await?;
    page.wait_text("Value of the collection").await
}

#[derive(Deserialize)]
struct Line {
    release_id: Value,
    #[serde(rename = "Title")]
    title: String,
}

/// A table, with its proof, and what is in it.
async fn export(stage: &Stage, page: &Page, truth: &Truth) -> Result<()> {
    page.click("button", "Export").await?;
    page.click("radio", "As Discogs does").await?;
    page.click("radio", "JSON Lines").await?;
    page.click("button", "Write the table").await?;
    page.wait_text("230 of 230: nothing is missing.").await?;
    page.wait_text("It is the first table of this kind.").await?;
    let file = stage.home.library().join("Exports/discogs-demo-collection-discogs.jsonl");
    let text = std::fs::read_to_string(&file)?;
    let mut lines = 0;
    for (line, copy) in text.lines().zip(&truth.account.copies) {
        let line: Line = serde_json::from_str(line)?;
        let id =
            line.release_id.as_str().map_or_else(|| line.release_id.to_string(), str::to_owned);
        ensure!(id == copy.release_id.to_string(), "line {lines}: {id}");
        ensure!(line.title == truth.releases[&copy.release_id].sheet.title, "line {lines}");
        lines += 1;
    }
    ensure!(lines == COPIES as usize && text.lines().count() == lines, "{lines} lines");
    page.click("button", "Write the table").await?;
    page.wait_text("Nothing has changed since the last one").await?;
    page.click("button", "Close").await?;
    closed_too_early(page).await
}

/// The dialog is closed while the table is written: what came of it is told all the same.
async fn closed_too_early(page: &Page) -> Result<()> {
    page.click("button", "Export").await?;
    page.wait_control("button", |name| name == "Write the table").await?;
    // Faster than any hand, so that it is surely still written.
    let clicks = "for (const name of ['Write the table', 'Close']) {
        const buttons = [...document.querySelectorAll('dialog[open] .row > button')];
        buttons.find(button => button.innerText.trim() === name).click();
    } null";
    page.session.evaluate::<Option<()>>(clicks).await?;
    page.wait_text("discogs-demo-collection-classic.csv is written. 230 of 230").await?;
    has_focus(page, "button", "Export").await?;
    page.wait_control("button", |name| name == "Open folder").await?;
    let toast = "document.querySelector('.toast .button:last-child').click()";
    page.session.evaluate::<Option<()>>(&format!("{toast}; null")).await.map(drop)
}

/// The instance numbers in the table that the open dialog writes, with all columns.
async fn written(stage: &Stage, page: &Page, count: usize) -> Result<BTreeSet<u64>> {
    page.wait_text(&format!("{count} entries only:")).await?;
    page.click("radio", "Everything").await?;
    page.click("radio", "JSON Lines").await?;
    page.click("button", "Write the table").await?;
    page.wait_text(&format!("{count} of {count}: nothing is missing.")).await?;
    page.wait_text("A selection: ").await?;
    let line = "document.querySelector('#exported').innerText.match(/Exports\\/[^ ]+/)[0]";
    let file: String = page.session.evaluate(line).await?;
    let text = std::fs::read_to_string(stage.home.library().join(file))?;
    page.click("button", "Close").await?;
    let row = |line: &str| -> Result<u64> {
        let row: Value = serde_json::from_str(line)?;
        let number = row["instance_id"].as_u64();
        number.or_else(|| row["instance_id"].as_str()?.parse().ok()).context("its number")
    };
    let rows: BTreeSet<u64> = text.lines().map(row).collect::<Result<_>>()?;
    ensure!(rows.len() == count && text.lines().count() == count, "{text}");
    Ok(rows)
}

/// What is shown, and what is ticked: by keyboard in the table, with the mouse among the covers.
async fn export_parts(stage: &Stage, page: &Page, truth: &Truth) -> Result<()> {
    let of_jazz =
        truth.account.copies.iter().filter(|copy| is_jazz(&truth.releases[&copy.release_id]));
    let of_jazz: BTreeSet<u64> = of_jazz.map(|copy| copy.instance_id).collect();
    tick_values(page, "Genre", &["Jazz"]).await?;
    page.click("button", &format!("Export these {}", of_jazz.len())).await?;
    ensure!(written(stage, page, of_jazz.len()).await? == of_jazz);
    page.click("button", "Clear all").await?;
    page.wait_text(&entries(COPIES as usize)).await?;

    let first = "document.querySelector('.item .row-focus').focus()";
    page.session.evaluate::<Option<()>>(first).await?;
    press(page, " ").await?;
    page.wait_text("1 selected").await?;
    press(page, "ArrowDown").await?;
    press(page, "ArrowDown").await?;
    holds(page, "the focus at the third", "!!document.activeElement.closest('#row-2')").await?;
    press_with(page, " ", SHIFT).await?;
    page.wait_text("3 selected").await?;
    press_with(page, "a", CONTROL).await?;
    page.wait_text(&format!("{COPIES} selected")).await?;
    press(page, "Escape").await?;
    holds(page, "nothing ticked", "!document.querySelector('.item :checked')").await?;

    page.click("radio", "Covers").await?;
    let boxes = boxes(page, 5).await?;
    page.click_on(&boxes[0]).await?;
    page.click_with(&boxes[4], SHIFT).await?;
    page.click_on(&boxes[1]).await?;
    page.wait_text("4 selected").await?;
    page.click("button", "Export selected").await?;
    // The newest are shown first.
    let newest: Vec<u64> = truth.account.copies.iter().rev().map(|copy| copy.instance_id).collect();
    let ticked = [newest[0], newest[2], newest[3], newest[4]];
    ensure!(written(stage, page, 4).await? == BTreeSet::from(ticked), "{ticked:?}");
    let releases = truth.account.copies.iter().filter(|copy| ticked.contains(&copy.instance_id));
    read_about(stage, page, releases.map(|copy| copy.release_id).collect()).await?;
    page.click("button", "Clear selection").await?;
    page.click("radio", "Table").await
}

/// Details are read of what is ticked, and of nothing else.
async fn read_about(stage: &Stage, page: &Page, releases: BTreeSet<u32>) -> Result<()> {
    let before = requests(stage, "/releases/");
    page.click("button", "Read details of selected").await?;
    page.wait_text("4 entries only: chosen one by one").await?;
    let count = releases.len();
    page.wait_text(&format!("{count} releases")).await?;
    ensure!(!page.text().await?.contains("Only these folders"), "they are chosen already");
    page.click("button", "Start reading").await?;
    let over = async || {
        let runs: Runs = stage.discogs(&["runs"]).await?;
        let newest = runs.runs.first().filter(|run| run.depth == Depth::Details);
        let total = newest.filter(|run| run.state.is_over()).map(|run| run.figures.total);
        Ok(total)
    };
    let total = wait::until("the details", wait::LONG, over).await?;
    ensure!(total == count as u64, "{total} instead of {count}");
    let asked = requests(stage, "/releases/") - before;
    ensure!((1..=count).contains(&asked), "{asked} requests for {count} releases");
    Ok(())
}

/// The boxes to tick, once there are so many.
async fn boxes(page: &Page, least: usize) -> Result<Vec<Control>> {
    wait::until("boxes to tick", wait::LONG, async || {
        let boxes = page.controls("checkbox").await?;
        Ok((boxes.len() >= least).then_some(boxes))
    })
    .await
}

/// What is ticked apart adds up; what was asked for to be ticked and is not meant any more is not ticked.
async fn tick_apart_and_late(page: &Page, truth: &Truth) -> Result<()> {
    let mut newest = truth.account.copies.iter().rev();
    let other = newest.position(|copy| !is_jazz(&truth.releases[&copy.release_id]));
    let other = other.context("not all is Jazz")?;
    page.click_on(&boxes(page, other + 1).await?[other]).await?;
    page.wait_text("1 selected").await?;
    tick_values(page, "Genre", &["Jazz"]).await?;
    let of_jazz = copies(truth, is_jazz);
    page.click("button", &format!("Select all ({of_jazz})")).await?;
    page.wait_text(&format!("{} selected", of_jazz + 1)).await?;
    page.click("button", "Clear selection").await?;
    has_focus(page, "button", "Select all").await?;
    page.click("button", "Clear all").await?;
    page.wait_text(&entries(COPIES as usize)).await?;

    let run = async |script: &str| page.session.evaluate::<Option<()>>(script).await;
    // Faster than any answer.
    let all = "document.querySelector('.bulk .button').click()";
    let escape = "document.querySelector('.item .row-focus')
        .dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))";
    run(&format!("{all}; {escape}; null")).await?;
    nothing_ticked(page).await?;
    let folder = &truth.account.folders[1];
    let inside = truth.account.copies.iter().filter(|copy| copy.folder_id == folder.id).count();
    let go = format!(
        "[...document.querySelectorAll('.place')].find(b => b.textContent.includes({:?})).click()",
        folder.name
    );
    run(&format!("{all}; {go}; null")).await?;
    page.wait_text(&entries(inside)).await?;
    nothing_ticked(page).await?;

    tick_values(page, "Genre", &["Jazz"]).await?;
    page.click("button", "Export these ").await?;
    page.wait_text(&format!("Folder: {} · Genre: Jazz", folder.name)).await?;
    press(page, "Escape").await?;
    page.click("button", "Clear all").await?;
    page.click("button", "Collection").await?;
    page.wait_text(&entries(COPIES as usize)).await
}

/// Nothing is ticked, nor will be.
async fn nothing_ticked(page: &Page) -> Result<()> {
    tokio::time::sleep(Duration::from_millis(500)).await;
    let said = "document.querySelector('.bulk [role=status]').textContent";
    let said: String = page.session.evaluate(said).await?;
    ensure!(said.is_empty(), "{said}");
    holds(page, "nothing ticked", "!document.querySelector('.item :checked')").await
}

/// Each place has an address: Back, a reload and a copied link lead there.
async fn addresses(page: &Page, truth: &Truth) -> Result<()> {
    let run = async |script: &str| page.session.evaluate::<Option<()>>(script).await;
    let folder = &truth.account.folders[1];
    let inside = truth.account.copies.iter().filter(|copy| copy.folder_id == folder.id).count();
    page.click("button", &folder.name).await?;
    page.wait_text(&entries(inside)).await?;
    page.click("radio", "Statistics").await?;
    page.wait_text("By genre").await?;
    let link: String = page.session.evaluate("location.href").await?;
    run("history.back()").await?;
    holds(page, "the table again", "!!document.querySelector('.item.copy')").await?;
    let title = "document.querySelector('.item .row-focus')";
    back_from_record(page, title).await?;
    page.wait_text(&entries(inside)).await?;
    run(&format!("{title}.click()")).await?;
    page.wait_text("Details of ").await?;
    page.reload().await?;
    page.wait_text("Details of ").await?;
    page.wait_text(&entries(inside)).await?;
    run("history.back()").await?;
    holds(page, "no record", "!document.querySelector('dialog[open]')").await?;
    run("history.forward()").await?;
    page.wait_text("Details of ").await?;
    press(page, "Escape").await?;
    holds(page, "the list's address", "!location.hash.includes('entry=')").await?;
    page.go_to(&link).await?;
    page.wait_text("By genre").await?;
    page.wait_text(&entries(inside)).await?;

    run("void (location.hash = '#collection?user=demo&list=collection&entry=1')").await?;
    page.wait_text("This list has no such entry").await?;
    press(page, "Escape").await?;
    run("void (location.hash = '#collection?user=demo&list=collection&folder=987')").await?;
    page.wait_text("The collection has no such folder.").await?;
    page.wait_text(&entries(COPIES as usize)).await?;
    run("void (location.hash = '#collection?user=somebody&list=wants')").await?;
    page.wait_text("No account called somebody is signed in here.").await?;
    page.click("button", "Show the collection").await?;
    page.wait_text(&entries(COPIES as usize)).await
}

/// From all about an entry, Back is one step: to the list that it was opened in.
async fn back_from_record(page: &Page, title: &str) -> Result<()> {
    let address = async || page.session.evaluate::<String>("location.hash").await;
    let list = address().await?;
    let open = format!("{title}.focus(); {title}.click()");
    page.session.evaluate::<Option<()>>(&open).await?;
    page.wait_text("Details of ").await?;
    ensure!(address().await?.starts_with(&list) && address().await?.contains("entry="));
    page.session.evaluate::<Option<()>>("history.back()").await?;
    holds(page, "no record", "!document.querySelector('dialog[open]')").await?;
    opened_at_once_again(page, title).await?;
    // Another step would have been made by now.
    tokio::time::sleep(Duration::from_millis(300)).await;
    ensure!(address().await? == list, "{} instead of {list}", address().await?);
    holds(page, "the focus at the title", &format!("document.activeElement === {title}")).await
}

/// Whoever closes it and opens it again before the browser has stepped back sees it, and Back closes it.
async fn opened_at_once_again(page: &Page, title: &str) -> Result<()> {
    let again = format!(
        "{title}.click();
        new Promise(done => requestAnimationFrame(() => setTimeout(() => {{
            const dialog = document.querySelector('dialog[open]');
            dialog.addEventListener('close', () => {{ {title}.click(); done(null); }});
            dialog.close();
        }}, 100)))"
    );
    page.session.evaluate::<Option<()>>(&again).await?;
    holds(page, "the address of the record", "location.hash.includes('entry=')").await?;
    // The step back would have been made by now.
    tokio::time::sleep(Duration::from_millis(300)).await;
    page.wait_text("Details of ").await?;
    holds(page, "the address of the record", "location.hash.includes('entry=')").await?;
    page.session.evaluate::<Option<()>>("history.back()").await?;
    holds(page, "no record", "!document.querySelector('dialog[open]')").await
}

/// What is open over the page goes with the place that it was meant for, and with a record that comes back.
async fn put_away_by_going(page: &Page, folder: &str) -> Result<()> {
    let run = async |script: &str| page.session.evaluate::<Option<()>>(script).await;
    page.click("button", folder).await?;
    holds(page, "the folder", "location.hash.includes('folder=')").await?;
    page.click("button", "Export").await?;
    page.wait_control("button", |name| name == "Write the table").await?;
    run("history.back()").await?;
    page.wait_text(&entries(COPIES as usize)).await?;
    holds(page, "no dialog", "!document.querySelector('dialog')").await?;
    has_focus(page, "heading", "demo: Collection").await?;

    run("document.querySelector('.item .row-focus').click()").await?;
    page.wait_text("Details of ").await?;
    run("history.back()").await?;
    holds(page, "no record", "!document.querySelector('dialog')").await?;
    page.click("button", "Sign out").await?;
    page.wait_text("Sign demo out?").await?;
    run("history.forward()").await?;
    page.wait_text("Details of ").await?;
    holds(page, "one dialog", "document.querySelectorAll('dialog').length === 1").await?;
    press(page, "Escape").await?;
    holds(page, "no record", "!document.querySelector('dialog')").await
}

/// A list that is older than it may be shown is read again when it is seen, and says what has come.
async fn grows_old(stage: &Stage, page: &Page) -> Result<()> {
    let database = SqliteConnectOptions::new().filename(stage.home.data().join("mediafetcher.db"));
    let mut connection = database.connect().await?;
    sqlx::query("UPDATE discogs_list SET read_at = read_at - ?")
        .bind(SEVEN_HOURS)
        .execute(&mut connection)
        .await?;
    stage.control().discogs().add_copies(USER, 2);
    page.reload().await?;
    page.wait_text("232 of 232, each once. Read just now.").await
}

/// By an application, with the person's consent on the site's own page, which the browser opens.
async fn sign_in_by_application(stage: &Stage, browser: &Browser, page: &Page) -> Result<()> {
    let consumer = stage.control().discogs().consumer();
    page.click("button", "Sign in at Discogs").await?;
    page.click("radio", "Application").await?;
    page.click("textbox", "Consumer key").await?;
    write(page, &consumer.key).await?;
    page.click("textbox", "Consumer secret").await?;
    write(page, &consumer.secret).await?;
    page.click("button", "Continue at Discogs").await?;
    let is_site = |target: &Target| target.url.starts_with("https://www.discogs.com/");
    let session = browser.cdp.wait_for_target("the site's page", is_site).await?;
    session.call("Accessibility.enable", json!({})).await?;
    let site = Page { session };
    site.click("button", "Log in").await?;
    site.click("button", "Authorize").await?;
    site.wait_text("Your code: ").await?;
    let shown = "document.getElementById('auth_success_verifier').innerText";
    let code: String = site.session.evaluate(shown).await?;

    page.click("textbox", "Code that Discogs shows").await?;
    write(page, "not-the-code").await?;
    page.click("button", "Sign in").await?;
    page.wait_text("Discogs does not accept this code").await?;
    page.click("textbox", "Code that Discogs shows").await?;
    select_text(page).await?;
    write(page, &code).await?;
    page.click("button", "Sign in").await?;
    page.wait_text("demo: Collection").await
}

#[tokio::test]
async fn a_collection_is_read_looked_through_and_written_as_the_site_has_it() -> Result<()> {
    let (stage, browser, page) = with_records().await?;
    let truth = truth(&stage)?;
    sign_in_and_read(&stage, &page).await?;
    look_through(&page, &truth).await?;
    look_at_one(&stage, &page, &truth).await?;
    export(&stage, &page, &truth).await?;
    export_parts(&stage, &page, &truth).await?;
    tick_apart_and_late(&page, &truth).await?;
    put_away_by_going(&page, &truth.account.folders[1].name).await?;
    addresses(&page, &truth).await?;
    read_figures(&page, &truth).await?;
    grows_old(&stage, &page).await?;
    ensure!(stage.control().discogs().rate().refused == 0, "the limit was kept");

    page.click("button", "Sign out").await?;
    page.wait_text("Sign demo out?").await?;
    let again = wait::until("the question's button", wait::LONG, async || {
        Ok(page.controls("button").await?.into_iter().rfind(|button| button.name == "Sign out"))
    });
    page.click_on(&again.await?).await?;
    page.wait_text("Your records, from Discogs").await?;
    has_focus(&page, "button", "Sign in at Discogs").await?;
    sign_in_by_application(&stage, &browser, &page).await?;
    assert_eq!(browser.complaints(), Vec::<String>::new());
    Ok(())
}
