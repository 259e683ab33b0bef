//! Places in a text as editors count them: lines from 0, columns in UTF-16 units.

use lsp_types::{Position, Range};

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Lines {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { starts: std::iter::once(0).chain(after).collect() }
    }

    /// The position of a byte; one that is inside a character or past the end counts as the one before it.
    pub(crate) fn position(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let units: usize = text[self.starts[line]..offset].chars().map(char::len_utf16).sum();
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(units).unwrap_or(u32::MAX))
    }

    /// The byte at a position; one past the end of its line counts as the end of the line.
    pub(crate) fn offset(&self, text: &str, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line as usize).copied() else { return text.len() };
        let line = text[start..].split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let mut units = 0;
        for (at, character) in line.char_indices() {
            if units + character.len_utf16() > position.character as usize {
                return start + at;
            }
            units += character.len_utf16();
        }
        start + line.len()
    }

    pub(crate) fn range(&self, text: &str, start: u32, end: u32) -> Range {
        Range::new(self.position(text, start as usize), self.position(text, end as usize))
    }

    /// The bytes of a range, the first never after the second.
    pub(crate) fn bytes(&self, text: &str, range: Range) -> std::ops::Range<usize> {
        let start = self.offset(text, range.start);
        start..self.offset(text, range.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns that the specification of the protocol gives for such characters: an accent one unit, a face two.
    #[test]
    fn columns_are_utf16_units() {
        let text = "# é\r\nwait = 1 s \"\u{1f400} x\"\n";
        let lines = Lines::new(text);
        let check = |offset: usize, line: u32, column: u32| {
            let position = Position::new(line, column);
            assert_eq!(lines.position(text, offset), position, "byte {offset}");
            assert_eq!(lines.offset(text, position), offset, "{line}:{column}");
        };
        check(0, 0, 0);
        check(4, 0, 3);
        check(6, 1, 0);
        check(text.find('\u{1f400}').unwrap(), 1, 12);
        check(text.find('x').unwrap(), 1, 15);
        check(text.len(), 2, 0);
        // Inside the face, past the end of a line, past the last line.
        assert_eq!(lines.offset(text, Position::new(1, 13)), text.find('\u{1f400}').unwrap());
        assert_eq!(lines.offset(text, Position::new(0, 99)), 4);
        assert_eq!(lines.offset(text, Position::new(9, 0)), text.len());
        assert_eq!(lines.position(text, text.find('\u{1f400}').unwrap() + 2), Position::new(1, 12));
    }
}
