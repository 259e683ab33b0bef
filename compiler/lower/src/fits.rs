//! Curves that are fitted to statistics when a session begins and when it ends.

use crate::Lowering;
use crate::fold::binary;
use trialect_ir::{Binary, Code, Expr, FIT_PARTS, Fit, FitId, Slot, Stmt};
use trialect_sema::{FitPart, ValueId, ValueKind};

impl Lowering<'_> {
    /// Code that fits all of them, in the order of the text.
    pub(crate) fn fits(&mut self) -> Code {
        let mut code = Code::new();
        for k in 0..self.model.values.len() {
            if let ValueKind::Fit(fit) = &self.model.values[k].kind
                && fit.part == FitPart::Bias
            {
                self.fit(ValueId(k), fit, &mut code);
            }
        }
        code
    }

    /// One for each key of its name.
    fn fit(&mut self, id: ValueId, fit: &trialect_sema::Fit, code: &mut Code) {
        let Some(place) = self.layout.values.get(&id).copied() else { return };
        let Some((statistic, _)) = self.layout.statistic_of(fit.table) else { return };
        let levels: Vec<f64> = fit.levels.iter().map(|level| level.to_f64()).collect();
        for (index, bound) in self.each_key(id, place) {
            let part = |part: usize, of: fn(&crate::layout::Place) -> Option<Slot>| {
                let place = self.layout.values.get(&ValueId(id.0 + part)).and_then(of);
                place.map_or(Slot(0), |slot| slot.offset(index))
            };
            let values: [Slot; FIT_PARTS] = std::array::from_fn(|k| part(k, |place| Some(place.value)));
            let present: [Slot; FIT_PARTS] = std::array::from_fn(|k| part(k, |place| place.present));
            let run = levels.len() as i64;
            let first = self.with_bound(bound, |lowering| {
                let key = lowering.key_index(&fit.keys);
                if key == Expr::Int(0) { key } else { binary(Binary::MulInt, key, Expr::Int(run)) }
            });
            code.push(Stmt::Fit { fit: FitId(self.fits.len() as u32), first });
            self.fits.push(Fit {
                path: self.model.values[id.0].path.clone(),
                statistic,
                widest: levels.iter().fold(0.0, |widest: f64, level| widest.max(level.abs())),
                levels: levels.clone(),
                values,
                present,
            });
        }
    }
}
