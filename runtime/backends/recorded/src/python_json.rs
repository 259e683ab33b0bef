//! JSON as Python writes it, with bare `NaN` and `Infinity`, as JSON.

use crate::RecordingFault;
use serde_json::Value;
use serde_json::error::Category;

/// The numbers that Python writes and JSON does not have; the longest first where one begins another.
const NOT_JSON: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Parses one document that begins on `line` of `file`; numbers that JSON does not have become null.
pub(crate) fn parse(file: &'static str, line: usize, bytes: &[u8]) -> Result<Value, RecordingFault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        RecordingFault::NotText { file, line: line + before.filter(|byte| **byte == b'\n').count() }
    })?;
    serde_json::from_str(&with_null(text)).map_err(|error| RecordingFault::BadJson {
        file,
        line: line + error.line().saturating_sub(1),
        column: error.column(),
        what: match error.classify() {
            Category::Eof => "it ends too early",
            Category::Syntax | Category::Data | Category::Io => "the syntax is wrong",
        },
    })
}

/// The text with null for each `NaN`, `Infinity` and `-Infinity` outside strings.
fn with_null(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    let mut quoted = false;
    while let Some(next) = rest.chars().next() {
        let token = if quoted { None } else { NOT_JSON.iter().find(|token| rest.starts_with(**token)) };
        let taken = match (token, next) {
            (Some(token), _) => token.len(),
            // An escape is taken with what it escapes, so that `\"` does not end the string.
            (None, '\\') if quoted => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            (None, _) => next.len_utf8(),
        };
        let (head, tail) = rest.split_at(taken);
        json.push_str(if token.is_some() { "null" } else { head });
        quoted ^= head == "\"";
        rest = tail;
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_tokens_become_null() {
        let cases = [
            ("[NaN, Infinity, -Infinity]", "[null, null, null]"),
            (r#"{"NaN": "is NaN", "a": NaN}"#, r#"{"NaN": "is NaN", "a": null}"#),
            (r#"["a\"NaN", NaN]"#, r#"["a\"NaN", null]"#),
            (r#"["a\\", NaN]"#, r#"["a\\", null]"#),
            ("[-1, \"\u{e9}NaN\"]", "[-1, \"\u{e9}NaN\"]"),
        ];
        for (python, json) in cases {
            assert_eq!(with_null(python), json);
        }
    }

    #[test]
    fn a_cut_off_string_or_escape_is_a_fault() {
        for text in ["{\"a", "{\"a\\", "[NaN", "", "{\"a\": Na"] {
            let fault = parse("f", 7, text.as_bytes()).unwrap_err();
            assert_eq!(fault.code(), "recording-bad-json", "{text}");
            assert!(fault.to_string().contains("line 7"), "{fault}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_found_by_line() {
        let fault = parse("f", 1, b"{\n\"a\": \"\xff\"}").unwrap_err();
        assert_eq!(fault, RecordingFault::NotText { file: "f", line: 2 });
    }
}
