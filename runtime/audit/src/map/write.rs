//! A map as text.

use super::{Binding, FORMAT, Map, Source};
use std::fmt::Write;

impl Map {
    /// The map as TOML, which is read as the same map.
    pub fn toml(&self) -> String {
        let mut text = format!("format = {}\n", quoted(FORMAT));
        if let Some((name, _)) = &self.protocol {
            let _ = writeln!(text, "protocol = {}", quoted(name));
        }
        if self.own {
            text.push_str("own = true\n");
        }
        if let Some(column) = &self.session {
            let _ = writeln!(text, "session = {}", quoted(column));
        }
        if !self.missing.is_empty() {
            let _ = writeln!(text, "missing = {}", list(&self.missing));
        }
        let _ = writeln!(text, "level = {:?}", self.level);
        for filter in &self.filters {
            let _ = writeln!(text, "\n[[where]]\ncolumn = {}\nis = {}", quoted(&filter.column), list(&filter.is));
        }
        text.push_str("\n[names]\n");
        for binding in &self.bindings {
            let _ = writeln!(text, "{} = {}", quoted(&binding.name), from(binding));
        }
        for file in &self.files {
            text.push_str("\n[[files]]\n");
            if let Some(path) = &file.path {
                let _ = writeln!(text, "path = {}", quoted(path));
            }
            let values = file.values.iter().map(|value| format!("{} = {}", quoted(&value.name), from(value)));
            let _ = writeln!(text, "names = {{ {} }}", values.collect::<Vec<_>>().join(", "));
        }
        text
    }
}

/// Where a name's values come from.
fn from(binding: &Binding) -> String {
    let mut parts = Vec::new();
    match &binding.source {
        Source::Column(column) => parts.push(format!("column = {}", quoted(column))),
        Source::First(columns) => parts.push(format!("columns = {}", list(columns))),
        Source::Which(pairs) => parts.push(format!("which = {}", table(pairs))),
        Source::Changes(column) => parts.push(format!("changes = {}", quoted(column))),
        Source::Constant(text) => parts.push(format!("is = {}", quoted(text))),
        Source::Drawn { column, among, nth, item } => {
            // A JSON list of texts, numbers and such lists is one of TOML too.
            let (column, among) = (quoted(column), serde_json::Value::from(among.clone()));
            parts.push(format!("column = {column}, among = {among}, nth = {nth}, item = {item}"));
        }
        Source::Inside { column, path } => parts.push(format!("column = {}, item = {path:?}", quoted(column))),
    }
    if !binding.values.is_empty() {
        parts.push(format!("values = {}", table(&binding.values)));
    }
    binding.unit.iter().for_each(|unit| parts.push(format!("unit = {}", quoted(unit))));
    for (name, value, usual) in
        [("scale", binding.scale, 1.0), ("offset", binding.offset, 0.0), ("rounded", binding.rounded, 0.0)]
    {
        if value != usual {
            parts.push(format!("{name} = {value:?}"));
        }
    }
    if !binding.missing.is_empty() {
        parts.push(format!("missing = {}", list(&binding.missing)));
    }
    format!("{{ {} }}", parts.join(", "))
}

/// A text of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(sign));
            }
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

fn table(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(cell, value)| format!("{} = {}", quoted(cell), quoted(value)));
    format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn what_is_written_is_read_as_the_same_map() {
        let text = "format = \"trialect-map/1\"\nprotocol = \"p\"\nsession = \"d\"\nmissing = [\"-1\"]\nlevel = 0.05\n\
                    [[where]]\ncolumn = \"k\"\nis = [\"a\", 1]\n[names]\na = \"x\\\"y\"\n\
                    b = { columns = [\"l\", \"r\"], unit = \"ms\", scale = 2, offset = -0.2, rounded = 0.5, missing = [\"?\"] }\n\
                    c = { which = { left = \"l\", right = \"r\" } }\n\"d.begins\" = { changes = \"p\" }\ne = { is = 25 }\n\
                    f = { column = \"draws\", among = [\"a\", 60, [\"b\"]], nth = -1 }\nh = { column = \"sums\", item = [1, -2] }\n\
                    g = { column = \"c\", values = { \"1\" = \"left\" } }\n\
                    [[files]]\npath = \"a.csv\"\nnames = { w = { is = 24.5 } }\n";
        let map = read("m.toml", text).unwrap();
        let mut again = read("m.toml", &map.toml()).unwrap();
        // Lines are those of each text.
        let lines = map.bindings.iter().map(|binding| binding.line).collect::<Vec<_>>();
        again.bindings.iter_mut().zip(lines).for_each(|(binding, line)| binding.line = line);
        again.protocol = map.protocol.clone();
        again.filters[0].line = map.filters[0].line;
        again.files[0].line = map.files[0].line;
        again.files[0].values[0].line = map.files[0].values[0].line;
        assert_eq!(again, map);
    }
}
