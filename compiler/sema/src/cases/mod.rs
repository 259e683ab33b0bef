//! Conditions as what they say about a few quantities: whether one can hold, whether one follows from another.
//!
//! What a condition compares is cut into cases: a number into the points with which it is compared and the gaps between
//! them, as far as they lie in its range; a value of a finite type into its members. A condition can hold when it does
//! in some combination of cases. Quantities are taken as independent, so "cannot" is a proof and "can" is not.

mod bounds;
mod same;

pub(crate) use same::{bare, same};

use crate::Interval;
use crate::model::*;
use crate::term::{Fold, Function, Term, Texpr};
use crate::types::{Finite, Type};
use crate::values::member_index;

/// Combinations of cases that are looked at.
const COMBINATIONS_MAX: usize = 10_000;
/// Parts of conditions that are looked at; the rest is taken as anything.
const PARTS_MAX: usize = 500;
/// Members of a type that are told apart.
const MEMBERS_MAX: u32 = 64;
/// Definitions within definitions that are looked into.
const DEPTH_MAX: u32 = 8;

/// Where conditions stand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct At {
    /// In a stage, whose values are known.
    pub(crate) stage: Option<(CurriculumId, usize)>,
    /// When the condition is looked at.
    pub(crate) moment: Option<Moment>,
    /// At the first such moment in the stage.
    pub(crate) fresh: bool,
}

/// A condition by what it says of the subjects of its [`Cases`].
#[derive(Debug, Clone)]
pub(crate) enum Formula {
    Known(bool),
    All(Vec<Formula>),
    Any(Vec<Formula>),
    Not(Box<Formula>),
    Atom(usize, Test),
}

/// What is said of one subject.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Test {
    Less(f64),
    LessEqual(f64),
    Equal(f64),
    Member(u32),
    Present,
}

/// One case of a subject.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Case {
    Number(f64),
    /// Of a finite type, with its quantity.
    Member(u32, f64),
    Nothing,
}

/// What conditions are about.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The expression.
    pub(crate) is: Texpr,
    /// Where it lies.
    pub(crate) range: Interval,
    /// With what it is compared.
    pub(crate) cuts: Vec<f64>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Real,
    Whole,
    Members(Finite, bool),
    Truth,
}

/// Conditions at one place and what they are about.
pub(crate) struct Cases<'m> {
    pub(crate) model: &'m Model,
    pub(crate) place: At,
    pub(crate) subjects: Vec<Subject>,
    parts: usize,
}

impl<'m> Cases<'m> {
    pub(crate) fn new(model: &'m Model, place: At) -> Cases<'m> {
        Cases { model, place, subjects: Vec::new(), parts: 0 }
    }

    /// A condition; without one it always holds.
    pub(crate) fn guard(&mut self, guard: Option<&Texpr>) -> Formula {
        guard.map_or(Formula::Known(true), |guard| self.formula(guard))
    }

    /// What a condition says.
    pub(crate) fn formula(&mut self, typed: &Texpr) -> Formula {
        self.read(typed, DEPTH_MAX)
    }

    fn read(&mut self, typed: &Texpr, depth: u32) -> Formula {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return self.truth(typed);
        }
        match &typed.term {
            Term::Bool(value) => Formula::Known(*value),
            Term::ToReal(inner) | Term::Some(inner) | Term::Narrowed(inner) => self.read(inner, depth),
            Term::Apply(Function::And, list) => Formula::All(self.list(list, depth)),
            Term::Apply(Function::Or, list) => Formula::Any(self.list(list, depth)),
            Term::Apply(Function::Not, list) => match list.as_slice() {
                [inner] => not(self.read(inner, depth)),
                _ => self.truth(typed),
            },
            Term::Apply(function @ (Function::Less | Function::LessEqual), list) => match list.as_slice() {
                [a, b] => self.comparison(typed, a, b, *function == Function::Less),
                _ => self.truth(typed),
            },
            Term::Is(a, b) => self.equality(typed, a, b, depth),
            Term::In(a, set) => self.membership(typed, a, set),
            Term::Exists(inner) if inner.ty.required().finite().is_some_and(|finite| self.few(finite)) => {
                Formula::Atom(self.subject(inner), Test::Present)
            }
            Term::If(condition, then, otherwise) => {
                let condition = self.read(condition, depth);
                let (then, otherwise) = (self.read(then, depth), self.read(otherwise, depth));
                let first = Formula::All(vec![condition.clone(), then]);
                Formula::Any(vec![first, Formula::All(vec![not(condition), otherwise])])
            }
            Term::Value { value, keys, last: false } if keys.is_empty() && depth > 0 => {
                let declared = &self.model.values[value.0];
                match &declared.kind {
                    ValueKind::Definition(body) if declared.clock != Clock::Constant => self.read(body, depth - 1),
                    _ => self.truth(typed),
                }
            }
            Term::Over { function: function @ (Fold::All | Fold::Any), variables, body } => {
                self.of_all(typed, *function, variables, body).unwrap_or_else(|| self.truth(typed))
            }
            _ => self.truth(typed),
        }
    }

    fn list(&mut self, list: &[Texpr], depth: u32) -> Vec<Formula> {
        list.iter().map(|inner| self.read(inner, depth)).collect()
    }

    /// A condition of which nothing is known but that it is one.
    fn truth(&mut self, typed: &Texpr) -> Formula {
        Formula::Atom(self.subject_of(typed, Kind::Truth), Test::Member(1))
    }

    /// `a < b` or `a <= b`
    fn comparison(&mut self, typed: &Texpr, a: &Texpr, b: &Texpr, strict: bool) -> Formula {
        let fixed = |cases: &Self, typed: &Texpr| {
            let range = cases.bounds(typed);
            (range.low == range.high && !cases.varies(typed)).then_some(range.low)
        };
        let test = |bound: f64, strict: bool| if strict { Test::Less(bound) } else { Test::LessEqual(bound) };
        match (fixed(self, a), fixed(self, b)) {
            (Some(_), Some(_)) => self.truth(typed),
            (None, Some(bound)) => self.atom(a, test(bound, strict)),
            (Some(bound), None) => not(self.atom(b, test(bound, !strict))),
            (None, None) => self.difference(a, b, strict),
        }
    }

    /// Two quantities compared with each other, by their difference.
    fn difference(&mut self, a: &Texpr, b: &Texpr, strict: bool) -> Formula {
        // A difference lies outside of the members of which both are: it has no type of theirs.
        let whole = [a, b].iter().all(|typed| matches!(typed.ty.required(), Type::Int | Type::IntType(_)));
        let ty = if whole { Type::Int } else { Type::Unknown };
        let minus = |a: &Texpr, b: &Texpr| {
            let range = self.bounds(a).plus(self.bounds(b).negated());
            Texpr {
                term: Term::Apply(Function::Subtract, vec![a.clone(), b.clone()]),
                ty: ty.clone(),
                range,
                span: a.span,
            }
        };
        let (forth, back) = (minus(a, b), minus(b, a));
        let test = if strict { Test::Less(0.0) } else { Test::LessEqual(0.0) };
        let reversed = if strict { Test::LessEqual(0.0) } else { Test::Less(0.0) };
        let known = self.subjects.iter().any(|subject| same(&subject.is, &back));
        if known { not(self.atom(&back, reversed)) } else { self.atom(&forth, test) }
    }

    fn atom(&mut self, of: &Texpr, test: Test) -> Formula {
        let subject = self.subject(of);
        if let Test::Less(cut) | Test::LessEqual(cut) | Test::Equal(cut) = test {
            self.subjects[subject].cuts.push(cut);
        }
        Formula::Atom(subject, test)
    }

    fn equality(&mut self, typed: &Texpr, a: &Texpr, b: &Texpr, depth: u32) -> Formula {
        let (a, b) = if member_index(a).is_some() { (b, a) } else { (a, b) };
        if let (Term::Stage(id), Some(k), Some((own, stage))) = (&a.term, member_index(b), self.place.stage)
            && own == *id
        {
            return Formula::Known(k as usize == stage);
        }
        if !self.varies(a) && !self.varies(b) {
            return self.truth(typed);
        }
        match (a.ty.required(), member_index(b), b.constant()) {
            (Type::Bool, Some(k), _) if !a.ty.is_optional() => {
                let is = self.read(a, depth);
                if k == 1 { is } else { not(is) }
            }
            (ty, Some(k), _) => match ty.finite() {
                Some(Finite::Int(id)) if !a.ty.is_optional() => {
                    let value = self.model.ints[id.0].low + i64::from(k);
                    self.atom(a, Test::Equal(value as f64))
                }
                Some(finite) if self.few(finite) => Formula::Atom(self.subject(a), Test::Member(k)),
                _ => self.truth(typed),
            },
            (Type::Int, _, Some(value)) if !a.ty.is_optional() => self.atom(a, Test::Equal(value.to_f64())),
            _ => self.truth(typed),
        }
    }

    fn membership(&mut self, typed: &Texpr, a: &Texpr, set: &Texpr) -> Formula {
        let members = match &set.term {
            Term::Set(members) => members.iter().map(member_index).collect::<Option<Vec<u32>>>(),
            _ => None,
        };
        let few = a.ty.required().finite().is_some_and(|finite| self.few(finite) && !matches!(finite, Finite::Int(_)));
        match members {
            Some(members) if few && self.varies(a) => {
                let subject = self.subject(a);
                Formula::Any(members.into_iter().map(|k| Formula::Atom(subject, Test::Member(k))).collect())
            }
            _ => self.truth(typed),
        }
    }

    /// `all(x > 80% for …)` says that the least `x` is above 80%.
    fn of_all(
        &mut self,
        typed: &Texpr,
        function: Fold,
        variables: &[(crate::Binder, Finite, Option<Texpr>)],
        body: &Texpr,
    ) -> Option<Formula> {
        let Term::Apply(compare @ (Function::Less | Function::LessEqual), list) = &body.term else { return None };
        // Of no members at all every `all` is true.
        let some = |set: &Option<Texpr>| match set.as_ref().map(|set| &set.term) {
            None | Some(Term::Everything(_)) => true,
            Some(Term::Set(members)) => !members.is_empty(),
            _ => false,
        };
        let [a, b] = list.as_slice() else { return None };
        if !variables.iter().all(|(_, _, set)| some(set)) {
            return None;
        }
        let fixed = |typed: &Texpr| !self.varies(typed);
        let (of, below) = match (fixed(a), fixed(b)) {
            (false, true) => (a, true),
            (true, false) => (b, false),
            _ => return None,
        };
        let extreme = if (function == Fold::All) == below { Fold::Max } else { Fold::Min };
        let term = Term::Over { function: extreme, variables: variables.to_vec(), body: Box::new(of.clone()) };
        let extreme = Texpr { term, ty: of.ty.clone(), range: of.range, span: typed.span };
        let strict = *compare == Function::Less;
        Some(match below {
            true => self.comparison(typed, &extreme, b, strict),
            false => self.comparison(typed, a, &extreme, strict),
        })
    }

    fn few(&self, finite: Finite) -> bool {
        finite.size(self.model) <= MEMBERS_MAX
    }

    /// The subject that an expression is; levels and members by which one they are.
    fn subject(&mut self, typed: &Texpr) -> usize {
        let typed = bare(typed);
        let kind = match typed.ty.required() {
            Type::Int | Type::IntType(_) => Kind::Whole,
            ty => match ty.finite() {
                Some(finite) if self.few(finite) => Kind::Members(finite, typed.ty.is_optional()),
                _ => Kind::Real,
            },
        };
        self.subject_of(typed, kind)
    }

    fn subject_of(&mut self, typed: &Texpr, kind: Kind) -> usize {
        if let Some(known) = self.subjects.iter().position(|subject| same(&subject.is, typed)) {
            return known;
        }
        let range = if matches!(kind, Kind::Truth) { Interval::UNIT } else { self.bounds(typed) };
        self.subjects.push(Subject { is: typed.clone(), range, cuts: Vec::new(), kind });
        self.subjects.len() - 1
    }

    /// Whether a condition can hold; none when there are too many cases to say.
    pub(crate) fn possible(&self, formula: &Formula) -> Option<bool> {
        self.found(formula).map(|found| found.is_some())
    }

    /// A number of the only subject of a condition with which it holds.
    pub(crate) fn example(&self, formula: &Formula) -> Option<f64> {
        let mut used = Vec::new();
        formula.subjects(&mut used);
        match (used.as_slice(), self.found(formula)??) {
            ([subject], now) => match now[*subject] {
                Case::Number(value) => Some(value),
                _ => None,
            },
            _ => None,
        }
    }

    /// Cases in which a condition holds; the outer none when there are too many to say.
    fn found(&self, formula: &Formula) -> Option<Option<Vec<Case>>> {
        let mut used = Vec::new();
        formula.subjects(&mut used);
        let cases: Vec<Vec<Case>> = used.iter().map(|&subject| self.cases_of(&self.subjects[subject])).collect();
        let combinations = cases.iter().try_fold(1_usize, |product, cases| product.checked_mul(cases.len()))?;
        if combinations > COMBINATIONS_MAX {
            return None;
        }
        let mut now = vec![Case::Nothing; self.subjects.len()];
        let holds = |combination: &usize| {
            let mut rest = *combination;
            for (subject, cases) in used.iter().zip(&cases) {
                now[*subject] = cases[rest % cases.len()];
                rest /= cases.len();
            }
            formula.holds(&now)
        };
        let first = (0..combinations).find(holds);
        Some(first.map(|_| now))
    }

    /// Whether a condition can never hold, for certain.
    pub(crate) fn never(&self, formula: &Formula) -> bool {
        self.possible(formula) == Some(false)
    }

    /// Whether `b` holds whenever `a` does, for certain.
    pub(crate) fn follows(&self, a: &Formula, b: &Formula) -> bool {
        self.never(&Formula::All(vec![a.clone(), not(b.clone())]))
    }

    fn cases_of(&self, subject: &Subject) -> Vec<Case> {
        match subject.kind {
            Kind::Truth => vec![Case::Member(0, 0.0), Case::Member(1, 1.0)],
            Kind::Members(finite, optional) => {
                let quantity = |k: u32| match finite {
                    Finite::Levels(id) => self.model.levels[id.0].values[k as usize].to_f64(),
                    _ => f64::NAN,
                };
                let members = (0..finite.size(self.model)).map(|k| Case::Member(k, quantity(k)));
                members.chain(optional.then_some(Case::Nothing)).collect()
            }
            Kind::Real | Kind::Whole => {
                let whole = matches!(subject.kind, Kind::Whole);
                numbers(&subject.cuts, subject.range, whole).into_iter().map(Case::Number).collect()
            }
        }
    }
}

/// The points and gaps of a range, each by one of its numbers.
fn numbers(cuts: &[f64], range: Interval, whole: bool) -> Vec<f64> {
    let mut cuts: Vec<f64> = cuts.iter().copied().filter(|cut| range.holds(*cut)).collect();
    cuts.extend([range.low, range.high]);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let gaps = cuts.iter().zip(cuts.iter().skip(1)).filter_map(|(&low, &high)| {
        let inside = match (low.is_finite(), high.is_finite()) {
            (true, true) => low + (high - low) / 2.0,
            (true, false) => low + low.abs().max(1.0),
            (false, true) => high - high.abs().max(1.0),
            (false, false) => 0.0,
        };
        let inside = if whole && low.is_finite() { low.floor() + 1.0 } else { inside };
        (low < inside && inside < high).then_some(inside)
    });
    let mut found: Vec<f64> = gaps.chain(cuts.iter().copied().filter(|cut| cut.is_finite())).collect();
    if found.is_empty() {
        found.push(0.0);
    }
    found
}

/// The contrary.
pub(crate) fn not(formula: Formula) -> Formula {
    match formula {
        Formula::Known(value) => Formula::Known(!value),
        Formula::Not(inner) => *inner,
        other => Formula::Not(Box::new(other)),
    }
}

impl Formula {
    /// The subjects of which it says something.
    pub(crate) fn subjects(&self, used: &mut Vec<usize>) {
        match self {
            Formula::Known(_) => {}
            Formula::Not(inner) => inner.subjects(used),
            Formula::All(list) | Formula::Any(list) => list.iter().for_each(|inner| inner.subjects(used)),
            Formula::Atom(subject, _) => {
                if !used.contains(subject) {
                    used.push(*subject);
                }
            }
        }
    }

    fn holds(&self, now: &[Case]) -> bool {
        match self {
            Formula::Known(value) => *value,
            Formula::Not(inner) => !inner.holds(now),
            Formula::All(list) => list.iter().all(|inner| inner.holds(now)),
            Formula::Any(list) => list.iter().any(|inner| inner.holds(now)),
            Formula::Atom(subject, test) => test.holds(now[*subject]),
        }
    }
}

impl Test {
    fn holds(self, case: Case) -> bool {
        match (self, case) {
            (_, Case::Nothing) => false,
            (Test::Present, _) => true,
            (Test::Member(k), Case::Member(j, _)) => k == j,
            (Test::Less(cut), Case::Number(value) | Case::Member(_, value)) => value < cut,
            (Test::LessEqual(cut), Case::Number(value) | Case::Member(_, value)) => value <= cut,
            (Test::Equal(cut), Case::Number(value) | Case::Member(_, value)) => value == cut,
            (Test::Member(_), Case::Number(_)) => false,
        }
    }
}
