//! Ways from one stage of a curriculum to another.

use crate::Lowering;
use crate::expressions::int;
use crate::fold::{and, binary};
use trialect_ir::{Binary, Code, Expr, RuleKind, Stmt};
use trialect_sema::Moment;

impl Lowering<'_> {
    /// At most one transition of each curriculum, the first that holds: what it does, then the stage.
    pub(crate) fn transitions(&mut self, moment: Moment) -> Code {
        let mut code = Code::new();
        for k in 0..self.model.curricula.len() {
            let curriculum = self.model.curricula[k].clone();
            let slots = self.layout.curricula[k];
            let mut chain = Code::new();
            let ways = curriculum
                .stages
                .iter()
                .enumerate()
                .flat_map(|(from, stage)| stage.transitions.iter().map(move |way| (from, stage, way)));
            for (from, stage, way) in ways.collect::<Vec<_>>().into_iter().rev() {
                if way.moment != moment {
                    continue;
                }
                let target = &curriculum.stages[way.target as usize].name;
                let name = format!("{}: {} -> {target}", curriculum.name, stage.name);
                let rule =
                    self.rule(format!("{}.{}", curriculum.path, stage.name), RuleKind::Transition, name, way.span);
                let here = binary(Binary::EqInt, int(slots.stage), Expr::Int(from as i64));
                let holds = way.guard.as_ref().map_or(Expr::Int(1), |guard| self.value(guard));
                let condition = and(here, holds);
                let mut then = vec![Stmt::Decide(rule)];
                // They read the values of the stage that is left.
                self.actions(&way.actions, &mut then);
                then.extend([
                    Stmt::Set { slot: slots.stage, value: Expr::Int(i64::from(way.target)) },
                    Stmt::Set { slot: slots.trials, value: Expr::Int(0) },
                    Stmt::Set { slot: slots.sessions, value: Expr::Int(0) },
                ]);
                chain = vec![Stmt::If { condition, then, otherwise: chain }];
            }
            code.extend(chain);
        }
        code
    }
}
