//! What random protocols have on top: parts, policies, covariates, curves, streams, rules of the session, scenarios.

use crate::expressions::Type;
use crate::texts::Writer;

impl Writer<'_> {
    /// A policy and a part of the protocol's own, and the devices that the clauses of this file want.
    pub(crate) fn shared_clauses(&mut self) {
        self.line("cite \"doi:10.1121/1.1912375\"");
        self.line("use std.adaptive");
        if self.chance(2) {
            self.line("use std.covariates.mouse except age, weight");
        }
        self.line("enum Mood { calm_one, wild }");
        self.line("rig { bath : Thermometer; amp : PatchAmplifier; button[Side] : Lamp }");
        self.line("part slowly { input bound : Time; rest = clamp(bound, 1 ms .. 2 s); iti rest }");
        self.policy();
    }

    /// A policy sees what is handed to it and its own variables, and nothing else.
    fn policy(&mut self) {
        let outer = std::mem::take(&mut self.author.scope);
        for (name, of) in [("shift", Type::Real), ("at", Type::Side), ("level", Type::Real), ("truly", Type::Bool)] {
            self.author.knows(name, of);
        }
        self.author.knows("moved[left]", Type::Count);
        self.author.knows("bent[1]", Type::Real);
        let [bent, next, test] = [self.author.real(2), self.author.real(3), self.author.truth(2)];
        self.author.scope = outer;
        let most = self.upto(9);
        self.line("policy drift {");
        self.line("  input shift : Real; input at : Side; input truly : Bool");
        self.line("  param most = 3 within 1 .. 9");
        self.line("  int Bin = 0 .. 3");
        self.line("  var level := 0.5 within -2 .. 2; var moved[k in Side] := 0 within 0 .. 100");
        self.line(&format!("  bent[i in Bin] : Real = shift * i{}", if bent.contains("bent") { "" } else { " + " }));
        if !bent.contains("bent") {
            self.line(&format!("    {bent}"));
        }
        self.line("  on update {");
        self.line(&format!("    for k in Side {{ if at is k {{ moved[k] := min(moved[k] + most, {}) }} }}", 10 * most));
        self.line(&format!("    if {test} {{ level := clamp({next}, -2 .. 2) }} else {{ level := clamp(bent[moved[at] mod 4], -2 .. 2) }}"));
        self.line("  } }");
    }

    /// What can be read of policies, covariates and the curve, which are written when the trial is known. True when
    /// there is a curve: each session begins and ends with a search for its likeliest parameters.
    pub(crate) fn promise_clauses(&mut self) -> bool {
        for side in ["left", "right"] {
            self.author.knows(format!("stairs[{side}].level"), Type::Real);
            self.author.knows(format!("stairs[{side}].moved[{side}]"), Type::Count);
        }
        self.author.knows("over_days.level", Type::Real);
        self.author.knows("easier.level", Type::Real);
        self.author.knows("litter", Type::Count);
        self.author.knows("(nursed default 2 day)", Type::Time);
        self.author.knows("(tight > 9 GOhm)", Type::Bool);
        self.author.knows("by_day", Type::Real);
        let curve = self.chance(4);
        if curve {
            self.author.knows("(fit.lapse_low default 0.5)", Type::Real);
            self.author.knows("(if exists fit then fit.bias else 1)", Type::Real);
            self.author.knows("(exists fit)", Type::Bool);
        }
        curve
    }

    /// A part, a covariate that is measured, an enumeration and a parameter of the trial.
    pub(crate) fn clauses_of_the_trial(&mut self) {
        let [bound, test] = [self.author.time(2), self.author.truth(2)];
        self.line("  use slowly");
        self.line(&format!("  bound : Time = {bound}"));
        self.line("  covariate warmth : Temperature? standard within 32 degC .. 34 degC from bath.temperature");
        self.line("  param effort = 2 within 1 .. 9 by 1");
        self.line(&format!("  mood = if {test} then calm_one else wild"));
        self.author.knows("(exists warmth and warmth > 33 degC)", Type::Bool);
        self.author.knows("effort", Type::Count);
        self.author.knows("(mood is wild)", Type::Bool);
    }

    /// Policies that answer to trials, with a key and without.
    pub(crate) fn policies_of_trials(&mut self) {
        self.author.knows("s", Type::Side);
        let (shift, at) = (self.author.real(2), self.author.side(1));
        let [truly, when] = [self.author.truth(2), self.author.truth(2)];
        let most = self.upto(9);
        self.line(&format!(
            "session {{ adapt stairs[s in Side] = drift(shift: {shift}, at: {at}, truly: {truly}, most: {most}) \
             on trial.end when {when} }}"
        ));
        self.author.scope.pop();
        let correct = self.author.truth(2);
        let procedure = match self.upto(2) {
            1 => format!("staircase(correct: {correct}, first: 0.5, least: 0.01, most: 1)"),
            _ => format!("weighted_up_down(correct: {correct}, step: 0.01, first: 0.5, least: 0, most: 1)"),
        };
        self.line(&format!("session {{ adapt easier = {procedure} on trial.end }}"));
    }

    /// A table of choices and its curve; what is read of the trial is known from `before` on.
    pub(crate) fn curve(&mut self, before: usize) {
        let scope = self.author.scope.clone();
        self.author.scope.drain(..before);
        let high = self.author.truth(2);
        self.author.scope = scope;
        self.line(&format!(
            "session {{ stat choices[side, shown] : Real = mean({high} or outcome is won) where exists choice"
        ));
        self.line("  fit = psychometric(choices) }");
    }

    /// Covariates, streams, limits, policies of the subject, and rules that end, count and advise.
    pub(crate) fn clauses_of_sessions(&mut self) {
        let (shift, when) = (self.author.real(2), self.author.truth(2));
        let (elapsed, rate) = (self.upto(60), 1000 * self.upto(50));
        self.line(
            "subject { covariate litter : Int within 0 .. 45 asked before, convention \"as counted\", term \"births\"",
        );
        self.line("  covariate nursed : Time? standard within 1 day .. 30 day asked on change");
        self.line(&format!(
            "  adapt over_days = drift(shift: {shift}, at: right, truly: {when}) on session.end when {when}"
        ));
        self.line("  stat by_day : Real = mean(of_day) over last 3 sessions else 0.5 }");
        let [of_day, now, counts, weary] =
            [self.author.real(2), self.author.truth(2), self.author.truth(2), self.author.truth(2)];
        self.line("session { covariate tight : Resistance standard within 1 GOhm .. 20 GOhm from amp.seal_resistance");
        self.line("  covariate fed : Int? within 0 .. 45 asked after");
        self.line(&format!("  record wheel.travel; record amp.voltage at {rate} Hz"));
        self.line("  limit spout 90 mL each day; limit lamp 3 s each trial; limit torch 10 min each session");
        self.line(&format!("  of_day : Real = clamp({of_day}, -100 .. 100)"));
        self.line(&format!(
            "  stop at_once now when session.elapsed > {elapsed} s and wheel.travel > 3 mm and ({now})"
        ));
        self.line(&format!("  counts when session.index < 3 or {counts}"));
        self.line(&format!("  advise weary when trial.index > 9 and ({weary}) }}"));
    }

    /// One machine of the session for each side.
    pub(crate) fn keyed_machine_of_the_session(&mut self) {
        self.author.scope.retain(|(name, _)| !name.starts_with("(last."));
        let test = self.author.truth(2);
        self.line("session { var down[Side] := 0 within 0 .. 9");
        self.line("  beside keeper[s in Side] {");
        self.line("    state up { hold light button[s]; on port[s].enter { down[s] += 1 } -> low; on s0.entry -> low");
        self.line(&format!("      on clock.tock.entry when {test} {{ down[s] := 0 }}; after 300 ms -> low }}"));
        self.line("    state low { draw lag[t in Side] ~ uniform(5 ms .. 90 ms); after lag[s] -> up");
        self.line("      on clock.rest.exit when lag[left] > lag[s] -> up } } }");
    }

    /// What an animal does, a person asks for and somebody expects, with keys that are computed.
    pub(crate) fn scenario(&mut self) {
        let [key, other, expected] = [self.author.side(1), self.author.side(1), self.author.truth(2)];
        let (trials, value) = (5 + self.upto(20), self.author.time(1));
        self.line("scenario \"what may happen\" {");
        self.line("  animal still; draw errs ~ chance(20%)");
        self.line("  given course = later; given effort = 3");
        self.line(&format!(
            "  act port[if errs then opposite[side] else {key}].enter at s0.entry + {value} when course.p[side] > 0"
        ));
        self.line("  act wheel.travel += 4 mm at s0.entry + 20 ms");
        self.line("  change gain = 0.5 at trial 3; pause 1 min at trial 4; stop at trial 20");
        self.line("  stat won_all = count(outcome is won)");
        self.line(&format!("  run {trials} trials over 2 seeds"));
        self.line(&format!("  expect always course.p[{other}] >= stairs[{key}].level or {expected}"));
        self.line("  expect won_all >= 0 and keeper[left].up.visits >= 0 }");
    }
}
