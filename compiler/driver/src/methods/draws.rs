//! Distributions in words.

use super::words::{argument, arguments, range};
use trialect_syntax::ast::{Call, Range};

/// `drawn uniformly from 0 deg to 360 deg`
pub(super) fn drawn(law: &Call, within: Option<&Range>) -> String {
    let given: Vec<String> = law.arguments.iter().map(argument).collect();
    let words = match (law.name.text.as_str(), given.as_slice()) {
        ("pick", [from]) => format!("drawn from {from}, each as likely as the others"),
        ("pick", [from, weights]) => format!("drawn from {from} with {weights}"),
        ("chance", [share]) => format!("true with probability {share}"),
        ("deal", [deck]) => format!("dealt from {deck}"),
        ("uniform", [between]) => format!("drawn uniformly from {between}"),
        ("normal", [mean, sd]) => {
            format!("drawn from a normal distribution with mean {mean} and standard deviation {sd}")
        }
        ("exponential", [mean]) => format!("drawn from an exponential distribution with mean {mean}"),
        (law, []) => format!("drawn by `{law}`"),
        (other, _) => format!("drawn by `{other}` ({})", arguments(&law.arguments)),
    };
    within.map(|bounds| format!("{words}, truncated to {}", range(bounds))).unwrap_or(words)
}
