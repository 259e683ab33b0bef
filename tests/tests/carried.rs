//! What a program says of the subject's words: all of them, in order, and the same after it was written and read.
#![allow(clippy::expect_used)]

use std::path::{Path, PathBuf};
use trialect_driver::{Library, compile};
use trialect_ir::{Carried, Program};

fn texts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut list = vec![root.join("../protocols/ibl/basic.trial")];
    for entry in std::fs::read_dir(root.join("corpus/accepted")).expect("the corpus").flatten() {
        list.push(entry.path());
    }
    list.retain(|path| path.extension().is_some_and(|extension| extension == "trial"));
    list
}

/// Where the words of each definition end, if each begins where the one before ended.
fn end(program: &Program) -> Option<usize> {
    program.carried.iter().try_fold(0, |at, one| (one.at as usize == at).then(|| at + one.words()))
}

#[test]
fn every_word_of_the_subject_belongs_to_one_definition() {
    let mut carrying = 0;
    for path in texts() {
        let text = std::fs::read_to_string(&path).expect("text");
        let compiled = compile("text", &text, &Library::Embedded);
        let Some(program) = compiled.program else { continue };
        let place = path.display();
        assert_eq!(end(&program), Some(program.subject.len()), "{place}");
        carrying += usize::from(!program.carried.is_empty());
        for one in &program.carried {
            assert!(program.identity.definitions.contains_key(&one.path), "{place}: {}", one.path);
            assert!(one.rules.iter().all(|rule| program.identity.definitions.contains_key(rule)), "{place}: {one:?}");
            // An instance of a policy quotes the policy, in which the value has its own name only.
            let own = one.name.rsplit('.').next().unwrap_or(&one.name);
            assert!(one.text.contains(own), "{place}: {}", one.text);
        }
        let written = serde_json::to_string(&program.carried).expect("it can be written");
        let read: Vec<Carried> = serde_json::from_str(&written).expect("it can be read");
        assert_eq!(read, program.carried, "{place}");
    }
    assert!(carrying >= 3, "only {carrying} texts carry something");
}
