//! Reading a map: everything that is wrong with it is told at once.

use super::{Binding, FORMAT, File, Filter, LEVEL, Map, Source};
use crate::fault::{AuditFault, Refusal};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads the text of a map. `path` is what people call it.
///
/// # Errors
/// [`AuditFault::Map`] with all refusals.
pub fn read(path: &str, text: &str) -> Result<Map, AuditFault> {
    let mut reader = Reader { text, refusals: Vec::new() };
    let map = reader.map();
    reader.refusals.sort_by_key(|refusal| refusal.line);
    if reader.refusals.is_empty() {
        return Ok(map);
    }
    Err(AuditFault::Map { path: path.into(), refusals: reader.refusals })
}

struct Reader<'i> {
    text: &'i str,
    refusals: Vec<Refusal>,
}

impl<'i> Reader<'i> {
    fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
    }

    fn refuse(&mut self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        let line = self.line(at);
        self.refusals.push(Refusal { line, what: what.into(), remedy: remedy.into() });
    }

    fn map(&mut self) -> Map {
        let mut map = Map::default();
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.refuse(at, format!("this is no TOML: {}", error.message()), "write it as TOML 1.0");
        }
        if !errors.is_empty() {
            return map;
        }
        let mut format = None;
        for (key, value) in table.get_ref() {
            let at = key.span().start;
            match key.get_ref().as_ref() {
                "format" => format = self.string(value, "format"),
                "protocol" => map.protocol = self.string(value, "protocol").map(|name| (name, self.line(at))),
                "extends" => map.extends = self.string(value, "extends").map(|name| (name, self.line(at))),
                "own" => map.own = self.boolean(value, "own"),
                "session" => map.session = self.string(value, "session"),
                "missing" => map.missing = self.strings(value, "missing"),
                "level" => map.level = self.level(value),
                "where" => map.filters = self.filters(value),
                "files" => map.files = self.files(value),
                "names" => map.bindings = self.bindings(value, "names"),
                other => {
                    let known = "format, protocol, extends, own, session, missing, level, where, files, names";
                    self.refuse(at, format!("`{other}` is nothing that a map has"), format!("it may have {known}"));
                }
            }
        }
        if format.as_deref() != Some(FORMAT) {
            self.refuse(0, "the map does not say its format", format!("write `format = \"{FORMAT}\"` at its top"));
        }
        map
    }

    fn string(&mut self, value: &Value<'_>, name: &str) -> Option<String> {
        let found = value.get_ref().as_str().map(str::to_owned);
        if found.is_none() {
            let what = format!("`{name}` is {}, not a text", kind(value));
            self.refuse(value.span().start, what, format!("write `{name} = \"…\"`"));
        }
        found
    }

    fn boolean(&mut self, value: &Value<'_>, name: &str) -> bool {
        let found = value.get_ref().as_bool();
        if found.is_none() {
            let what = format!("`{name}` is {}, not true or false", kind(value));
            self.refuse(value.span().start, what, format!("write `{name} = true`"));
        }
        found.unwrap_or(false)
    }

    fn number(&mut self, value: &Value<'_>, name: &str) -> Option<f64> {
        let found = number_text(value).and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
        if found.is_none() {
            self.refuse(value.span().start, format!("`{name}` is {}, not a number", kind(value)), "write a number");
        }
        found
    }

    fn level(&mut self, value: &Value<'_>) -> f64 {
        let level = self.number(value, "level").unwrap_or(LEVEL);
        if !(level > 0.0 && level < 1.0) {
            self.refuse(value.span().start, "`level` is a probability", "write a number between 0 and 1, as 0.01");
        }
        level
    }

    fn strings(&mut self, value: &Value<'_>, name: &str) -> Vec<String> {
        let Some(list) = value.get_ref().as_array() else {
            let what = format!("`{name}` is {}, not a list", kind(value));
            self.refuse(value.span().start, what, format!("write `{name} = [\"…\"]`"));
            return Vec::new();
        };
        list.iter().filter_map(|item| self.plain(item, name)).collect()
    }

    /// A text or a number, as text: how a cell looks.
    fn plain(&mut self, value: &Value<'_>, name: &str) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned).or_else(|| number_text(value));
        let text = text.or_else(|| value.get_ref().as_bool().map(|truth| truth.to_string()));
        if text.is_none() {
            let what = format!("`{name}` has {} where a value is wanted", kind(value));
            self.refuse(value.span().start, what, "write a text or a number");
        }
        text
    }

    fn tables<'v>(&mut self, value: &'v Value<'i>, name: &str) -> Vec<(&'v DeTable<'i>, usize)> {
        let Some(list) = value.get_ref().as_array() else {
            self.refuse(value.span().start, format!("`{name}` is no list of tables"), format!("write `[[{name}]]`"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in list.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push((table, item.span().start)),
                None => self.refuse(item.span().start, format!("`{name}` has {}", kind(item)), "write a table"),
            }
        }
        tables
    }

    fn filters(&mut self, value: &Value<'i>) -> Vec<Filter> {
        let mut filters = Vec::new();
        for (table, at) in self.tables(value, "where") {
            let mut filter = Filter { column: String::new(), is: Vec::new(), line: self.line(at) };
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "column" => filter.column = self.string(value, "column").unwrap_or_default(),
                    "is" => filter.is = self.strings(value, "is"),
                    other => self.unknown(key.span().start, other, "column, is"),
                }
            }
            if filter.column.is_empty() || filter.is.is_empty() {
                self.refuse(at, "a filter needs `column` and `is`", "write `column = \"…\"` and `is = [\"…\"]`");
            }
            filters.push(filter);
        }
        filters
    }

    fn unknown(&mut self, at: usize, name: &str, known: &str) {
        self.refuse(at, format!("`{name}` has no meaning here"), format!("there may be {known}"));
    }

    fn files(&mut self, value: &Value<'i>) -> Vec<File> {
        let mut files = Vec::new();
        for (table, at) in self.tables(value, "files") {
            let mut file = File { path: None, values: Vec::new(), line: self.line(at) };
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "path" => file.path = self.string(value, "path"),
                    "names" => file.values = self.bindings(value, "names"),
                    other => self.unknown(key.span().start, other, "path, names"),
                }
            }
            for value in &file.values {
                if !matches!(value.source, Source::Constant(_)) {
                    let what = format!("`{}` of a file names a column", value.name);
                    let remedy =
                        "write a value that holds in the whole file, `{ is = … }`, and columns under `[names]`";
                    self.refusals.push(Refusal { line: value.line, what, remedy: remedy.into() });
                }
            }
            files.push(file);
        }
        files
    }

    fn bindings(&mut self, value: &Value<'i>, name: &str) -> Vec<Binding> {
        let Some(table) = value.get_ref().as_table() else {
            self.refuse(value.span().start, format!("`{name}` is {}", kind(value)), format!("write `[{name}]`"));
            return Vec::new();
        };
        let each = table.iter().filter_map(|(key, value)| {
            let line = self.line(key.span().start);
            self.binding(key.get_ref().as_ref(), line, value)
        });
        each.collect()
    }

    fn binding(&mut self, name: &str, line: usize, value: &Value<'i>) -> Option<Binding> {
        let mut binding = Binding::plain(name, line, Source::Constant(String::new()));
        if let Some(column) = value.get_ref().as_str() {
            binding.source = Source::Column(column.into());
            return Some(binding);
        }
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            let remedy = format!("write `{name} = \"COLUMN\"`, or `{name} = {{ is = … }}` for a value in all rows");
            self.refuse(at, format!("`{name}` is {}", kind(value)), remedy);
            return None;
        };
        let mut sources: Vec<Source> = Vec::new();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "column" => {
                    let has = |name: &str| table.iter().any(|(key, _)| key.get_ref() == name);
                    let column = self.string(value, "column").unwrap_or_default();
                    sources.push(match (has("among"), has("item")) {
                        (true, _) => self.drawn(column, table),
                        (_, true) => self.inside(column, table),
                        _ => Source::Column(column),
                    });
                }
                "among" | "nth" | "item" => {}
                "columns" => sources.push(Source::First(self.strings(value, "columns"))),
                "which" => sources.push(Source::Which(self.pairs(value, "which"))),
                "changes" => sources.push(Source::Changes(self.string(value, "changes").unwrap_or_default())),
                "is" => sources.push(Source::Constant(self.plain(value, "is").unwrap_or_default())),
                "values" => binding.values = self.pairs(value, "values"),
                "unit" => binding.unit = self.string(value, "unit"),
                "scale" => binding.scale = self.number(value, "scale").unwrap_or(1.0),
                "offset" => binding.offset = self.number(value, "offset").unwrap_or(0.0),
                "rounded" => binding.rounded = self.number(value, "rounded").unwrap_or(0.0).abs(),
                "missing" => binding.missing = self.strings(value, "missing"),
                other => {
                    let known = "column, columns, which, changes, is, among, nth, item, values, unit, scale, offset, rounded, missing";
                    self.unknown(key.span().start, other, known);
                }
            }
        }
        match (sources.pop(), sources.is_empty()) {
            (Some(source), true) => binding.source = source,
            (None, _) => {
                self.refuse(at, format!("`{name}` does not say where its values come from"), "write `column = \"…\"`");
            }
            _ => self.refuse(
                at,
                format!("`{name}` has several sources"),
                "keep one of `column`, `columns`, `which`, `changes`, `is`",
            ),
        }
        Some(binding)
    }

    fn drawn(&mut self, column: String, table: &DeTable<'_>) -> Source {
        let (mut among, mut nth, mut item) = (Vec::new(), 0, -1);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "among" => match pattern(value) {
                    Some(serde_json::Value::Array(list)) => among = list,
                    Some(one) => among = vec![one],
                    None => self.refuse(
                        value.span().start,
                        "`among` has neither texts nor numbers",
                        "write `among = \"normal\"`",
                    ),
                },
                "nth" => nth = self.number(value, "nth").unwrap_or(0.0) as i64,
                "item" => item = self.number(value, "item").unwrap_or(-1.0) as i64,
                _ => {}
            }
        }
        Source::Drawn { column, among, nth, item }
    }

    fn inside(&mut self, column: String, table: &DeTable<'_>) -> Source {
        let mut path = Vec::new();
        for (_, value) in table.iter().filter(|(key, _)| key.get_ref() == "item") {
            match value.get_ref().as_array() {
                Some(list) => path.extend(list.iter().filter_map(|place| self.number(place, "item")).map(|k| k as i64)),
                None => path.extend(self.number(value, "item").map(|k| k as i64)),
            }
        }
        Source::Inside { column, path }
    }

    fn pairs(&mut self, value: &Value<'_>, name: &str) -> Vec<(String, String)> {
        let Some(table) = value.get_ref().as_table() else {
            let what = format!("`{name}` is {}, not a table", kind(value));
            self.refuse(value.span().start, what, format!("write `{name} = {{ \"…\" = \"…\" }}`"));
            return Vec::new();
        };
        let pair = |(key, value): (&Spanned<toml::de::DeString<'_>>, &Value<'_>)| {
            Some((key.get_ref().to_string(), self.plain(value, name)?))
        };
        table.iter().filter_map(pair).collect()
    }
}

/// Texts, numbers and lists of them, as JSON.
fn pattern(value: &Value<'_>) -> Option<serde_json::Value> {
    if let Some(list) = value.get_ref().as_array() {
        return list.iter().map(pattern).collect::<Option<Vec<_>>>().map(serde_json::Value::Array);
    }
    let number = || number_text(value)?.parse::<f64>().ok();
    value.get_ref().as_str().map(serde_json::Value::from).or_else(|| number().map(serde_json::Value::from))
}

fn kind(value: &Value<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn number_text(value: &Value<'_>) -> Option<String> {
    match value.get_ref() {
        DeValue::Integer(number) => Some(number.as_str().into()),
        DeValue::Float(number) => Some(number.as_str().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(text: &str) -> Vec<(usize, String)> {
        match read("m.toml", text) {
            Err(AuditFault::Map { refusals, .. }) => refusals.into_iter().map(|r| (r.line, r.what)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_line() {
        let text = "format = \"trialect-map/2\"\nlevel = 3\ncolour = 1\n[names]\nside = 7\nside2 = { unit = 3 }\n\
                    x = { column = \"a\", is = 2 }\n[[files]]\nnames = { w = \"col\" }\n";
        let found = refusals(text);
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 5, 6, 6, 7, 9], "{found:?}");
        assert!(found[7].1.contains("names a column"));
    }

    #[test]
    fn a_broken_text_is_refused_where_it_breaks() {
        let found = refusals("format = \"trialect-map/1\"\n[names\nx = 1\n");
        assert_eq!(found[0].0, 2, "{found:?}");
    }

    #[test]
    fn sources_are_read_as_written() {
        let text = "format = \"trialect-map/1\"\n[names]\na = \"x\"\nb = { columns = [\"l\", \"r\"] }\n\
                    c = { which = { left = \"l\", right = \"r\" } }\nd = { changes = \"p\" }\ne = { is = 25 }\n\
                    f = { column = \"draws\", among = \"np_choice\", nth = -1 }\n\
                    g = { column = \"draws\", among = [\"exponential\", 60], item = 1 }\n\
                    h = { column = \"sums\", item = [1, -2] }\n";
        let map = read("m.toml", text).unwrap();
        let sources: Vec<Source> = map.bindings.into_iter().map(|binding| binding.source).collect();
        let text = |text: &str| text.to_owned();
        let expected = [
            Source::Column(text("x")),
            Source::First(vec![text("l"), text("r")]),
            Source::Which(vec![(text("left"), text("l")), (text("right"), text("r"))]),
            Source::Changes(text("p")),
            Source::Constant(text("25")),
            Source::Drawn { column: text("draws"), among: vec!["np_choice".into()], nth: -1, item: -1 },
            Source::Drawn { column: text("draws"), among: vec!["exponential".into(), 60.0.into()], nth: 0, item: 1 },
            Source::Inside { column: text("sums"), path: vec![1, -2] },
        ];
        assert_eq!(sources, expected);
    }
}
