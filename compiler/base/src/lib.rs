//! Sources, spans and findings.
