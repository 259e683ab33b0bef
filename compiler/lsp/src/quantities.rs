//! Types, units and ranges in a few words.

use trialect_sema::{Interval, Model, Type};

/// A type as it could be written: `Volume`, `Side?`, `Set[Contrast]`.
pub(crate) fn written(ty: &Type, model: &Model) -> Option<String> {
    Some(match ty {
        Type::Unknown | Type::None => return None,
        Type::Bool => "Bool".into(),
        Type::Int => "Int".into(),
        Type::Real(dimension) if dimension.is_none() => "Real".into(),
        Type::Real(dimension) => {
            let kind = model.quantities.iter().find(|kind| kind.unit.dimension == *dimension);
            kind.map_or_else(|| dimension.coherent_symbol(), |kind| kind.name.clone())
        }
        Type::Instant => "Instant".into(),
        Type::Enum(id) => model.enums.get(id.0)?.name.clone(),
        Type::Levels(id) => model.levels.get(id.0)?.name.clone(),
        Type::IntType(id) => model.ints.get(id.0)?.name.clone(),
        Type::Set(finite) => format!("Set[{}]", finite.name(model)),
        Type::Option(inner) => format!("{}?", written(inner, model)?),
        Type::Text => "Text".into(),
        Type::Times => "Times".into(),
    })
}

/// The unit in which values of a type are recorded.
pub(crate) fn unit(ty: &Type, model: &Model) -> Option<String> {
    let dimension = ty.dimension(model).filter(|dimension| !dimension.is_none())?;
    model.unit(dimension).map(|unit| unit.symbol)
}

/// A range in the recorded unit; none when it says nothing.
pub(crate) fn range(range: Interval, ty: &Type, model: &Model) -> Option<String> {
    let is_number = matches!(ty.required(), Type::Int | Type::Real(_));
    if !is_number || range.low > range.high || range.low.is_infinite() && range.high.is_infinite() {
        return None;
    }
    let unit = ty.dimension(model).filter(|dimension| !dimension.is_none()).and_then(|dimension| model.unit(dimension));
    let scale = unit.as_ref().map_or(1.0, |unit| unit.scale.to_f64());
    let symbol = unit.map(|unit| format!(" {}", unit.symbol)).unwrap_or_default();
    let show = |value: f64| format!("{}{symbol}", rounded(value / scale));
    Some(match (range.low.is_finite(), range.high.is_finite()) {
        (true, true) => format!("{} .. {}", show(range.low), show(range.high)),
        (true, false) => format!("{} or more", show(range.low)),
        _ => format!("{} or less", show(range.high)),
    })
}

/// Ten digits are enough to read, and hide the last bits of a quotient.
fn rounded(value: f64) -> String {
    format!("{value:.9e}").parse::<f64>().map_or_else(|_| value.to_string(), |value| value.to_string())
}
