//! Faults of the rig and of the record, wherever they come: the rig is safe, the record says what was done.

use crate::played::{Paper, Played, play, play_on, program};
use crate::scripted_rig::{Fails, ScriptedRig};

/// Latches, holds, hands over, gives and follows.
const BUSY: &str = "outcomes done, late
    var sipped := 0 within 0 .. 3
    state look {
      show disk(azimuth: 0 deg, contrast: 1, phase: 0 deg); hold play hiss
      track disk.azimuth = 5 deg + 8 deg/mm * wheel.travel
      on screen.flip -> sip; after 1 s -> end late
    }
    state sip  { hold play hiss; hold open spout; sipped := 1; after 50 ms -> rest }
    state rest { deliver 2 uL to spout; hide disk; play hiss; after 1 s -> end done }";

fn busy_rig() -> ScriptedRig {
    ScriptedRig::new(&[(300.0, "screen.flip"), (1500.0, "screen.flip")])
}

/// The session broke off for this reason, in its last trial if it had begun one.
fn broke_off(played: &Played, reason: &str) {
    let ending = played.ending();
    assert!(ending.interrupted && ending.reason.contains(reason), "{ending:?}");
    assert_eq!(played.faults(), 1);
    assert!(played.rig.on.is_empty(), "{:?}", played.rig.on);
    let whole = played.outcomes().iter().filter(|outcome| outcome.is_some()).count();
    // Neither statistics nor handlers take in the trial that broke off.
    assert_eq!((played.at_end("rows"), played.at_end("tally")), (whole.to_string(), whole.to_string()));
}

#[test]
fn a_fault_in_mid_trial_leaves_a_row_without_an_outcome() {
    let rig = busy_rig().failing(Fails::At("1500 open spout"));
    let played = play(BUSY, rig);
    broke_off(&played, "unplugged");
    assert_eq!((played.outcomes(), played.ending().trials), (vec![Some("done"), None], 2));
    let second = played.outputs().split_off(10);
    assert_eq!(
        second,
        [
            "1350 show disk",
            "1350 play hiss",
            "1350 track disk",
            "1500 open spout",
            "fault",
            // Ended when the rig was made safe, as the state is left.
            "1500 end open spout",
            "1500 end track disk",
            "1500 end play hiss",
            "1500 end show disk",
        ]
    );
}

#[test]
fn a_refused_command_ends_what_was_on_and_sends_nothing_more() {
    let text = "outcomes done
        state a { hold play hiss; hold open spout; show disk(azimuth: 0 deg, contrast: 1, phase: 0 deg); after 1 s -> end done }";
    let played = play(text, ScriptedRig::new(&[]).failing(Fails::At("0 open spout")));
    broke_off(&played, "unplugged");
    // The picture was never sent, so it is not ended.
    let outputs = ["0 play hiss", "0 open spout", "fault", "0 end open spout", "0 end play hiss"];
    assert_eq!(played.outputs(), outputs);
    assert_eq!(played.outcomes(), [None]);
}

#[test]
fn a_trial_that_breaks_off_while_it_ends_has_no_outcome() {
    let text = "outcomes done
        won = outcome is done
        state a { play hiss; show disk(azimuth: 0 deg, contrast: 1, phase: 0 deg); after 1 s -> end done }";
    let played = play(text, ScriptedRig::new(&[]).failing(Fails::At("1000 end play hiss")));
    broke_off(&played, "unplugged");
    let outputs = ["0 play hiss", "0 show disk", "1000 end play hiss", "fault", "1000 end show disk"];
    assert_eq!(
        (played.outputs().iter().map(String::as_str).collect::<Vec<_>>(), played.outcomes()),
        (outputs.to_vec(), vec![None])
    );
}

#[test]
fn nothing_follows_after_a_fault() {
    let text = "outcomes done
        state a {
          show disk(azimuth: 0 deg, contrast: 1, phase: 0 deg)
          track disk.azimuth = 0 deg + 8 deg/mm * wheel.travel
          on wheel.travel reaches 1 mm { play hiss }
          after 1 s -> end done
        }";
    let follows = |rig| {
        let played = play(text, rig);
        played.rig.log.iter().filter(|line| line.contains("azimuth")).count()
    };
    assert_eq!(follows(ScriptedRig::new(&[(100.0, "wheel.travel")])), 1, "it moves");
    assert_eq!(follows(ScriptedRig::new(&[(100.0, "wheel.travel")]).failing(Fails::At("100 play hiss"))), 0);
}

#[test]
fn a_fault_before_the_first_trial_leaves_no_row() {
    let played = play(BUSY, busy_rig().failing(Fails::At("trial start")));
    broke_off(&played, "unplugged");
    assert_eq!((played.outcomes().len(), played.ending().trials, played.outputs()), (0, 0, vec!["fault".to_string()]));
}

#[test]
fn wherever_the_rig_fails_it_is_safe_and_the_record_replays() {
    let whole = play(BUSY, busy_rig());
    assert_eq!(whole.outcomes(), [Some("done"), Some("done")]);
    let calls = whole.rig.calls;
    assert!(calls >= 25, "{calls} calls");
    let program = program(BUSY);
    for n in 0..calls {
        let played = play_on(&program, busy_rig().failing(Fails::Call(n)), Paper::default(), &|_| {});
        broke_off(&played, &format!("unplugged at call {n}"));
        assert_eq!(played.rig.calls, n + 1, "nothing reaches a rig that has failed");
        let outputs = played.outputs();
        let fault = outputs.iter().position(|line| line == "fault").unwrap();
        assert!(outputs[fault + 1..].iter().all(|line| line.contains(" end ")), "{outputs:?}");
    }
}

#[test]
fn wherever_the_record_fails_the_rig_is_safe() {
    let program = program(BUSY);
    let whole = play_on(&program, busy_rig(), Paper::default(), &|_| {});
    for room in 0..whole.entries.len() {
        let paper = Paper { room: Some(room), ..Paper::default() };
        let played = play_on(&program, busy_rig(), paper, &|_| {});
        assert_eq!(played.ended.as_ref().unwrap_err().code(), "journal-disk-full");
        assert_eq!(played.entries, whole.entries[..room]);
        assert!(played.rig.on.is_empty());
    }
    // Before the first trial, after each trial, at the end.
    for commit in 0..4 {
        let paper = Paper { torn_at_commit: Some(commit), ..Paper::default() };
        let played = play_on(&program, busy_rig(), paper, &|_| {});
        assert_eq!(played.ended.as_ref().unwrap_err().code(), "journal-disk-full", "commit {commit}");
        assert!(played.rig.on.is_empty());
    }
}

#[test]
fn a_state_that_waits_for_ever_is_reported() {
    let text = "outcomes done
        state ready { play hiss; after 1 s -> wait }
        state wait  { hold open spout; on screen.flip -> end done }";
    let played = play(text, ScriptedRig::new(&[(2000.0, "screen.flip")]));
    broke_off(&played, "trial 2 waits in `wait`");
    assert_eq!(played.outcomes(), [Some("done"), None]);
    let second = played.outputs().split_off(4);
    // When it began to wait is the latest that is known to have happened.
    let ends = ["3000 end open spout", "3000 end play hiss"];
    assert_eq!(second, [&["2000 play hiss", "3000 open spout", "fault"][..], &ends].concat());
}
