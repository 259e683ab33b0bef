//! The target: the oldest processor of the host's family.

use crate::CompileFault;
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};

/// The host's family and its calling convention, in the names that Cranelift reads.
const FAMILY: &str = if cfg!(target_arch = "x86_64") {
    if cfg!(windows) { "x86_64-pc-windows-msvc" } else { "x86_64-unknown-linux-gnu" }
} else if cfg!(target_arch = "aarch64") {
    if cfg!(target_vendor = "apple") { "aarch64-apple-darwin" } else { "aarch64-unknown-linux-gnu" }
} else {
    ""
};

const FLAGS: [(&str, &str); 6] = [
    ("opt_level", "speed"),
    ("enable_verifier", "true"),
    // Addresses are absolute: code, the law and the host's thunks may lie far apart.
    ("is_pic", "false"),
    ("use_colocated_libcalls", "false"),
    // Nothing unwinds through compiled code; see `entry`.
    ("unwind_info", "false"),
    // A routine starts on a cache line, so that its speed does not depend on what stands before it.
    ("log2_min_function_alignment", "6"),
];

/// The target with fixed settings. What the processor at hand can do besides is not asked, so that
/// the same program becomes the same bytes on every computer of the family.
pub(crate) fn baseline() -> Result<OwnedTargetIsa, CompileFault> {
    let unsupported = |reason: String| CompileFault::Unsupported { reason };
    if FAMILY.is_empty() {
        return Err(unsupported(format!("{} is not known", std::env::consts::ARCH)));
    }
    let mut flags = settings::builder();
    for (name, value) in FLAGS {
        flags.set(name, value).map_err(|error| unsupported(format!("{name}: {error}")))?;
    }
    let builder = isa::lookup_by_name(FAMILY).map_err(|error| unsupported(format!("{FAMILY}: {error}")))?;
    builder.finish(settings::Flags::new(flags)).map_err(|error| unsupported(error.to_string()))
}
