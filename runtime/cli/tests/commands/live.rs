//! Sessions on an emulated board, on real time, with a mouse at its ports.

use crate::bench::{Bench, VALVES, interrupt};
use crate::command::{Ran, at};
use crate::folders::session_json;
use crate::table::Table;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

#[test]
fn a_session_runs_on_a_board_and_gives_the_water_that_it_records() {
    let mut bench = Bench::new(3, &[]);
    let said = bench.run(&[]).fine();
    assert!(said.contains("protocol sha2-256:"), "{said}");
    at("verify", &bench.data()).fine();
    let about = session_json(&bench.session());
    assert_eq!((about["kind"].as_str(), about["status"].as_str()), (Some("emulated"), Some("complete")));
    let trials = Table::trials(&bench.session());
    assert_eq!(trials.rows(), 8);
    // The valves were open as often and as long as the record says, to the cycle.
    let opened = bench.openings();
    for (side, (opened, (_, us))) in ["left", "right"].iter().zip(opened.iter().zip(VALVES)) {
        let rewarded = (0..8).filter(|row| {
            trials.text("side", *row).as_deref() == Some(side)
                && trials.text("outcome", *row).as_deref() == Some("correct")
        });
        assert_eq!(*opened, vec![us; rewarded.count()], "{side}");
    }
    assert!(opened.iter().flatten().count() >= 4, "the mouse mostly goes where it is lit: {opened:?}");
    // What happened on real time happens again from the record, on both machines.
    for machine in ["jit", "interpreter"] {
        let replayed = crate::command::trialect(&["replay", bench.data().to_str().unwrap(), "--machine", machine]);
        replayed.fine();
    }
    let timing = fs::read_to_string(bench.session().join("timing.json")).unwrap();
    let timing: serde_json::Value = serde_json::from_str(&timing).unwrap();
    assert!(timing["inputs"].as_u64().unwrap() >= 8, "{timing}");
    // Only a reward of one side has another length than that of the other.
    assert_eq!(timing["backends"][0]["figures"]["matrices switched"], 2.0, "{timing}");
}

#[test]
fn a_dry_session_opens_nothing_and_says_so() {
    let mut bench = Bench::new(3, &[]);
    bench.run(&["--dry", "--stop", "after trial 4"]).fine();
    assert_eq!(bench.openings(), [Vec::<u64>::new(), Vec::new()]);
    assert_eq!(session_json(&bench.session())["run"]["backend"]["dry"], true);
}

#[test]
fn what_is_typed_is_done_when_the_trial_has_ended_and_recorded() {
    let bench = Bench::new(4, &[]);
    let mut host = bench.host(&["--by", "nr"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut typed = host.stdin.take().unwrap();
    typed.write_all(b"note new bedding\nchange reward=2 uL\nchange reward=9 uL\nsing\ncounts\n").unwrap();
    typed.flush().unwrap();
    let said = Ran::of(host.wait_with_output().unwrap());
    assert!(said.err.contains("`sing` is nothing that can be asked for"), "{said:?}");
    assert!(said.err.contains("goes from 1 uL to 5 uL, and 9 uL is outside"), "{said:?}");
    said.fine();
    let about = session_json(&bench.session());
    let requests = about["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert!(requests.iter().all(|request| request["by"] == "nr"), "{requests:?}");
    let trials = Table::trials(&bench.session());
    assert_eq!(trials.real("reward", 7), 2.0);
    at("replay", &bench.data()).fine();
}

#[test]
fn ctrl_c_ends_after_the_trial_and_a_second_one_at_once() {
    for twice in [false, true] {
        let mut bench = Bench::new(5, &[]);
        let mut host = bench.host(&[]).stdin(Stdio::piped()).spawn().unwrap();
        let mut heard = BufReader::new(host.stderr.take().unwrap());
        // The answer to a typed line tells that the session runs.
        host.stdin.as_mut().unwrap().write_all(b"counts\n").unwrap();
        let mut line = String::new();
        while !line.contains("no trial has ended") && !line.contains("right") {
            line.clear();
            assert!(heard.read_line(&mut line).unwrap() > 0, "the session has begun");
        }
        interrupt(&host);
        if twice {
            while !line.contains("ends after this trial") {
                line.clear();
                assert!(heard.read_line(&mut line).unwrap() > 0, "the first Ctrl-C is answered");
            }
            interrupt(&host);
        }
        let status = host.wait().unwrap();
        let about = session_json(&bench.session());
        if status.success() {
            assert!(!twice || about["summary"]["trials"].as_u64().unwrap() >= 1, "{about}");
        } else {
            assert!(twice, "only the second ends a trial");
            assert_eq!(status.code(), Some(2));
        }
        at("verify", &bench.data()).fine();
        bench.openings();
    }
}

#[test]
fn what_does_not_fit_is_refused_before_anything_moves() {
    let mut bench = Bench::new(6, &[]);
    let host = bench.host(&[]).args(["--covariate", "weight=24 g"]).output().unwrap();
    assert!(Ran::of(host).trouble("covariate").contains("given twice"));
    let rig = bench.folder.path().join("rig.toml");
    let whole = fs::read_to_string(&rig).unwrap();
    // Without a covariate and without a terminal nobody can be asked.
    let missing = bench.host(&[]);
    let arguments: Vec<_> =
        missing.get_args().filter(|word| *word != "--covariate" && *word != "weight=24 g").collect();
    let refused = Ran::of(crate::command::command(&arguments).output().unwrap());
    assert!(refused.trouble("covariate").contains("`weight` has no value"));
    // No board at the other end.
    fs::write(&rig, whole.replace("/port\"", "/nobody\"")).unwrap();
    bench.run(&[]).trouble("bpod-open");
    assert!(!bench.session().exists());
    assert_eq!(bench.openings(), [Vec::<u64>::new(), Vec::new()]);
}
