//! Which of two protocols data fit better, and by which rule.

use crate::report::{Report, RuleReport};
use serde::Serialize;
use std::fmt::Write;

/// Version of the JSON form.
const FORMAT: &str = "trialect-audit-against/1";

/// Two audits of the same data, side by side.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// `trialect-audit-against/1`
    pub format: &'static str,
    /// What the protocols are called here: their names, or their texts where the names are the same.
    pub names: [String; 2],
    /// Which of them the data fit better.
    pub fits: Fit,
    /// Why, the strongest reason first.
    pub reasons: Vec<String>,
    /// Refuted decisions of the rules that both have, and of stops that one has.
    pub refuted: [u64; 2],
    /// Decisions of rules that both have which are undecidable by this protocol, and not by the other.
    pub undecided: [u64; 2],
    /// The logarithm of how much likelier the data are under the first than under the second, by the rules of which both
    /// give the probability of every decision.
    pub likelihood: f64,
    /// Rules of both.
    pub rules: Vec<Pair>,
    /// The audits.
    pub audits: [Report; 2],
}

/// Which of two protocols data fit better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The first.
    First,
    /// The second.
    Second,
    /// Neither: both explain the data as well.
    Neither,
}

/// A rule in two protocols.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    /// Name in the protocols.
    pub name: String,
    /// When its decisions are compared.
    pub moment: &'static str,
    /// Equal, consistent, refuted, undecidable; none where a protocol does not have it.
    pub counts: [Option<[u64; 4]>; 2],
    /// Whether its text is the same in both.
    pub same_text: bool,
    /// The logarithm of how much likelier its decisions are under the first than under the second; none when one of
    /// them does not give the probability of each, or judges others.
    pub likelihood: Option<f64>,
}

impl Pair {
    fn of(name: &str, moment: &'static str, rules: [Option<&RuleReport>; 2]) -> Pair {
        let counts = |rule: &RuleReport| [rule.equal, rule.consistent, rule.refuted, rule.undecidable];
        let (mut likelihood, mut same_text) = (None, false);
        if let [Some(one), Some(other)] = rules {
            let judged = |rule: &RuleReport| rule.equal + rule.consistent + rule.refuted;
            let both = one.likelihood.zip(other.likelihood).filter(|_| judged(one) == judged(other));
            likelihood = both.map(|(one, other)| one - other);
            same_text = one.text == other.text && one.changed_by == other.changed_by;
        }
        Pair { name: name.into(), moment, counts: rules.map(|rule| rule.map(counts)), same_text, likelihood }
    }

    /// Whether what a protocol says of it counts: a stop that the other protocol does not have is a difference, for
    /// without it a session goes on; of another name the other says nothing.
    fn counts_in(&self, which: usize) -> bool {
        self.counts[1 - which].is_some() || self.name.starts_with("stop ")
    }

    fn refuted(&self) -> [u64; 2] {
        [0, 1].map(|which| self.counts[which].filter(|_| self.counts_in(which)).map_or(0, |counts| counts[2]))
    }

    /// How many more decisions than the other a protocol does not decide.
    fn undecided(&self) -> [u64; 2] {
        let [Some(one), Some(other)] = self.counts else { return [0, 0] };
        [one[3].saturating_sub(other[3]), other[3].saturating_sub(one[3])]
    }
}

impl Comparison {
    /// Compares two audits of the same tables. `names` is what the protocols' texts are called.
    pub fn of(first: Report, second: Report, names: [&str; 2]) -> Comparison {
        let mut rules: Vec<Pair> = Vec::new();
        for rule in &first.rules {
            let same = |other: &&RuleReport| other.name == rule.name && other.moment == rule.moment;
            rules.push(Pair::of(&rule.name, rule.moment, [Some(rule), second.rules.iter().find(same)]));
        }
        for rule in &second.rules {
            if !rules.iter().any(|pair| pair.name == rule.name && pair.moment == rule.moment) {
                rules.push(Pair::of(&rule.name, rule.moment, [None, Some(rule)]));
            }
        }
        let sum = |of: fn(&Pair) -> [u64; 2]| {
            rules.iter().map(of).fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]])
        };
        let (refuted, undecided) = (sum(Pair::refuted), sum(Pair::undecided));
        let names = match first.protocol == second.protocol {
            true => names.map(str::to_owned),
            false => [first.protocol.clone(), second.protocol.clone()],
        };
        let mut comparison = Comparison {
            format: FORMAT,
            names,
            fits: Fit::Neither,
            reasons: Vec::new(),
            refuted,
            undecided,
            // A sum of nothing would be -0.
            likelihood: rules.iter().filter_map(|pair| pair.likelihood).sum::<f64>() + 0.0,
            rules,
            audits: [first, second],
        };
        comparison.decide();
        comparison
    }

    /// Fewer refuted decisions first, even if all that only the better one leaves undecidable were refuted. When there are
    /// as many, likelihood: data from one protocol are `1 / level` times as likely under another in at most a share `level`
    /// of the cases (Markov's inequality).
    fn decide(&mut self) {
        let level = self.audits[0].level.max(self.audits[1].level);
        let most = [0, 1].map(|which| self.refuted[which] + self.undecided[which]);
        self.fits = if most[0] < self.refuted[1] {
            Fit::First
        } else if most[1] < self.refuted[0] {
            Fit::Second
        } else if self.refuted[0] != self.refuted[1] {
            Fit::Neither
        } else if self.likelihood >= -level.ln() {
            Fit::First
        } else if self.likelihood <= level.ln() {
            Fit::Second
        } else {
            Fit::Neither
        };
        self.reasons(level);
    }

    fn reasons(&mut self, level: f64) {
        let mut reasons: Vec<(u8, f64, String)> = Vec::new();
        for pair in &self.rules {
            let [one, other] = pair.refuted();
            if one != other {
                let [first, second] = &self.names;
                let text = format!("{}: refuted by {first} {}, by {second} {}", pair.name, often(one), often(other));
                reasons.push((0, -(one.abs_diff(other) as f64), text));
            }
            if let ([silent, other], true) = (pair.undecided(), pair.undecided() != [0, 0]) {
                let (which, count) = if silent > 0 { (0, silent) } else { (1, other) };
                let text = format!(
                    "{}: {} leaves {count} decisions undecidable that {} decides",
                    pair.name,
                    self.names[which],
                    self.names[1 - which]
                );
                reasons.push((2, -(count as f64), text));
            }
            if let Some(ratio) = pair.likelihood.filter(|ratio| ratio.abs() >= -level.ln() && one == other) {
                let which = usize::from(ratio < 0.0);
                let text = format!(
                    "{}: its decisions are {} times as likely under {}",
                    pair.name,
                    times(ratio.abs()),
                    self.names[which]
                );
                reasons.push((1, -ratio.abs(), text));
            }
        }
        reasons.sort_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal));
        self.reasons = reasons.into_iter().map(|(_, _, text)| text).collect();
    }

    /// The verdict in a sentence.
    pub fn verdict(&self) -> String {
        let [one, other] = &self.names;
        let (better, worse, refuted) = match self.fits {
            Fit::First => (one, other, self.refuted),
            Fit::Second => (other, one, [self.refuted[1], self.refuted[0]]),
            Fit::Neither if self.refuted[0] != self.refuted[1] => {
                let ([a, b], which) = (self.refuted, usize::from(self.refuted[0] > self.refuted[1]));
                return format!(
                    "The data do not tell: they refute {one} {}, {other} {}, but {} leaves {} decisions undecidable that \
                     the other decides.",
                    often(a),
                    often(b),
                    self.names[which],
                    self.undecided[which]
                );
            }
            Fit::Neither => {
                return format!("The data fit {one} and {other} equally well.");
            }
        };
        if refuted[0] != refuted[1] {
            let [few, many] = refuted;
            return format!("The data fit {better} better: they refute it {}, {worse} {}.", often(few), often(many));
        }
        let ratio = times(self.likelihood.abs());
        format!("The data fit {better} better: they are {ratio} times as likely as under {worse}.")
    }

    /// The comparison as text, for a terminal.
    pub fn text(&self) -> String {
        let [one, other] = &self.names;
        let mut text = format!("1  {one}\n2  {other}\n");
        for (number, audit) in (1..).zip(&self.audits) {
            let _ = writeln!(text, "{number}: {} sessions, {} trials", audit.sessions, audit.trials);
            if !audit.left_out.is_empty() {
                let _ = writeln!(text, "{number} does not have: {}", audit.left_out.join(", "));
            }
        }
        let width = self.rules.iter().map(|pair| pair.name.chars().count()).max().unwrap_or(4).max(4);
        let head = ["equal", "consistent", "refuted", "undecidable"].map(|word| format!("{word:>17}")).concat();
        let _ = writeln!(text, "\n{:width$}{head}  ln(1/2)  when", "rule");
        for pair in &self.rules {
            let cell = |which: usize, k: usize| pair.counts[which].map_or("-".into(), |counts| counts[k].to_string());
            let cells = (0..4).map(|k| format!("{:>17}", format!("{} | {}", cell(0, k), cell(1, k))));
            let likelihood = pair.likelihood.map_or("-".into(), |ratio| format!("{ratio:.1}"));
            let cells: String = cells.collect();
            let _ = writeln!(text, "{:width$}{cells}  {likelihood:>7}  {}", pair.name, pair.moment);
        }
        for pair in self.rules.iter().filter(|pair| pair.refuted() != [0, 0] && !pair.same_text) {
            for (number, audit) in (1..).zip(&self.audits) {
                let same = |rule: &&RuleReport| rule.name == pair.name && rule.moment == pair.moment;
                let Some(rule) = audit.rules.iter().find(same) else { continue };
                let _ = writeln!(text, "\n{number}: {}, refuted {}", rule.name, often(rule.refuted));
                let _ = writeln!(text, "    {}", rule.text);
                rule.changed_by.iter().for_each(|change| {
                    let _ = writeln!(text, "    {change}");
                });
            }
        }
        if !self.reasons.is_empty() {
            let _ = writeln!(text, "\n{}", self.reasons.join("\n"));
        }
        let _ = write!(text, "\n{}", self.verdict());
        text
    }
}

fn often(times: u64) -> String {
    if times == 1 { "1 time".into() } else { format!("{times} times") }
}

/// A ratio by its logarithm.
fn times(logarithm: f64) -> String {
    let decades = logarithm / std::f64::consts::LN_10;
    if decades < 6.0 { format!("{:.0}", logarithm.exp()) } else { format!("1e{}", decades.floor()) }
}
