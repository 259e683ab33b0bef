//! Whether two expressions compute the same, as they are written.

use crate::term::{Binder, Term, Texpr};

/// Whether two expressions have the same structure; names of loop variables and places in the text do not matter.
pub(crate) fn same(a: &Texpr, b: &Texpr) -> bool {
    alike(a, b, &mut Vec::new())
}

/// What an expression is about: conversions and what is known to be there make no difference.
pub(crate) fn bare(typed: &Texpr) -> &Texpr {
    match &typed.term {
        Term::ToReal(inner) | Term::Some(inner) | Term::Narrowed(inner) => bare(inner),
        _ => typed,
    }
}

fn alike(a: &Texpr, b: &Texpr, binders: &mut Vec<(Binder, Binder)>) -> bool {
    let (a, b) = (bare(a), bare(b));
    let same_head = match (&a.term, &b.term) {
        (Term::Broken, _) | (_, Term::Broken) => false,
        (Term::Local(x), Term::Local(y)) => {
            let bound = binders.iter().rev().find(|(p, q)| p == x || q == y);
            return bound.map_or(x == y, |(p, q)| p == x && q == y);
        }
        (Term::Apply(f, _), Term::Apply(g, _)) => f == g,
        (Term::Value { value: v, last: l, .. }, Term::Value { value: w, last: m, .. }) => v == w && l == m,
        (Term::Over { function: f, variables: v, .. }, Term::Over { function: g, variables: w, .. }) => {
            let kinds = v.iter().zip(w).all(|((_, a, s), (_, b, t))| a == b && s.is_some() == t.is_some());
            f == g && v.len() == w.len() && kinds
        }
        (Term::Set(_), Term::Set(_))
        | (Term::Exists(_), Term::Exists(_))
        | (Term::Is(..), Term::Is(..))
        | (Term::In(..), Term::In(..))
        | (Term::Default(..), Term::Default(..))
        | (Term::If(..), Term::If(..)) => true,
        (x, y) => return a.children().is_empty() && b.children().is_empty() && x == y,
    };
    let depth = binders.len();
    if let (Term::Over { variables: v, .. }, Term::Over { variables: w, .. }) = (&a.term, &b.term) {
        binders.extend(v.iter().zip(w).map(|((p, _, _), (q, _, _))| (*p, *q)));
    }
    let (left, right) = (a.children(), b.children());
    let equal = same_head
        && left.len() == right.len()
        && left.into_iter().zip(right).all(|(left, right)| alike(left, right, binders));
    binders.truncate(depth);
    equal
}
