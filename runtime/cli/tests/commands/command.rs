//! Running the binary.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The subject of every simulated session here.
pub(crate) const SUBJECT: &str = "mouse1";

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("commands write UTF-8");
        let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {:?}", output.status));
        let ran = Ran { code, out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        ran
    }

    /// The command did what it was asked to; gives its results.
    pub(crate) fn fine(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// Something was found; gives what.
    pub(crate) fn found(self) -> String {
        assert_eq!(self.code, 1, "{self:?}");
        self.out
    }

    /// Usage or surroundings were wrong: says which code, and gives no result.
    pub(crate) fn trouble(self, code: &str) -> String {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.out, "", "nothing is a result when nothing was done");
        let start = format!("error[{code}]: ");
        assert!(self.err.lines().any(|line| line.starts_with(&start)), "no {start}: {}", self.err);
        self.err
    }
}

pub(crate) fn command<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trialect"));
    command.args(arguments).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

pub(crate) fn trialect<S: AsRef<OsStr>>(arguments: &[S]) -> Ran {
    Ran::of(command(arguments).output().expect("the binary starts"))
}

/// `trialect COMMAND PLACE`
pub(crate) fn at(name: &str, place: &Path) -> Ran {
    trialect(&[OsStr::new(name), place.as_os_str()])
}

/// The arguments of a simulation of the basic task.
pub(crate) fn sim_arguments(data: &Path, sessions: u32, seed: u64) -> Vec<String> {
    sim_of(&basic(), data, sessions, seed)
}

/// The arguments of a simulation of a protocol.
pub(crate) fn sim_of(protocol: &Path, data: &Path, sessions: u32, seed: u64) -> Vec<String> {
    let (protocol, data) = (text(protocol), text(data));
    let (sessions, seed) = (sessions.to_string(), seed.to_string());
    let arguments = ["sim", protocol, "--subject", SUBJECT, "--sessions", &sessions, "--seed", &seed, "--data", data];
    arguments.map(str::to_owned).to_vec()
}

/// Simulates the basic task.
pub(crate) fn sim(data: &Path, sessions: u32, seed: u64) -> Ran {
    trialect(&sim_arguments(data, sessions, seed))
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// A folder of the project, by its path from there.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path)
}

/// The text of the basic task.
pub(crate) fn basic() -> PathBuf {
    project("protocols/ibl/basic.trial")
}
