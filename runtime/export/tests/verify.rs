//! Whatever is changed in a sealed folder is found and named.

mod sample;

use sample::FILES;
use serde_json::Value;
use std::fs;
use std::path::Path;
use trialect_export::{Status, Trouble, seal, verify_folder};
use trialect_ir::{canonical_json, digest};

fn codes(troubles: &[Trouble]) -> Vec<(&str, &str)> {
    troubles.iter().map(|trouble| (trouble.file.as_str(), trouble.code)).collect()
}

/// Puts the file's present digest into the manifest and seals it again, as one would who wants to hide a change.
fn cover_up(folder: &Path, change: impl Fn(&mut Value)) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    for name in FILES {
        manifest["files"][name] = digest(&fs::read(folder.join(name)).expect("a file")).into();
    }
    change(&mut manifest);
    manifest.as_object_mut().expect("an object").remove("seal");
    manifest["seal"] = digest(&canonical_json(&manifest)).into();
    fs::write(path, canonical_json(&manifest)).expect("a file");
}

#[test]
fn a_copy_under_another_name_is_as_good() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    assert_eq!(verify_folder(folder.path()), []);
    let copy = tempfile::tempdir().expect("a folder");
    let place = copy.path().join("somewhere/else");
    fs::create_dir_all(place.join("sources")).expect("a folder");
    for name in FILES.iter().chain(&["manifest.json"]) {
        fs::copy(folder.path().join(name), place.join(name)).expect("a copy");
    }
    assert_eq!(verify_folder(&place), []);
}

#[test]
fn a_changed_byte_is_found_in_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    for name in FILES.iter().chain(&["manifest.json"]) {
        let path = folder.path().join(name);
        let whole = fs::read(&path).expect("a file");
        let step = if *name == "manifest.json" { 1 } else { 7 };
        for at in (0..whole.len()).step_by(step) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&path, &changed).expect("a file");
            let troubles = verify_folder(folder.path());
            assert!(troubles.iter().any(|trouble| trouble.file == *name), "{name}, byte {at}: {troubles:?}");
        }
        fs::write(&path, &whole).expect("a file");
    }
    assert_eq!(verify_folder(folder.path()), []);
}

#[test]
fn missing_and_extra_files_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    fs::create_dir(folder.path().join("deep")).expect("a folder");
    fs::write(folder.path().join("deep/note.txt"), "x").expect("a file");
    assert_eq!(codes(&verify_folder(folder.path())), [("deep/note.txt", "file-extra")]);
    fs::remove_dir_all(folder.path().join("deep")).expect("a folder");
    #[cfg(unix)]
    {
        let link = folder.path().join("sources/link");
        std::os::unix::fs::symlink("/etc/hostname", &link).expect("a link");
        assert_eq!(codes(&verify_folder(folder.path())), [("sources/link", "strange-file")]);
        fs::remove_file(link).expect("a link");
    }
    for name in FILES {
        let path = folder.path().join(name);
        let whole = fs::read(&path).expect("a file");
        fs::remove_file(&path).expect("a file");
        assert!(codes(&verify_folder(folder.path())).contains(&(name, "file-missing")), "{name}");
        fs::write(&path, whole).expect("a file");
    }
    fs::remove_file(folder.path().join("manifest.json")).expect("a file");
    assert_eq!(codes(&verify_folder(folder.path())), [("manifest.json", "not-sealed")]);
}

#[test]
fn what_was_edited_and_sealed_again_does_not_come_from_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    let (session, trials) = (folder.path().join("session.json"), folder.path().join("trials.parquet"));
    let text = fs::read_to_string(&session).expect("a file");
    fs::write(&session, text.replace("\"completed\": 2", "\"completed\": 3")).expect("a file");
    cover_up(folder.path(), |_| {});
    assert_eq!(codes(&verify_folder(folder.path())), [("session.json", "not-from-journal")]);
    fs::write(&session, &text).expect("a file");

    // The table of another session, whole in itself.
    let whole = fs::read(&trials).expect("a file");
    let mut other = sample::header();
    other.subject = "another".into();
    let tables = trialect_export::tables(&other, &sample::entries()).expect("tables");
    fs::write(&trials, &tables[0].bytes).expect("a file");
    cover_up(folder.path(), |_| {});
    let troubles = verify_folder(folder.path());
    assert_eq!(codes(&troubles), [("trials.parquet", "stamp-differs")]);
    assert!(troubles[0].what.contains("another") && troubles[0].what.contains("mouse"), "{}", troubles[0]);

    // The same stamps, other values.
    let mut entries = sample::entries();
    entries.remove(4); // the first trial's start
    let tables = trialect_export::tables(&sample::header(), &entries).expect("tables");
    fs::write(&trials, &tables[0].bytes).expect("a file");
    cover_up(folder.path(), |_| {});
    assert_eq!(codes(&verify_folder(folder.path())), [("trials.parquet", "not-from-journal")]);
    fs::write(&trials, whole).expect("a file");
    cover_up(folder.path(), |_| {});
    assert_eq!(verify_folder(folder.path()), []);
}

#[test]
fn hostile_tables_are_found_without_a_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    let path = folder.path().join("wheel.parquet");
    let whole = fs::read(&path).expect("a file");
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= [1, 0x80, 0xff][at % 3];
        fs::write(&path, &changed).expect("a file");
        cover_up(folder.path(), |_| {});
        let troubles = verify_folder(folder.path());
        assert!(matches!(codes(&troubles)[..], [("wheel.parquet", _)]), "byte {at}: {troubles:?}");
    }
    for length in (0..whole.len()).step_by(11) {
        fs::write(&path, &whole[..length]).expect("a file");
        cover_up(folder.path(), |_| {});
        assert_eq!(codes(&verify_folder(folder.path())), [("wheel.parquet", "not-from-journal")]);
    }
}

#[test]
fn a_manifest_of_another_session_does_not_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    for (key, value) in [
        ("subject", "another".into()),
        ("session", 2.into()),
        ("protocol_hash", "sha2-256:ee".into()),
        ("run_identity", "sha2-256:ee".into()),
        ("previous", "sha2-256:ee".into()),
        ("format", "trialect-session/2".into()),
    ] {
        let before = fs::read(folder.path().join("manifest.json")).expect("a file");
        cover_up(folder.path(), |manifest| manifest[key] = Value::clone(&value));
        let troubles = verify_folder(folder.path());
        assert_eq!(codes(&troubles), [("journal.trialect", "stamp-differs")], "{key}");
        assert!(troubles[0].what.contains(key), "{}", troubles[0]);
        fs::write(folder.path().join("manifest.json"), before).expect("a file");
    }
    // A manifest that leaves files out, with the files gone too.
    fs::remove_file(folder.path().join("wheel.parquet")).expect("a file");
    fs::write(folder.path().join("wheel.parquet"), "").expect("a file");
    cover_up(folder.path(), |manifest| {
        manifest["files"].as_object_mut().expect("an object").remove("wheel.parquet");
    });
    fs::remove_file(folder.path().join("wheel.parquet")).expect("a file");
    assert_eq!(codes(&verify_folder(folder.path())), [("wheel.parquet", "file-missing")]);
}

#[test]
fn a_manifest_that_is_not_canonical_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::sealed(folder.path());
    let path = folder.path().join("manifest.json");
    let whole = fs::read_to_string(&path).expect("a file");
    for (bytes, code) in [
        (format!("{whole}\n"), "manifest-not-canonical"),
        (whole.replace("\"session\":1", "\"session\":2"), "seal-broken"),
        ("{}".to_owned(), "manifest-unreadable"),
        ("[".repeat(100_000), "manifest-unreadable"),
    ] {
        fs::write(&path, bytes).expect("a file");
        assert_eq!(codes(&verify_folder(folder.path()))[0], ("manifest.json", code));
    }
}

#[test]
fn a_recovered_session_is_as_whole_as_another() {
    let folder = tempfile::tempdir().expect("a folder");
    sample::lay_out(folder.path(), &sample::header(), &sample::entries());
    seal(folder.path(), Status::Recovered).expect("a seal");
    assert_eq!(verify_folder(folder.path()), []);
}
