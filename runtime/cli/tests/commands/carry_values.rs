//! What each kind of value takes over from an earlier version of its definition: by value, by name, by samples.

use crate::command::{Ran, sim_of, trialect};
use crate::folders::{session, session_json};
use crate::table::Table;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const TEXT: &str = "protocol test.carry 1.0.0
use std.sides
enum Mode { idle, quick, slow }
levels Contrast = 100%, 50%, 25%
subject {
  var level := 1 s within 0.5 s .. 2 s by 0.1 s
  var speed := 1.5 within 0 .. 4
  var seen[Side] := 0 within 0 .. 100
  var mode := idle
  var latest : Side? := none
  var pool := {100%, 50%}
  stat success = mean(outcome is won) over last 9 trials
  stat won_all[side] = count(outcome is won)
  stat typical = median(wait.time) over last 7 trials
}
session { limit trials 12 }
trial {
  draw side ~ pick(Side)
  draw luck ~ chance(50%)
  draw contrast ~ pick(Contrast)
  outcomes won, lost
  state wait { after level when luck -> end won; after level -> end lost }
}
";

/// Runs a session of the text with these changes.
fn run(data: &Path, changes: &[(&str, &str)], more: &[&str]) -> Ran {
    let mut protocol = TEXT.to_owned();
    for (from, to) in changes {
        assert!(protocol.contains(from), "the text does not say `{from}`");
        protocol = protocol.replace(from, to);
    }
    let path = data.join("text.trial");
    fs::write(&path, protocol).unwrap();
    let mut arguments = sim_of(&path, data, 1, 5);
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    trialect(&arguments)
}

fn started() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let start = [
        "level=1.3 s",
        "speed=2.5",
        "seen[left]=40",
        "seen[right]=7",
        "mode=quick",
        "latest=right",
        "pool={25%, 100%}",
    ];
    let mut more = vec!["--reason", "by hand"];
    more.extend(start.iter().flat_map(|one| ["--start", one]));
    run(data.path(), &[], &more).fine();
    data
}

fn at_start(data: &Path, ordinal: u32) -> Value {
    session_json(&session(data, ordinal))["subject_at_start"].clone()
}

#[test]
fn every_kind_can_be_set_by_hand() {
    let data = started();
    let start = at_start(data.path(), 1);
    let expected = json!({ "level": 1.3, "speed": 2.5, "seen[left]": 40, "seen[right]": 7, "mode": "quick",
        "latest": "right", "pool": "{100%, 25%}" });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&start[name], value, "{name}");
    }
    let said = run(data.path(), &[], &["--start", "seen=3", "--reason", "x"]).trouble("subject-answers");
    assert!(said.contains("write one of seen[left], seen[right]"), "{said}");
    // One key by hand, the other as it was.
    run(data.path(), &[], &["--start", "seen[left]=41", "--start", "latest=none", "--reason", "x"]).fine();
    let start = at_start(data.path(), 2);
    assert_eq!((&start["seen[left]"], &start["seen[right]"], &start["latest"]), (&json!(41), &json!(7), &Value::Null));
}

/// An edit, the definition that it changes, and a column with its value at the next start, or why there is none.
type Edit = (&'static [(&'static str, &'static str)], &'static str, Result<(&'static str, Value), &'static str>);

fn edits() -> Vec<Edit> {
    vec![
        (&[("2 s by 0.1 s", "2 s by 0.05 s")], "level", Ok(("level", json!(1.3)))),
        (&[("2 s by 0.1 s", "2 s by 0.5 s")], "level", Err("1.3 s is not on a step of 0.5 s .. 2 s by 0.5 s")),
        (&[("2 s by 0.1 s", "1.2 s by 0.1 s")], "level", Err("1.3 s lies outside")),
        (&[("2 s by 0.1 s", "2 s")], "level", Ok(("level", json!(1.3)))),
        (&[("within 0 .. 4", "within 0 .. 2")], "speed", Err("2.5 lies outside 0 .. 2")),
        (&[("1.5 within 0 .. 4", "1.5 within 0 .. 4 by 0.5")], "speed", Ok(("speed", json!(2.5)))),
        (
            &[("seen[Side] := 0 within 0 .. 100", "seen[Side] := 0 within 0 .. 50")],
            "seen",
            Ok(("seen[left]", json!(40))),
        ),
        (
            &[("seen[Side] := 0 within 0 .. 100", "seen[Side] := 0 within 0 .. 30")],
            "seen",
            Err("[left] 40 lies outside 0 .. 30"),
        ),
        (&[("seen[Side]", "seen[Mode]")], "seen", Err("its keys were [left] [right], they are [idle] [quick] [slow]")),
        (&[("{ idle, quick, slow }", "{ slow, idle, quick }")], "mode", Ok(("mode", json!("quick")))),
        (&[("{ idle, quick, slow }", "{ idle, fast, slow }")], "mode", Err("quick is none of idle, fast, slow")),
        (&[("var latest : Side? := none", "var latest : Side := left")], "latest", Ok(("latest", json!("right")))),
        (&[("= 100%, 50%, 25%", "= 100%, 75%, 50%, 25%")], "pool", Ok(("pool", json!("{100%, 25%}")))),
        (
            &[("var mode := idle", "var mode := 1 s")],
            "mode",
            Err("quick is one of idle, quick, slow, it must be a number"),
        ),
        (
            &[("stat typical = median(wait.time) over last 7 trials", "var typical := 1")],
            "typical",
            Err("it was a statistic"),
        ),
        (&[("mean(outcome is won)", "sum(wait.time)")], "success", Err("it was the mean, it is the sum")),
        (&[("won_all[side]", "won_all[contrast]")], "won_all", Err("its keys were")),
        (&[(" over last 9 trials", "")], "success", Err("only its last 9 samples are kept")),
    ]
}

#[test]
fn values_are_taken_over_exactly_or_refused() {
    for (changes, name, expected) in edits() {
        let data = started();
        let said = run(data.path(), changes, &[]).trouble("subject-changed");
        assert!(said.contains(&format!("  {name}, changed\n")), "{changes:?}: {said}");
        // Other definitions that use what was edited are asked about as well.
        let others = said.lines().last().unwrap().split_once("--data ").unwrap().1.to_owned();
        let flags: Vec<&str> = others.split(' ').skip(1).collect();
        let more: Vec<&str> = flags.iter().map(|word| if *word == "WHY" { "edited" } else { word }).collect();
        match expected {
            Ok((column, value)) => {
                assert!(said.contains(&format!("--carry {name}: begins with")), "{changes:?}: {said}");
                run(data.path(), changes, &more).fine();
                assert_eq!(at_start(data.path(), 2)[column], value, "{changes:?}");
            }
            Err(why) => {
                assert!(said.contains(&format!("it cannot be carried: {why}")), "{changes:?}: {said}");
                let carry: Vec<&str> =
                    more.iter().map(|word| if *word == "--reset" { "--carry" } else { word }).collect();
                let said = run(data.path(), changes, &carry).trouble("subject-answers");
                assert!(said.contains(&format!("--carry {name}: {why}")), "{changes:?}: {said}");
                run(data.path(), changes, &more).fine();
            }
        }
        trialect(&["verify", data.path().to_str().unwrap()]).fine();
        trialect(&["replay", data.path().to_str().unwrap()]).fine();
    }
}

/// Outcomes of a session's trials, `true` for won, from its table.
fn won(data: &Path, ordinal: u32) -> Vec<bool> {
    let trials = Table::trials(&session(data, ordinal));
    (0..trials.rows()).map(|row| trials.text("outcome", row).as_deref() == Some("won")).collect()
}

#[test]
fn a_shorter_window_keeps_the_newest_samples() {
    let data = started();
    let won = won(data.path(), 1);
    assert_eq!(won.len(), 12);
    for window in [1, 4, 9] {
        let copy = tempfile::tempdir().unwrap();
        crate::folders::copy(data.path(), copy.path());
        let changes = [("over last 9 trials", &*format!("over last {window} trials at least 1"))];
        run(copy.path(), &changes, &["--carry", "success", "--reason", "shorter"]).fine();
        let share = won[12 - window..].iter().filter(|won| **won).count() as f64 / window as f64;
        assert_eq!(at_start(copy.path(), 2)["success"], json!(share), "{window}");
    }
    // A longer one holds what there is.
    let changes = [("over last 9 trials", "over last 30 trials")];
    run(data.path(), &changes, &["--carry", "success", "--reason", "longer"]).fine();
    let share = won[3..].iter().filter(|won| **won).count() as f64 / 9.0;
    assert_eq!(at_start(data.path(), 2)["success"], json!(share));
}
