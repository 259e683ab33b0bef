//! Cells that hold JSON: lists of random numbers in their order, and arrays of values.

use serde_json::Value;

/// The item of the n-th array of a list that begins like a pattern.
pub(crate) fn drawn(text: &str, among: &[Value], nth: i64, item: i64) -> Option<String> {
    let list: Vec<Vec<Value>> = serde_json::from_str(text).ok()?;
    let begins =
        |one: &&Vec<Value>| among.len() <= one.len() && one.iter().zip(among).all(|(cell, like)| fits(cell, like));
    let named: Vec<&Vec<Value>> = list.iter().filter(begins).collect();
    named.get(from_end(nth, named.len())?).and_then(|value| inside_of(value, &[item]))
}

/// The item at the end of a path.
pub(crate) fn inside(text: &str, path: &[i64]) -> Option<String> {
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    inside_of(&list, path)
}

fn inside_of(list: &[Value], path: &[i64]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = list.get(from_end(*first, list.len())?)?;
    match value {
        Value::Array(inner) if !rest.is_empty() => inside_of(inner, rest),
        _ if !rest.is_empty() => None,
        other => Some(other.as_str().map_or_else(|| other.to_string(), str::to_owned)),
    }
}

/// A list in the pattern is the beginning of a list, or says which values one may be.
fn fits(cell: &Value, like: &Value) -> bool {
    match (cell, like) {
        (Value::Array(cell), Value::Array(like)) => {
            like.len() <= cell.len() && cell.iter().zip(like).all(|(cell, like)| fits(cell, like))
        }
        (cell, Value::Array(like)) => like.iter().any(|like| fits(cell, like)),
        (Value::Number(cell), Value::Number(like)) => cell.as_f64() == like.as_f64(),
        _ => cell == like,
    }
}

fn from_end(place: i64, len: usize) -> Option<usize> {
    usize::try_from(if place < 0 { len as i64 + place } else { place }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CELL: &str =
        r#"[["choice", [1.0, 0.5], null, 0.5], ["exp", 60.0, 7.5], ["exp", 0.35, 0.1], ["exp", 0.35, 0.2]]"#;

    #[test]
    fn arrays_are_found_by_how_they_begin() {
        let of = |among: Value, nth, item| drawn(CELL, among.as_array().unwrap(), nth, item);
        assert_eq!(of(json!(["exp"]), 0, -1), Some("7.5".into()));
        assert_eq!(of(json!(["exp", 0.35]), -1, -1), Some("0.2".into()));
        assert_eq!(of(json!([["normal", "exp"], 60]), 0, 1), Some("60.0".into()));
        assert_eq!(of(json!(["choice", [1]]), 0, -1), Some("0.5".into()));
        assert_eq!(of(json!(["choice", [0.5]]), 0, -1), None);
        assert_eq!(of(json!(["exp", 0.35]), 2, -1), None);
    }

    #[test]
    fn items_are_found_by_their_places() {
        assert_eq!(inside("[[1, 2], [3, 4]]", &[1, -2]), Some("3".into()));
        assert_eq!(inside("[[1, 2]]", &[1, 0]), None);
        assert_eq!(inside("[1, 2]", &[0, 0]), None);
        assert_eq!(inside("7", &[0]), None);
    }
}
