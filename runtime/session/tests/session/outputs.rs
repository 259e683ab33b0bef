//! What is on is ended, once; what is not is left alone.

use crate::played::{Played, play};
use crate::scripted_rig::ScriptedRig;

/// Plays a trial's text without inputs; gives what the first trial sent.
fn first_trial(states: &str) -> Vec<String> {
    first_trial_of(&play(&format!("outcomes done\n{states}"), ScriptedRig::new(&[])))
}

/// Outputs and releases of the first trial; the second one does the same.
fn first_trial_of(played: &Played) -> Vec<String> {
    let outputs = played.outputs();
    assert_eq!(played.outcomes(), [Some("done"), Some("done")], "{outputs:?}");
    assert_eq!(outputs.len() % 2, 0, "{outputs:?}");
    let (first, second) = outputs.split_at(outputs.len() / 2);
    let deeds = |trial: &[String]| -> Vec<String> {
        trial.iter().filter_map(|line| Some(line.split_once(' ')?.1.to_string())).collect()
    };
    assert_eq!(deeds(first), deeds(second), "both trials are alike");
    first.to_vec()
}

const SHOW: &str = "show disk(azimuth: 0 deg, contrast: 1, phase: 0 deg)";

#[test]
fn a_hold_that_is_not_taken_is_never_released() {
    let text = "outcomes done
        state a { if trial.index > 1 { hold play hiss }; after 1 s -> end done }";
    let played = play(text, ScriptedRig::new(&[]));
    assert_eq!(played.outputs(), ["1000 play hiss", "2000 end play hiss"], "in the second trial only");
}

#[test]
fn a_hold_of_a_clause_that_did_not_fire_is_never_released() {
    let text = "outcomes done
        state a { on screen.flip -> b; after 500 ms { hold play hiss }; after 1 s -> b }
        state b { after 1 s -> end done }";
    // In the first trial the flip leaves the state before the sound.
    let played = play(text, ScriptedRig::new(&[(200.0, "screen.flip")]));
    assert_eq!(played.outputs(), ["1700 play hiss", "2200 end play hiss"]);
}

#[test]
fn what_another_verb_has_ended_is_not_ended_again() {
    let lines = first_trial(&format!(
        "state a {{ {SHOW}; play hiss; after 1 s -> b }}
         state b {{ hide disk; halt hiss; after 1 s -> end done }}"
    ));
    assert_eq!(lines, ["0 show disk", "0 play hiss", "1000 hide disk", "1000 halt hiss"]);
}

#[test]
fn what_comes_on_again_ends_again() {
    let lines = first_trial(&format!(
        "state a {{ {SHOW}; after 1 s -> b }}
         state b {{ hide disk; after 1 s -> c }}
         state c {{ {SHOW}; after 1 s -> end done }}"
    ));
    assert_eq!(lines, ["0 show disk", "1000 hide disk", "2000 show disk", "3000 end show disk"]);
}

#[test]
fn a_verb_for_one_stimulus_leaves_the_others_on() {
    let lines = first_trial(&format!("state a {{ {SHOW}; play hiss; halt hiss; after 1 s -> end done }}"));
    assert_eq!(lines, ["0 show disk", "0 play hiss", "0 halt hiss", "1000 end show disk"]);
}

#[test]
fn two_outputs_on_one_target_end_once() {
    let lines = first_trial(&format!(
        "state a {{ {SHOW}; after 1 s -> b }}
         state b {{ show disk(contrast: 0.5); after 1 s -> end done }}"
    ));
    assert_eq!(lines, ["0 show disk", "1000 show disk", "2000 end show disk"]);
}

#[test]
fn latched_outputs_end_in_the_order_in_which_they_came_on() {
    let lines = first_trial(&format!("state a {{ play hiss; {SHOW}; play hiss; after 1 s -> end done }}"));
    assert_eq!(lines, ["0 play hiss", "0 show disk", "0 play hiss", "1000 end play hiss", "1000 end show disk"]);
}

#[test]
fn what_two_states_hold_does_not_blink() {
    let lines = first_trial(&format!(
        "state a {{ hold {SHOW}; hold open spout; after 1 s -> b }}
         state b {{ hold open spout; hold {SHOW}; after 1 s -> c }}
         state c {{ after 1 s -> end done }}"
    ));
    assert_eq!(lines, ["0 show disk", "0 open spout", "2000 end open spout", "2000 end show disk"]);
}

#[test]
fn a_state_that_begins_anew_holds_on() {
    let text = "outcomes done
        state a { hold play hiss; on screen.flip -> a; after 1 s -> end done }";
    let played = play(text, ScriptedRig::new(&[(300.0, "screen.flip"), (600.0, "screen.flip")]));
    assert_eq!(
        played.outputs(),
        ["0 play hiss", "1600 end play hiss", "1600 play hiss", "2600 end play hiss"],
        "the second trial begins at 1600 ms"
    );
}

#[test]
fn what_is_held_with_other_arguments_is_shown_again_and_ends_once() {
    for other in ["show disk(azimuth: 0 deg, contrast: 0.5, phase: 0 deg)", "show disk(contrast: 0.5)"] {
        let lines = first_trial(&format!(
            "state a {{ hold {SHOW}; after 1 s -> b }}
             state b {{ hold {other}; after 1 s -> c }}
             state c {{ after 1 s -> end done }}"
        ));
        assert_eq!(lines, ["0 show disk", "1000 show disk", "2000 end show disk"], "{other}");
    }
}

#[test]
fn what_is_held_and_then_latched_stays_until_the_trial_ends() {
    let lines = first_trial(
        "state a { hold play hiss; after 1 s -> b }
         state b { play hiss; after 1 s -> c }
         state c { after 1 s -> end done }",
    );
    assert_eq!(lines, ["0 play hiss", "1000 play hiss", "3000 end play hiss"]);
}

#[test]
fn what_is_latched_and_then_held_ends_with_the_state_that_holds_it() {
    let lines = first_trial(
        "state a { play hiss; after 1 s -> b }
         state b { hold play hiss; after 1 s -> c }
         state c { after 1 s -> end done }",
    );
    assert_eq!(lines, ["0 play hiss", "1000 play hiss", "2000 end play hiss"]);
}

#[test]
fn what_is_held_can_be_ended_by_another_verb() {
    let lines = first_trial(
        "state a { hold play hiss; after 1 s { halt hiss }; after 2 s -> b }
         state b { after 1 s -> end done }",
    );
    assert_eq!(lines, ["0 play hiss", "1000 halt hiss"]);
    // The next state ends it before the instant is over.
    let lines = first_trial(
        "state a { hold play hiss; after 1 s -> b }
         state b { halt hiss; after 1 s -> end done }",
    );
    assert_eq!(lines, ["0 play hiss", "1000 halt hiss"]);
}

#[test]
fn a_hold_of_a_state_that_takes_no_time_is_ended() {
    let lines = first_trial(
        "state a { hold open spout; when trial.index > 0 -> b }
         state b { after 1 s -> end done }",
    );
    assert_eq!(lines, ["0 open spout", "0 end open spout"]);
}

#[test]
fn following_ends_with_its_state_also_of_a_picture_that_was_hidden() {
    let lines = first_trial(&format!(
        "state a {{ {SHOW}; track disk.azimuth = 5 deg + 8 deg/mm * wheel.travel; after 1 s {{ hide disk }}; after 2 s -> b }}
         state b {{ after 1 s -> end done }}"
    ));
    assert_eq!(lines, ["0 show disk", "0 track disk", "1000 hide disk", "2000 end track disk"]);
}

#[test]
fn a_parameter_that_follows_on_goes_on_and_one_that_follows_from_elsewhere_stops_first() {
    let tracks = |start: &str| {
        first_trial(&format!(
            "state a {{ {SHOW}; track disk.azimuth = 5 deg + 8 deg/mm * wheel.travel; after 1 s -> b }}
             state b {{ track disk.azimuth = {start} + 8 deg/mm * wheel.travel; after 1 s -> end done }}"
        ))
    };
    assert_eq!(tracks("5 deg"), ["0 show disk", "0 track disk", "2000 end track disk", "2000 end show disk"]);
    let again = ["0 show disk", "0 track disk", "1000 end track disk", "1000 track disk"];
    assert_eq!(tracks("9 deg"), [&again[..], &["2000 end track disk", "2000 end show disk"]].concat());
}

/// A clause in a loop over a set that changes waits while its member is in the set; what it holds is held for those
/// that are in it on entry.
#[test]
fn a_member_is_waited_for_while_it_is_in_the_set() {
    let text = "protocol test.members 1.0.0
        enum Hole { a, b, c }
        rig { poke[Hole] : NosePort }
        session {
          limit trials 3
          var open : Set[Hole] := {a, b}
          on trial.end when exists taken and taken is a { open := open - {a} + {c} }
        }
        trial {
          var taken : Hole? := none
          outcomes poked, missed
          state respond {
            for h in open { hold light poke[h].led; on poke[h].enter { taken := h } -> end poked }
            after 1 s -> end missed
          }
        }";
    let pokes =
        [(100.0, "poke[c].enter"), (200.0, "poke[a].enter"), (300.0, "poke[a].enter"), (400.0, "poke[c].enter")];
    let played = crate::played::play_protocol(text, ScriptedRig::new(&pokes));
    assert_eq!(played.outcomes(), [Some("poked"), Some("poked"), Some("missed")]);
    assert_eq!(played.column("taken")[..2], ["a", "c"]);
    let lit = |at: &str| {
        let lit = played.rig.log.iter().filter_map(|line| line.strip_prefix(at)?.strip_prefix(" led.light "));
        lit.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        [lit("0"), lit("200"), lit("400")],
        [["poke[a]", "poke[b]"], ["poke[b]", "poke[c]"], ["poke[b]", "poke[c]"]]
    );
}
