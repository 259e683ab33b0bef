//! What goes wrong at a number: its unit, its blanks, its digits.

use crate::failure::Failure;
use crate::findings;
use crate::grammar::{Rule, is_clause_word, is_keyword, is_reserved, words_of};
use crate::scan::TokenKind;
use crate::words::{distance, nearest};
use trialect_base::Finding;

/// Written out, or written as elsewhere, with the unit's word.
const SYNONYMS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("msec", "ms"),
    ("msecs", "ms"),
    ("millis", "ms"),
    ("millisecond", "ms"),
    ("milliseconds", "ms"),
    ("usec", "us"),
    ("microsecond", "us"),
    ("microseconds", "us"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("d", "day"),
    ("days", "day"),
    ("week", "wk"),
    ("weeks", "wk"),
    ("hertz", "Hz"),
    ("meter", "m"),
    ("meters", "m"),
    ("microliter", "uL"),
    ("microliters", "uL"),
    ("microlitre", "uL"),
    ("microlitres", "uL"),
    ("liter", "L"),
    ("litre", "L"),
    ("gram", "g"),
    ("grams", "g"),
    ("gr", "g"),
    ("degree", "deg"),
    ("degrees", "deg"),
    ("celsius", "degC"),
    ("cycles", "cycle"),
    ("volt", "V"),
    ("volts", "V"),
    ("amp", "A"),
    ("amps", "A"),
    ("watt", "W"),
    ("watts", "W"),
    ("ohms", "Ohm"),
    ("percent", "%"),
    ("pct", "%"),
    ("lux", "lx"),
    ("molar", "M"),
];

/// A mistake at or right after a number.
pub(crate) fn mistake(failure: &Failure<'_>) -> Option<Finding> {
    leading_point(failure)
        .or_else(|| remainder(failure))
        .or_else(|| unit(failure))
        .or_else(|| unit_of_quantity(failure))
}

/// `.5`
fn leading_point(failure: &Failure<'_>) -> Option<Finding> {
    let number = failure.text(failure.index + 1);
    let is_number = failure.kind(failure.index + 1) == Some(TokenKind::Number);
    (failure.found() == "." && is_number && failure.kind_before() != Some(TokenKind::Number))
        .then(|| failure.plain().help(format!("write `0.{number}`")))
}

/// `7 % 3`
fn remainder(failure: &Failure<'_>) -> Option<Finding> {
    let divides = failure.before() == "%" && !matches!(failure.kind(failure.index), None | Some(TokenKind::Text));
    (divides && failure.wants(Rule::plus_or_minus)).then(|| failure.plain().help("the remainder is `a mod b`"))
}

/// `quantity Mass in grams`
fn unit_of_quantity(failure: &Failure<'_>) -> Option<Finding> {
    (failure.text(0) == "quantity" && failure.before() == "in" && failure.found_word()).then(|| {
        let help = match meant_unit(failure.found(), &words_of("unit_word")) {
            Some(unit) => format!("write `{unit}`"),
            None => EXAMPLES.to_owned(),
        };
        findings::unknown_unit(failure.found(), failure.place(), help)
    })
}

/// A word after a number that is not its unit.
fn unit(failure: &Failure<'_>) -> Option<Finding> {
    let word = failure.found();
    let is_language = is_reserved(word) || is_clause_word(word) || is_keyword(word);
    if failure.kind_before() != Some(TokenKind::Number)
        || !failure.found_word()
        || is_language
        || failure.wants(Rule::version)
    {
        return None;
    }
    let number = failure.before();
    let units = words_of("unit_word");
    if failure.touches_before(failure.index) {
        if let Some(help) = digits(failure, number, word) {
            return Some(failure.plain().help(help));
        }
        if units.contains(&word) {
            let place = failure.span(failure.index - 1, failure.index);
            let finding = findings::syntax("a blank stands between a number and its unit", place, "no blank here");
            return Some(finding.replace(place, format!("{number} {word}"), |text| format!("write `{text}`")));
        }
    }
    let meant = meant_unit(word, &units);
    let keywords = failure.keywords();
    let keyword = nearest(word, keywords.iter().map(String::as_str));
    if let Some(keyword) =
        keyword.filter(|keyword| meant.is_none_or(|unit| distance(word, keyword) < distance(word, unit)))
    {
        return Some(failure.plain().help(format!("write `{keyword}`")));
    }
    let help = match meant {
        Some("%") => format!("write `{number}%`"),
        Some(unit) => format!("write `{number} {unit}{}`", compound(failure)),
        None => EXAMPLES.to_owned(),
    };
    Some(findings::unknown_unit(word, failure.place(), help))
}

const EXAMPLES: &str = "units are short words such as `ms`, `uL`, `deg`, `Hz`, joined without blanks as in `deg/mm`";

/// What follows the word without a blank: `/mm` in `degrees/mm`.
fn compound<'f>(failure: &Failure<'f>) -> &'f str {
    let mut last = failure.index;
    while failure.touches_before(last + 1) && !matches!(failure.kind(last + 1), Some(TokenKind::Close(_)) | None) {
        last += 1;
    }
    if last > failure.index { failure.written(failure.index + 1, last) } else { "" }
}

/// The unit that was probably meant.
fn meant_unit<'u>(word: &str, units: &[&'u str]) -> Option<&'u str> {
    let small = word.to_ascii_lowercase();
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == small).map(|(_, unit)| *unit);
    synonym.or_else(|| nearest(word, units.iter().copied()))
}

/// `1e-3` and `2_000`, which are numbers elsewhere.
fn digits(failure: &Failure<'_>, number: &str, word: &str) -> Option<String> {
    if let Some(rest) =
        word.strip_prefix('_').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'))
    {
        return Some(format!("write `{number}{}`", rest.replace('_', "")));
    }
    let after = word.strip_prefix(['e', 'E'])?;
    let exponent = match (after, failure.text(failure.index + 1)) {
        ("", "-") => format!("-{}", failure.text(failure.index + 2)),
        ("", "+") => failure.text(failure.index + 2).to_owned(),
        _ => after.to_owned(),
    };
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-30..=30).contains(exponent))?;
    Some(format!("write the number out: `{}`", written_out(number, exponent)))
}

/// `1.5` and -3 give `0.0015`.
fn written_out(number: &str, exponent: i32) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut digits = format!("{whole}{fraction}");
    let point = whole.len() as i32 + exponent;
    if point <= 0 {
        return format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    let point = point as usize;
    if point >= digits.len() {
        digits.push_str(&"0".repeat(point - digits.len()));
        return digits;
    }
    digits.insert(point, '.');
    digits
}

#[cfg(test)]
mod tests {
    use super::written_out;

    #[test]
    fn exponents_move_the_point() {
        for (number, exponent, expected) in [
            ("1", -3, "0.001"),
            ("1.5", -3, "0.0015"),
            ("1.5", 3, "1500"),
            ("12.25", 1, "122.5"),
            ("5", 0, "5"),
            ("25", -1, "2.5"),
        ] {
            assert_eq!(written_out(number, exponent), expected, "{number}e{exponent}");
        }
    }
}
