//! Machines beside the trial: what lasers and schedules did is recomputed from the tables, and each of their central rules
//! has a scenario that breaks with it.

use crate::command::{at, project, sim_of, text, trialect};
use crate::folders::session;
use crate::simulation::TABLES;
use crate::table::Table;
use std::path::Path;

const SESSIONS: u32 = 20;
/// Times in tables are seconds; two of one instant differ by less.
const NEAR: f64 = 1e-6;

/// Twenty simulated sessions, replayed on both machines and verified; the first three are made by both alike.
fn sessions(protocol: &str) -> tempfile::TempDir {
    let protocol = project("protocols").join(protocol);
    let data = tempfile::tempdir().unwrap();
    trialect(&sim_of(&protocol, data.path(), SESSIONS, 1)).fine();
    let other = tempfile::tempdir().unwrap();
    let mut arguments = sim_of(&protocol, other.path(), 3, 1);
    arguments.extend(["--machine".into(), "interpreter".into()]);
    trialect(&arguments).fine();
    for ordinal in 1..=3 {
        for table in TABLES {
            let bytes = |data: &Path| std::fs::read(session(data, ordinal).join(table)).unwrap();
            assert!(bytes(data.path()) == bytes(other.path()), "{table} of session {ordinal} differs");
        }
    }
    for machine in ["interpreter", "jit"] {
        let ran = trialect(&["replay", text(data.path()), "--machine", machine]);
        assert_eq!(ran.err, format!("{SESSIONS} sessions, 0 different\n"));
        ran.fine();
    }
    at("verify", data.path()).fine();
    data
}

/// Rows of a table in which a column has this text.
fn rows_with(table: &Table, column: &str, text: &str) -> Vec<usize> {
    (0..table.rows()).filter(|&row| table.text(column, row).as_deref() == Some(text)).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < NEAR
}

#[test]
fn trains_begin_with_their_delay_from_the_cue_and_end_after_a_second_or_with_the_trial() {
    let data = sessions("opto/beside.trial");
    let (mut lit, mut cut, mut all) = (0, 0, 0);
    for ordinal in 1..=SESSIONS {
        let folder = session(data.path(), ordinal);
        let (trials, states, events) =
            (Table::trials(&folder), Table::read(&folder, "states.parquet"), Table::read(&folder, "events.parquet"));
        let pulses: Vec<usize> = rows_with(&events, "name", "laser.pulse");
        let of = |kind: &str, trial: f64| -> Vec<f64> {
            let rows = pulses.iter().filter(|&&row| events.text("kind", row).as_deref() == Some(kind));
            rows.filter(|&&row| events.real("trial", row) == trial).map(|&row| events.real("time", row)).collect()
        };
        let cues = rows_with(&states, "state", "cued");
        for row in 0..trials.rows() {
            let trial = row as f64 + 1.0;
            let cue = cues.iter().find(|&&cue| states.real("trial", cue) == trial).expect("a cue in each trial");
            assert_eq!(states.text("machine", *cue).as_deref(), Some("trial"));
            let ends = (0..states.rows()).filter(|&k| states.real("trial", k) == trial);
            let end = ends.map(|k| states.real("exit", k)).fold(0.0, f64::max);
            let (on, off) = (of("output", trial), of("release", trial));
            all += 1;
            if !trials.flag("lit", row) {
                assert!(on.is_empty() && off.is_empty(), "trial {trial} is not lit");
                continue;
            }
            lit += 1;
            let begin = states.real("entry", *cue) + trials.real("onset", row);
            assert!(matches!(on[..], [at] if near(at, begin)), "trial {trial}: {on:?}, not {begin}");
            assert!(matches!(off[..], [at] if near(at, (begin + 1.0).min(end))), "trial {trial}: {off:?}, ends {end}");
            cut += u32::from(begin + 1.0 > end + NEAR);
            let trains = rows_with(&states, "state", "opto.train");
            let mut own = trains.into_iter().filter(|&k| states.real("trial", k) == trial);
            let train = own.next().expect("a train");
            assert_eq!((states.text("machine", train).as_deref(), own.next()), (Some("opto"), None));
            assert!(near(states.real("entry", train), begin) && near(states.real("exit", train), off[0]));
        }
    }
    let share = f64::from(lit) / f64::from(all);
    assert!((0.18..0.22).contains(&share), "{lit} of {all} are lit");
    assert!(cut > 0 && cut < lit, "{cut} of {lit} trains end with their trial");
}

/// A schedule as it is worked out from the draws: when its interval began, and how long it is.
struct Schedule {
    draws: Vec<f64>,
    next: usize,
    armed_at: f64,
}

impl Schedule {
    fn begin(&mut self, at: f64) {
        self.armed_at = self.draws.get(self.next).map_or(f64::INFINITY, |interval| at + interval);
        self.next += 1;
    }
}

#[test]
fn each_schedule_keeps_its_own_time_and_pays_after_the_change_over_delay() {
    let data = sessions("operant/concurrent.trial");
    let mut intervals = [Vec::new(), Vec::new()];
    let (mut paid, mut refused) = (0, 0);
    for ordinal in 1..=SESSIONS {
        let folder = session(data.path(), ordinal);
        let (states, events) = (Table::read(&folder, "states.parquet"), Table::read(&folder, "events.parquet"));
        let mut schedules = ["left", "right"].map(|lever| {
            let draws = rows_with(&events, "name", &format!("state.vi[{lever}].run.interval"));
            Schedule { draws: draws.iter().map(|&row| events.real("value", row)).collect(), next: 0, armed_at: 0.0 }
        });
        for (schedule, all) in schedules.iter_mut().zip(&mut intervals) {
            all.extend(&schedule.draws);
            schedule.begin(0.0);
        }
        let entries = |state: &str| -> Vec<f64> {
            rows_with(&states, "state", state).iter().map(|&row| states.real("entry", row)).collect()
        };
        let payments = entries("pay");
        // The machine of the law: which lever, until when nothing is paid, until when nothing is heard.
        let (mut at, mut delay, mut deaf, mut expected): (Option<usize>, f64, f64, Vec<f64>) =
            (None, 0.0, 0.0, Vec::new());
        for row in 0..events.rows() {
            let name = events.text("name", row).unwrap_or_default();
            let lever = match name.as_str() {
                "lever[left].press" => 0,
                "lever[right].press" => 1,
                _ => continue,
            };
            let time = events.real("time", row);
            // A press at the very end of a pause still belongs to it.
            if time <= deaf {
                continue;
            }
            if deaf > 0.0 {
                (at, deaf) = (None, 0.0);
            }
            if at != Some(lever) {
                (at, delay) = (Some(lever), time + 2.0);
            } else if time > delay && time > schedules[lever].armed_at {
                schedules[lever].begin(time);
                expected.push(time);
                deaf = time + 3.0;
            } else {
                refused += 1;
            }
        }
        assert_eq!(payments.len(), expected.len(), "session {ordinal}: {payments:?}\n{expected:?}");
        assert!(payments.iter().zip(&expected).all(|(a, b)| near(*a, *b)), "session {ordinal}");
        paid += payments.len();
        for (lever, schedule) in ["left", "right"].into_iter().zip(&schedules) {
            assert_eq!(schedule.next, schedule.draws.len(), "as many draws as intervals that began");
            assert_eq!(entries(&format!("vi[{lever}].run")).len(), schedule.draws.len());
            let visits = rows_with(&states, "machine", &format!("vi[{lever}]"));
            let chain = visits.windows(2).all(|pair| near(states.real("exit", pair[0]), states.real("entry", pair[1])));
            assert!(chain, "session {ordinal}, {lever}: the machine is in one state at a time");
        }
    }
    assert!(paid > 500 && refused > 100, "{paid} payments, {refused} presses in vain");
    for (drawn, mean) in intervals.iter().zip([30.0, 60.0]) {
        let found = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let error = mean / (drawn.len() as f64).sqrt();
        assert!((found - mean).abs() < 4.0 * error, "{} intervals of mean {found}, not {mean}", drawn.len());
    }
}
