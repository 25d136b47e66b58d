//! What the part of the address after `#` says: which panel of the app page, and what of it.

use crate::state::State;
use leptos::prelude::*;
use protocol::JobId;

/// `#queue?job=12`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The panel's name; may be one that does not exist.
    pub panel: String,
    /// Only of this job.
    pub job: Option<JobId>,
    /// What follows the panel's name: pairs as in a query, which the panel understands.
    pub query: String,
}

impl Route {
    /// Reads a `location.hash`.
    pub fn parse(hash: &str) -> Self {
        let hash = hash.trim_start_matches('#');
        let (panel, query) = hash.split_once('?').unwrap_or((hash, ""));
        let job = query.split('&').find_map(|pair| pair.strip_prefix("job=")?.parse().ok());
        Route { panel: panel.to_owned(), job, query: query.to_owned() }
    }
}

/// The route that the address names now.
pub fn route_now() -> Route {
    Route::parse(&location_hash().unwrap_or_default())
}

/// Writes `hash` into the address: as a step that Back undoes, or in place of what is there. Routes follow later.
pub fn write_address(hash: &str, as_step: bool) {
    if location_hash().unwrap_or_default() == hash.trim_start_matches('#') {
        return;
    }
    let location = window().location();
    // A page may always change what follows its own `#`.
    let _ = if as_step { location.set_hash(hash) } else { location.replace(hash) };
}

/// The address of a job's files.
pub fn files_of(job: JobId) -> String {
    format!("#queue?job={job}")
}

/// The route as it changes.
pub fn current_route() -> State<Route> {
    let route = State::new(route_now());
    let changed = window_event_listener(leptos::ev::hashchange, move |_| route.set(route_now()));
    on_cleanup(move || changed.remove());
    route
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_jobs_files_leads_back_to_it() {
        let route = Route::parse(&files_of(JobId(12)));
        let query = "job=12".into();
        assert_eq!(route, Route { panel: "queue".into(), job: Some(JobId(12)), query });
    }

    #[test]
    fn odd_addresses_lead_to_no_job() {
        for hash in ["", "#", "#queue", "#queue?job=", "#queue?job=x&y"] {
            assert_eq!(Route::parse(hash).job, None, "{hash}");
        }
    }
}
