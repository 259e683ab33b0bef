//! Trains of clicks: drawn by the law of chapter 11, recorded, played, heard; and scenarios that break with the rules.

use crate::command::{SUBJECT, project};
use crate::folders::session;
use crate::foraging::sessions_with;
use crate::table::Table;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;

const SESSIONS: u32 = 20;
const SEED: u64 = 1;

/// The word of the event `k` of a train in a trial, as the chapter on randomness says.
fn word(session: u32, path: &str, k: usize, trial: u64) -> u64 {
    let name = format!("trialect-draw/1\n{SEED}\n{SUBJECT}\n{session}\n{path}#{k}");
    let key = Sha256::digest(name.as_bytes()).iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte));
    let step = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(trial + 1);
    let mut z: u64 = u64::wrapping_add(key, step);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

/// A train by the law: intervals of -log(1 - u)/rate until the end.
fn train(session: u32, side: &str, trial: u64, rate: f64, end: f64) -> Vec<f64> {
    let (mut at, mut times) = (0.0, Vec::new());
    for k in 0..120 {
        let u = ((word(session, &format!("trial.times[{side}]"), k, trial) >> 11) as f64 + 0.5) / 2_f64.powi(53);
        at += -(-u).ln_1p() / rate;
        if at >= end {
            break;
        }
        times.push(at);
    }
    times
}

/// What was sent to the speakers in each trial: verb of a device, time, and the clicks.
fn sent(folder: &std::path::Path) -> BTreeMap<i64, Vec<(String, f64, Vec<f64>)>> {
    let events = Table::read(folder, "events.parquet");
    let mut sent: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for row in 0..events.rows() {
        let name = events.text("name", row).unwrap_or_default();
        if events.text("kind", row).as_deref() != Some("output") || !name.starts_with("horn[") {
            continue;
        }
        let detail = events.text("detail", row).unwrap_or_default();
        let clicks = detail.split(' ').filter_map(|part| part.strip_prefix("times=")?.parse().ok()).collect();
        sent.entry(events.real("trial", row) as i64).or_default().push((name, events.real("time", row), clicks));
    }
    sent
}

#[test]
fn trains_are_drawn_played_and_answered_as_the_text_says() {
    let data = sessions_with(&project("protocols/brody/clicks.trial"), SESSIONS, &[]);
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    let (mut judged, mut with_more) = (0, 0);
    for ordinal in 1..=SESSIONS {
        let folder = session(data.path(), ordinal);
        let (table, sent) = (Table::trials(&folder), sent(&folder));
        let states = Table::read(&folder, "states.parquet");
        for row in 0..table.rows() {
            let trial = table.real("trial", row) as i64;
            let (gamma, length) = (table.real("gamma", row), table.real("length", row));
            let times = ["left", "right"].map(|side| {
                let rate = 40.0 / (1.0 + if side == "right" { -gamma } else { gamma }.exp());
                let times = table.list(&format!("times[{side}]"), row);
                let expected = train(ordinal, side, trial as u64, rate, length);
                assert_eq!(times.len(), expected.len(), "session {ordinal}, trial {trial}, {side}");
                assert!(times.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9), "{times:?} for {expected:?}");
                times
            });
            let outcome = table.text("outcome", row).unwrap();
            let choice = table.text("choice", row);
            let more = match times[0].len().cmp(&times[1].len()) {
                std::cmp::Ordering::Less => Some("right"),
                std::cmp::Ordering::Greater => Some("left"),
                std::cmp::Ordering::Equal => None,
            };
            assert_eq!(table.text("more", row).as_deref(), more);
            let paid = ["left", "right"].map(|side| table.real(&format!("spout[{side}].delivered"), row));
            let expected =
                |side: &str| if outcome == "correct" && choice.as_deref() == Some(side) { 24.0 } else { 0.0 };
            assert_eq!(paid, [expected("left"), expected("right")], "trial {trial}");
            if let Some(choice) = &choice {
                let is_right = more.is_none_or(|more| more == choice) && (more.is_some() || choice == "left");
                assert_eq!(outcome, if is_right { "correct" } else { "error" }, "trial {trial}: {choice} of {more:?}");
                judged += u32::from(more.is_some());
                with_more += u32::from(more.is_some_and(|more| more == choice));
            }
            let played = &sent[&trial];
            for (k, side) in ["left", "right"].into_iter().enumerate() {
                let of = |verb: &str| {
                    let device = format!("horn[{side}].{verb}");
                    played.iter().filter(|(name, ..)| *name == device).collect::<Vec<_>>()
                };
                let [(_, began, clicks)] = of("play")[..] else { panic!("{played:?}") };
                assert_eq!(*clicks, times[k], "what is played is what was drawn");
                assert_eq!(of("halt").len(), usize::from(outcome == "violation"), "trial {trial}: {outcome}");
                assert!(of("halt").iter().all(|(_, at, _)| *at >= *began && *at < began + length));
            }
            *outcomes.entry(outcome).or_default() += 1;
        }
        assert!(states.rows() > 0);
    }
    assert_eq!(outcomes.len(), 4, "{outcomes:?}");
    assert!(f64::from(with_more) > 0.7 * f64::from(judged) && with_more < judged, "{with_more} of {judged}");
}

#[test]
fn a_train_without_room_ends_early_and_the_record_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = fs::read_to_string(project("protocols/brody/clicks.trial")).unwrap().replace("most: 120", "most: 5");
    let path = folder.path().join("clicks.trial");
    fs::write(&path, protocol).unwrap();
    let data = sessions_with(&path, 1, &[]);
    let folder = session(data.path(), 1);
    let (table, events) = (Table::trials(&folder), Table::read(&folder, "events.parquet"));
    let cut = |row: usize| {
        events.text("kind", row).as_deref() == Some("decision")
            && events.text("name", row).is_some_and(|name| name.starts_with("trial.times"))
    };
    let told = (0..events.rows()).filter(|row| cut(*row)).count();
    let lists = ["times[left]", "times[right]"]
        .map(|name| (0..table.rows()).map(|row| table.list(name, row).len()).collect::<Vec<_>>());
    let full = lists.iter().flatten().filter(|count| **count == 5).count();
    assert!(lists.iter().flatten().all(|count| *count <= 5));
    // A train of exactly five has five, too, and is not cut.
    assert!(told > 0 && told <= full, "{told} of {full}");
}
