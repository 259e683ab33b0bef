//! A methods text as Markdown.

use super::{Methods, Table};
use std::fmt::Write as _;

impl Methods {
    /// The text as a Markdown document; its figures stand in it as SVG.
    pub fn markdown(&self) -> String {
        let mut text = format!("# {} {}\n\n", self.name, self.version);
        if let Some(description) = &self.description {
            let _ = writeln!(text, "{description}\n");
        }
        let _ = writeln!(text, "This {} means `{}`.\n", self.kind, self.hash);
        if !self.citations.is_empty() {
            let _ = writeln!(text, "Sources: {}\n", self.citations.join("; "));
        }
        for section in &self.sections {
            let _ = writeln!(text, "## {}\n", section.title);
            for paragraph in &section.paragraphs {
                let _ = writeln!(text, "{}\n", marked(paragraph));
            }
            if let Some(table) = &section.table {
                write(table, &mut text);
            }
            for figure in &section.figures {
                // A blank line would end the block.
                let _ = writeln!(text, "{}\n*{}*\n", figure.svg(), figure.title);
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

fn write(table: &Table, text: &mut String) {
    let _ = writeln!(text, "| {} |\n|{}", table.columns.join(" | "), "---|".repeat(table.columns.len()));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| marked(cell).replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
}

/// Signs that Markdown would read stand for themselves outside of names.
fn marked(text: &str) -> String {
    let mut is_name = false;
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        is_name ^= sign == '`';
        if !is_name && matches!(sign, '*' | '_' | '<' | '[' | ']') {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}
