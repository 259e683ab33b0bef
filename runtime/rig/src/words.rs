//! Words for messages.

use toml::Spanned;
use toml::de::DeValue;

/// What kind of value it is.
pub(crate) fn kind(value: &Spanned<DeValue<'_>>) -> &'static str {
    match value.get_ref() {
        DeValue::String(text) if text.trim().is_empty() => "an empty text",
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A class with its article: `an Encoder`.
pub(crate) fn one(class: &str) -> String {
    let vowel = class.starts_with(|letter: char| "AEIOU".contains(letter));
    format!("{} {class}", if vowel { "an" } else { "a" })
}

/// `a`, `b` or `c`, each in backquotes.
pub(crate) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// No word that is looked for is longer; what is, is no slip of the hand.
const LONGEST: usize = 64;

/// The word that somebody may have meant: at most a third of its letters differ.
pub(crate) fn nearest<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&word, &known.to_lowercase());
    let near = known.into_iter().map(|known| (distance(known), known)).min()?;
    (near.0 <= near.1.chars().count().div_ceil(3)).then_some(near.1)
}
