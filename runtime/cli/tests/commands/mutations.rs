//! Scenarios that can fail: each central rule of each protocol and study is broken on purpose, and a scenario notices.
//!
//! `tests/mutations/FOLDER/NAME.mutations` lists what is done to `protocols/FOLDER/NAME.trial`, groups apart by blank
//! lines: after `- ` what the text says, after `+ ` what it is made to say; `in FILE` first when it is a file beside.

use crate::command::{project, text, trialect};
use std::fs;
use std::path::{Path, PathBuf};

/// The least number of mutations and of scenarios of a protocol.
const LEAST: (usize, usize) = (6, 4);

/// One change of a text.
#[derive(Debug)]
struct Mutation {
    file: String,
    from: String,
    to: String,
}

fn mutations(list: &Path) -> Vec<Mutation> {
    let own = format!("{}.trial", list.file_stem().unwrap().to_str().unwrap());
    let list = fs::read_to_string(list).unwrap();
    let group = |group: &str| {
        let after = |sign: &str| {
            let lines: Vec<&str> = group.lines().filter_map(|line| line.strip_prefix(sign)).collect();
            lines.join("\n")
        };
        let file = Some(after("in ")).filter(|file| !file.is_empty()).unwrap_or_else(|| own.clone());
        Mutation { file, from: after("- "), to: after("+ ") }
    };
    list.split("\n\n").filter(|lines| lines.contains("- ")).map(group).collect()
}

/// The texts of the field of a protocol, in a folder of their own; the protocol's path there.
fn copied((root, name): (&str, &str), folder: &Path) -> PathBuf {
    let field = name.split('/').next().unwrap();
    copy_texts(&project(root).join(field), &folder.join(field));
    folder.join(format!("{name}.trial"))
}

/// The texts of a folder and of those within it.
pub(crate) fn copy_texts(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let beside = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy_texts(&entry, &beside);
        } else if entry.extension().is_some_and(|extension| extension == "trial") {
            fs::copy(&entry, beside).unwrap();
        }
    }
}

/// What nobody notices of what is done to a protocol, or what cannot be done.
fn unnoticed(protocol: (&str, &str), mutation: &Mutation) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let protocol = copied(protocol, folder.path());
    let changed = protocol.parent().unwrap().join(&mutation.file);
    let before = fs::read_to_string(&changed).unwrap();
    if mutation.from.is_empty() || !before.contains(&mutation.from) {
        return Some(format!("there is no such text: {mutation:?}"));
    }
    fs::write(&changed, before.replacen(&mutation.from, &mutation.to, 1)).unwrap();
    // The reference machine: both compute the same, and this one need not be compiled for each scenario.
    let ran = trialect(&["test", text(&protocol), "--machine", "interpreter"]);
    let noticed = ran.code == 1 && ran.out.lines().any(|line| line.starts_with("  fails  "));
    (!noticed).then(|| format!("{mutation:?}: {ran:?}"))
}

/// Each mutation of a protocol compiles and makes a scenario fail.
fn assert_noticed(name: &str) {
    let list = mutations(&project("runtime/cli/tests/mutations").join(format!("{name}.mutations")));
    assert!(list.len() >= LEAST.0, "only {} mutations of {name}", list.len());
    assert_each_noticed(("protocols", name), &list);
}

/// A protocol is a folder of the project and a name below it.
fn assert_each_noticed(protocol: (&str, &str), list: &[Mutation]) {
    let unnoticed: Vec<String> = list.iter().filter_map(|mutation| unnoticed(protocol, mutation)).collect();
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

/// Rules that programs of laboratories have had wrong: the text has them right, and a scenario notices the mistake.
#[test]
fn incidents_make_a_scenario_fail() {
    let protocol = project("runtime/cli/tests/incidents").join("rules.trial");
    let list = mutations(&protocol.with_extension("mutations"));
    assert_eq!(list.len(), 3);
    trialect(&["test", text(&protocol)]).fine();
    assert_each_noticed(("runtime/cli/tests", "incidents/rules"), &list);
}

/// A test for each protocol, so that they run beside each other.
macro_rules! protocols {
    ($($test:ident: $name:literal),* $(,)?) => {
        const PROTOCOLS: &[&str] = &[$($name),*];
        $(#[test]
        fn $test() {
            assert_noticed($name);
        })*
    };
}

protocols! {
    the_basic_task: "ibl/basic",
    the_full_task: "ibl/full",
    the_detection_task: "ibl/detection",
    habituation: "ibl/habituation",
    the_ibl_study: "ibl/study",
    the_training_status: "ibl/status",
    reversal: "pycontrol/reversal",
    light_guided_choice: "bpod/light2afc",
    foraging: "aind/foraging",
    five_choice: "operant/five_choice",
    go_nogo: "operant/go_nogo",
    schedules: "operant/schedules",
    the_basic_task_of_2019: "ibl/rig_2019/basic",
    the_full_task_of_2019: "ibl/rig_2019/full",
    habituation_of_2019: "ibl/rig_2019/habituation",
    the_basic_task_of_program_8: "ibl/rig_8/basic",
    the_full_task_of_program_8: "ibl/rig_8/full",
    habituation_of_program_8: "ibl/rig_8/habituation",
    the_basic_task_of_program_8_as_released: "ibl/rig_8_released/basic",
    the_study_of_2019: "ibl/rig_2019/study",
    the_study_of_program_8: "ibl/rig_8/study",
    the_study_of_program_8_as_released: "ibl/rig_8_released/study",
    clicks: "brody/clicks",
    light_beside_the_trial: "opto/beside",
    concurrent_schedules: "operant/concurrent",
    current_steps: "slice/current_steps",
    conditioning: "pavlovian/conditioning",
    bandit: "decisions/bandit",
    two_steps: "decisions/two_step",
    patch_leaving: "decisions/patch_leaving",
    stop_signal: "inhibition/stop_signal",
    random_dots: "psychophysics/random_dots",
    orientation: "psychophysics/orientation",
    delayed_match: "psychophysics/delayed_match",
}

#[test]
fn every_protocol_has_scenarios_and_mutations() {
    let mut found = Vec::new();
    for file in crate::protocols::texts_in(&project("protocols"), &["protocol ", "study "]) {
        let name = file.strip_prefix(project("protocols")).unwrap().with_extension("");
        let scenarios = fs::read_to_string(file.with_extension("scenarios.trial")).unwrap();
        let number = scenarios.lines().filter(|line| line.starts_with("scenario \"")).count();
        assert!(number >= LEAST.1, "only {number} scenarios of {}", name.display());
        found.push(name.to_str().unwrap().to_owned());
    }
    let mut known = PROTOCOLS.to_vec();
    known.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn scenarios_of_all_protocols_hold_on_both_machines() {
    let protocols = project("protocols");
    let jit = trialect(&["test", text(&protocols)]).fine();
    assert!(jit.ends_with(" scenarios, fine\n"), "{jit}");
    assert_eq!(trialect(&["test", text(&protocols), "--machine", "interpreter"]).fine(), jit);
}
