//! What the slower clocks make, and when: sessions, blocks, decks, and a stop that does not wait for a trial.

use crate::played::{Played, play_protocol};
use crate::scripted_rig::ScriptedRig;
use trialect_ir::RuleKind;
use trialect_journal::Entry;

fn play(text: &str, inputs: &[(f64, &'static str)]) -> Played {
    play_protocol(&format!("protocol test.clocks 1.0.0\nuse std.sides\n{text}"), ScriptedRig::new(inputs))
}

/// How often a decision of a kind stands in the record.
fn decisions(played: &Played, kind: RuleKind) -> usize {
    let of_kind = |entry: &&Entry| match entry {
        Entry::Decision { rule, .. } => played.program.rules[*rule as usize].kind == kind,
        _ => false,
    };
    played.entries.iter().filter(of_kind).count()
}

#[test]
fn a_block_is_made_anew_after_a_trial_with_which_it_ended() {
    let played = play(
        "session { limit trials 8 }
         block b {
           turn = if exists last.turn then opposite[last.turn] else left
           stat seen = count(true)
           var marks := 1 within 0 .. 9
           ends when b.seen >= 3
         }
         trial {
           outcomes done
           state only { after 1 s { b.marks := min(b.marks + 2, 9) } -> end done }
         }",
        &[],
    );
    let left_and_right = ["left", "left", "left", "right", "right", "right", "left", "left"];
    assert_eq!(played.column("b.turn"), left_and_right);
    assert_eq!(played.column("b.index"), ["1", "1", "1", "2", "2", "2", "3", "3"]);
    assert_eq!(played.column("b.trials"), ["0", "1", "2", "0", "1", "2", "0", "1"]);
    assert_eq!(played.column("b.seen"), ["0", "1", "2", "0", "1", "2", "0", "1"], "covers the trials before");
    assert_eq!(played.column("b.marks"), ["3", "5", "7", "3", "5", "7", "3", "5"]);
    assert_eq!(decisions(&played, RuleKind::Block), 2);
}

#[test]
fn blocks_run_side_by_side_and_names_inside_come_first() {
    let played = play(
        "side = 7
         session { limit trials 6 }
         block two   { side = if exists last.side then last.side + 1 else 1; ends when two.trials >= 2 }
         block three { side = if exists last.side then last.side * 2 else 1; ends when three.trials >= 3 }
         trial {
           both = 10 * two.side + three.side
           outer = side
           outcomes done
           state only { after 1 s -> end done }
         }",
        &[],
    );
    assert_eq!(played.column("both"), ["11", "11", "21", "22", "32", "32"]);
    assert_eq!(played.column("outer"), ["7"; 6]);
}

#[test]
fn a_deck_deals_each_card_once_before_it_begins_again() {
    let played = play(
        "session { limit trials 40; deck cards = {left: 3, right: 1} }
         trial { draw side ~ deal(cards); outcomes done; state only { after 1 s -> end done } }",
        &[],
    );
    let dealt = played.column("side");
    for hand in dealt.chunks(4) {
        assert_eq!(hand.iter().filter(|card| *card == "left").count(), 3, "{dealt:?}");
    }
    let at: std::collections::BTreeSet<_> =
        dealt.chunks(4).map(|hand| hand.iter().position(|card| card == "right")).collect();
    assert!(at.len() > 1, "always at the same place: {dealt:?}");
}

#[test]
fn a_draw_of_the_session_is_made_once_and_keyed_draws_are_independent() {
    let played = play(
        "session { limit trials 200; draw favoured ~ pick(Side) }
         trial {
           draw coin[s in Side] ~ chance(if s is left then 50% else 25%)
           draw whole ~ pick(3 .. 5)
           outcomes done
           state only { after 1 s -> end done }
         }",
        &[],
    );
    let favoured = played.column("favoured");
    assert!(favoured.iter().all(|side| *side == favoured[0]));
    let [left, right] = ["coin[left]", "coin[right]"].map(|name| played.column(name));
    let both = |a: &str, b: &str| left.iter().zip(&right).filter(|(x, y)| *x == a && *y == b).count();
    // Expected 25, 75, 25, 75 of 200; four standard deviations are 26 at most.
    for (a, b, expected) in [("true", "true", 25), ("true", "false", 75), ("false", "true", 25), ("false", "false", 75)]
    {
        assert!(both(a, b).abs_diff(expected) < 26, "{a} {b}: {}", both(a, b));
    }
    let whole = played.column("whole");
    for value in ["3", "4", "5"] {
        assert!(whole.iter().filter(|drawn| *drawn == value).count().abs_diff(67) < 27, "{value}");
    }
}

/// Trials of a second, 200 ms apart, until 2.9 s have passed.
const TIMED: &str = "rig { horn : Speaker }
    session { limit trials 9; stat rows = count(true); stop enough now when session.elapsed >= LIMIT }
    trial { iti 200 ms; outcomes done, heard; state only { on horn.onset -> end heard; after 1 s -> end done } }";

#[test]
fn a_stop_now_interrupts_the_trial_at_its_time() {
    let played = play(&TIMED.replace("LIMIT", "2.9 s"), &[(2900.0, "horn.onset")]);
    assert_eq!(played.outcomes(), [Some("done"), Some("done"), None], "before the input of its instant");
    assert_eq!(played.ending().reason, "enough");
    assert!(!played.ending().interrupted);
    assert_eq!(played.rig.log.last().map(String::as_str), Some("2900 safe"));
    assert_eq!(played.at_end("rows"), "2", "an interrupted trial enters no statistic");
}

#[test]
fn a_stop_now_stops_between_trials_and_lets_a_trial_count_that_ends_then() {
    let between = play(&TIMED.replace("LIMIT", "2.3 s"), &[]);
    assert_eq!(between.outcomes(), [Some("done"), Some("done")]);
    assert_eq!(between.rig.log.last().map(String::as_str), Some("2300 safe"));
    let input = play(&TIMED.replace("LIMIT", "1.5 s or trial.index > 1 and session.elapsed > 1.3 s"), &[]);
    assert_eq!(input.outcomes(), [Some("done"), None]);
    assert_eq!(input.rig.log.last().map(String::as_str), Some("1300 safe"), "ms of 1.300000001 s");
    let at_end = play(&TIMED.replace("LIMIT", "2.2 s"), &[]);
    assert_eq!(at_end.outcomes(), [Some("done"), None], "the stop comes before the timer of its instant");
}

#[test]
fn what_a_sum_could_not_take_in_is_recorded() {
    let played = play(
        "session { limit trials 5; var n := 0 within 0 .. 2 }
         trial { outcomes done; state only { after 1 s { n += 1 } -> end done } }",
        &[],
    );
    assert_eq!(played.column("n"), ["1", "2", "2", "2", "2"]);
    assert_eq!(decisions(&played, RuleKind::Saturation), 3);
}

#[test]
fn weights_that_are_all_none_are_recorded() {
    let played = play(
        "session { limit trials 3 }
         trial {
           weight = if trial.index is 2 then 0 else 1
           draw side ~ pick(Side, weights: {left: weight, right: 0})
           outcomes done
           state only { after 1 s -> end done }
         }",
        &[],
    );
    assert_eq!(decisions(&played, RuleKind::Unweighted), 1);
    assert_eq!(played.column("side")[0], "left");
}

#[test]
fn a_session_that_does_not_count_leaves_the_subject_as_it_was() {
    let play = |least: u32| {
        play(
            &format!(
                "subject {{
                   var days := 0 within 0 .. 9
                   var trials := 0 within 0 .. 99
                   stat rows = count(true)
                   double = 2 * days
                   on trial.end {{ trials += 1 }}
                   on session.end {{ days += 1 }}
                   curriculum c {{ stage a {{ on session.end -> b }}; stage b {{ }} }}
                 }}
                 session {{ limit trials 5; stat seen = count(true); counts when seen >= {least} }}
                 trial {{ outcomes done; state only {{ after 1 s -> end done }} }}"
            ),
            &[],
        )
    };
    let ends = |played: &Played| ["days", "trials", "rows", "double", "c", "seen"].map(|name| played.at_end(name));
    let counted = play(5);
    assert_eq!(ends(&counted), ["1", "5", "5", "2", "b", "5"]);
    assert_eq!(decisions(&counted, RuleKind::Counts), 0);
    let not = play(6);
    assert_eq!(ends(&not), ["0", "0", "0", "0", "a", "5"], "what the session saw stays in its record");
    assert_eq!(decisions(&not, RuleKind::Counts), 1);
    assert_ne!(counted.ending().subject_words, not.ending().subject_words);
    let words = not.program.subject.start as usize..not.program.subject.end as usize;
    assert_eq!(not.ending().subject_words, not.program.initial[words], "as before the first session");
}

#[test]
fn a_statistic_over_sessions_takes_one_row_a_session_before_the_handlers() {
    let played = play(
        "subject {
           stat fewest = min(seen) over last 3 sessions at least 1 else 99
           stat late = count(seen > 2) over last 3 sessions
           var told : Real within 0 .. 1000 := 0
           on session.end { told := min(fewest, 1000) }
         }
         session { limit trials 4; stat seen = count(true) }
         trial { outcomes done; state only { after 1 s -> end done } }",
        &[],
    );
    assert_eq!(played.column("fewest"), ["99"; 4], "no session has ended");
    assert_eq!(["fewest", "late", "told"].map(|name| played.at_end(name)), ["4", "1", "4"]);
}

#[test]
fn what_only_a_rule_of_the_session_reads_of_the_last_trial_and_block_is_kept() {
    let played = play(
        "session {
           var trial_before := 0 within 0 .. 99
           var block_before := 0 within 0 .. 99
           limit trials 9
           on trial.end {
             if exists last.mark { trial_before := clamp(last.mark, 0 .. 99) }
             if exists b.last_number { block_before := clamp(b.last_number, 0 .. 99) }
           }
           stat again = count(exists last.twice)
           stop enough when exists last.half and last.half >= 2
         }
         block b { number = b.index * 10; last_number : Int? = last.number; ends when b.trials >= 2 }
         trial {
           mark = trial.index * 3
           twice = trial.index * 2
           half = trial.index / 2
           outcomes done
           state only { after 1 s -> end done }
         }",
        &[],
    );
    // The row of a trial shows the session as it was before: a handler's work of trial n stands in row n + 1.
    assert_eq!(played.column("trial_before"), ["0", "0", "3", "6", "9"]);
    assert_eq!(played.column("block_before"), ["0", "0", "0", "10", "10"]);
    assert_eq!(played.column("again"), ["0", "0", "1", "2", "3"]);
    assert_eq!(played.column("mark").len(), 5, "half of the trial before, 4, is 2 in the fifth trial");
}
