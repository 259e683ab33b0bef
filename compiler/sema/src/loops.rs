//! `for x in SET { … }`: what stands in it is copied, once for every member.

use crate::expressions::Local;
use crate::model::Action;
use crate::term::{Term, Texpr};
use crate::types::{Finite, Type};
use crate::values::member_index;
use crate::{Checker, Interval};
use trialect_base::Finding;
use trialect_syntax::ast::{Clause, Expr, Name};

/// Copies of a clause that loops within loops may make.
const COPIES_MAX: u64 = 4096;
/// Copies that all loops may make.
const UNROLLED_MAX: u64 = 40_000;

/// What a loop runs over.
struct Over {
    finite: Finite,
    /// The members, as far as they are known now.
    members: Vec<u32>,
    /// A set that is known only when the loop runs.
    set: Option<Texpr>,
}

impl<'a> Checker<'a> {
    /// Runs `each` once for every member that there may be, with the variable standing for the member. Of a set that
    /// changes these are all of its type, and `each` is told what must hold for the member to be in it.
    pub(crate) fn unrolled(&mut self, variable: &Name, over: &Expr, mut each: impl FnMut(&mut Self, Option<Texpr>)) {
        let Some(over) = self.runs_over(over) else { return };
        self.copies_of(variable, over.finite, &over.members, |checker, member| {
            let span = member.span;
            let is_in = |set: &Texpr| Texpr::bool(Term::In(Box::new(member.clone()), Box::new(set.clone())), span);
            each(checker, over.set.as_ref().map(is_in));
        });
    }

    /// A loop of actions. A set that changes is taken as it is when the loop begins; the actions of a member are done
    /// when it is in it.
    pub(crate) fn loop_of_actions(
        &mut self,
        variable: &Name,
        over: &Expr,
        body: &'a [Clause],
        actions: &mut Vec<Action>,
    ) {
        let Some(over) = self.runs_over(over) else { return };
        let Some(set) = over.set else {
            return self.copies_of(variable, over.finite, &over.members, |checker, _| {
                actions.extend(checker.actions(body));
            });
        };
        let binder = self.model.binder();
        let then = Texpr { term: Term::Local(binder), ..set.clone() };
        actions.push(Action::Let { binder, to: set });
        self.copies_of(variable, over.finite, &over.members, |checker, member| {
            let span = member.span;
            let condition = Texpr::bool(Term::In(Box::new(member), Box::new(then.clone())), span);
            let then = checker.actions(body);
            actions.push(Action::If { condition, then, otherwise: Vec::new() });
        });
    }

    fn runs_over(&mut self, over: &Expr) -> Option<Over> {
        let over = self.expr(over, None);
        let Type::Set(finite) = over.ty else {
            if over.ty != Type::Unknown {
                let found = over.ty.describe(&self.model);
                let message = "`for` runs over a type or a set";
                let finding = Finding::error("type-mismatch", message, over.span, format!("this is {found}"));
                self.report(finding.help("write `for x in TYPE { … }`"));
            }
            return None;
        };
        let all: Vec<u32> = (0..finite.size(&self.model)).collect();
        Some(match &over.term {
            Term::Everything(_) => Over { finite, members: all, set: None },
            Term::Set(members) if members.iter().all(|member| member_index(member).is_some()) => {
                let mut members: Vec<u32> = members.iter().filter_map(member_index).collect();
                members.sort_unstable();
                Over { finite, members, set: None }
            }
            _ => Over { finite, members: all, set: Some(over) },
        })
    }

    fn copies_of(&mut self, variable: &Name, finite: Finite, members: &[u32], mut each: impl FnMut(&mut Self, Texpr)) {
        let copies = self.copies;
        let added = members.len() as u64;
        self.copies = copies.saturating_mul(added);
        if self.copies > COPIES_MAX || self.unrolled + added > UNROLLED_MAX {
            let message = format!("loops within loops make at most {COPIES_MAX} copies of what stands in them");
            let finding = Finding::error("too-many-terms", message, variable.span, "too many copies");
            self.report(finding.help("loop over smaller types"));
            self.copies = copies;
            return;
        }
        self.unrolled += added;
        let depth = self.scope.locals.len();
        for &k in members {
            let is =
                Texpr { term: finite.member(k), ty: finite.member_type(), range: Interval::ALL, span: variable.span };
            self.scope.locals.push(Local { name: variable.text.clone(), is: is.clone() });
            each(self, is);
            self.scope.locals.truncate(depth);
        }
        self.copies = copies;
    }
}
