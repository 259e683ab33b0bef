//! Files of other programs, read without a map.

use crate::{counts, rule, write};
use std::path::{Path, PathBuf};
use trialect_audit::{AuditFault, Data, Finding, Format, Report, audit, read_map};
use trialect_driver::{Library, compile};
use trialect_interp::Interpreter;

/// The animal rests, and gets water or waits; after a loss the side comes again.
const PROTOCOL: &str = "protocol rest 1.0.0
enum Side { left, right }
subject { var reward := 3 within 1 .. 5 }
session { limit trials 100 }
trial {
  draw fresh ~ pick(Side)
  repeated = exists last and last.outcome is lost
  side = if repeated then last.side else fresh
  outcomes won, lost
  waited = rest.exit - rest.entry
  state rest  { after 500 ms -> give; after 1 s -> pause }
  state give  { after 100 ms -> end won }
  state pause { after 1 s -> end lost }
}
";

fn held(tables: &[PathBuf], map: Option<&str>, format: Option<Format>) -> Result<Report, AuditFault> {
    let compiled = compile("rest.trial", PROTOCOL, &Library::Embedded);
    let told: Vec<String> = compiled.findings.iter().map(|finding| finding.message.clone()).collect();
    let program = compiled.program.unwrap_or_else(|| panic!("{told:?}"));
    let map = map.map(|text| read_map("map.toml", text)).transpose()?;
    let data = Data { tables, map: map.as_ref(), map_path: "map.toml", format, other: None };
    audit(&program, &mut Interpreter::new(program.clone()), &data, &|_| None)
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/data").join(name)
}

#[test]
fn a_session_of_bpod_needs_no_map() {
    // Written by scipy, as `-v7` and as `-v6`.
    for name in ["session_data.mat", "session_data_v6.mat"] {
        let report = held(&[fixture(name)], None, None).unwrap();
        assert_eq!((report.sessions, report.trials, report.formats.as_slice()), (1, 5, &["bpod"][..]));
        assert_eq!(report.finding, Finding::Holds, "{}", report.text());
        // `GUI.reward` is `reward`; it stays as no rule changes it.
        assert_eq!(counts(&report, "reward"), [4, 0, 0, 0]);
        // What the protocol does not have is said; `TrialTypes` are numbers, and nothing says of what.
        for left_out in ["TrialTypes", "Sides", "Port1In.count"] {
            assert!(report.left_out.iter().any(|name| name == left_out), "{left_out}: {:?}", report.left_out);
        }
    }
}

#[test]
fn a_map_adds_to_the_names_of_bpod() {
    let map = "format = \"trialect-map/1\"\nextends = \"bpod\"\n[names]\nside = \"Sides\"\n";
    let report = held(&[fixture("session_data.mat")], Some(map), None).unwrap();
    // Outcomes come from the states that were left last: won, lost, won, lost, lost. After the first loss the side
    // came again, after the second it did not.
    assert_eq!(counts(&report, "side"), [1, 3, 1, 0], "{}", report.text());
    let case = &rule(&report, "side").cases[0];
    assert_eq!((case.trial, case.expected.as_str(), case.found.as_str()), (5, "right", "left"));
    let other = "format = \"trialect-map/1\"\nextends = \"alf\"\n";
    let fault = held(&[fixture("session_data.mat")], Some(other), None).unwrap_err();
    assert!(fault.code() == "audit-map" && fault.to_string().contains("format `bpod`"), "{fault}");
}

/// A session as pyControl 2 writes it: three trials, of which the first rests twice.
const PYCONTROL: &str = "time\ttype\tsubtype\tcontent
0.000\tinfo\texperiment_name\trun_task
0.000\tinfo\tframework_version\t2.0
0.000\tvariable\trun_start\t{\"reward\": 3, \"side\": \"left\", \"list\": [1, 2]}
0.000\tstate\t\tinit
1.000\tstate\t\trest
1.200\tevent\tinput\tpoke
1.400\tstate\t\trest
1.500\tstate\t\tgive
1.600\tprint\ttask\tPress number 1
1.600\tstate\t\trest
2.600\tstate\t\tpause
3.500\tvariable\tprint\t{\"side\": \"left\"}
3.600\tstate\t\trest
4.600\tstate\t\tpause
5.500\tvariable\tprint\t{\"side\": \"right\"}
5.600\tvariable\trun_end\t{\"side\": \"left\"}
5.600\tinfo\tend_time\t2023-10-04T16:37:09.980
";

#[test]
fn a_session_of_pycontrol_needs_no_map() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "m1-2023-10-04-163656.tsv", PYCONTROL);
    let report = held(std::slice::from_ref(&path), None, None).unwrap();
    assert_eq!((report.trials, report.formats.as_slice()), (3, &["pycontrol"][..]));
    // left, left, right: the third follows a loss, and has another side.
    assert_eq!(counts(&report, "side"), [0, 2, 1, 0], "{}", report.text());
    assert!(report.left_out.contains(&"poke.count".to_owned()), "{:?}", report.left_out);
    // The same file, forced to be a plain table, has no names.
    let fault = held(&[path], None, Some(Format::Table)).unwrap_err();
    assert_eq!(fault.code(), "audit-format", "{fault}");
    let wrong = PYCONTROL.replace("rest", "rast");
    let fault = held(&[write(folder.path(), "b.tsv", &wrong)], None, None).unwrap_err();
    assert!(fault.to_string().contains("`rest`, with which a trial begins, is never entered"), "{fault}");
}

#[test]
fn a_format_that_is_not_known_or_broken_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let code = |name: &str, text: &str, format: Option<Format>| {
        let fault = held(&[write(folder.path(), name, text)], None, format).unwrap_err();
        (fault.code(), fault.to_string())
    };
    let (found, text) = code("a.csv", "o,s\nwon,left\n", None);
    assert!(found == "audit-format" && text.contains("Its columns: o, s"), "{text}");
    for (name, text, format, said) in [
        ("b.mat", "MATLAB 7.3 MAT-file, Platform: GLNXA64", None, "-v7"),
        ("c.mat", "MATLAB 5.0 MAT-file", None, "-v7"),
        ("d.csv", "a,b\n1,2\n", Some(Format::Alf), "contrastLeft"),
        ("e.jsonl", "{\"quiescent_period\": NaN}\n{\"quiescent_period\":\n", None, "line 2"),
    ] {
        let (found, told) = code(name, text, format);
        assert!(found == "audit-table" && told.contains(said), "{name}: {told}");
    }
    let fault = held(&[folder.path().to_path_buf()], None, None).unwrap_err();
    assert!(fault.to_string().contains("trials.parquet"), "{fault}");
}
