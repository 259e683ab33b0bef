//! A methods text as one HTML file that needs no other.

use super::figure::escaped;
use super::{Methods, Table};
use std::fmt::Write as _;

const STYLE: &str = "body{font:16px/1.5 Georgia,serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#123}h1,h2{font-family:sans-serif}code,pre{font:14px monospace;background:#f4f6f8}pre{padding:1rem;overflow:auto}table{border-collapse:collapse;font-size:14px}td,th{border:1px solid #bcd;padding:.2rem .5rem;text-align:left;vertical-align:top}svg{max-width:100%;height:auto}figcaption{font-style:italic}";

impl Methods {
    /// The text as an HTML document, with the text of the protocol at its end.
    pub fn html(&self) -> String {
        let title = escaped(&format!("{} {}", self.name, self.version));
        let mut text = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        );
        if let Some(description) = &self.description {
            let _ = writeln!(text, "<p>{}</p>", marked(description));
        }
        let _ = writeln!(text, "<p>This {} means <code>{}</code>.</p>", self.kind, self.hash);
        if !self.citations.is_empty() {
            let _ = writeln!(text, "<p>Sources: {}</p>", escaped(&self.citations.join("; ")));
        }
        for section in &self.sections {
            let _ = writeln!(text, "<h2>{}</h2>", escaped(section.title));
            for paragraph in &section.paragraphs {
                let _ = writeln!(text, "<p>{}</p>", marked(paragraph));
            }
            if let Some(table) = &section.table {
                write(table, &mut text);
            }
            for figure in &section.figures {
                let _ = writeln!(
                    text,
                    "<figure>\n{}<figcaption>{}</figcaption>\n</figure>",
                    figure.svg(),
                    escaped(figure.title)
                );
            }
        }
        let _ = writeln!(text, "<h2>Text</h2>\n<pre>{}</pre>\n</body>\n</html>", escaped(self.source.trim_end()));
        text
    }
}

fn write(table: &Table, text: &mut String) {
    let titles: String = table.columns.iter().map(|title| format!("<th>{title}</th>")).collect();
    let _ = writeln!(text, "<table>\n<tr>{titles}</tr>");
    for row in &table.rows {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", marked(cell))).collect();
        let _ = writeln!(text, "<tr>{cells}</tr>");
    }
    text.push_str("</table>\n");
}

/// Names between backticks are code.
fn marked(text: &str) -> String {
    let mut out = String::new();
    for (at, piece) in text.split('`').enumerate() {
        let piece = escaped(piece);
        out.push_str(&if at % 2 == 1 { format!("<code>{piece}</code>") } else { piece });
    }
    out
}
