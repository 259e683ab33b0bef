//! Expressions that are affine in one reading of a device: `offset + slope * reading`.

use crate::Interval;
use crate::model::{Affine, DeviceId};
use crate::term::{Function, Term, Texpr};
use crate::types::Type;
use trialect_units::Dimension;

/// How an expression depends on a reading.
pub(crate) enum LinearIn {
    /// Not at all.
    Free,
    /// `offset + slope * reading`
    One(Affine),
    /// In another way, or on several readings.
    Other,
}

struct Parts {
    reading: (DeviceId, u32),
    offset: Option<Texpr>,
    slope: Option<Texpr>,
}

impl LinearIn {
    /// Takes an expression apart.
    pub(crate) fn of(typed: &Texpr) -> LinearIn {
        match parts(typed) {
            Ok(None) => LinearIn::Free,
            Ok(Some(Parts { reading: (device, channel), offset, slope })) => {
                let one = Texpr {
                    term: Term::Number(trialect_units::Decimal::ONE),
                    ty: Type::NUMBER,
                    range: Interval::point(1.0),
                    span: typed.span,
                };
                LinearIn::One(Affine { device, channel, offset, slope: slope.unwrap_or(one), whole: typed.clone() })
            }
            Err(()) => LinearIn::Other,
        }
    }
}

fn apply(function: Function, list: Vec<Texpr>, like: &Texpr) -> Texpr {
    let dimension = |k: usize| match &list[k].ty {
        Type::Real(dimension) => *dimension,
        _ => Dimension::NONE,
    };
    let (ty, range) = match function {
        Function::Multiply => (Type::Real(dimension(0).times(dimension(1))), list[0].range.times(list[1].range)),
        Function::Divide => (Type::Real(dimension(0).over(dimension(1))), list[0].range.over(list[1].range)),
        Function::Add => (list[0].ty.clone(), list[0].range.plus(list[1].range)),
        Function::Subtract => (list[0].ty.clone(), list[0].range.plus(list[1].range.negated())),
        _ => (list[0].ty.clone(), list[0].range.negated()),
    };
    Texpr { term: Term::Apply(function, list), ty, range, span: like.span }
}

/// `Ok(None)`: no reading in it. `slope` none is 1, `offset` none is 0.
fn parts(typed: &Texpr) -> Result<Option<Parts>, ()> {
    let mut readings = false;
    typed.visit(&mut |inner| readings |= matches!(inner.term, Term::Reading(..)));
    if !readings {
        return Ok(None);
    }
    let Term::Apply(function, list) = &typed.term else {
        return match typed.term {
            Term::Reading(device, channel) => Ok(Some(Parts { reading: (device, channel), offset: None, slope: None })),
            _ => Err(()),
        };
    };
    match (function, list.as_slice()) {
        (Function::Negate, [a]) => {
            let Some(inner) = parts(a)? else { return Err(()) };
            let minus = |part: Texpr| apply(Function::Negate, vec![part], typed);
            let slope = inner.slope.unwrap_or_else(|| number(1.0, typed));
            Ok(Some(Parts {
                reading: inner.reading,
                offset: inner.offset.map(minus),
                slope: Some(apply(Function::Negate, vec![slope], typed)),
            }))
        }
        (Function::Add, [a, b]) => match (parts(a)?, parts(b)?) {
            (Some(inner), None) => Ok(Some(shifted(inner, b, typed))),
            (None, Some(inner)) => Ok(Some(Parts {
                offset: Some(match inner.offset {
                    None => a.clone(),
                    Some(offset) => apply(Function::Add, vec![a.clone(), offset], typed),
                }),
                ..inner
            })),
            _ => Err(()),
        },
        (Function::Subtract, [a, b]) => match (parts(a)?, parts(b)?) {
            (Some(inner), None) => Ok(Some(shifted(inner, &apply(Function::Negate, vec![b.clone()], typed), typed))),
            (None, Some(inner)) => {
                let slope = inner.slope.unwrap_or_else(|| number(1.0, typed));
                let offset = match inner.offset {
                    None => a.clone(),
                    Some(offset) => apply(Function::Subtract, vec![a.clone(), offset], typed),
                };
                Ok(Some(Parts {
                    reading: inner.reading,
                    offset: Some(offset),
                    slope: Some(apply(Function::Negate, vec![slope], typed)),
                }))
            }
            _ => Err(()),
        },
        (Function::Multiply, [a, b]) => match (parts(a)?, parts(b)?) {
            (Some(inner), None) => Ok(Some(scaled(inner, Function::Multiply, b, typed))),
            (None, Some(inner)) => Ok(Some(scaled(inner, Function::Multiply, a, typed))),
            _ => Err(()),
        },
        (Function::Divide, [a, b]) => match (parts(a)?, parts(b)?) {
            (Some(inner), None) => Ok(Some(scaled(inner, Function::Divide, b, typed))),
            _ => Err(()),
        },
        _ => Err(()),
    }
}

fn number(value: f64, like: &Texpr) -> Texpr {
    Texpr {
        term: Term::Number(trialect_units::Decimal::ONE),
        ty: Type::NUMBER,
        range: Interval::point(value),
        span: like.span,
    }
}

fn shifted(inner: Parts, by: &Texpr, like: &Texpr) -> Parts {
    let offset = match inner.offset {
        None => by.clone(),
        Some(offset) => apply(Function::Add, vec![offset, by.clone()], like),
    };
    Parts { offset: Some(offset), ..inner }
}

fn scaled(inner: Parts, function: Function, by: &Texpr, like: &Texpr) -> Parts {
    let slope = match inner.slope {
        None if function == Function::Multiply => by.clone(),
        slope => apply(function, vec![slope.unwrap_or_else(|| number(1.0, like)), by.clone()], like),
    };
    let offset = inner.offset.map(|offset| apply(function, vec![offset, by.clone()], like));
    Parts { reading: inner.reading, offset, slope: Some(slope) }
}
