//! What a subject carries by draws and curricula, and conditions that wake by themselves.

use crate::played::{Paper, Played, compiled, plan, play_protocol};
use crate::scripted_rig::{MS, ScriptedRig};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use trialect_device::Rig;
use trialect_interp::Interpreter;
use trialect_journal::Entry;
use trialect_session::{Inbox, Plan, run, wiring};

const TRAINING: &str = "protocol test.curricula 1.0.0
    use std.sides
    subject {
      draw group ~ uniform(0 .. 1)
      draw skill[s in Side] ~ uniform(group .. 2)
      var reward : Real := 3 within 0 .. 9
      curriculum odds {
        stage easy { p[s in Side] = if s is left then 0.9 else 0.1
                     on trial.end when odds.trials >= 2 { reward := min(reward + p[left], 9) } -> hard }
        stage hard { p[Side] = {left: 0.6, right: 0.4}
                     on trial.end when pace is fast { reward := p[right] } -> easy }
      }
      curriculum pace { stage slow { on trial.end when odds is hard and reward > 3.5 -> fast }; stage fast { } }
    }
    session { limit trials 4 }
    trial { outcomes done; left_pays = odds.p[left]; right_pays = odds.p[right]; now = reward
            state only { after 1 s -> end done } }";

/// Draws in the record by their paths.
fn draws(played: &[Entry], program: &trialect_ir::Program) -> Vec<String> {
    let path = |entry: &Entry| match entry {
        Entry::Draw { draw, .. } => Some(program.draws[*draw as usize].path.clone()),
        _ => None,
    };
    played.iter().filter_map(path).collect()
}

fn words(list: &[f64]) -> Vec<String> {
    list.iter().map(|value| value.to_string()).collect()
}

#[test]
fn a_transition_acts_with_the_values_of_the_stage_that_is_left_and_before_the_next_curriculum_is_looked_at() {
    let played = play_protocol(TRAINING, ScriptedRig::new(&[]));
    // easy, easy, then hard; at the end of the second trial the pace sees the new stage and the new reward.
    assert_eq!(played.column("left_pays"), words(&[0.9, 0.9, 0.6, 0.9]));
    assert_eq!(played.column("right_pays"), words(&[0.1, 0.1, 0.4, 0.1]));
    assert_eq!(played.column("now"), words(&[3.0, 3.0, 3.9, 0.4]));
}

#[test]
fn a_subject_draws_in_its_first_session_and_never_again() {
    let program = compiled(TRAINING);
    let mut carried = None;
    let mut values = Vec::new();
    for session in 1..=2 {
        let (stop, requests) = (AtomicBool::new(false), RefCell::new(Inbox::default()));
        let (mut rig, mut paper) = (ScriptedRig::new(&[]), Paper::default());
        rig.wire(&wiring(&program)).unwrap();
        let mut machine = Interpreter::new(Arc::clone(&program));
        let words = carried.take();
        let plan = Plan { session, subject_words: words, ..plan(&stop, &requests) };
        let ending = run(&program, &mut machine, &mut rig, &mut paper, &plan).expect("runs");
        let made = draws(&paper.entries, &program);
        let expected: &[&str] =
            if session == 1 { &["subject.group", "subject.skill[left]", "subject.skill[right]"] } else { &[] };
        assert_eq!(made, expected, "session {session}");
        let column = |name: &str| program.columns.iter().find(|column| column.name == name).expect("a column").value;
        let subject = program.subject.start;
        let at = |name: &str| f64::from_bits(ending.subject_words[(column(name).0 - subject) as usize]);
        let drawn = ["group", "skill[left]", "skill[right]"].map(at);
        assert!(drawn[0] > 0.0 && drawn[1] > drawn[0] && drawn[2] > drawn[0] && drawn[1] != drawn[2], "{drawn:?}");
        values.push(drawn);
        carried = Some(ending.subject_words);
    }
    assert_eq!(values[0], values[1]);
}

/// States in the order in which they were entered, with the ms of it.
fn states(played: &Played) -> Vec<String> {
    let name = |entry: &Entry| match entry {
        Entry::State { state, at } => Some(format!("{} {}", at / MS, played.program.states[*state as usize].name)),
        _ => None,
    };
    played.entries.iter().filter_map(name).collect()
}

#[test]
fn conditions_on_the_time_of_the_session_wake_by_themselves() {
    let text = "protocol test.wakes 1.0.0
        rig { lever : Switch }
        session { limit trials 2
          late = session.elapsed >= 1.5 s
          beside clock { state early { when late -> past }; state past { when session.elapsed > 2.5 s -> after_all }
                         state after_all { } } }
        trial { outcomes done, pressed
          state first { when session.elapsed >= 400 ms -> second; on lever.press -> end pressed }
          state second { when session.elapsed >= 2 s -> end done; on lever.press -> end pressed; after 1 s -> end done }
          iti 100 ms }";
    // The first trial ends at 1.4 s; the machine wakes at the instant at which the second begins; an input at the very
    // time of a wake comes before it.
    let played = play_protocol(text, ScriptedRig::new(&[(2_000.0, "lever.press")]));
    let expected = ["0 clock.early", "0 first", "400 second", "1500 clock.past", "1500 first", "1500 second"];
    assert_eq!(states(&played)[..6], expected);
    assert_eq!(played.outcomes(), [Some("done"), Some("pressed")]);
}
