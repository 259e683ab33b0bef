//! What can go wrong with a board, and what comes in from outside, at a cycle of a trial.

use crate::wire::{Edge, Event, EventCodes};
use std::str::FromStr;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// This many bytes that mean nothing.
    Garbage(u8),
    /// The next so many bytes get lost.
    Truncation(u8),
    /// What the board says is held back for so many milliseconds.
    Delay(u16),
    /// The cable is pulled out; the board goes on alone.
    Unplug,
    /// A valve (from 1) does not close any more.
    StuckValve(u8),
    /// A module sends 0: an end of the trial that is none.
    FalseEnd,
    /// The trial is loaded, but does not begin by itself.
    LostStart,
}

/// A fault and when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// In which trial, from 1.
    pub trial: u32,
    /// In which cycle of it.
    pub cycle: u32,
}

impl FromStr for Fault {
    type Err = String;

    /// `unplug@3:500`: in cycle 500 of trial 3; also `garbage=8@1:200`, `truncation=4@…`, `delay=50@…` (ms),
    /// `stuck-valve=1@…`, `false-end@…`, `lost-start@2`.
    fn from_str(text: &str) -> Result<Fault, String> {
        let (what, trial, cycle) = place(text)?;
        let (word, number) = what.split_once('=').map_or((what, None), |(word, number)| (word, Some(number)));
        let number = |least: u16, most: u16, default: u16| match number.map(str::parse::<u16>) {
            None => Ok(default),
            Some(Ok(number)) if (least..=most).contains(&number) => Ok(number),
            Some(_) => Err(format!("`{text}`: the number of `{word}` is {least} to {most}")),
        };
        let kind = match word {
            "garbage" => FaultKind::Garbage(number(1, 255, 16)? as u8),
            "truncation" => FaultKind::Truncation(number(1, 255, 3)? as u8),
            "delay" => FaultKind::Delay(number(1, 60_000, 50)?),
            "unplug" => FaultKind::Unplug,
            "stuck-valve" => FaultKind::StuckValve(number(1, 16, 1)? as u8),
            "false-end" => FaultKind::FalseEnd,
            "lost-start" => FaultKind::LostStart,
            _ => {
                return Err(format!(
                    "`{word}` is no fault; write garbage, truncation, delay, unplug, stuck-valve, false-end or lost-start"
                ));
            }
        };
        Ok(Fault { kind, trial, cycle })
    }
}

/// `WHAT@TRIAL:CYCLE`, or `WHAT@TRIAL` for its beginning.
fn place(text: &str) -> Result<(&str, u32, u32), String> {
    let wrong = || format!("`{text}`: write WHAT@TRIAL:CYCLE, trials from 1, cycles of 100 us");
    let (what, place) = text.split_once('@').ok_or_else(wrong)?;
    let (trial, cycle) = place.split_once(':').unwrap_or((place, "1"));
    match (trial.parse(), cycle.parse()) {
        (Ok(trial @ 1..), Ok(cycle @ 1..)) => Ok((what, trial, cycle)),
        _ => Err(wrong()),
    }
}

/// What comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StimulusKind {
    /// A connector goes on or off.
    Line {
        /// Input channel.
        channel: u8,
        /// A broken beam or a high line is on.
        on: bool,
    },
    /// A module sends a byte.
    Module {
        /// Module channel, from 0.
        channel: u8,
        /// The byte.
        byte: u8,
    },
}

/// Something from outside, and when it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stimulus {
    /// What.
    pub kind: StimulusKind,
    /// In which trial, from 1.
    pub trial: u32,
    /// In which cycle of it.
    pub cycle: u32,
}

impl Stimulus {
    /// `Port1In@1:2511`: the event of that name in cycle 2511 of trial 1.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str, codes: &EventCodes) -> Result<Stimulus, String> {
        let (name, trial, cycle) = place(text)?;
        let named = |code: &u8| codes.event(*code).and_then(|event| codes.name(event)).as_deref() == Some(name);
        let event = (0..=254).find(named).and_then(|code| codes.event(code));
        let kind = match event {
            Some(Event::Digital { channel, edge }) => StimulusKind::Line { channel, on: edge == Edge::On },
            Some(Event::Serial { channel, number }) if name.starts_with("Serial") => {
                StimulusKind::Module { channel, byte: number + 1 }
            }
            _ => {
                return Err(format!(
                    "`{name}` is nothing from outside; write for example Port1In, BNC1High, Serial1_3"
                ));
            }
        };
        Ok(Stimulus { kind, trial, cycle })
    }
}
