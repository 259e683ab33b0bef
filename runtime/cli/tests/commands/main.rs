//! The commands as their users run them: the built binary, folders on the disk, exit codes, tables.
//!
//! What the rules of the basic task demand is computed here a second time, from the tables alone.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the functions that tests share are outside of tests

mod adaptive;
mod amend;
mod audit;
#[cfg(unix)]
mod bench;
mod beside;
mod bounds;
mod broken_off;
mod carry;
mod carry_values;
mod chain;
mod clicks;
mod command;
mod conventions;
mod covariates;
mod dates;
mod day_limit;
mod days;
mod decisions;
mod diff;
mod doc;
mod editions;
#[cfg(unix)]
mod emulate;
mod fmt;
mod folders;
mod foraging;
mod library;
#[cfg(unix)]
mod live;
#[cfg(unix)]
mod live_faults;
mod locking;
mod mutations;
mod nearby;
mod new;
mod oracle_curriculum;
mod oracle_subject;
mod oracle_trial;
mod oracle_wheel;
mod protocols;
mod psychophysics;
mod recorded;
mod recover;
mod replay;
mod replay_against;
mod requests;
#[cfg(unix)]
mod rig;
mod rig_2019;
mod scenarios;
mod simulation;
mod slice;
mod streams;
mod studies;
mod study_values;
mod table;
mod texts;
mod training_status;
mod verify;

#[cfg(unix)]
mod crash;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(unix)]
mod interrupted;
