//! Times at which a condition may begin to hold by itself, because it compares `session.elapsed` with a constant.

use crate::Lowering;
use trialect_sema::{Function, Model, Term, Texpr, Tick, Waits};

impl Lowering<'_> {
    /// When a `stop … now` may begin to hold without any event.
    pub(crate) fn alarms(&self) -> Vec<i64> {
        times(self.model, self.model.stops.iter().filter(|watch| watch.now).map(|watch| &watch.condition))
    }

    /// When a condition of a state may, of the trial or of a machine beside it.
    pub(crate) fn wakes(&self) -> Vec<i64> {
        let clauses = self.model.states.iter().flat_map(|state| &state.clauses);
        let conditions = clauses.filter(|clause| matches!(clause.waits, Waits::Condition));
        times(self.model, conditions.filter_map(|clause| clause.guard.as_ref()))
    }
}

/// The times since the session's start, ns, with which conditions compare `session.elapsed`, and the next nanosecond,
/// for one that holds only after it.
fn times<'m>(model: &'m Model, conditions: impl Iterator<Item = &'m Texpr>) -> Vec<i64> {
    let mut times = Vec::new();
    for condition in conditions {
        model.each_inside(condition, &mut |inner| {
            let Term::Apply(Function::Less | Function::LessEqual, sides) = &inner.term else { return };
            let is_clock = |side: &Texpr| matches!(side.term, Term::Tick(Tick::SessionElapsed));
            if sides.iter().any(is_clock) {
                let constants = sides.iter().filter_map(|side| model.constant_of(side));
                times.extend(constants.map(|time| trialect_ir::law::nanoseconds(time.to_f64())));
            }
        });
    }
    times.extend(times.clone().iter().map(|at: &i64| at.saturating_add(1)));
    times.sort_unstable();
    times.dedup();
    times
}
