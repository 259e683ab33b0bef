//! What people ask for between trials: in its place, in its order, in its range, and in the record.

use crate::played::{Played, compiled, play_asked};
use crate::scripted_rig::{Fails, MS, ScriptedRig};
use trialect_journal::{Entry, Request};
use trialect_session::{Asked, Given, Inbox, Moment, RequestRefused, Wish};

const TASK: &str = "protocol test.asked 1.0.0
    rig { lever : Switch; spout : Valve }
    subject { param fixed = 1 within 0 .. 9 }
    session {
      param reward = 3 uL within 1 uL .. 5 uL by 0.5 uL
      param level  = fixed + 1 within 0 .. 10
      limit trials 4
      limit spout 1 mL each session
      stop late now when session.elapsed >= 100 s
    }
    trial {
      param quiet  = 1 s within 0.5 s .. 2 s
      twice = 2 * quiet
      iti 500 ms
      outcomes done
      state wait { after twice { deliver reward to spout } -> end done }
    }";

fn asked(after_trial: u32, wish: Wish) -> Asked {
    Asked { after_trial, moment: Moment::After(0), by: "Ada".into(), wish }
}

fn change(after_trial: u32, name: &str, to: f64) -> Asked {
    asked(after_trial, Wish::Change { name: name.into(), to: Given::Real(to) })
}

fn later(ms: i64, asked: Asked) -> Asked {
    Asked { moment: Moment::After(ms * MS), ..asked }
}

/// When each trial began, ms.
fn starts(played: &Played) -> Vec<i64> {
    let start = |entry: &Entry| if let Entry::TrialStart { at, .. } = entry { Some(at / MS) } else { None };
    played.entries.iter().filter_map(start).collect()
}

/// What was asked for: when, and what.
fn requests(played: &Played) -> Vec<(i64, Request)> {
    let request = |entry: &Entry| match entry {
        Entry::Request { at, by, request } => {
            assert_eq!(by, "Ada");
            Some((at / MS, request.clone()))
        }
        _ => None,
    };
    played.entries.iter().filter_map(request).collect()
}

#[test]
fn nothing_is_asked_for_and_parameters_have_their_values_from_the_first_trial_on() {
    let played = play_asked(TASK, ScriptedRig::new(&[]), &[]);
    assert_eq!(played.column("twice"), ["2", "2", "2", "2"]);
    assert_eq!((played.column("reward"), played.column("level")), (vec!["3".into(); 4], vec!["2".into(); 4]));
    assert_eq!(starts(&played), [0, 2_500, 5_000, 7_500]);
}

#[test]
fn a_parameter_changes_between_two_trials_and_stays_changed() {
    let wishes = [change(1, "reward", 5.0), change(2, "quiet", 2.0), change(3, "level", 7.0)];
    let played = play_asked(TASK, ScriptedRig::new(&[]), &wishes);
    assert_eq!(played.column("reward"), ["3", "5", "5", "5"]);
    assert_eq!(played.column("quiet"), ["1", "1", "2", "2"], "one of the trial too");
    assert_eq!(played.column("twice"), ["2", "2", "4", "4"], "and what is made of it");
    assert_eq!(played.column("level"), ["2", "2", "2", "7"]);
    // (3 uL - 1 uL) / 0.5 uL and (5 uL - 1 uL) / 0.5 uL steps.
    let reward = played.program.columns.iter().position(|column| column.name == "reward").unwrap() as u32;
    let first = requests(&played).remove(0);
    assert_eq!(first, (2_000, Request::Change { column: reward, from: Some(4), to: 8 }), "at the end of trial 1");
    let row = |entry: &Entry| matches!(entry, Entry::Row { trial: 1, .. });
    let after_row = played.entries.iter().skip_while(|entry| !row(entry)).nth(2);
    assert!(matches!(after_row, Some(Entry::Request { .. })), "after the row and the subject's state: {after_row:?}");
}

#[test]
fn a_parameter_that_changes_before_the_first_trial_is_what_the_first_trial_has() {
    let played = play_asked(TASK, ScriptedRig::new(&[]), &[change(0, "quiet", 0.5), change(0, "level", 3.0)]);
    assert_eq!((played.column("quiet"), played.column("level")), (vec!["0.5".into(); 4], vec!["3".into(); 4]));
}

#[test]
fn what_cannot_be_is_refused_and_says_why() {
    let program = compiled(TASK);
    let mut inbox = Inbox::default();
    let mut refused = |asked: Asked| inbox.push(&program, asked).expect_err("refused").to_string();
    let outside = refused(change(1, "reward", 5.5));
    assert!(outside.contains("1 uL to 5 uL") && outside.contains("5.5 uL"), "{outside}");
    assert!(refused(change(1, "reward", 3.2)).contains("on its steps"));
    assert!(refused(change(1, "quiet", 0.1)).contains("0.5 s to 2 s"));
    assert!(refused(change(1, "level", 11.0)).contains("0 to 10"));
    assert!(refused(change(1, "quiet", f64::NAN)).contains("a number"));
    assert!(refused(change(1, "fixed", 2.0)).contains("--start fixed"));
    let unknown = refused(change(1, "twice", 2.0));
    assert!(unknown.contains("reward, level, quiet"), "{unknown}");
    assert_eq!(inbox, Inbox::default(), "nothing of it waits");
}

#[test]
fn an_inbox_takes_in_no_more_than_it_holds() {
    let program = compiled(TASK);
    let mut inbox = Inbox::default();
    for _ in 0..Inbox::MOST {
        inbox.push(&program, asked(1, Wish::Note("n".into()))).unwrap();
    }
    let full = inbox.push(&program, asked(1, Wish::Stop));
    assert_eq!(full, Err(RequestRefused::Full { most: Inbox::MOST }));
}

#[test]
fn a_pause_takes_its_time_and_devices_are_heard_in_it() {
    let wishes = [asked(1, Wish::Pause), later(10_000, asked(1, Wish::Resume))];
    let rig = ScriptedRig::new(&[(3_000.0, "lever.press"), (3_100.0, "lever.release")]);
    let played = play_asked(TASK, rig, &wishes);
    assert_eq!(requests(&played), [(2_000, Request::Pause), (12_000, Request::Resume)]);
    assert_eq!(starts(&played)[..3], [0, 12_000, 14_500], "the pause after the trial has long passed");
    let heard = played.entries.iter().filter(|entry| matches!(entry, Entry::Input { at, .. } if *at < 12_000 * MS));
    assert_eq!(heard.count(), 2);
}

#[test]
fn a_short_pause_does_not_shorten_the_time_between_trials() {
    let wishes = [asked(1, Wish::Pause), later(100, asked(1, Wish::Resume))];
    assert_eq!(starts(&play_asked(TASK, ScriptedRig::new(&[]), &wishes))[1], 2_500);
}

#[test]
fn what_is_asked_for_in_a_pause_is_done_in_its_order() {
    let wishes = [
        asked(1, Wish::Pause),
        later(1_000, change(1, "reward", 5.0)),
        later(1_000, change(1, "reward", 4.0)),
        later(1_000, asked(1, Wish::Resume)),
        asked(1, Wish::Note("again".into())),
    ];
    let played = play_asked(TASK, ScriptedRig::new(&[]), &wishes);
    let at: Vec<i64> = requests(&played).iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [2_000, 3_000, 4_000, 5_000, 5_000]);
    assert_eq!(played.column("reward"), ["3", "4", "4", "4"]);
}

#[test]
fn a_hand_ends_the_session_after_the_trial() {
    let wishes = [change(2, "reward", 5.0), asked(2, Wish::Stop), change(2, "reward", 4.0)];
    let played = play_asked(TASK, ScriptedRig::new(&[]), &wishes);
    assert_eq!((played.ending().reason.as_str(), played.ending().trials), ("stopped by hand", 2));
    assert_eq!((requests(&played).len(), played.at_end("reward")), (2, "5".into()), "nothing is done after the end");
}

#[test]
fn a_rule_that_ends_the_session_comes_before_what_was_asked_for() {
    let played = play_asked(TASK, ScriptedRig::new(&[]), &[change(4, "reward", 5.0), asked(4, Wish::Stop)]);
    assert_eq!((played.ending().reason.as_str(), requests(&played).len()), ("limit trials", 0));
}

#[test]
fn a_stop_now_ends_a_pause() {
    let wishes = [asked(1, Wish::Pause), later(200_000, asked(1, Wish::Resume))];
    let played = play_asked(TASK, ScriptedRig::new(&[]), &wishes);
    assert_eq!(played.ending().reason, "late");
    assert!(matches!(played.entries.last(), Some(Entry::SessionEnd { at, .. }) if *at == 100_000 * MS));
}

#[test]
fn a_pause_that_nobody_ends_ends_the_session_in_the_end() {
    let text = TASK.replace("stop late now when session.elapsed >= 100 s", "");
    let played = play_asked(&text, ScriptedRig::new(&[]), &[asked(1, Wish::Pause)]);
    assert_eq!((played.ending().reason.as_str(), played.ending().interrupted), ("paused for a day", false));
}

#[test]
fn a_pause_that_is_to_end_after_a_day_is_not_ended_within_one() {
    let text = TASK.replace("stop late now when session.elapsed >= 100 s", "");
    let day = 24 * 3_600_000;
    for (pause, reason) in [(day, "limit trials"), (day + 1, "paused for a day")] {
        let wishes = [asked(1, Wish::Pause), later(1_000, asked(1, Wish::Pause)), later(pause, asked(1, Wish::Resume))];
        let wishes =
            if reason == "limit trials" { vec![wishes[0].clone(), wishes[2].clone()] } else { wishes.to_vec() };
        let played = play_asked(&text, ScriptedRig::new(&[]), &wishes);
        assert_eq!(played.ending().reason, reason);
    }
    let wishes = [asked(1, Wish::Pause), later(1_000, asked(1, Wish::Pause))];
    let played = play_asked(&text, ScriptedRig::new(&[]), &wishes);
    let end = (2_000 + day) * MS;
    assert!(
        matches!(played.entries.last(), Some(Entry::SessionEnd { at, .. }) if *at == end),
        "since it was paused first"
    );
}

#[test]
fn a_hand_ends_a_session_that_is_paused() {
    let mut rig = ScriptedRig::new(&[]);
    rig.stops_at = Some(50_000 * MS);
    let played = play_asked(TASK, rig, &[asked(1, Wish::Pause)]);
    assert_eq!((played.ending().reason.as_str(), played.ending().trials), ("stopped by hand", 1));
    assert!(matches!(played.entries.last(), Some(Entry::SessionEnd { at, .. }) if *at == 50_000 * MS));
}

#[test]
fn a_device_that_fails_in_a_pause_breaks_the_session_off_as_anywhere() {
    let wishes = [asked(1, Wish::Pause), later(10_000, asked(1, Wish::Resume))];
    for call in 0..20 {
        let rig = ScriptedRig::new(&[(3_000.0, "lever.press")]).failing(Fails::Call(call));
        let played = play_asked(TASK, rig, &wishes);
        assert!(played.ended.is_ok(), "each of them replays: {:?}", played.ended.err());
    }
}
