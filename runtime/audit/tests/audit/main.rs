//! Small tables whose verdicts are known by hand, on both machines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod against;
mod history;
mod import;
mod page;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use trialect_audit::{AuditFault, Data, Finding, Report, RuleReport, audit, read_map};
use trialect_codegen::Jit;
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;
use trialect_ir::{Machine, Program};

/// After an error the side comes again; blocks last 3 to 5 trials; the third success in a row stops the session.
const PROTOCOL: &str = "protocol small 1.0.0
enum Side { left, right }
subject {
  var level := 1 within 1 .. 9
  curriculum road {
    stage first  { on trial.end when road.trials >= 4 -> second }
    stage second { }
  }
  on trial.end when outcome is won { level := min(level + 1, 9) }
}
session {
  stat won_of_three = count(outcome is won) over last 3 trials at least 3 else 0
  limit trials 300
  stop enough when won_of_three >= 3
  block run {
    draw tail ~ exponential(4) within 3 .. 6
    length = floor(tail)
    ends when run.trials >= length
  }
}
trial {
  draw fresh ~ pick(Side)
  draw lean ~ uniform(0 .. 1)
  repeated = exists last and last.outcome is lost
  side = if repeated then last.side else fresh
  strong = if lean >= 0.75 then true else false
  outcomes won, lost
  state only { after 10 ms -> end won }
}
";

fn program(text: &str) -> Arc<Program> {
    let compiled = compile("small.trial", text, &Library::Embedded);
    let told: Vec<String> = compiled.findings.iter().map(|finding| finding.message.clone()).collect();
    compiled.program.unwrap_or_else(|| panic!("{told:?}"))
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn try_audit(names: &str, tables: &[(&str, &str)]) -> Result<Report, AuditFault> {
    try_audit_of(PROTOCOL, names, tables)
}

fn try_audit_of(text: &str, names: &str, tables: &[(&str, &str)]) -> Result<Report, AuditFault> {
    let folder = tempfile::tempdir().unwrap();
    let program = program(text);
    let map = read_map("map.toml", &format!("format = \"trialect-map/1\"\n{names}"))?;
    let tables: Vec<PathBuf> = tables.iter().map(|(name, text)| write(folder.path(), name, text)).collect();
    let mut interpreter = Interpreter::new(Arc::clone(&program));
    let mut jit = Jit::compile(&program).unwrap();
    let data = Data { tables: &tables, map: Some(&map), map_path: "map.toml", format: None, other: None };
    let run = |machine: &mut dyn Machine| audit(&program, machine, &data, &|_| None);
    let (one, other) = (run(&mut interpreter)?, run(&mut jit)?);
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap(), "machines differ");
    Ok(one)
}

fn rule<'r>(report: &'r Report, name: &str) -> &'r RuleReport {
    report.rules.iter().find(|rule| rule.name == name).unwrap_or_else(|| panic!("no {name}: {}", report.text()))
}

/// equal, consistent, refuted, undecidable
fn counts(report: &Report, name: &str) -> [u64; 4] {
    let rule = rule(report, name);
    [rule.equal, rule.consistent, rule.refuted, rule.undecidable]
}

const SIDES: &str = "[names]\noutcome = \"o\"\nside = \"s\"\n";

#[test]
fn missing_draws_explain_or_refute() {
    // Trial 3 follows an error and changes sides.
    let report = try_audit(SIDES, &[("a.csv", "o,s\nwon,left\nlost,left\nlost,right\nwon,right\n")]).unwrap();
    assert_eq!(counts(&report, "side"), [1, 2, 1, 0]);
    assert_eq!(report.finding, Finding::Refuted);
    let case = &rule(&report, "side").cases[0];
    assert_eq!((case.trial, case.row, case.expected.as_str(), case.found.as_str()), (3, 3, "left", "right"));
}

#[test]
fn each_trial_is_judged_on_its_own() {
    // `repeated` is wrong in trial 2; the side follows the data's value, not the rule's.
    let names = "[names]\noutcome = \"o\"\nside = \"s\"\nrepeated = \"r\"\n";
    let report = try_audit(names, &[("a.csv", "o,s,r\nwon,left,0\nlost,left,1\nlost,left,1\n")]).unwrap();
    assert_eq!(counts(&report, "repeated"), [2, 0, 1, 0]);
    assert_eq!(counts(&report, "side"), [2, 1, 0, 0]);
}

#[test]
fn given_draws_are_held_against_their_support_and_distribution() {
    let mut table = String::from("o,l,st\n");
    // Always below 0.5: inside the support, improbable as a whole; the last lies outside.
    for k in 0..60 {
        table.push_str(&format!("lost,{},false\n", f64::from(k) / 120.0));
    }
    table.push_str("lost,1.5,true\n");
    let names = "[names]\noutcome = \"o\"\nlean = \"l\"\nstrong = \"st\"\n";
    let report = try_audit(names, &[("a.csv", &table)]).unwrap();
    assert_eq!(counts(&report, "lean"), [60, 0, 1, 0]);
    assert_eq!(counts(&report, "strong"), [61, 0, 0, 0]);
    let test = report.tests.iter().find(|test| test.name == "lean").unwrap();
    // The distance is about one half of 60 values.
    assert!(test.verdict.statistic > 0.49 && test.verdict.p < 1e-10 && !test.holds, "{test:?}");
}

#[test]
fn thresholds_of_a_missing_draw_have_the_chance_of_the_rule() {
    let table = "o,st\n".to_owned() + &"lost,true\n".repeat(10) + &"lost,false\n".repeat(10);
    let report = try_audit("[names]\noutcome = \"o\"\nstrong = \"st\"\n", &[("a.csv", &table)]).unwrap();
    assert_eq!(counts(&report, "strong"), [0, 20, 0, 0]);
    // 10 of 20 at 0.25, two-sided exact: P(X >= 10) + P(X = 0) = 0.0138644 + 0.0031712.
    let test = report.tests.iter().find(|test| test.name == "strong").unwrap();
    assert!((test.verdict.p - 0.017_035_6).abs() < 1e-6, "{test:?}");
}

#[test]
fn lengths_of_blocks_must_have_a_draw_that_gives_them() {
    let names = "[names]\noutcome = \"o\"\n\"run.begins\" = { changes = \"b\" }\n";
    let rows = |lengths: &[usize]| {
        let each = lengths.iter().enumerate().map(|(k, length)| format!("lost,{k}\n").repeat(*length));
        "o,b\n".to_owned() + &each.collect::<String>()
    };
    let fine = try_audit(names, &[("a.csv", &rows(&[3, 5, 4, 1]))]).unwrap();
    assert_eq!(rule(&fine, "run ends").refuted, 0, "{}", fine.text());
    // A block of 2 is too short; one of 7 goes on after its fifth and its sixth trial: 6 itself is never drawn.
    let wrong = try_audit(names, &[("a.csv", &rows(&[3, 2, 7, 1]))]).unwrap();
    assert_eq!(rule(&wrong, "run ends").refuted, 3, "{}", wrong.text());
    let trials: Vec<u32> = rule(&wrong, "run ends").cases.iter().map(|case| case.trial).collect();
    // Where the difference shows: the trial after.
    assert_eq!(trials, [6, 11, 12]);
}

#[test]
fn rules_after_trials_and_stops() {
    // The level rises with each success, the stage goes on after the fourth trial, three successes stop.
    let names = "[names]\noutcome = \"o\"\nlevel = \"l\"\nroad = \"r\"\n";
    let table = "o,l,r\nwon,3,first\nwon,4,first\nwon,5,first\nlost,6,first\nlost,6,second\nlost,8,second\n";
    let report = try_audit(names, &[("a.csv", table)]).unwrap();
    // The chain begins with 3; 6 after an error is right, 8 after another is not.
    assert_eq!(counts(&report, "level"), [4, 0, 1, 0], "{}", report.text());
    assert_eq!(counts(&report, "road"), [5, 0, 0, 0]);
    assert_eq!(counts(&report, "stop enough"), [4, 0, 1, 0]);
    assert_eq!(rule(&report, "stop enough").cases[0].trial, 3);
}

#[test]
fn a_stage_that_stays_keeps_its_count() {
    // The rule goes on after 4 trials; the data do after 6: refuted after 4, and again after 5.
    let table = "o,r\n".to_owned() + &"lost,first\n".repeat(6) + "lost,second\n";
    let report = try_audit("[names]\noutcome = \"o\"\nroad = \"r\"\n", &[("a.csv", &table)]).unwrap();
    assert_eq!(counts(&report, "road"), [4, 0, 2, 0], "{}", report.text());
}

#[test]
fn sessions_are_a_chain() {
    let names = "[names]\noutcome = \"o\"\nlevel = \"l\"\n";
    let report = try_audit(names, &[("a.csv", "o,l\nwon,1\nlost,2\n"), ("b.csv", "o,l\nlost,2\nwon,3\n")]).unwrap();
    assert_eq!(report.sessions, 2);
    let of = |moment: &str| report.rules.iter().find(|rule| rule.name == "level" && rule.moment == moment).unwrap();
    assert_eq!((of("after the session").equal, of("after the session").refuted), (1, 0));
    assert_eq!((of("after the trial").equal, of("after the trial").refuted), (1, 1));
}

#[test]
fn what_is_missing_is_undecidable() {
    let report = try_audit(SIDES, &[("a.csv", "o,s\nwon,left\nlost,\nlost,nan\n")]).unwrap();
    assert_eq!(counts(&report, "side"), [0, 1, 0, 2]);
    assert_eq!(report.finding, Finding::Holds);
}

#[test]
fn forms_of_tables_are_one() {
    let csv = try_audit(SIDES, &[("a.csv", "o,s\nwon,left\nlost,left\nlost,right\n")]).unwrap();
    let lines = "{\"o\":\"won\",\"s\":\"left\"}\n{\"s\":\"left\",\"o\":\"lost\"}\n\n{\"o\":\"lost\",\"s\":\"right\"}\n";
    let json = try_audit(SIDES, &[("a.jsonl", lines)]).unwrap();
    let tsv = try_audit(SIDES, &[("a.tsv", "o\ts\nwon\tleft\nlost\tleft\nlost\tright\n")]).unwrap();
    for other in [&json, &tsv] {
        assert_eq!(counts(&csv, "side"), counts(other, "side"));
    }
}

#[test]
fn filters_sessions_and_drawn_numbers() {
    let names = "session = \"d\"\n[[where]]\ncolumn = \"k\"\nis = [1]\n[names]\noutcome = \"o\"\nside = \"s\"\n\
                 lean = { column = \"draws\", among = \"u\", nth = -1 }\n";
    let table = "d,k,o,s,draws\n\
                 1,1,lost,left,\"[[\"\"n\"\", 3], [\"\"u\"\", 0, 1, 0.5]]\"\n\
                 1,0,lost,right,[]\n\
                 1,1,won,left,\"[[\"\"u\"\", 0.1], [\"\"u\"\", 7]]\"\n\
                 2,1,won,right,[]\n";
    let report = try_audit(names, &[("a.csv", table)]).unwrap();
    assert_eq!((report.sessions, report.trials), (2, 3));
    // 0.5 is a draw, 7 is none, and in the third trial the list has none: it was not drawn.
    assert_eq!(counts(&report, "lean"), [1, 0, 1, 0]);
    assert_eq!(counts(&report, "side"), [1, 2, 0, 0]);
}

#[test]
fn a_map_that_does_not_fit_is_refused_as_a_whole() {
    let names = "protocol = \"other\"\n[names]\ncolour = \"o\"\nside = \"x\"\nlean = { column = \"s\", unit = \"mm\" }\n\
                 strong = { is = \"perhaps\" }\nfresh = { column = \"s\", values = { a = \"up\" } }\n";
    let fault = try_audit(names, &[("a.csv", "o,s\nwon,left\n")]).unwrap_err();
    let AuditFault::Map { refusals, .. } = &fault else { panic!("{fault}") };
    let lines: Vec<usize> = refusals.iter().map(|refusal| refusal.line).collect();
    // 1: no outcome; 2: another protocol; then the names in order.
    assert_eq!(lines, [1, 2, 4, 5, 6, 7, 8], "{fault}");
    assert_eq!(fault.code(), "audit-map");
}

#[test]
fn a_cell_that_is_no_value_stops_the_audit() {
    let fault = try_audit(SIDES, &[("a.csv", "o,s\nwon,left\nwon,up\n")]).unwrap_err();
    let text = fault.to_string();
    assert!(text.contains("row 2") && text.contains("`up`") && text.contains("left, right"), "{text}");
    assert_eq!(fault.code(), "audit-cell");
    assert_eq!(try_audit(SIDES, &[("a.xlsx", "o,s\n")]).unwrap_err().code(), "audit-table");
}

/// A protocol that advises people and limits what a valve gives.
const GIVING: &str = "protocol giving 1.0.0
use std.devices
rig { spout : Valve }
session {
  stat lost_ones = count(outcome is lost)
  limit trials 100
  limit spout 10 uL each session
  limit spout 5 uL each trial
  advise poorly when lost_ones >= 2
}
trial {
  outcomes won, lost
  state only { deliver 4 uL to spout; after 10 ms -> end won; after 5 s -> end lost }
}
";

#[test]
fn advice_and_limits_of_what_devices_give() {
    let names = "[names]\noutcome = \"o\"\n\"spout.delivered\" = \"given\"\n\"poorly.advised\" = \"a\"\n";
    // Advised one trial late; 12 uL in the session after the fourth trial, 6 uL at once in the fifth.
    let table = "o,given,a\nwon,4,0\nlost,4,0\nlost,0,0\nwon,4,1\nlost,6,1\n";
    let report = try_audit_of(GIVING, names, &[("a.csv", table)]).unwrap();
    assert_eq!(counts(&report, "advise poorly"), [4, 0, 1, 0], "{}", report.text());
    assert_eq!(rule(&report, "advise poorly").cases[0].trial, 3);
    let limits: Vec<&RuleReport> = report.rules.iter().filter(|rule| rule.name.starts_with("limit")).collect();
    let found: Vec<(u64, u64, &str)> =
        limits.iter().map(|rule| (rule.equal, rule.refuted, rule.cases[0].expected.as_str())).collect();
    assert_eq!(found, [(3, 2, "at most 10 uL"), (4, 1, "at most 5 uL")], "{}", report.text());
    assert_eq!(limits[0].cases[0].found, "12 uL");
    // A missing amount leaves the rest of the session open, but not the trials after it.
    let table = "o,given,a\nwon,4,0\nwon,,0\nwon,4,\nwon,6,0\n";
    let report = try_audit_of(GIVING, names, &[("a.csv", table)]).unwrap();
    let found: Vec<[u64; 4]> = report
        .rules
        .iter()
        .filter(|rule| rule.name.starts_with("limit"))
        .map(|rule| [rule.equal, rule.consistent, rule.refuted, rule.undecidable])
        .collect();
    assert_eq!(found, [[1, 0, 0, 3], [2, 0, 1, 1]], "{}", report.text());
    assert_eq!(counts(&report, "advise poorly"), [3, 0, 0, 1]);
}

#[test]
fn draws_may_be_many() {
    // 70 draws, of which the last decides.
    let draws: String = (0..70).map(|k| format!("  draw d{k} ~ uniform(0 .. 1)\n")).collect();
    let text = PROTOCOL.replace("  draw lean ~ uniform(0 .. 1)\n", &draws).replace("lean >=", "d69 >=");
    let table = "o,st\n".to_owned() + &"lost,true\n".repeat(10) + &"lost,false\n".repeat(10);
    let report = try_audit_of(&text, "[names]\noutcome = \"o\"\nstrong = \"st\"\n", &[("a.csv", &table)]).unwrap();
    assert_eq!(counts(&report, "strong"), [0, 20, 0, 0], "{}", report.text());
}
