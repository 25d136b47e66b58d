//! How the taking in of a folder goes, and how it went: figures while it runs, with a way to end it; then what was there
//! already and what was refused, by name.

use crate::catalogue::{t, tf, tn};
use crate::components::button::button;
use crate::components::icon::Icon;
use crate::components::live::{follow, live, live_view};
use crate::components::progress_bar::{Extent, progress_bar};
use crate::link::{ask, command};
use crate::state::{Derived, State};
use crate::store::Store;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::intake::{ImportReport, ImportState, OfImport, RefusedFile, TwinFile};
use protocol::method::{Cancel, OfJob, ShowImport};
use protocol::{ImportId, JobId};

/// What is known of an import, and which question told it: answers may come in another order than they were asked for.
#[derive(Clone, Debug, Default)]
struct Told {
    asked: u64,
    told: u64,
    report: ImportReport,
}

/// Draws the import of `id`.
pub fn course(store: Store, id: JobId) -> AnyView {
    let told = State::new(Told::default());
    let job = store.job(id);
    follow(move || {
        // The daemon tells of the job after every batch of files.
        job.track();
        look(told, id);
    });
    let report = Derived::new(move || told.with(|told| told.report.clone()));
    let known = Derived::new(move || told.with(|told| told.told > 0));
    let over = Derived::new(move || report.with(ImportReport::is_over));
    let path = move || job.with(|job| job.as_ref().map(|job| job.account.name.clone()));
    let name = move || path().map(|path| last_part(&path).to_owned());
    let end = move || {
        (!over.get())
            .then(|| button("compact", Some(Icon::Cross), t("import_end"), move || stop(store, id)))
    };
    let content = move || {
        known.get().then(|| {
            view! {
                <p role="status">{live(move || report.with(state))}</p>
                {live_view(move || report.with(stuck))}
                {live_view(move || (!over.get()).then(|| bar(report)))}
                {live_view(move || report.with(figures))}
                <div class="row">{live_view(end)}</div>
                // Drawn once, so that what is unfolded stays so.
                {live_view(move || over.get().then(|| report.with_untracked(names)))}
            }
        })
    };
    view! {
        <section class="card stack" aria-labelledby="import-folder">
            <h3 id="import-folder" class="anywhere" title=live(path)>{live(name)}</h3>
            {live_view(content)}
        </section>
    }
    .into_any()
}

/// The folder's own name, of any system's path.
fn last_part(path: &str) -> &str {
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(path)
}

fn look(told: State<Told>, id: JobId) {
    told.update_quietly(|told| told.asked += 1);
    let number = told.with_untracked(|told| told.asked);
    spawn_local(async move {
        let answer = ask::<ShowImport>(OfImport { import: ImportId(id.0) }).await;
        // What keeps it from coming keeps all of the page's answers, of which it is said elsewhere.
        if let Ok(report) = answer
            && !told.is_gone()
            && told.with_untracked(|told| told.told < number)
        {
            told.update(|told| (told.told, told.report) = (number, report));
        }
    });
}

/// Ends it. What was taken in stays; picked again, the folder goes on where it was.
fn stop(store: Store, id: JobId) {
    command::<Cancel>(store, OfJob { job: Some(id) }, || ());
}

fn state(report: &ImportReport) -> String {
    t(match report.state {
        ImportState::Running => "import_running",
        ImportState::Waiting => "import_waiting",
        ImportState::Ended => "import_ended",
        ImportState::BrokenOff => "import_broken_off",
    })
}

fn stuck(report: &ImportReport) -> Option<AnyView> {
    let why = words::error(report.stuck.as_ref()?);
    Some(view! { <p class="complaint" role="alert">{why}</p> }.into_any())
}

fn bar(report: Derived<ImportReport>) -> AnyView {
    let extent = Derived::new(move || {
        report.with(|report| match report.found_all {
            true => Extent::Of { done: report.looked_at, total: report.found },
            false => Extent::Unknown,
        })
    });
    let waits = move || report.with(|report| report.state == ImportState::Waiting);
    progress_bar("", || t("import_progress"), extent, waits)
}

/// How many files became what.
fn figures(report: &ImportReport) -> AnyView {
    let looked = tf(
        "import_looked_at",
        &[
            ("n", &words::number(report.looked_at)),
            ("files", &tn("files", report.found)),
            ("bytes", &words::bytes(report.bytes)),
        ],
    );
    let parts = [
        ("import_new", report.imported),
        ("import_already", report.already),
        ("import_same_library", report.same_as_library),
        ("import_same_within", report.same_within),
        ("import_deleted", report.deleted),
        ("import_refused", report.refused),
        ("import_skipped", report.skipped),
    ];
    let line = |(key, n): (&str, u64)| {
        let shown = n > 0 || key == "import_new";
        shown.then(|| view! { <dt>{t(key)}</dt> <dd class="figures">{words::number(n)}</dd> })
    };
    let lines = parts.into_iter().filter_map(line).collect_view();
    view! { <p class="figures">{looked}</p> <dl class="facts">{lines}</dl> }.into_any()
}

/// What was refused, and what was there already, by name.
fn names(report: &ImportReport) -> AnyView {
    let refused = report.problems.iter().map(|RefusedFile { path, reason }| {
        view! { <li>{path.clone()} <span class="muted">" – " {words::why_not_taken_in(reason)}</span></li> }.into_any()
    });
    let twins = report.twins.iter().map(|TwinFile { path, same_as }| {
        view! { <li>{path.clone()} <span class="muted">" = " {same_as.clone()}</span></li> }
            .into_any()
    });
    let all_twins = report.same_within + report.same_as_library;
    view! {
        {unfold("import_show_refused", report.refused, refused.collect())}
        {unfold("import_show_twins", all_twins, twins.collect())}
    }
    .into_any()
}

/// Names that can be unfolded, and how many of `all` are not among them.
fn unfold(title: &str, all: u64, names: Vec<AnyView>) -> Option<AnyView> {
    if names.is_empty() {
        return None;
    }
    let more = all.saturating_sub(names.len() as u64);
    let more = (more > 0).then(|| view! { <p class="muted">{tn("import_more", more)}</p> });
    let view = view! {
        <details>
            <summary>{tn(title, all)}</summary>
            <ul class="names small anywhere">{names}</ul>
            {more}
        </details>
    };
    Some(view.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_folder_is_called_by_its_own_name() {
        for path in ["/home/me/Old films", "/home/me/Old films/", "C:\\Old films"] {
            assert_eq!(last_part(path), "Old films");
        }
    }
}
