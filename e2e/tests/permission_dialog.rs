//! Chromium's own question whether the extension may have a site, answered as a person answers it, and its context
//! menu. What the product asks for, and when, is tested with the features.
#![cfg(target_os = "linux")]

use anyhow::Result;
use e2e::browser::{Browser, Config, page_url};
use e2e::cdp::Session;
use e2e::permission::agree_beforehand;
use e2e::popup::Popup;
use e2e::screen::Screen;
use e2e::wait;

/// Starts to ask in a page of the extension; the answer is in `window.answer`.
async fn ask(page: &Session, origins: &str) -> Result<()> {
    let script = format!(
        "chrome.permissions.request({{origins: [{origins:?}]}})
            .then((given) => {{ window.answer = String(given); }}, (error) => {{ window.answer = error.message; }});
        window.answer = '';
        null"
    );
    page.evaluate::<Option<()>>(&script).await?;
    Ok(())
}

async fn answer(page: &Session) -> Result<String> {
    wait::until("the answer", wait::LONG, async || {
        let answer: String = page.evaluate("window.answer").await?;
        Ok((!answer.is_empty()).then_some(answer))
    })
    .await
}

async fn has(session: &Session, origins: &str) -> Result<bool> {
    session.evaluate(&format!("chrome.permissions.contains({{origins: [{origins:?}]}})")).await
}

#[tokio::test]
async fn the_question_is_answered_each_time() -> Result<()> {
    let screen = Screen::start().await?;
    let display = Some(screen.display().to_owned());
    let browser = Browser::start(&Config { display, ..Config::default() }).await?;
    let page = browser.open_extension_page("app.html").await?.session;
    for round in 0..10 {
        let origins = format!("https://site{round}.example.com/*");
        screen.deny(async || ask(&page, &origins).await).await?;
        assert_eq!(answer(&page).await?, "false", "round {round}");
        assert!(!has(&page, &origins).await?);
        screen.allow(async || ask(&page, &origins).await).await?;
        assert_eq!(answer(&page).await?, "true", "round {round}");
        assert!(has(&page, &origins).await?);
    }
    Ok(())
}

/// Whoever asks from there does not hear the answer: the worker has to.
#[tokio::test]
async fn the_popup_closes_when_the_question_appears_and_what_is_allowed_is_given() -> Result<()> {
    let screen = Screen::start().await?;
    let display = Some(screen.display().to_owned());
    let browser = Browser::start(&Config { display, ..Config::default() }).await?;
    let worker = browser.worker().await?;
    let popup = Popup::open_at_toolbar(&browser).await?.page.session;
    let origins = "https://videos.example.com/*";
    screen.allow(async || ask(&popup, origins).await).await?;
    assert!(has(&worker, origins).await?);
    let address = page_url("popup.html");
    assert!(browser.cdp.targets().await?.iter().all(|target| target.url != address));
    Ok(())
}

#[tokio::test]
async fn the_real_context_menu_tells_the_worker_what_was_clicked() -> Result<()> {
    let screen = Screen::start().await?;
    let display = Some(screen.display().to_owned());
    let browser = Browser::start(&Config { display, ..Config::default() }).await?;
    let worker = browser.worker().await?;
    let script = "chrome.contextMenus.removeAll()
        .then(() => chrome.contextMenus.create({id: 'test', title: 'Test', contexts: ['all']}))
        .then(() => {
            self.clicked = null;
            chrome.contextMenus.onClicked.addListener((info) => { self.clicked = info.linkUrl ?? 'page'; });
            return null;
        })";
    worker.evaluate::<Option<()>>(script).await?;
    let clicked = async || worker.evaluate::<Option<String>>("self.clicked").await;
    let page = browser
        .open("data:text/html,<h1>Page</h1><a href='https://videos.example.com/watch'>Link</a>")
        .await?;
    let link = screen.choose_in_context_menu(&page, "a", 2, clicked).await?;
    assert_eq!(link, "https://videos.example.com/watch");
    worker.evaluate::<Option<()>>("self.clicked = null").await?;
    assert_eq!(screen.choose_in_context_menu(&page, "h1", 3, clicked).await?, "page");
    Ok(())
}

#[tokio::test]
async fn without_a_window_what_was_agreed_beforehand_is_given_when_asked_for() -> Result<()> {
    let browser = Browser::start(&Config::default()).await?;
    agree_beforehand(&browser, "https://*/*").await?;
    let page = browser.open_extension_page("app.html").await?.session;
    let origins = "https://videos.example.com/*";
    assert!(!has(&page, origins).await?);
    ask(&page, origins).await?;
    assert_eq!(answer(&page).await?, "true");
    assert!(has(&page, origins).await?);
    Ok(())
}
