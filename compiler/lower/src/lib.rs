//! From the checked program to the compiled one.
