//! `trialect audit`: our own tables, changed protocols, and recorded sessions of another program.
#![allow(clippy::print_stderr)] // what is skipped is said

use crate::command::{Ran, basic, project, sim, text, trialect};
use std::path::{Path, PathBuf};

const OWN: &str = "format = \"trialect-map/1\"\nown = true\n";
/// Cells of the recorded sessions.
const RECORDED: &str = "format = \"trialect-map/1\"
[names]
outcome   = { column = \"feedbackType\", values = { \"1\" = \"correct\", \"-1\" = \"error\" } }
contrast  = { columns = [\"contrastLeft\", \"contrastRight\"] }
side      = { which = { left = \"contrastLeft\", right = \"contrastRight\" } }
choice    = { column = \"choice\", values = { \"1\" = \"left\", \"-1\" = \"right\", \"0\" = \"none\" } }
weight    = { is = 25 }
\"trial.end\" = \"response_times\"
";

fn audit(protocol: &Path, map: &str, tables: &[PathBuf], more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.toml");
    std::fs::write(&path, map).unwrap();
    let mut arguments = vec!["audit", text(protocol), "--map", text(&path)];
    tables.iter().for_each(|table| arguments.extend(["--table", text(table)]));
    arguments.extend(more);
    trialect(&arguments)
}

fn tables(data: &Path, sessions: u32) -> Vec<PathBuf> {
    let folder = |k: u32| data.join(crate::command::SUBJECT).join(format!("{k:03}"));
    (1..=sessions).map(|k| folder(k).join("trials.parquet")).collect()
}

fn json(out: &str) -> serde_json::Value {
    serde_json::from_str(out).unwrap()
}

/// equal, consistent, refuted, undecidable; over all moments of a name.
pub(crate) fn counts(report: &serde_json::Value, name: &str) -> [u64; 4] {
    let rules = report["rules"].as_array().unwrap().iter().filter(|rule| rule["name"] == name);
    rules.fold([0; 4], |sum, rule| {
        let of = |word: &str| rule[word].as_u64().unwrap();
        [sum[0] + of("equal"), sum[1] + of("consistent"), sum[2] + of("refuted"), sum[3] + of("undecidable")]
    })
}

#[test]
fn our_own_sessions_hold_and_every_decision_is_compared() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 3, 7).fine();
    let out = audit(&basic(), OWN, &tables(data.path(), 3), &["--json"]).fine();
    let report = json(&out);
    assert_eq!((&report["finding"], &report["sessions"]), (&"holds".into(), &3.into()));
    let trials = report["trials"].as_u64().unwrap();
    for rule in report["rules"].as_array().unwrap() {
        let name = rule["name"].as_str().unwrap();
        assert_eq!(counts(&report, name)[1..], [0, 0, 0], "{name}");
    }
    for name in ["repeated", "contrast", "side", "lean", "contrasts.pool"] {
        assert_eq!(counts(&report, name)[0], trials, "{name}");
    }
    // What rules carry on is compared everywhere but in the first trial of the chain.
    for name in ["reward", "gain", "contrasts", "contrasts.trials"] {
        assert_eq!(counts(&report, name)[0], trials - 1, "{name}");
    }
    let interpreted = audit(&basic(), OWN, &tables(data.path(), 3), &["--json", "--machine", "interpreter"]).fine();
    assert_eq!(out.replace(text(data.path()), ""), interpreted.replace(text(data.path()), ""));
}

#[test]
fn a_changed_rule_is_refuted_and_named() {
    let data = tempfile::tempdir().unwrap();
    // After the fifth session of this animal the reward falls for the first time.
    sim(data.path(), 6, 7).fine();
    let own = std::fs::read_to_string(basic()).unwrap();
    let changes = [
        ("last.contrast >= easy\n", "last.contrast >= 100%\n", 2, "repeated"),
        ("max(reward - 0.1 uL, 1.5 uL)", "max(reward - 0.2 uL, 1.5 uL)", 6, "reward"),
        ("median(response_time) over last 20 trials at", "median(response_time) over last 21 trials at", 2, "recent"),
    ];
    for (from, to, sessions, name) in changes {
        let changed = data.path().join("changed.trial");
        std::fs::write(&changed, own.replace(from, to)).unwrap();
        assert_ne!(own, own.replace(from, to), "{from}");
        let ran = audit(&changed, OWN, &tables(data.path(), sessions), &["--json"]);
        let report = json(&ran.out);
        let refuted = |rule: &&serde_json::Value| rule["refuted"] != 0;
        let names: Vec<&str> = report["rules"]
            .as_array()
            .unwrap()
            .iter()
            .filter(refuted)
            .filter_map(|rule| rule["name"].as_str())
            .collect();
        assert_eq!((ran.code, names), (1, vec![name]), "{to}");
    }
    let changed = data.path().join("changed.trial");
    std::fs::write(&changed, own.replace("last.contrast >= easy\n", "last.contrast >= 100%\n")).unwrap();
    let out = audit(&changed, OWN, &tables(data.path(), 2), &[]).found();
    assert!(out.contains("The data refute: repeated."), "{out}");
    assert!(out.contains("repeated = exists last and last.outcome is not correct and last.contrast >= 100%"), "{out}");
}

/// Says that data are missing.
pub(crate) fn skipped(path: &Path) {
    eprintln!("SKIPPED: {} is missing; put the data into ../shared/data", path.display());
}

pub(crate) fn recorded(name: &str) -> Option<PathBuf> {
    let path = project("../shared/data/real/eleven_sessions").join(name);
    if !path.is_file() {
        skipped(&path);
        return None;
    }
    Some(path)
}

#[test]
fn the_papers_rule_of_repeats_is_not_that_of_the_recorded_session() {
    let Some(table) = recorded("2020-08-21_training.csv") else { return };
    let map = format!("{RECORDED}contrasts = {{ is = \"final\" }}\n");
    let ran = audit(&basic(), &map, &[table], &["--json"]);
    assert_eq!(ran.code, 1);
    let report = json(&ran.out);
    assert_eq!(report["trials"], 719);
    // Seven errors at an easy contrast were not repeated.
    assert_eq!(counts(&report, "contrast")[2], 7);
    assert_eq!(counts(&report, "side")[2], 0);
    let tests = report["tests"].as_array().unwrap();
    let improbable = |name: &str| tests.iter().any(|test| test["name"] == name && test["holds"] == false);
    // Blank trials came half as often as the pool says.
    assert!(improbable("contrast"), "{tests:?}");
}

#[test]
fn recorded_full_sessions_have_the_blocks_of_the_protocol() {
    let names = ["2020-08-28_biased.csv", "2020-09-01_biased.csv"];
    let Some(list) = names.map(recorded).into_iter().collect::<Option<Vec<_>>>() else { return };
    let block = "\"prior.left\" = \"probabilityLeft\"\n\"prior.begins\" = { changes = \"probabilityLeft\" }\n";
    let full = project("protocols/ibl/full.trial");
    let report = json(&audit(&full, &format!("{RECORDED}{block}"), &list, &["--json"]).fine());
    assert_eq!((&report["trials"], &report["finding"]), (&2071.into(), &"holds".into()));
    // 38 blocks, of which two are the first biased ones, whose side is drawn.
    assert_eq!(counts(&report, "prior.left"), [36, 2, 0, 0]);
    let ends = counts(&report, "prior ends");
    assert_eq!((ends[0] + ends[1], ends[2], ends[3]), (2069, 0, 0));
    // A block may not last longer than its longest draw, nor the first another number of trials.
    let changed = tempfile::tempdir().unwrap();
    let beside = ["hardware.trial", "wheel_trial.trial"];
    beside.iter().for_each(|name| {
        std::fs::copy(project("protocols/ibl").join(name), changed.path().join(name)).unwrap();
    });
    let own = std::fs::read_to_string(&full).unwrap();
    let short = changed.path().join("full.trial");
    std::fs::write(&short, own.replace("within 20 .. 100", "within 20 .. 90").replace("then 90 else", "then 80 else"))
        .unwrap();
    let report = json(&audit(&short, &format!("{RECORDED}{block}"), &list, &["--json"]).found());
    // Lengths of 92, 91, 94 and 98 trials are too long in one trial or more each; both first blocks go on after 80.
    assert!(counts(&report, "prior ends")[2] >= 6, "{report}");
}

#[test]
fn what_cannot_be_audited_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("a.csv");
    std::fs::write(&table, "o\ncorrect\n").unwrap();
    let told =
        audit(&basic(), "format = \"trialect-map/1\"\n[names]\nsides = \"o\"\n", std::slice::from_ref(&table), &[]);
    let told = told.trouble("audit-map");
    assert!(told.contains("map.toml:3: the protocol has no `sides`"), "{told}");
    assert!(told.contains("bind `outcome`"), "{told}");
    audit(&basic(), "format = \"trialect-map/1\"\n[names]\noutcome = \"o\"\n", &[], &[]).trouble("audit-table");
    std::fs::write(&table, "o\nperhaps\n").unwrap();
    let told = audit(&basic(), "format = \"trialect-map/1\"\n[names]\noutcome = \"o\"\n", &[table], &[]);
    assert!(told.trouble("audit-cell").contains("row 1"));
}

fn real(name: &str) -> Option<PathBuf> {
    let path = project("../shared/data/real").join(name);
    if !path.is_dir() {
        eprintln!("SKIPPED: {} is missing; put the recorded sessions into ../shared/data", path.display());
        return None;
    }
    Some(path)
}

/// An audit without a map.
fn unmapped(protocol: &Path, tables: &[PathBuf], more: &[&str]) -> Ran {
    let mut arguments = vec!["audit", text(protocol)];
    tables.iter().for_each(|table| arguments.extend(["--table", text(table)]));
    arguments.extend(more);
    trialect(&arguments)
}

#[test]
fn raw_sessions_of_the_rig_program_need_no_map() {
    let (Some(training), Some(biased)) = (real("recorded_training_v5"), real("recorded_biased_v5")) else { return };
    let report = json(&unmapped(&basic(), std::slice::from_ref(&training), &["--json"]).out);
    assert_eq!((&report["trials"], &report["formats"]), (&12.into(), &serde_json::json!(["ibl-raw"])));
    // Five errors and a trial without a response were followed by a repeat, as the paper's rule says; the contrast
    // is that of the trial before in these, and the wheel's times give the rest.
    assert_eq!(counts(&report, "repeated"), [12, 0, 0, 0], "{report}");
    assert_eq!(counts(&report, "quiet"), [12, 0, 0, 0]);
    assert_eq!(counts(&report, "contrasts.pool"), [12, 0, 0, 0]);
    assert_eq!(counts(&report, "contrast")[2], 0);
    assert_eq!(counts(&report, "limit spout")[..], [12, 0, 0, 0], "{report}");
    let shown = unmapped(&basic(), &[training], &["--show-map"]).fine();
    assert!(shown.contains("\"respond.exit\" = { column = \"closed_loop.exit\" }"), "{shown}");
    let full = project("protocols/ibl/full.trial");
    let report = json(&unmapped(&full, &[biased], &["--json"]).out);
    assert_eq!((&report["trials"], &report["formats"]), (&8.into(), &serde_json::json!(["ibl-raw"])));
    for name in ["prior.left", "prior ends"] {
        assert_eq!(counts(&report, name)[2], 0, "{name}: {report}");
    }
    assert_eq!(counts(&report, "contrast")[0], 8, "{report}");
    assert_eq!(counts(&report, "quiet")[0], 8, "{report}");
}

#[test]
fn trials_tables_need_no_map() {
    let names = ["2020-08-28_biased.csv", "2020-09-01_biased.csv"];
    let Some(list) = names.map(recorded).into_iter().collect::<Option<Vec<_>>>() else { return };
    let full = project("protocols/ibl/full.trial");
    let report = json(&unmapped(&full, &list, &["--json"]).fine());
    assert_eq!((&report["trials"], &report["formats"]), (&2071.into(), &serde_json::json!(["alf", "alf"])));
    // As with the map of the test above.
    assert_eq!(counts(&report, "prior.left"), [36, 2, 0, 0]);
    let ends = counts(&report, "prior ends");
    assert_eq!((ends[0] + ends[1], ends[2], ends[3]), (2069, 0, 0));
}

#[test]
fn a_folder_with_a_trials_table_needs_no_map() {
    // Written by pandas.
    let folder = project("runtime/audit/tests/audit/data/alf");
    let full = project("protocols/ibl/full.trial");
    let report = json(&unmapped(&full, std::slice::from_ref(&folder), &["--json"]).fine());
    assert_eq!((&report["trials"], &report["formats"]), (&6.into(), &serde_json::json!(["alf"])));
    assert_eq!(counts(&report, "contrast"), [6, 0, 0, 0]);
    assert_eq!(counts(&report, "prior.left"), [1, 0, 0, 0], "{report}");
    // The table has the water that was given, which no rule of this protocol changes within a session.
    assert_eq!(counts(&report, "reward")[2], 0, "{report}");
    // Left and right, with an error, and one trial without a response.
    let shown = unmapped(&full, &[folder], &["--show-map"]).fine();
    assert!(shown.contains("\"choice\" = { column = \"chosen\" }"), "{shown}");
}

#[test]
fn our_own_folders_need_no_map() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 2, 7).fine();
    let subject = data.path().join(crate::command::SUBJECT);
    let folders: Vec<PathBuf> = ["001", "002"].iter().map(|name| subject.join(name)).collect();
    let page = data.path().join("page.html");
    let report = json(&unmapped(&basic(), &folders, &["--json", "--html", text(&page)]).fine());
    assert_eq!(report["formats"], serde_json::json!(["trialect", "trialect"]));
    assert_eq!(counts(&report, "limit spout")[0], report["trials"].as_u64().unwrap(), "{report}");
    assert!(std::fs::read_to_string(page).unwrap().contains("Nothing in the data speaks against the protocol."));
}

#[test]
fn which_of_two_protocols_data_fit_better() {
    let data = tempfile::tempdir().unwrap();
    sim(data.path(), 2, 7).fine();
    let own = std::fs::read_to_string(basic()).unwrap();
    let changed = data.path().join("changed.trial");
    std::fs::write(&changed, own.replace("last.contrast >= easy\n", "last.contrast >= 100%\n")).unwrap();
    let tables = tables(data.path(), 2);
    let basic = basic();
    let ran = unmapped(&basic, &tables, &["--against", text(&changed), "--json"]);
    let report = json(&ran.fine());
    assert_eq!((&report["fits"], &report["refuted"][0]), (&"first".into(), &0.into()));
    assert!(report["reasons"][0].as_str().unwrap().starts_with("repeated: refuted by "), "{report}");
    // The other spelling, and the other way round.
    let mut arguments = vec!["audit", "--against", text(&changed), text(&basic)];
    tables.iter().for_each(|table| arguments.extend(["--table", text(table)]));
    let out = trialect(&arguments).fine();
    assert!(out.contains("better: they refute it 0 times"), "{out}");
    let turned = unmapped(&changed, &tables, &["--against", text(&basic)]).found();
    assert!(turned.contains(&format!("The data fit {} better", text(&basic))), "{turned}");
}
