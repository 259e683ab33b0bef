//! `rank(x, of: s)`: how many members of a set come before one.

use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{Argument, Call, Expr, Value};

impl Checker<'_> {
    /// The place of `x` in the order of its type among the members of `s`, from 0: where it stands, or would stand.
    pub(super) fn rank(&mut self, call: &Call) -> Texpr {
        let span = call.span;
        let Some((member, set)) = arguments(call) else {
            let label = format!("{} given", call.arguments.len());
            let message = "`rank` takes a member and a set";
            self.report(Finding::error("wrong-arguments", message, span, label).help("write `rank(VALUE, of: SET)`"));
            return Texpr::broken(span);
        };
        let set = self.expr(set, None);
        let Type::Set(finite) = set.ty else {
            if set.ty != Type::Unknown {
                let found = set.ty.describe(&self.model);
                let message = "a type or a set is needed after `of:`";
                let finding = Finding::error("type-mismatch", message, set.span, format!("this is {found}"));
                self.report(finding.help("write `rank(VALUE, of: SET)`"));
            }
            return Texpr::broken(span);
        };
        let member = self.expr_as(member, &finite.member_type());
        if member.ty == Type::Unknown {
            return Texpr::broken(span);
        }
        let last = f64::from(finite.size(&self.model).saturating_sub(1));
        let term = Term::Apply(Function::Rank, vec![member, set]);
        Texpr { term, ty: Type::Int, range: Interval::new(0.0, last), span }
    }
}

fn arguments(call: &Call) -> Option<(&Expr, &Expr)> {
    match call.arguments.as_slice() {
        [Argument { name: None, value: Value::Expr(member) }, Argument { name: Some(of), value: Value::Expr(set) }]
            if of.text == "of" =>
        {
            Some((member, set))
        }
        _ => None,
    }
}
