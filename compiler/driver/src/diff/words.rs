//! What differs between two clauses, in their own words and no more of them than needed.

use serde_json::Value;
use trialect_syntax::clause_pieces;

/// What differs between two texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Clauses of the first text that the second does not have.
    pub was: Vec<String>,
    /// Clauses of the second text that the first does not have.
    pub is: Vec<String>,
    /// Within them, the pieces that differ: from what, to what; one side may be empty.
    pub parts: Vec<(String, String)>,
}

/// Comparisons that are made at most; texts that would take more have nothing in common.
const COMPARISONS_MAX: usize = 4_000_000;

impl Words {
    /// What differs between two clauses; one that is not there differs as a whole.
    pub fn between(was: Option<&str>, is: Option<&str>) -> Words {
        let pieces = |text: Option<&str>| text.map(clause_pieces).unwrap_or_default();
        let (before, after) = (pieces(was), pieces(is));
        let kept = common(&before, &after);
        let mut words = Words::default();
        let differing = |list: &[Vec<String>], kept: &[usize]| -> Vec<Vec<String>> {
            list.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, clause)| clause.clone()).collect()
        };
        let (kept_before, kept_after): (Vec<usize>, Vec<usize>) = kept.into_iter().unzip();
        let (gone, new) = (differing(&before, &kept_before), differing(&after, &kept_after));
        words.was = gone.iter().map(|clause| written(clause)).collect();
        words.is = new.iter().map(|clause| written(clause)).collect();
        if was.is_some() && is.is_some() {
            words.parts = parts(&gone.concat(), &new.concat());
        }
        words
    }

    /// What differs between two forms: the values that are not the same.
    pub fn of_form(was: &Value, is: &Value) -> Words {
        let mut parts = Vec::new();
        compare(was, is, &mut parts);
        Words { was: Vec::new(), is: Vec::new(), parts }
    }

    /// True when nothing differs.
    pub fn is_empty(&self) -> bool {
        self.was.is_empty() && self.is.is_empty() && self.parts.is_empty()
    }
}

/// A clause on one line; the braces of a block that was cut off are left out.
fn written(pieces: &[String]) -> String {
    let mut text = pieces.concat().trim().to_owned();
    let surplus = |text: &str| text.matches('}').count() as i64 - text.matches('{').count() as i64;
    while surplus(&text) > 0
        && let Some(rest) = text.strip_suffix('}')
    {
        text = rest.trim_end().to_owned();
    }
    if surplus(&text) < 0
        && let Some(rest) = text.strip_suffix('{')
    {
        text = rest.trim_end().to_owned();
    }
    text
}

fn parts(gone: &[String], new: &[String]) -> Vec<(String, String)> {
    let plain = |pieces: &[String]| pieces.iter().map(|piece| piece.trim().to_owned()).collect::<Vec<_>>();
    let (plain_gone, plain_new) = (plain(gone), plain(new));
    let mut parts = Vec::new();
    let (mut a, mut b) = (0, 0);
    let end = (gone.len(), new.len());
    for (at, other) in common(&plain_gone, &plain_new).into_iter().chain([end]) {
        let was = gone.get(a..at).unwrap_or(&[]).concat().trim().to_owned();
        let is = new.get(b..other).unwrap_or(&[]).concat().trim().to_owned();
        if was != is {
            parts.push((was, is));
        }
        (a, b) = (at + 1, other + 1);
    }
    parts
}

/// A longest common subsequence, as places in both lists (Wagner and Fischer 1974).
fn common<T: PartialEq>(one: &[T], other: &[T]) -> Vec<(usize, usize)> {
    if one.len().saturating_mul(other.len()) > COMPARISONS_MAX {
        return Vec::new();
    }
    let width = other.len() + 1;
    let mut length = vec![0_u32; (one.len() + 1) * width];
    for (a, left) in one.iter().enumerate().rev() {
        for (b, right) in other.iter().enumerate().rev() {
            length[a * width + b] = if left == right {
                length[(a + 1) * width + b + 1] + 1
            } else {
                length[(a + 1) * width + b].max(length[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut places) = (0, 0, Vec::new());
    while a < one.len() && b < other.len() {
        if one[a] == other[b] {
            places.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if length[(a + 1) * width + b] >= length[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    places
}

/// Values of two forms that differ, deepest first.
fn compare(was: &Value, is: &Value, parts: &mut Vec<(String, String)>) {
    match (was, is) {
        (Value::Object(before), Value::Object(after)) if before.keys().eq(after.keys()) => {
            before.values().zip(after.values()).for_each(|(one, other)| compare(one, other, parts));
        }
        (Value::Array(before), Value::Array(after))
            if before.len() == after.len() && !before.iter().all(Value::is_string) =>
        {
            before.iter().zip(after).for_each(|(one, other)| compare(one, other, parts));
        }
        _ if was == is => {}
        _ => parts.push((shown(was), shown(is))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".into(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
