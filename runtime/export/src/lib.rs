//! From a journal to a sealed session with tables.
