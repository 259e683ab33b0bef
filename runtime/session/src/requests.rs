//! What people ask for between two trials (8): a parameter changed, a pause, the end, a note.

use crate::{Given, SessionFault};
use serde_json::{Value, json};
use std::collections::VecDeque;
use trialect_device::Ns;
use trialect_ir::{Clock, Column, Domain, Program, Role, Slot};
use trialect_journal::Request;

/// Something that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// A parameter gets another value.
    Change {
        /// Its name, with its key.
        name: String,
        /// The value.
        to: Given,
    },
    /// No trial begins until the session goes on.
    Pause,
    /// The session goes on.
    Resume,
    /// The session ends.
    Stop,
    /// Words for the record.
    Note(String),
}

/// When it is to be done, once the trial before it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// So long after what was done before it, ns: 0 is at once.
    After(Ns),
    /// At this time of the session, ns; at once when it has passed.
    At(Ns),
}

/// Something that is asked for, by whom, and where in the session it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// It is done when this trial has ended, or a later one; 0: before the first.
    pub after_trial: u32,
    /// When.
    pub moment: Moment,
    /// Who asks.
    pub by: String,
    /// What.
    pub wish: Wish,
}

impl Asked {
    /// As the run's identity says it.
    pub(crate) fn stamp(&self) -> Value {
        let wish = match &self.wish {
            Wish::Change { name, to } => json!({ "change": name, "to": to.to_string() }),
            Wish::Pause => json!("pause"),
            Wish::Resume => json!("resume"),
            Wish::Stop => json!("stop"),
            Wish::Note(text) => json!({ "note": text }),
        };
        let moment = match self.moment {
            Moment::After(ns) => json!({ "after_ns": ns.to_string() }),
            Moment::At(ns) => json!({ "at_ns": ns.to_string() }),
        };
        json!({ "after_trial": self.after_trial, "moment": moment, "by": self.by, "wish": wish })
    }
}

/// Why something that was asked for is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefused {
    /// It is no parameter.
    #[error("`{name}` is no parameter of the session or the trial; {known}")]
    NoParameter {
        /// What was asked for.
        name: String,
        /// Which there are, in words.
        known: String,
    },
    /// A parameter of the subject.
    #[error(
        "`{name}` is a parameter of the subject and stays as it is in a session; begin one with `--start {name}=VALUE --reason WHY`"
    )]
    OfSubject {
        /// What was asked for.
        name: String,
    },
    /// Not a value of it.
    #[error("{0}")]
    Value(String),
    /// A value outside its range.
    #[error("`{name}` goes from {least} to {most}, and {value} is outside; nothing was changed")]
    Outside {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// The least that it may have.
        least: String,
        /// The greatest.
        most: String,
    },
    /// Too much is waiting.
    #[error("{most} requests are waiting already; ask again when the trial has ended")]
    Full {
        /// How many can wait.
        most: usize,
    },
}

/// What has been asked for and waits for a trial to end. It takes in only what can be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inbox {
    waiting: VecDeque<Asked>,
}

impl Inbox {
    /// How many requests can wait.
    pub const MOST: usize = 1024;

    /// Takes in a request behind those for the same trial or an earlier one.
    ///
    /// # Errors
    /// [`RequestRefused`]: what is wrong with it. Nothing has changed then.
    pub fn push(&mut self, program: &Program, asked: Asked) -> Result<(), RequestRefused> {
        if self.waiting.len() >= Inbox::MOST {
            return Err(RequestRefused::Full { most: Inbox::MOST });
        }
        if let Wish::Change { name, to } = &asked.wish {
            change(program, name, to)?;
        }
        let place = self.waiting.partition_point(|other| other.after_trial <= asked.after_trial);
        self.waiting.insert(place, asked);
        Ok(())
    }

    /// What was asked for in a session that was recorded, as far as a program has it.
    pub(crate) fn recorded(program: &Program, asked: impl Iterator<Item = Asked>) -> Inbox {
        let fits = |asked: &Asked| match &asked.wish {
            Wish::Change { name, to } => change(program, name, to).is_ok(),
            _ => true,
        };
        Inbox { waiting: asked.filter(fits).collect() }
    }

    /// What comes next, now that this trial has ended.
    pub(crate) fn take(&mut self, trial: u32) -> Option<Asked> {
        self.waiting.pop_front_if(|asked| asked.after_trial <= trial)
    }

    /// All that waits, as the run's identity says it.
    pub(crate) fn stamp(&self) -> Vec<Value> {
        self.waiting.iter().map(Asked::stamp).collect()
    }
}

/// A parameter and the word that it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) column: u32,
    pub(crate) kept: Slot,
    pub(crate) word: u64,
}

/// The change of a parameter to a value that it may have.
pub(crate) fn change(program: &Program, name: &str, to: &Given) -> Result<Change, RequestRefused> {
    let columns = &program.columns;
    // Blanks between keys are as one likes.
    let letters = |name: &str| name.chars().filter(|c| *c != ' ').collect::<String>();
    let is_called = |column: &Column| column.name == name || letters(&column.name) == letters(name);
    let found = program.parameters.iter().find(|parameter| is_called(&columns[parameter.column as usize]));
    let Some(parameter) = found else {
        let of_subject = |column: &&Column| column.role == Role::Parameter && column.clock == Clock::Subject;
        if columns.iter().filter(of_subject).any(|column| column.name == name) {
            return Err(RequestRefused::OfSubject { name: name.into() });
        }
        let names: Vec<&str> =
            program.parameters.iter().map(|parameter| columns[parameter.column as usize].name.as_str()).collect();
        let known = match names.as_slice() {
            [] => "it has none".into(),
            names => format!("there are {}", names.join(", ")),
        };
        return Err(RequestRefused::NoParameter { name: name.into(), known });
    };
    let column = &columns[parameter.column as usize];
    let (_, word) =
        to.resolve(program, &column.name).map_err(|fault: SessionFault| RequestRefused::Value(fault.to_string()))?;
    if let Some((least, most)) = outside(&column.domain, word) {
        let said = |word: u64| {
            let unit = column.domain.unit().map_or_else(String::new, |unit| format!(" {}", unit.symbol));
            format!("{}{unit}", column.domain.show(word))
        };
        let (value, least, most) = (said(word), said(least), said(most));
        return Err(RequestRefused::Outside { name: name.into(), value, least, most });
    }
    Ok(Change { column: parameter.column, kept: parameter.kept, word })
}

/// The least and the greatest word of a domain in which this word does not lie.
fn outside(domain: &Domain, word: u64) -> Option<(u64, u64)> {
    let integers = |least: i64, most: i64| {
        let inside = (least..=most).contains(&(word as i64));
        (!inside).then_some((least as u64, most as u64))
    };
    match domain {
        Domain::Real { least, most, .. } => {
            let value = f64::from_bits(word);
            let (least, most) = (least.unwrap_or(f64::MIN), most.unwrap_or(f64::MAX));
            (!(least..=most).contains(&value)).then_some((least.to_bits(), most.to_bits()))
        }
        Domain::Int { least, most } => integers(*least, *most),
        Domain::Steps { most, .. } => integers(0, *most),
        _ => None,
    }
}

/// What a record says that was asked for, in the order in which it was done.
pub(crate) fn recorded(columns: &[Column], after_trial: u32, at: Ns, by: &str, request: &Request) -> Option<Asked> {
    let wish = match request {
        Request::Change { column, to, .. } => {
            Wish::Change { name: columns.get(*column as usize)?.name.clone(), to: Given::Word(*to) }
        }
        Request::Pause => Wish::Pause,
        Request::Resume => Wish::Resume,
        Request::Stop => Wish::Stop,
        Request::Note { text } => Wish::Note(text.clone()),
    };
    Some(Asked { after_trial, moment: Moment::At(at), by: by.to_owned(), wish })
}
