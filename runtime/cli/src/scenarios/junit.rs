//! What became of scenarios as JUnit XML: a suite for each protocol, a case for each scenario. No times are in it, so
//! that the same scenarios give the same file.

use super::report::Suite;
use std::fmt::Write;

/// The document. Writing into a string cannot fail.
pub(crate) fn xml(suites: &[Suite]) -> String {
    let failed = |suite: &Suite| suite.tested.iter().filter(|tested| !tested.played.misses.is_empty()).count();
    let tests: usize = suites.iter().map(|suite| suite.tested.len()).sum();
    let failures: usize = suites.iter().map(failed).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"trialect\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    for suite in suites {
        let (name, tests) = (escaped(&suite.file), suite.tested.len());
        let counts = format!("tests=\"{tests}\" failures=\"{}\" errors=\"0\" skipped=\"0\"", failed(suite));
        let _ = writeln!(out, "  <testsuite name=\"{name}\" {counts}>");
        for tested in &suite.tested {
            let title = escaped(&tested.told.title);
            let misses: Vec<String> =
                tested.played.misses.iter().map(|miss| escaped(&suite.miss(tested, miss))).collect();
            match misses.first() {
                None => {
                    let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"{title}\"/>");
                }
                Some(first) => {
                    let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"{title}\">");
                    let text = misses.join("\n");
                    let _ = writeln!(out, "      <failure type=\"expectation\" message=\"{first}\">{text}</failure>");
                    let _ = writeln!(out, "    </testcase>");
                }
            }
        }
        let _ = writeln!(out, "  </testsuite>");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text for an attribute or an element: signs of XML as entities, without what XML has no sign for.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn signs_of_xml_are_entities_and_control_characters_are_none() {
        assert_eq!(escaped("a < b & \"c\" > 'd'"), "a &lt; b &amp; &quot;c&quot; &gt; &apos;d&apos;");
        assert_eq!(escaped("x\u{1}y\u{ffff}ä"), "x?y?ä");
    }
}
