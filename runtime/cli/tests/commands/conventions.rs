//! What holds for every command: exit codes, where output goes, what is refused.

use crate::chain;
use crate::command::{Ran, at, basic, command, sim_arguments, text, trialect};
use crate::texts::variant;
use std::fs;
use std::path::Path;

const PLACE_COMMANDS: [&str; 4] = ["show", "verify", "replay", "recover"];

fn is_hash(line: &str) -> bool {
    let digest = line.strip_prefix("sha2-256:").unwrap_or_default();
    digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The basic task with a quantity of the wrong dimension.
fn broken(folder: &Path) -> std::path::PathBuf {
    variant(folder, &[("window  = 60 s", "window  = 60 deg")])
}

#[test]
fn a_hash_stands_alone_on_the_first_line() {
    let protocol = basic();
    let ran = trialect(&["hash", text(&protocol)]);
    assert_eq!(ran.err, "");
    let out = ran.fine();
    assert!(is_hash(out.strip_suffix('\n').unwrap()), "{out}");
    let more = trialect(&["hash", text(&protocol), "--tree", "--source"]).fine();
    assert_eq!(more.lines().next(), out.lines().next());
    assert!(more.lines().nth(1).unwrap().strip_prefix("source ").is_some_and(is_hash), "{more}");
    for line in more.lines().skip(2) {
        let (hash, path) = line.split_once("  ").unwrap();
        assert!(is_hash(hash) && !path.is_empty(), "{line}");
    }
    assert!(more.lines().any(|line| line.ends_with("  trial.contrast")), "{more}");
}

#[test]
fn findings_are_results_and_end_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let broken = broken(folder.path());
    let found = trialect(&["check", text(&broken)]);
    assert_eq!(found.err, "");
    let out = found.found();
    assert!(out.contains("window") && out.contains("variant.trial"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours where nobody looks");
    let data = folder.path().join("data");
    // For the other commands the findings are no result.
    let mut sim = sim_arguments(&data, 1, 1);
    sim[1] = text(&broken).to_owned();
    let with = ["replay", text(chain::data()), "--with", text(&broken)].map(str::to_owned).to_vec();
    for arguments in [vec!["hash".to_owned(), text(&broken).to_owned()], sim, with] {
        let ran = trialect(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err.contains("window"), "{}", ran.err);
    }
    assert!(!data.exists());
}

#[test]
fn findings_as_json_have_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let fine = trialect(&["check", "--json", text(&basic())]).fine();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&fine).unwrap(), serde_json::json!([]));
    let broken = broken(folder.path());
    let source = fs::read_to_string(&broken).unwrap();
    let out = trialect(&["check", "--json", text(&broken)]).found();
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    let list = list.as_array().unwrap();
    assert!(list.iter().any(|finding| finding["severity"] == "error"));
    for finding in list {
        let keys: Vec<&String> = finding.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "help", "labels", "message", "severity"]);
        let code = finding["code"].as_str().unwrap();
        assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{code}");
        assert!(["error", "warning"].contains(&finding["severity"].as_str().unwrap()));
        assert!(!finding["message"].as_str().unwrap().is_empty());
        assert!(finding["help"].is_null() || finding["help"].is_string());
        for label in finding["labels"].as_array().unwrap() {
            let number = |key: &str| label[key].as_u64().unwrap() as usize;
            assert_eq!(label["file"], text(&broken));
            let (start, end) = (number("start"), number("end"));
            assert!(start <= end && end <= source.len() && label["text"].is_string());
            let before = &source[..start];
            assert_eq!(number("line"), 1 + before.matches('\n').count());
            assert_eq!(number("column"), 1 + before.rsplit('\n').next().unwrap().chars().count());
        }
    }
}

#[test]
fn a_protocol_that_cannot_be_read_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.trial");
    fs::write(&garbage, [0x7f, b'E', b'L', b'F', 0xff, 0, 0xc3, 0x28]).unwrap();
    let missing = folder.path().join("missing.trial");
    let data = folder.path().join("data");
    for (path, code) in [(missing.as_path(), "cannot-read"), (folder.path(), "cannot-read"), (&garbage, "not-text")] {
        let mut sim = sim_arguments(&data, 1, 1);
        sim[1] = text(path).to_owned();
        let run = ["run", text(path), "--recorded", text(folder.path()), "--data", text(&data)];
        let with = ["replay", text(chain::data()), "--with", text(path)];
        for ran in [
            trialect(&["check", text(path)]),
            trialect(&["check", "--json", text(path)]),
            trialect(&["hash", text(path)]),
            trialect(&sim),
            trialect(&run),
            trialect(&with),
        ] {
            let said = ran.trouble(code);
            assert!(said.contains(text(path)), "{said}");
        }
    }
    assert!(!data.exists());
}

#[test]
fn an_empty_text_is_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("empty", ""), ("blank", "\n\n  \n"), ("comment", "# nothing"), ("marked", "\u{feff}")] {
        let path = folder.path().join(format!("{name}.trial"));
        fs::write(&path, content).unwrap();
        assert!(!trialect(&["check", text(&path)]).found().is_empty(), "{name}");
    }
}

#[cfg(unix)]
#[test]
#[allow(clippy::print_stderr)]
fn a_file_without_permission_ends_with_2() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.trial");
    fs::write(&path, "protocol a 1.0.0").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("SKIPPED: this user may read everything");
        return;
    }
    trialect(&["check", text(&path)]).trouble("cannot-read");
    fs::create_dir(folder.path().join("subject")).unwrap();
    fs::set_permissions(folder.path().join("subject"), fs::Permissions::from_mode(0o000)).unwrap();
    at("verify", folder.path()).trouble("cannot-read");
    fs::set_permissions(folder.path().join("subject"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn an_empty_data_folder_is_fine_and_a_missing_one_is_not() {
    let data = tempfile::tempdir().unwrap();
    for name in PLACE_COMMANDS {
        assert_eq!(at(name, data.path()).fine(), "", "{name}");
    }
    let file = data.path().join("file");
    fs::write(&file, "x").unwrap();
    for name in PLACE_COMMANDS {
        for place in [&data.path().join("missing"), &file] {
            let said = at(name, place).trouble("no-folder");
            assert!(said.contains(text(place)), "{said}");
        }
    }
}

#[test]
fn codes_are_explained() {
    let listed = trialect(&["explain"]).fine();
    for code in listed.lines() {
        let page = trialect(&["explain", code]).fine();
        assert!(page.starts_with(&format!("{code}\n\n")) && page.len() > code.len() + 3, "{page}");
    }
    for unknown in ["no-such-code", "", "E0001", "../findings"] {
        trialect(&["explain", unknown]).trouble("unknown-code");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let wrong: [&[&str]; 7] = [
        &[],
        &["simulate"],
        &["check"],
        &["check", "a", "b"],
        &["sim", "a", "--data", "d"],
        &["sim", "a", "--subject", "m", "--data", "d", "--seed", "-1"],
        &["replay", "d", "--machine", "abacus"],
    ];
    for arguments in wrong {
        let ran = trialect(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.err.is_empty());
    }
    assert!(trialect(&["--help"]).fine().contains("replay"));
    assert!(trialect(&["--version"]).fine().starts_with("trialect "));
}

#[test]
fn results_go_to_stdout_and_everything_else_to_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let protocol = crate::texts::short(folder.path(), 2);
    let data = folder.path().join("data");
    let mut arguments = crate::command::sim_of(&protocol, &data, 1, 1);
    let plain = trialect(&arguments);
    assert_eq!(plain.err, "", "no progress bar and no log where nobody looks");
    let lines: Vec<&str> = plain.out.lines().collect();
    assert_eq!(lines.len(), 4, "{}", plain.out);
    assert!(lines[0].contains("day") && lines[0].contains("weight (g)") && is_hash(&lines[2]["protocol ".len()..]));
    arguments.push("-vv".into());
    let loud = trialect(&arguments);
    assert!(loud.err.contains("INFO"), "{loud:?}");
    assert!(!loud.fine().contains("INFO"));
    for (name, told) in [("verify", "2 sessions, 0 troubles\n"), ("replay", "2 sessions, 0 different\n")] {
        let ran = at(name, &data);
        assert_eq!((ran.err.as_str(), ran.out.lines().count()), (told, 2), "{name}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_a_command_quietly() {
    let data = text(chain::data());
    let protocol = basic();
    let commands: [&[&str]; 7] = [
        &["verify", data],
        &["replay", data],
        &["show", data],
        &["hash", text(&protocol), "--tree"],
        &["check", text(&protocol)],
        &["explain"],
        &["--help"],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(arguments).stdout(writer).output().unwrap();
        let ran = Ran::of(output);
        assert!(!ran.err.contains("error"), "{arguments:?}: {ran:?}");
    }
}
