//! `trialect test`: scenarios that hold, scenarios that break with their rule, reports.

use crate::command::{Ran, basic, text, trialect};
use crate::texts::with_changes;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The basic task with its scenarios, changed, in a folder of its own.
fn changed(folder: &Path, changes: &[(&str, &str)]) -> PathBuf {
    fs::copy(basic().with_file_name("basic.scenarios.trial"), folder.join("basic.scenarios.trial")).unwrap();
    let path = folder.join("basic.trial");
    fs::write(&path, with_changes(&basic(), changes)).unwrap();
    path
}

fn test(arguments: &[&str]) -> Ran {
    trialect(&[&["test"], arguments].concat())
}

/// The titles of the scenarios that fail.
fn failing(report: &str) -> Vec<&str> {
    let fails = report.lines().filter_map(|line| line.strip_prefix("  fails  "));
    fails.map(|line| line.rsplit_once("  (").unwrap().0).collect()
}

#[test]
fn scenarios_of_the_basic_task_hold_on_both_machines_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = changed(folder.path(), &[]);
    let jit = test(&[text(&protocol)]).fine();
    assert!(jit.ends_with("9 scenarios, fine\n"), "{jit}");
    assert_eq!(test(&[text(&protocol), "--machine", "interpreter"]).fine(), jit);
    assert_eq!(test(&[text(&folder.path().join("basic.scenarios.trial"))]).fine(), jit, "the file beside it");
    assert_eq!(test(&[text(folder.path())]).fine(), jit, "the folder");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_report_says_where_and_with_which_values() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = changed(folder.path(), &[("last.contrast >= easy\n", "last.contrast >= 12.5%\n")]);
    let title = "errors on faint contrasts do not come again";
    let report = test(&[text(&protocol), "--scenario", title]).found();
    let place = folder.path().join("basic.scenarios.trial");
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[1], format!("  fails  {title}  (50 trials)"));
    let miss = "         session 1, trial 2: expect always not repeated; repeated = true";
    assert_eq!(lines[2], format!("{miss}  [{}:25:17]", place.display()));
    assert_eq!(lines[3..], ["1 scenario, 1 failed"]);
    let list: Value = serde_json::from_str(&test(&[text(&protocol), "--scenario", title, "--json"]).found()).unwrap();
    let miss = &list[0]["misses"][0];
    assert_eq!((&list[0]["holds"], &list[0]["trials"]), (&Value::from(false), &Value::from(50)));
    assert_eq!((&miss["trial"], &miss["seed"], &miss["expected"]), (&2.into(), &1.into(), &"not repeated".into()));
}

#[test]
#[allow(clippy::print_stderr)]
fn junit_is_xml_with_a_case_for_each_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("p.trial");
    let text_of = "protocol p 1.0.0\nsession { limit trials 9; stat n = count(true) }\n\
        trial { outcomes a; state s { after 1 s -> end a } }\n\
        scenario \"a < b & c\" { run 3 trials; expect n < 3 and n > 1 \"less & 'more'\" }\n\
        scenario \"fine\" { run 3 trials over 2 seeds; expect n is 3 }\n";
    fs::write(&protocol, text_of).unwrap();
    let junit = folder.path().join("out.xml");
    test(&[text(&protocol), "--junit", text(&junit)]).found();
    let first = fs::read(&junit).unwrap();
    test(&[text(&protocol), "--junit", text(&junit)]).found();
    assert_eq!(fs::read(&junit).unwrap(), first, "the same scenarios give the same file");
    let script = "import sys, xml.etree.ElementTree as t\nr = t.parse(sys.argv[1]).getroot()\n\
        s = r.find('testsuite')\nc = s.findall('testcase')\n\
        print(r.tag, r.get('tests'), r.get('failures'), s.get('tests'), s.get('failures'))\n\
        print([x.get('name') for x in c], [len(x.findall('failure')) for x in c])\n\
        print(c[0].find('failure').text)";
    let Ok(python) = Command::new("python3").args(["-c", script, text(&junit)]).output() else {
        eprintln!("SKIPPED: no python3 here to read the JUnit file");
        return;
    };
    let read = Ran::of(python).fine();
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!(lines[..2], ["testsuites 2 1 2 1", "['a < b & c', 'fine'] [1, 0]"]);
    assert!(lines[2].starts_with("session 1, at the end: expect n < 3 and n > 1 (less & 'more'); n = 3"), "{read}");
}

#[test]
fn acts_happen_at_their_times_whatever_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("p.trial");
    let text_of = "protocol p 1.0.0\nrig { lever : Switch; wheel : Encoder }\nsession { limit trials 9 }\n\
        trial {\n outcomes pressed, turned, late\n waited = second.exit - second.entry\n\
        state first { after 300 ms -> second }\n\
        state second { zero wheel; on lever.press -> end pressed; on wheel.travel reaches 5 mm -> end turned\n\
        after 1 s -> end late }\n}\n\
        scenario \"press\" { animal still; act lever.press at 200 ms; act lever.press at 800 ms; run 9 trials\n\
        expect always outcome is pressed and waited >= 499.999 ms and waited <= 500.001 ms }\n\
        scenario \"turn\" { animal still; act wheel.travel += 4 mm at second.entry + 100 ms\n\
        act wheel.travel += -2 mm at second.entry + 200 ms; act wheel.travel += 4 mm at second.entry + 700 ms\n\
        run 3 trials\n\
        expect always outcome is turned and waited >= 699.999 ms and waited <= 700.001 ms }\n";
    fs::write(&protocol, text_of).unwrap();
    for machine in ["jit", "interpreter"] {
        let report = test(&[text(&protocol), "--machine", machine]).fine();
        assert!(report.ends_with("2 scenarios, fine\n"), "{report}");
    }
}

#[test]
fn keys_times_and_conditions_of_acts_are_those_of_the_trial_whatever_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("p.trial");
    let text_of = "protocol p 1.0.0\nuse std.sides\nint Hole = 1 .. 3\n\
        rig { lever[Side] : Switch; hole[Hole] : NosePort }\nsession { limit trials 200 }\n\
        trial {\n draw side ~ pick(Side)\n draw lit ~ pick(Hole)\n draw wait ~ uniform(1 s .. 2 s)\n\
        twice = 2 * respond.visits\n outcomes done, slow\n var pressed : Side? := none\n var poked : Hole? := none\n\
        state first { after wait -> respond }\n\
        state respond { for s in Side { on lever[s].press { pressed := s } -> poke }; after 5 s -> end slow }\n\
        state poke { for h in Hole { on hole[h].enter { poked := h } -> end done }; after 5 s -> end slow } }\n\
        scenario \"keys\" { animal still; draw slips ~ chance(30%)\n\
        act lever[if slips then opposite[side] else side].press at respond.entry + wait / 4\n\
        act hole[lit].enter at poke.entry + wait + 100 ms - wait / 2\n\
        stat slipped = count(slips)\n run 200 trials\n\
        expect always outcome is done and poked is lit and pressed is (if slips then opposite[side] else side)\n\
        expect always respond.time >= wait / 4 - 1 us and respond.time <= wait / 4 + 1 us\n\
        expect always poke.time >= wait / 2 + 99.999 ms and poke.time <= wait / 2 + 100.001 ms\n\
        expect slipped > 25 and slipped < 95 \"60 with a standard deviation of 6.5\" }\n\
        scenario \"conditions\" { animal still\n\
        act lever[left].press at wait + 1 s when trial.index mod 2 is 0\n\
        act lever[right].press at respond.entry + 2 s when twice is 2\n\
        act hole[2].enter at poke.entry - wait\n run 20 trials\n\
        expect always pressed is (if trial.index mod 2 is 0 then left else right) and poked is 2\n\
        expect always poke.time <= 1 us }\n\
        scenario \"the last trial\" { animal still\n\
        act lever[left].press at 3 s when exists last and last.outcome is slow\n\
        act hole[1].enter at poke.entry + 1 s\n run 9 trials\n\
        expect always outcome is (if trial.index mod 2 is 0 then done else slow) }\n";
    fs::write(&protocol, text_of).unwrap();
    for machine in ["jit", "interpreter"] {
        let report = test(&[text(&protocol), "--machine", machine]).fine();
        assert!(report.ends_with("3 scenarios, fine\n"), "{report}");
    }
    let hash = trialect(&["hash", text(&protocol)]).fine();
    fs::write(&protocol, text_of.split("scenario").next().unwrap()).unwrap();
    assert_eq!(trialect(&["hash", text(&protocol)]).fine(), hash, "draws of a scenario are no part of a protocol");
}

#[test]
fn check_reads_the_scenarios_beside_a_protocol_and_names_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = changed(folder.path(), &[]);
    trialect(&["check", text(&protocol)]).fine();
    let beside = folder.path().join("basic.scenarios.trial");
    let scenarios = fs::read_to_string(&beside).unwrap();
    fs::write(&beside, scenarios.replacen("animal perfect", "animal perfekt", 1)).unwrap();
    let said = trialect(&["check", text(&protocol)]).found();
    assert!(said.contains("unknown-animal") && said.contains("basic.scenarios.trial:4:10"), "{said}");
    let list: Value = serde_json::from_str(&trialect(&["check", text(&protocol), "--json"]).found()).unwrap();
    assert_eq!(list[0]["labels"][0]["file"], text(&beside));
    // Other commands have nothing to do with scenarios.
    trialect(&["hash", text(&protocol)]).fine();
}

#[test]
fn what_cannot_be_run_is_told_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = changed(folder.path(), &[]);
    test(&[text(&protocol), "--scenario", "no such"]).trouble("no-scenarios");
    test(&[text(&folder.path().join("absent.trial"))]).trouble("cannot-read");
    let beside = folder.path().join("basic.scenarios.trial");
    let scenarios = fs::read_to_string(&beside).unwrap();
    fs::write(&beside, scenarios.replace("scenarios ibl.basic 1.0.0", "scenarios ibl.basic 1.1.0")).unwrap();
    let ran = test(&[text(&protocol)]);
    assert!(ran.code == 1 && ran.err.contains("scenario-header"), "{ran:?}");
    fs::remove_file(&beside).unwrap();
    test(&[text(&protocol)]).trouble("no-scenarios");
}

#[test]
fn a_session_that_cannot_begin_fails_its_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("p.trial");
    let text_of = "protocol p 1.0.0\nsession { covariate depth : Length within 1 mm .. 3 mm asked before; limit trials 9 }\n\
        trial { deep = depth > 1 mm; outcomes a; state s { after 1 s -> end a } }\n\
        scenario \"unanswered\" { run 3 trials; expect always outcome is a }\n\
        scenario \"answered\" { given depth = 2 mm; run 3 trials; expect always depth > 1 mm }\n";
    fs::write(&protocol, text_of).unwrap();
    let report = test(&[text(&protocol)]).found();
    assert_eq!(failing(&report), ["unanswered"]);
    assert!(report.contains("`depth` has no value"), "{report}");
    let hash = trialect(&["hash", text(&protocol)]).fine();
    fs::write(&protocol, text_of.split("scenario").next().unwrap()).unwrap();
    assert_eq!(trialect(&["hash", text(&protocol)]).fine(), hash, "scenarios are no part of a protocol");
}

#[test]
fn a_covariate_that_nothing_reads_needs_no_answer_in_a_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("p.trial");
    let text_of = "protocol p 1.0.0\nuse std.covariates.mouse except weight\nsession { limit trials 9 }\n\
        trial { outcomes a; state s { after 1 s -> end a } }\n\
        scenario \"unanswered\" { run 3 trials; expect always outcome is a }\n\
        scenario \"expected\" { run 3 trials; expect always age > 1 wk }\n";
    fs::write(&protocol, text_of).unwrap();
    let report = test(&[text(&protocol)]).found();
    assert_eq!(failing(&report), ["expected"], "what is expected of it reads it");
    assert!(report.contains("`age` has no value"), "{report}");
}

/// The chapter's accepted examples hold.
#[test]
fn examples_of_the_chapter_hold() {
    let chapter = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/language/15-scenarios.md");
    let chapter = fs::read_to_string(chapter).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let blocks = chapter.split("```trialect accepted\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for (k, block) in blocks.enumerate() {
        fs::write(folder.path().join(format!("{k}.trial")), block).unwrap();
    }
    let report = test(&[text(folder.path())]).fine();
    assert!(report.ends_with("6 scenarios, fine\n"), "{report}");
}
