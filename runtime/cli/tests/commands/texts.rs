//! Variants of protocols, most of them of the basic task.

use crate::command::basic;
use std::path::{Path, PathBuf};

/// The text of a protocol with each phrase, which must stand in it, replaced by another.
pub(crate) fn with_changes(protocol: &Path, changes: &[(&str, &str)]) -> String {
    let mut text = std::fs::read_to_string(protocol).expect("the protocol is there");
    for (from, to) in changes {
        assert!(text.contains(from), "{} does not say `{from}`", protocol.display());
        text = text.replace(from, to);
    }
    text
}

/// The basic task with each phrase replaced by another, in a file of the folder.
pub(crate) fn variant(folder: &Path, changes: &[(&str, &str)]) -> PathBuf {
    let path = folder.join("variant.trial");
    std::fs::write(&path, with_changes(&basic(), changes)).expect("the variant is written");
    path
}

/// The basic task in sessions of a few trials.
pub(crate) fn short(folder: &Path, trials: u32) -> PathBuf {
    variant(folder, &[("limit trials 2000", &format!("limit trials {trials}"))])
}

/// The same meaning in another layout: blanks, comments, descriptions, spellings of quantities.
pub(crate) fn reformatted(folder: &Path) -> PathBuf {
    let changes = [
        ("window  = 60 s ", "window = 1 min "),
        ("quiet = 200 ms + extra", "quiet = 0.2 s + extra"),
        ("\"Azimuth of the grating at onset, left or right of centre\"", "\"Where it starts\""),
        ("licence = 2 mL", "licence = 2000 uL"),
    ];
    let path = variant(folder, &changes);
    let text = std::fs::read_to_string(&path).expect("written above");
    let mut again = String::from("# Another hand wrote this.\n\n");
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        again += &format!("      {}   # noted\n\n", words.join(" "));
    }
    std::fs::write(&path, again).expect("written again");
    path
}

/// A mouse that turns the wheel all the time, so that trials are long and full of counts.
pub(crate) fn restless_mouse(folder: &Path) -> PathBuf {
    let text = include_str!("../../../sim/mouse.toml");
    let mut restless = String::new();
    for line in text.lines() {
        let key = line.split(' ').next().unwrap_or_default();
        let line = match key {
            "rate_naive_per_s" | "rate_expert_per_s" => format!("{key} = 9.0"),
            "size_median_mm" => format!("{key} = 30.0"),
            _ => line.to_owned(),
        };
        restless += &format!("{line}\n");
    }
    let path = folder.join("restless.toml");
    std::fs::write(&path, restless).expect("the mouse is written");
    path
}
