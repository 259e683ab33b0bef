//! What the words of the language mean, in a line each.

/// Keywords, and in which chapter of the language reference each is explained.
pub(crate) const KEYWORDS: &[(&str, &str)] = &[
    ("act", "In a scenario: something that happens at a device, `act PLACE [+= AMOUNT] at TIME [when …]`."),
    ("adapt", "An instance of a policy, `adapt NAME = POLICY(…) on trial.end`."),
    ("advise", "Advice that is recorded while its condition holds, `advise NAME when …`."),
    ("after", "`after TIME`: so long after the entry of the state. Of a covariate, `asked after` the session."),
    ("always", "`expect always`: after every trial, not only at the end."),
    ("and", "Both hold."),
    ("animal", "In a scenario: who plays, `animal mouse`."),
    ("asked", "When a person is asked for a covariate: `asked before`, `asked after`, `asked on change`."),
    ("at", "`at least N` rows of a statistic; `record … at RATE`; `act … at TIME`."),
    ("before", "`asked before` the session."),
    ("beside", "A machine of its own that runs beside the trial's, `beside NAME { state … }`."),
    ("block", "A group of trials with values of its own, `block NAME { … ends when … }`."),
    ("by", "`within LOW .. HIGH by STEP`: values lie a whole number of steps above LOW. `by hand`: a person confirms."),
    ("change", "`asked on change`; in a scenario, what a person changes between trials."),
    ("cite", "A source: a DOI or an address, `cite \"…\"`."),
    ("confirm", "In a scenario of a study: a person confirms a stage, `confirm STAGE [at session N]`."),
    ("convention", "How a covariate is measured, in words or by the name of a convention."),
    ("counter", "In a device class: a free-running count."),
    ("counts", "`counts when …`: whether a session counts for the subject."),
    (
        "covariate",
        "What is measured of animal or surroundings and recorded with the session, `covariate NAME : TYPE …`.",
    ),
    ("curriculum", "Stages through which a subject passes, each with values of its own."),
    ("deck", "Members that are dealt without replacement, `deck NAME = {MEMBER: COUNT, …}`."),
    ("default", "`x default y`: y where x is none."),
    ("device", "A class of devices: what they report and what they can do (library)."),
    ("draw", "A random value, made when its clock ticks, `draw NAME ~ DISTRIBUTION(…)`."),
    ("each", "`limit DEVICE AMOUNT each trial`, `each session`."),
    ("else", "Otherwise; of a statistic, its value before there are enough rows."),
    ("end", "`-> end OUTCOME`: the trial ends."),
    ("ends", "`ends when …`: after which trial a block ends."),
    ("enum", "A type with named members, `enum NAME { a, b }`."),
    ("event", "In a device class: something that happens."),
    ("except", "`use LIBRARY except NAME`: without some of its covariates."),
    ("exists", "`exists x`: x is not none. `exists last`: there is a trial before."),
    ("expect", "In a scenario: what must hold at the end, or `always`."),
    ("false", "The truth value that does not hold."),
    ("flag", "In a device class: how things are, as its events say."),
    ("for", "`for x in TYPE { … }`: once for each member. Of a verb, `for TIME`: how long at most."),
    ("from", "`covariate … from DEVICE.READING`: a device measures it."),
    ("given", "In a scenario: a value it begins with, `given NAME = VALUE`."),
    ("hand", "`by hand`: a person confirms the way."),
    ("hold", "What is on for as long as the state lasts, `hold VERB DEVICE`."),
    ("if", "`if … { … } else { … }`; in an expression `if … then … else …`."),
    ("in", "`x in SET`: x is a member of it."),
    ("input", "What a part or a policy takes from its surroundings, `input NAME : TYPE`."),
    ("int", "A named range of whole numbers, `int NAME = LOW .. HIGH`."),
    ("is", "`x is y`: members of one type are the same; `is not`: they differ."),
    ("iti", "How long the pause after a trial lasts, `iti TIME`."),
    ("last", "`last.NAME`: the value of the trial before. `over last N trials`: the window of a statistic."),
    ("least", "`at least N`: rows that a statistic needs."),
    ("levels", "A type whose members are quantities, `levels NAME = 100%, 50%`."),
    ("library", "A file with types, constants, devices and policies for others."),
    ("limit", "The most trials, or the most that a device may give, `limit DEVICE AMOUNT each session`."),
    ("mod", "The remainder of a division of whole numbers."),
    ("none", "No value, of a type with `?`."),
    ("not", "Does not hold."),
    ("now", "`stop NAME now when …`: in mid-trial."),
    ("on", "`on EVENT`: when it happens. `stimulus … on DEVICE`: where it is presented."),
    ("or", "One of both holds, or both."),
    ("outcomes", "How a trial can end, `outcomes a, b`."),
    ("over", "`over last N trials`, `over last N sessions`: the window of a statistic."),
    ("param", "A value that a person may change within its range, `param NAME = VALUE within LOW .. HIGH`."),
    ("part", "Clauses that stand where they are used, `part NAME { … }`."),
    ("pause", "In a scenario: so long a pause before a trial."),
    ("policy", "A procedure with variables of its own that `adapt` makes instances of."),
    ("protocol", "The first line of a protocol: its name and its version."),
    ("quantity", "A kind of quantity and the unit in which it is recorded, `quantity NAME in UNIT` (library)."),
    ("reaches", "`on READING reaches LEVEL`: the first sample at or beyond it."),
    ("reading", "In a device class: what it measures when it is asked."),
    ("record", "What is kept sample by sample, `record DEVICE.CHANNEL`."),
    ("rig", "The devices, `rig { NAME : CLASS }`."),
    ("run", "In a scenario: how much is run, `run N trials`, `run N sessions`."),
    ("scenario", "What the protocol is expected to do in a simulated run."),
    ("scenarios", "The first line of a file of scenarios, with the protocol's name and version."),
    ("seeds", "`over N seeds`: everything is run once with each."),
    ("session", "The clock that ticks once a session, and what belongs to it. `session.elapsed`: time since it began."),
    ("sessions", "The window of a statistic, or how much a scenario runs."),
    ("setting", "In a device class: a constant of the device."),
    ("shows", "Of a kind of stimulus: what is given when it is shown, not when it is declared."),
    ("since", "The version of the library that brought it."),
    ("stage", "A stage of a curriculum or a study, `stage NAME { … }`."),
    ("standard", "What is usual of a covariate, beside what is possible."),
    (
        "stat",
        "A statistic of past trials or sessions, `stat NAME = mean(…) where … over last N trials at least N else …`.",
    ),
    ("state", "A state of the trial: what it does, what it waits for, where it goes."),
    ("stimulus", "Something a device can present, `stimulus NAME on DEVICE = KIND(…)`."),
    ("stop", "A rule that ends the session, `stop NAME when …`."),
    ("study", "The first line of a study: stages, each a protocol."),
    ("subject", "The clock that lasts over all sessions of a subject, and what belongs to it."),
    ("term", "Of a covariate: its term in an ontology."),
    ("then", "`if … then … else …`, in an expression."),
    ("to", "`deliver AMOUNT to DEVICE`."),
    ("total", "In a device class: the sum of what was asked for."),
    ("track", "A property of a stimulus that follows a reading, `track STIMULUS.PROPERTY = …`."),
    ("trial", "The clock that ticks once a trial, and what belongs to it. `trial.index` counts from 1."),
    ("trials", "The window of a statistic, or how much a scenario runs."),
    ("true", "The truth value that holds."),
    ("use", "Brings the names of a library, or the clauses of a part."),
    ("var", "A value that handlers set, `var NAME := START within LOW .. HIGH`; it starts anew with its clock."),
    ("verb", "In a device class: something it can do."),
    ("when", "A condition: of a handler, a rule, a way."),
    ("where", "`stat … where …`: rows that count."),
    ("within", "The range in which a value must stay, `within LOW .. HIGH`."),
    ("without", "In a scenario of a study: `run N sessions without trials`, with values that are given."),
];

/// Functions, statistics and distributions.
pub(crate) const FUNCTIONS: &[(&str, &str)] = &[
    ("abs", "`abs(x)`: the size of a number."),
    ("all", "`all(CONDITION for x in TYPE)`: it holds for every member."),
    ("any", "`any(CONDITION for x in TYPE)`: it holds for one member at least."),
    ("ceil", "`ceil(x)`: the next whole number above."),
    ("chance", "`draw … ~ chance(p)`: true with probability p."),
    ("clamp", "`clamp(x, LOW .. HIGH)`: x, or the end of the range beyond which it lies."),
    ("cos", "`cos(x)`: the cosine; x in radians."),
    ("count", "`count(CONDITION)`: trials for which it holds. `count(SET)`: its members."),
    ("deal", "`draw … ~ deal(DECK)`: the next of a deck."),
    ("erf", "`erf(x)`: the error function."),
    ("exp", "`exp(x)`: e to the power of x."),
    ("exponential", "`draw … ~ exponential(MEAN) within LOW .. HIGH`: waiting times, cut to the range."),
    ("floor", "`floor(x)`: the next whole number below."),
    ("log", "`log(x)`: the natural logarithm; x above 0."),
    ("max", "`max(a, b)`: the greater. `stat … = max(x)`: the greatest of the window."),
    ("mean", "`stat … = mean(x)`: the mean, or the share of trials for which a condition holds."),
    ("median", "`stat … = median(x)`: the median."),
    ("min", "`min(a, b)`: the smaller. `stat … = min(x)`: the smallest of the window."),
    ("normal", "`draw … ~ normal(MEAN, DEVIATION) within LOW .. HIGH`: cut to the range."),
    ("pick", "`draw … ~ pick(SET)`: each member as likely, or by `weights: {…}`."),
    ("poisson", "`draw … ~ poisson(RATE, START .. END)`: the times of a Poisson process."),
    ("probit", "`probit(p)`: the quantile of the standard normal distribution; 0 < p < 1."),
    ("psychometric", "`NAME = psychometric(TABLE)`: the curve that fits a table of shares best."),
    ("rank", "`rank(x, of: SET)`: how many of its members come before x."),
    ("round", "`round(x)`: the nearest whole number; halves away from 0."),
    ("sin", "`sin(x)`: the sine; x in radians."),
    ("sqrt", "`sqrt(x)`: the square root; x not below 0."),
    ("sum", "`stat … = sum(x)`: the sum. `sum(f(x) for x in TYPE)`: over the members."),
    ("uniform", "`draw … ~ uniform(LOW .. HIGH)`: every value as likely."),
];

/// What a unit is called.
pub(crate) const UNITS: &[(&str, &str)] = &[
    ("%", "per cent"),
    ("cycle", "cycle"),
    ("s", "second"),
    ("ms", "millisecond"),
    ("us", "microsecond"),
    ("ns", "nanosecond"),
    ("min", "minute"),
    ("h", "hour"),
    ("day", "day"),
    ("wk", "week"),
    ("Hz", "hertz"),
    ("kHz", "kilohertz"),
    ("MHz", "megahertz"),
    ("m", "metre"),
    ("cm", "centimetre"),
    ("mm", "millimetre"),
    ("um", "micrometre"),
    ("nm", "nanometre"),
    ("L", "litre"),
    ("mL", "millilitre"),
    ("uL", "microlitre"),
    ("nL", "nanolitre"),
    ("kg", "kilogram"),
    ("g", "gram"),
    ("mg", "milligram"),
    ("ug", "microgram"),
    ("deg", "degree"),
    ("A", "ampere"),
    ("mA", "milliampere"),
    ("uA", "microampere"),
    ("nA", "nanoampere"),
    ("pA", "picoampere"),
    ("V", "volt"),
    ("mV", "millivolt"),
    ("uV", "microvolt"),
    ("Ohm", "ohm"),
    ("kOhm", "kiloohm"),
    ("MOhm", "megaohm"),
    ("GOhm", "gigaohm"),
    ("W", "watt"),
    ("mW", "milliwatt"),
    ("uW", "microwatt"),
    ("Pa", "pascal"),
    ("kPa", "kilopascal"),
    ("degC", "degree Celsius"),
    ("cd", "candela"),
    ("lx", "lux"),
    ("mol", "mole"),
    ("M", "mole per litre"),
    ("mM", "millimole per litre"),
    ("uM", "micromole per litre"),
    ("dB", "decibel"),
];

/// What a word of a list means.
pub(crate) fn meaning(list: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    list.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keywords of the grammar: rules in capitals.
    fn keywords() -> Vec<&'static str> {
        let rules = trialect_syntax::GRAMMAR.lines().filter_map(|line| line.split_once(" = @{ \""));
        let is_keyword = |rule: &str| !rule.trim().is_empty() && rule.trim().chars().all(|c| c.is_ascii_uppercase());
        let words = rules.filter(|(rule, _)| is_keyword(rule)).map(|(_, rest)| rest.split('"').next().unwrap());
        words.collect()
    }

    #[test]
    fn every_keyword_and_unit_has_a_meaning() {
        assert!(keywords().len() > 80, "{:?}", keywords());
        let known: Vec<&str> = KEYWORDS.iter().map(|(word, _)| *word).collect();
        assert_eq!(known, keywords(), "keywords of the grammar and their meanings");
        let units: std::collections::BTreeSet<&str> = UNITS.iter().map(|(word, _)| *word).collect();
        assert_eq!(units, trialect_units::UNIT_WORDS.iter().copied().collect());
        assert!(FUNCTIONS.is_sorted() && KEYWORDS.is_sorted());
    }

    /// The words of one alternative of the grammar that editors colour by.
    fn coloured(rule: &str, from: &str, to: &str) -> std::collections::BTreeSet<String> {
        let grammar: serde_json::Value =
            serde_json::from_str(include_str!("../vscode/syntaxes/trialect.tmLanguage.json")).unwrap();
        let pattern = grammar["repository"][rule]["match"].as_str().unwrap();
        let words = pattern.split_once(from).unwrap().1.split_once(to).unwrap().0;
        words.split('|').map(str::to_string).collect()
    }

    #[test]
    fn editors_colour_the_words_of_the_grammar() {
        let set = |list: &[(&str, &str)]| list.iter().map(|(word, _)| (*word).to_string()).collect();
        assert_eq!(coloured("keyword", "(?:", ")"), keywords().into_iter().map(str::to_string).collect());
        let mut units: std::collections::BTreeSet<String> = set(UNITS);
        units.remove("%");
        assert_eq!(coloured("number", "+((?:", ")"), units);
        assert_eq!(coloured("number", "[/*](?:", ")"), units);
        assert_eq!(coloured("function", "(?:", ")"), set(FUNCTIONS));
    }
}
