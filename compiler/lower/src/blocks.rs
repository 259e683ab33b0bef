//! Blocks: what is made when one begins, and when one ends.

use crate::Lowering;
use crate::columns::Tables;
use crate::expressions::int;
use crate::fold::binary;
use trialect_ir::{Binary, Code, Expr, PREFIX, RuleKind, Stmt};
use trialect_sema::{BlockId, Clock, ValueKind};

impl Lowering<'_> {
    /// Blocks that ended with the trial before, or that have not begun, begin in the order of the text.
    pub(crate) fn block_starts(&mut self, tables: &Tables) -> Code {
        let mut code = Code::new();
        for k in 0..self.model.blocks.len() {
            let slots = self.layout.blocks[k];
            let then = self.block_start(BlockId(k), tables);
            code.push(Stmt::If { condition: int(slots.ended), then, otherwise: Code::new() });
        }
        code
    }

    fn block_start(&mut self, block: BlockId, tables: &Tables) -> Code {
        let slots = self.layout.blocks[block.0];
        let mut code = vec![Stmt::Set { slot: slots.ended, value: Expr::Int(0) }];
        code.push(Stmt::Set { slot: slots.index, value: binary(Binary::AddInt, int(slots.index), Expr::Int(1)) });
        code.push(Stmt::Set { slot: slots.trials, value: Expr::Int(0) });
        self.empty_statistics(block, &mut code);
        code.extend(self.block_values(block, tables));
        code
    }

    fn block_values(&mut self, block: BlockId, tables: &Tables) -> Code {
        let mut code = Code::new();
        for id in self.draw_order(Clock::Block, Some(block)) {
            self.make(id, tables, &mut code);
        }
        for id in self.in_order(|value| value.block == Some(block)) {
            if let ValueKind::Variable(variable) = self.model.values[id.0].kind.clone()
                && let Some(initial) = &variable.initial
            {
                self.assign_all(id, initial, &mut code);
            }
        }
        code
    }

    /// The block's statistics have no rows. Their samples need not go: without rows none of them counts.
    fn empty_statistics(&self, block: BlockId, code: &mut Code) {
        for (id, statistic) in &self.layout.statistics {
            if self.model.values[id.0].block != Some(block) {
                continue;
            }
            let words = statistic.initial();
            for key in 0..statistic.keys {
                let set = |word: u32| {
                    let value = Expr::Int(words[word as usize] as i64);
                    Stmt::Set { slot: statistic.value(key).offset(word), value }
                };
                code.extend((0..PREFIX).map(set));
            }
        }
    }

    /// (6) Whether each block ends with the trial that has ended.
    pub(crate) fn block_ends(&mut self) -> Code {
        let mut code = Code::new();
        for k in 0..self.model.blocks.len() {
            let block = self.model.blocks[k].clone();
            let Some(ends) = &block.ends else { continue };
            let rule = self.rule(block.path.clone(), RuleKind::Block, block.name.clone(), ends.span);
            let condition = self.value(ends);
            let then = vec![Stmt::Decide(rule), Stmt::Set { slot: self.layout.blocks[k].ended, value: Expr::Int(1) }];
            code.push(Stmt::If { condition, then, otherwise: Code::new() });
        }
        code
    }
}
