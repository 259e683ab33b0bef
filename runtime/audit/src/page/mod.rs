//! Audits as pages: one file without scripts, fonts or pictures from elsewhere, that any browser shows and prints. The
//! text is also well-formed XML.

mod against;
mod audit;
mod plots;

use std::fmt::Display;

/// A page with a title around its body.
fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    let style = include_str!("page.css");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A text with the signs that mean something in HTML written out; signs that XML does not allow are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(sign),
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// An element with a text.
fn element(tag: &str, class: &str, text: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<{tag}{class}>{}</{tag}>\n", escaped(text))
}

/// A row of a table; each cell with its class.
fn row<T: Display>(tag: &str, cells: &[(&str, T)]) -> String {
    let cell = |(class, text): &(&str, T)| element(tag, class, &text.to_string());
    format!("<tr>{}</tr>\n", cells.iter().map(cell).collect::<String>())
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join("\u{202f}")
}

/// One or several of something.
fn several(number: u64, word: &str) -> String {
    format!("{} {word}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_out() {
        assert_eq!(element("p", "", "a < b & \"c\"\u{1}>"), "<p>a &lt; b &amp; &quot;c&quot;&gt;</p>\n");
        assert_eq!(several(1_234_567, "trial"), "1\u{202f}234\u{202f}567 trials");
        assert_eq!(several(1, "session"), "1 session");
    }
}
