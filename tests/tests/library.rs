//! The library is documented, its pages are those of its texts, and only what is used of it means something.
#![allow(clippy::expect_used)] // the functions that tests share are outside of tests

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trialect_driver::doc::{document, documented, index};
use trialect_driver::{Library, animals, compile};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn page(name: &str) -> String {
    let path = root().join("spec/library").join(format!("{name}.md"));
    std::fs::read_to_string(&path).unwrap_or_default()
}

#[test]
fn pages_are_made_from_the_texts_as_they_are() {
    let pages = documented(&Library::Embedded);
    assert_eq!(pages.len(), trialect_stdlib::MODULES.len());
    let current = |page_of: &trialect_driver::doc::Page| page(&page_of.name) == page_of.markdown();
    let stale: Vec<&str> = pages.iter().filter(|page| !current(page)).map(|page| page.name.as_str()).collect();
    assert!(stale.is_empty(), "write them anew, `trialect doc --all spec/library`: {stale:?}");
    assert_eq!(page("README"), index(&pages), "write it anew, `trialect doc --all spec/library`");
    let folder = std::fs::read_dir(root().join("spec/library")).expect("spec/library");
    let found: BTreeSet<String> =
        folder.map(|file| file.expect("a file").file_name().to_string_lossy().into()).collect();
    let known = pages.iter().map(|page| format!("{}.md", page.name)).chain(["README.md".into()]).collect();
    assert_eq!(found, known, "pages of modules that there are not");
}

#[test]
fn every_public_name_is_described() {
    let missing: Vec<String> = documented(&Library::Embedded).iter().flat_map(|page| page.undescribed()).collect();
    assert!(missing.is_empty(), "say in the texts what these are: {missing:?}");
}

#[test]
fn a_name_without_a_description_is_seen() {
    let text = |described: &str| {
        format!(
            "library near 1.0.0 \"Near\"\nint Cell = 1 .. 3 \"Cells\"\npolicy p \"A policy\" {{\n  input a : Bool {described}\n  on update {{ }}\n}}\n"
        )
    };
    let undescribed = |described: &str| {
        let library = Library::Texts(BTreeMap::from([("near".to_string(), text(described))]));
        document("near", &library).expect("a page").undescribed()
    };
    assert_eq!(undescribed(""), ["near.p.a"]);
    assert!(undescribed("\"An answer\"").is_empty());
}

#[test]
fn every_module_has_an_example_that_compiles() {
    for module in trialect_stdlib::MODULES {
        let example = trialect_stdlib::EXAMPLES.iter().find(|example| example.name == module.name);
        let example = example.unwrap_or_else(|| panic!("{} has no example; see stdlib/examples", module.name));
        let compiled = compile(example.name, example.text, &Library::Embedded);
        let found: Vec<&str> = compiled.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(compiled.program.is_some() && found.is_empty(), "{}: {found:?}", example.name);
        let is_shown = example.text.contains(module.name) || trialect_stdlib::PRELUDE.contains(&module.name);
        assert!(is_shown, "the example of {} does not use it", module.name);
    }
}

#[test]
fn the_animals_of_the_library_are_those_that_play() {
    let page = document("std.animals", &Library::Embedded).expect("a page");
    let documented: BTreeSet<&str> = page
        .sections
        .iter()
        .flat_map(|section| &section.table)
        .flat_map(|table| &table.rows)
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(documented, animals().collect::<BTreeSet<_>>(), "stdlib/std/animals.trial names and describes them");
    for name in animals().filter(|name| *name != "perfect" && *name != "wrong" && *name != "random") {
        let text = format!(
            "protocol animal 1.0.0\nsession {{ limit trials 10 }}\ntrial {{ outcomes done; state only {{ after 1 s -> end done }} }}\nscenario \"plays\" {{ animal std.animals.{name}; run 1 trials; expect always outcome is done }}\n"
        );
        let compiled = compile("animal.trial", &text, &Library::Embedded);
        let needs_wheel = |code: &str| code == "unknown-animal";
        assert!(compiled.findings.iter().all(|finding| needs_wheel(finding.code)), "{name}");
    }
}

/// A schedule, blocks, a side and two instances, each from a module of its own.
const USER: &str = "protocol user 1.0.0
use std.schedules
use std.blocks
ratio = 4
shortest = 3
longest = 9
session {
  limit trials 100
  adapt progress = progressive_ratio(earned: outcome is done) on trial.end
  block phase { use std.blocks.uniform_length; ends when phase.trials >= length }
  block turned { ends when streak.turns }
  adapt streak = run_of_correct(correct: outcome is done) on trial.end
}
most_in_a_row = 3
trial {
  use std.schedules.variable_ratio
  use std.debias.capped_runs
  outcomes done
  state only { after 1 s when side is left and vr > progress.need -> end done; after 2 s -> end done }
}
";

fn hash(text: &str, library: &Library) -> String {
    let compiled = compile("user.trial", text, library);
    let found: Vec<&str> = compiled.findings.iter().map(|finding| finding.message.as_str()).collect();
    compiled.program.unwrap_or_else(|| panic!("{found:?}")).identity.protocol.clone()
}

/// The library with something else in one of its texts.
fn changed(module: &str, old: &str, new: &str) -> Library {
    let texts = trialect_stdlib::MODULES.iter().map(|known| (known.name.to_string(), known.text.to_string()));
    let mut texts: BTreeMap<String, String> = texts.collect();
    let text = texts.get_mut(module).expect("a module");
    assert!(text.contains(old), "`{old}` does not stand in {module}");
    *text = text.replace(old, new);
    Library::Texts(texts)
}

#[test]
fn what_is_used_of_a_module_enters_the_hash_and_nothing_else() {
    let before = hash(USER, &Library::Embedded);
    for (module, old, new) in [
        ("std.schedules", "max(2 * ratio - 1, 1)", "max(2 * ratio, 1)"),
        ("std.schedules", "param step  = 1 ", "param step  = 2 "),
        ("std.blocks", "pick(shortest .. max(shortest, longest))", "pick(shortest .. max(shortest, longest) + 1)"),
        ("std.blocks", "param needed = 8", "param needed = 9"),
        ("std.debias", "last.in_a_row >= most_in_a_row", "last.in_a_row > most_in_a_row"),
    ] {
        assert_ne!(hash(USER, &changed(module, old, new)), before, "{module}: {old}");
    }
    for (module, old, new) in [
        ("std.schedules", "exponential(1) within 0 .. 20", "exponential(1) within 0 .. 30"),
        ("std.schedules", "int Cell = 1 .. 10", "int Cell = 0 .. 10"),
        ("std.schedules", "Responses more for each further one", "More responses"),
        ("std.blocks", "param threshold     = 75%", "param threshold     = 80%"),
        ("std.blocks", "floor(tail)", "ceil(tail)"),
        ("std.debias", "lean >= 0.5", "lean > 0.5"),
    ] {
        assert_eq!(hash(USER, &changed(module, old, new)), before, "{module}: {old}");
    }
}

/// A protocol that shows a picture, made as it is said.
fn showing(made: &str, shown: &str) -> String {
    format!(
        "protocol showing 1.0.0
rig {{ screen : Display }}
stimulus picture on screen = {made}
session {{ limit trials 10 }}
trial {{ outcomes done; state only {{ show picture({shown}); after 1 s -> end done }} }}
"
    )
}

#[test]
fn a_stimulus_that_came_later_enters_the_hash_of_those_who_use_it_only() {
    let grating = showing(
        "gabor(frequency: 0.1 cycle/deg, sigma: 7 deg, orientation: 0 deg)",
        "azimuth: 0 deg, contrast: 1, phase: 0 deg",
    );
    let dots = showing(
        "random_dots(number: 200, size: 3 deg, speed: 60 deg/s, lifetime: 500 ms, aperture: 70 deg)",
        "direction: 0 deg, coherence: 0.5, seed: 7",
    );
    let hashes = |library: &Library| [hash(&grating, library), hash(&dots, library)];
    let [before_grating, before_dots] = hashes(&Library::Embedded);
    let wider = changed(
        "std.devices",
        "(direction : Angle, coherence : Real, seed : Real)",
        "(coherence : Real, direction : Angle, seed : Real)",
    );
    let [grating_then, dots_then] = hashes(&wider);
    assert_eq!(grating_then, before_grating);
    assert_ne!(dots_then, before_dots);
    // Without the word it belongs to the class, and so to every protocol with a display.
    let [grating_then, _] = hashes(&changed("std.devices", " since 1.1.0", ""));
    assert_ne!(grating_then, before_grating);
}

#[test]
fn a_module_that_is_only_named_changes_no_hash() {
    let plain = "protocol plain 1.0.0\nsession { limit trials 10 }\ntrial { outcomes done; state only { after 1 s -> end done } }\n";
    let before = hash(plain, &Library::Embedded);
    // Covariates become those of the protocol that uses them.
    for module in trialect_stdlib::MODULES.iter().filter(|module| !module.name.starts_with("std.covariates.")) {
        let named = plain.replacen('\n', &format!("\nuse {}\n", module.name), 1);
        assert_eq!(hash(&named, &Library::Embedded), before, "{}", module.name);
    }
}
