//! What is measured: statistics, covariates, adaptive procedures.

use super::{Builder, Node, Parts};
use crate::ast::{ClauseKind, CovariateClause, Expr, Name, StatClause};
use crate::findings;
use crate::grammar::Rule;

impl Builder<'_, '_> {
    /// `stat`, `covariate`, `adapt`
    pub(super) fn measure(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        match node.as_rule() {
            Rule::statistic => self.statistic(node).map(|stat| ClauseKind::Stat(Box::new(stat))),
            Rule::covariate => self.covariate(node).map(|covariate| ClauseKind::Covariate(Box::new(covariate))),
            _ => self.adaptation(node),
        }
    }

    fn statistic(&mut self, node: Node<'_>) -> Option<StatClause> {
        let mut parts = Parts::of(node);
        Some(StatClause {
            head: self.head(parts.take(Rule::head)?)?,
            call: self.call(parts.take(Rule::call)?)?,
            filter: self.value_of(parts.take(Rule::filter))?,
            window: parts.take(Rule::window).map_or(Some(None), |window| self.window(window).map(Some))?,
            at_least: self.value_of(parts.take(Rule::at_least))?,
            otherwise: self.value_of(parts.take(Rule::otherwise))?,
        })
    }

    /// The value in `where VALUE`, `at least VALUE`, `when VALUE`, if there is such a node.
    pub(super) fn value_of(&mut self, node: Option<Node<'_>>) -> Option<Option<Expr>> {
        match node {
            Some(node) => self.layer(Parts::of(node).next()?).map(Some),
            None => Some(None),
        }
    }

    fn window(&mut self, node: Node<'_>) -> Option<(Expr, Name)> {
        let mut parts = Parts::of(node);
        let length = self.layer(parts.take(Rule::sum)?)?;
        Some((length, self.name(&parts.take(Rule::window_word)?)))
    }

    fn adaptation(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let head = self.head(parts.take(Rule::head)?)?;
        let call = self.call(parts.take(Rule::call)?)?;
        let on = self.place(parts.take(Rule::place)?)?;
        let guard = self.value_of(parts.take(Rule::guard))?;
        Some(ClauseKind::Adapt { head, call, on, guard })
    }

    fn covariate(&mut self, node: Node<'_>) -> Option<CovariateClause> {
        let mut parts = Parts::of(node);
        let head = self.head(parts.take(Rule::head)?)?;
        let mut clause = CovariateClause {
            head,
            standard: false,
            usual: None,
            within: None,
            asked: None,
            from: None,
            value: None,
            convention: None,
            term: None,
        };
        let parts = parts.all();
        for (index, part) in parts.iter().enumerate() {
            if !self.covariate_part(part.clone(), &mut clause)? {
                let first = parts.iter().take(index).find(|other| other.as_rule() == part.as_rule());
                let (first, second) = (self.span(first.unwrap_or(part)), self.span(part));
                self.reader.push(findings::given_twice("each part of a covariate", first, second));
            }
        }
        Some(clause)
    }

    /// Takes in one part; false when the clause has it already.
    fn covariate_part(&mut self, node: Node<'_>, clause: &mut CovariateClause) -> Option<bool> {
        let rule = node.as_rule();
        let whole = node.clone();
        let mut parts = Parts::of(node);
        Some(match rule {
            Rule::given => fill(&mut clause.value, self.expression(parts.take(Rule::expression)?)?),
            Rule::truncation => fill(&mut clause.within, self.truncation(whole)?),
            Rule::usual => match parts.next()? {
                part if part.as_rule() == Rule::truncation => {
                    clause.standard = true;
                    fill(&mut clause.within, self.truncation(part)?)
                }
                part => fill(&mut clause.usual, self.text(&part)),
            },
            Rule::asked => fill(&mut clause.asked, self.asked(whole)?),
            Rule::source => fill(&mut clause.from, self.place(parts.take(Rule::place)?)?),
            Rule::convention => fill(&mut clause.convention, self.text(&parts.take(Rule::string)?)),
            Rule::term => fill(&mut clause.term, self.text(&parts.take(Rule::string)?)),
            _ => return None,
        })
    }

    /// The last word of `asked before`, `asked after`, `asked on change`.
    fn asked(&mut self, node: Node<'_>) -> Option<Name> {
        node.into_inner().last().map(|word| self.name(&word))
    }
}

/// Sets what is not set yet.
fn fill<T>(place: &mut Option<T>, value: T) -> bool {
    let is_free = place.is_none();
    if is_free {
        *place = Some(value);
    }
    is_free
}
