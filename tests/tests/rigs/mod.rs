//! Rig files: the example of the basic task is fine, and each wrong edit of it is told why it is wrong.

use crate::corpus::{folder, render};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use trialect_base::{Finding, Findings, SourceId, Sources};
use trialect_driver::{Analysed, Library, analyse, needs};
use trialect_ir::{Date, Program};
use trialect_rig::{Ask, Hears, NeededDevice, NeededStimulus, Needs, Rig, ages, fits, read};

const BASIC: &str = "ibl/basic.trial";

fn protocols(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the task needs, as the command line hands it over.
fn needed(analysed: &Analysed, program: &Program) -> Needs {
    let needs = needs(analysed);
    let stimulus = |(stimulus, place): (&trialect_ir::Stimulus, _)| NeededStimulus {
        name: stimulus.name.clone(),
        device: program.devices[stimulus.device as usize].name.clone(),
        constructor: stimulus.constructor.clone(),
        fixed: stimulus.fixed.clone(),
        place,
    };
    let device = |(name, class, place)| NeededDevice { name, class, place };
    let ask = |ask: trialect_driver::Demand| Ask {
        device: ask.device,
        verb: ask.verb,
        parameter: ask.parameter,
        least: ask.least,
        most: ask.most,
        place: ask.place,
    };
    let hears = |(device, channel, place)| Hears { device, channel, place };
    Needs {
        devices: needs.devices.into_iter().map(device).collect(),
        asks: needs.asks.into_iter().map(ask).collect(),
        hears: needs.hears.into_iter().map(hears).collect(),
        stimuli: program.stimuli.iter().zip(needs.stimuli).map(stimulus).collect(),
    }
}

/// A rig file held against a protocol on a day.
struct Held {
    rig: Option<Rig>,
    findings: Vec<Finding>,
    sources: Sources,
}

fn held(text: &str, day: &str, protocol: &str) -> Held {
    let analysed = analyse(protocol, &protocols(protocol), &Library::Embedded, None);
    let program = analysed.compiled.program.clone().expect("the protocol compiles");
    let mut sources = analysed.compiled.sources.clone();
    let source = sources.add("rig.toml", text);
    let mut beside = |name: &str| -> Result<(SourceId, String), String> {
        let path = folder("rigs").join(name);
        let text = std::fs::read_to_string(path).map_err(|_| "there is no such file".to_string())?;
        Ok((sources.add(name, text.clone()), text))
    };
    let (rig, mut findings): (Option<Rig>, Findings) = read(text, source, &mut beside);
    if let Some(rig) = &rig {
        findings.extend(ages(rig, day.parse::<Date>().expect("a day")));
        findings.extend(fits(rig, &needed(&analysed, &program)));
    }
    Held { rig, findings: findings.sorted(), sources }
}

/// Changes of the example: `- ` and `+ ` lines, with an empty line after each, and perhaps the day
/// of the session and the protocol.
struct Edit {
    name: String,
    text: String,
}

impl Edit {
    fn day(&self) -> &str {
        self.text.lines().find_map(|line| line.strip_prefix("on ")).unwrap_or("2026-11-30")
    }

    fn protocol(&self) -> &str {
        self.text.lines().find_map(|line| line.strip_prefix("against ")).unwrap_or(BASIC)
    }

    fn applied(&self, example: &str) -> String {
        let mut edited = example.to_string();
        for change in self.text.split("\n\n") {
            let lines = |sign: &str| -> String {
                let lines = change.lines().filter_map(|line| line.strip_prefix(sign));
                lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
            };
            let (before, after) = (lines("-"), lines("+"));
            if before.is_empty() && after.is_empty() {
                continue;
            }
            if before.is_empty() {
                edited += &after;
                continue;
            }
            assert_eq!(edited.matches(&before).count(), 1, "{}: `{before}`", self.name);
            edited = edited.replacen(&before, &after, 1);
        }
        edited
    }
}

fn edits() -> Vec<Edit> {
    let entries = std::fs::read_dir(folder("rigs")).expect("the folder of the edits");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "edit"));
    paths.sort();
    let edit = |path: PathBuf| Edit {
        name: path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_string(),
        text: std::fs::read_to_string(&path).expect("an edit"),
    };
    paths.into_iter().map(edit).collect()
}

/// A wrong edit and all that is said about it, in one snapshot beside it. Gives its codes.
fn check(edit: &Edit, example: &str) -> Vec<&'static str> {
    let Held { findings, sources, .. } = held(&edit.applied(example), edit.day(), edit.protocol());
    let codes: Vec<&'static str> = findings.iter().map(|finding| finding.code).collect();
    let named = codes.iter().any(|code| edit.name.starts_with(code)) || edit.name.starts_with("several-");
    assert!(named, "{}: the name begins with none of {codes:?}", edit.name);
    assert!(findings.iter().all(|finding| finding.help.is_some()), "{}: a finding without a remedy", edit.name);
    let shown = format!("{}\n---\n{}", edit.text.trim_end(), render(&findings, &sources));
    insta::with_settings!({
        snapshot_path => folder("rigs"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(edit.name.as_str(), shown);
    });
    codes
}

#[test]
fn wrong_rig_files_are_told_why() {
    let example = protocols("ibl/rig.example.toml");
    let (mut found, edits) = (BTreeSet::new(), edits());
    for edit in &edits {
        let codes = check(edit, &example);
        assert!(edit.name.starts_with("several-") || codes.len() == 1, "{}: {codes:?}", edit.name);
        found.extend(codes);
    }
    let pages: Vec<&str> = trialect_rig::codes().collect();
    assert!(pages.is_sorted(), "pages are in alphabetical order: {pages:?}");
    let pages: BTreeSet<&str> = pages.into_iter().collect();
    let missing = |one: &BTreeSet<&'static str>, other: &BTreeSet<&'static str>| -> Vec<&str> {
        one.difference(other).copied().collect()
    };
    let (no_page, no_case) = (missing(&found, &pages), missing(&pages, &found));
    assert!(no_page.is_empty() && no_case.is_empty(), "without page: {no_page:?}; without case: {no_case:?}");
}

/// Codes that stand in the sources have a page; that each page has a case is said above.
#[test]
fn every_code_of_a_rig_file_has_a_page() {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/rig/src")];
    let mut emitted: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let codes = text.split("\"rig-").skip(1).filter_map(|rest| rest.split('"').next());
        emitted.extend(codes.map(|code| format!("rig-{code}")));
    }
    let pages: BTreeSet<String> = trialect_rig::codes().map(str::to_string).collect();
    assert!(emitted.len() > 20, "only {} codes were found", emitted.len());
    assert_eq!(emitted, pages);
}

#[test]
fn the_example_is_a_rig_for_the_basic_task() {
    let Held { rig, findings, sources } = held(&protocols("ibl/rig.example.toml"), "2026-11-30", BASIC);
    let rig = rig.expect("a rig");
    assert_eq!(render(&findings, &sources), "");
    assert_eq!((rig.name.as_str(), rig.links.len(), rig.devices.len()), ("box 3", 2, 4));
    // 2 pi 31 mm over 1024 counts.
    let size = rig.device("wheel").expect("a wheel").settings()[0].1;
    assert!((size - 0.190_213_6).abs() < 1e-6, "{size}");
}

#[test]
fn ten_planted_faults_are_ten_findings() {
    let edits = edits();
    let edit = edits.iter().find(|edit| edit.name == "several-ten-planted-faults").expect("the ten faults");
    let example = protocols("ibl/rig.example.toml");
    let Held { findings, sources, .. } = held(&edit.applied(&example), edit.day(), edit.protocol());
    let planted = edit.text.split("\n\n").filter(|change| change.lines().any(|line| line.starts_with("+ "))).count();
    assert_eq!((planted, findings.len()), (10, 10));
    let places: BTreeSet<usize> = findings.iter().map(|finding| sources.place(finding.labels[0].span).line).collect();
    assert_eq!(places.len(), 10, "each at its own line");
}

#[test]
fn calibrations_may_stand_in_a_file_beside() {
    let example = protocols("ibl/rig.example.toml");
    let at = example.find("[[devices.spout.calibrations]]").expect("the valve's curve");
    let text = format!("{}calibrations = \"spout.calibrations.toml\"\n", &example[..at]);
    let Held { rig, findings, sources } = held(&text, "2026-11-30", BASIC);
    assert_eq!(render(&findings, &sources), "");
    let rig = rig.expect("a rig");
    let spout = rig.device("spout").expect("a spout");
    assert_eq!(spout.calibrations_file.as_deref(), Some("spout.calibrations.toml"));
    // Of three entries the latest is in force, wherever it stands in the text.
    let dates: Vec<String> = spout.calibrations.iter().map(|calibration| calibration.date.to_string()).collect();
    assert_eq!(dates, ["2026-09-14", "2026-10-12", "2026-11-16"]);
    let range = spout.valve().expect("a curve").range_ul();
    assert!((range.1 - 4.4).abs() < 1e-9, "{range:?}");
}

#[test]
fn a_rig_file_that_breaks_off_anywhere_has_findings() {
    let example = protocols("ibl/rig.example.toml");
    let (mut sources, mut toml) = (Sources::default(), 0);
    let source = sources.add("rig.toml", example.as_str());
    for end in (0..example.trim_end().len() - 1).filter(|end| example.is_char_boundary(*end)) {
        let (rig, findings) = read(&example[..end], source, &mut |_| Err("no file".into()));
        toml += usize::from(rig.is_some());
        // Cut between two tables, what is left may be a whole rig.
        let whole = rig.is_some_and(|rig| rig.devices.iter().all(|device| device.at.link.0 < rig.links.len()));
        assert!(!findings.is_empty() || whole, "{end}");
    }
    assert!(toml > 100, "only {toml} pieces are TOML");
}
