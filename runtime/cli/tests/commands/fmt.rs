//! `trialect fmt`: files are written anew, listed, or left alone.

use crate::command::{Ran, command, trialect};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const UNTIDY: &str = "protocol a.b   1.0.0\nx=1 # one\n";
const TIDY: &str = "protocol a.b 1.0.0\nx = 1                           # one\n";
const BROKEN: &str = "protocol a.b 1.0.0\nx = = 1\n";

fn fmt(arguments: &[&Path]) -> Ran {
    let arguments: Vec<&Path> = std::iter::once(Path::new("fmt")).chain(arguments.iter().copied()).collect();
    trialect(&arguments)
}

fn stdin(arguments: &[&str], text: &str) -> Ran {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("stdin").write_all(text.as_bytes()).expect("is read");
    Ran::of(child.wait_with_output().expect("ends"))
}

#[test]
fn files_and_folders_are_written_in_the_one_style_and_mistaken_ones_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("deep")).expect("a folder");
    for (name, text) in [("deep/a.trial", UNTIDY), ("b.trial", TIDY), ("c.trial", BROKEN), ("d.txt", UNTIDY)] {
        fs::write(path(name), text).expect("written");
    }
    let check = Path::new("--check");
    let listed = fmt(&[folder.path(), check]);
    assert!(listed.err.contains("syntax") && listed.err.contains("c.trial"), "{listed:?}");
    assert_eq!(listed.found(), format!("{}\n", path("deep/a.trial").display()));
    assert_eq!(fs::read_to_string(path("deep/a.trial")).expect("read"), UNTIDY, "--check changes nothing");

    assert_eq!(fmt(&[folder.path()]).found(), format!("{}\n", path("deep/a.trial").display()));
    for (name, text) in [("deep/a.trial", TIDY), ("b.trial", TIDY), ("c.trial", BROKEN), ("d.txt", UNTIDY)] {
        assert_eq!(fs::read_to_string(path(name)).expect("read"), text, "{name}");
    }
    let names = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 4, "no part is left over");
    assert_eq!(fmt(&[&path("deep"), &path("b.trial"), check]).fine(), "", "all in the one style");
}

#[test]
fn stdin_goes_to_stdout() {
    assert_eq!(stdin(&["fmt", "-"], UNTIDY).fine(), TIDY);
    assert_eq!(stdin(&["fmt", "-", "--check"], TIDY).fine(), "");
    assert_eq!(stdin(&["fmt", "-", "--check"], UNTIDY).found(), "");
    let refused = stdin(&["fmt", "-"], BROKEN);
    assert!(refused.err.contains("stdin"), "{refused:?}");
    assert_eq!(refused.found(), "", "nothing is written of a text that cannot be read");
}

#[test]
fn what_is_not_there_is_said() {
    fmt(&[Path::new("/no/such/file.trial")]).trouble("cannot-read");
    fmt(&[Path::new("-"), Path::new("b.trial")]).trouble("bad-argument");
}
