//! Names, types with units, and one file for each check.
