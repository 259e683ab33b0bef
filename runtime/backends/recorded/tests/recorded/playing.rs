//! Both recorded sessions, played through the trait.

use crate::driver::{Played, play};
use crate::sessions::{BIASED, TRAINING, files, folder};
use trialect_device::Ns;
use trialect_recorded::{GivenValue, LateStart, RawFiles, RecordedRig, Recording};

/// Sessions with their number of trials and of visible zeroings.
const SESSIONS: [(&str, u32, usize); 2] = [(TRAINING, 12, 11), (BIASED, 8, 8)];

#[test]
fn clocks_and_zeroings_are_as_documented() {
    for (session, trials, jumps) in SESSIONS {
        let Some(folder) = folder(session) else { return };
        let recording = Recording::open(&folder).unwrap();
        assert_eq!((recording.trials(), recording.jumps_undone()), (trials, jumps), "{session}");
        let fit = recording.clock_fit();
        assert_eq!(fit.ppm.round(), 11.0, "{session}: {fit:?}");
        assert!(fit.residual <= 2_000 && fit.pairs == 2 * trials as usize, "{session}: {fit:?}");
        assert_eq!(recording.subject().name, "_iblrig_test_mouse");
        assert_eq!(recording.subject().weight, Some(123.0));
    }
}

#[test]
fn given_values_are_those_of_the_files() {
    let name = |name: &str| GivenValue::Name(name.to_owned());
    for (session, trial, contrast, side, quiet, phase, gain) in [
        (TRAINING, 1, 0.5, "right", 0.476_175_258_930_185_25, 0.0, 8.0),
        (TRAINING, 7, 1.0, "left", 0.598_522_561_856_682_5, 1.368_756_899_148_962_3, 8.0),
        (BIASED, 8, 0.125, "left", 0.530_121_281_893_960_7, 2.694_517_805_525_813_4, 4.0),
    ] {
        let Some(files) = files(session) else { return };
        let given = Recording::from_files(&files).unwrap().given(trial);
        let of = |wanted: &str| given.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        assert_eq!(of("contrast"), Some(GivenValue::Real(contrast)));
        assert_eq!(of("side"), Some(name(side)));
        assert_eq!(of("quiet"), Some(GivenValue::Real(quiet)));
        assert_eq!(of("gain"), Some(GivenValue::Real(gain)));
        let Some(GivenValue::Real(degrees)) = of("phase") else { panic!("{given:?}") };
        assert!((degrees - phase * 180.0 / std::f64::consts::PI).abs() < 1e-12);
    }
}

#[test]
fn every_outcome_and_every_duration_is_found() {
    for (session, trials, _) in SESSIONS {
        let Some(files) = files(session) else { return };
        let mut rig = RecordedRig::new(Recording::from_files(&files).unwrap());
        let played = play(&mut rig);
        assert_eq!(played.len(), trials as usize, "{session}");
        for (trial, played) in (1..).zip(&played) {
            let recording = rig.recording();
            assert_eq!(Some(played.outcome), recording.recorded_outcome(trial), "{session}, trial {trial}");
            let off = played.closed_loop - recording.recorded_closed_loop(trial).unwrap();
            assert!(off.abs() <= 50_000, "{session}, trial {trial}: off by {off} ns");
            assert_eq!((played.stills, played.poured), (1, played.outcome == "correct"), "{session}, trial {trial}");
        }
        assert_eq!((rig.late_starts(), rig.delay()), (&[][..], 0), "{session}");
    }
}

/// The files with the sign of each count changed.
fn negated(files: &RawFiles) -> RawFiles {
    let rows = std::str::from_utf8(&files.positions).unwrap().lines().map(|row| {
        let (micros, count) = row.trim().split_once(' ').unwrap();
        format!("{micros} {}\n", -count.parse::<i64>().unwrap())
    });
    RawFiles { positions: rows.collect::<String>().into_bytes(), ..files.clone() }
}

/// The waits of a tape that make the starts of some trials those of others, and the delay in the end.
fn waits(recorded: &[Played], begun: &[Played]) -> (Vec<LateStart>, Ns) {
    let (mut waits, mut delay) = (Vec::new(), 0);
    for (trial, (recorded, begun)) in (1..).zip(recorded.iter().zip(begun)) {
        let wait = begun.start - recorded.start - delay;
        assert!(wait >= 0, "trial {trial} begins {wait} ns after it was due");
        if wait > 100_000 {
            waits.push(LateStart { trial, recorded: recorded.start, begun: begun.start });
        }
        delay += wait;
    }
    (waits, delay)
}

#[test]
fn the_sign_of_the_wheel_swaps_each_outcome_and_changes_nothing_else() {
    let (mut swapped, mut kept) = (0, 0);
    for (session, trials, _) in SESSIONS {
        let Some(files) = files(session) else { return };
        let right = play(&mut RecordedRig::new(Recording::from_files(&files).unwrap()));
        let mut rig = RecordedRig::new(Recording::from_files(&negated(&files)).unwrap());
        let wrong = play(&mut rig);
        assert_eq!((right.len(), wrong.len()), (trials as usize, trials as usize), "{session}");
        for (trial, (right, wrong)) in (1..).zip(right.iter().zip(&wrong)) {
            match (right.outcome, wrong.outcome) {
                ("correct", "error") | ("error", "correct") => swapped += 1,
                ("no_go", "no_go") => kept += 1,
                other => panic!("{session}, trial {trial}: {other:?}"),
            }
            assert_eq!(
                (right.stills, right.closed_loop),
                (wrong.stills, wrong.closed_loop),
                "{session}, trial {trial}"
            );
            assert_eq!(wrong.poured, wrong.outcome == "correct", "{session}, trial {trial}");
        }
        let (waits, delay) = waits(&right, &wrong);
        assert_eq!((rig.late_starts(), rig.delay()), (&waits[..], delay), "{session}");
        // A correct trial that has become an error has 2 s of feedback in place of 1 s.
        assert_eq!((right[0].outcome, waits.first().map(|wait| wait.trial)), ("correct", Some(2)), "{session}");
    }
    assert_eq!((swapped, kept), (18, 2));
}

#[test]
fn the_digest_is_of_names_and_contents() {
    let Some(source) = folder(TRAINING) else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    for file in ["encoderPositions.raw.ssv", "encoderEvents.raw.ssv", "taskData.raw.jsonable", "taskSettings.raw.json"]
    {
        let name = format!("_iblrig_{file}");
        std::fs::write(elsewhere.path().join(&name), std::fs::read(source.join(&name)).unwrap()).unwrap();
    }
    let (here, there) = (Recording::open(&source).unwrap(), Recording::open(elsewhere.path()).unwrap());
    assert_eq!(here.sha256, there.sha256);
    assert_eq!(here.sha256.len(), "sha2-256:".len() + 64);
    let settings = elsewhere.path().join("_iblrig_taskSettings.raw.json");
    let mut bytes = std::fs::read(&settings).unwrap();
    bytes.push(b'\n');
    std::fs::write(&settings, bytes).unwrap();
    assert_ne!(here.sha256, Recording::open(elsewhere.path()).unwrap().sha256);
}
