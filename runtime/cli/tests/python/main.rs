//! What the programs of others make of ours: Python packages from PyPI, pinned.
#![allow(clippy::expect_used, clippy::print_stderr, clippy::disallowed_methods)]

#[cfg(unix)]
mod bpod;
mod lsp;
mod pandas;
mod venv;
