//! The parser that pest makes from the grammar, and the grammar as data.

use crate::words;
use pest_derive::Parser;
use std::sync::LazyLock;

/// The text of the grammar: the definition of the language, shown in the reference.
pub const GRAMMAR: &str = include_str!("trialect.pest");

/// Generated from `trialect.pest`: one [`Rule`] for each rule there.
#[derive(Parser)]
#[grammar = "trialect.pest"]
pub(crate) struct Grammar;

/// The quoted words of a rule that is a list of words, such as `unit_word`; empty when there is no such rule.
pub(crate) fn words_of(rule: &str) -> Vec<&'static str> {
    let defines = |line: &str| line.strip_prefix(rule).is_some_and(|rest| rest.trim_start().starts_with('='));
    let lines = GRAMMAR.lines().skip_while(|line| !defines(line));
    let mut words = Vec::new();
    for line in lines {
        words.extend(line.split('"').skip(1).step_by(2));
        if line.trim_end().ends_with('}') {
            break;
        }
    }
    words
}

static RESERVED: LazyLock<Vec<&'static str>> = LazyLock::new(|| words_of("reserved"));
static CLAUSE_WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| words_of("clause_word"));

static KEYWORDS: LazyLock<Vec<String>> =
    LazyLock::new(|| Rule::all_rules().iter().filter_map(|rule| words::keyword(*rule)).collect());

/// True for a word that no name may be.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// True for a word that begins a clause of its own and is therefore no verb.
pub(crate) fn is_clause_word(word: &str) -> bool {
    CLAUSE_WORDS.contains(&word)
}

/// True for any word that the grammar knows, reserved or not.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword == word)
}

/// True for the first word of a header.
pub(crate) fn is_header_word(word: &str) -> bool {
    matches!(word, "protocol" | "library" | "study" | "part" | "scenarios")
}
