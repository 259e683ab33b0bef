//! Plays the raw files of a recorded session.
