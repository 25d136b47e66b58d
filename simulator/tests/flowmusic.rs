//! flowmusic.app as a person meets it, by curl.

mod common;

use common::{Visitor, bearer, curl, simulator, start};
use serde_json::Value;
use simulator::{Availability, Config, Expire, Format, Service};
use std::collections::BTreeMap;

const SITE: &str = "https://www.flowmusic.app";

fn clips(visitor: &Visitor<'_>) -> Vec<Value> {
    let mut clips = Vec::new();
    loop {
        let query =
            format!("limit=100&offset={}&filter=generations&include_disliked=false", clips.len());
        let page = visitor.get(&format!("{SITE}/__api/clips/auth-user?{query}")).json();
        let page = page["clips"].as_array().unwrap().clone();
        if page.is_empty() {
            return clips;
        }
        clips.extend(page);
    }
}

#[test]
fn songs_and_their_stems_are_clips() {
    let simulator = simulator(112);
    let visitor = Visitor::new(&simulator, Service::Flowmusic);
    let listed: Vec<Value> = clips(&visitor);
    let facts = simulator.control().songs(Service::Flowmusic, "demo");
    let expected: usize = facts.iter().map(|song| 1 + song.files.len() - 3).sum();
    assert_eq!(listed.len(), expected);
    assert!(expected > 112);
    let by_id: BTreeMap<&str, &Value> =
        listed.iter().map(|clip| (clip["id"].as_str().unwrap(), clip)).collect();
    assert_eq!(by_id.len(), expected);
    for stem in listed.iter().filter(|clip| clip["op_type"] == "audio__split_stems") {
        let source = stem["operation"]["source_clip_id"].as_str().unwrap();
        assert!(by_id.contains_key(source));
        let stems = stem["operation"]["stems"].as_array().unwrap();
        assert!(stems.iter().any(|one| one["clip_id"] == stem["id"]));
    }
}

#[test]
fn addresses_in_the_answer_give_the_true_bytes_and_mp3_needs_the_session() {
    let simulator = simulator(7);
    let visitor = Visitor::new(&simulator, Service::Flowmusic);
    let control = simulator.control();
    for clip in clips(&visitor) {
        let id = clip["id"].as_str().unwrap();
        let audio = curl(&simulator, &[clip["audio_url"].as_str().unwrap()]);
        assert!(audio.body == control.truth(id, Format::M4a).unwrap().to_vec(), "{clip}");
        let is_stem = clip["op_type"] == "audio__split_stems";
        let wav = curl(&simulator, &[clip["wav_url"].as_str().unwrap()]);
        let mp3 = format!("{SITE}/__api/download/audio/{id}?format=mp3");
        if is_stem {
            assert_eq!((wav.status, visitor.get(&mp3).status), (404, 404));
            continue;
        }
        assert!(wav.body == control.truth(id, Format::Wav).unwrap().to_vec());
        assert!(visitor.get(&mp3).body == control.truth(id, Format::Mp3).unwrap().to_vec());
        assert_eq!(curl(&simulator, &[&mp3]).status, 401);
    }
}

#[test]
fn details_complete_what_the_list_leaves_pending() {
    let simulator = simulator(6);
    let visitor = Visitor::new(&simulator, Service::Flowmusic);
    let listed = clips(&visitor);
    let pending = listed.iter().find(|clip| clip["lyrics"]["status"] == "pending").unwrap();
    let id = pending["id"].as_str().unwrap();
    let body = serde_json::json!({"clip_ids": [id]}).to_string();
    let got = visitor.get_with(&format!("{SITE}/__api/clips"), &["--json", &body]).json();
    let clip = &got["clips"][id];
    assert!(clip["lyrics"]["value"]["text"].as_str().unwrap().contains("[Chorus]"));
    assert!(clip["lyrics_timing"]["value"][0]["start_s"].is_number());
    assert!(clip["duration"]["value"].as_str().unwrap().parse::<f64>().unwrap() > 1.0);
    let many = serde_json::json!({"clip_ids": vec![id; 51]}).to_string();
    assert_eq!(visitor.get_with(&format!("{SITE}/__api/clips"), &["--json", &many]).status, 422);
}

#[test]
fn a_withheld_stem_answers_403_and_an_absent_one_has_no_address() {
    let simulator = start(Config { songs: 40, ..Config::default() });
    let visitor = Visitor::new(&simulator, Service::Flowmusic);
    let facts = simulator.control().songs(Service::Flowmusic, "demo");
    let availability: BTreeMap<&str, Availability> = facts
        .iter()
        .flat_map(|song| &song.files)
        .map(|file| (file.id.as_str(), file.availability))
        .collect();
    let mut seen = [0; 2];
    for clip in clips(&visitor).iter().filter(|clip| clip["op_type"] == "audio__split_stems") {
        match availability[clip["id"].as_str().unwrap()] {
            Availability::Present => {}
            Availability::Absent => {
                seen[0] += 1;
                assert!(clip["audio_url"].is_null());
            }
            Availability::Withheld => {
                seen[1] += 1;
                assert_eq!(curl(&simulator, &[clip["audio_url"].as_str().unwrap()]).status, 403);
            }
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}

#[test]
fn an_expired_token_is_renewed_by_a_visit_to_the_page() {
    let simulator = simulator(1);
    let control = simulator.control();
    let text = control.sign_in(Service::Flowmusic, "demo", false);
    assert!(
        text.contains("sb-sb-auth-token.0") && text.contains("sb-sb-auth-token.1"),
        "not in pieces"
    );
    assert!(!text.contains("#HttpOnly_www.flowmusic.app\tFALSE\t/\tTRUE\t0\tsb-"));
    let jar = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(jar.path(), &text).unwrap();
    let path = jar.path().to_str().unwrap();
    let me = |token: &str| {
        let header = format!("Authorization: Bearer {token}");
        curl(
            &simulator,
            &["--cookie", path, "--header", &header, &format!("{SITE}/__api/users/me")],
        )
        .status
    };
    let old = bearer(&text).unwrap();
    assert_eq!(me(&old), 200);
    control.expire(Service::Flowmusic, "demo", Expire::Tokens);
    assert_eq!(me(&old), 401);
    curl(&simulator, &["--cookie", path, "--cookie-jar", path, &format!("{SITE}/")]);
    let new = bearer(&std::fs::read_to_string(jar.path()).unwrap()).unwrap();
    assert_ne!(new, old);
    assert_eq!(me(&new), 200);
    control.expire(Service::Flowmusic, "demo", Expire::Sessions);
    assert_eq!(me(&new), 401);
}
