//! The choice of formats as check boxes. Keeps the last good choice in the settings.

use crate::actions::set_settings;
use crate::catalogue::t;
use crate::components::icon::{Icon, icon};
use crate::components::live::{follow, live, live_view, on};
use crate::state::{Derived, State};
use crate::store::Store;
use crate::words;
use leptos::prelude::*;
use protocol::{SettingsPatch, Variant};

/// What is ticked now; empty until the settings are known, or when the person unticks everything.
pub fn chosen_formats(store: Store) -> State<Vec<Variant>> {
    let chosen = State::new(Vec::new());
    let saved = Derived::new(move || {
        store.settings.with(|settings| settings.as_ref().map(|s| s.formats.clone()))
    });
    follow(move || {
        let Some(formats) = saved.get() else { return };
        if store
            .formats_sent
            .with_untracked(|sent| sent.as_ref().is_none_or(|sent| *sent == formats))
        {
            store.formats_sent.set(None);
            chosen.set(formats);
        }
    });
    chosen
}

/// The check boxes.
pub fn variant_chips(store: Store, chosen: State<Vec<Variant>>) -> AnyView {
    let known = move || store.settings.with(Option::is_some);
    let complaint = move || {
        (known() && chosen.with(Vec::is_empty))
            .then(|| view! { <p class="complaint small" role="alert">{t("formats_need_one")}</p> })
    };
    let chips =
        Variant::OF_SONGS.iter().map(|variant| chip(store, chosen, *variant)).collect_view();
    view! {
        <fieldset class="stack">
            <legend class="visually-hidden">{t("formats_label")}</legend>
            <div class="chips">{chips}</div>
            {live_view(complaint)}
        </fieldset>
    }
    .into_any()
}

fn chip(store: Store, chosen: State<Vec<Variant>>, variant: Variant) -> AnyView {
    let help = t(&format!("format_{variant}_help"));
    view! {
        <label class="chip" title=help>
            <input
                type="checkbox"
                prop:checked=live(move || chosen.with(|all| all.contains(&variant)))
                prop:disabled=live(move || store.settings.with(Option::is_none))
                on:change=on(move |event| choose(store, chosen, variant, event_target_checked(&event)))
            />
            {icon(Icon::Check)}
            {words::format(variant)}
        </label>
    }
    .into_any()
}

fn choose(store: Store, chosen: State<Vec<Variant>>, variant: Variant, wanted: bool) {
    chosen.update(|all| *all = with(all, variant, wanted));
    let formats = chosen.get_untracked();
    if !formats.is_empty() {
        store.formats_sent.set(Some(formats.clone()));
        set_settings(
            store,
            SettingsPatch { formats: Some(formats), ..SettingsPatch::default() },
            None,
        );
    }
}

/// `all` with or without `variant`, in the order they are offered.
fn with(all: &[Variant], variant: Variant, wanted: bool) -> Vec<Variant> {
    let keeps = |known: &&Variant| if **known == variant { wanted } else { all.contains(known) };
    Variant::OF_SONGS.iter().filter(keeps).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_keep_their_order_however_they_are_ticked() {
        let ticked = with(&[Variant::Stems], Variant::Mp3, true);
        assert_eq!(ticked, [Variant::Mp3, Variant::Stems]);
        assert_eq!(with(&ticked, Variant::Stems, false), [Variant::Mp3]);
        assert_eq!(with(&ticked, Variant::Mp3, true), ticked);
    }
}
