//! Every edge between crates is allowed here, or it must not exist.
#![allow(clippy::expect_used)]

mod house;

use std::collections::{BTreeMap, BTreeSet};

/// Crates of the house with the crates of the house that each may depend on, lowest first.
const EDGES: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("units", &[]),
    ("psychometrics", &[]),
    ("stdlib", &[]),
    ("device", &[]),
    ("matrix", &[]),
    ("ir", &["psychometrics"]),
    ("journal", &[]),
    ("syntax", &["base"]),
    ("interp", &["ir"]),
    ("codegen", &["ir"]),
    ("device-targets", &["base", "ir", "interp", "matrix"]),
    ("sema", &["base", "units", "syntax"]),
    ("lower", &["base", "units", "sema", "ir"]),
    ("driver", &["base", "units", "stdlib", "syntax", "sema", "lower", "ir"]),
    ("lsp", &["base", "units", "syntax", "sema", "ir", "driver"]),
    ("session", &["ir", "device", "journal"]),
    ("sim", &["device"]),
    ("recorded", &["device"]),
    ("bpod", &["device", "matrix"]),
    ("realtime", &["device"]),
    ("rig", &["base", "ir", "bpod"]),
    ("export", &["ir", "journal"]),
    ("audit", &["ir", "units"]),
    (
        "cli",
        &[
            "base", "units", "driver", "ir", "interp", "codegen", "device", "journal", "session", "sim", "export",
            "recorded", "bpod", "realtime", "rig", "audit", "lsp",
        ],
    ),
];

/// Heavy or tell-tale packages and the only crates that may depend on them.
const CONFINED: &[(&str, &[&str])] = &[
    ("cranelift-codegen", &["codegen"]),
    ("cranelift-jit", &["codegen"]),
    ("cranelift-frontend", &["codegen"]),
    ("parquet", &["export", "audit"]),
    ("arrow-array", &["export", "audit"]),
    ("csv", &["audit"]),
    ("flate2", &["audit"]),
    ("statrs", &["audit"]),
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("miette", &["cli"]),
    ("clap", &["cli"]),
    ("lsp-server", &["lsp"]),
    ("lsp-types", &["lsp"]),
    ("indicatif", &["cli"]),
    ("tracing", &["cli"]),
    ("tracing-subscriber", &["cli"]),
    ("libm", &["ir", "psychometrics", "sim"]),
    ("crc32c", &["journal"]),
    ("fs4", &["cli"]),
    ("toml_edit", &["rig"]),
    ("serialport", &["bpod", "cli"]),
    ("rustix", &["bpod", "realtime", "tests"]),
    ("jiff", &["cli"]),
];

const PREFIX: &str = "trialect-";

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let ours = |name: String| name.strip_prefix(PREFIX).expect("every crate of the house has the prefix").to_string();
    house::built_with().into_iter().map(|(name, list)| (ours(name), list)).collect()
}

#[test]
fn every_edge_is_allowed() {
    let mut graph = dependencies();
    graph.remove("tests");
    let known: BTreeSet<&str> = EDGES.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = graph.keys().map(String::as_str).collect();
    assert_eq!(found, known, "crates and the table of edges differ");
    for (name, allowed) in EDGES {
        for dependency in &graph[*name] {
            if let Some(inner) = dependency.strip_prefix(PREFIX) {
                assert!(allowed.contains(&inner), "{name} may not depend on {inner}");
            }
        }
        for inner in *allowed {
            assert!(known.contains(inner), "the table allows {name} -> {inner}, which is no crate");
            assert!(
                graph[*name].contains(&format!("{PREFIX}{inner}")),
                "{name} no longer depends on {inner}; take it out of the table"
            );
        }
    }
}

#[test]
fn edges_point_down() {
    let level: BTreeMap<&str, usize> = EDGES.iter().enumerate().map(|(level, (name, _))| (*name, level)).collect();
    for (name, allowed) in EDGES {
        for inner in *allowed {
            assert!(level[inner] < level[name], "{name} -> {inner} points up");
        }
    }
}

#[test]
fn heavy_packages_stay_in_their_crates() {
    let graph = dependencies();
    for (package, only) in CONFINED {
        let users: Vec<&str> = graph
            .iter()
            .filter(|(name, list)| *name != "tests" && list.contains(*package))
            .map(|(name, _)| name.as_str())
            .collect();
        for user in &users {
            assert!(only.contains(user), "{user} may not depend on {package}");
        }
        assert!(!users.is_empty(), "nobody depends on {package} any more; take it out of the table");
    }
}
