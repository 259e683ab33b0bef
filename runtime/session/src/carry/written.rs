//! Values between text and words: what a person writes for `--start`, and how a word is shown.

use super::exact::Exact;
use trialect_ir::{Domain, Unit};

/// The word of a value that a person wrote, in the unit in which the name is recorded.
///
/// # Errors
/// What is expected instead.
pub(super) fn word(domain: &Domain, text: &str) -> Result<u64, String> {
    let text = text.trim();
    match domain {
        Domain::Bool => match text {
            "true" => Ok(1),
            "false" => Ok(0),
            _ => Err(format!("`{text}` is neither `true` nor `false`")),
        },
        Domain::Named { members } => member(members, text),
        Domain::Levels { unit, values, labels } => member(labels, text).or_else(|why| {
            let value = number(text, unit.as_ref()).map_err(|_| why.clone())?.nearest();
            values.iter().position(|level| *level == value).map(|k| k as u64).ok_or(why)
        }),
        Domain::Set { members } => set(members, text),
        Domain::Instant => Err("a time of a session cannot be set".into()),
        Domain::Text { .. } => Err("a text is asked for as a covariate".into()),
        Domain::Times { .. } => Err("a train of times is drawn".into()),
        Domain::Int { .. } | Domain::Real { .. } | Domain::Steps { .. } => {
            quantity(domain, number(text, domain.unit())?).map_err(|why| format!("`{text}` {why}"))
        }
    }
}

/// The word of a number in the coherent unit.
///
/// # Errors
/// Why it does not fit, without its subject: `lies outside …`.
pub(super) fn quantity(domain: &Domain, value: Exact) -> Result<u64, String> {
    let outside = || format!("lies outside {}", range(domain));
    match domain {
        Domain::Int { least, most } => {
            let whole = value.whole().ok_or("is not a whole number")?;
            if (*least..=*most).contains(&whole) { Ok(whole as u64) } else { Err(outside()) }
        }
        Domain::Steps { low, step, denominator, most, .. } => {
            let steps = value
                .steps(*low, *step, *denominator)
                .ok_or_else(|| format!("is not on a step of {}", range(domain)))?;
            if (0..=i128::from(*most)).contains(&steps) { Ok(steps as u64) } else { Err(outside()) }
        }
        Domain::Real { least, most, .. } => {
            let value = value.nearest();
            let inside = least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most);
            if inside { Ok(value.to_bits()) } else { Err(outside()) }
        }
        _ => Err("is a number".into()),
    }
}

fn number(text: &str, unit: Option<&Unit>) -> Result<Exact, String> {
    let symbol = unit.map_or("%", |unit| unit.symbol.as_str());
    let plain = text.strip_suffix(symbol).map(str::trim_end);
    let expected = || match unit {
        Some(unit) => format!("`{text}` is not a number in {}, the unit in which it is recorded", unit.symbol),
        None => format!("`{text}` is not a number"),
    };
    let mut value = Exact::parse(plain.unwrap_or(text)).ok_or_else(expected)?;
    if unit.is_none() && plain.is_some() {
        value.denominator *= 100;
    }
    value.coherent(unit).ok_or_else(expected)
}

fn member(members: &[String], text: &str) -> Result<u64, String> {
    let position = members.iter().position(|member| member == text);
    position.map(|k| k as u64).ok_or_else(|| format!("`{text}` is none of {}", members.join(", ")))
}

fn set(members: &[String], text: &str) -> Result<u64, String> {
    let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let inside =
        inside.ok_or_else(|| format!("`{text}` is no set; write {{{}}} or some of them", members.join(", ")))?;
    let names = inside.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| member(members, name)).try_fold(0, |bits, k| Ok(bits | 1 << k?))
}

/// A word as people read it, with its unit.
pub(super) fn shown(domain: &Domain, word: u64) -> String {
    match domain.unit() {
        Some(unit) if !matches!(domain, Domain::Levels { .. }) => format!("{} {}", domain.show(word), unit.symbol),
        _ => domain.show(word),
    }
}

/// The range of a domain as people read it.
pub(super) fn range(domain: &Domain) -> String {
    let real =
        |value: f64| shown(&Domain::Real { unit: domain.unit().cloned(), least: None, most: None }, value.to_bits());
    match domain {
        Domain::Int { least, most } => format!("{least} .. {most}"),
        Domain::Real { least, most, .. } => {
            let end = |end: &Option<f64>| end.map_or_else(|| "any".into(), real);
            format!("{} .. {}", end(least), end(most))
        }
        Domain::Steps { step, denominator, most, .. } => {
            let by = real(*step as f64 / *denominator as f64);
            format!("{} .. {} by {by}", shown(domain, 0), shown(domain, *most as u64))
        }
        Domain::Bool => "false, true".into(),
        Domain::Named { members } | Domain::Set { members } => members.join(", "),
        Domain::Levels { labels, .. } => labels.join(", "),
        Domain::Instant => "a time".into(),
        Domain::Text { .. } => "a text".into(),
        Domain::Times { .. } => "a train of times".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reward() -> Domain {
        let unit = Unit { symbol: "uL".into(), ucum: "uL".into(), numerator: 1_000_000_000, denominator: 1 };
        Domain::Steps { unit: Some(unit), low: 15, step: 1, denominator: 10_000_000_000, most: 15 }
    }

    #[test]
    fn steps_are_written_in_the_recorded_unit() {
        for text in ["2.6", "2.6 uL", "2.6uL", " 2.60 "] {
            assert_eq!(word(&reward(), text), Ok(11), "{text}");
        }
        for (text, why) in [("2.65", "step"), ("3.1", "outside"), ("2.6 mL", "uL"), ("much", "uL")] {
            assert!(word(&reward(), text).unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn names_levels_and_sets_are_written_as_in_the_text() {
        let names = ["left", "right"].map(str::to_owned).to_vec();
        let sides = Domain::Named { members: names.clone() };
        assert_eq!(word(&sides, "right"), Ok(1));
        assert!(word(&sides, "up").unwrap_err().contains("left, right"));
        let set = Domain::Set { members: names };
        assert_eq!((word(&set, "{}"), word(&set, "{right}"), word(&set, "{right, left}")), (Ok(0), Ok(2), Ok(3)));
        assert!(word(&set, "right").is_err() && word(&set, "{up}").is_err());
        let levels =
            Domain::Levels { unit: None, values: vec![1.0, 0.125], labels: vec!["100%".into(), "12.5%".into()] };
        assert_eq!((word(&levels, "12.5%"), word(&levels, "0.125")), (Ok(1), Ok(1)));
        assert!(word(&levels, "13%").is_err());
    }

    #[test]
    fn reals_and_whole_numbers_stay_in_their_range() {
        let share = Domain::Real { unit: None, least: Some(0.0), most: Some(1.0) };
        assert_eq!(word(&share, "12.5%"), Ok(0.125_f64.to_bits()));
        assert!(word(&share, "1.5").unwrap_err().contains("outside 0 .. 1"));
        let count = Domain::Int { least: 0, most: 5 };
        assert_eq!(word(&count, "5"), Ok(5));
        assert!(word(&count, "6").is_err() && word(&count, "2.5").unwrap_err().contains("whole"));
    }
}
