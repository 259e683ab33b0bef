//! `trialect check --bounds`: what is proven, as text and as JSON; of a study by its protocols.

use crate::command::{project, text, trialect};
use serde_json::Value;

#[test]
fn bounds_are_printed_with_what_they_rest_on() {
    let protocol = project("protocols/opto/beside.trial");
    let told = trialect(&["check", "--bounds", text(&protocol)]).fine();
    // 200 ms, 1 s, 2 s and 1 s; the water of one state; the train of one second.
    for line in [
        "  longest     4.2 s: `base`, `cued`, `respond`, `pay`",
        "  a trial     4 uL: `pay`",
        "  at once     1 s: `opto.train`",
    ] {
        assert!(told.lines().any(|one| one == line), "{line} is not in {told}");
    }
    let json = trialect(&["check", "--bounds", "--json", text(&protocol)]).fine();
    let list: Value = serde_json::from_str(&json).unwrap();
    let proven = &list[0];
    assert_eq!(proven["longest_s"]["most"], 4.2);
    assert_eq!(proven["given"][0]["trial"]["most"], 4.0);
    assert_eq!(proven["given"][0]["day"]["most"], Value::Null);
    assert_eq!(proven["on"][0]["at_once_s"]["most"], 1.0);
}

#[test]
fn a_study_has_the_bounds_of_its_protocols_and_a_mistaken_text_has_none() {
    let told = trialect(&["check", "--bounds", text(&project("protocols/ibl/study.trial"))]).fine();
    for title in ["ibl.habituation, in habituation", "ibl.full, in full, recording"] {
        assert!(told.lines().any(|line| line == title), "{told}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.trial");
    std::fs::write(&path, "protocol broken 1.0.0\ntrial { outcomes done }\n").unwrap();
    let ran = trialect(&["check", "--bounds", text(&path)]);
    assert!(ran.err.contains("no-states"), "{ran:?}");
    assert_eq!(ran.found(), "");
}
