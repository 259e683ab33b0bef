//! `events.parquet`: inputs, outputs, decisions, draws and faults.

use crate::loaded::{columns_of_draws, is_of_trial, is_text, name, seconds};
use crate::table::{Cells, Series};
use std::borrow::Cow;
use trialect_ir::Column;
use trialect_ir::record::{Header, OutputStamp};
use trialect_journal::{Entry, Ns, Request};

/// Name of the file.
pub(crate) const FILE: &str = "events.parquet";

struct Event<'a> {
    trial: Option<u32>,
    at: Ns,
    kind: &'static str,
    name: Cow<'a, str>,
    value: Option<f64>,
    detail: Option<Cow<'a, str>>,
}

/// The table's columns, in the order of time; what happened at one instant stays in the journal's order.
pub(crate) fn columns<'a>(header: &'a Header, entries: &'a [Entry]) -> Vec<Series<'a>> {
    let mut walk = Walk {
        header,
        draws: columns_of_draws(header),
        trial: None,
        is_open: false,
        at: None,
        waiting: Vec::new(),
        events: Vec::new(),
    };
    entries.iter().for_each(|entry| walk.take(entry));
    let mut events = walk.events;
    events.sort_by_key(|event| event.at);
    let trial = events.iter().map(|event| event.trial.and_then(|trial| i32::try_from(trial).ok())).collect();
    let time = events.iter().map(|event| Some(seconds(event.at))).collect();
    let kind = events.iter().map(|event| Some(Cow::Borrowed(event.kind))).collect();
    let value = events.iter().map(|event| event.value).collect();
    let (name, detail) = events.into_iter().map(|event| (Some(event.name), event.detail)).unzip();
    vec![
        Series::new("trial", "The trial that had begun last; none before the first", Cells::Int32(trial)),
        Series::new("time", "Session-clock time", Cells::Double(time)).in_unit("s", "s"),
        Series::new(
            "kind",
            "input, output, release, decision, draw, given, measured, request or fault",
            Cells::Text(kind),
        ),
        Series::new("name", "Device and channel or verb, rule, or name of what was drawn or given", Cells::Text(name)),
        Series::new(
            "value",
            "What was reported, drawn or given (in the unit of its column), or the one argument (in the coherent unit)",
            Cells::Double(value),
        ),
        Series::new("detail", "Arguments, the text of the rule, or the value as text", Cells::Text(detail)),
    ]
}

/// The way through the entries.
struct Walk<'a> {
    header: &'a Header,
    /// The column of each draw.
    draws: Vec<Option<usize>>,
    trial: Option<u32>,
    is_open: bool,
    /// Time of the latest entry that has one.
    at: Option<Ns>,
    /// Draws of a trial or a session that has not begun yet: they get its time.
    waiting: Vec<usize>,
    events: Vec<Event<'a>>,
}

impl<'a> Walk<'a> {
    fn take(&mut self, entry: &'a Entry) {
        let header = self.header;
        match entry {
            Entry::SessionStart { at, .. } => self.begin(*at),
            Entry::TrialStart { trial, at } => {
                (self.trial, self.is_open) = (Some(*trial), true);
                self.begin(*at);
            }
            Entry::Draw { draw, word, given, outside } => {
                let column = self.draws.get(*draw as usize).copied().flatten();
                let column = column.and_then(|column| header.columns.get(column));
                let kind = if *given { "given" } else { "draw" };
                self.drawn(kind, name(&header.draws, *draw), column, *word, *outside);
            }
            Entry::Given { column, word, outside } => {
                let known = header.columns.get(*column as usize);
                let name = known.map_or_else(|| format!("#{column}").into(), |known| known.name.as_str().into());
                self.drawn("given", name, known, *word, *outside);
            }
            Entry::Input { line, at, value } => match header.inputs.get(*line as usize) {
                Some(input) if input.counter => self.at = Some(*at),
                Some(input) => {
                    let name = format!("{}.{}", input.device, input.channel);
                    self.push(*at, "input", name.into(), Some(*value as f64), None);
                }
                None => self.push(*at, "input", format!("#{line}").into(), Some(*value as f64), None),
            },
            Entry::Decision { rule, at } => {
                let known = header.rules.get(*rule as usize);
                let name = known.map_or_else(
                    || format!("#{rule}"),
                    |rule| match rule.name.as_str() {
                        "" => rule.definition.clone(),
                        name => format!("{} {name}", rule.definition),
                    },
                );
                self.push(*at, "decision", name.into(), None, known.map(|rule| rule.text.as_str().into()));
            }
            Entry::Output { output, at, arguments } => self.output("output", *output, *at, arguments),
            Entry::Release { output, at } => self.output("release", *output, *at, &[]),
            Entry::Fault { at, what } => self.push(*at, "fault", "session".into(), None, Some(what.as_str().into())),
            Entry::Measured { column, at, word } => {
                let known = header.columns.get(*column as usize);
                let name = known.map_or_else(|| format!("#{column}").into(), |known| known.name.as_str().into());
                let value = known.zip(*word).and_then(|(known, word)| known.domain.number(word));
                self.push(*at, "measured", name, value, word.is_none().then_some("no value".into()));
            }
            Entry::Request { at, by, request } => self.request(*at, by, request),
            Entry::Row { at, .. } => (self.at, self.is_open) = (Some(*at), false),
            Entry::State { at, .. } | Entry::SessionEnd { at, .. } => self.at = Some(*at),
            Entry::Subject { .. } | Entry::Times { .. } => {}
        }
    }

    /// A session or a trial begins: what was drawn for it happens now.
    fn begin(&mut self, at: Ns) {
        self.at = Some(at);
        for event in self.waiting.drain(..) {
            (self.events[event].trial, self.events[event].at) = (self.trial, at);
        }
    }

    fn push(
        &mut self,
        at: Ns,
        kind: &'static str,
        name: Cow<'a, str>,
        value: Option<f64>,
        detail: Option<Cow<'a, str>>,
    ) {
        self.at = Some(at);
        self.events.push(Event { trial: self.trial, at, kind, name, value, detail });
    }

    fn drawn(&mut self, kind: &'static str, name: Cow<'a, str>, column: Option<&Column>, word: u64, outside: bool) {
        let value = column.and_then(|column| column.domain.number(word));
        let text = column.filter(|column| is_text(&column.domain)).map(|column| column.domain.show(word));
        let detail = match (text, outside) {
            (Some(text), true) => Some(format!("{text}; outside")),
            (Some(text), false) => Some(text),
            (None, true) => Some("outside".to_owned()),
            (None, false) => None,
        };
        let waits = self.at.is_none() || !self.is_open && is_of_trial(column);
        if waits {
            self.waiting.push(self.events.len());
        }
        let trial = if waits { None } else { self.trial };
        let at = self.at.unwrap_or(0);
        self.events.push(Event { trial, at, kind, name, value, detail: detail.map(Cow::Owned) });
    }

    /// What a person asked for between two trials, and who.
    fn request(&mut self, at: Ns, by: &'a str, request: &'a Request) {
        let said = |words: String| Some(Cow::Owned(format!("{words}; by {by}")));
        let (name, value, detail) = match request {
            Request::Change { column, from, to } => {
                let known = self.header.columns.get(*column as usize);
                let name = known.map_or_else(|| format!("#{column}").into(), |known| known.name.as_str().into());
                let unit = known.and_then(|known| known.domain.unit());
                let unit = unit.map_or_else(String::new, |unit| format!(" {}", unit.symbol));
                let show = |word: u64| known.map_or_else(String::new, |known| known.domain.show(word) + &unit);
                let from = from.map_or_else(|| "none".into(), show);
                let value = known.and_then(|known| known.domain.number(*to));
                (name, value, said(format!("from {from} to {}", show(*to))))
            }
            Request::Pause => ("pause".into(), None, said("paused".into())),
            Request::Resume => ("resume".into(), None, said("resumed".into())),
            Request::Stop => ("stop".into(), None, said("stopped".into())),
            Request::Note { text } => ("note".into(), None, said(text.clone())),
        };
        self.push(at, "request", name, value, detail);
    }

    fn output(&mut self, kind: &'static str, output: u32, at: Ns, arguments: &[u64]) {
        let values: Vec<f64> = arguments.iter().map(|&word| f64::from_bits(word)).collect();
        let known = self.header.outputs.get(output as usize);
        let name = known.map_or_else(|| format!("#{output}"), |output| format!("{}.{}", output.device, output.verb));
        let value = if let [value] = values[..] { Some(value) } else { None };
        let detail = detail(known, &values);
        let detail = if detail.is_empty() { None } else { Some(detail.into()) };
        self.push(at, kind, name.into(), value, detail);
    }
}

/// `stimulus=grating azimuth=35 contrast=1`
fn detail(output: Option<&OutputStamp>, values: &[f64]) -> String {
    let stimulus = output.and_then(|output| output.stimulus.as_ref()).map(|stimulus| format!("stimulus={stimulus}"));
    // A train is one argument with a value for each of its times.
    let named = |output: &'_ OutputStamp, k: usize| output.arguments.get(k).or(output.arguments.last()).cloned();
    let name = |k: usize| output.and_then(|output| named(output, k)).unwrap_or_else(|| "#".into());
    let arguments = values.iter().enumerate().map(|(k, value)| format!("{}={value}", name(k)));
    stimulus.into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}
