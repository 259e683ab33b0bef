//! Device classes of the standard library.

use crate::Checker;
use crate::model::*;
use crate::names::{TypeSymbol, unknown};
use crate::types::Type;
use trialect_base::Finding;
use trialect_syntax::ast::{Clause, ClauseKind, Name, TypeExpr};
use trialect_units::Dimension;

impl Checker<'_> {
    pub(crate) fn device_class(&mut self, module: &str, name: &Name, body: &[Clause]) {
        let mut class = DeviceClass {
            name: name.text.clone(),
            path: format!("{module}.{}", name.text),
            span: name.span,
            settings: Vec::new(),
            channels: Vec::new(),
            readings: Vec::new(),
            totals: Vec::new(),
            verbs: Vec::new(),
            constructors: Vec::new(),
        };
        for clause in body {
            self.class_clause(&mut class, clause);
        }
        self.model.classes.push(class);
        let id = ClassId(self.model.classes.len() - 1);
        self.declare_type(&name.text, name.span, TypeSymbol::Class(id));
    }

    fn class_clause(&mut self, class: &mut DeviceClass, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Channel { kind, name, ty, words } => {
                let dimension = ty.as_ref().map_or(Dimension::NONE, |ty| self.dimension(ty));
                let name = name.text.clone();
                match kind.text.as_str() {
                    "counter" => class.channels.push(channel(name, ChannelKind::Counter, dimension)),
                    "flag" => class.channels.push(channel(name, ChannelKind::Flag, dimension)),
                    "event" => {
                        let turns = self.event_words(class, words);
                        class.channels.push(Channel { turns, ..channel(name, ChannelKind::Event, dimension) });
                    }
                    "setting" => class.settings.push(Parameter { name, dimension, train: false }),
                    "reading" => class.readings.push(Parameter { name, dimension, train: false }),
                    "total" => class.totals.push(Parameter { name, dimension, train: false }),
                    _ => self.not_yet(&format!("`{}` in a device class", kind.text), clause.span),
                }
            }
            ClauseKind::Constructor { name, fixed, shown, since } => {
                let (fixed, shown) = (self.parameters(fixed), self.parameters(shown));
                class.constructors.push(Constructor { name: name.text.clone(), fixed, shown, later: since.is_some() });
            }
            ClauseKind::Verb { name, parameters, words } => {
                let parameters = self.parameters(parameters);
                let verb = VerbDef {
                    name: name.text.clone(),
                    span: name.span,
                    parameters,
                    lasting: Lasting::Instant,
                    stimulus: false,
                    adds: None,
                    resets: None,
                    ends: None,
                    part: None,
                };
                let verb = self.verb_words(class, verb, words);
                class.verbs.push(verb);
            }
            _ => self.report(Finding::error(
                "misplaced-clause",
                "this clause has no meaning in a device class",
                clause.span,
                "stands here",
            )),
        }
    }

    /// `sets inside`, `clears inside`
    fn event_words(&mut self, class: &DeviceClass, words: &[Name]) -> Option<(u32, bool)> {
        let (word, flag) = (words.first()?, words.get(1));
        let on = match word.text.as_str() {
            "sets" => true,
            "clears" => false,
            _ => {
                let known = ["sets", "clears"].into_iter();
                self.report(unknown("unknown-name", "word of an event", &word.text, word.span, known));
                return None;
            }
        };
        let flags = class.channels.iter().filter(|channel| channel.kind == ChannelKind::Flag);
        self.one_of("flag", flag, flags.map(|flag| flag.name.as_str()))?;
        let position = class.channels.iter().position(|channel| Some(&channel.name) == flag.map(|flag| &flag.text))?;
        Some((position as u32, on))
    }

    /// `timed adds delivered`, `latching stimulus`, `instant stimulus ends show`
    fn verb_words(&mut self, class: &DeviceClass, mut verb: VerbDef, words: &[Name]) -> VerbDef {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.text.as_str() {
                "instant" => verb.lasting = Lasting::Instant,
                "latching" => verb.lasting = Lasting::Latching,
                "timed" => verb.lasting = Lasting::Timed,
                "held" => verb.lasting = Lasting::Held,
                "stimulus" => verb.stimulus = true,
                "adds" => {
                    let names = class.totals.iter().map(|total| total.name.as_str());
                    verb.adds = self.one_of("total", words.next(), names);
                }
                "resets" => {
                    let names = class.channels.iter().map(|channel| channel.name.as_str());
                    verb.resets = self.one_of("counter", words.next(), names);
                }
                "ends" => verb.ends = words.next().map(|name| name.text.clone()),
                "of" => verb.part = words.next().map(|name| name.text.clone()),
                _ => {
                    let known = ["instant", "latching", "timed", "held", "stimulus", "adds", "resets", "ends", "of"];
                    self.report(unknown("unknown-name", "word of a verb", &word.text, word.span, known.into_iter()));
                }
            }
        }
        verb
    }

    fn one_of<'n>(&mut self, what: &str, name: Option<&Name>, known: impl Iterator<Item = &'n str>) -> Option<u32> {
        let name = name?;
        let known: Vec<&str> = known.collect();
        let position = known.iter().position(|known| *known == name.text);
        if position.is_none() {
            self.report(unknown("unknown-name", what, &name.text, name.span, known.into_iter()));
        }
        position.map(|k| k as u32)
    }

    fn parameters(&mut self, list: &[(Name, TypeExpr)]) -> Vec<Parameter> {
        let time = trialect_units::Unit::parse("s").map_or(Dimension::NONE, |unit| unit.dimension);
        let mut parameter = |(name, ty): &(Name, TypeExpr)| match ty.name.text == "Times" {
            true => Parameter { name: name.text.clone(), dimension: time, train: true },
            false => Parameter { name: name.text.clone(), dimension: self.dimension(ty), train: false },
        };
        list.iter().map(&mut parameter).collect()
    }

    /// The dimension of a quantity type.
    fn dimension(&mut self, ty: &TypeExpr) -> Dimension {
        let resolved = self.resolve_type(ty);
        match resolved {
            Type::Real(dimension) => dimension,
            Type::Unknown => Dimension::NONE,
            other => {
                let found = other.describe(&self.model);
                self.report(Finding::error(
                    "type-mismatch",
                    "a kind of quantity is needed here",
                    ty.span,
                    format!("this is {found}"),
                ));
                Dimension::NONE
            }
        }
    }

    /// A type as written.
    pub(crate) fn resolve_type(&mut self, ty: &TypeExpr) -> Type {
        let inner = match ty.name.text.as_str() {
            "Bool" => Type::Bool,
            "Int" => Type::Int,
            "Real" => Type::NUMBER,
            "Text" => Type::Text,
            "Set" => match ty.of.as_deref().map(|of| self.resolve_type(of)).and_then(|of| of.finite()) {
                Some(finite) => Type::Set(finite),
                None => {
                    self.report(
                        Finding::error(
                            "type-mismatch",
                            "a set has members of a finite type",
                            ty.span,
                            "not a set of such",
                        )
                        .help("write `Set[TYPE]`"),
                    );
                    Type::Unknown
                }
            },
            name => match self.names.types.get(name).map(|(symbol, _)| *symbol) {
                Some(TypeSymbol::Enum(id)) => Type::Enum(id),
                Some(TypeSymbol::Levels(id)) => Type::Levels(id),
                Some(TypeSymbol::Int(id)) => Type::IntType(id),
                Some(TypeSymbol::Quantity(k)) => Type::Real(self.model.quantities[k].unit.dimension),
                Some(TypeSymbol::Broken) => Type::Unknown,
                Some(TypeSymbol::Class(_)) | None => {
                    let known =
                        self.names.types.keys().map(String::as_str).chain(["Bool", "Int", "Real", "Text", "Set"]);
                    let finding = unknown("unknown-type", "type", name, ty.name.span, known);
                    self.report(finding);
                    Type::Unknown
                }
            },
        };
        if ty.optional { inner.optional() } else { inner }
    }
}

/// A channel that turns nothing.
fn channel(name: String, kind: ChannelKind, dimension: Dimension) -> Channel {
    Channel { name, kind, dimension, turns: None }
}
