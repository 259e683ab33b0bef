//! A cell as the word of a name: units, value tables, missing values.

use crate::map::Binding;
use crate::table::trimmed;
use trialect_ir::Domain;
use trialect_units::Unit;

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Said {
    /// Nothing: the value is not in the data.
    Missing,
    /// That there is none.
    Nothing,
    /// This.
    Word(u64),
}

/// How the cells of a name are read.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    domain: Domain,
    optional: bool,
    scale: f64,
    offset: f64,
    /// A value in the cells' unit times this is the value in the coherent one.
    size: f64,
    values: Vec<(String, Option<f64>, Said)>,
    missing: Vec<(String, Option<f64>)>,
    /// The greatest of levels.
    largest: f64,
}

impl Decoder {
    /// The decoder of a binding, or what is wrong with it: what and the remedy.
    pub(crate) fn new(
        binding: &Binding,
        domain: &Domain,
        optional: bool,
        missing: &[String],
    ) -> Result<Decoder, Vec<(String, String)>> {
        let own = domain.unit().map_or(1.0, |unit| unit.denominator as f64 / unit.numerator as f64);
        let mut decoder = Decoder {
            domain: domain.clone(),
            optional,
            scale: binding.scale,
            offset: binding.offset,
            size: own,
            values: Vec::new(),
            missing: missing.iter().chain(&binding.missing).map(|text| (text.clone(), text.parse().ok())).collect(),
            largest: match domain {
                Domain::Levels { values, .. } => values.iter().fold(0.0, |size: f64, level| size.max(level.abs())),
                _ => 0.0,
            },
        };
        let mut wrong = Vec::new();
        if let Some(text) = &binding.unit {
            match size_of(text, domain) {
                Ok(size) => decoder.size = size,
                Err(problem) => wrong.push(problem),
            }
        }
        for (cell, value) in &binding.values {
            match decoder.value(value) {
                Some(said) => decoder.values.push((cell.clone(), cell.parse().ok(), said)),
                None => wrong.push((
                    format!("`{value}` is no value of `{}`", binding.name),
                    format!("it is {}", decoder.expected()),
                )),
            }
        }
        if wrong.is_empty() { Ok(decoder) } else { Err(wrong) }
    }

    /// What a text says; none when it is no value.
    pub(crate) fn text(&self, cell: &str) -> Option<Said> {
        let cell = trimmed(cell);
        if cell.is_empty() || cell.eq_ignore_ascii_case("nan") {
            return self.listed(cell, None).or(Some(Said::Missing));
        }
        if self.values.is_empty() && self.missing.is_empty() {
            return self.value(cell);
        }
        self.listed(cell, cell.parse().ok()).or_else(|| self.value(cell))
    }

    /// What a number says; none when it is no value.
    pub(crate) fn number(&self, cell: f64) -> Option<Said> {
        if self.values.is_empty() && self.missing.is_empty() {
            return if cell.is_nan() { Some(Said::Missing) } else { self.real(cell).map(Said::Word) };
        }
        if cell.is_nan() {
            return self.listed("nan", None).or(Some(Said::Missing));
        }
        self.listed("", Some(cell)).or_else(|| self.real(cell).map(Said::Word))
    }

    /// What the value table or the list of missing values says.
    fn listed(&self, cell: &str, number: Option<f64>) -> Option<Said> {
        let same = |text: &str, other: &Option<f64>| text == cell || other.zip(number).is_some_and(|(a, b)| a == b);
        if self.missing.iter().any(|(text, other)| same(text, other)) {
            return Some(Said::Missing);
        }
        self.values.iter().find(|(text, other, _)| same(text, other)).map(|(_, _, said)| *said)
    }

    /// A value as it is written; none when it is no value of the domain.
    fn value(&self, text: &str) -> Option<Said> {
        if self.optional && text == "none" {
            return Some(Said::Nothing);
        }
        let at = |members: &[String]| members.iter().position(|member| member == text).map(|k| k as u64);
        let word = match &self.domain {
            Domain::Named { members } => at(members),
            Domain::Levels { labels, .. } => at(labels).or_else(|| self.real(text.parse().ok()?)),
            Domain::Bool => match text {
                "true" | "True" | "TRUE" | "1" | "1.0" => Some(1),
                "false" | "False" | "FALSE" | "0" | "0.0" => Some(0),
                _ => None,
            },
            Domain::Set { members } => self.set(text, members),
            _ => self.real(text.parse().ok()?),
        };
        word.map(Said::Word)
    }

    /// `{left, right}`, `[1.0, 0.5]`: every item by its name or by the value table.
    fn set(&self, text: &str, members: &[String]) -> Option<u64> {
        let inner = text.trim_start_matches(['{', '[', '(']).trim_end_matches(['}', ']', ')']).trim();
        let mut set = 0;
        for item in inner.split(',').map(|item| item.trim().trim_matches(['"', '\''])).filter(|item| !item.is_empty()) {
            let named = |name: &str| members.iter().position(|member| member == name);
            let percent = || {
                let number: f64 = item.parse().ok()?;
                let label = |member: &&String| {
                    member.strip_suffix('%').and_then(|rest| rest.parse::<f64>().ok()) == Some(number * 100.0)
                };
                members.iter().position(|member| label(&member))
            };
            let place = named(item).or_else(percent).filter(|place| *place < 64)?;
            set |= 1 << place;
        }
        Some(set)
    }

    /// The word of a number in the unit of the cells.
    fn real(&self, cell: f64) -> Option<u64> {
        let value = (cell * self.scale + self.offset) * self.size;
        if !value.is_finite() {
            return None;
        }
        match &self.domain {
            Domain::Real { .. } => Some(value.to_bits()),
            Domain::Levels { values, .. } => {
                values.iter().position(|level| close(*level, value, self.largest)).map(|place| place as u64)
            }
            Domain::Steps { low, step, denominator, .. } => {
                let steps = (value * *denominator as f64 - *low as f64) / *step as f64;
                close(steps, steps.round(), 1e3).then(|| steps.round() as i64 as u64)
            }
            Domain::Int { .. } => close(value, value.round(), 1.0 + value.abs()).then(|| value.round() as i64 as u64),
            Domain::Bool => (value == 0.0 || value == 1.0).then_some(value as u64),
            Domain::Instant => Some(trialect_ir::law::round(value * 1e9) as u64),
            Domain::Named { .. } | Domain::Set { .. } | Domain::Text { .. } | Domain::Times { .. } => None,
        }
    }

    /// What a value should be, in words.
    pub(crate) fn expected(&self) -> String {
        let kind = match &self.domain {
            Domain::Named { members } => format!("one of {}", members.join(", ")),
            Domain::Levels { labels, .. } => format!("one of {}", labels.join(", ")),
            Domain::Bool => "true or false".into(),
            Domain::Set { members } => format!("a set of {}", members.join(", ")),
            Domain::Int { .. } => "a whole number".into(),
            Domain::Instant => "a time on the session's clock in s".into(),
            Domain::Steps { unit, .. } | Domain::Real { unit, .. } => {
                unit.as_ref().map_or("a number".into(), |unit| format!("a number in {}", unit.symbol))
            }
            Domain::Text { .. } => "a text".into(),
            Domain::Times { .. } => "a list of times".into(),
        };
        if self.optional { format!("{kind}, or none") } else { kind }
    }

    /// A difference in the unit of the cells, in the coherent one.
    pub(crate) fn difference(&self, rounded: f64) -> f64 {
        (rounded * self.scale * self.size).abs()
    }
}

/// Equal but for the rounding of decimals in another program's files; `size` is that of the values that are told apart.
fn close(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-9 * size
}

/// The size of a unit, when it measures what the domain does.
fn size_of(text: &str, domain: &Domain) -> Result<f64, (String, String)> {
    let own = match domain {
        Domain::Instant => "s".to_owned(),
        other => other.unit().map_or("1".into(), |unit| unit.symbol.clone()),
    };
    let unit = Unit::parse(text)
        .map_err(|unknown| (unknown.to_string(), format!("write a unit of the language, as {own}")))?;
    let dimension = Unit::parse(&own).map_or(trialect_units::Dimension::NONE, |unit| unit.dimension);
    if unit.dimension != dimension {
        return Err((
            format!("`{text}` does not measure what is recorded in {own}"),
            format!("write a unit like {own}"),
        ));
    }
    Ok(unit.scale.to_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Source, read};

    fn binding(text: &str) -> Binding {
        let map = read("m", &format!("format = \"trialect-map/1\"\n[names]\n{text}\n")).unwrap();
        assert!(!matches!(map.bindings[0].source, Source::Changes(_)));
        map.bindings[0].clone()
    }

    fn microlitre() -> Domain {
        let unit = trialect_ir::Unit { symbol: "uL".into(), ucum: "uL".into(), numerator: 1, denominator: 1 };
        Domain::Steps { unit: Some(unit), low: 15, step: 1, denominator: 10, most: 15 }
    }

    #[test]
    fn cells_become_words() {
        let side = Domain::Named { members: vec!["left".into(), "right".into()] };
        let text = "x = { column = \"c\", values = { \"-35\" = \"left\", \"35\" = \"right\", \"0\" = \"none\" } }";
        let decoder = Decoder::new(&binding(text), &side, true, &["99".into()]).unwrap();
        assert_eq!(decoder.text("-35.0"), Some(Said::Word(0)));
        assert_eq!(decoder.number(35.0), Some(Said::Word(1)));
        assert_eq!(decoder.text("0"), Some(Said::Nothing));
        assert_eq!(decoder.text("99"), Some(Said::Missing));
        assert_eq!(decoder.text(""), Some(Said::Missing));
        assert_eq!(decoder.text("up"), None);
    }

    #[test]
    fn units_and_steps() {
        let decoder = Decoder::new(&binding("x = \"c\""), &microlitre(), false, &[]).unwrap();
        assert_eq!(decoder.text("2.6"), Some(Said::Word(11)));
        assert_eq!(decoder.text("2.65"), None);
        let text = "x = { column = \"c\", unit = \"mL\" }";
        let decoder = Decoder::new(&binding(text), &microlitre(), false, &[]).unwrap();
        assert_eq!(decoder.text("0.003"), Some(Said::Word(15)));
    }

    #[test]
    fn what_is_no_value_is_told() {
        let text = "x = { column = \"c\", unit = \"mm\", values = { a = \"b\" } }";
        let wrong = Decoder::new(&binding(text), &microlitre(), false, &[]).unwrap_err();
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }
}
