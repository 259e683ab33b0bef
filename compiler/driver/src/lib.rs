//! From source text to a compiled program; explanations of findings.
