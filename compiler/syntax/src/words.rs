//! The grammar's rules in plain words, for "expected …", and the nearest word for "did you mean".

use crate::build::is_keyword_or_sign;
use crate::grammar::Rule;

/// The longest list of things that a message says were expected.
const LISTED_MAX: usize = 5;

/// What could have stood here: "`when`, `{` or `->`".
pub(crate) fn expected(rules: &[Rule]) -> String {
    let (operators, others): (Vec<Rule>, Vec<Rule>) = rules.iter().partition(|rule| is_operator(**rule));
    let mut phrases = phrases(if others.is_empty() { &operators } else { &others });
    if others.is_empty() && phrases.len() > 1 {
        phrases = vec![OPERATOR.into()];
    }
    drop_noise(&mut phrases);
    if phrases == [END] && !operators.is_empty() {
        phrases.insert(0, OPERATOR.into());
    }
    if phrases.len() > LISTED_MAX {
        phrases.retain(|phrase| phrase != END);
        phrases.truncate(LISTED_MAX);
    }
    listed(&phrases)
}

const END: &str = "the end of the clause";
const KEY: &str = "a key, as in `s in Side`";
const NAME: &str = "a name";
const OPERATOR: &str = "an operator";
const STRING: &str = "a string in quotes";
const UNIT: &str = "a unit";
const VALUE: &str = "a value";

/// Each phrase once; the end of the clause last.
fn phrases(rules: &[Rule]) -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    for phrase in rules.iter().map(|rule| phrase(*rule)) {
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    phrases.sort_by_key(|phrase| phrase == END);
    phrases
}

/// Leaves out what may stand nearly everywhere, unless it is the only thing.
fn drop_noise(phrases: &mut Vec<String>) {
    let has = |wanted: &str| phrases.iter().any(|phrase| phrase == wanted);
    let mut noise = vec![STRING, UNIT, "`(`"];
    if has(VALUE) {
        noise.extend([NAME, "`{`", "`not`"]);
    }
    if has(KEY) {
        noise.push(VALUE);
    }
    if has(END) {
        noise.push("`,`");
    }
    for phrase in noise.into_iter().filter(|phrase| has(phrase)).collect::<Vec<_>>() {
        if phrases.len() > 1 {
            phrases.retain(|other| other != phrase);
        }
    }
}

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
        Rule::clause | Rule::handler => "a clause",
        Rule::device => "a device, as in `wheel : Encoder`",
        Rule::device_member => "a member of a device class, as in `event flip`",
        Rule::channel => "a channel, as in `event flip`",
        Rule::step => "`animal`, `given`, `run`, `expect`, `stat`, `draw` or `act`",
        Rule::unplayed => "`without trials`",
        Rule::run_word => "`trials` or `sessions`",
        Rule::header_word | Rule::header => "`protocol`, `library`, `study` or `part`",
        Rule::version => "a version, as in `1.0.0`",
        Rule::name | Rule::given_name | Rule::dotted_name | Rule::head | Rule::place | Rule::goal | Rule::verb => NAME,
        Rule::protocol => "the name of a protocol",
        Rule::typing => "a type, as in `: Side`",
        Rule::r#type => "a type",
        Rule::string | Rule::description => STRING,
        Rule::unit | Rule::unit_term => UNIT,
        Rule::range => "a range, as in `1 .. 5`",
        Rule::truncation | Rule::refinement => "`within`",
        Rule::call => "a call, as in `pick(Side)`",
        Rule::table => "a table, as in `{left: 1, right: 2}`",
        Rule::row | Rule::row_key => "a row, as in `left: 1`",
        Rule::key | Rule::binding => KEY,
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
        Rule::channel_kind => "`counter`, `event`, `total`, `setting`, `flag` or `reading`",
        Rule::argument => VALUE,
        _ if is_value(rule) => VALUE,
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
    let near = words.into_iter().map(|other| (distance(word, other), other)).min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, other)| is_near(word, other, *distance)).map(|(_, other)| other)
}

/// One letter in three may differ, at most two; short words begin with the same letter.
fn is_near(word: &str, other: &str, distance: usize) -> bool {
    let begins_alike = word.bytes().next() == other.bytes().next();
    distance == 0 || (distance <= 2 && distance * 3 <= word.len().max(other.len()) && (word.len() > 3 || begins_alike))
}

/// Letters to change, where a difference in case alone counts as none.
pub(crate) fn distance(word: &str, other: &str) -> usize {
    if word.eq_ignore_ascii_case(other) { 0 } else { strsim::damerau_levenshtein(word, other) }
}
