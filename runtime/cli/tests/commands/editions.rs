//! The tasks of the International Brain Laboratory in their editions: traces of two rig programs and recorded sessions are
//! held against the edition that ran them and against others; simulated sessions follow the rules of theirs.

use crate::audit::{counts, recorded};
use crate::command::{Ran, project, text, trialect};
use crate::foraging::sessions_told;
use crate::table::Table;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Draws and decisions of a trace are compared in so many trials each.
type Expected<'a> = &'a [(&'a str, u64)];

fn traces(names: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = project("../shared/data/traces");
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    if let Some(missing) = paths.iter().find(|path| !path.is_file()) {
        crate::audit::skipped(missing);
        return None;
    }
    Some(paths)
}

fn edition(name: &str) -> PathBuf {
    project("protocols/ibl").join(name)
}

fn map(name: &str) -> PathBuf {
    project("protocols/ibl/maps").join(name)
}

fn audit(protocol: &Path, map: &Path, tables: &[PathBuf], machine: &str) -> Ran {
    let mut arguments = vec!["audit", text(protocol), "--map", text(map), "--machine", machine, "--json"];
    tables.iter().for_each(|table| arguments.extend(["--table", text(table)]));
    trialect(&arguments)
}

/// Nothing is refuted, nothing is left open, and each name is compared as often as expected; the same on both machines.
fn all_compared(protocol: &str, map_name: &str, tables: &[PathBuf], expected: Expected) {
    let ran = ["jit", "interpreter"].map(|machine| audit(&edition(protocol), &map(map_name), tables, machine));
    let [jit, interpreter] = ran.map(Ran::fine);
    assert_eq!(jit, interpreter);
    let report: Value = serde_json::from_str(&jit).unwrap();
    assert_eq!(report["finding"], "holds");
    let mut names: Vec<&str> =
        report["rules"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    for name in &names {
        assert_eq!(counts(&report, name)[1..], [0, 0, 0], "{name}");
    }
    for (name, number) in expected {
        assert_eq!(counts(&report, name)[0], *number, "{name}");
    }
    let listed: std::collections::BTreeSet<&str> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, listed.into_iter().collect::<Vec<_>>());
}

/// What a row has in the column of a name.
type Cell<'a> = dyn Fn(&str) -> String + 'a;

/// Numbers that the tables hold: cells of a column for which something is true.
fn cells(tables: &[PathBuf], holds: &dyn Fn(&Cell<'_>) -> bool) -> u64 {
    let mut number = 0;
    for table in tables {
        let text = std::fs::read_to_string(table).unwrap();
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        for line in lines {
            let fields = fields(line);
            let of = |name: &str| fields[names.iter().position(|one| *one == name).unwrap()].clone();
            number += u64::from(holds(&of));
        }
    }
    number
}

/// The fields of a line; a quoted one has its quotes doubled.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => fields.last_mut().unwrap().extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

const TRAINING_6: [&str; 5] = [
    "v6.6.4/training_01.csv",
    "v6.6.4/training_02.csv",
    "v6.6.4/training_03.csv",
    "v6.6.4/training_04.csv",
    "v6.6.4/training_05.csv",
];

#[test]
fn every_decision_of_five_chained_sessions_of_program_6_is_that_of_its_edition() {
    let Some(tables) = traces(&TRAINING_6) else { return };
    let trials = cells(&tables, &|_| true);
    assert_eq!(trials, 2060);
    let drew = |what: &'static str| cells(&tables, &move |of| of("draws").contains(what));
    let repeats = cells(&tables, &|of| of("trial_type") == "RepeatContrast");
    assert_eq!(drew("py_gauss"), repeats);
    let hits: Vec<String> =
        ["left", "right"].iter().flat_map(|side| (0..6).map(move |k| format!("hits[{side}, {k}]"))).collect();
    let mut expected: Vec<(&str, u64)> = vec![
        ("fresh_contrast", drew("[\"np_choice\", [1.0")),
        ("fresh_side", trials - repeats),
        ("lean", repeats),
        ("k", repeats),
        ("fresh_phase", drew("py_uniform")),
        // Between the sessions too: all but the first trial of the chain.
        ("reward", trials - 1),
        ("gain", trials - 1),
    ];
    for name in ["side", "contrast", "kind", "p_left", "quiet", "extra", "phase", "pool", "n125"] {
        expected.push((name, trials));
    }
    for name in ["choice", "trial_correct", "water_delivered", "ntrials_correct"] {
        expected.push((name, trials));
    }
    expected.extend(hits.iter().map(|name| (name.as_str(), trials)));
    all_compared("rig_2019/basic.trial", "rig_2019_basic.toml", &tables, &expected);
}

/// How often names are compared that belong to blocks and trials of the full task.
fn of_the_full_task(tables: &[PathBuf], trials: u64, blocks: u64) -> Vec<(&'static str, u64)> {
    let mut expected = vec![
        ("prior.left", blocks),
        ("prior.length", blocks),
        ("prior.tail", blocks - 1),
        ("prior.start_left", 1),
        ("prior ends", trials - 1),
        ("prior.index", trials),
        ("prior.trials", trials),
    ];
    assert_eq!(cells(tables, &|of| of("draws").contains("exponential\", 60.0")), blocks - 1);
    for name in ["side", "contrast", "quiet", "extra", "phase", "choice", "trial_correct", "ntrials_correct"] {
        expected.push((name, trials));
    }
    expected
}

#[test]
fn every_decision_of_a_full_session_of_program_6_is_that_of_its_edition() {
    let Some(tables) = traces(&["v6.6.4/biased_1.csv"]) else { return };
    let (trials, blocks) = (cells(&tables, &|_| true), cells(&tables, &|of| of("block_trial_num") == "1"));
    assert_eq!(trials, 800);
    let mut expected = of_the_full_task(&tables, trials, blocks);
    expected.extend([("water_delivered", trials), ("reward", trials), ("fresh_phase", trials - 1)]);
    all_compared("rig_2019/full.trial", "rig_2019_full.toml", &tables, &expected);
}

#[test]
fn every_decision_of_a_full_session_of_program_8_is_that_of_its_edition() {
    let Some(tables) = traces(&["v8.24.7/biased_b1.csv"]) else { return };
    let (trials, blocks) = (cells(&tables, &|_| true), cells(&tables, &|of| of("block_trial_num") == "0"));
    assert_eq!(trials, 900);
    let mut expected = of_the_full_task(&tables, trials, blocks);
    expected.extend([("water_total", trials), ("paid", trials), ("gain", trials)]);
    all_compared("rig_8/full.trial", "rig_8_full.toml", &tables, &expected);
}

const TRAINING_8: [&str; 1] = ["v8.24.7/fixedsign_f1_0to5.csv"];

#[test]
fn every_decision_of_a_basic_session_of_program_8_is_that_of_its_edition() {
    let Some(tables) = traces(&TRAINING_8) else { return };
    let trials = cells(&tables, &|_| true);
    assert_eq!(trials, 1500);
    let repeats = cells(&tables, &|of| of("debias_trial") == "True");
    let mut expected = vec![("lean", repeats), ("leftward", repeats), ("reward", trials - 1), ("gain", trials - 1)];
    for name in ["training_phase", "fresh", "repeated", "contrast", "side", "p_left", "extra", "quiet", "phase"] {
        expected.push((name, trials));
    }
    for name in ["choice", "trial_correct", "paid", "water_total", "ntrials_correct"] {
        expected.push((name, trials));
    }
    all_compared("rig_8/basic.trial", "rig_8_basic.toml", &tables, &expected);
}

/// The names that are refuted, and those whose frequencies are improbable.
fn against(ran: &Ran) -> (Vec<String>, Vec<String>) {
    assert_eq!(ran.code, 1, "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let names = |list: &str, holds: &dyn Fn(&Value) -> bool| {
        let list = report[list].as_array().unwrap().iter().filter(|one| !holds(one));
        let mut names: Vec<String> = list.map(|one| one["name"].as_str().unwrap().to_owned()).collect();
        names.dedup();
        names
    };
    (names("rules", &|rule| rule["refuted"] == 0), names("tests", &|test| test["holds"] == true))
}

#[test]
fn with_the_other_key_the_phase_is_refuted_and_nothing_else() {
    let Some(tables) = traces(&TRAINING_8) else { return };
    let ran = audit(&edition("rig_8_released/basic.trial"), &map("rig_8_basic.toml"), &tables, "jit");
    assert_eq!(against(&ran), (vec!["training_phase".to_owned()], Vec::new()));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let rules = report["rules"].as_array().unwrap();
    let phase = rules.iter().find(|rule| rule["name"] == "training_phase").unwrap();
    // The second phase ended with trial 466, counted from 0.
    assert_eq!((&phase["refuted"], &phase["cases"][0]["trial"]), (&1.into(), &467.into()));
}

#[test]
fn the_papers_basic_task_differs_in_the_rules_that_the_programs_have_otherwise() {
    let Some(tables) = traces(&TRAINING_6) else { return };
    let ran = audit(&edition("basic.trial"), &map("rig_2019_as_paper.toml"), &tables, "jit");
    let (refuted, _) = against(&ran);
    // The share of ten responses from which the side of a repeat is drawn, what is repeated, and when contrasts come.
    assert_eq!(refuted, ["leftward", "repeated", "contrasts"]);
}

#[test]
fn in_the_full_task_what_one_program_did_lies_within_the_draws_of_the_other() {
    // Program 6 begins a session with a phase of 0 and its own weights, in one trial of 800; all others are alike.
    let Some(tables) = traces(&["v6.6.4/biased_1.csv"]) else { return };
    let ran = audit(&edition("rig_8/full.trial"), &map("rig_2019_as_rig_8_full.toml"), &tables, "jit");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["finding"]), (0, &"holds".into()));
}

/// Recorded sessions have no draws, and a probability that tells repeats from others unless five of ten were left.
fn of_the_recorded_session(protocol: &str, map_name: &str) -> Option<Ran> {
    let table = recorded("2020-08-21_training.csv")?;
    Some(audit(&edition(protocol), &map(map_name), &[table], "jit"))
}

fn test<'r>(report: &'r Value, name: &str) -> &'r Value {
    report["tests"].as_array().unwrap().iter().find(|test| test["name"] == name).unwrap()
}

#[test]
fn the_papers_repeats_are_not_those_of_the_recorded_session() {
    let Some(ran) = of_the_recorded_session("basic.trial", "recorded_as_paper.toml") else { return };
    assert_eq!(ran.code, 1);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    // Seven errors at an easy contrast were not repeated.
    assert_eq!(counts(&report, "contrast")[2], 7);
    // After hard errors the contrast comes again more often than chance gives it.
    let after = test(&report, "contrast after error");
    assert_eq!(after["holds"], false, "{after}");
    // Trials that are visibly repeats: 31 follow an error at a hard contrast, which the paper does not repeat.
    let ran = of_the_recorded_session("basic.trial", "visible_as_paper.toml").unwrap();
    let visible: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(counts(&visible, "repeated"), [7, 0, 31, 719 - 38]);
}

#[test]
fn the_edition_of_the_rig_explains_every_visible_repeat() {
    let Some(ran) = of_the_recorded_session("rig_2019/basic.trial", "recorded_rig_2019.toml") else { return };
    let report: Value = serde_json::from_str(&ran.fine()).unwrap();
    assert_eq!(report["finding"], "holds");
    let refuted: u64 = report["rules"].as_array().unwrap().iter().map(|rule| rule["refuted"].as_u64().unwrap()).sum();
    assert_eq!(refuted, 0);
    assert_eq!(test(&report, "contrast after error")["holds"], true);
    let ran = of_the_recorded_session("rig_2019/basic.trial", "visible_rig_2019.toml").unwrap();
    let visible: Value = serde_json::from_str(&ran.out).unwrap();
    let kind = counts(&visible, "kind");
    assert_eq!((kind[0] + kind[1], kind[2], kind[3]), (38, 0, 719 - 38));
    assert_eq!(counts(&visible, "p_left")[2..], [0, 0]);
}

#[test]
fn recorded_full_sessions_are_those_of_the_rig_and_of_the_paper() {
    let names = ["2020-08-28_biased.csv", "2020-09-01_biased.csv"];
    let Some(tables) = names.map(recorded).into_iter().collect::<Option<Vec<_>>>() else { return };
    for protocol in ["full.trial", "rig_2019/full.trial"] {
        let report: Value =
            serde_json::from_str(&audit(&edition(protocol), &map("recorded_full.toml"), &tables, "jit").fine())
                .unwrap();
        assert_eq!((&report["trials"], &report["finding"]), (&2071.into(), &"holds".into()), "{protocol}");
        // 38 blocks: all of them but the first biased ones, whose side is drawn, have the side that they must have.
        assert_eq!(counts(&report, "prior.left"), [36, 2, 0, 0], "{protocol}");
        let ends = counts(&report, "prior ends");
        assert_eq!((ends[0] + ends[1], ends[2], ends[3]), (2069, 0, 0), "{protocol}");
    }
    // What the choice was follows from the outcome in the rig's edition.
    let ran = audit(&edition("rig_2019/full.trial"), &map("recorded_full.toml"), &tables, "interpreter");
    let report: Value = serde_json::from_str(&ran.fine()).unwrap();
    assert_eq!(counts(&report, "choice"), [2071, 0, 0, 0]);
}

#[test]
fn a_key_in_degrees_is_no_contrast_without_a_division() {
    let folder = tempfile::tempdir().unwrap();
    crate::mutations::copy_texts(&project("protocols/ibl"), folder.path());
    let released = folder.path().join("rig_8_released/basic.trial");
    let own = std::fs::read_to_string(&released).unwrap();
    trialect(&["check", text(&released)]).fine();
    for divided in [" / 1 deg", "start * c / 1 deg"] {
        let without = divided.replace(" / 1 deg", "");
        assert_eq!(own.matches(divided).count(), 1);
        std::fs::write(&released, own.replace(divided, &without)).unwrap();
        let ran = trialect(&["check", text(&released), "--json"]);
        assert_ne!(ran.code, 0);
        assert!(ran.out.contains("unit-mismatch"), "{ran:?}");
    }
}

#[test]
fn the_two_editions_of_program_8_differ_in_one_definition() {
    let tree = |name: &str| {
        let out = trialect(&["hash", text(&edition(name)), "--tree"]).fine();
        let line = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        out.lines().map(line).filter(|words| words.len() == 2).collect::<Vec<_>>()
    };
    let (meant, released) = (tree("rig_8/basic.trial"), tree("rig_8_released/basic.trial"));
    assert_eq!(meant.len(), released.len());
    let rows = meant.iter().filter(|row| row.iter().any(|word| word == "key")).count();
    assert!(rows == 1 && meant != released, "{meant:?}");
}

/// Rules of the phases, from the tables alone.
fn phases_hold(tables: &[Table]) -> u32 {
    let mut highest = 0;
    for table in tables {
        let mut counted = [0; 6];
        for row in 0..table.rows() {
            let phase = table.real("training_phase", row) as usize;
            let contrast = table.real("contrast", row);
            let lowest = [0.5, 0.25, 0.125, 0.0625, 0.0, 0.0][phase];
            let before = (row > 0).then(|| row - 1);
            let failed = before.is_some_and(|row| table.text("outcome", row).as_deref() != Some("correct"));
            let easy = before.is_some_and(|row| table.real("contrast", row) >= 0.5);
            assert_eq!(table.flag("repeated", row), failed && easy && phase < 5, "trial {row}");
            assert!(contrast >= lowest, "trial {row}: {contrast} in phase {phase}");
            if contrast == 0.0 && !table.flag("repeated", row) {
                assert_eq!(table.text("side", row).as_deref(), Some("left"), "trial {row}");
            }
            if let Some(before) = before {
                let from = table.real("training_phase", before) as usize;
                counted[from] += 1;
                assert!(phase == from || phase == from + 1, "trial {row}");
                if (2..=4).contains(&from) {
                    assert_eq!(phase > from, counted[from] >= 200, "trial {row}");
                }
            } else {
                counted[phase] += 1;
            }
            highest = highest.max(phase as u32);
        }
    }
    highest
}

/// Twenty sessions that a person ends after so many trials: no rule of a program ends one before 2,000.
fn twenty(protocol: &str, trials: usize) -> Vec<Table> {
    let stop = format!("after trial {trials}");
    let data = sessions_told(&edition(protocol), 20, &["--stop", &stop]);
    let tables = (1..=20).map(|ordinal| Table::trials(&crate::folders::session(data.path(), ordinal)));
    let tables: Vec<Table> = tables.collect();
    assert!(tables.iter().all(|table| table.rows() == trials), "{protocol}");
    tables
}

#[test]
fn twenty_sessions_of_program_8_go_through_the_phases_and_those_of_the_released_one_do_not() {
    assert!(phases_hold(&twenty("rig_8/basic.trial", 450)) >= 2);
    assert_eq!(phases_hold(&twenty("rig_8_released/basic.trial", 450)), 1);
}

#[test]
fn twenty_sessions_of_the_full_task_have_blocks_of_20_to_99_trials() {
    for protocol in ["rig_2019/full.trial", "rig_8/full.trial"] {
        for table in twenty(protocol, 300) {
            for row in 1..table.rows() {
                let (now, before) = (table.real("prior.index", row), table.real("prior.index", row - 1));
                let length = table.real("prior.length", row);
                assert_eq!(length == 90.0 && now == 1.0, now == 1.0, "{protocol}");
                assert!((20.0..=99.0).contains(&length), "{protocol}: {length}");
                assert_eq!(now > before, table.real("prior.trials", row) == 0.0, "{protocol}");
                if now > before {
                    assert_eq!(table.real("prior.trials", row - 1) + 1.0, table.real("prior.length", row - 1));
                }
            }
        }
    }
}

#[test]
fn twenty_sessions_of_habituation_pay_every_trial() {
    for protocol in ["rig_2019/habituation.trial", "rig_8/habituation.trial"] {
        for table in twenty(protocol, 300) {
            assert!(table.reals("spout.delivered").iter().all(|amount| *amount == 3.0));
        }
    }
}
