//! A disk without room: an error that says so, and a session that can be recovered when there is room again.

use crate::command::{SUBJECT, at, command, sim, sim_arguments, text};
use crate::folders::{session, session_json};
use std::process::{Command, Output};

/// Runs a shell script with the binary as `$0` and some arguments.
fn script(script: &str, arguments: &[&str], wrapper: &[&str]) -> Output {
    let mut words = wrapper.iter().copied().chain(["sh", "-c", script, env!("CARGO_BIN_EXE_trialect")]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).args(arguments).env_remove("RUST_LOG");
    command.output().unwrap()
}

#[test]
fn a_file_that_cannot_grow_is_an_error_and_the_session_is_recovered() {
    let data = tempfile::tempdir().unwrap();
    let arguments = sim_arguments(data.path(), 1, 1);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // No file may be longer than 80 blocks of 1 KiB; without the trap the process would be killed.
    let output = script("trap '' XFSZ; ulimit -f 80; exec \"$0\" \"$@\"", &arguments, &["env"]);
    let said = crate::command::Ran::of(output).trouble("journal-io");
    assert!(said.contains("journal.trialect") && said.contains("session 001"), "{said}");
    at("verify", data.path()).found();
    sim(data.path(), 1, 1).trouble("not-sealed");
    at("recover", data.path()).fine();
    at("verify", data.path()).fine();
    let about = session_json(&session(data.path(), 1));
    assert_eq!(about["status"], "recovered");
    assert!(about["summary"]["trials"].as_u64().unwrap() > 10, "{}", about["summary"]);
    sim(data.path(), 1, 1).fine();
}

/// A session on a small disk with little room left, then with more; a line for each step.
const SMALL_DISK: &str = r#"
mount -t tmpfs -o size=4m tmpfs "$1" || exit 77
head -c "$3" /dev/zero > "$1/ballast"
"$0" sim "$2" --subject mouse1 --seed 1 --data "$1"; echo "sim $?"
"$0" verify "$1" >&2; echo "verify $?"
"$0" recover "$1" >&2; echo "recover full $?"
rm "$1/ballast"
"$0" recover "$1" >&2; echo "recover $?"
"$0" verify "$1" >&2; echo "verify $?"
"$0" sim "$2" --subject mouse1 --seed 1 --data "$1" >&2; echo "sim $?"
"#;

#[test]
#[allow(clippy::print_stderr)]
fn a_full_disk_is_an_error_and_the_session_is_recovered() {
    // Room for a part of the journal, and for the journal but not for the tables.
    for (ballast, code) in [("4100000", "journal-disk-full"), ("3850000", "export-io")] {
        let place = tempfile::tempdir().unwrap();
        let protocol = crate::command::basic();
        let arguments = [text(place.path()), text(&protocol), ballast];
        let ran = script(SMALL_DISK, &arguments, &["unshare", "--map-root-user", "--mount"]);
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        if !out.starts_with("sim ") {
            eprintln!("SKIPPED: no small disk can be mounted here: {err}");
            return;
        }
        assert!(!err.contains("panicked"), "{err}");
        assert_eq!(out, "sim 2\nverify 1\nrecover full 2\nrecover 0\nverify 0\nsim 0\n", "{err}");
        assert!(err.contains(&format!("error[{code}]")) && err.contains("free space"), "says what to do: {err}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&["hash", text(&crate::command::basic())]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error[no-output]: "));
}

#[test]
fn a_data_folder_that_cannot_be_made_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    sim(&file, 1, 1).trouble("cannot-write");
    sim(&file.join("below"), 1, 1).trouble("cannot-write");
    std::fs::write(folder.path().join(SUBJECT), "not a folder either").unwrap();
    sim(folder.path(), 1, 1).trouble("cannot-write");
}
