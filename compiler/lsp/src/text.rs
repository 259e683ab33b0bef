//! Words of a text around a place, whether or not the text can be read.

/// The word around a byte: where it begins and ends; empty between words.
pub(crate) fn word_at(text: &str, offset: usize) -> (usize, usize) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = offset - bytes[..offset].iter().rev().take_while(|byte| is_word(byte)).count();
    let end = offset + bytes[offset..].iter().take_while(|byte| is_word(byte)).count();
    (start, end)
}

/// Whether a byte lies in a comment or a string.
pub(crate) fn is_quiet(text: &str, offset: usize) -> bool {
    let line = line_before(text, offset);
    let mut in_string = false;
    for byte in line.bytes() {
        match byte {
            b'"' => in_string = !in_string,
            b'#' if !in_string => return true,
            _ => {}
        }
    }
    in_string
}

/// The text from the start of a byte's line to the byte.
pub(crate) fn line_before(text: &str, offset: usize) -> &str {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    &before[before.rfind('\n').map_or(0, |at| at + 1)..]
}

/// The clause before a byte: what stands after the last line end, brace or semicolon.
pub(crate) fn clause_before(text: &str, offset: usize) -> &str {
    let line = line_before(text, offset);
    line.rsplit(['{', '}', ';']).next().unwrap_or_default().trim_start()
}
