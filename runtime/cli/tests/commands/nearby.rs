//! Parts and libraries in files beside a protocol, and in the folder of `--stdlib`.

use crate::command::{at, basic, sim_of, text, trialect};
use crate::folders::session;
use std::fs;
use std::path::{Path, PathBuf};

/// The basic task without its first states, which are a part in a file of their own.
fn in_parts(folder: &Path, part: &Path) -> PathBuf {
    let whole = fs::read_to_string(basic()).unwrap().replace("limit trials 2000", "limit trials 12");
    let (start, end) = (whole.find("  state still {").unwrap(), whole.find("  state correct").unwrap());
    fs::create_dir_all(part.parent().unwrap()).unwrap();
    fs::write(part, format!("part ibl.wheel_trial 1.0.0\n{}", &whole[start..end])).unwrap();
    let protocol = folder.join("basic.trial");
    fs::write(&protocol, format!("{}  use ibl.wheel_trial\n{}", &whole[..start], &whole[end..])).unwrap();
    fs::write(folder.join("whole.trial"), &whole).unwrap();
    protocol
}

#[test]
fn a_session_keeps_its_parts_and_is_verified_and_replayed_without_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("wheel_trial.trial");
    let protocol = in_parts(folder.path(), &part);
    let whole = at("hash", &folder.path().join("whole.trial")).fine();
    let hash = |out: &str| out.split_whitespace().find(|word| word.starts_with("sha2-256:")).map(str::to_string);
    assert_eq!(hash(&at("hash", &protocol).fine()), hash(&whole));
    let data = folder.path().join("data");
    trialect(&sim_of(&protocol, &data, 1, 3)).fine();
    fs::remove_file(&part).unwrap();
    let sealed = session(&data, 1);
    assert!(sealed.join("source/ibl.wheel_trial.trial").is_file(), "the part's text is kept");
    at("verify", &sealed).fine();
    at("replay", &sealed).fine();
    assert!(trialect(&["check", text(&protocol)]).code != 0, "the part is gone");
}

#[test]
fn the_folder_of_the_library_is_looked_into_and_the_first_line_counts() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("lab");
    let part = library.join("ibl/wheel_trial.trial");
    let protocol = in_parts(folder.path(), &part);
    let standard = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib/std");
    for name in ["quantities.trial", "devices.trial", "sides.trial"] {
        fs::copy(standard.join(name), library.join(name)).unwrap();
    }
    assert_eq!(trialect(&["check", text(&protocol), "--stdlib", text(&library)]).code, 0);
    // Beside the protocol is a file with the right name and another first line.
    let near = folder.path().join("wheel_trial.trial");
    fs::write(&near, "part other.wheel_trial 1.0.0\nlong = 3 s\n").unwrap();
    assert_ne!(trialect(&["check", text(&protocol)]).code, 0);
    fs::copy(&part, &near).unwrap();
    assert_eq!(trialect(&["check", text(&protocol)]).code, 0);
}
