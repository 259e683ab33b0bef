//! Both machines do the same: on every accepted program, on random programs, on whole sessions. And no input makes them
//! leave what is proven.
//!
//! The interpreter is the law of what a program means. Compiled code must tell its host the same, in
//! the same order, with the same arguments, and leave the same memory, bit by bit.

#[path = "differential/adversary.rs"]
mod adversary;
#[path = "differential/bounds.rs"]
mod bounds;
#[path = "differential/clauses.rs"]
mod clauses;
#[path = "differential/constructs.rs"]
mod constructs;
#[path = "differential/expressions.rs"]
mod expressions;
#[path = "differential/generator.rs"]
mod generator;
#[path = "differential/programs.rs"]
mod programs;
#[path = "differential/scribe.rs"]
mod scribe;
#[path = "differential/sessions.rs"]
mod sessions;
#[path = "differential/stream.rs"]
mod stream;
#[path = "differential/texts.rs"]
mod texts;
#[path = "differential/twins.rs"]
mod twins;

use generator::Generator;
use sessions::{Kind, Simulated, basic, machine};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stream::Stream;
use trialect_base::Severity;
use trialect_driver::{Library, compile};
use trialect_ir::{InputId, Phase, Program, header};
use trialect_journal::Entry;
use twins::{Call, Manners, Tally, Twins};

/// Events delivered to the accepted programs, all together.
const EVENTS: u64 = 100_000_000;
/// Random programs.
const PROGRAMS: u64 = 2_000;
/// Random texts, and the events delivered to each.
const TEXTS: u64 = 400;
const EVENTS_OF_A_TEXT: u64 = 25_000;
/// What the compiler may prove of a random text: conditions that cannot be, or that come too late.
const PROVEN: [&str; 5] = ["never-holds", "never-taken", "may-wait-forever", "stages-swap", "window-never-fills"];
/// Calls of each random program.
const CALLS: u64 = 60;

/// Folders, from the workspace, with programs that must compile.
const FOLDERS: [&str; 2] = ["tests/corpus/accepted", "protocols"];
/// A program that must be among them.
const BASIC: &str = "ibl/basic.trial";

fn files(folder: &Path, list: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, list);
        } else if is_protocol(&path) {
            list.push(path);
        }
    }
}

/// A text with a program; a file of scenarios has none.
fn is_protocol(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".trial") && !name.ends_with(".scenarios.trial")
}

/// All accepted programs by name.
fn accepted() -> Vec<(String, Arc<Program>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut list = Vec::new();
    for folder in FOLDERS {
        files(&root.join(folder), &mut list);
    }
    list.sort();
    assert!(list.iter().any(|path| path.ends_with(BASIC)), "{BASIC} is missing among {list:?}");
    let program = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let text = std::fs::read_to_string(&path).expect("a text");
        let compiled = compile(&name, &text, &Library::Embedded.beside(near(&path)));
        let program = compiled.program.unwrap_or_else(|| panic!("{name}: {:#?}", compiled.findings));
        (name, program)
    };
    let is_protocol = |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("protocol "));
    list.into_iter().filter(is_protocol).map(program).collect()
}

/// The parts beside a protocol, in the folder above it and in those beside its own, by name.
fn near(path: &Path) -> BTreeMap<String, String> {
    let (mut list, folder) = (Vec::new(), path.parent().expect("a folder"));
    let above = folder.parent().filter(|above| !above.ends_with("protocols") && !above.ends_with("corpus"));
    files(above.unwrap_or(folder), &mut list);
    let texts = list.into_iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let parts = texts.filter(|text| text.starts_with("part "));
    parts.filter_map(|text| Some((trialect_driver::name_for_use(&text)?, text))).collect()
}

#[allow(clippy::print_stderr)] // a stream that changes nothing proves nothing: show what it does
fn show(name: &str, tally: Tally) {
    let Tally { events, timers, moved, fired, ended, others, trials, told, outcomes: _ } = tally;
    let share = |part: u64| 100.0 * part as f64 / (events + timers).max(1) as f64;
    eprintln!(
        "{name}: {events} events and {timers} times for timers, of which {:.1} % changed the state, {:.1} % fired a rule \
         and {:.1} % ended one of {trials} trials; {others} other calls; {told} calls of the host",
        share(moved),
        share(fired),
        share(ended)
    );
}

#[test]
fn accepted_programs_do_the_same_on_both_machines() {
    let programs = accepted();
    let hearing = programs.iter().filter(|(_, program)| !program.inputs.is_empty()).count();
    let each = EVENTS.div_ceil(hearing as u64);
    let mut all = Tally::default();
    for (key, (name, program)) in (1..).zip(&programs) {
        let manners = Manners { hostility: 500, meddles: 0..0 };
        let mut twins = Twins::new(name, program, key, &manners);
        let deaf = program.inputs.is_empty();
        Stream::new(program, &mut twins, key).run(if deaf { each / 10 } else { each });
        show(name, twins.tally());
        all += twins.tally();
    }
    show("all", all);
    assert!(all.events >= EVENTS);
    assert!(all.moved > all.events / 50 && all.ended > all.trials / 4, "the streams reach too little: {all:?}");
}

#[test]
fn random_programs_do_the_same_on_both_machines() {
    let mut all = Tally::default();
    for seed in 0..PROGRAMS {
        let mut generator = Generator::new(seed);
        let program = Arc::new(programs::program(&mut generator));
        let name = format!("random program {seed}");
        let manners = Manners { hostility: 10, meddles: programs::own_words() };
        let mut twins = Twins::new(&name, &program, seed, &manners);
        let mut at = 0;
        for _ in 0..CALLS {
            at += generator.between(0, 19);
            let idle = twins.int(header::STATE) == program.idle();
            let begins = idle && generator.once_in(2);
            twins.call(if begins { Call::Begin { at } } else { any_call(&mut generator, at) });
        }
        all += twins.tally();
    }
    show("random programs", all);
    assert!(all.moved > all.events / 20, "the programs do too little: {all:?}");
}

#[allow(clippy::print_stderr)] // texts that do nothing prove nothing: show how many do something
#[test]
fn random_texts_compile_and_do_the_same_on_both_machines() {
    let mut all = Tally::default();
    let (mut meaningful, mut scenarios, mut words) = (0, 0, BTreeSet::new());
    let (mut tried, mut compiling) = (0, 0);
    while compiling < TEXTS {
        let seed = tried;
        tried += 1;
        let text = texts::protocol(&mut Generator::new(seed));
        let compiled = compile("generated.trial", &text, &Library::Embedded);
        let findings = &compiled.findings;
        // What chance puts together may ask for what cannot be; everything else that is generated is right.
        let Some(program) = compiled.program else {
            let errors = || findings.iter().filter(|finding| finding.severity == Severity::Error);
            let proven = errors().all(|finding| PROVEN.contains(&finding.code));
            assert!(proven, "text {seed} does not compile: {findings:#?}\n{text}");
            continue;
        };
        compiling += 1;
        words.extend(words_of(&text));
        let name = format!("random text {seed}");
        let manners = Manners { hostility: 500, meddles: 0..0 };
        let mut twins = Twins::new(&name, &program, seed, &manners);
        Stream::new(&program, &mut twins, seed).run(EVENTS_OF_A_TEXT);
        let tally = twins.tally();
        meaningful += u64::from(is_meaningful(tally));
        all += tally;
        // The same program, which watches itself.
        for scenario in &compiled.scenarios {
            scenarios += 1;
            let mut twins = Twins::new(&name, &scenario.program, seed, &manners);
            Stream::new(&scenario.program, &mut twins, seed).run(EVENTS_OF_A_TEXT / 10);
            all += twins.tally();
        }
    }
    show("random texts", all);
    eprintln!("{TEXTS} of {tried} random texts compile");
    assert!(tried <= 3 * TEXTS, "only {TEXTS} of {tried} texts compile");
    eprintln!("{meaningful} of {TEXTS} random texts are meaningful; {scenarios} of them have a scenario");
    assert!(meaningful * 10 >= TEXTS * 8, "only {meaningful} of {TEXTS} texts do something");
    assert!(scenarios * 10 >= TEXTS, "only {scenarios} of {TEXTS} texts have a scenario");
    let unwritten: Vec<String> = words_of_the_language().filter(|word| !words.contains(word)).collect();
    assert_eq!(
        unwritten, NOT_OF_A_PROTOCOL,
        "words of the language that no text has, and those that need not be there"
    );
}

/// Words of the grammar that no text of a protocol has, in the order of the alphabet: of libraries and device classes, of
/// studies and of the headers of other files.
const NOT_OF_A_PROTOCOL: [&str; 17] = [
    "confirm",
    "counter",
    "device",
    "event",
    "flag",
    "hand",
    "library",
    "quantity",
    "reading",
    "scenarios",
    "setting",
    "shows",
    "since",
    "study",
    "total",
    "verb",
    "without",
];
/// What is called by its name and has no rule of the grammar.
const CALLED: [&str; 34] = [
    "abs",
    "all",
    "any",
    "ceil",
    "chance",
    "clamp",
    "cos",
    "count",
    "deal",
    "erf",
    "exp",
    "exponential",
    "floor",
    "log",
    "max",
    "mean",
    "median",
    "min",
    "normal",
    "pick",
    "poisson",
    "probit",
    "psychometric",
    "rank",
    "round",
    "sin",
    "sqrt",
    "sum",
    "uniform",
    "Set",
    "deliver",
    "play",
    "show",
    "zero",
];

/// The keywords of the grammar and what has a meaning without being one.
fn words_of_the_language() -> impl Iterator<Item = String> {
    let keyword = |line: &str| {
        let (name, rest) = line.split_once(" = @{ \"")?;
        let word = rest.strip_suffix("\" ~ !word_char }")?;
        name.trim().chars().all(|c| c.is_ascii_uppercase()).then(|| word.to_owned())
    };
    let keywords: BTreeSet<String> = trialect_syntax::GRAMMAR.lines().filter_map(keyword).collect();
    assert!(keywords.len() > 80, "{keywords:?}");
    keywords.into_iter().chain(CALLED.map(str::to_owned))
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map(str::to_owned)
}

/// Events change the state, rules fire, most trials end by themselves, and not all in the same way.
fn is_meaningful(tally: Tally) -> bool {
    let Tally { events, moved, fired, ended, trials, outcomes, .. } = tally;
    moved > events / 100 && fired > 0 && ended > trials / 2 && outcomes.count_ones() > 1
}

/// Any call, in no order.
fn any_call(generator: &mut Generator, at: i64) -> Call {
    match generator.below(24) {
        0..=6 => Call::Run(generator.one_of(&Phase::ALL)),
        7 => Call::Begin { at },
        8..=11 => Call::Timers { at },
        12 => Call::Interrupt { at },
        _ => {
            let value = if generator.once_in(10) { generator.hostile() as i64 } else { generator.between(-10, 10) };
            Call::Event { input: InputId(generator.below(3) as u32), value, at }
        }
    }
}

#[test]
fn whole_sessions_give_the_same_journal_on_both_machines() {
    let program = basic();
    for seed in [1, 2, 3] {
        let mut next = Simulated::first(seed);
        for _ in 0..2 {
            let run = |kind| {
                let mut journal: Vec<Entry> = Vec::new();
                let ending = next.run(&program, machine(kind, &program).as_mut(), &mut journal);
                (journal, ending)
            };
            let (interpreted, ending) = run(Kind::Interpreter);
            let (compiled, other) = run(Kind::Jit);
            let differ = interpreted.iter().zip(&compiled).position(|(a, b)| a != b);
            assert_eq!(
                differ,
                None,
                "seed {seed}: {:?} and {:?}",
                differ.map(|k| &interpreted[k]),
                differ.map(|k| &compiled[k])
            );
            assert_eq!((interpreted.len(), &ending), (compiled.len(), &other), "seed {seed}");
            assert!(ending.trials > 100 && !ending.interrupted, "seed {seed}: {ending:?}");
            next = next.after(ending);
        }
    }
}
