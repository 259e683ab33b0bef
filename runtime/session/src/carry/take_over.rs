//! The words of a definition out of those of an earlier version of it.

use super::exact::Exact;
use super::written::{quantity, range, shown};
use trialect_ir::{Carried, Domain, Memory};

/// The words with which `new` begins when it takes over what `old` held.
///
/// # Errors
/// Why that cannot be.
pub(super) fn take_over(old: &Carried, words: &[u64], new: &Carried) -> Result<Vec<u64>, String> {
    match (&old.memory, &new.memory) {
        (Memory::Value { .. }, Memory::Value { .. }) => values(old, words, new),
        (Memory::Statistic { .. }, Memory::Statistic { .. }) => statistic(old, words, new),
        (Memory::Curriculum { stages: before }, Memory::Curriculum { stages }) => stage(before, words, stages),
        (was, is) => Err(format!("it was {}, it is {}", kind(was), kind(is))),
    }
}

fn kind(memory: &Memory) -> &'static str {
    match memory {
        Memory::Value { .. } => "a variable",
        Memory::Statistic { .. } => "a statistic",
        Memory::Curriculum { .. } => "a curriculum",
    }
}

/// For each new key its position among the old ones.
fn positions(old: &[String], new: &[String]) -> Result<Vec<usize>, String> {
    if old.is_empty() && new.is_empty() {
        return Ok(vec![0]);
    }
    let position = |key| old.iter().position(|other| other == key);
    let differ = || format!("its keys were {}, they are {}", keys(old), keys(new));
    new.iter().map(position).collect::<Option<Vec<usize>>>().filter(|found| !found.is_empty()).ok_or_else(differ)
}

fn keys(keys: &[String]) -> String {
    if keys.is_empty() {
        "none".into()
    } else {
        keys.iter().map(|key| format!("[{key}]")).collect::<Vec<_>>().join(" ")
    }
}

fn values(old: &Carried, words: &[u64], new: &Carried) -> Result<Vec<u64>, String> {
    let (
        Memory::Value { keys: old_keys, domain: was, optional: was_optional },
        Memory::Value { keys, domain, optional },
    ) = (&old.memory, &new.memory)
    else {
        return Err("it was not a variable".into());
    };
    let count = old_keys.len().max(1);
    let (mut taken, mut flags) = (Vec::new(), Vec::new());
    for (k, from) in positions(old_keys, keys)?.into_iter().enumerate() {
        let there = !was_optional || words[count + from] != 0;
        let of = keys.get(k).map(|key| format!("[{key}] ")).unwrap_or_default();
        if !there && !optional {
            return Err(format!("{of}it has no value, and now it must have one"));
        }
        taken.push(if there { value(was, words[from], domain).map_err(|why| format!("{of}{why}"))? } else { 0 });
        flags.push(u64::from(there));
    }
    if *optional {
        taken.extend(flags);
    }
    Ok(taken)
}

/// A word of another domain with the same value.
fn value(was: &Domain, word: u64, domain: &Domain) -> Result<u64, String> {
    let value = shown(was, word);
    let by_name = |members: &[String], name: &str| {
        let position = members.iter().position(|member| member == name);
        position.map(|k| k as u64).ok_or_else(|| format!("{name} is none of {}", members.join(", ")))
    };
    match (was, domain) {
        (Domain::Bool, Domain::Bool) | (Domain::Instant, Domain::Instant) => Ok(word),
        (Domain::Named { .. }, Domain::Named { members }) => by_name(members, &value),
        (Domain::Set { members: before }, Domain::Set { members }) => {
            let inside = before.iter().take(64).enumerate().filter(|(bit, _)| word >> bit & 1 == 1);
            inside.map(|(_, name)| by_name(members, name)).try_fold(0, |bits, k| Ok(bits | 1 << k?))
        }
        (Domain::Levels { values: before, .. }, Domain::Levels { values, .. }) if same_unit(was, domain) => {
            let level = before.get(word as usize);
            let position = level.and_then(|level| values.iter().position(|other| other == level));
            position.map(|k| k as u64).ok_or_else(|| format!("{value} is none of {}", range(domain)))
        }
        _ if is_number(was) && is_number(domain) && same_unit(was, domain) => {
            number(was, word, domain).map_err(|why| format!("{value} {why}"))
        }
        _ => Err(format!("{value} is {}, it must be {}", described(was), described(domain))),
    }
}

fn is_number(domain: &Domain) -> bool {
    matches!(domain, Domain::Int { .. } | Domain::Real { .. } | Domain::Steps { .. })
}

/// Of one dimension; a quantity whose recorded unit has become another one is not compared.
fn same_unit(a: &Domain, b: &Domain) -> bool {
    a.unit() == b.unit()
}

fn described(domain: &Domain) -> String {
    let unit = domain.unit().map(|unit| format!(" in {}", unit.symbol)).unwrap_or_default();
    match domain {
        Domain::Bool => "a truth value".into(),
        Domain::Int { .. } => "a whole number".into(),
        Domain::Real { .. } | Domain::Steps { .. } => format!("a number{unit}"),
        Domain::Named { members } => format!("one of {}", members.join(", ")),
        Domain::Levels { labels, .. } => format!("a level{unit} of {}", labels.join(", ")),
        Domain::Set { members } => format!("a set of {}", members.join(", ")),
        Domain::Instant => "a time".into(),
        Domain::Text { .. } => "a text".into(),
        Domain::Times { .. } => "a train of times".into(),
    }
}

fn number(was: &Domain, word: u64, domain: &Domain) -> Result<u64, String> {
    match was {
        Domain::Steps { low, step, denominator, .. } => {
            let numerator = i128::from(*low) + i128::from(*step) * i128::from(word as i64);
            quantity(domain, Exact { numerator, denominator: i128::from(*denominator).max(1) })
        }
        Domain::Int { .. } => quantity(domain, Exact { numerator: i128::from(word as i64), denominator: 1 }),
        _ => real(f64::from_bits(word), domain),
    }
}

/// A real: the word that reads as exactly this double.
fn real(value: f64, domain: &Domain) -> Result<u64, String> {
    match domain {
        Domain::Real { least, most, .. } => {
            let inside = least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most);
            if inside { Ok(value.to_bits()) } else { Err(format!("lies outside {}", range(domain))) }
        }
        Domain::Steps { low, step, denominator, most, .. } => {
            let near = ((value * *denominator as f64 - *low as f64) / *step as f64).round();
            if near < 0.0 || near > *most as f64 {
                return Err(format!("lies outside {}", range(domain)));
            }
            let numerator = low.wrapping_add(step.wrapping_mul(near as i64));
            let reads = numerator as f64 / *denominator as f64;
            if reads == value { Ok(near as u64) } else { Err(format!("is not on a step of {}", range(domain))) }
        }
        Domain::Int { .. } if value.fract() == 0.0 && value.abs() < 9e15 => {
            quantity(domain, Exact { numerator: value as i128, denominator: 1 })
        }
        _ => Err("is not a whole number".into()),
    }
}

/// The newest samples of each key, when the function, the keys and what is sampled are the same.
fn statistic(old: &Carried, words: &[u64], new: &Carried) -> Result<Vec<u64>, String> {
    let (Some(was), Some(is)) = (old.statistic(), new.statistic()) else { return Err("it was no statistic".into()) };
    let (Memory::Statistic { keys: old_keys, domain: old_domain, .. }, Memory::Statistic { keys, domain, .. }) =
        (&old.memory, &new.memory)
    else {
        return Err("it was no statistic".into());
    };
    if was.function != is.function {
        return Err(format!("it was the {}, it is the {}", word_of(was.function), word_of(is.function)));
    }
    if old_domain.unit() != domain.unit() {
        return Err(format!("it was {}, it is {}", described(old_domain), described(domain)));
    }
    let from = positions(old_keys, keys)?;
    if from.len() != old_keys.len().max(1) {
        return Err(format!("its keys were {}, they are {}", self::keys(old_keys), self::keys(keys)));
    }
    let stride = was.stride() as usize;
    let mut taken = Vec::new();
    for k in from {
        let block = &words[k * stride..(k + 1) * stride];
        let rows = was.rows(block);
        taken.extend(match (was.window, is.window, was.samples(block)) {
            (Some(_), Some(window), Some(samples)) => {
                is.block_of(&samples[samples.len().saturating_sub(window as usize)..])
            }
            (None, None, Some(samples)) if samples.len() <= is.capacity as usize => is.block_of(&samples),
            (None, None, None) => is.block_like(block),
            _ if rows == 0 => is.block_of(&[]),
            (Some(last), None, _) => return Err(format!("only its last {last} samples are kept, now it is over all")),
            (None, Some(_), _) => return Err("it was over all rows, of which no window is kept".into()),
            _ => return Err(format!("it has {rows} samples, more than there is room for now")),
        });
    }
    Ok(taken)
}

fn word_of(function: trialect_ir::Function) -> String {
    format!("{function:?}").to_lowercase()
}

/// The stage by its name, with its trials and sessions.
fn stage(before: &[String], words: &[u64], stages: &[String]) -> Result<Vec<u64>, String> {
    let name = usize::try_from(words[0]).ok().and_then(|k| before.get(k)).ok_or("its stage cannot be read")?;
    let position = stages.iter().position(|stage| stage == name);
    let k = position.ok_or_else(|| format!("there is no stage {name} any more, only {}", stages.join(", ")))?;
    Ok(vec![k as u64, words[1], words[2]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use trialect_ir::Function;

    fn carried(memory: Memory) -> Carried {
        Carried { name: "x".into(), path: "subject.x".into(), at: 0, rules: Vec::new(), text: "var x".into(), memory }
    }

    fn value(domain: Domain, optional: bool) -> Carried {
        carried(Memory::Value { keys: Vec::new(), domain, optional })
    }

    fn sum(function: Function, window: Option<u32>, at_least: u32, keys: &[&str]) -> Carried {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let domain = Domain::Real { unit: None, least: None, most: None };
        carried(Memory::Statistic { keys, domain, function, window, at_least, capacity: window.unwrap_or(0) })
    }

    #[test]
    fn no_value_goes_only_where_there_may_be_none() {
        let (maybe, always) = (value(Domain::Bool, true), value(Domain::Bool, false));
        assert_eq!(take_over(&maybe, &[1, 1], &always), Ok(vec![1]));
        assert_eq!(take_over(&always, &[1], &maybe), Ok(vec![1, 1]));
        assert!(take_over(&maybe, &[0, 0], &always).unwrap_err().contains("no value"));
    }

    #[test]
    fn numbers_change_their_kind_only_where_nothing_is_lost() {
        let real = value(Domain::Real { unit: None, least: None, most: None }, false);
        let whole = value(Domain::Int { least: 0, most: 9 }, false);
        let tenths = value(Domain::Steps { unit: None, low: 0, step: 1, denominator: 10, most: 90 }, false);
        let word = |value: f64| [value.to_bits()];
        assert_eq!(take_over(&real, &word(3.0), &whole), Ok(vec![3]));
        assert!(take_over(&real, &word(3.5), &whole).unwrap_err().contains("not a whole number"));
        assert_eq!(take_over(&real, &word(0.3), &tenths), Ok(vec![3]));
        assert!(take_over(&real, &word(0.1 + 0.2), &tenths).unwrap_err().contains("step"));
        assert_eq!(take_over(&tenths, &[7], &real), Ok(vec![0.7_f64.to_bits()]));
        assert_eq!(take_over(&tenths, &[30], &whole), Ok(vec![3]));
        assert!(take_over(&whole, &[9], &tenths).is_ok_and(|words| words == [90]));
        let seconds = trialect_ir::Unit { symbol: "s".into(), ucum: "s".into(), numerator: 1, denominator: 1 };
        let time = value(Domain::Real { unit: Some(seconds), least: None, most: None }, false);
        assert!(take_over(&real, &word(3.0), &time).unwrap_err().contains("in s"));
    }

    #[test]
    fn sums_go_over_and_keys_find_their_blocks() {
        let before = sum(Function::Sum, None, 1, &["left", "right"]);
        // Value, present, rows, sum: 2 rows on the left, 3 on the right.
        let left = [1.5_f64.to_bits(), 1, 2, 1.5_f64.to_bits()];
        let right = [4.0_f64.to_bits(), 1, 3, 4.0_f64.to_bits()];
        let words = [left, right].concat();
        let swapped = take_over(&before, &words, &sum(Function::Sum, None, 1, &["right", "left"]));
        assert_eq!(swapped, Ok([right, left].concat()));
        // Another `at least` decides anew whether there is a value.
        let stricter = take_over(&before, &words, &sum(Function::Sum, None, 3, &["left", "right"])).unwrap();
        assert_eq!((stricter[1], stricter[5]), (0, 1));
        for (other, why) in [
            (sum(Function::Max, None, 1, &["left", "right"]), "it is the max"),
            (sum(Function::Sum, Some(5), 1, &["left", "right"]), "no window is kept"),
            (sum(Function::Sum, None, 1, &["left"]), "its keys were"),
            (sum(Function::Sum, None, 1, &["left", "middle"]), "its keys were"),
        ] {
            assert!(take_over(&before, &words, &other).unwrap_err().contains(why), "{why}");
        }
    }

    #[test]
    fn nothing_becomes_another_kind_of_thing() {
        let days = carried(Memory::Curriculum { stages: vec!["a".into(), "b".into()] });
        assert_eq!(take_over(&days, &[1, 20, 3], &days), Ok(vec![1, 20, 3]));
        assert!(take_over(&days, &[7, 0, 0], &days).is_err(), "a stage that the record does not name");
        let variable = value(Domain::Bool, false);
        assert!(
            take_over(&days, &[1, 20, 3], &variable).unwrap_err().contains("it was a curriculum, it is a variable")
        );
    }
}
