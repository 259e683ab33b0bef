//! All that stands in a model, one after the other: expressions, outputs.

use crate::model::*;
use crate::term::Texpr;

/// Every expression of a model, each as it stands, what is inside it not apart.
pub(crate) fn expressions(model: &Model, each: &mut dyn FnMut(&Texpr)) {
    model.values.iter().for_each(|value| of_value(&value.kind, each));
    for stage in model.curricula.iter().flat_map(|curriculum| &curriculum.stages) {
        stage.values.iter().flatten().for_each(&mut *each);
        for way in &stage.transitions {
            way.guard.iter().for_each(&mut *each);
            of_actions(&way.actions, each);
        }
    }
    model.states.iter().for_each(|state| of_state(state, each));
    for handler in &model.handlers {
        handler.guard.iter().for_each(&mut *each);
        of_actions(&handler.actions, each);
    }
    of_actions(&model.held, each);
    model.blocks.iter().filter_map(|block| block.ends.as_ref()).chain(&model.counts).for_each(&mut *each);
    model.stops.iter().chain(&model.advices).for_each(|watch| each(&watch.condition));
    model.limits.iter().map(|limit| &limit.amount).for_each(&mut *each);
    model.pause.iter().for_each(|(time, _)| each(time));
    model.stimuli.iter().flat_map(|stimulus| &stimulus.fixed).for_each(each);
}

/// Every expression of a state.
pub(crate) fn of_state(state: &State, each: &mut dyn FnMut(&Texpr)) {
    of_actions(&state.entry, each);
    for clause in &state.clauses {
        match &clause.waits {
            Waits::Reaches { affine, level, .. } => [&affine.whole, level].into_iter().for_each(&mut *each),
            Waits::After(time) => each(time),
            Waits::Event(..) | Waits::State(..) | Waits::Condition => {}
        }
        clause.guard.iter().for_each(&mut *each);
        of_actions(&clause.actions, each);
    }
}

/// Every expression of a declared value.
fn of_value(kind: &ValueKind, each: &mut dyn FnMut(&Texpr)) {
    match kind {
        ValueKind::Definition(body) => each(body),
        ValueKind::Table(rows) => rows.iter().for_each(each),
        ValueKind::Variable(variable) | ValueKind::Parameter(variable) => variable.initial.iter().for_each(each),
        ValueKind::Draw(family) => family.parameters().into_iter().for_each(each),
        ValueKind::Statistic(statistic) => {
            let parts = statistic.key.iter().chain(&statistic.filter).chain(&statistic.otherwise);
            parts.chain([&statistic.sample]).for_each(each);
        }
        ValueKind::Fit(fit) => fit.keys.iter().for_each(each),
        ValueKind::Pending | ValueKind::Covariate(_) => {}
    }
}

/// Every expression of a list of actions. What a `+=` was cut at reads what it is set to, and what a `track` follows is
/// whole as it is written: neither stands here a second time.
fn of_actions(actions: &[Action], each: &mut dyn FnMut(&Texpr)) {
    for action in actions {
        match action {
            Action::Set { keys, to, .. } => keys.iter().chain([to]).for_each(&mut *each),
            Action::Let { to, .. } => each(to),
            Action::If { condition, then, otherwise } => {
                each(condition);
                of_actions(then, each);
                of_actions(otherwise, each);
            }
            Action::Draw(_) => {}
            Action::Do(deed) => {
                deed.arguments.iter().map(|(_, typed)| typed).chain(&deed.duration).for_each(&mut *each);
            }
            Action::Track { affine, .. } => each(&affine.whole),
        }
    }
}

/// Every output of a list of actions.
pub(crate) fn deeds<'a>(actions: &'a [Action], each: &mut dyn FnMut(&'a Deed)) {
    for action in actions {
        match action {
            Action::Do(deed) => each(deed),
            Action::If { then, otherwise, .. } => {
                deeds(then, each);
                deeds(otherwise, each);
            }
            _ => {}
        }
    }
}
