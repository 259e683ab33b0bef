//! Clauses with blocks: clocks, states, curricula, rigs, reusable bundles, scenarios.

use super::{Builder, Node, Parts};
use crate::ast::{ClauseKind, Name, Step};
use crate::grammar::Rule;
use crate::reader::Context;

impl Builder<'_, '_> {
    /// Blocks, and what stands in a rig or a scenario.
    pub(super) fn block(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let rule = node.as_rule();
        match rule {
            Rule::rig => self.rig(node),
            Rule::stimulus => self.stimulus(node),
            Rule::stage => self.stage(node),
            Rule::scenario => self.scenario(node),
            Rule::animal_step => self.animal(node),
            Rule::clock => {
                let mut parts = Parts::of(node);
                let clock = self.name(&parts.take(Rule::clock_word)?);
                Some(ClauseKind::ClockBlock { clock, body: self.clauses_of(parts)? })
            }
            Rule::beside => {
                let mut parts = Parts::of(node);
                let head = self.head(parts.take(Rule::head)?)?;
                Some(ClauseKind::Beside { head, body: self.clauses_of(parts)? })
            }
            _ => {
                let mut parts = Parts::of(node);
                let name = self.name(&parts.take(Rule::name)?);
                let body = self.clauses_of(parts)?;
                Some(match rule {
                    Rule::block => ClauseKind::Block { name, body },
                    Rule::curriculum => ClauseKind::Curriculum { name, body },
                    Rule::state => ClauseKind::State { name, body },
                    Rule::policy => ClauseKind::Policy { name, body },
                    Rule::part => ClauseKind::Part { name, body },
                    _ => return None,
                })
            }
        }
    }

    /// The clauses of the body that comes next, after a description perhaps.
    fn clauses_of(&mut self, mut parts: Parts<'_>) -> Option<Vec<crate::ast::Clause>> {
        parts.has(Rule::description);
        let body = parts.take(Rule::body)?;
        Some(self.body(&body, Context::Clauses))
    }

    fn rig(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        parts.has(Rule::description);
        let body = parts.take(Rule::rig_body)?;
        Some(ClauseKind::Rig(self.body(&body, Context::Rig)))
    }

    /// `port[Side] : NosePort`
    pub(super) fn device(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let keys = parts.take(Rule::keys).map_or(Some(Vec::new()), |keys| self.keys(keys))?;
        Some(ClauseKind::Device { name, keys, class: self.name(&parts.take(Rule::name)?) })
    }

    /// `stimulus grating on screen = gabor(…)`
    fn stimulus(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let head = self.head(parts.take(Rule::head)?)?;
        let device = self.place(parts.take(Rule::place)?)?;
        Some(ClauseKind::Stimulus { head, device, call: self.call(parts.take(Rule::call)?)? })
    }

    fn stage(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let name = self.name(&parts.take(Rule::name)?);
        let protocol = parts.take(Rule::protocol).map_or(Some(None), |protocol| self.protocol(protocol).map(Some))?;
        parts.has(Rule::description);
        let body = parts.take(Rule::body).map_or(Vec::new(), |body| self.body(&body, Context::Clauses));
        Some(ClauseKind::Stage { name, protocol, body })
    }

    fn scenario(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let mut parts = Parts::of(node);
        let title = self.text(&parts.take(Rule::string)?);
        let body = parts.take(Rule::scenario_body)?;
        Some(ClauseKind::Scenario { title, body: self.body(&body, Context::Scenario) })
    }

    /// In a library: `animal perfect`, an animal that scenarios can name.
    fn animal(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let name = self.name(&Parts::of(node).take(Rule::dotted_name)?);
        Some(ClauseKind::ScenarioStep(Box::new(Step::Animal(name))))
    }

    /// A step of a scenario.
    pub(super) fn step(&mut self, node: Node<'_>) -> Option<ClauseKind> {
        let step = Parts::of(node).next()?;
        let rule = step.as_rule();
        match rule {
            Rule::statistic => return self.measure(step),
            Rule::draw => return self.declaration(step),
            _ => {}
        }
        let mut parts = Parts::of(step);
        let step = match rule {
            Rule::animal_step => Step::Animal(self.name(&parts.take(Rule::dotted_name)?)),
            Rule::given_step => {
                let name = self.given_name(&parts.take(Rule::given_name)?);
                let values = parts.take_all(Rule::sum).into_iter();
                Step::Given { name, values: values.map(|value| self.layer(value)).collect::<Option<_>>()? }
            }
            Rule::run_step => {
                let count = self.layer(parts.take(Rule::sum)?)?;
                let word = self.name(&parts.take(Rule::run_word)?);
                let unplayed = parts.has(Rule::unplayed);
                let seeds = parts.take(Rule::sum).map_or(Some(None), |seeds| self.layer(seeds).map(Some))?;
                Step::Run { count, word, unplayed, seeds }
            }
            Rule::expectation => {
                let always = parts.has(Rule::always);
                Step::Expect { always, condition: self.expression(parts.take(Rule::expression)?)? }
            }
            Rule::change_step => {
                let name = self.given_name(&parts.take(Rule::given_name)?);
                let value = self.layer(parts.take(Rule::sum)?)?;
                Step::Change { name, value, trial: self.layer(parts.take(Rule::sum)?)? }
            }
            Rule::pause_step => {
                let time = self.layer(parts.take(Rule::sum)?)?;
                Step::Pause { time, trial: self.layer(parts.take(Rule::sum)?)? }
            }
            Rule::stop_step => Step::Stop { trial: self.layer(parts.take(Rule::sum)?)? },
            Rule::confirm_step => {
                let stage = self.name(&parts.take(Rule::name)?);
                let session = parts.take(Rule::sum).map_or(Some(None), |session| self.layer(session).map(Some))?;
                Step::Confirm { stage, session }
            }
            _ => self.act_step(parts)?,
        };
        Some(ClauseKind::ScenarioStep(Box::new(step)))
    }

    /// The name of what is given, spelled as columns are: without blanks but those after commas.
    fn given_name(&self, node: &Node<'_>) -> Name {
        let name = self.name(node);
        let text: String = name.text.split_whitespace().collect();
        Name { text: text.replace(',', ", "), ..name }
    }

    /// `act wheel.travel += 5 mm at respond.entry + 200 ms when side is left`
    fn act_step(&mut self, mut parts: Parts<'_>) -> Option<Step> {
        let place = self.place(parts.take(Rule::place)?)?;
        let times = parts.take_all(Rule::sum);
        let mut times = times.into_iter().map(|sum| self.layer(sum)).collect::<Option<Vec<_>>>()?;
        let at = times.pop()?;
        let guard = self.guard(&mut parts)?;
        Some(Step::Act { place, amount: times.pop(), at, guard })
    }
}
