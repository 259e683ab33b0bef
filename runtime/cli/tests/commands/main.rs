//! The commands as their users run them: the built binary, folders on the disk, exit codes, tables.
//!
//! What the rules of the basic task demand is computed here a second time, from the tables alone.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the functions that tests share are outside of tests

mod adaptive;
mod amend;
mod audit;
mod broken_off;
mod carry;
mod carry_values;
mod chain;
mod command;
mod conventions;
mod covariates;
mod days;
mod doc;
mod folders;
mod foraging;
mod library;
mod locking;
mod mutations;
mod nearby;
mod oracle_curriculum;
mod oracle_subject;
mod oracle_trial;
mod oracle_wheel;
mod protocols;
mod recorded;
mod recover;
mod replay;
mod replay_against;
mod scenarios;
mod simulation;
mod table;
mod texts;
mod verify;

#[cfg(unix)]
mod crash;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(unix)]
mod interrupted;
