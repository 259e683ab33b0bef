//! Covariates: what is refused and what is flagged decides what is in the data; words for people do not.

use super::Writer;
use serde_json::{Value as Json, json};
use trialect_sema::{Asked, CovariateFacts, Texpr, Type, Variable};
use trialect_units::{Decimal, Dimension};

impl Writer<'_> {
    /// `covariate … asked …`; what is as usual is not written: asked before, required unless its type says otherwise.
    pub(super) fn asked_covariate(&mut self, variable: &Variable, facts: Option<&CovariateFacts>, ty: &Type) -> Json {
        let mut body = self.variable("covariate", variable, ty);
        let Some(facts) = facts else { return body };
        if let Some((device, reading)) = facts.measured {
            let name = &self.model.devices[device.0].name;
            let path = format!("rig.{name}");
            self.uses(&path);
            body["from"] = json!([path, self.model.class(device).readings[reading].name]);
        }
        match facts.asked {
            Some(Asked::After) => {
                body["asked"] = json!("after");
                body["required"] = json!(!facts.optional);
            }
            Some(Asked::OnChange) => body["asked"] = json!("on change"),
            Some(Asked::Before) | None => {}
        }
        self.standard(&mut body, facts, ty);
        body
    }

    /// `covariate … = …`
    pub(super) fn computed_covariate(&mut self, facts: &CovariateFacts, value: &Texpr, ty: &Type) -> Json {
        let within = self.ends(facts.within, ty);
        let mut body = json!({ "is": "covariate", "value": self.expr(value), "within": within });
        self.standard(&mut body, facts, ty);
        body
    }

    fn standard(&mut self, body: &mut Json, facts: &CovariateFacts, ty: &Type) {
        if facts.standard.is_some() {
            body["standard"] = self.ends(facts.standard, ty);
        }
        if let Some(usual) = &facts.usual {
            body["usual"] = json!(usual);
        }
    }

    fn ends(&self, range: Option<(Decimal, Decimal)>, ty: &Type) -> Json {
        let dimension = ty.dimension(self.model).unwrap_or(Dimension::NONE);
        range.map_or(Json::Null, |(low, high)| json!([self.quantity(low, dimension), self.quantity(high, dimension)]))
    }
}
