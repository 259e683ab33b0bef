//! Limits of the day: what the subject's sessions of one date are given together, on both machines.

use crate::command::{at, sim_of, text, trialect};
use crate::folders::{JOURNAL, copy, frame_ends, session, session_json, unsealed};
use crate::table::Table;
use std::fs;
use std::path::Path;

const TASK: &str = "protocol test.day 1.0.0
rig { spout : Valve }
session {
  param reward = 3 uL within 1 uL .. 5 uL
  limit trials 10
  limit spout 70 uL each day
}
trial {
  outcomes done
  state give { deliver reward to spout; after 1 s -> end done }
}
";

fn given(data: &Path, ordinal: u32) -> f64 {
    let trials = Table::trials(&session(data, ordinal));
    (0..trials.rows()).map(|row| trials.real("spout.delivered", row)).sum()
}

#[test]
fn sessions_of_a_day_are_given_no_more_than_its_limit_and_the_next_day_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("day.trial");
    fs::write(&protocol, TASK).unwrap();
    for machine in ["interpreter", "jit"] {
        let data = folder.path().join(machine);
        let run = |date: &str, extra: &[&str]| {
            let mut arguments = sim_of(&protocol, &data, 1, 1);
            let more = ["--machine", machine, "--date", date];
            arguments.extend(more.iter().chain(extra).map(|word| (*word).to_string()));
            trialect(&arguments).fine();
        };
        run("2024-02-29", &[]);
        // 30 uL are left 40: five times 3 uL, then 5 uL, and the eleventh would be the 71st.
        run("2024-02-29", &["--change", "reward=5 uL at trial 6"]);
        run("2024-02-29", &[]);
        run("2024-03-01", &[]);
        let found: Vec<f64> = (1..=4).map(|ordinal| given(&data, ordinal)).collect();
        assert_eq!(found, [30.0, 40.0, 0.0, 30.0]);
        let reason = |ordinal| session_json(&session(&data, ordinal))["end"]["reason"].as_str().unwrap().to_owned();
        assert_eq!(
            (1..=4).map(reason).collect::<Vec<_>>(),
            ["limit trials", "limit trials", "limit spout", "limit trials"]
        );
        assert_eq!(session_json(&session(&data, 3))["run"]["given_today"]["spout.delivered"], 70.0);
        at("verify", &data).fine();
        for other in ["interpreter", "jit"] {
            trialect(&["replay", text(&data), "--machine", other]).fine();
        }
    }
}

#[test]
fn a_change_in_mid_session_stops_it_at_the_limit_of_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("day.trial");
    fs::write(&protocol, TASK.replace("70 uL", "68 uL")).unwrap();
    for machine in ["interpreter", "jit"] {
        let data = folder.path().join(machine);
        let mut arguments = sim_of(&protocol, &data, 1, 1);
        arguments.extend(["--machine", machine, "--date", "2024-02-29"].map(str::to_owned));
        trialect(&arguments).fine();
        arguments.extend(["--change", "reward=5 uL at trial 6"].map(str::to_owned));
        trialect(&arguments).fine();
        // 30 uL, then five times 3 uL and four times 5 uL are 65 uL; the next 5 uL would be 70 uL.
        assert_eq!((given(&data, 1), given(&data, 2)), (30.0, 35.0));
        assert_eq!(session_json(&session(&data, 2))["end"]["reason"], "limit spout");
    }
}

/// A machine that gives 1 uL in each odd second of the session, also in the long pauses between its five trials.
const BESIDE: &str = "protocol test.day_beside 1.0.0
rig { spout : Valve }
session {
  limit trials 5
  limit spout 60 uL each day
  beside drip {
    state wait { after 1 s -> give }
    state give { deliver 1 uL to spout; after 1 s -> wait }
  }
}
trial {
  iti 20 s
  outcomes done
  state only { after 1 s -> end done }
}
";

#[test]
fn what_a_machine_gives_between_trials_counts_for_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("day.trial");
    fs::write(&protocol, BESIDE).unwrap();
    let data = folder.path().join("data");
    for _ in 0..3 {
        let mut arguments = sim_of(&protocol, &data, 1, 1);
        arguments.extend(["--date", "2024-02-29"].map(str::to_owned));
        trialect(&arguments).fine();
    }
    // Five trials of 1 s and four pauses of 20 s are 85 s, with 43 odd seconds; then 17 uL are left of the day.
    let earlier =
        |ordinal: u32| session_json(&session(&data, ordinal))["run"]["given_today"]["spout.delivered"].clone();
    assert_eq!([earlier(2), earlier(3)], [43.0, 60.0]);
    let shown = at("show", &data).fine();
    let given = |line: &str| line.split_whitespace().nth(2).map(str::to_owned);
    // Below the subject's line and the titles.
    let given: Vec<_> = shown.lines().skip(2).map(|line| given(line).unwrap()).collect();
    assert_eq!(given, ["43.0", "17.0", "0.0"]);
    at("verify", &data).fine();
    for machine in ["interpreter", "jit"] {
        trialect(&["replay", text(&data), "--machine", machine]).fine();
    }
}

/// Light for 400 ms in each trial, held on from one state to the next.
const LIT: &str = "protocol test.lit 1.0.0
rig { laser : Laser }
session { limit trials 5; limit laser 2.5 s each day }
trial {
  outcomes done
  state lit   { hold pulse laser(power: 5 mW, rate: 40 Hz, width: 5 ms); after 300 ms -> still }
  state still { hold pulse laser(power: 5 mW, rate: 40 Hz, width: 5 ms); after 100 ms -> dark }
  state dark  { after 100 ms -> end done }
}
";

#[test]
fn light_of_a_day_is_on_no_longer_than_its_limit_also_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = folder.path().join("lit.trial");
    fs::write(&protocol, LIT).unwrap();
    let run = |data: &Path, machine: &str, date: &str| {
        let mut arguments = sim_of(&protocol, data, 1, 1);
        arguments.extend(["--machine", machine, "--date", date].map(str::to_owned));
        trialect(&arguments).fine();
    };
    for machine in ["interpreter", "jit"] {
        let data = folder.path().join(machine);
        for date in ["2024-02-29", "2024-02-29", "2024-02-29", "2024-03-01"] {
            run(&data, machine, date);
        }
        let about = |ordinal: u32| {
            let about = session_json(&session(&data, ordinal));
            let number = |pointer: &str| about.pointer(pointer).and_then(serde_json::Value::as_f64);
            let reason = about["end"]["reason"].as_str().unwrap().to_owned();
            (number("/run/given_today/laser.on"), number("/summary/trials").unwrap(), reason)
        };
        // 5 times 400 ms; then 400 ms and 100 ms; then nothing is left, and the first light is refused.
        assert_eq!(about(1), (None, 5.0, "limit trials".into()));
        assert_eq!(about(2), (Some(2.0), 2.0, "limit laser".into()));
        assert_eq!(about(3), (Some(2.5), 1.0, "limit laser".into()));
        assert_eq!(about(4), (None, 5.0, "limit trials".into()));
        at("verify", &data).fine();
        for other in ["interpreter", "jit"] {
            trialect(&["replay", text(&data), "--machine", other]).fine();
        }
        // The second session is killed after its first trial: what it had on by then counts.
        let broken = folder.path().join(format!("broken {machine}"));
        copy(&session(&data, 1), &session(&broken, 1));
        let ends = frame_ends(&fs::read(session(&data, 2).join(JOURNAL)).unwrap());
        unsealed(&session(&data, 2), &session(&broken, 2), ends[2]);
        at("recover", &broken).fine();
        run(&broken, machine, "2024-02-29");
        let third = session_json(&session(&broken, 3));
        assert_eq!(third["run"]["given_today"]["laser.on"], 2.4);
        assert_eq!(
            (third["summary"]["trials"].as_u64(), third["end"]["reason"].as_str()),
            (Some(1), Some("limit laser"))
        );
        at("verify", &broken).fine();
    }
}
