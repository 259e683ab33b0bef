//! Machines beside the trial: when they run, what they hear, in which order, and how long they may keep things on.

use crate::played::{Played, play_protocol};
use crate::scripted_rig::{Fails, MS, ScriptedRig};
use trialect_journal::Entry;

const RIG: &str = "rig { lever : Switch; horn : Speaker; screen : Display; laser : Laser; spout : Valve }
    stimulus hiss on horn = noise(duration: 10 s)";

/// A protocol of two trials with these clauses in its session and its trial.
fn played(session: &str, trial: &str, inputs: &[(f64, &'static str)]) -> Played {
    let text =
        format!("protocol test.beside 1.0.0\n{RIG}\nsession {{ limit trials 2\n{session} }}\ntrial {{ {trial} }}");
    play_protocol(&text, ScriptedRig::new(inputs))
}

/// States in the order in which they were entered, with the ms of it.
fn states(played: &Played) -> Vec<String> {
    let name = |entry: &Entry| match entry {
        Entry::State { state, at } => Some(format!("{} {}", at / MS, played.program.states[*state as usize].name)),
        _ => None,
    };
    played.entries.iter().filter_map(name).collect()
}

/// Times of decisions of a limit, ms.
fn limits(played: &Played) -> Vec<i64> {
    let of_limit = |rule: u32| played.program.rules[rule as usize].definition.contains("limit");
    let time = |entry: &Entry| match entry {
        Entry::Decision { rule, at } if of_limit(*rule) => Some(at / MS),
        _ => None,
    };
    played.entries.iter().filter_map(time).collect()
}

#[test]
fn a_machine_of_the_trial_runs_from_its_first_state_to_its_end_and_lets_go_of_what_it_holds() {
    let trial = "iti 500 ms; outcomes done
        state first { after 1 s -> second }
        state second { after 1 s -> end done }
        beside sound { state quiet { after 300 ms -> loud }; state loud { hold play hiss } }";
    let played = played("", trial, &[]);
    let expected = ["0 sound.quiet", "0 first", "300 sound.loud", "1000 second"];
    let second = ["2500 sound.quiet", "2500 first", "2800 sound.loud", "3500 second"];
    assert_eq!(states(&played), [expected, second].concat());
    assert_eq!(played.outputs(), ["300 play hiss", "2000 end play hiss", "2800 play hiss", "4500 end play hiss"]);
}

#[test]
fn a_machine_of_the_session_runs_between_trials_too() {
    let session = "var heard := 0
        beside clock { state tick { hold play hiss; on lever.press { heard += 1 }; after 700 ms -> tock }
                       state tock { on lever.press { heard += 10 }; on screen.flip -> tick } }";
    let trial = "iti 1 s; outcomes done; seen = heard; state only { after 500 ms -> end done }";
    // In the first trial, in the pause before and after the timer, in the second trial.
    let inputs = [
        (100.0, "lever.press"),
        (600.0, "lever.press"),
        (800.0, "lever.press"),
        (900.0, "screen.flip"),
        (1_550.0, "lever.press"),
    ];
    let played = played(session, trial, &inputs);
    assert_eq!(
        states(&played),
        ["0 clock.tick", "0 only", "700 clock.tock", "900 clock.tick", "1500 only", "1600 clock.tock"]
    );
    assert_eq!(played.column("seen"), ["0", "12"], "as they were when the trials began");
    assert_eq!(played.at_end("heard"), "13");
    let outputs = ["0 play hiss", "700 end play hiss", "900 play hiss", "1600 end play hiss"];
    assert_eq!(played.outputs(), outputs, "held across the trial's end and start");
}

#[test]
fn machines_hear_an_input_in_the_order_of_the_text_and_the_trial_hears_it_last() {
    let session = "var order := 0
        beside b { state only { on lever.press when order is 0 { order := 1 } -> rest }; state rest { } }
        beside a { state only { on lever.press when order is 1 { order_2 := 2 } -> rest }; state rest { } }
        var order_2 := 0";
    let trial = "outcomes all, some, late
        var at_last := 0
        state only { on lever.press when order_2 is 2 and at_last is 3 -> end all; on lever.press -> end some; after 1 s -> end late }
        beside c { state only { on lever.press when order_2 is 2 { at_last := 3 } } }";
    let played = played(session, trial, &[(200.0, "lever.press")]);
    assert_eq!(played.outcomes(), [Some("all"), Some("late")]);
}

#[test]
fn a_trial_that_ends_on_an_input_stops_its_machines_and_those_of_the_session_hear_of_it() {
    let session = "beside watch { state out { on only.entry -> in_ }; state in_ { on only.exit -> out } }";
    let trial = "outcomes done
        state only { on lever.press -> end done; after 10 s -> end done }
        beside late { state wait { on only.exit -> never }; state never { } }";
    let played = played(session, trial, &[(200.0, "lever.press"), (300.0, "lever.press")]);
    let expected = ["0 watch.out", "0 late.wait", "0 only", "0 watch.in_", "200 watch.out"];
    let second = ["200 late.wait", "200 only", "200 watch.in_", "300 watch.out"];
    assert_eq!(states(&played), [&expected[..], &second[..]].concat());
}

#[test]
fn entries_on_the_way_are_heard_in_their_order_also_of_states_in_which_no_time_passed() {
    let trial = "outcomes done; draw yes ~ chance(100%)
        state first { after 100 ms -> second }
        state second { when yes -> third; after 1 s -> third }
        state third { on m.c.entry -> end done; after 1 s -> end done }
        beside m { state a { on second.entry -> b }; state b { on second.exit -> c; after 1 s -> c }; state c { } }";
    let played = played("", trial, &[]);
    assert_eq!(states(&played)[..6], ["0 m.a", "0 first", "100 second", "100 third", "100 m.b", "100 m.c"]);
    assert_eq!(states(&played)[6], "100 m.a", "the trial heard it at the same instant and ended");
}

#[test]
fn conditions_of_all_machines_are_settled_again_at_the_same_instant() {
    let session = "var armed := false
        beside vi { state run { after 300 ms -> set_up }; state set_up { armed := true; when not armed -> run } }";
    let trial = "outcomes paid, late
        state free { on lever.press when armed { armed := false } -> pay; after 2 s -> end late }
        state pay { after 400 ms -> end paid }";
    // Too early; just armed, for inputs come before timers; armed; not yet again; armed in the trial before.
    let inputs = [(100.0, "lever.press"), (300.0, "lever.press"), (350.0, "lever.press"), (1_000.0, "lever.press")];
    let played = played(session, trial, &inputs);
    let expected = ["0 vi.run", "0 free", "300 vi.set_up", "350 pay", "350 vi.run", "650 vi.set_up"];
    assert_eq!(states(&played), [&expected[..], &["750 free", "1000 pay", "1000 vi.run", "1300 vi.set_up"]].concat());
}

#[test]
fn rules_at_the_end_of_a_trial_move_machines_of_the_session_before_it_goes_on() {
    let session = "var n := 0; var calm := false
        on trial.end { n += 1 }
        beside count { state no_trial { when n >= 1 -> some }; state some { calm := true } }
        stop calmed when calm";
    let played = played(session, "outcomes done; state only { after 1 s -> end done }", &[]);
    assert_eq!(states(&played), ["0 count.no_trial", "0 only", "1000 count.some"]);
    assert_eq!(played.ending().reason, "calmed");
}

#[test]
fn a_session_that_stops_now_leaves_all_machines() {
    let session = "beside clock { state only { hold play hiss } }\nstop enough now when session.elapsed >= 1500 ms";
    let trial = "outcomes done; state first { after 1 s -> second }; state second { after 1 s -> end done }
        beside light { state on_ { hold pulse laser(power: 1 mW, rate: 1 Hz, width: 1 ms) } }";
    let played = played(session, trial, &[]);
    assert_eq!(played.outcomes(), [None]);
    assert_eq!(
        played.outputs(),
        ["0 play hiss", "0 pulse laser", "1500 end pulse laser", "1500 end play hiss"],
        "the trial's first"
    );
}

const PULSE: &str = "hold pulse laser(power: 5 mW, rate: 40 Hz, width: 5 ms)";

#[test]
fn a_train_as_long_as_its_limit_is_whole_and_breaks_none() {
    let trial = format!(
        "outcomes done; state only {{ {PULSE}; after 1 s -> rest }}
        state rest {{ after 1 s -> end done }}"
    );
    let played = played("limit laser 1 s each trial; limit laser 2 s each session", &trial, &[]);
    assert_eq!(played.outputs(), ["0 pulse laser", "1000 end pulse laser", "2000 pulse laser", "3000 end pulse laser"]);
    assert_eq!((limits(&played), played.ending().reason.as_str()), (vec![], "limit trials"));
}

#[test]
fn what_is_on_when_its_time_is_used_up_is_ended_at_that_instant_and_the_session_after_the_trial() {
    let trial = format!(
        "outcomes done; state only {{ {PULSE}; after 1500 ms -> rest }}
        state rest {{ {PULSE}; after 1 s -> end done }}"
    );
    let played = played("limit laser 1 s each trial", &trial, &[]);
    assert_eq!(played.outputs(), ["0 pulse laser", "1000 end pulse laser"]);
    assert_eq!(limits(&played), [1000, 1500], "ended, and refused");
    assert_eq!((played.outcomes(), played.ending().reason.as_str()), (vec![Some("done")], "limit laser"));
}

#[test]
fn the_time_of_a_session_adds_up_over_trials_and_an_each_trial_limit_begins_anew() {
    let trial = format!("outcomes done; state only {{ {PULSE} for 600 ms; after 1 s -> end done }}");
    let session = "limit laser 700 ms each trial; limit laser 1 s each session";
    let played = played(session, &trial, &[]);
    assert_eq!(played.outputs(), ["0 pulse laser", "600 end pulse laser", "1000 pulse laser", "1400 end pulse laser"]);
    assert_eq!((limits(&played), played.ending().reason.as_str()), (vec![1400], "limit laser"));
}

#[test]
fn devices_of_one_name_share_the_time_of_their_limit() {
    let text = "protocol test.shared 1.0.0
        use std.sides
        rig { laser[Side] : Laser }
        session { limit trials 2; limit laser 1 s each trial }
        trial { outcomes done; state only {
            for s in Side { hold pulse laser[s](power: 5 mW, rate: 40 Hz, width: 5 ms) }; after 2 s -> end done } }";
    let played = play_protocol(text, ScriptedRig::new(&[]));
    let end = ["500 end pulse laser[left]", "500 end pulse laser[right]"];
    assert_eq!(played.outputs()[2..], end, "two at once use it up twice as fast");
}

#[test]
fn a_valve_that_is_held_open_closes_when_its_time_is_used_up_between_trials_too() {
    let session = "limit spout 1200 ms each session
        beside flush { state shut { after 500 ms -> flow }; state flow { hold open spout } }";
    let trial = "iti 1 s; outcomes done; state only { after 1 s -> end done }";
    let played = played(session, trial, &[]);
    assert_eq!(played.outputs(), ["500 open spout", "1700 end open spout"]);
    assert_eq!((limits(&played), played.ending().reason.as_str()), (vec![1700], "limit spout"));
}

#[test]
fn a_draw_of_a_state_is_made_on_each_entry_and_goes_on_over_trials() {
    let trial = "outcomes done; var n := 0 within 0 .. 9
        state wait { draw pause ~ uniform(100 ms .. 200 ms); after pause when n >= 3 -> end done; after pause { n += 1 } -> wait }";
    let played = played("", trial, &[]);
    let mut starts: Vec<i64> = Vec::new();
    let mut drawn: Vec<f64> = Vec::new();
    let mut ended = 0;
    for entry in &played.entries {
        match entry {
            Entry::State { at, .. } => starts.push(*at),
            Entry::Draw { word, .. } => drawn.push(f64::from_bits(*word)),
            Entry::Row { at, .. } => ended = *at,
            _ => {}
        }
    }
    assert_eq!((starts.len(), drawn.len()), (8, 8), "four entries in each of two trials");
    let lasted: Vec<i64> = starts.iter().zip(starts[1..].iter().chain([&ended])).map(|(a, b)| b - a).collect();
    let expected: Vec<i64> = drawn.iter().map(|pause| (pause * 1e9).round() as i64).collect();
    assert_eq!(lasted, expected);
    let mut different = expected.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 8, "each entry has a draw of its own");
    assert_eq!(played.column("wait.pause"), [drawn[3], drawn[7]].map(|pause| pause.to_string()));
}

#[test]
fn a_trial_that_waits_for_ever_is_reported_though_machines_beside_it_go_round() {
    let clock = "beside clock { state tick { after 7 h -> tock }; state tock { after 7 h -> tick } }";
    let wait = "outcomes done; state wait { hold play hiss; on lever.press -> end done }";
    for (session, trial) in [(clock, wait.to_string()), ("", format!("{wait}\n{clock}"))] {
        // The press comes when the wait has lasted 10 h: what counts is the time since then.
        let played = played(session, &trial, &[(36_000_000.0, "lever.press")]);
        assert_eq!(played.outcomes(), [Some("done"), None]);
        let reason = &played.ended.as_ref().unwrap().reason;
        assert!(reason.contains("trial 2 waits in `wait`") && reason.contains("24 h"), "{reason}");
        assert!(played.rig.on.is_empty());
        let last = played.entries.iter().filter_map(|entry| match entry {
            Entry::State { at, .. } => Some(at / MS / 3_600_000),
            _ => None,
        });
        assert!(last.max().is_some_and(|hours| (24..34).contains(&hours)), "machines went on until then");
    }
}

#[test]
fn a_device_that_fails_when_machines_of_the_session_start_breaks_the_session_off_and_the_record_says_so() {
    let session = "limit laser 1 h each session
        beside light { state on_ { hold pulse laser(power: 1 mW, rate: 20 Hz, width: 5 ms) } }
        beside sound { state loud { hold play hiss } }";
    let text = format!(
        "protocol test.start 1.0.0\n{RIG}\nsession {{ limit trials 2\n{session} }}
        trial {{ outcomes done; state only {{ after 1 s -> end done }} }}"
    );
    for (call, last) in [(0, "pulse laser"), (1, "play hiss")] {
        let played = play_protocol(&text, ScriptedRig::new(&[]).failing(Fails::Call(call)));
        let ending = played.ended.as_ref().expect("the session had begun");
        assert!(ending.interrupted && ending.trials == 0 && ending.reason.contains("unplugged"), "{ending:?}");
        assert!(played.rig.on.is_empty(), "{:?}", played.rig.on);
        assert!(played.outputs().iter().any(|output| output == &format!("0 {last}")), "what failed is in the record");
        assert!(played.entries.iter().any(|entry| matches!(entry, Entry::Fault { at: 0, .. })));
        assert!(matches!(played.entries.last(), Some(Entry::SessionEnd { .. })));
    }
}
