//! Mistakes that people make, each recognized from where the grammar stopped, and each with its remedy.

use crate::failure::Failure;
use crate::findings;
use crate::grammar::{Rule, is_clause_word, is_header_word, is_keyword, is_reserved, words_of};
use crate::numbers;
use crate::reader::Context;
use crate::scan::{Bracket, TokenKind};
use crate::words::nearest;
use trialect_base::Finding;

/// The finding for a clause that the grammar refused; the first mistake that fits explains it.
pub(crate) fn explain(failure: &Failure<'_>) -> Finding {
    let mistakes: &[fn(&Failure<'_>) -> Option<Finding>] = &[
        header,
        numbers::mistake,
        clause_word,
        keyword_as_name,
        comparison,
        assignment,
        description,
        arrow,
        declaration,
        device,
        shape,
    ];
    let explained = mistakes.iter().find_map(|mistake| mistake(failure));
    explained.unwrap_or_else(|| failure.plain().help_maybe(remedy(failure)))
}

/// The header word that was probably meant.
pub(crate) fn meant_header_word(word: &str) -> Option<&'static str> {
    nearest(word, ["protocol", "library", "study"]).filter(|meant| *meant != word)
}

/// A second header, or a misspelt first one.
fn header(failure: &Failure<'_>) -> Option<Finding> {
    let first = failure.text(0);
    if failure.context == Context::Header || failure.context == Context::Scenario {
        return None;
    }
    if is_header_word(first) && first != "part" {
        return Some(findings::misplaced_header(failure.span(0, 0)));
    }
    let meant = meant_header_word(first).filter(|_| failure.kind(failure.index) == Some(TokenKind::Number))?;
    Some(findings::unknown_clause(first, meant, failure.span(0, 0)))
}

/// `a < b < c`, and `=` where two values are compared.
fn comparison(failure: &Failure<'_>) -> Option<Finding> {
    let found = failure.found();
    let relates = matches!(found, "<" | "<=" | ">" | ">=" | "is" | "in") && failure.index > 1;
    if relates && !failure.wants(Rule::comparator) && !failure.wants(Rule::IN) {
        let wants_operand =
            failure.wants_any(&[Rule::expression, Rule::fallback, Rule::sum, Rule::product, Rule::signed]);
        return (!wants_operand).then(|| failure.plain().help("compare two at a time: `a < b and b < c`"));
    }
    if found == "=" && failure.wants_any(&[Rule::colon]) && failure.wants(Rule::close_round) {
        return Some(failure.plain().help(format!("an argument is named with `:`, as in `{}: …`", failure.before())));
    }
    let compares = found == "=" && failure.wants_any(&[Rule::IS, Rule::identity, Rule::comparator, Rule::relation]);
    let declares = matches!(failure.text(0), "var" | "param" | "draw" | "stat" | "levels" | "deck" | "covariate");
    (compares && !declares).then(|| failure.plain().help("write `is` to compare, as in `side is left`"))
}

/// `=`, `:=` and `~` in each other's place.
fn assignment(failure: &Failure<'_>) -> Option<Finding> {
    let first = failure.text(0);
    let name = failure.text(1);
    let help = match (first, failure.found()) {
        ("var", "=") => format!("a variable is set with `:=`: `var {name} := …`"),
        ("draw", "=" | ":=") => format!("a draw takes `~`: `draw {name} ~ pick(…)`"),
        ("draw", _) if failure.before() == "~" => {
            let help = format!("arithmetic goes into a definition: `draw extra ~ …` and `{name} = … + extra`");
            let finding = findings::syntax("a draw is one bare distribution", failure.place(), "not a distribution");
            return Some(finding.help(help));
        }
        ("limit" | "iti" | "record", "=" | ":=") if failure.index > 1 => {
            format!("write `{} …`, without a sign", failure.written(0, failure.index - 1))
        }
        (_, ":=") if failure.wants_any(&[Rule::equals, Rule::given]) && !failure.wants(Rule::assign) => {
            format!("`:=` sets a variable; `{first}` takes `=`")
        }
        (_, "~") if failure.index > 0 => format!("a random value is declared with `draw {first} ~ …`"),
        _ => return None,
    };
    Some(failure.plain().help(help))
}

/// A word of the language where a name is expected.
fn keyword_as_name(failure: &Failure<'_>) -> Option<Finding> {
    let is_declared = failure.index == 0 && matches!(failure.text(1), "=" | ":=" | "+=" | ":");
    let wants_name = is_declared
        || failure.wants_any(&[Rule::name, Rule::head, Rule::place, Rule::dotted_name, Rule::given_name, Rule::goal]);
    let is_reserved = failure.found_word() && is_reserved(failure.found());
    (wants_name && is_reserved && !failure.wants(Rule::EOI))
        .then(|| findings::reserved_word(failure.found(), failure.place()))
}

/// Words that other languages, and people in a hurry, use for ours.
const SYNONYMS: &[(&str, &str)] = &[
    ("elif", "else if"),
    ("elseif", "else if"),
    ("elsif", "else if"),
    ("variable", "var"),
    ("parameter", "param"),
    ("statistic", "stat"),
    ("import", "use"),
    ("include", "use"),
    ("let", "NAME = …"),
    ("const", "NAME = …"),
    ("def", "NAME = …"),
    ("while", "when"),
    ("foreach", "for"),
    ("goto", "-> STATE"),
];

/// A misspelt first word.
fn clause_word(failure: &Failure<'_>) -> Option<Finding> {
    let word = failure.text(0);
    let is_shaped = matches!(
        failure.kind(1),
        Some(TokenKind::Word | TokenKind::Text | TokenKind::Number | TokenKind::Open(Bracket::Brace))
    );
    let is_word = failure.kind(0) == Some(TokenKind::Word);
    if failure.context != Context::Clauses || !is_word || !is_shaped || is_clause_word(word) || is_reserved(word) {
        return None;
    }
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == word).map(|(_, ours)| *ours);
    let handlers = ["on", "after", "when", "for", "if"];
    let meant = synonym.or_else(|| nearest(word, words_of("clause_word").into_iter().chain(handlers)))?;
    Some(findings::unknown_clause(word, meant, failure.span(0, 0)))
}

/// A string that is not at the end of its clause.
fn description(failure: &Failure<'_>) -> Option<Finding> {
    let follows = failure.kind_before() == Some(TokenKind::Text) && failure.index < failure.len();
    if follows && failure.kind(failure.index) != Some(TokenKind::Text) {
        return Some(failure.plain().help("a description stands at the end of its clause"));
    }
    if failure.kind(failure.index) != Some(TokenKind::Text) {
        return None;
    }
    let help = if failure.index == 0 {
        "a description stands after its clause"
    } else if failure.kind_before() == Some(TokenKind::Text) {
        "a clause has one description"
    } else if failure.wants_any(&[Rule::expression, Rule::fallback, Rule::sum]) {
        "a string is only a description; name the possible values with `enum`"
    } else {
        "a description stands at the end of its clause"
    };
    Some(failure.plain().help(help))
}

/// A target without its arrow, and `end` without an outcome.
fn arrow(failure: &Failure<'_>) -> Option<Finding> {
    if failure.before() == "end" && failure.wants(Rule::name) {
        return Some(failure.plain().help("name the outcome, as in `-> end correct`"));
    }
    let wants_arrow = failure.wants_any(&[Rule::arrow, Rule::target]);
    let found = failure.found();
    if failure.before() == "to" && failure.index == 2 && failure.found_word() {
        return Some(failure.plain().help(format!("write `-> {found}`")));
    }
    let is_name = failure.found_word() && (found == "end" || !is_keyword(found));
    let names_state = is_name && nearest_keyword(failure).is_none();
    (wants_arrow && names_state).then(|| {
        let goal =
            failure.written(failure.index, if failure.found() == "end" { failure.index + 1 } else { failure.index });
        failure.plain().help(format!("write `-> {goal}`"))
    })
}

/// A declared name, its type and its value in the wrong order or without their signs.
fn declaration(failure: &Failure<'_>) -> Option<Finding> {
    let (first, name, found) = (failure.text(0), failure.text(1), failure.found());
    let is_capital = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
    let help = match first {
        "stop" if found == "now" => {
            let finding = findings::syntax("expected a name after `stop`", failure.place(), "found `now`");
            return Some(finding.help("name the rule, as in `stop late now when …`"));
        }
        _ if failure.index != 2 || !failure.found_word() => return None,
        "var" | "param" | "covariate" | "input" if is_capital(found) => format!("write `{first} {name} : {found}`"),
        "var" | "param" | "covariate" | "input" if is_capital(name) => format!("write `{first} {found} : {name}`"),
        "stage" if failure.wants(Rule::equals) => {
            format!("write `stage {name} = {}`", failure.written(failure.index, failure.len()))
        }
        _ => return None,
    };
    Some(failure.plain().help(help))
}

/// What is no device in a rig.
fn device(failure: &Failure<'_>) -> Option<Finding> {
    if failure.context != Context::Rig || failure.index == 0 || !failure.wants(Rule::colon) {
        return None;
    }
    let help = if is_clause_word(failure.text(0)) {
        "a rig holds only devices, as in `wheel : Encoder`".to_owned()
    } else {
        let class = if failure.found_word() { failure.found() } else { failure.text(failure.index + 1) };
        format!("write `{} : {class}`", failure.written(0, failure.index - 1))
    };
    Some(failure.plain().help(help))
}

/// Blocks and sets written as in other languages.
fn shape(failure: &Failure<'_>) -> Option<Finding> {
    let wants_value = failure.wants_any(&[
        Rule::expression,
        Rule::choices,
        Rule::fallback,
        Rule::sum,
        Rule::product,
        Rule::signed,
        Rule::negation,
        Rule::conjunction,
        Rule::argument,
    ]);
    let help = match failure.found() {
        "then" if failure.text(0) == "if" => "`then` belongs to values; a rule is written `if … { … }`",
        "{" if failure.wants(Rule::THEN) => "a value is chosen with `if … then … else …`",
        "" if failure.before() == ":" && is_clause_word(failure.text(0)) => "a block stands in braces: `{ … }`",
        ":" if failure.wants(Rule::close) => "in a table every row has its key: `{left: 1, right: 2}`",
        "}" if failure.wants(Rule::colon) => "in a table every row has its key: `{left: 1, right: 2}`",
        ";" if failure.wants(Rule::comma) => "`,` stands between the members of a list",
        ":" if failure.wants_any(&[Rule::body, Rule::open]) => "a block stands in braces: `{ … }`",
        "if" if wants_value => "put it in parentheses: `(if … then … else …)`",
        "," if failure.wants(Rule::close_round) && !failure.wants(Rule::comma) => "a set takes braces: `{a, b}`",
        "[" if wants_value => "a set takes braces: `{a, b}`",
        "%" => "the remainder is `a mod b`",
        "^" => "write the product, as in `x * x`",
        "by" if failure.wants_any(&[Rule::refinement, Rule::WITHIN]) => "`by` follows a range: `within 0 .. 10 by 2`",
        "where" | "over" | "at" | "else" if failure.text(0) == "stat" => {
            "the order is `where …`, `over last …`, `at least …`, `else …`"
        }
        _ => return None,
    };
    Some(failure.plain().help(help))
}

/// Remedies that apply whatever was expected.
fn remedy(failure: &Failure<'_>) -> Option<String> {
    let found = failure.found();
    if let Some(keyword) = nearest_keyword(failure) {
        return Some(format!("write `{keyword}`"));
    }
    if failure.index == 0 {
        return first_token(failure);
    }
    let begins_clause = is_clause_word(found)
        || matches!(found, "on" | "after" | "when" | "if" | "for")
        || matches!(failure.text(failure.index + 1), "=" | ":=");
    if failure.found_word() && begins_clause && failure.wants(Rule::EOI) {
        return Some(format!("put `;` or a line end before `{found}`"));
    }
    let is_lone = found.is_empty() && failure.index == 1 && failure.context == Context::Clauses;
    if is_lone && !is_clause_word(failure.text(0)) && !is_reserved(failure.text(0)) {
        let word = failure.text(0);
        return Some(format!("`{word} = …` defines, `{word} := …` sets, and a verb has an object: `{word} wheel`"));
    }
    if failure.wants(Rule::TO) && failure.found_word() && !is_keyword(found) {
        return Some(format!("write `{} to {found}`", failure.written(0, failure.index - 1)));
    }
    if found.starts_with('_') || (failure.kind(failure.index) == Some(TokenKind::Number) && failure.wants(Rule::name)) {
        return Some("a name begins with a letter".into());
    }
    if failure.wants(Rule::open_round) && failure.kind_before() == Some(TokenKind::Word) && found.is_empty() {
        return Some(format!("write `{}(…)`", failure.before()));
    }
    None
}

/// A clause that begins with something that begins none.
fn first_token(failure: &Failure<'_>) -> Option<String> {
    let found = failure.found();
    let continues = failure.kind(0) == Some(TokenKind::Mark) || is_reserved(found);
    if found.starts_with('_') {
        return Some("a name begins with a letter".into());
    }
    continues
        .then(|| "a clause goes on over a line end after an operator or a comma; write this on the line before".into())
}

/// The keyword that could stand here and was probably meant.
fn nearest_keyword(failure: &Failure<'_>) -> Option<String> {
    if !failure.found_word() || is_reserved(failure.found()) {
        return None;
    }
    let keywords = failure.keywords();
    nearest(failure.found(), keywords.iter().map(String::as_str)).map(str::to_owned)
}
