//! The crash-safe record of a session.
