//! Names, members after a dot and indices.

use crate::model::{ChannelKind, Clock, DeviceId, ValueId, ValueKind};
use crate::names::{Symbol, TypeSymbol, unknown};
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use crate::{Checker, Interval};
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Expr, ExprKind, Name};

impl Checker<'_> {
    /// A bare word: a local name, a member of the expected enumeration, a value, a member of any enumeration, a type.
    pub(super) fn name(&mut self, name: &str, span: Span, expected: Option<&Type>) -> Texpr {
        if let Some(local) = self.scope.locals.iter().rev().find(|local| local.name == name) {
            let mut is = local.is.clone();
            is.span = span;
            return self.narrow(is);
        }
        if let Some(member) = self.member_of(name, span, expected) {
            return member;
        }
        match name {
            "outcome" => return self.outcome(false, span),
            "last" => {
                self.report(
                    Finding::error("misplaced-clock", "`last` is the trial before, not a value", span, "a whole trial")
                        .help("read one of its values, `last.NAME`, or test `exists last`"),
                );
                return Texpr::broken(span);
            }
            _ => {}
        }
        let keyed = self.scope.keyed.iter().find(|(known, _)| known == name).map(|(_, value)| Symbol::Value(*value));
        match keyed.or_else(|| self.symbol_at(name, span)) {
            Some(Symbol::Value(value)) => self.value(value, Vec::new(), false, span),
            Some(Symbol::Curriculum(id)) => {
                let ty = Type::Enum(self.model.curricula[id.0].stage_type);
                Texpr { term: Term::Stage(id), ty, range: Interval::ALL, span }
            }
            Some(Symbol::Device(device)) => {
                self.device_as_value(device, span);
                Texpr::broken(span)
            }
            Some(Symbol::Devices(group)) => {
                self.device_as_value(self.model.groups[group.0].first, span);
                Texpr::broken(span)
            }
            Some(Symbol::Stimulus(_) | Symbol::Stimuli(_)) => {
                self.report(
                    Finding::error("not-a-value", format!("`{name}` is a stimulus, not a value"), span, "a stimulus")
                        .help("a stimulus stands after a verb or a `track`"),
                );
                Texpr::broken(span)
            }
            Some(symbol @ (Symbol::Instance | Symbol::Fit(_))) => self.parts_only(name, symbol, span),
            Some(Symbol::Beside) => self.beside_as_value(name, span),
            Some(Symbol::Block(_)) => {
                let finding =
                    Finding::error("not-a-value", format!("`{name}` is a block, not a value"), span, "a block");
                self.report(finding.help(format!("read one of its values, for example `{name}.trials`")));
                Texpr::broken(span)
            }
            Some(Symbol::Deck(_)) => {
                let finding = Finding::error("not-a-value", format!("`{name}` is a deck, not a value"), span, "a deck");
                self.report(finding.help(format!("deal from it: `draw NAME ~ deal({name})`")));
                Texpr::broken(span)
            }
            Some(Symbol::Broken) => Texpr::broken(span),
            None if self.names.states.contains_key(name) => {
                self.report(
                    Finding::error("not-a-value", format!("`{name}` is a state, not a value"), span, "a state")
                        .help(format!("read one of its stamps: `{name}.entry`, `.exit`, `.visits` or `.time`")),
                );
                Texpr::broken(span)
            }
            None => self.member_or_type(name, span, expected),
        }
    }

    /// Something with values of its own that is named as if it were one.
    fn parts_only(&mut self, name: &str, symbol: Symbol, span: Span) -> Texpr {
        let (what, label, part) = match symbol {
            Symbol::Fit(_) => ("a curve", "a curve", "bias"),
            _ => ("an instance of a policy", "several values", "NAME"),
        };
        let message = format!("`{name}` is {what}, not a value");
        let finding = Finding::error("not-a-value", message, span, label);
        self.report(finding.help(format!("read one of its values, `{name}.{part}`")));
        Texpr::broken(span)
    }

    fn device_as_value(&mut self, device: DeviceId, span: Span) {
        let name = self.model.devices[device.0].name.clone();
        let class = self.model.class(device);
        let counters = class.channels.iter().filter(|channel| channel.kind != ChannelKind::Event).map(|c| &c.name);
        let parts: Vec<String> =
            counters.chain(class.totals.iter().map(|t| &t.name)).map(|part| format!("`{name}.{part}`")).collect();
        let help = match parts.as_slice() {
            [] => format!("{} reports no value, only events", class.name),
            parts => format!("read what it reports: {}", parts.join(" or ")),
        };
        let message = format!("`{name}` is a device, not a value");
        self.report(Finding::error("not-a-value", message, span, "a device").help(help));
    }

    /// True inside a module: what it means must not depend on the protocol that uses it.
    pub(crate) fn is_of_library(&self, span: Span) -> bool {
        self.libraries.contains(&span.source) && crate::reuse::splice_at(&self.splices, span).is_none()
    }

    /// What a name stands for at a place; a module does not see what the protocol declares.
    fn symbol_at(&self, name: &str, span: Span) -> Option<Symbol> {
        let (symbol, declared) = self.declared(name)?;
        (!self.is_of_library(span) || self.is_of_library(declared)).then_some(symbol)
    }

    /// A member of the enumeration that is expected here.
    fn member_of(&self, name: &str, span: Span, expected: Option<&Type>) -> Option<Texpr> {
        let Some(Type::Enum(id)) = expected.map(Type::required) else { return None };
        let k = self.model.enums[id.0].members.iter().position(|member| member.name == name)?;
        Some(Texpr { term: Term::Member(*id, k as u32), ty: Type::Enum(*id), range: Interval::ALL, span })
    }

    fn member_or_type(&mut self, name: &str, span: Span, expected: Option<&Type>) -> Texpr {
        let mut members = self.names.members.get(name).cloned().unwrap_or_default();
        if self.is_of_library(span) {
            members.retain(|(id, k)| self.model.enums[id.0].members[*k as usize].span.source == span.source);
        }
        match members.as_slice() {
            [(id, k)] => {
                return Texpr { term: Term::Member(*id, *k), ty: Type::Enum(*id), range: Interval::ALL, span };
            }
            [first, ..] => {
                let both = members.iter().map(|(id, _)| self.model.enums[id.0].name.clone());
                let both = both.collect::<Vec<_>>().join("` and `");
                let one = self.model.enums[first.0.0].name.clone();
                self.report(
                    Finding::error("ambiguous-member", format!("`{name}` is a member of `{both}`"), span, "which one?")
                        .help(format!("compare it with a value of the type that you mean, or rename it in `{one}`")),
                );
                return Texpr::broken(span);
            }
            _ => {}
        }
        let finite = match self.names.types.get(name).map(|(symbol, _)| *symbol) {
            Some(TypeSymbol::Enum(id)) => Some(Finite::Enum(id)),
            Some(TypeSymbol::Levels(id)) => Some(Finite::Levels(id)),
            Some(TypeSymbol::Int(id)) => Some(Finite::Int(id)),
            Some(TypeSymbol::Broken) => return Texpr::broken(span),
            Some(TypeSymbol::Quantity(_) | TypeSymbol::Class(_)) => {
                self.report(
                    Finding::error("not-a-value", format!("`{name}` is a type, not a value"), span, "a type")
                        .help("only a type with few members can stand here: `enum`, `levels` or `int`"),
                );
                return Texpr::broken(span);
            }
            None => None,
        };
        match finite {
            Some(finite) => Texpr { term: Term::Everything(finite), ty: Type::Set(finite), range: Interval::ALL, span },
            None => {
                let finding = match expected.map(Type::required) {
                    Some(Type::Enum(id)) => {
                        let declared = &self.model.enums[id.0];
                        let members: Vec<&str> = declared.members.iter().map(|member| member.name.as_str()).collect();
                        let finding = unknown("unknown-name", &declared.name, name, span, members.iter().copied());
                        let help = finding.help.is_none().then(|| format!("write one of: {}", members.join(", ")));
                        finding.help_maybe(help)
                    }
                    _ => self.unknown_name(name, span),
                };
                self.report(finding);
                Texpr::broken(span)
            }
        }
    }

    /// A declared value with its keys.
    pub(crate) fn value(&mut self, id: ValueId, keys: Vec<Texpr>, last: bool, span: Span) -> Texpr {
        let value = &self.model.values[id.0];
        if value.kind == ValueKind::Pending && value.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        if value.keys.len() != keys.len() {
            let wanted = value.keys.len();
            let example: Vec<String> = value.keys.iter().map(|(_, finite)| finite.name(&self.model)).collect();
            let help = match wanted {
                0 => format!("write `{}`", value.name),
                _ => format!("write `{}[…]` with one member of each: {}", value.name, example.join(", ")),
            };
            let finding = Finding::error(
                "wrong-keys",
                format!("`{}` has {}", value.name, counted(wanted, "key")),
                span,
                format!("{} given here", keys.len()),
            )
            .also(value.span, "declared here");
            self.report(finding.help(help));
            return Texpr::broken(span);
        }
        if *value.ty.required() == Type::Text {
            let (name, declared) = (value.name.clone(), value.span);
            self.text_read(&name, declared, span);
            return Texpr::broken(span);
        }
        if value.clock > self.scope.reads {
            let (name, clock) = (value.name.clone(), value.clock);
            let is_number = value.ty.dimension(&self.model).is_some();
            let example = if is_number { format!("mean({name})") } else { format!("count({name} is …)") };
            self.too_fast(&format!("`{name}`"), Some(&example), clock, span);
            return Texpr::broken(span);
        }
        let (ty, range) = (self.model.values[id.0].ty.clone(), self.model.values[id.0].range);
        let term = Term::Value { value: id, keys, last };
        let of_trial = self.model.values[id.0].clock == Clock::Trial;
        let known = last && of_trial && self.scope.facts.iter().any(|fact| fact == "last");
        let (ty, range) = if last {
            // What a value may be it was one tick earlier, too. Ranges are found from the widest inwards, so that this
            // holds also where the value is computed from its own history.
            (if known { ty } else { ty.optional() }, range)
        } else {
            (ty, range)
        };
        self.narrow(Texpr { term, ty, range, span })
    }

    /// Something that changes more often than it could be read here.
    pub(crate) fn too_fast(&mut self, what: &str, statistic: Option<&str>, clock: Clock, span: Span) {
        let here = self.scope.reads;
        let place = match here {
            Clock::Constant => "a constant".to_string(),
            Clock::Session if self.scope.clock == Clock::Subject => "what happens at a session's end".into(),
            clock => format!("what belongs to the {}", clock.word()),
        };
        let help = match (here, clock, statistic) {
            (Clock::Subject, Clock::Session, _) => {
                "read it in `session { … }`, or keep it in a `var` of the subject that `on session.end` sets".into()
            }
            (Clock::Constant, _, _) => format!("move the definition into `{} {{ … }}`", clock.word()),
            (_, Clock::Trial, Some(statistic)) => {
                format!("read a statistic of it, for example `stat NAME = {statistic}`")
            }
            (_, Clock::Trial, None) => "read it in a trial, or a statistic of it".into(),
            _ => format!("read it in `{} {{ … }}`", clock.word()),
        };
        let message = format!("{what} changes each {}, and {place} cannot depend on it", clock.word());
        self.report(Finding::error("faster-clock", message, span, format!("changes each {}", clock.word())).help(help));
    }

    /// True when the trial can be read here; otherwise that is a finding.
    pub(super) fn reads_trial(&mut self, span: Span) -> bool {
        let reads = self.scope.reads >= Clock::Trial;
        if !reads {
            let text = self.sources.text(span).to_string();
            self.too_fast(&format!("`{text}`"), None, Clock::Trial, span);
        }
        reads
    }

    fn outcome(&mut self, last: bool, span: Span) -> Texpr {
        if !self.reads_trial(span) {
            return Texpr::broken(span);
        }
        // A protocol without `outcomes` has a finding of its own.
        let Some(outcomes) = self.model.outcomes else { return Texpr::broken(span) };
        let known = last && self.scope.facts.iter().any(|fact| fact == "last");
        let ty = Type::Enum(outcomes);
        let ty = if last && !known { ty.optional() } else { ty };
        Texpr { term: Term::Outcome { last }, ty, range: Interval::ALL, span }
    }

    /// `base.member`
    pub(super) fn member(&mut self, base: &Expr, member: &Name, span: Span) -> Texpr {
        if let Some(value) = self.instance_value(base, member, &[], span) {
            return value;
        }
        if let ExprKind::Index(inner, keys) = &base.kind
            && let ExprKind::Name(word) = &inner.kind
            && matches!(self.symbol(word), Some(Symbol::Broken | Symbol::Device(_) | Symbol::Devices(_)))
        {
            let word = Name { text: word.clone(), span: inner.span };
            let Some(devices) = self.devices_at(&word, keys, base.span) else { return Texpr::broken(span) };
            return self.chosen(devices, member, span);
        }
        if let Some(state) = self.beside_state(base) {
            return state.map_or_else(|| Texpr::broken(span), |state| self.stamp(state, member, span));
        }
        let ExprKind::Name(word) = &base.kind else {
            self.report(
                Finding::error("no-such-part", "only a name has parts", base.span, "this has no parts")
                    .help(format!("remove `.{}`", member.text)),
            );
            return Texpr::broken(span);
        };
        match word.as_str() {
            "last" => return self.last(member, span),
            "trial" | "session" => return self.clock_part(word, member, span),
            _ => {}
        }
        match self.symbol(word) {
            Some(Symbol::Block(id)) => self.block_part(id, member, span),
            Some(Symbol::Device(device)) => self.device_part(device, member, span),
            Some(Symbol::Devices(_)) => {
                let word = Name { text: word.clone(), span: base.span };
                let Some(devices) = self.devices_at(&word, &[], base.span) else { return Texpr::broken(span) };
                self.chosen(devices, member, span)
            }
            Some(Symbol::Curriculum(id)) => self.curriculum_part(id, member, span),
            Some(Symbol::Broken) => Texpr::broken(span),
            Some(Symbol::Stimulus(_) | Symbol::Stimuli(_)) => {
                self.report(
                    Finding::error(
                        "not-a-value",
                        format!("`{word}.{}` can only be tracked and reached", member.text),
                        span,
                        "used as a value",
                    )
                    .help("use the expression that it tracks"),
                );
                Texpr::broken(span)
            }
            Some(Symbol::Deck(_)) => self.name(word, base.span, None),
            symbol => match self.names.states.get(word).map(|(state, _)| *state) {
                Some(state) => self.stamp(state, member, span),
                None if symbol.is_some() => {
                    self.report(
                        Finding::error("no-such-part", format!("`{word}` has no parts"), member.span, "no such part")
                            .help(format!("write `{word}`")),
                    );
                    Texpr::broken(span)
                }
                None => {
                    let finding = self.unknown_name(word, base.span);
                    self.report(finding);
                    Texpr::broken(span)
                }
            },
        }
    }

    fn last(&mut self, member: &Name, span: Span) -> Texpr {
        if member.text == "outcome" {
            return self.outcome(true, span);
        }
        match self.symbol(&member.text) {
            Some(Symbol::Value(value)) => self.last_value(value, Vec::new(), member, span),
            Some(Symbol::Broken) => Texpr::broken(span),
            Some(_) => {
                self.not_of_trial(member);
                Texpr::broken(span)
            }
            None => {
                let finding = self.unknown_name(&member.text, member.span);
                self.report(finding);
                Texpr::broken(span)
            }
        }
    }

    /// A value of the trial before.
    fn last_value(&mut self, id: ValueId, keys: Vec<Texpr>, member: &Name, span: Span) -> Texpr {
        let value = &self.model.values[id.0];
        // A block reads its own block before, a trial its own trial before.
        let own = value.clock == Clock::Trial || value.clock == Clock::Block && value.block == self.scope.block;
        if own && self.scope.block.is_none() == value.block.is_none() {
            return self.value(id, keys, true, span);
        }
        self.not_of_trial(member);
        Texpr::broken(span)
    }

    fn not_of_trial(&mut self, member: &Name) {
        let message = format!("`last` reads what a trial has, and `{}` belongs to no trial", member.text);
        let finding = Finding::error("last-of-slower", message, member.span, "on a slower clock");
        self.report(finding.help(format!("write `{}`", member.text)));
    }

    /// `base[keys]`
    pub(super) fn index(&mut self, base: &Expr, keys: &[Expr], span: Span) -> Texpr {
        if let ExprKind::Member(inner, member) = &base.kind
            && let Some(value) = self.instance_value(inner, member, keys, span)
        {
            return value;
        }
        let (word, last) = match &base.kind {
            ExprKind::Name(word) => (word.as_str(), false),
            ExprKind::Member(inner, word) if matches!(&inner.kind, ExprKind::Name(n) if n == "last") => {
                (word.text.as_str(), true)
            }
            _ => ("", false),
        };
        let is_local = !last && self.scope.locals.iter().any(|local| local.name == word);
        let own = if last { None } else { self.keyed_value_at(base).or_else(|| self.block_value(base)) };
        let symbol = own.map(Symbol::Value).or_else(|| self.symbol_at(word, base.span));
        let id = match symbol {
            Some(Symbol::Value(id)) if !is_local => id,
            Some(Symbol::Broken) if !is_local => return Texpr::broken(span),
            None if !word.is_empty() && !is_local && !self.names.states.contains_key(word) => {
                let finding = self.unknown_name(word, base.span);
                self.report(finding);
                return Texpr::broken(span);
            }
            _ => {
                let text = self.sources.text(base.span).to_string();
                let message = format!("only a keyed name has keys, and `{text}` is none");
                let finding = Finding::error("wrong-keys", message, span, "keys given here");
                self.report(finding.help(format!("write `{text}`")));
                return Texpr::broken(span);
            }
        };
        let types: Vec<Type> = self.model.values[id.0].keys.iter().map(|(_, finite)| finite.member_type()).collect();
        let keys: Vec<Texpr> = keys
            .iter()
            .enumerate()
            .map(|(k, key)| match types.get(k) {
                Some(ty) => self.expr_as(key, ty),
                None => self.expr(key, None),
            })
            .collect();
        match &base.kind {
            ExprKind::Member(_, member) if last => self.last_value(id, keys, member, span),
            _ => self.value(id, keys, false, span),
        }
    }
}

/// `1 key`, `2 keys`
pub(crate) fn counted(n: usize, what: &str) -> String {
    match n {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}
