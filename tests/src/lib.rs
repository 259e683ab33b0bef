//! What needs more than one crate: corpora, differential, replay, layering.
