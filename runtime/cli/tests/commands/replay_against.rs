//! `replay --with`: another text on recorded inputs; the first trial and the rule where they part.

use crate::chain;
use crate::command::{sim_of, text, trialect};
use crate::days::{Day, days};
use crate::oracle_curriculum::Curriculum;
use crate::oracle_subject::reward_after;
use crate::texts::variant;
use std::collections::BTreeMap;

/// For each session that differs the trial and the rest of its line.
fn differences(changes: &[(&str, &str)]) -> BTreeMap<u32, (usize, String)> {
    let folder = tempfile::tempdir().unwrap();
    let other = variant(folder.path(), changes);
    let out = trialect(&["replay", text(chain::data()), "--with", text(&other)]).found();
    assert_eq!(out.lines().count(), chain::SESSIONS as usize);
    let mut found = BTreeMap::new();
    for (ordinal, line) in (1..).zip(out.lines()) {
        let said = line.strip_prefix(text(&chain::session(ordinal))).expect("sessions in order");
        if let Some(difference) = said.strip_prefix(": trial ") {
            let (trial, rest) = difference.split_once(": ").unwrap();
            found.insert(ordinal, (trial.parse().unwrap(), rest.to_owned()));
        } else {
            assert!(said.ends_with(" entries equal"), "{line}");
        }
    }
    found
}

/// For each session the first trial at whose end a curriculum with other thresholds would do something else.
fn first_other_step(level: f64, trials: usize) -> BTreeMap<u32, usize> {
    let mut curriculum = Curriculum::default();
    let mut found = BTreeMap::new();
    for day in days() {
        for (row, trial) in day.trials.iter().enumerate() {
            curriculum.count(trial);
            let moves = curriculum.is_over(0.8, 200);
            if curriculum.is_over(level, trials) != moves {
                found.entry(day.ordinal).or_insert(row + 1);
            }
            if moves {
                curriculum.move_on();
            }
        }
    }
    found
}

fn trials_of(found: &BTreeMap<u32, (usize, String)>) -> BTreeMap<u32, usize> {
    found.iter().map(|(ordinal, (trial, _))| (*ordinal, *trial)).collect()
}

#[test]
fn a_lower_accuracy_moves_the_curriculum_earlier() {
    let found = differences(&[("> 80%", "> 70%")]);
    assert_eq!(trials_of(&found), first_other_step(0.7, 200));
    for (ordinal, (_, said)) in &found {
        let stage = if said.contains("easy -> quarter") { "easy" } else { "quarter" };
        assert!(said.contains("recorded nothing, computed rule `contrasts: "), "session {ordinal}: {said}");
        assert!(said.ends_with(&format!("rule `subject.contrasts.{stage}`")), "session {ordinal}: {said}");
    }
}

#[test]
fn fewer_trials_move_the_curriculum_earlier() {
    let found = differences(&[(">= 200", ">= 150")]);
    assert_eq!(trials_of(&found), first_other_step(0.8, 150));
    let rules = ["`subject.contrasts.eighth`", "`subject.contrasts.sixteenth`", "`subject.contrasts.blank`"];
    assert!(found.values().all(|(_, said)| rules.iter().any(|rule| said.ends_with(rule))), "{found:?}");
    assert!(!found.is_empty());
}

#[test]
fn another_start_of_the_picture_is_seen_in_the_first_trial() {
    let found = differences(&[("start   = 35 deg", "start   = 30 deg")]);
    assert_eq!(found.len(), chain::SESSIONS as usize);
    for (ordinal, (trial, said)) in &found {
        assert_eq!(*trial, 1, "session {ordinal}");
        let side = if days()[*ordinal as usize - 1].trials[0].side == "left" { "-" } else { "" };
        assert!(said.contains(&format!("recorded output show grating ({side}35, ")), "{said}");
        assert!(said.contains(&format!("computed output show grating ({side}30, ")), "{said}");
        assert!(said.ends_with("rule `start`"), "{said}");
    }
}

#[test]
fn a_shorter_window_ends_the_first_slow_trial() {
    let found = differences(&[("window  = 60 s", "window  = 1 s")]);
    assert_eq!(found.len(), chain::SESSIONS as usize);
    for (ordinal, (trial, said)) in &found {
        // The window is also the pace before there are responses, so that even a quick first trial's row differs.
        let day: &Day = &days()[*ordinal as usize - 1];
        assert_eq!(*trial, 1);
        assert!(said.ends_with("rule `window`"), "{said}");
        let slow = day.trials[0].response_time > 1.0;
        assert!(said.contains(if slow { "`respond -> no_go`" } else { "pace = " }), "session {ordinal}: {said}");
    }
}

#[test]
fn another_reward_rule_is_seen_where_a_session_ends() {
    let found = differences(&[("reward + 0.1 uL, 3 uL", "reward + 0.2 uL, 3 uL")]);
    let mut expected = BTreeMap::new();
    for day in days() {
        let tenths = (day.trials[0].reward * 10.0).round() as i64;
        let after = |step| reward_after(tenths, day.weight, day.water(), day.completed(), step);
        if after(1) != after(2) {
            expected.insert(day.ordinal, day.trials.len());
        }
    }
    assert!(!expected.is_empty());
    assert_eq!(trials_of(&found), expected);
    for (_, said) in found.values() {
        assert!(said.contains("recorded reward = ") && said.contains("rule `subject.on session.end"), "{said}");
    }
}

#[test]
fn a_text_with_other_subject_variables_cannot_carry_the_state_over() {
    let line = "var gain   := 8 deg/mm within 4 deg/mm .. 8 deg/mm";
    let found = differences(&[(line, &format!("var spare := 1 within 0 .. 1\n  {line}"))]);
    assert_eq!(found.len(), chain::SESSIONS as usize - 1, "a first session carries nothing: {found:?}");
    assert!(found.values().all(|(trial, said)| *trial == 0 && said.contains("declarations differ")), "{found:?}");
}

/// Two readings in the session and three in the trial, one device measured twice.
const MEASURED: &str = "protocol test.measured 1.0.0
rig { amp : PatchAmplifier; bath : Thermometer; tube : FlowMeter }
session {
  covariate seal : Resistance from amp.seal_resistance
  covariate first : Temperature from bath.temperature
  limit trials 6
}
trial {
  covariate temperature : Temperature from bath.temperature
  covariate access      : Resistance from amp.series_resistance
  covariate flow        : Flow? from tube.rate
  colder = exists last and last.temperature > temperature
  outcomes warm, cold
  state wait { after 1 s when temperature > first and not colder -> end warm; after clamp(access / 1 MOhm * 100 ms, 100 ms .. 9 s) -> end cold }
}
";

#[test]
fn what_was_measured_goes_to_the_covariates_of_its_name_whatever_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, words: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, words).unwrap();
        path
    };
    let data = folder.path().join("data");
    let protocol = write("measured.trial", MEASURED);
    trialect(&sim_of(&protocol, &data, 2, 1)).fine();
    let lines =
        |from: &str| MEASURED.lines().find(|line| line.trim_start().starts_with(from)).unwrap().to_owned() + "\n";
    let (seal, first) = (lines("covariate seal"), lines("covariate first"));
    let (temperature, access, flow) =
        (lines("covariate temperature"), lines("covariate access"), lines("covariate flow"));
    let moved = MEASURED.replace(&format!("{seal}{first}"), &format!("{first}{seal}"));
    let moved = moved.replace(&format!("{temperature}{access}{flow}"), &format!("{flow}{access}{temperature}"));
    assert_ne!(moved, MEASURED);
    for changed in [moved.clone(), moved.replace(&flow, ""), moved.replace(&seal, "")] {
        let other = write("other.trial", &changed);
        let out = trialect(&["replay", text(&data), "--with", text(&other)]).fine();
        assert!(out.lines().count() == 2 && out.lines().all(|line| line.contains("equal")), "{out}");
    }
    // A name under which nothing was measured has no value.
    let renamed = MEASURED.replace("temperature :", "bath_now :").replace("temperature >", "bath_now >");
    let renamed = renamed.replace("last.temperature", "last.bath_now");
    let said = trialect(&["replay", text(&data), "--with", text(&write("renamed.trial", &renamed))]);
    assert!(!said.err.contains("0 different"), "{}", said.err);
}
