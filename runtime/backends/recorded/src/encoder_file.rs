//! The encoder's two files: rows of `microseconds number`.

use crate::RecordingFault;

/// The encoder counts microseconds in 32 bits, which come round every 71.6 minutes.
const MICROS_ROUND: i64 = 1 << 32;

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where it stands, from 1.
    pub line: usize,
    /// Microseconds of the encoder's clock, free-running.
    pub micros: i64,
    /// Counts or code.
    pub value: i64,
}

/// All rows; their times never fall.
pub(crate) fn rows(file: &'static str, bytes: &[u8]) -> Result<Vec<Row>, RecordingFault> {
    let mut rows: Vec<Row> = Vec::new();
    let mut rounds = 0;
    for (index, bytes) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let line = index + 1;
        let text = std::str::from_utf8(bytes).map_err(|_| RecordingFault::NotText { file, line })?;
        if !text.ends_with('\n') {
            return Err(RecordingFault::CutOff { file, line });
        }
        let mut row = row(text, line).ok_or_else(|| RecordingFault::BadRow {
            file,
            line,
            wants: "`microseconds number`, the first of 32 bits",
            found: text.trim_end().chars().take(40).collect(),
        })?;
        row.micros += rounds * MICROS_ROUND;
        if let Some(above) = rows.last()
            && row.micros < above.micros
        {
            if above.micros - row.micros <= MICROS_ROUND / 2 {
                return Err(RecordingFault::NotSorted { file, line });
            }
            rounds += 1;
            row.micros += MICROS_ROUND;
        }
        rows.push(row);
    }
    Ok(rows)
}

/// One row by itself.
fn row(text: &str, line: usize) -> Option<Row> {
    let mut words = text.split_whitespace();
    let micros: u32 = words.next()?.parse().ok()?;
    let value: i32 = words.next()?.parse().ok()?;
    words.next().is_none().then_some(Row { line, micros: i64::from(micros), value: i64::from(value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_comes_round() {
        let rows = rows("f", b"4294967290 1 \r\n4 2 \n4 3\n").unwrap();
        assert_eq!(
            rows.iter().map(|row| row.micros).collect::<Vec<_>>(),
            [4_294_967_290, 4_294_967_300, 4_294_967_300]
        );
        assert_eq!(rows[2], Row { line: 3, micros: 4_294_967_300, value: 3 });
    }

    #[test]
    fn damage_is_found_by_line() {
        let cases: [(&[u8], &str); 8] = [
            (b"1 1\n2 2", "recording-cut-off"),
            (b"1 1\n\n", "recording-bad-row"),
            (b"1 1\n2\n", "recording-bad-row"),
            (b"1 1\n2 2 2\n", "recording-bad-row"),
            (b"1 1\n-2 2\n", "recording-bad-row"),
            (b"1 1\n2 x\n", "recording-bad-row"),
            (b"5 1\n4 2\n", "recording-not-sorted"),
            (b"1 1\n\xff 2\n", "recording-not-text"),
        ];
        for (bytes, code) in cases {
            let fault = rows("f", bytes).unwrap_err();
            assert_eq!(fault.code(), code);
            assert!(fault.to_string().starts_with("f, line 2: "), "{fault}");
        }
    }
}
