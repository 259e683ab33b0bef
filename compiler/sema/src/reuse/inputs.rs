//! `input NAME : TYPE`: what must be there, where a part is used.

use crate::Checker;
use crate::expressions::{counted, unify};
use crate::model::{BlockId, Clock, DeviceId};
use crate::names::{Symbol, TypeSymbol, named_class};
use crate::types::Type;
use trialect_base::{Finding, Span};
use trialect_syntax::ast::{Clause, Head, TypeExpr};

impl<'a> Checker<'a> {
    /// An `input` where a part was put, perhaps in a block; one that no part brought is misplaced.
    pub(crate) fn input(&mut self, head: &'a Head, clause: &Clause, block: Option<BlockId>) {
        match super::splice_at(&self.splices, clause.span) {
            Some(_) => self.pending.inputs.push((head, block)),
            None => self.misplaced(clause, "outside a part"),
        }
    }

    /// Names that parts ask for and nobody declared, once all names are known.
    pub(crate) fn check_inputs_there(&mut self) {
        for (head, block) in self.pending.inputs.clone() {
            if self.named(head, block).is_some() {
                continue;
            }
            let (name, ty) = (&head.name.text, head.ty.as_ref());
            let written = ty.map_or_else(|| "TYPE".into(), |ty| self.sources.text(ty.span).to_string());
            let message = format!("the part needs `{name}`, and nothing has this name where it is used");
            let finding =
                Finding::error("missing-input", message, head.name.span, format!("{written}, asked for here"));
            let help = match ty.and_then(|ty| self.names.types.get(&ty.name.text)) {
                Some((TypeSymbol::Class(_), _)) => format!("add `rig {{ {name} : {written} }}`"),
                _ => format!("declare it beside the `use`: `{name} : {written} = VALUE`"),
            };
            self.report(finding.help(help));
            self.declare_broken(&head.name);
        }
    }

    /// What an input names; in a block its own names come first.
    fn named(&self, head: &Head, block: Option<BlockId>) -> Option<(Symbol, Span)> {
        let inside = block.map(|id| format!("{}.{}", self.model.blocks[id.0].name, head.name.text));
        let found = inside.and_then(|name| self.names.symbols.get(&name));
        found.or_else(|| self.names.symbols.get(&head.name.text)).copied()
    }

    /// What parts ask for has the type that they ask for.
    pub(crate) fn settle_inputs(&mut self) {
        for (head, block) in self.pending.inputs.clone() {
            let Some((symbol, declared)) = self.named(head, block) else { continue };
            let Some(ty) = &head.ty else {
                let finding = Finding::error("no-type", "an input has a type", head.name.span, "no type");
                self.report(finding.help(format!("write `input {} : TYPE`", head.name.text)));
                continue;
            };
            let keys = self.keys_of(symbol).filter(|keys| *keys != head.keys.len());
            if let Some(keys) = keys {
                self.wrong_input(head, ty, declared, format!("something with {}", counted(keys, "key")));
                continue;
            }
            let wanted_class = match self.names.types.get(&ty.name.text) {
                Some((TypeSymbol::Class(id), _)) => Some(*id),
                _ => None,
            };
            let device = match symbol {
                Symbol::Device(id) => Some(id),
                Symbol::Devices(id) => Some(self.model.groups[id.0].first),
                _ => None,
            };
            match (wanted_class, device) {
                (_, _) if symbol == Symbol::Broken => {}
                (Some(class), Some(device)) if self.model.devices[device.0].class == class => {}
                (_, Some(device)) => self.wrong_input(head, ty, declared, self.class_of(device)),
                (Some(_), None) => self.wrong_input(head, ty, declared, "no device".into()),
                (None, None) => self.value_input(head, ty, symbol, declared),
            }
        }
    }

    fn value_input(&mut self, head: &'a Head, ty: &TypeExpr, symbol: Symbol, declared: Span) {
        self.scope.enter(Clock::Trial, Clock::Trial);
        let wanted = self.resolve_type(ty);
        self.scope.leave();
        let found = match symbol {
            Symbol::Value(id) => self.model.values[id.0].ty.clone(),
            Symbol::Curriculum(id) => Type::Enum(self.model.curricula[id.0].stage_type),
            _ => return self.wrong_input(head, ty, declared, "no value".into()),
        };
        let same_size =
            || wanted.dimension(&self.model).is_some() && wanted.dimension(&self.model) == found.dimension(&self.model);
        let fits = unify(&wanted, &found).is_some() || (matches!(wanted.required(), Type::Real(_)) && same_size());
        let may_be_none = found.is_optional() && !wanted.is_optional();
        if !fits || may_be_none {
            let found = found.describe(&self.model);
            self.wrong_input(head, ty, declared, found);
        }
    }

    /// How many keys a name has; none for what has no keys of its own.
    fn keys_of(&self, symbol: Symbol) -> Option<usize> {
        match symbol {
            Symbol::Value(id) => Some(self.model.values[id.0].keys.len()),
            Symbol::Device(_) | Symbol::Curriculum(_) => Some(0),
            _ => None,
        }
    }

    fn class_of(&self, device: DeviceId) -> String {
        named_class(&self.model.class(device).name)
    }

    fn wrong_input(&mut self, head: &Head, ty: &TypeExpr, declared: Span, found: String) {
        let name = &head.name.text;
        let keys = match head.keys.len() {
            0 => String::new(),
            count => format!(" with {}", counted(count, "key")),
        };
        let written = format!("`{}`{keys}", self.sources.text(ty.span));
        let message = format!("the part needs `{name}` as {written}, and it is {found}");
        let finding = Finding::error("wrong-input", message, declared, format!("this is {found}"));
        let help = format!("make it {written}, or give it another name and declare `{name}` beside it");
        self.report(finding.also(head.name.span, "asked for here").help(help));
    }
}
