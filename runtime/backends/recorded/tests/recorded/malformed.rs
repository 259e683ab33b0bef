//! Damaged files give faults that say where, and never a panic.

use crate::invented;
use crate::sessions::{BIASED, TRAINING, files};
use std::path::Path;
use trialect_recorded::{RawFiles, Recording, RecordingFault};

/// How to reach each file.
const EACH: [fn(&mut RawFiles) -> &mut Vec<u8>; 4] = [
    |files| &mut files.positions,
    |files| &mut files.events,
    |files| &mut files.task_data,
    |files| &mut files.settings,
];

#[test]
fn a_missing_folder_is_a_fault() {
    let fault = Recording::open(Path::new("no such folder")).unwrap_err();
    assert_eq!(fault.code(), "recording-unreadable");
    assert!(fault.to_string().contains("_iblrig_encoderPositions.raw.ssv"), "{fault}");
}

/// Cuts each file at every 97th byte. A cut inside a row or an object must be found; a cut between two may leave a shorter
/// session, whose trials are then those of the whole one.
fn cut_everywhere(files: &RawFiles) {
    let whole = Recording::from_files(files).unwrap();
    for part in EACH {
        let length = part(&mut files.clone()).len();
        for at in (0..length).step_by(97) {
            let mut cut = files.clone();
            part(&mut cut).truncate(at);
            let between = part(&mut cut).last() == Some(&b'\n');
            match Recording::from_files(&cut) {
                Err(fault) => {
                    assert!(fault.to_string().len() > 40 && fault.code().starts_with("recording-"), "{fault}")
                }
                Ok(shorter) => {
                    // JSON is whole without the line end behind it.
                    assert!(between || at + 1 == length, "a cut at {at} of {length} was not found");
                    assert!((1..=shorter.trials()).all(|trial| shorter.given(trial) == whole.given(trial)));
                }
            }
        }
    }
}

#[test]
fn cut_files_never_panic() {
    cut_everywhere(&invented::files());
    for session in [TRAINING, BIASED] {
        if let Some(files) = files(session) {
            cut_everywhere(&files);
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let files = invented::files();
    for part in EACH {
        let length = part(&mut files.clone()).len();
        for at in (0..length).step_by(7) {
            for byte in [0, b' ', b'-', b'9', b'"', b'\n', 0xff] {
                let mut changed = files.clone();
                part(&mut changed)[at] = byte;
                if let Ok(recording) = Recording::from_files(&changed) {
                    assert!(recording.trials() >= 2);
                }
            }
        }
    }
}

/// The fault after replacing the first occurrence of a text in one of the invented files.
fn after(part: usize, from: &str, to: &str) -> RecordingFault {
    let mut files = invented::files();
    let bytes = EACH[part](&mut files);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{from} is not in the file");
    *bytes = text.replacen(from, to, 1).into_bytes();
    Recording::from_files(&files).unwrap_err()
}

#[test]
fn each_impossible_value_is_named_with_its_line() {
    const TASK: usize = 2;
    let cases = [
        (r#""position": -35"#, r#""position": 0"#, 2, "`position` must be -35 or 35 deg, but is 0"),
        (
            r#""contrast": 0.5"#,
            r#""contrast": {"value": 1.5}"#,
            1,
            "`contrast > value` must be a fraction, 0 .. 1, but is 1.5",
        ),
        (r#""stim_gain": 8.0"#, r#""stim_gain": NaN"#, 1, "`stim_gain` must be 0.1 .. 100 deg/mm, but is null"),
        (r#""quiescent_period": 0.4999"#, r#""quiet": 1"#, 1, "`quiescent_period` must be 0 .. 60 s, but is missing"),
        (r#""stim_phase": 1.5"#, r#""stim_phase": -0.1"#, 1, "`stim_phase`"),
        (r#""reward_valve_time": 0.139"#, r#""reward_valve_time": "0.139""#, 1, "`reward_valve_time`"),
        (r#""stim_on": [["#, r#""stim_on": [[null, "#, 1, "`behavior_data > States timestamps > stim_on`"),
        (
            r#""reset_rotary_encoder": ["#,
            r#""other": ["#,
            1,
            "States timestamps > reset_rotary_encoder` must be a list",
        ),
        (r#""closed_loop": [[0.5508"#, r#""closed_loop": [[0.1"#, 1, "closed_loop` must be after the picture's onset"),
        (r#""BNC2High": ["#, r#""BNC2High": [NaN, "#, 1, "BNC2High > 0` must be a time in s, but is null"),
        (r#""BNC1Low": ["#, r#""BNC1Low": [-1, "#, 1, "BNC1Low > 0` must be a time in s, but is -1"),
        (
            r#""Trial start timestamp": 12.5"#,
            r#""Trial start timestamp": 1e300"#,
            2,
            "Trial start timestamp` must be a time",
        ),
        (
            r#""Trial start timestamp": 12.5"#,
            r#""Trial start timestamp": 2.6"#,
            2,
            "Trial start timestamp` must be after",
        ),
    ];
    for (from, to, line, message) in cases {
        let fault = after(TASK, from, to);
        assert_eq!(fault.code(), "recording-bad-value", "{fault}");
        let (said, place) = (fault.to_string(), format!("_iblrig_taskData.raw.jsonable, line {line}: "));
        assert!(said.starts_with(&place) && said.contains(message), "{said}\nlacks\n{message}");
    }
}

#[test]
fn files_that_do_not_belong_together_are_faults() {
    let code = |change: &dyn Fn(&mut RawFiles)| {
        let mut files = invented::files();
        change(&mut files);
        Recording::from_files(&files).unwrap_err().code()
    };
    let without_line = |bytes: &mut Vec<u8>, lost: usize| {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
        *bytes = lines.filter(|(index, _)| *index != lost).flat_map(|(_, line)| line.to_vec()).collect();
    };
    assert_eq!(code(&|files| without_line(&mut files.events, 0)), "recording-events-missing");
    assert_eq!(code(&|files| without_line(&mut files.task_data, 1)), "recording-clocks-disagree");
    assert_eq!(code(&|files| without_line(&mut files.positions, 0)), "recording-zeroing-missing");
    assert_eq!(code(&|files| without_line(&mut files.positions, 5)), "recording-wheel-jump");
    assert_eq!(code(&|files| files.task_data.truncate(900)), "recording-bad-json");
    assert_eq!(code(&|files| files.task_data.clear()), "recording-too-short");
    assert_eq!(code(&|files| files.events.extend(b"1 2\n")), "recording-not-sorted");
    assert_eq!(code(&|files| files.positions.extend(b"99999999 600\n")), "recording-bad-row");
}
