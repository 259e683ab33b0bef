//! What a name in the text stands for, and the nearest name when it stands for nothing.

use crate::beside::Group;
use crate::model::{
    BlockId, ClassId, CurriculumId, DeckId, DeviceId, EnumId, GroupId, IntTypeId, LevelsId, StateId, StimulusId,
    ValueId,
};
use crate::{Checker, SHOWN_MAX};
use std::collections::BTreeMap;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{ClauseKind, Name};

/// What a word in an expression or clause can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbol {
    Value(ValueId),
    Device(DeviceId),
    Devices(GroupId),
    Stimulus(StimulusId),
    /// Index into the model's keyed stimuli.
    Stimuli(usize),
    Deck(DeckId),
    Block(BlockId),
    Curriculum(CurriculumId),
    /// A machine beside the trial's, or several with a key.
    Beside,
    /// An instance of a policy; its values are `INSTANCE.NAME`.
    Instance,
    /// A fitted curve; its parts are values `NAME.PART`, this one the first.
    Fit(ValueId),
    /// Declared, but not understood; its finding has been made, and its uses are silent.
    Broken,
}

/// What a capitalised word can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeSymbol {
    Enum(EnumId),
    Levels(LevelsId),
    Int(IntTypeId),
    Quantity(usize),
    Class(ClassId),
    /// Declared, but not understood.
    Broken,
}

/// All declared names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) symbols: BTreeMap<String, (Symbol, Span)>,
    pub(crate) types: BTreeMap<String, (TypeSymbol, Span)>,
    pub(crate) states: BTreeMap<String, (StateId, Span)>,
    /// Machines beside the trial's, by the name in the text.
    pub(crate) besides: BTreeMap<String, Group>,
    /// For each of them, its states by the name in the text.
    pub(crate) beside_states: Vec<BTreeMap<String, (StateId, Span)>>,
    /// There are more states than a trial may have.
    pub(crate) states_full: bool,
    pub(crate) members: BTreeMap<String, Vec<(EnumId, u32)>>,
}

/// Words with a meaning of their own in expressions.
pub(crate) const CLOCK_WORDS: &[&str] = &["trial", "session", "last", "outcome"];

/// Words under which the data hold something else.
const RECORD_WORDS: &[&str] = &["rig", "record", "iti", "subject"];

/// Names longer than this are not compared with others: nobody misspells them.
const SPELLED_MAX: usize = 64;

impl Checker<'_> {
    /// Declares a name; a second one is a finding.
    pub(crate) fn declare(&mut self, name: &str, span: Span, symbol: Symbol) {
        if CLOCK_WORDS.contains(&name) || RECORD_WORDS.contains(&name) {
            self.report(
                Finding::error("reserved-name", format!("`{name}` has a meaning of its own"), span, "declared here")
                    .help(format!("choose another name, for example `my_{name}`")),
            );
            return;
        }
        let types = self.names.types.get(name).map(|(_, first)| *first);
        if let Some((Symbol::Value(id), first)) = self.names.symbols.get(name).copied()
            && first.source != span.source
            && self.is_of_library(first)
            && matches!(self.pending.values[id.0].kind, ClauseKind::Covariate(_))
        {
            self.report(self.covariate_of_library(name, span, first));
            return;
        }
        if let Some(first) = self.names.symbols.get(name).map(|(_, first)| *first).or(types) {
            self.report(duplicate(name, span, first));
            return;
        }
        self.names.symbols.insert(name.into(), (symbol, span));
    }

    /// Enters a name whose declaration was refused, so that its uses are not refused as well.
    pub(crate) fn declare_broken(&mut self, name: &Name) {
        self.names.symbols.entry(name.text.clone()).or_insert((Symbol::Broken, name.span));
    }

    /// Declares a type; a second one is a finding.
    pub(crate) fn declare_type(&mut self, name: &str, span: Span, symbol: TypeSymbol) {
        let symbols = self.names.symbols.get(name).map(|(_, first)| *first);
        if let Some(first) = self.names.types.get(name).map(|(_, first)| *first).or(symbols) {
            self.report(duplicate(name, span, first));
            return;
        }
        self.names.types.insert(name.into(), (symbol, span));
    }

    /// The finding for a name that stands for nothing, with the nearest that does; looking for it takes time that
    /// findings which nobody will see are not worth.
    pub(crate) fn unknown_name(&self, name: &str, span: Span) -> Finding {
        if self.muted || self.findings.len() >= SHOWN_MAX {
            return unknown("unknown-name", "name", name, span, std::iter::empty());
        }
        let locals = self.scope.locals.iter().map(|local| local.name.as_str());
        let symbols = self.names.symbols.keys().map(String::as_str);
        let members = self.names.members.keys().map(String::as_str);
        let types = self.names.types.keys().map(String::as_str);
        let known = locals.chain(symbols).chain(members).chain(types).chain(CLOCK_WORDS.iter().copied());
        let finding = unknown("unknown-name", "name", name, span, known);
        let remedy = finding.help.is_none().then(|| format!("declare it, for example `{name} = VALUE`"));
        finding.help_maybe(remedy)
    }
}

/// The finding for a second declaration of a name.
pub(crate) fn duplicate(name: &str, span: Span, first: Span) -> Finding {
    Finding::error("duplicate-name", format!("`{name}` is declared twice"), span, "declared again here")
        .also(first, "first declared here")
        .help(format!("rename one of them, for example `{name}_2`"))
}

/// The finding for a word that stands for nothing, with the nearest of those that are known.
pub fn unknown<'n>(
    code: &'static str,
    what: &str,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'n str>,
) -> Finding {
    let known: Vec<&str> = known.collect();
    let finding = Finding::error(code, format!("there is no {what} `{name}`"), span, format!("no such {what}"));
    let meant = |near: &str| format!("did you mean `{near}`?");
    match nearest(name, &known) {
        // The place may be wider than the word: that of a unit with several.
        Some(near) if (span.end - span.start) as usize == name.len() => finding.replace(span, near, meant),
        Some(near) => finding.help(meant(near)),
        None if (1..=6).contains(&known.len()) => {
            let known = known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>();
            finding.help(format!("known here: {}", known.join(", ")))
        }
        None => finding,
    }
}

/// The finding for a word that its owner does not have: `Encoder` has no event `moved`.
pub(crate) fn lacks<'n>(
    code: &'static str,
    owner: &str,
    what: &str,
    (name, span): (&str, Span),
    known: impl Iterator<Item = &'n str>,
) -> Finding {
    let finding = unknown(code, what, name, span, known);
    Finding { message: format!("{owner} has no {what} `{name}`"), ..finding }
}

/// A device class with its article: "an Encoder".
pub(crate) fn named_class(name: &str) -> String {
    let vowel = name.starts_with(|c: char| "AEIOU".contains(c));
    format!("{} {name}", if vowel { "an" } else { "a" })
}

/// The known word that is nearest in spelling, if it is near enough to be meant.
pub(crate) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    let far = |word: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &word.to_lowercase());
    let exactly = |word: &str| strsim::damerau_levenshtein(name, word);
    let is_near = |word: &str| word.chars().count().abs_diff(length) <= limit && length <= SPELLED_MAX;
    known
        .iter()
        .copied()
        .filter(|word| *word != name && is_near(word))
        .map(|word| (far(word), exactly(word), word))
        .filter(|(distance, ..)| *distance <= limit)
        .min()
        .map(|(.., word)| word)
}
