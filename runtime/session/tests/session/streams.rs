//! Samples that a rig loses, hands over late, twice, too early or no longer: kept as they are, or the session breaks off.

use crate::played::{Paper, Played, compiled, play_on};
use crate::scripted_rig::{Fails, MS, ScriptedRig};
use trialect_journal::Entry;

/// Two trials of 500 ms; ten and two samples in the 100 ms between two collections.
const TASK: &str = "protocol test.streams 1.0.0
    rig { amp : PatchAmplifier; lever : Switch }
    session { limit trials 2; record amp.voltage at 100 Hz; record amp.current at 20 Hz }
    trial { outcomes done; state wait { after 500 ms -> end done } }";

/// A piece: when it can be collected, ms, the stream, the number of its first sample, how many.
type Piece = (i64, u32, u64, usize);

/// Both streams, whole: collected every 100 ms and at the end.
fn whole() -> Vec<Piece> {
    (1..=10).flat_map(|k: u64| [(100 * k as i64, 0, 10 * (k - 1), 10), (100 * k as i64, 1, 2 * (k - 1), 2)]).collect()
}

fn play(pieces: &[Piece], fails: Fails, room: Option<usize>) -> Played {
    let mut rig = ScriptedRig::new(&[(250.0, "lever.press")]).failing(fails);
    rig.pieces = pieces.iter().copied().collect();
    let paper = Paper { samples: Some(Vec::new()), room_for_samples: room, ..Paper::default() };
    play_on(&compiled(TASK), rig, paper, &|_| {})
}

/// What was kept: when, the stream, the first sample, how many, in the order in which it came; times in ms.
fn kept(played: &Played) -> Vec<Piece> {
    let piece = |(at, stream, first, counts): &(i64, u32, u64, Vec<i16>)| {
        assert!(counts.iter().zip(*first..).all(|(count, k)| *count == k as i16), "{counts:?} from {first}");
        (at / MS, *stream, *first, counts.len())
    };
    played.samples.iter().map(piece).collect()
}

/// The fault that broke the session off: when, ms, and what.
fn fault(played: &Played) -> Option<(i64, String)> {
    played.entries.iter().find_map(|entry| match entry {
        Entry::Fault { at, what } => Some((at / MS, what.clone())),
        _ => None,
    })
}

#[test]
fn what_is_sampled_is_kept_as_it_comes() {
    let played = play(&whole(), Fails::Never, None);
    assert_eq!((kept(&played), fault(&played)), (whole(), None));
    assert_eq!(played.ending().reason, "limit trials");
}

#[test]
fn what_is_lost_or_late_is_kept_with_its_numbers_and_breaks_nothing_off() {
    // Samples 20 .. 39 of the first stream never come; those from 50 on come 300 ms later, with others behind them.
    let late = |(due, stream, first, many): Piece| {
        let due = if stream == 0 && first >= 50 { due.max(900) } else { due };
        (due, stream, first, many)
    };
    let lost = |piece: &Piece| piece.1 == 1 || !(20..40).contains(&piece.2);
    let mut pieces: Vec<Piece> = whole().into_iter().filter(lost).map(late).collect();
    pieces.sort_by_key(|(due, ..)| *due);
    let played = play(&pieces, Fails::Never, None);
    assert_eq!((kept(&played), fault(&played)), (pieces, None));
    assert_eq!(played.ending().reason, "limit trials");
}

#[test]
fn what_cannot_be_breaks_the_session_off_when_it_is_handed_over() {
    for (piece, told) in [
        ((400, 0, 10, 10), "sample 10 of stream 0 was handed over before"),
        ((400, 0, 29, 2), "sample 29 of stream 0 was handed over before"),
        // At 400 ms the last sample that was taken has the number 39; the clock may be 1 s ahead within a piece.
        ((400, 0, 41, 1), "samples 41 .. 41 of stream 0 cannot have been taken yet"),
        ((400, 0, 30, 112), "samples 30 .. 141 of stream 0 cannot have been taken yet"),
        ((400, 0, u64::MAX, 1), "of stream 0 cannot have been taken yet"),
        ((400, 2, 0, 1), "samples of stream 2, which was not asked for"),
    ] {
        let before: Vec<Piece> = whole().into_iter().filter(|(due, ..)| *due < 400).collect();
        let later = whole().into_iter().filter(|(due, ..)| *due >= 400);
        let pieces: Vec<Piece> = before.iter().copied().chain([piece]).chain(later).collect();
        let played = play(&pieces, Fails::Never, None);
        let (at, what) = fault(&played).expect("broken off");
        assert!(at == 400 && what.contains(told), "{what} at {at} ms");
        // What was kept before stays; the rig is asked once more at the end, and what follows is taken.
        assert_eq!(kept(&played)[..before.len()], before);
        assert_eq!((played.ending().interrupted, played.ending().trials), (true, 1));
    }
}

#[test]
fn a_fast_clock_within_a_piece_is_no_fault() {
    let pieces = [(400, 0, 0, 141), (500, 0, 141, 1)];
    let played = play(&pieces[..1], Fails::Never, None);
    assert_eq!((kept(&played), fault(&played)), (pieces[..1].to_vec(), None));
}

#[test]
fn a_device_that_stops_sampling_breaks_the_session_off_at_its_time() {
    let played = play(&whole(), Fails::At("700 samples"), None);
    let (at, what) = fault(&played).expect("broken off");
    assert!(at == 700 && what.contains("unplugged"), "{what} at {at} ms");
    let expected: Vec<Piece> = whole().into_iter().filter(|(due, ..)| *due < 700).collect();
    assert_eq!(kept(&played), expected);
    let Some(Entry::SessionEnd { at, .. }) = played.entries.last() else { panic!("the record ends") };
    assert_eq!(at / MS, 700);
}

#[test]
fn samples_for_which_there_is_no_room_break_the_session_off() {
    let played = play(&whole(), Fails::Never, Some(6));
    let said = played.ended.as_ref().expect_err("no room").to_string();
    assert!(said.contains("full"), "{said}");
    assert!(played.samples.len() == 6 && played.rig.log.last().is_some_and(|last| last.ends_with("safe")));
}
