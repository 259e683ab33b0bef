//! The grammar's rules in plain words, for "expected …", and the nearest word for "did you mean".

use crate::build::is_keyword_or_sign;
use crate::grammar::Rule;

/// The longest list of things that a message says were expected.
const LISTED_MAX: usize = 5;

/// What could have stood here: "`when`, `{` or `->`".
pub(crate) fn expected(rules: &[Rule]) -> String {
    let mut phrases: Vec<String> = Vec::new();
    for &rule in rules.iter().filter(|rule| !is_operator(**rule)) {
        let phrase = phrase(rule);
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    // A description may follow nearly everything; where something else is wanted too it is only noise.
    if phrases.len() > 1 {
        phrases.retain(|phrase| phrase != DESCRIPTION && phrase != "`,`" && phrase != "`(`");
    }
    if phrases.len() > LISTED_MAX {
        phrases.retain(|phrase| phrase != END);
        phrases.truncate(LISTED_MAX);
    }
    if phrases.is_empty() {
        phrases.push(if rules.is_empty() { END.into() } else { "an operator".into() });
    }
    listed(&phrases)
}

const DESCRIPTION: &str = "a description";
const END: &str = "the end of the clause";

/// "a, b or c"
fn listed(phrases: &[String]) -> String {
    match phrases {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// What can go on a value that is complete.
fn is_operator(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::plus_or_minus
            | Rule::times_or_by
            | Rule::minus
            | Rule::comparator
            | Rule::relation
            | Rule::identity
            | Rule::membership
            | Rule::member
            | Rule::index
            | Rule::dot
            | Rule::open_square
            | Rule::percent
            | Rule::AND
            | Rule::OR
            | Rule::IS
            | Rule::IN
            | Rule::DEFAULT
            | Rule::MOD
    )
}

fn phrase(rule: Rule) -> String {
    if let Some(word) = keyword(rule) {
        return format!("`{word}`");
    }
    let phrase = match rule {
        Rule::EOI => END,
        Rule::description => DESCRIPTION,
        Rule::clause | Rule::handler => "a clause",
        Rule::device => "a device, as in `wheel : Encoder`",
        Rule::device_member => "a member of a device class, as in `event flip`",
        Rule::channel => "a channel, as in `event flip`",
        Rule::step | Rule::step_word => "`animal`, `given`, `run` or `expect`",
        Rule::rest => "what the step says",
        Rule::header_word | Rule::header => "`protocol`, `library`, `study` or `part`",
        Rule::version => "a version, as in `1.0.0`",
        Rule::name | Rule::dotted_name | Rule::head | Rule::place | Rule::goal | Rule::verb => "a name",
        Rule::protocol => "the name of a protocol",
        Rule::typing => "a type, as in `: Side`",
        Rule::r#type => "a type",
        Rule::string => "a string in quotes",
        Rule::unit | Rule::unit_term => "a unit",
        Rule::range => "a range, as in `1 .. 5`",
        Rule::truncation | Rule::refinement => "`within`",
        Rule::call => "a call, as in `pick(Side)`",
        Rule::table => "a table, as in `{left: 1, right: 2}`",
        Rule::row | Rule::row_key => "a row, as in `left: 1`",
        Rule::key | Rule::binding => "a key, as in `s in Side`",
        Rule::keys | Rule::arguments | Rule::slots | Rule::slot => "a list in brackets",
        Rule::body | Rule::rig_body | Rule::device_body | Rule::scenario_body => "`{`",
        Rule::guard => "`when`",
        Rule::filter => "`where`",
        Rule::window => "`over last`",
        Rule::window_word => "`trials` or `sessions`",
        Rule::at_least => "`at least`",
        Rule::otherwise => "`else`",
        Rule::duration | Rule::each => "`for`",
        Rule::target => "`->`",
        Rule::trial_end => "`end`",
        Rule::by_hand => "`by hand`",
        Rule::asked => "`asked`",
        Rule::source => "`from`",
        Rule::given => "`=`",
        Rule::usual => "`standard`",
        Rule::convention => "`convention`",
        Rule::term => "`term`",
        Rule::clock_word => "`subject`, `session` or `trial`",
        Rule::channel_kind => "`counter`, `event`, `total`, `setting` or `flag`",
        Rule::argument => "a value",
        _ if is_value(rule) => "a value",
        _ => sign(rule).unwrap_or("something else"),
    };
    phrase.to_owned()
}

fn is_value(rule: Rule) -> bool {
    (Rule::expression..=Rule::choices).contains(&rule) || matches!(rule, Rule::number | Rule::digits | Rule::amount)
}

fn sign(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::arrow => "`->`",
        Rule::assign => "`:=`",
        Rule::add => "`+=`",
        Rule::equals => "`=`",
        Rule::tilde => "`~`",
        Rule::colon => "`:`",
        Rule::comma => "`,`",
        Rule::dots => "`..`",
        Rule::optional => "`?`",
        Rule::open => "`{`",
        Rule::close => "`}`",
        Rule::open_round => "`(`",
        Rule::close_round => "`)`",
        Rule::close_square => "`]`",
        _ => return None,
    })
}

/// The word of a keyword's rule, which is the rule's name in small letters.
pub(crate) fn keyword(rule: Rule) -> Option<String> {
    let name = format!("{rule:?}");
    let is_keyword = is_keyword_or_sign(rule) && name.bytes().all(|byte| byte.is_ascii_uppercase());
    is_keyword.then(|| name.to_ascii_lowercase())
}

/// The word of a list that was probably meant.
pub(crate) fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let distance_max = if word.chars().count() <= 4 { 1 } else { 2 };
    let near = words.into_iter().map(|other| (distance(word, other), other)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| *distance <= distance_max && *distance < other.len()).map(|(_, other)| other)
}

/// Letters to change, where a difference in case alone counts as none.
pub(crate) fn distance(word: &str, other: &str) -> usize {
    if word.eq_ignore_ascii_case(other) { 0 } else { strsim::damerau_levenshtein(word, other) }
}
