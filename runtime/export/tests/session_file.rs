//! `session.json` and the manifest.

mod sample;

use serde_json::{Value, json};
use std::fs;
use trialect_export::{Status, read_manifest, read_session, seal, subject_words};

#[test]
fn the_session_says_how_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    let text = fs::read_to_string(folder.path().join("session.json")).expect("a text");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    for (pointer, expected) in [
        ("/format", json!("trialect-session/1")),
        ("/status", json!("complete")),
        ("/end", json!({"reason": "too_long", "at": 9.0})),
        ("/summary/duration", json!(9.0)),
        ("/summary/trials", json!(3)),
        ("/summary/completed", json!(2)),
        ("/summary/interrupted", json!(1)),
        ("/summary/outcomes", json!({"correct": 1, "error": 1})),
        ("/subject_at_start", json!({"reward": 1.5, "pool": "{100%, 25%}"})),
        ("/subject_at_end", json!({"reward": 2.5, "pool": "{100%, 25%}"})),
        ("/session_at_end", json!({"completed": 2, "lean": 0.0})),
        ("/subject_words", json!(["0000000000000000", "00ff000000000001", "ffffffffffffffff"])),
        ("/run/seed", json!(18_446_744_073_709_551_615u64)),
        ("/covariates", json!({"weight": 21.5})),
        ("/columns/2/unit", json!("uL")),
        ("/columns/2/role", json!("variable")),
        ("/columns/2/clock", json!("subject")),
        ("/columns/2/type", json!("steps")),
        ("/columns/2/description", json!("Water for a correct trial")),
        ("/columns/3/optional", json!(true)),
        ("/columns/3/values", json!(["left", "right"])),
        ("/tables/0", json!({"file": "trials.parquet", "rows": 3})),
        ("/tables/3", json!({"file": "wheel.parquet", "rows": 3})),
        ("/journal/file", json!("journal.trialect")),
    ] {
        assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
    }
    let length = fs::metadata(folder.path().join("journal.trialect")).expect("a journal").len();
    assert_eq!(value["journal"]["bytes"], length);
    assert!(text.starts_with("{\n  \"format\": \"trialect-session/1\",\n  \"subject\": \"mouse\",\n"), "{text}");
    assert!(text.contains("\"run\": {\n    \"a\": {\n      \"b\": 2,\n      \"z\": 1\n"), "keys are in order");
}

#[test]
fn the_next_session_finds_what_it_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = sample::sealed(folder.path());
    assert_eq!(subject_words(folder.path()), Ok(vec![0, 0x00ff_0000_0000_0001, u64::MAX]));
    assert_eq!(read_manifest(folder.path()).expect("a manifest").seal, sealed.seal);
    let session = read_session(folder.path()).expect("a session");
    assert_eq!((session.status, session.session, session.summary.trials), (Status::Complete, 1, 3));
}

#[test]
fn the_manifest_can_be_checked_with_any_tool() {
    let folder = tempfile::tempdir().expect("a folder");
    let sealed = sample::sealed(folder.path());
    let text = fs::read_to_string(folder.path().join("manifest.json")).expect("a text");
    // RFC 8785: keys in order, no blanks. The seal is taken out by hand.
    assert!(text.starts_with("{\"files\":{\"events.parquet\":\"sha2-256:"), "{text}");
    let without = text.replace(&format!("\"seal\":\"{}\",", sealed.seal), "");
    assert_eq!(trialect_ir::digest(without.as_bytes()), sealed.seal);
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let files: Vec<&String> = value["files"].as_object().expect("an object").keys().collect();
    assert_eq!(files, sample::FILES);
    for name in sample::FILES {
        let bytes = fs::read(folder.path().join(name)).expect("a file");
        assert_eq!(value["files"][name], trialect_ir::digest(&bytes), "{name}");
    }
    assert_eq!(value["previous"], Value::Null);
}

#[test]
fn sealing_again_gives_the_same_bytes_and_another_seal_is_refused() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let seals = [sample::sealed(one.path()).seal, sample::sealed(two.path()).seal];
    assert_eq!(seals[0], seals[1]);
    for name in ["trials", "states", "events", "wheel"] {
        let name = format!("{name}.parquet");
        assert_eq!(
            fs::read(one.path().join(&name)).expect("a table"),
            fs::read(two.path().join(&name)).expect("a table")
        );
    }
    let manifest = || fs::read(one.path().join("manifest.json")).expect("a manifest");
    let before = manifest();
    assert_eq!(seal(one.path(), Status::Complete).expect("the same seal").seal, seals[0]);
    assert_eq!(manifest(), before);
    assert_eq!(seal(one.path(), Status::Recovered).expect_err("another seal").code(), "sealed-already");
    fs::write(one.path().join("note.txt"), "late").expect("a file");
    assert_eq!(seal(one.path(), Status::Complete).expect_err("another seal").code(), "sealed-already");
    assert_eq!(manifest(), before);
}

#[test]
fn a_seal_that_was_interrupted_is_made_again() {
    let (whole, broken) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let expected = sample::sealed(whole.path()).seal;
    sample::lay_out(broken.path(), &sample::header(), &sample::entries());
    // A table is there, another was being written, and there is no manifest yet.
    fs::copy(whole.path().join("trials.parquet"), broken.path().join("trials.parquet")).expect("a copy");
    fs::write(broken.path().join("states.parquet.part"), "half").expect("a file");
    fs::write(broken.path().join("manifest.json.part"), "half").expect("a file");
    assert_eq!(seal(broken.path(), Status::Complete).expect("a seal").seal, expected);
    assert_eq!(trialect_export::verify_folder(broken.path()), []);
}

#[test]
fn what_cannot_be_sealed_is_said() {
    let code = |change: &dyn Fn(&std::path::Path)| {
        let folder = tempfile::tempdir().expect("a folder");
        sample::lay_out(folder.path(), &sample::header(), &sample::entries());
        change(folder.path());
        let fault = seal(folder.path(), Status::Complete).expect_err("a fault");
        assert!(!folder.path().join("manifest.json").exists());
        fault.code()
    };
    let source = "sources/sample.trial";
    assert_eq!(code(&|folder| fs::write(folder.join(source), "other").expect("a file")), "source-differs");
    assert_eq!(code(&|folder| fs::remove_file(folder.join(source)).expect("a file")), "source-differs");
    assert_eq!(code(&|folder| fs::remove_file(folder.join("journal.trialect")).expect("a file")), "export-io");
    let again =
        |folder: &std::path::Path, header: &trialect_ir::record::Header, entries: &[trialect_journal::Entry]| {
            fs::remove_file(folder.join("journal.trialect")).expect("a file");
            sample::lay_out(folder, header, entries);
        };
    assert_eq!(code(&|folder| again(folder, &sample::header(), &sample::entries()[..9])), "not-ended");
    let mut header = sample::header();
    header.format = "trialect-session/2".into();
    assert_eq!(code(&|folder| again(folder, &header, &sample::entries())), "header-unreadable");
    let mut header = sample::header();
    header.sources[0].file = "../outside.trial".into();
    assert_eq!(code(&|folder| again(folder, &header, &sample::entries())), "source-differs");
    #[cfg(unix)]
    assert_eq!(
        code(&|folder| std::os::unix::fs::symlink("/etc/hostname", folder.join("link")).expect("a link")),
        "strange-file"
    );
}
