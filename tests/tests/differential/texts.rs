//! Random protocols as texts: well-typed by construction, with every clock, so that they go the whole way from the
//! reader to both machines.

use crate::expressions::{Author, Type};
use crate::generator::Generator;

/// A protocol that must compile without an error.
pub fn protocol(generator: &mut Generator) -> String {
    let mut writer = Writer { author: Author::new(generator), text: String::new(), next: 0 };
    writer.head();
    let slow = writer.slower_clocks();
    writer.block();
    let statistics = writer.promise_statistics();
    let curve = writer.promise_clauses();
    let before = writer.author.scope.len();
    writer.trial();
    writer.statistics(&statistics, before);
    if curve {
        writer.curve(before);
    }
    writer.rules_of_trials(&slow);
    writer.policies_of_trials();
    writer.curriculum();
    writer.machines_of_the_session();
    if writer.chance(4) {
        writer.scenario();
    }
    writer.author.scope.truncate(before);
    writer.author.scope.retain(|(name, _)| !name.starts_with("phase."));
    writer.keyed_machine_of_the_session();
    writer.rules_of_sessions(&slow);
    writer.clauses_of_sessions();
    writer.text
}

pub(crate) struct Writer<'g> {
    pub(crate) author: Author<'g>,
    text: String,
    next: u32,
}

/// A variable and the clock on which it stands.
struct Variable {
    name: String,
    of: Type,
    key: bool,
    carried: bool,
    /// Set at the end of the session, not of each trial.
    slow: bool,
}

/// A statistic whose type is settled before its expression is.
struct Statistic {
    name: String,
    function: &'static str,
    keyed: bool,
    carried: bool,
}

impl Writer<'_> {
    pub(crate) fn fresh(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}_{}", self.next)
    }

    pub(crate) fn chance(&mut self, one_in: u64) -> bool {
        self.author.generator.once_in(one_in)
    }

    pub(crate) fn upto(&mut self, most: u64) -> u64 {
        1 + self.author.generator.below(most)
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A literal of a type and, for a variable, the range that its values are clamped to.
    fn start(&mut self, of: Type) -> (String, &'static str) {
        let k = self.author.generator.between(0, 9);
        match of {
            Type::Real => (format!("{:.2}", k as f64 / 4.0 - 1.0), "-2 .. 2"),
            Type::Time => (format!("{} ms", 10 * k), "-1 s .. 1 s"),
            Type::Bool => ((k > 4).to_string(), ""),
            Type::Side => (if k > 4 { "left" } else { "right" }.to_owned(), ""),
            Type::MaybeSide => (if k > 4 { "left" } else { "none" }.to_owned(), ""),
            Type::Contrast => (if k > 4 { "100%" } else { "0%" }.to_owned(), ""),
            Type::Count => (k.to_string(), "0 .. 20"),
        }
    }

    fn head(&mut self) {
        self.line("protocol generated.text 1.0.0");
        self.line("use std.sides");
        self.line("levels Contrast = 100%, 50%, 25%, 0%");
        self.line("rig { wheel : Encoder; port[Side] : NosePort; lever : Switch; spout : Valve; lamp : Lamp; horn : Speaker }");
        self.things();
        self.shared_clauses();
        self.line("stimulus beep on horn = tone(frequency: 5 kHz, duration: 100 ms, ramp: 10 ms)");
        for _ in 0..self.upto(2) {
            let name = self.fresh("constant");
            let values = [(); 2].map(|()| self.author.generator.between(-20, 20) as f64 / 10.0);
            self.line(&format!("{name}[Side] = {{left: {}, right: {}}}", values[0], values[1]));
            self.author.knows(format!("{name}[left]"), Type::Real);
            self.author.knows(format!("{name}[right]"), Type::Real);
        }
    }

    /// Subject and session: variables, draws, a curriculum.
    fn slower_clocks(&mut self) -> Vec<Variable> {
        let mut variables = Vec::new();
        for clock in ["subject", "session"] {
            self.line(&format!("{clock} {{"));
            for _ in 0..self.upto(4) {
                variables.push(self.variable(clock == "subject"));
            }
            if clock == "subject" {
                self.draw();
                self.promise_curriculum();
            } else {
                self.slow_sets_and_parameters();
                self.line("  limit trials 80");
                self.line("  limit spout 100 mL each session");
                self.draw();
            }
            self.line("}");
        }
        variables
    }

    fn variable(&mut self, carried: bool) -> Variable {
        let types =
            [Type::Real, Type::Time, Type::Bool, Type::Side, Type::MaybeSide, Type::Contrast, Type::Count, Type::Real];
        let of = self.author.generator.one_of(&types);
        let key = self.chance(3);
        let name = self.fresh("held");
        self.declare(&name, of, key);
        let read = if key { vec![format!("{name}[left]"), format!("{name}[right]")] } else { vec![name.clone()] };
        for spelling in read {
            self.author.knows(spelling, of);
        }
        Variable { name, of, key, carried, slow: carried && self.chance(4) }
    }

    fn declare(&mut self, name: &str, of: Type, key: bool) {
        let (start, range) = self.start(of);
        let key = if key { "[Side]" } else { "" };
        let spelled = match of {
            Type::MaybeSide => " : Side?",
            Type::Contrast => " : Contrast",
            Type::Count => " : Int",
            _ => "",
        };
        let range = if range.is_empty() { String::new() } else { format!(" within {range}") };
        self.line(&format!("  var {name}{key}{spelled} := {start}{range}"));
    }

    /// A draw of any distribution with parameters that depend on what is known.
    pub(crate) fn draw(&mut self) {
        let name = self.fresh("drawn");
        let (distribution, of) = match self.author.generator.below(7) {
            0 => ("pick(Side)".to_owned(), Type::Side),
            1 => (format!("pick({})", self.author.levels()), Type::Contrast),
            2 => (format!("chance(clamp({}, 5% .. 95%))", self.author.real(2)), Type::Bool),
            3 => (format!("uniform(clamp({}, -1 .. 0) .. 2)", self.author.real(2)), Type::Real),
            4 => (format!("normal(clamp({}, -1 .. 1), 0.5) within -3 .. 4", self.author.real(2)), Type::Real),
            5 => (format!("exponential(clamp({}, 1 ms .. 1 s)) within 0 s .. 2 s", self.author.time(2)), Type::Time),
            _ => {
                let weight = self.author.real(1);
                (format!("pick(Side, weights: {{left: clamp({weight}, 0 .. 3), right: 1}})"), Type::Side)
            }
        };
        self.line(&format!("  draw {name} ~ {distribution}"));
        self.author.knows(name, of);
    }

    fn definition(&mut self) {
        let types = [Type::Real, Type::Time, Type::Bool, Type::Side, Type::Contrast, Type::Count, Type::Real];
        let of = self.author.generator.one_of(&types);
        let name = self.fresh("is");
        let value = self.author.expression(of, 3);
        // A statistic may read what reads it, a trial later; then the type must be said somewhere.
        let spelled = match of {
            Type::Real => " : Real",
            Type::Time => " : Time",
            Type::Contrast => " : Contrast",
            _ => "",
        };
        self.line(&format!("  {name}{spelled} = {value}"));
        self.author.knows(name, of);
    }

    fn block(&mut self) {
        self.line("block phase {");
        let before = self.author.scope.len();
        self.draw();
        self.definition();
        let inside: Vec<(String, Type)> = self.author.scope.drain(before..).collect();
        let [length, test] = [2 + self.upto(6), 20 + self.upto(20)];
        let early = self.author.truth(2);
        self.line(&format!("  ends when phase.trials >= {test} or phase.trials >= {length} and ({early})"));
        self.line("}");
        for (name, of) in inside {
            self.author.knows(format!("phase.{name}"), of);
        }
        self.author.knows("phase.index", Type::Count);
    }

    /// Settles which statistics there are, so that trials can read them.
    fn promise_statistics(&mut self) -> Vec<Statistic> {
        let mut list = Vec::new();
        for carried in [true, false] {
            for _ in 0..self.upto(2) {
                let function = self.author.generator.one_of(&["mean", "count", "sum", "median", "min", "max"]);
                let keyed = self.chance(2);
                let name = self.fresh("stat");
                let read = if keyed {
                    format!("{name}[{}]", if self.chance(2) { "left" } else { "right" })
                } else {
                    name.clone()
                };
                let of = if function == "count" { Type::Count } else { Type::Real };
                self.author.knows(read, of);
                list.push(Statistic { name, function, keyed, carried });
            }
        }
        list
    }

    /// The statistics over what trials have: their own names are those after `before`.
    fn statistics(&mut self, list: &[Statistic], before: usize) {
        for Statistic { name, function, keyed, carried } in list {
            let scope = self.author.scope.clone();
            self.author.scope.drain(..before);
            let sample = match *function {
                "mean" | "count" => format!("{} or outcome is won", self.author.truth(2)),
                _ => format!("clamp({}, -100 .. 100)", self.author.real(2)),
            };
            let passes = if self.chance(2) { format!(" where {}", self.author.truth(2)) } else { String::new() };
            self.author.scope = scope;
            let window = self.author.generator.between(2, 12);
            let least = self.author.generator.between(1, window);
            let (key, clock) = (if *keyed { "[side]" } else { "" }, if *carried { "subject" } else { "session" });
            let rest = if *function == "count" {
                format!(" over last {window} trials")
            } else {
                format!(" over last {window} trials at least {least} else 0.25")
            };
            let spelled = if *function == "count" { " : Int" } else { " : Real" };
            self.line(&format!("{clock} {{ stat {name}{key}{spelled} = {function}({sample}){passes}{rest} }}"));
        }
    }

    fn trial(&mut self) {
        self.line("trial {");
        self.line("  draw side ~ pick(Side)");
        self.author.knows("side", Type::Side);
        self.author.knows("(last.side default left)", Type::Side);
        for _ in 0..self.upto(3) {
            self.draw();
        }
        self.draws_of_kinds();
        for _ in 0..self.upto(4) {
            self.definition();
        }
        self.clauses_of_the_trial();
        self.line("  var choice : Side? := none");
        self.author.knows("choice", Type::MaybeSide);
        self.line("  var turns : Int within 0 .. 6 := 0");
        self.author.knows("turns", Type::Count);
        self.line("  outcomes won, lost, gone");
        let states = 2 + self.upto(4);
        for state in 0..states {
            self.state(state, states);
        }
        self.machines_of_the_trial();
        self.line("}");
    }

    fn state(&mut self, state: u64, states: u64) {
        self.line(&format!("  state s{state} {{"));
        let known = self.author.scope.len();
        self.keyed_draw();
        self.line("    zero wheel");
        self.entry_actions();
        for _ in 0..self.upto(4) {
            let clause = self.clause(state, states);
            self.line(&format!("    {clause}"));
        }
        let (wait, test) = (self.author.time(2), self.author.truth(1));
        let target = self.target(state, states);
        self.line(&format!("    after clamp({wait}, 50 ms .. 200 ms) when {test} {target}"));
        // No state is stayed in for ever, and all of them lead on.
        let on = if state + 1 < states { format!("s{}", state + 1) } else { "end gone".to_owned() };
        self.line(&format!("    after 250 ms -> {on}"));
        self.line("  }");
        self.author.scope.truncate(known);
    }

    fn entry_actions(&mut self) {
        for _ in 0..self.author.generator.below(3) {
            let test = self.author.truth(2);
            let action = match self.author.generator.below(5) {
                0 => "hold light lamp".to_owned(),
                1 => "play beep".to_owned(),
                2 => format!("hold light port[{}].led", self.author.side(1)),
                3 => format!("deliver clamp({}, 0 .. 2) * 1 uL to spout", self.author.real(1)),
                _ => format!("hold light lamp for clamp({}, 1 ms .. 200 ms)", self.author.time(1)),
            };
            let line = if self.chance(2) { format!("    if {test} {{ {action} }}") } else { format!("    {action}") };
            self.line(&line);
        }
    }

    /// Where a clause of a state leads: an end, a later state, or any.
    fn target(&mut self, state: u64, states: u64) -> String {
        let end = self.author.generator.one_of(&["won", "lost", "gone"]);
        let later = state + self.upto(states - state);
        match self.author.generator.below(8) {
            0 | 1 => format!("-> end {end}"),
            2..=5 if later < states => format!("-> s{later}"),
            2..=5 => format!("-> end {end}"),
            _ => format!("-> s{}", self.author.generator.below(states)),
        }
    }

    fn clause(&mut self, state: u64, states: u64) -> String {
        let target = self.target(state, states);
        let event = match self.author.generator.below(8) {
            0..=2 => {
                let level = self.author.generator.between(1, 12) as f64 / 4.0;
                let reading = self.author.generator.one_of(&["wheel.travel", "abs(wheel.travel)", "2 * wheel.travel"]);
                format!("on {reading} reaches {level} mm")
            }
            3 => format!("on wheel.travel reaches sign[side] * {} mm", self.upto(5)),
            4 => format!("on port[{}].enter", self.author.side(1)),
            5 => "on lever.press".to_owned(),
            6 => format!("after clamp({}, 1 ms .. 240 ms)", self.author.time(2)),
            _ => return self.condition(),
        };
        let guard = if self.chance(2) { format!(" when {}", self.author.truth(2)) } else { String::new() };
        let action = match self.author.generator.below(4) {
            0 => format!(" {{ choice := {} }}", self.author.maybe_side(1)),
            1 => " { turns += 1 }".to_owned(),
            _ => String::new(),
        };
        let stays = !action.is_empty() && self.chance(3);
        format!("{event}{guard}{action}{}", if stays { String::new() } else { format!(" {target}") })
    }

    /// A condition may only end the trial, so that no circle of conditions takes no time.
    fn condition(&mut self) -> String {
        format!("when turns >= {} and ({}) -> end lost", self.upto(5), self.author.truth(2))
    }

    /// Handlers that set each variable once, after each trial.
    fn rules_of_trials(&mut self, variables: &[Variable]) {
        for variable in variables.iter().filter(|variable| !variable.slow) {
            let set = self.assignment(variable);
            let test = self.author.truth(2);
            let body = match self.author.generator.below(3) {
                0 => format!("on trial.end when {test} {{ {set} }}"),
                1 => format!("on trial.end {{ kept = {test}; if kept {{ {set} }} }}"),
                _ => {
                    let other = self.assignment(variable);
                    format!("on trial.end {{ if {test} {{ {set} }} else {{ {other} }} }}")
                }
            };
            let clock = if variable.carried { "subject" } else { "session" };
            self.line(&format!("{clock} {{ {body} }}"));
        }
    }

    /// Handlers at the session's end, and rules that end the session: they read nothing of a trial.
    fn rules_of_sessions(&mut self, variables: &[Variable]) {
        for variable in variables.iter().filter(|variable| variable.slow) {
            let set = self.assignment(variable);
            self.line(&format!("subject {{ on session.end {{ {set} }} }}"));
        }
        let test = self.author.truth(3);
        self.line(&format!("session {{ stop early when trial.index > 30 and ({test}) }}"));
    }

    fn assignment(&mut self, Variable { name, of, key, .. }: &Variable) -> String {
        let (_, range) = self.start(*of);
        let place = if *key { format!("{name}[{}]", self.author.side(1)) } else { name.clone() };
        if *of == Type::Count && self.chance(2) {
            return format!("{place} += 1");
        }
        let value = self.author.expression(*of, 3);
        let value = if range.is_empty() { value } else { format!("clamp({value}, {range})") };
        format!("{place} := {value}")
    }
}
