//! The terminal of a session on a rig: a line that says how it goes, and what the person types.

use super::status::Status;
use crate::requests::{ask, parameter};
use crate::{failure::Failure, output};
use std::cell::{Cell, RefCell};
use std::io::{BufRead, IsTerminal};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use trialect_device::Ns;
use trialect_ir::Program;
use trialect_session::{Inbox, Wish};

/// How often the line is written, ns of the session.
const EACH: Ns = 200_000_000;
/// Most lines that wait to be read.
const LINES: usize = 64;
/// What can be typed.
const HELP: &str =
    "type  pause | resume | stop | note WORDS | change NAME=VALUE | counts | help; Ctrl-C ends after this trial";

/// What the person can see and say.
pub(super) struct Console<'a> {
    program: &'a Program,
    inbox: &'a RefCell<Inbox>,
    status: &'a RefCell<Status>,
    by: String,
    lines: Receiver<String>,
    written: Cell<Ns>,
    is_terminal: bool,
    is_closed: Cell<bool>,
}

impl<'a> Console<'a> {
    /// Listens to the standard input from here on.
    pub(super) fn open(
        program: &'a Program,
        inbox: &'a RefCell<Inbox>,
        status: &'a RefCell<Status>,
        by: &str,
    ) -> Console<'a> {
        let (sender, lines) = sync_channel(LINES);
        // Ends with the process: nobody can wake it from a read.
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let is_terminal = std::io::stderr().is_terminal();
        let (written, is_closed) = (Cell::new(Ns::MIN), Cell::new(false));
        Console { program, inbox, status, by: by.into(), lines, written, is_terminal, is_closed }
    }

    /// Does what was typed and writes the line, if it is time. Called while the session waits.
    pub(super) fn look(&self, now: Ns) {
        loop {
            match self.lines.try_recv() {
                Ok(line) => self.obey(line.trim()),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.is_closed.set(true);
                    break;
                }
            }
        }
        if self.is_terminal && now.saturating_sub(self.written.get()) >= EACH {
            self.written.set(now);
            output::status(&line(&self.status.borrow(), now));
        }
    }

    fn obey(&self, line: &str) {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let done = match (word, rest.trim()) {
            ("", "") => return,
            ("pause", "") => self.ask(Wish::Pause, "pauses after this trial"),
            ("resume", "") => self.ask(Wish::Resume, "goes on"),
            ("stop", "") => self.ask(Wish::Stop, "ends after this trial"),
            ("note", words) if !words.is_empty() => self.ask(Wish::Note(words.into()), "noted after this trial"),
            ("change", what) => self.change(what),
            ("counts", "") => {
                output::complain(&counts(&self.status.borrow()));
                return;
            }
            ("help", "") => {
                output::complain(HELP);
                return;
            }
            _ => Err(Failure::trouble("request", format!("`{line}` is nothing that can be asked for; {HELP}"))),
        };
        match done {
            Ok(answer) => output::complain(answer),
            Err(failure) => failure.tell(),
        }
    }

    fn ask<'t>(&self, wish: Wish, answer: &'t str) -> Result<&'t str, Failure> {
        ask(&mut self.inbox.borrow_mut(), self.program, 0, &self.by, wish, 0)?;
        Ok(answer)
    }

    fn change(&self, what: &str) -> Result<&'static str, Failure> {
        let pair = what.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let Some((name, value)) = pair.filter(|(name, value)| !name.is_empty() && !value.is_empty()) else {
            return Err(Failure::trouble("request", format!("`change {what}`: write change reward=5 uL")));
        };
        let to = parameter(self.program, name, value)?;
        self.ask(Wish::Change { name: name.into(), to }, "changes after this trial")
    }
}

/// `12:03  trial 145 respond  stage easy  81% of 144  spout.delivered 432 uL`
fn line(status: &Status, now: Ns) -> String {
    let seconds = now / 1_000_000_000;
    let mut text = format!("{:>3}:{:02}  trial {} {}", seconds / 60, seconds % 60, status.trial, status.state);
    if let Some(stage) = &status.stage {
        text += &format!("  stage {stage}");
    }
    match status.performance() {
        Some(share) => text += &format!("  {:.0}% of {}", 100.0 * share, status.trials),
        None => text += &format!("  {} trials", status.trials),
    }
    for (name, (amount, symbol)) in &status.given {
        text += &format!("  {name} {amount:.4} {symbol}");
    }
    if status.paused {
        text += "  paused: type resume";
    }
    text
}

/// What became of each stimulus, a line each.
fn counts(status: &Status) -> String {
    let mut lines: Vec<String> = status.outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
    lines.extend(status.choices.iter().map(|(value, one)| format!("{value}: {} of {} right", one.correct, one.trials)));
    if lines.is_empty() { "no trial has ended".into() } else { lines.join("\n") }
}

#[cfg(test)]
mod tests {
    use super::super::status::Choices;
    use super::*;

    #[test]
    fn the_line_says_how_it_goes() {
        let mut status = Status { trial: 3, state: "respond".into(), trials: 2, ..Status::default() };
        assert_eq!(line(&status, 61_000_000_000), "  1:01  trial 3 respond  2 trials");
        status.outcomes.insert("correct".into(), 1);
        status.stage = Some("easy".into());
        status.given.insert("spout.delivered".into(), (3.0, "uL".into()));
        status.paused = true;
        assert_eq!(
            line(&status, 0),
            "  0:00  trial 3 respond  stage easy  50% of 2  spout.delivered 3.0000 uL  paused: type resume"
        );
        status.choices.insert("100%".into(), Choices { trials: 2, correct: 1 });
        assert_eq!(counts(&status), "correct 1\n100%: 1 of 2 right");
    }
}
