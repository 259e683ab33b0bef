//! Parts: a protocol with its clauses in parts is the protocol written out in full.
#![allow(clippy::expect_used)]

use std::collections::BTreeMap;
use trialect_base::Severity;
use trialect_driver::{Compiled, Library, compile};

fn basic() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../protocols/ibl/basic.trial");
    std::fs::read_to_string(path).expect("the basic task")
}

/// From a line to the line before another, and what is left with something else there.
fn cut(text: &str, from: &str, to: &str, instead: &str) -> (String, String) {
    let start = text.find(from).expect("where it begins");
    let end = start + text[start..].find(to).expect("where it ends");
    (text[start..end].to_string(), format!("{}{instead}\n{}", &text[..start], &text[end..]))
}

/// The basic task with its rig in a part of its own, and its states in another, in a file each.
fn in_parts() -> (String, BTreeMap<String, String>) {
    let (rig, rest) = cut(&basic(), "rig {", "subject {", "use ibl.hardware\n");
    let (states, rest) = cut(&rest, "  state still {", "  state correct", "  use ibl.wheel_trial\n");
    let inputs = "use std.sides\ninput side : Side\ninput contrast : Real\ninput wheel : Encoder\ninput quiet : Time\n";
    let library = "library ibl.tasks 1.0.0\npart unused { state nowhere { after 1 s -> nowhere } }\n".to_string();
    let texts = [
        ("ibl.hardware", format!("part ibl.hardware 1.0.0\n\"The box.\"\n{rig}")),
        ("ibl.wheel_trial", format!("part ibl.wheel_trial 2.0.0\n{inputs}{states}")),
        ("ibl.tasks", library),
    ];
    (rest, texts.into_iter().map(|(name, text)| (name.to_string(), text)).collect())
}

fn errors(compiled: &Compiled) -> Vec<String> {
    let errors = compiled.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.code, finding.message)).collect()
}

fn hash(compiled: &Compiled) -> String {
    assert_eq!(errors(compiled), Vec::<String>::new());
    compiled.program.as_ref().expect("it compiles").identity.protocol.clone()
}

#[test]
fn parts_in_files_have_the_hash_of_the_text_in_full() {
    let whole = hash(&compile("basic.trial", &basic(), &Library::Embedded));
    let (text, texts) = in_parts();
    assert!(!text.contains("state respond"), "the states are elsewhere");
    let compiled = compile("basic.trial", &text, &Library::Embedded.beside(texts.clone()));
    assert_eq!(hash(&compiled), whole);
    let named: Vec<&str> = compiled.texts.iter().map(|text| text.name.as_str()).collect();
    assert!(named.ends_with(&["std.sides", "ibl.hardware", "ibl.wheel_trial"]), "{named:?}");
    // Another time in a part is another protocol.
    let mut other = texts;
    let states = other.get_mut("ibl.wheel_trial").expect("the states");
    *states = states.replace("reaches 2 deg / gain", "reaches 3 deg / gain");
    assert_ne!(hash(&compile("basic.trial", &text, &Library::Embedded.beside(other))), whole);
}

#[test]
fn a_program_compiles_again_from_its_stored_texts() {
    let (text, texts) = in_parts();
    let first = compile("basic.trial", &text, &Library::Embedded.beside(texts));
    let stored: BTreeMap<String, String> =
        first.texts[1..].iter().map(|text| (text.name.clone(), text.text.clone())).collect();
    assert_eq!(hash(&compile("p", &first.texts[0].text, &Library::Texts(stored))), hash(&first));
}

#[test]
fn parts_of_a_library_and_of_the_protocol_have_the_hash_of_the_text_in_full() {
    let whole = hash(&compile("basic.trial", &basic(), &Library::Embedded));
    let (text, texts) = in_parts();
    let body = |name: &str| texts[name].split_once(".0.0\n").expect("a header").1.replace("\"The box.\"\n", "");
    let library = format!(
        "library ibl.tasks 1.0.0\nlong = 3 s\npart hardware {{\n{}}}\npart wheel_trial {{\n{}}}\n",
        body("ibl.hardware"),
        body("ibl.wheel_trial")
    );
    let texts = BTreeMap::from([("ibl.tasks".to_string(), library)]);
    let used = text.replace("use ibl.", "use ibl.tasks.");
    assert_eq!(hash(&compile("basic.trial", &used, &Library::Embedded.beside(texts))), whole);
    let own = format!("{}part wheel_trial {{\n{}}}\n", text.replace("use ibl.", "use "), body("ibl.wheel_trial"));
    let own = format!("{own}part hardware {{\n{}}}\n", body("ibl.hardware"));
    assert_eq!(hash(&compile("basic.trial", &own, &Library::Embedded)), whole);
}

#[test]
fn a_clash_shows_both_places_and_the_use() {
    let (text, mut texts) = in_parts();
    let states = texts.get_mut("ibl.wheel_trial").expect("the states");
    states.push_str("  state correct { after 1 s -> end correct }\n");
    let compiled = compile("basic.trial", &text, &Library::Embedded.beside(texts));
    let clash = compiled.findings.iter().find(|finding| finding.code == "duplicate-name").expect("a clash");
    let places: Vec<String> = clash
        .labels
        .iter()
        .map(|label| compiled.sources.get(label.span.source).expect("a source").name.clone())
        .collect();
    assert!(
        places.contains(&"basic.trial".to_string()) && places.contains(&"ibl.wheel_trial".to_string()),
        "{places:?}"
    );
}

#[test]
fn a_library_does_not_see_what_a_part_declares() {
    let library = "library lab.waits 1.0.0\nlong = short\npart waits { short = 3 s }\n";
    let texts = BTreeMap::from([("lab.waits".to_string(), library.to_string())]);
    let text = "protocol p 1.0.0\nuse lab.waits.waits\nsession { limit trials 1 }\n\
                trial { outcomes x; state s { after long -> end x } }\n";
    let compiled = compile("p.trial", text, &Library::Embedded.beside(texts.clone()));
    assert!(errors(&compiled).iter().any(|error| error.starts_with("unknown-name")), "{:?}", errors(&compiled));
    let short = text.replace("after long", "after short");
    let texts = BTreeMap::from([("lab.waits".to_string(), library.replace("long = short\n", ""))]);
    hash(&compile("p.trial", &short, &Library::Embedded.beside(texts)));
}

#[test]
fn the_library_has_the_last_word() {
    let sides = "library std.sides 1.0.0\nenum Side { up, down }\n";
    let texts = BTreeMap::from([("std.sides".to_string(), sides.to_string())]);
    let with = compile("basic.trial", &basic(), &Library::Embedded.beside(texts));
    assert_eq!(hash(&with), hash(&compile("basic.trial", &basic(), &Library::Embedded)));
}
