//! Identity: what a program means, as canonical JSON, and its hashes.
//!
//! Each definition is a JSON value without layout, spelling or description. A definition's hash
//! covers its own body and the hashes of the definitions that it uses; definitions that use each
//! other are hashed together. The protocol's hash covers the hashes of all definitions.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Name and version of the form; stands in front of everything that is hashed.
pub const FORM: &str = "trialect/1";

/// A definition as it is hashed.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Path, unique in the program.
    pub path: String,
    /// Resolved and typed; names of other definitions by path.
    pub body: Value,
    /// Paths of the definitions whose meaning is part of this one's.
    pub uses: Vec<String>,
}

/// The hashes of a program, each `sha2-256:<64 hex digits>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The protocol's hash.
    pub protocol: String,
    /// Hash of each definition by path.
    pub definitions: BTreeMap<String, String>,
}

/// RFC 8785 bytes of a value.
pub fn canonical_json(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_else(|_| value.to_string().into_bytes())
}

/// `sha2-256:<hex>` of bytes.
pub fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha2-256:{hex}")
}

/// The digest of bytes that come one after the other.
#[derive(Debug, Clone, Default)]
pub struct Digesting(Sha256);

impl Digesting {
    /// More bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    /// As [`digest`] says of all of them.
    pub fn finish(self) -> String {
        let hex: String = self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha2-256:{hex}")
    }
}

impl Identity {
    /// Hashes a program's definitions. Uses that name no definition are ignored.
    pub fn of(definitions: &[Definition]) -> Identity {
        let index: BTreeMap<&str, usize> = definitions.iter().enumerate().map(|(k, d)| (d.path.as_str(), k)).collect();
        let uses: Vec<Vec<usize>> = definitions
            .iter()
            .map(|definition| definition.uses.iter().filter_map(|path| index.get(path.as_str()).copied()).collect())
            .collect();
        let mut hashes: Vec<Option<String>> = vec![None; definitions.len()];
        for group in components(&uses) {
            hash_group(definitions, &uses, &group, &mut hashes);
        }
        let definitions: BTreeMap<String, String> =
            definitions.iter().zip(hashes).map(|(d, hash)| (d.path.clone(), hash.unwrap_or_default())).collect();
        let protocol = digest(&canonical_json(&json!({ "form": FORM, "definitions": definitions })));
        Identity { protocol, definitions }
    }
}

/// Hashes definitions that use each other: their bodies together, then each by its path.
fn hash_group(definitions: &[Definition], uses: &[Vec<usize>], group: &[usize], hashes: &mut [Option<String>]) {
    let bodies: BTreeMap<&str, &Value> =
        group.iter().map(|&k| (definitions[k].path.as_str(), &definitions[k].body)).collect();
    let outside: BTreeMap<&str, &Option<String>> = group
        .iter()
        .flat_map(|&k| &uses[k])
        .filter(|k| !group.contains(k))
        .map(|&k| (definitions[k].path.as_str(), &hashes[k]))
        .collect();
    let whole = digest(&canonical_json(&json!({ "form": FORM, "bodies": bodies, "uses": outside })));
    for &k in group {
        hashes[k] = Some(match group {
            [_] => whole.clone(),
            _ => digest(&canonical_json(&json!({ "form": FORM, "group": whole, "path": definitions[k].path }))),
        });
    }
}

/// Strongly connected components in an order in which a group comes after all that it uses (Tarjan 1972).
fn components(uses: &[Vec<usize>]) -> Vec<Vec<usize>> {
    struct Walk<'a> {
        uses: &'a [Vec<usize>],
        order: Vec<Option<usize>>,
        low: Vec<usize>,
        on_stack: Vec<bool>,
        stack: Vec<usize>,
        next: usize,
        groups: Vec<Vec<usize>>,
    }
    impl Walk<'_> {
        fn visit(&mut self, v: usize) {
            self.order[v] = Some(self.next);
            self.low[v] = self.next;
            self.next += 1;
            self.stack.push(v);
            self.on_stack[v] = true;
            for &w in &self.uses[v] {
                match self.order[w] {
                    None => {
                        self.visit(w);
                        self.low[v] = self.low[v].min(self.low[w]);
                    }
                    Some(order) if self.on_stack[w] => self.low[v] = self.low[v].min(order),
                    Some(_) => {}
                }
            }
            if Some(self.low[v]) == self.order[v] {
                let mut group = Vec::new();
                while let Some(w) = self.stack.pop() {
                    self.on_stack[w] = false;
                    group.push(w);
                    if w == v {
                        break;
                    }
                }
                self.groups.push(group);
            }
        }
    }
    let n = uses.len();
    let mut walk = Walk {
        uses,
        order: vec![None; n],
        low: vec![0; n],
        on_stack: vec![false; n],
        stack: Vec::new(),
        next: 0,
        groups: Vec::new(),
    };
    for v in 0..n {
        if walk.order[v].is_none() {
            walk.visit(v);
        }
    }
    walk.groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(path: &str, body: i64, uses: &[&str]) -> Definition {
        Definition { path: path.into(), body: json!(body), uses: uses.iter().map(|&u| u.into()).collect() }
    }

    #[test]
    fn a_change_reaches_dependents_only_and_order_does_not_matter() {
        let base = [
            definition("a", 1, &["b"]),
            definition("b", 2, &[]),
            definition("c", 3, &["d"]),
            definition("d", 4, &["c", "b"]),
        ];
        let before = Identity::of(&base);
        let mut shuffled = base.clone();
        shuffled.reverse();
        assert_eq!(before, Identity::of(&shuffled));

        let mut changed = base.clone();
        changed[2].body = json!(30);
        let after = Identity::of(&changed);
        assert_ne!(before.protocol, after.protocol);
        for (path, same) in [("a", true), ("b", true), ("c", false), ("d", false)] {
            assert_eq!(before.definitions[path] == after.definitions[path], same, "{path}");
        }
    }

    #[test]
    fn the_form_is_pinned() {
        // Recomputed with any SHA-256 tool over the RFC 8785 bytes written out here.
        let one = digest(br#"{"bodies":{"a":1},"form":"trialect/1","uses":{}}"#);
        let all = digest(format!(r#"{{"definitions":{{"a":"{one}"}},"form":"trialect/1"}}"#).as_bytes());
        assert_eq!(Identity::of(&[definition("a", 1, &[])]).protocol, all);
    }
}
