//! What people are told: every refused protocol of the corpus with its findings, and no finding for the accepted ones.

mod corpus;

use corpus::{Case, cases, codes, compiled, render};

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
        let compiled = compiled(case);
        wrong += &render(&compiled.findings, &compiled.sources);
        if let Some(program) = &compiled.program {
            assert_eq!(trialect_ir::verify(program), [], "{}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
