//! Everything that reading a text may find, one function for each code and shape.
//!
//! The message says what was expected, the label what is there, the help what to write.

use trialect_base::{Finding, Span};

/// `syntax`: a clause that the grammar does not know.
pub(crate) fn syntax(expected: impl Into<String>, span: Span, found: impl Into<String>) -> Finding {
    Finding::error("syntax", expected, span, found)
}

/// `given-twice`: a part of a clause that may stand once.
pub(crate) fn given_twice(what: &str, first: Span, second: Span) -> Finding {
    Finding::error("given-twice", format!("{what} stands once in a clause"), second, "the second one")
        .also(first, "the first one")
        .help("keep one of them")
}

/// `misplaced-for`: `f(x for x in S)` with more than a value before `for`, or where a list of arguments belongs.
pub(crate) fn misplaced_for(span: Span) -> Finding {
    let message = "`for` follows one value, in a call that is itself a value";
    Finding::error("misplaced-for", message, span, "`for` has no meaning here")
        .help("give the value a name of its own with `=` and use that name here")
}

/// `unreadable`: grammar and builder disagree; never seen, but better than a panic.
pub(crate) fn unreadable(span: Span) -> Finding {
    Finding::error("unreadable", "the grammar accepts this clause, but its tree cannot be built", span, "this clause")
        .help("please report it; writing the clause in another way may help")
}

/// `unknown-clause`: the first word of a clause is near a word that begins clauses, but is none.
pub(crate) fn unknown_clause(word: &str, meant: &str, span: Span) -> Finding {
    Finding::error("unknown-clause", format!("no clause begins with `{word}`"), span, "not a word of the language")
        .replace(span, meant, |meant| format!("write `{meant}`"))
}

/// `unknown-unit`: a word where a unit belongs, mostly after a number.
pub(crate) fn unknown_unit(word: &str, span: Span, help: String) -> Finding {
    Finding::error("unknown-unit", format!("`{word}` is not a unit"), span, "expected a unit here").help(help)
}

/// `reserved-word`: a name is expected, and a word of the language stands there.
pub(crate) fn reserved_word(word: &str, span: Span) -> Finding {
    let message = format!("`{word}` is a word of the language and cannot be a name");
    Finding::error("reserved-word", message, span, "a name is expected here").help("choose another name")
}

/// `foreign-operator`: a sign of another language.
pub(crate) fn foreign_operator(sign: &str, remedy: &str, span: Span) -> Finding {
    let message = format!("`{sign}` is not an operator of the language");
    Finding::error("foreign-operator", message, span, "not an operator").help(remedy)
}

/// `foreign-operator`: `//` or `/*`.
pub(crate) fn foreign_comment(span: Span) -> Finding {
    Finding::error("foreign-operator", "a comment begins with `#`", span, "not a comment here")
        .help("write `# …`; a comment ends with its line")
}

/// `strange-character`: characters that the language does not use outside strings and comments.
pub(crate) fn strange_character(run: &str, span: Span) -> Finding {
    let count = run.chars().count();
    let shown: String = run.chars().take(20).collect();
    let shown = shown.escape_debug();
    let message = if count == 1 {
        format!("the character `{shown}` stands only in strings and comments")
    } else {
        format!("`{shown}` has characters that stand only in strings and comments")
    };
    let label = if count == 1 { first_character(run) } else { "not plain letters".into() };
    let finding = Finding::error("strange-character", message, span, label);
    match in_plain_letters(run) {
        Some(plain) if plain.trim().is_empty() => finding.replace(span, plain, |_| "type an ordinary blank".into()),
        Some(plain) => finding.replace(span, plain, |plain| format!("write `{plain}`")),
        None if run.chars().all(char::is_control) => finding.replace(span, "", |_| "remove it".into()),
        None => finding.help("names are written with the letters a to z, digits and `_`"),
    }
}

fn first_character(run: &str) -> String {
    run.chars().next().map_or_else(String::new, |c| format!("U+{:04X}", c as u32))
}

/// What was probably meant, in characters that the language has.
fn in_plain_letters(run: &str) -> Option<String> {
    let mut plain = String::new();
    for c in run.chars() {
        plain.push_str(match c {
            '\u{b5}' | '\u{3bc}' => "u",
            '\u{3a9}' | '\u{2126}' => "Ohm",
            '°' | 'º' => "deg",
            '×' | '·' | '∙' => "*",
            '÷' => "/",
            '−' | '–' | '—' => "-",
            '≤' => "<=",
            '≥' => ">=",
            '≠' => "is not",
            '→' => "->",
            '…' => "..",
            '²' => "^2",
            '³' => "^3",
            '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '\'' => "\"",
            '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' => "",
            c if c.is_whitespace() => " ",
            c if c.is_ascii_alphanumeric() || c == '_' => {
                plain.push(c);
                continue;
            }
            _ => return None,
        });
    }
    Some(plain)
}

/// `unclosed-string`: a string that does not end on its line.
pub(crate) fn unclosed_string(span: Span) -> Finding {
    Finding::error(
        "unclosed-string",
        "a string ends with `\"` on the line where it begins",
        span,
        "this string does not end",
    )
    .help("add the closing `\"`")
}

/// `unclosed`: a bracket without its other half; for a block, `head` reaches from the clause's first word.
pub(crate) fn unclosed(bracket: &str, span: Span, head: Option<Span>) -> Finding {
    let closing = match bracket {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    let message = format!("`{bracket}` needs a `{closing}`");
    let finding = Finding::error("unclosed", message, span, "opened here and never closed");
    match head {
        Some(head) => finding
            .also(head, "the block of this clause")
            .help("add a `}` on a line of its own at the end of the block"),
        None => finding.help(format!("add `{closing}` where the list or the value ends")),
    }
}

/// `unclosed`: a bracket that is closed by one of another kind.
pub(crate) fn closed_by_another(opening: &str, open: Span, closing: &str, close: Span) -> Finding {
    let needed = if opening == "(" {
        ")"
    } else if opening == "[" {
        "]"
    } else {
        "}"
    };
    let message = format!("`{opening}` needs a `{needed}`, not a `{closing}`");
    Finding::error("unclosed", message, open, "opened here").also(close, "closed here").replace(
        close,
        needed,
        |needed| format!("write `{needed}`"),
    )
}

/// `unopened`: a closing bracket that closes nothing.
pub(crate) fn unopened(bracket: &str, span: Span, last_close: Option<Span>) -> Finding {
    let finding = Finding::error("unopened", format!("`{bracket}` closes nothing"), span, "no bracket is open here")
        .help(format!("remove `{bracket}`, or add the bracket that it should close"));
    match last_close.filter(|_| bracket == "}") {
        Some(close) => finding.also(close, "the last open block was closed here"),
        None => finding,
    }
}

/// `too-deep`: nested beyond what a person can read.
pub(crate) fn too_deep(span: Span) -> Finding {
    Finding::error("too-deep", "brackets, `if`s and operators are nested too deep to be read", span, "too deep here")
        .help("give parts of it names of their own")
}

/// `too-long`: a text beyond the limit.
pub(crate) fn too_long(bytes: usize, bytes_max: usize, span: Span) -> Finding {
    let message = format!("a file has at most {bytes_max} bytes, and this one has {bytes}");
    Finding::error("too-long", message, span, "the file begins here").help("move parts of it into files of their own")
}

/// `internal-flaw`: a text that would read otherwise once it is formatted.
pub(crate) fn reads_otherwise(span: Span) -> Finding {
    let message = "a formatted text means what it meant, and this one would not";
    Finding::error("internal-flaw", message, span, "somewhere in this file")
        .help("this is a flaw of Trialect: please report it with the text; the text is as it was")
}

/// `no-header`: a file that does not say what it is.
pub(crate) fn no_header(span: Span) -> Finding {
    let message = "a file begins with `protocol`, `library`, `study` or `part`, a name and a version";
    Finding::error("no-header", message, span, "the header is missing before this")
        .help("write `protocol NAME 1.0.0` as the first line")
}

/// `misplaced-header`: a header that is not the first clause.
pub(crate) fn misplaced_header(span: Span) -> Finding {
    let message = "a file has one header, and it is the first clause";
    Finding::error("misplaced-header", message, span, "a header is not expected here")
        .help("move it to the first line, or put the second protocol into a file of its own")
}

/// `more-findings`: the list was cut.
pub(crate) fn more_findings(left_out: usize, span: Span) -> Finding {
    let message = format!("{left_out} more findings are not shown");
    Finding::error("more-findings", message, span, "the last place that is shown")
}
