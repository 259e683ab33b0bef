//! Thresholds on the wheel and times of the states, worked out a second time from counts and visits.

use crate::chain;
use crate::days::{Day, days};
use crate::table::Table;

/// Travel of one count: a wheel of 31 mm radius, 1024 counts a turn.
const COUNT_MM: f64 = 2.0 * std::f64::consts::PI * 31.0 / 1024.0;
/// Times are recorded in seconds of whole nanoseconds.
const NS: f64 = 1.5e-9;

/// The wheel's counts with their times.
struct Wheel {
    times: Vec<f64>,
    counts: Vec<f64>,
}

impl Wheel {
    /// Samples up to a time, that included.
    fn until(&self, time: f64) -> usize {
        self.times.partition_point(|sample| *sample <= time)
    }

    /// What the counter showed at a time; it starts at zero.
    fn at(&self, time: f64) -> f64 {
        self.until(time).checked_sub(1).map_or(0.0, |last| self.counts[last])
    }

    /// The counts relative to that at `from`, of the samples after `from` and up to `to`.
    fn moved(&self, from: f64, to: f64) -> Vec<f64> {
        let zero = self.at(from);
        self.counts[self.until(from)..self.until(to)].iter().map(|count| count - zero).collect()
    }
}

/// A visit of a state.
struct Visit {
    trial: usize,
    state: String,
    entry: f64,
    exit: f64,
    cause: String,
}

fn visits(ordinal: u32) -> Vec<Visit> {
    let table = Table::read(&chain::session(ordinal), "states.parquet");
    let visit = |row| Visit {
        trial: table.real("trial", row) as usize,
        state: table.text("state", row).unwrap(),
        entry: table.real("entry", row),
        exit: table.real("exit", row),
        cause: table.text("cause", row).unwrap(),
    };
    (0..table.rows()).map(visit).collect()
}

fn wheel(ordinal: u32) -> Wheel {
    let table = Table::read(&chain::session(ordinal), "wheel.parquet");
    Wheel { times: table.reals("time"), counts: table.reals("count") }
}

/// Sessions with either gain.
fn some_days() -> Vec<&'static Day> {
    let with = |gain: f64| days().iter().filter(move |day| day.trials[0].gain == gain).take(2);
    let some: Vec<&Day> = with(8.0).chain(with(4.0)).collect();
    assert!([8.0, 4.0].iter().all(|gain| some.iter().any(|day| day.trials[0].gain == *gain)));
    some
}

/// Counts that a rotation of the picture takes, rounded to the nearest.
fn counts(degrees: f64, gain: f64) -> f64 {
    (degrees / gain / COUNT_MM).round().max(1.0)
}

#[test]
fn thresholds_in_counts_are_those_of_the_recorded_rigs() {
    assert_eq!((counts(35.0, 8.0), counts(35.0, 4.0)), (23.0, 46.0));
}

#[test]
fn a_response_is_the_first_count_at_or_beyond_the_threshold() {
    for day in some_days() {
        let wheel = wheel(day.ordinal);
        for visit in visits(day.ordinal).iter().filter(|visit| visit.state == "respond") {
            let trial = &day.trials[visit.trial - 1];
            let place = format!("session {}, trial {}", day.ordinal, visit.trial);
            assert!((visit.exit - visit.entry - trial.response_time).abs() < NS, "{place}");
            let threshold = counts(35.0, trial.gain);
            let moved = wheel.moved(visit.entry, visit.exit);
            // A picture on the right comes to the centre with falling counts.
            let to_centre = if trial.side == "right" { -1.0 } else { 1.0 };
            let reached: Vec<f64> = moved.iter().copied().filter(|moved| moved.abs() >= threshold).collect();
            let Some(&first) = reached.first() else {
                assert_eq!(trial.outcome, "no_go", "{place}");
                assert!((visit.exit - visit.entry - 60.0).abs() < NS, "{place}");
                continue;
            };
            assert_eq!(reached.len(), 1, "{place}: went on after the threshold");
            assert_eq!(moved.last(), Some(&first), "{place}: the count at the end of the response");
            assert_eq!(trial.outcome, if first * to_centre > 0.0 { "correct" } else { "error" }, "{place}");
        }
    }
}

#[test]
fn the_wheel_must_stay_still_before_the_picture() {
    let mut restarts = 0;
    for day in some_days() {
        let wheel = wheel(day.ordinal);
        for visit in visits(day.ordinal).iter().filter(|visit| visit.state == "still") {
            let trial = &day.trials[visit.trial - 1];
            let place = format!("session {}, trial {}, {} s", day.ordinal, visit.trial, visit.entry);
            let moved = wheel.moved(visit.entry, visit.exit);
            let threshold = counts(2.0, trial.gain);
            let reached = moved.iter().filter(|moved| moved.abs() >= threshold).count();
            if visit.cause == "after quiet -> present" {
                assert_eq!(reached, 0, "{place}");
                assert!((visit.exit - visit.entry - trial.quiet).abs() < NS, "{place}");
            } else {
                assert_eq!(reached, 1, "{place}: {}", visit.cause);
                assert!(moved.last().unwrap().abs() >= threshold && visit.exit - visit.entry < trial.quiet, "{place}");
                restarts += 1;
            }
        }
    }
    assert!(restarts > 100, "only {restarts}");
}

#[test]
fn states_follow_each_other_and_last_as_the_text_says() {
    const FIRST: [&str; 3] = ["present", "cue", "respond"];
    for day in some_days() {
        let visits = visits(day.ordinal);
        for (number, trial) in day.trials.iter().enumerate() {
            let place = format!("session {}, trial {}", day.ordinal, number + 1);
            let own: Vec<&Visit> = visits.iter().filter(|visit| visit.trial == number + 1).collect();
            let states: Vec<&str> = own.iter().map(|visit| visit.state.as_str()).collect();
            let (still, rest) = states.split_at(states.len() - 4);
            assert!(!still.is_empty() && still.iter().all(|state| *state == "still"), "{place}: {states:?}");
            assert_eq!(rest[..3], FIRST, "{place}");
            assert_eq!(rest[3], trial.outcome, "{place}");
            assert!(own.windows(2).all(|pair| pair[0].exit == pair[1].entry), "{place}: a gap between states");
            assert_eq!((own[0].entry, own[own.len() - 1].exit), (trial.start, trial.end), "{place}");
            let lasted = |visit: &Visit| visit.exit - visit.entry;
            let feedback = if trial.correct() { 1.0 } else { 2.0 };
            assert!((lasted(own[own.len() - 1]) - feedback).abs() < NS, "{place}");
            assert!(own[own.len() - 4..own.len() - 2].iter().all(|visit| lasted(visit) <= 0.1 + NS), "{place}");
        }
    }
}
