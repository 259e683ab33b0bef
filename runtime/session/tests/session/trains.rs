//! Trains of events: drawn once a trial, recorded with their times, and played with exactly these.

use crate::played::play_protocol;
use crate::scripted_rig::ScriptedRig;
use trialect_journal::Entry;

fn protocol(rate: &str, most: u32) -> String {
    format!(
        "protocol test.trains 1.0.0
         rig {{ horn : Speaker }}
         stimulus ticks on horn = click_train(width: 1 ms)
         session {{ limit trials 2; stat n = sum(count(train)) }}
         trial {{
           draw train ~ poisson({rate}, during: 0.25 s .. 1 s, most: {most})
           outcomes done
           state a {{ play ticks(times: train); after 1 s -> b }}
           state b {{ if count(train) > 0 {{ play ticks(times: train) }}; after 1 s -> end done }}
         }}"
    )
}

/// The trains of a session, the arguments of its outputs, and how often a train was cut.
fn played(rate: &str, most: u32) -> (Vec<Vec<u64>>, Vec<Vec<u64>>, usize) {
    let played = play_protocol(&protocol(rate, most), ScriptedRig::new(&[]));
    let (mut trains, mut outputs, mut cut) = (Vec::new(), Vec::new(), 0);
    let mut counts = Vec::new();
    for entry in &played.entries {
        match entry {
            Entry::Draw { word, .. } => counts.push(*word as usize),
            Entry::Times { times, .. } => trains.push(times.clone()),
            Entry::Output { arguments, .. } => outputs.push(arguments.clone()),
            Entry::Decision { rule, .. } => {
                cut += usize::from(played.program.rules[*rule as usize].kind == trialect_ir::RuleKind::Cut);
            }
            _ => {}
        }
    }
    assert_eq!(counts, trains.iter().map(Vec::len).collect::<Vec<_>>(), "the number is that of the times");
    (trains, outputs, cut)
}

#[test]
fn what_is_played_is_what_was_drawn_in_this_trial() {
    let (trains, outputs, cut) = played("40 Hz", 200);
    assert_eq!((trains.len(), cut), (2, 0));
    assert_ne!(trains[0], trains[1]);
    assert_eq!(outputs, [&trains[0], &trains[0], &trains[1], &trains[1]].map(Clone::clone));
    for time in trains.iter().flatten().map(|word| f64::from_bits(*word)) {
        assert!((0.25..1.0).contains(&time), "{time}");
    }
}

#[test]
fn an_empty_train_is_played_as_nothing() {
    let (trains, outputs, cut) = played("0 Hz", 5);
    assert_eq!((trains, outputs, cut), (vec![Vec::new(); 2], vec![Vec::<u64>::new(); 2], 0));
}

#[test]
fn a_train_that_had_no_room_is_the_beginning_of_the_one_that_had() {
    let (short, outputs, cut) = played("40 Hz", 3);
    assert_eq!(cut, 2, "both trials say so");
    let (long, ..) = played("40 Hz", 200);
    for (short, long) in short.iter().zip(&long) {
        assert_eq!(short[..], long[..3]);
    }
    assert_eq!(outputs[0], short[0]);
}
