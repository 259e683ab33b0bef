//! Clauses as sentences, each in the section in which a reader looks for it.

use super::deeds::{deeds, handler, place};
use super::draws::drawn;
use super::figure::{Edge, Figure};
use super::tables::Tables;
use super::words::{arguments, call, expr, head, is_truth, listed, name, range, says, table};
use super::{Section, Table};
use std::collections::BTreeSet;
use trialect_syntax::ast::{Argument, Clause, ClauseKind, Event, File, Name, StatClause, Target, Value};

/// Titles of sections, in the order in which they are read.
pub(super) const TITLES: [&str; 9] = [
    "Apparatus and stimuli",
    "Structure of a trial",
    "What a trial draws and decides",
    "Blocks",
    "Rules between trials and sessions",
    "Training stages",
    "Statistics",
    "Sessions",
    "Types and constants",
];

const TRIAL: &str = "What a trial draws and decides";
const SESSIONS: &str = "Sessions";

/// Sentences and figures, while clauses are read.
pub(super) struct Prose<'f> {
    others: Vec<&'f File>,
    paragraphs: [Vec<String>; TITLES.len()],
    figures: [Vec<Figure>; TITLES.len()],
    tables: Tables,
    /// States of the machine that is read, and where they lead.
    trial: Figure,
    done: BTreeSet<String>,
}

impl<'f> Prose<'f> {
    pub(super) fn new(others: &[&'f File]) -> Prose<'f> {
        Prose {
            others: others.to_vec(),
            paragraphs: Default::default(),
            figures: Default::default(),
            tables: Tables::default(),
            trial: Figure::new("States of a trial"),
            done: BTreeSet::new(),
        }
    }

    fn say(&mut self, title: &str, sentence: String, clause: &Clause) {
        let Some(at) = TITLES.iter().position(|known| *known == title) else { return };
        let described = clause.description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
        // What `last` is depends on the clock.
        let sentence = if title == "Blocks" { sentence.replace("trial before", "block before") } else { sentence };
        let sentence = match sentence.strip_suffix('.') {
            Some(start) if !described.is_empty() => format!("{start}{described}."),
            _ => sentence,
        };
        self.paragraphs[at].push(sentence);
    }

    fn show(&mut self, title: &str, figure: Figure) {
        if let Some(at) = TITLES.iter().position(|known| *known == title) {
            self.figures[at].push(figure);
        }
    }

    /// All clauses of a clock, of the top when it is empty.
    pub(super) fn clauses(&mut self, clauses: &[Clause], clock: &str) {
        for clause in clauses {
            self.tables.clause(clause, clock);
            self.clause(clause, clock);
        }
    }

    fn clause(&mut self, clause: &Clause, clock: &str) {
        match &clause.kind {
            ClauseKind::ClockBlock { clock, body } => self.clauses(body, &clock.text),
            ClauseKind::Use(used, _) => self.used(&used.text, clock),
            ClauseKind::Rig(body) => self.clauses(body, clock),
            ClauseKind::State { .. } | ClauseKind::Beside { .. } => self.state(clause, ""),
            ClauseKind::Curriculum { name: named, body } => self.curriculum(named, body),
            ClauseKind::Stage { .. } => self.stage(clause, None),
            ClauseKind::Block { name: named, body } => {
                self.say("Blocks", format!("Trials come in blocks, {}.", name(&named.text)), clause);
                body.iter().for_each(|inner| self.block(inner));
            }
            _ => self.sentence(clause, clock),
        }
    }

    /// A part or a library that stands beside the text is told where it is used; those of the language are named.
    fn used(&mut self, used: &str, clock: &str) {
        let last = used.rsplit('.').next().unwrap_or(used);
        let others = self.others.clone();
        let is_it = |file: &&&File| file.header.as_ref().is_some_and(|header| header.name.text == used);
        let of_part = |name: &Name| name.text == used || name.text == last;
        if !self.done.insert(used.to_string()) {
            return;
        }
        if let Some(file) = others.iter().find(is_it).filter(|_| !used.starts_with("std.")) {
            self.clauses(&file.clauses, clock);
            return;
        }
        let parts = others.iter().flat_map(|file| &file.clauses).filter_map(|clause| match &clause.kind {
            ClauseKind::Part { name, body } if of_part(name) => Some(body),
            _ => None,
        });
        if let Some(body) = parts.take(1).next() {
            self.clauses(body, clock);
        }
    }

    fn block(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Define { head: named, body: value } => {
                self.say("Blocks", format!("In each block, {} {}.", head(named), says(value)), clause);
            }
            ClauseKind::Draw { head: named, call, within } => {
                let law = drawn(call, within.as_ref());
                self.say("Blocks", format!("For each block, {} is {law}.", head(named)), clause);
            }
            ClauseKind::Ends(when) => self.say("Blocks", format!("A block ends when {}.", expr(when)), clause),
            _ => self.sentence(clause, "block"),
        }
    }

    fn sentence(&mut self, clause: &Clause, clock: &str) {
        let said = value(clause, clock).or_else(|| session(clause)).or_else(|| declared(clause));
        if let Some((title, words)) = said {
            self.say(title, words, clause);
        }
    }

    /// A state, or a machine beside the trial's.
    fn state(&mut self, clause: &Clause, machine: &str) {
        const TITLE: &str = "Structure of a trial";
        match &clause.kind {
            ClauseKind::Beside { head: named, body } => {
                self.say(TITLE, format!("Beside the trial runs {}:", head(named)), clause);
                let trial = std::mem::replace(&mut self.trial, Figure::new("States beside the trial"));
                body.iter().for_each(|inner| self.state(inner, &named.name.text));
                let figure = std::mem::replace(&mut self.trial, trial);
                self.show(TITLE, figure);
            }
            ClauseKind::State { name: named, body } => {
                let entry = deeds(body);
                let entry = if entry.is_empty() { entry } else { format!(" On entry: {entry}.") };
                let ways: Vec<String> = body.iter().filter_map(way).collect();
                let ways = if ways.is_empty() { String::new() } else { format!(" {}", ways.join(" ")) };
                let dot = if machine.is_empty() { "" } else { "." };
                self.say(
                    TITLE,
                    format!("State {}.{entry}{ways}", name(&format!("{machine}{dot}{}", named.text))),
                    clause,
                );
                self.trial.node(&named.text, false);
                edges(body, &named.text, &mut self.trial);
            }
            _ => self.sentence(clause, "trial"),
        }
    }

    fn curriculum(&mut self, named: &Name, body: &[Clause]) {
        let mut figure = Figure::new("Stages of training");
        for clause in body {
            self.stage(clause, Some((named, &mut figure)));
        }
        self.show("Training stages", figure);
    }

    /// A stage of a curriculum, or of a study.
    fn stage(&mut self, clause: &Clause, of: Option<(&Name, &mut Figure)>) {
        const TITLE: &str = "Training stages";
        let ClauseKind::Stage { name: named, protocol, body: inside } = &clause.kind else { return };
        let values = inside.iter().filter_map(|inner| match &inner.kind {
            ClauseKind::Define { head: named, body: value } => Some(format!(" {} {}.", head(named), says(value))),
            _ => None,
        });
        let values: String = values.collect();
        let ways: Vec<String> = inside.iter().filter_map(way).collect();
        let ways = if ways.is_empty() { String::new() } else { format!(" {}", ways.join(" ")) };
        let curriculum = of.as_ref().map(|(of, _)| format!(" of {}", name(&of.text))).unwrap_or_default();
        let runs = protocol.as_ref().map(|one| match (one.name.text.as_str(), one.arguments.as_slice()) {
            ("retired", _) => " There are no more sessions.".to_string(),
            (protocol, []) => format!(" Sessions run the protocol {}.", name(protocol)),
            (protocol, list) => format!(" Sessions run the protocol {} with {}.", name(protocol), arguments(list)),
        });
        let words = format!("Stage {}{curriculum}.{}{values}{ways}", name(&named.text), runs.unwrap_or_default());
        self.say(TITLE, words, clause);
        let figure = match of {
            Some((_, figure)) => figure,
            None => {
                let at = TITLES.iter().position(|known| *known == TITLE).unwrap_or_default();
                if self.figures[at].is_empty() {
                    self.figures[at].push(Figure::new("Stages"));
                }
                let Some(figure) = self.figures[at].first_mut() else { return };
                figure
            }
        };
        figure.node(&named.text, false);
        edges(inside, &named.text, figure);
    }

    /// All that was said.
    pub(super) fn sections(mut self) -> Vec<Section> {
        let trial = std::mem::take(&mut self.trial);
        self.figures[1].insert(0, trial);
        let text = TITLES.into_iter().zip(self.paragraphs).zip(self.figures).map(|((title, paragraphs), figures)| {
            let figures = figures.into_iter().filter(|figure| !figure.is_empty()).collect();
            Section { title, paragraphs, table: None, figures }
        });
        let tables = self.tables.all().into_iter().map(|(title, table): (&'static str, Table)| {
            let table = Some(table).filter(|table| !table.rows.is_empty());
            Section { title, table, ..Section::default() }
        });
        let all = text.chain(tables);
        all.filter(|one| !one.paragraphs.is_empty() || one.table.is_some() || !one.figures.is_empty()).collect()
    }
}

/// A value, and how it comes about.
fn value(clause: &Clause, clock: &str) -> Option<(&'static str, String)> {
    Some(match &clause.kind {
        ClauseKind::Define { head: named, body: value } => {
            let title = match clock {
                "trial" => TRIAL,
                "" => "Types and constants",
                _ => "Rules between trials and sessions",
            };
            (title, format!("{} {}.", head(named), says(value)))
        }
        ClauseKind::Draw { head: named, call, within } => {
            (TRIAL, format!("{} is {}.", head(named), drawn(call, within.as_ref())))
        }
        ClauseKind::Deck { head: named, table: dealt } => {
            (TRIAL, format!("{} is a deck that is dealt without putting back: {}.", head(named), table(dealt)))
        }
        ClauseKind::Adapt { head: named, call: policy, on, guard } => {
            let when = guard.as_ref().map(|guard| format!(", provided that {}", expr(guard))).unwrap_or_default();
            (TRIAL, format!("{} follows the policy {}, renewed on {}{when}.", head(named), call(policy), place(on)))
        }
        ClauseKind::Var { head: named, initial, within, by } => {
            let within = within.as_ref().map(|bounds| format!(", stays within {}", range(bounds))).unwrap_or_default();
            let by = by.as_ref().map(|by| format!(" in steps of {}", expr(by))).unwrap_or_default();
            let words = format!("{} begins with {}{within}{by}.", head(named), expr(initial));
            (if clock == "trial" { TRIAL } else { "Rules between trials and sessions" }, words)
        }
        ClauseKind::Handler(one) => ("Rules between trials and sessions", handler(one)),
        ClauseKind::Stat(stat) => ("Statistics", statistic(stat)),
        _ => return None,
    })
}

/// What holds of sessions, and of every trial.
fn session(clause: &Clause) -> Option<(&'static str, String)> {
    Some(match &clause.kind {
        ClauseKind::Outcomes(list) => {
            let list: Vec<String> = list.iter().map(|one| name(&one.text)).collect();
            ("Structure of a trial", format!("A trial ends as {}.", listed(&list, "or")))
        }
        ClauseKind::Iti(time) => ("Structure of a trial", format!("The pause between trials is {}.", expr(time))),
        ClauseKind::Limit { place: of, amount, each } => {
            let each = each.as_ref().map(|each| format!(" in each {}", each.text)).unwrap_or_default();
            match of.base.text.as_str() {
                "trials" => (SESSIONS, format!("A session has at most {} trials.", expr(amount))),
                _ => (SESSIONS, format!("The limit of {} is {}{each}.", place(of), expr(amount))),
            }
        }
        ClauseKind::Stop { name: named, now, condition } => {
            let now = if *now { " at once" } else { "" };
            (SESSIONS, format!("The session ends{now} ({}) when {}.", name(&named.text), expr(condition)))
        }
        ClauseKind::Advise { name: named, condition } => {
            (SESSIONS, format!("The experimenter is told ({}) when {}.", name(&named.text), expr(condition)))
        }
        ClauseKind::Counts(when) => (SESSIONS, format!("A session counts when {}.", expr(when))),
        ClauseKind::Record { place: of, rate } => {
            let rate = rate.as_ref().map(|rate| format!(" at {}", expr(rate))).unwrap_or_default();
            (SESSIONS, format!("{} is recorded{rate}.", place(of)))
        }
        _ => return None,
    })
}

/// A device, a stimulus, a type.
fn declared(clause: &Clause) -> Option<(&'static str, String)> {
    Some(match &clause.kind {
        ClauseKind::Device { name: named, keys, class } => {
            let keys: Vec<String> = keys.iter().map(|key| expr(&key.over)).collect();
            let each = if keys.is_empty() { String::new() } else { format!(", one for each {}", listed(&keys, "and")) };
            ("Apparatus and stimuli", format!("{} is the rig's {}{each}.", name(&named.text), name(&class.text)))
        }
        ClauseKind::Stimulus { head: named, device, call: made } => {
            let words = format!(
                "{} on {} is a {} ({}).",
                head(named),
                place(device),
                made.name.text,
                arguments(&made.arguments)
            );
            ("Apparatus and stimuli", words)
        }
        ClauseKind::Levels { name: named, values } => {
            let values: Vec<String> = values.iter().map(expr).collect();
            ("Types and constants", format!("{} is one of {}.", name(&named.text), listed(&values, "and")))
        }
        ClauseKind::Enum { name: named, members } => {
            let members: Vec<String> = members.iter().map(|one| name(&one.text)).collect();
            ("Types and constants", format!("{} is {}.", name(&named.text), listed(&members, "or")))
        }
        ClauseKind::IntType { name: named, range: bounds } => {
            ("Types and constants", format!("{} is a whole number from {}.", name(&named.text), range(bounds)))
        }
        _ => return None,
    })
}

fn way(clause: &Clause) -> Option<String> {
    let ClauseKind::Handler(one) = &clause.kind else { return None };
    Some(handler(one))
}

/// Where the handlers in a state or a stage lead.
fn edges(body: &[Clause], from: &str, figure: &mut Figure) {
    for clause in body {
        let ClauseKind::Handler(one) = &clause.kind else { continue };
        let to = match &one.target {
            Some(Target::State { name, .. }) => name,
            Some(Target::End(outcome)) => {
                figure.node(&outcome_node(&outcome.text), true);
                outcome
            }
            None => continue,
        };
        let is_end = matches!(one.target, Some(Target::End(_)));
        let to = if is_end { outcome_node(&to.text) } else { to.text.clone() };
        let why = match &one.event {
            Event::After(time) => format!("after {}", expr(time)),
            _ => handler(one),
        };
        figure.edges.push(Edge { from: from.into(), to, why: why.replace('`', "") });
    }
}

/// Outcomes may be called as states are.
fn outcome_node(outcome: &str) -> String {
    format!("end: {outcome}")
}

fn statistic(stat: &StatClause) -> String {
    let sample = arguments(&stat.call.arguments);
    let counts = matches!(stat.call.arguments.as_slice(), [Argument { value: Value::Expr(one), .. }] if is_truth(one));
    let of = match stat.call.name.text.as_str() {
        "mean" if counts => format!("share of cases in which {sample}"),
        "min" => format!("least of {sample}"),
        "max" => format!("greatest of {sample}"),
        "count" if counts => format!("number of cases in which {sample}"),
        other => format!("{other} of {sample}"),
    };
    let filter = stat.filter.as_ref().map(|filter| format!(", where {}", expr(filter))).unwrap_or_default();
    let window = stat.window.as_ref();
    let window =
        window.map(|(count, word)| format!(", over the last {} {}", expr(count), word.text)).unwrap_or_default();
    let least =
        stat.at_least.as_ref().map(|least| format!(", with at least {} of them", expr(least))).unwrap_or_default();
    let otherwise = stat.otherwise.as_ref().map(|value| format!("; without these it is {}", expr(value)));
    format!("{} is the {of}{filter}{window}{least}{}.", head(&stat.head), otherwise.unwrap_or_default())
}
