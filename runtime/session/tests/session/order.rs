//! What happens at the end of a trial, in the order of the semantics.

use crate::played::{Played, play_protocol};
use crate::scripted_rig::ScriptedRig;
use trialect_ir::RuleKind;
use trialect_journal::Entry;

fn play(text: &str, inputs: &[(f64, &'static str)]) -> Played {
    play_protocol(&format!("protocol test.order 1.0.0\nuse std.adaptive\n{text}"), ScriptedRig::new(inputs))
}

/// The kinds of these rules in the order in which they were decided.
fn decided(played: &Played, kinds: &[RuleKind]) -> Vec<RuleKind> {
    let kind = |entry: &Entry| match entry {
        Entry::Decision { rule, .. } => Some(played.program.rules[*rule as usize].kind),
        _ => None,
    };
    played.entries.iter().filter_map(kind).filter(|kind| kinds.contains(kind)).collect()
}

/// Statistics (3), then procedures (4), then handlers and one transition (5), then advice and stops (7), which all see
/// what came before them in the same trial; its row (9) shows what was before.
#[test]
fn statistics_procedures_handlers_stages_and_stops_follow_each_other() {
    let played = play(
        "subject {
           var total := 0 within 0 .. 99
           on trial.end { total += 1 }
           curriculum c {
             stage first  { on trial.end when total >= 2 -> second }
             stage second { on trial.end when total >= 2 -> third }
             stage third  { }
           }
         }
         session {
           limit trials 9
           stat n = count(true)
           adapt s = staircase(correct: true, down: 1, ratio: 0.5, first: 1, least: 0.01, most: 1)
             on trial.end when n >= 2
           var counted := 0 within 0 .. 99
           var level : Real := 1 within 0 .. 1
           on trial.end { counted := clamp(n, 0 .. 99); level := clamp(s.level, 0 .. 1) }
           advise soon when counted >= 4
           stop late when counted >= 4
           stop faint when level < 0.2
         }
         trial { outcomes done; state only { after 1 s -> end done } }",
        &[],
    );
    assert_eq!(played.column("counted"), ["0", "1", "2", "3"], "the handler's count has the trial in it");
    assert_eq!(played.column("level"), ["1", "1", "0.5", "0.25"], "the procedure saw the count, the handler the level");
    assert_eq!(played.column("c"), ["first", "first", "second", "third"], "after the handlers, and one a trial");
    assert_eq!(played.ending().reason, "late", "the first in the text");
    let watched = [RuleKind::Advice, RuleKind::Stop];
    assert_eq!(decided(&played, &watched), [RuleKind::Advice, RuleKind::Stop, RuleKind::Stop], "all that hold");
}

/// The order of limits is no part of the hash: it may not decide for which reason a session ends.
#[test]
fn of_two_limits_that_are_reached_the_first_by_name_ends_the_session() {
    let (a, b) = ("limit a 10 uL each session", "limit b 10 uL each session");
    for limits in [[a, b], [b, a]] {
        let played = play(
            &format!(
                "rig {{ b : Pump; a : Pump }}
                 session {{ limit trials 9; {} }}
                 trial {{ outcomes done; state only {{ deliver 3 uL to b; deliver 3 uL to a; after 1 s -> end done }} }}",
                limits.join("; ")
            ),
            &[],
        );
        assert_eq!(played.ending().reason, "limit a", "{limits:?}");
        assert_eq!(played.column("a.delivered"), ["3", "3", "3", "0"], "uL");
    }
}

#[test]
fn a_block_is_asked_whether_it_ends_after_the_handlers() {
    let played = play(
        "session { limit trials 4; var counted := 0 within 0 .. 9; on trial.end { counted += 1 } }
         block b { ends when counted is 2 }
         trial { outcomes done; state only { after 1 s -> end done } }",
        &[],
    );
    assert_eq!(played.column("b.index"), ["1", "1", "2", "2"]);
}

#[test]
fn what_ends_a_trial_is_the_last_of_its_instant() {
    let played = play(
        "rig { screen : Display }
         session { limit trials 2 }
         trial {
           outcomes one, two
           var n := 0 within 0 .. 9
           state only {
             on screen.flip { n := 1 } -> end one
             on screen.flip { n := 2 } -> end two
             after 1 s { n := 3 } -> end two
             after 1 s { n := 4 } -> end one
           }
         }",
        &[(500.0, "screen.flip")],
    );
    assert_eq!(played.outcomes(), [Some("one"), Some("two")]);
    assert_eq!(played.column("n"), ["1", "3"]);
}

#[test]
fn a_row_has_the_values_of_the_instant_at_which_the_trial_ends() {
    let played = play(
        "rig { screen : Display }
         session { limit trials 2 }
         trial {
           outcomes early, late
           var n := 0 within 0 .. 9
           waited = only.exit - only.entry
           twice = 2 * n
           state only { on screen.flip { n := 4 } -> end early; after 1 s -> end late }
         }",
        &[(250.0, "screen.flip")],
    );
    assert_eq!(played.column("waited"), ["0.25", "1"]);
    assert_eq!(played.column("twice"), ["8", "0"]);
}

/// 2/3 s are 666,666,666.67 ns.
#[test]
fn a_duration_is_rounded_to_the_nearest_nanosecond() {
    let played = play(
        "session { limit trials 1 }
         trial { outcomes done; waited = only.exit - only.entry; state only { after 2 s / 3 -> end done } }",
        &[],
    );
    assert_eq!(played.column("waited"), ["0.666666667"]);
}
