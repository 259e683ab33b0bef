//! A Python with pinned packages.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the command starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// A Python with the packages, in a folder of this name; none where there is no Python to make one from. `finish` adds
/// what is no package.
pub fn python(name: &str, packages: &[&str], finish: impl FnOnce(&Path, &Path)) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join("packages.txt");
    if std::fs::read_to_string(&stamp).ok().as_deref() == Some(packages.join("\n").as_str()) {
        return Some(python);
    }
    let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).output();
    if !made.as_ref().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI needs python3 with venv: {made:?}");
        eprintln!("SKIPPED: needs python3 with venv (Debian: apt-get install python3-venv)");
        return None;
    }
    run(pip(&python).arg("install").args(packages));
    finish(&python, &folder);
    std::fs::write(stamp, packages.join("\n")).expect("the stamp is written");
    Some(python)
}

/// `pip`, without its talk.
pub fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]);
    command
}
