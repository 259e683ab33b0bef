//! What people are told: every refused protocol of the corpus with its findings, and no finding for the accepted ones.

mod corpus;
mod rigs;

use corpus::{Case, cases, codes, compiled, render};
use std::path::Path;

/// The text of a refused case and all that is said about it, in one snapshot beside it.
fn check(case: &Case) -> Result<(), String> {
    let compiled = compiled(case);
    let found = codes(&compiled);
    let expected = found.iter().filter(|code| case.name.starts_with(*code)).max_by_key(|code| code.len());
    if expected.is_none() && !case.name.starts_with("several-") {
        return Err(format!("{}: the name begins with none of its codes {found:?}", case.name));
    }
    let shown = format!("{}\n---\n{}", case.text.trim_end(), render(&compiled.findings, &compiled.sources));
    insta::with_settings!({
        snapshot_path => corpus::folder("rejected"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(case.name.as_str(), shown);
    });
    Ok(())
}

#[test]
fn refused_protocols_are_told_why() {
    let cases = cases("rejected");
    assert!(cases.len() >= 70, "only {} refused protocols", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn accepted_protocols_are_fine() {
    let cases = cases("accepted");
    assert!(cases.len() >= 25, "only {} accepted protocols", cases.len());
    let mut wrong = String::new();
    for case in &cases {
        let mut compiled = compiled(case);
        // Texts that show what can be drawn need not use it.
        compiled.findings.retain(|finding| finding.code != "never-used");
        wrong += &render(&compiled.findings, &compiled.sources);
        if let Some(program) = &compiled.program {
            assert_eq!(trialect_ir::verify(program), [], "{}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The eight mistakes that were planted in programs of other systems: their cases, and the words where the mistake is.
const PLANTED: [(&str, &str); 8] = [
    ("unknown-name-misspelt", "sied"),
    ("unknown-name-undefined-variable", "total_reward"),
    ("type-mismatch-wrong-type", "side"),
    ("unit-mismatch-milliseconds-for-microlitres", "3 ms"),
    ("unknown-state-jump", "reward"),
    ("state-unreachable-island", "lost"),
    ("negative-amount-reward", "reward"),
    ("never-holds-above-all", "success > 100%"),
];

#[test]
fn planted_mistakes_are_told_with_their_places_and_remedies() {
    let cases = cases("rejected");
    for (name, words) in PLANTED {
        let case = cases.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"));
        let compiled = compiled(case);
        let [finding] = compiled.findings.as_slice() else { panic!("{name}: {:?}", codes(&compiled)) };
        assert_eq!(compiled.sources.text(finding.labels[0].span), words, "{name}");
        assert!(finding.help.is_some() && compiled.program.is_none(), "{name}: {finding:?}");
    }
}

/// A wrong edit of the basic task: what it was for, the words that were there, the wrong ones, and the right ones.
struct Edit {
    name: String,
    text: String,
    lines: [String; 3],
}

fn edits() -> Vec<Edit> {
    let mut paths: Vec<_> = std::fs::read_dir(corpus::folder("edits"))
        .expect("the folder of the edits")
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "edit"))
        .collect();
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).expect("an edit");
        let lines = ["- ", "+ ", "= "].map(|sign| {
            let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(sign)).collect();
            lines.join("\n")
        });
        Edit { name: path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_string(), text, lines }
    };
    paths.into_iter().map(read).collect()
}

/// The basic task is fine; each edit of it is told why it is wrong, and is fine when it is mended as the messages say.
#[test]
fn wrong_edits_of_the_basic_task_are_mended_with_their_messages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocols/ibl/basic.trial");
    let basic = std::fs::read_to_string(path).expect("the basic task");
    let edits = edits();
    assert!(edits.len() >= 10, "only {} edits", edits.len());
    for Edit { name, text, lines: [before, wrong, right] } in edits {
        assert_eq!(basic.matches(&before).count(), 1, "{name}: `{before}`");
        let with = |words: &str| Case { name: "basic".into(), text: basic.replacen(&before, words, 1) };
        let (wrong, right) = (compiled(&with(&wrong)), compiled(&with(&right)));
        assert_eq!(render(&right.findings, &right.sources), "", "{name}");
        let shown = format!("{}\n---\n{}", text.trim_end(), render(&wrong.findings, &wrong.sources));
        assert!(!wrong.findings.is_empty(), "{name} is not noticed");
        insta::with_settings!({
            snapshot_path => corpus::folder("edits"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name.as_str(), shown);
        });
    }
}
