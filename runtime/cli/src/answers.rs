//! A covariate's value as a person writes it on the command line: `24.5`, `24.5g`, `-70 mV`, `female`, `true`, words.

use serde_json::Value;
use trialect_ir::{Column, Domain};
use trialect_session::expects;
use trialect_units::{Decimal, Unit};

/// The value of a text, as records hold it; the problem when the text is not what the column asks for.
pub(crate) fn value(column: &Column, text: &str) -> Result<Value, String> {
    let wanted = || format!("{} is needed", expects(column));
    match &column.domain {
        Domain::Text { .. } => Ok(Value::from(text)),
        Domain::Bool => text.parse::<bool>().map(Value::from).map_err(|_| wanted()),
        Domain::Named { members } => {
            members.iter().find(|member| *member == text).map(|member| Value::from(member.as_str())).ok_or_else(wanted)
        }
        Domain::Levels { unit, values, labels } => {
            let symbol = unit.as_ref().map(|unit| unit.symbol.as_str());
            let same = |k: &usize| labels[*k] == text || quantity(text, symbol).is_ok_and(|value| value == values[*k]);
            (0..labels.len()).find(same).map(|k| Value::from(labels[k].as_str())).ok_or_else(wanted)
        }
        Domain::Int { .. } => text.parse::<i64>().map(Value::from).map_err(|_| wanted()),
        Domain::Real { unit, .. } => {
            let value = quantity(text, unit.as_ref().map(|unit| unit.symbol.as_str()));
            value.map(Value::from).map_err(|why| why.unwrap_or_else(wanted))
        }
        Domain::Steps { .. } | Domain::Set { .. } | Domain::Instant | Domain::Times { .. } => Err(wanted()),
    }
}

/// A quantity with its unit as a plain number in the unit of its column; other texts, and plain numbers, as they are.
pub(crate) fn plain(column: &Column, text: &str) -> Result<String, String> {
    let (Domain::Real { unit, .. } | Domain::Steps { unit, .. }) = &column.domain else { return Ok(text.into()) };
    let has_unit = text.ends_with(|c: char| c.is_ascii_alphabetic() || c == '%');
    if !has_unit || !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) {
        return Ok(text.into());
    }
    let coherent = quantity(text, unit.as_ref().map(|unit| unit.symbol.as_str()));
    let coherent = coherent.map_err(|why| why.unwrap_or_else(|| format!("`{text}` is no quantity")))?;
    let value = unit.as_ref().map_or(coherent, |unit| unit.express(coherent));
    // 15 digits: the steps there and back leave traces in the 16th.
    Ok(format!("{value:.14e}").parse::<f64>().unwrap_or(value).to_string())
}

/// A duration with its unit, s.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let plain = text.trim_end().ends_with(|c: char| c.is_ascii_digit());
    quantity(text.trim(), Some("s")).ok().filter(|_| !plain)
}

/// A number with its unit, or in the unit of its column, in coherent units; why not, when there is more to say of it.
fn quantity(text: &str, column: Option<&str>) -> Result<f64, Option<String>> {
    let split = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let (digits, symbol) = (&text[..split], text[split..].trim());
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let number = Decimal::parse(unsigned).ok_or(None)?;
    let number = if digits.starts_with('-') { number.negated() } else { number };
    let wanted = column.map_or_else(|| Ok(Unit::one()), Unit::parse).map_err(|error| Some(error.to_string()))?;
    let unit = match symbol {
        "" => wanted.clone(),
        symbol => Unit::parse(symbol).map_err(|error| Some(error.to_string()))?,
    };
    if unit.dimension != wanted.dimension {
        return Err(Some(match column {
            Some(column) => format!("`{symbol}` is no unit for it; write it in {column}"),
            None => format!("it is a plain number, without the unit `{symbol}`"),
        }));
    }
    number.times(unit.scale).map(Decimal::to_f64).ok_or(None)
}

#[cfg(test)]
mod tests {
    use super::{plain, quantity};
    use trialect_ir::{Clock, Column, Domain, Role, Slot, Unit};

    #[test]
    fn a_quantity_is_a_plain_number_in_the_unit_of_its_column() {
        let unit = Some(Unit { symbol: "g".into(), ucum: "g".into(), numerator: 1, denominator: 1 });
        let column = |domain| Column {
            name: "weight".into(),
            definition: "session.weight".into(),
            description: None,
            clock: Clock::Session,
            role: Role::Covariate,
            domain,
            value: Slot(0),
            present: None,
            covariate: None,
        };
        let weight = column(Domain::Real { unit, least: None, most: None });
        for (written, number) in [("21g", "21"), ("21.3 g", "21.3"), ("21300 mg", "21.3"), ("24.5", "24.5")] {
            assert_eq!(plain(&weight, written).as_deref(), Ok(number), "{written}");
        }
        assert!(plain(&weight, "21 mm").is_err() && plain(&weight, "2..1 g").is_err());
        assert_eq!(plain(&column(Domain::Bool), "true").as_deref(), Ok("true"));
    }

    #[test]
    fn numbers_have_their_own_unit_or_that_of_their_column() {
        assert_eq!(quantity("23.5", Some("g")), Ok(23.5));
        assert_eq!(quantity("23.5g", Some("g")), Ok(23.5));
        assert_eq!(quantity("0.0235 kg", Some("g")), Ok(23.5));
        assert_eq!(quantity("-70mV", Some("mV")), quantity("-0.07 V", Some("mV")));
        assert_eq!(quantity("19%", None), Ok(0.19));
        assert_eq!(quantity("10wk", Some("s")), Ok(6_048_000.0));
        for wrong in ["", "g", "1e3", "--1", "1-2", "1..2", "4 s", "4 parsec", "nan", "inf"] {
            assert!(quantity(wrong, Some("g")).is_err(), "{wrong}");
        }
        assert!(quantity("5 g", None).is_err());
    }
}
