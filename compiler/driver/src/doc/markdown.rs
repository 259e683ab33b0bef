//! A page as Markdown.

use super::page::{Entry, Page, Section, Table};
use std::fmt::Write as _;

impl Page {
    /// The page as a Markdown document, with its example as a block of the language.
    pub fn markdown(&self) -> String {
        let mut text = format!("# `{}`\n\n", self.name);
        if let Some(description) = &self.description {
            let _ = writeln!(text, "{description}\n");
        }
        let _ = writeln!(text, "{}\n", self.how_to_use());
        for section in &self.sections {
            section.write(&mut text);
        }
        if !self.citations.is_empty() {
            text.push_str("## Sources\n\n");
            for citation in &self.citations {
                let remark = if citation.remark.is_empty() { "" } else { ": " };
                let _ = writeln!(text, "- {}{remark}{}", linked(&citation.reference), citation.remark);
            }
            text.push('\n');
        }
        if let Some(example) = &self.example {
            let _ = writeln!(text, "## Example\n\n```trialect accepted\n{}\n```", example.trim_end());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    fn how_to_use(&self) -> String {
        let used = match (self.is_always_there, self.is_used) {
            (true, _) => "Every protocol knows it without a `use`.".to_string(),
            (false, true) => format!("`use {}`", self.name),
            (false, false) => "Scenarios know it without a `use`.".to_string(),
        };
        let uses: Vec<String> = self.uses.iter().map(|name| format!("`{name}`")).collect();
        let with = if uses.is_empty() { String::new() } else { format!(", which brings {}", uses.join(", ")) };
        format!("{used}{with} (version {})", self.version)
    }
}

impl Section {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "## {}\n", self.title);
        if let Some(table) = &self.table {
            table.write(text);
        }
        self.entries.iter().for_each(|entry| entry.write(text));
    }
}

impl Entry {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "### `{}`\n", self.name);
        for paragraph in [self.description.as_deref().unwrap_or_default(), &self.notes] {
            if !paragraph.is_empty() {
                let _ = writeln!(text, "{paragraph}\n");
            }
        }
        if let Some(usage) = &self.usage {
            let _ = writeln!(text, "    {usage}\n");
        }
        self.tables.iter().for_each(|table| table.write(text));
    }
}

impl Table {
    /// Columns in which every cell is empty are left out.
    fn write(&self, text: &mut String) {
        let is_full =
            |k: &usize| *k == 0 || self.rows.iter().any(|row| row.cells.get(k - 1).is_some_and(|c| !c.is_empty()));
        let columns: Vec<usize> = (0..self.columns.len()).filter(is_full).collect();
        let titles: Vec<&str> = columns.iter().filter_map(|k| self.columns.get(*k).copied()).collect();
        let _ = writeln!(text, "| {} | |\n|{}", titles.join(" | "), "---|".repeat(columns.len() + 1));
        for row in &self.rows {
            let cell = |k: &usize| match k.checked_sub(1) {
                None => code(&row.name),
                Some(k) => code(row.cells.get(k).map_or("", String::as_str)),
            };
            let cells: Vec<String> = columns.iter().map(cell).collect();
            let description = escaped(row.description.as_deref().unwrap_or_default());
            let _ = writeln!(text, "| {} | {description} |", cells.join(" | "));
        }
        text.push('\n');
    }
}

/// What is written in the language.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", escaped(text)) }
}

/// A bar would end the cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A reference that browsers can follow where it says how.
fn linked(reference: &str) -> String {
    match reference.strip_prefix("doi:") {
        Some(doi) => format!("[{doi}](https://doi.org/{doi})"),
        None => reference.to_string(),
    }
}
