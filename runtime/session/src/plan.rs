//! What a session is given besides its program, machine and rig.

use crate::{Given, Inbox};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use trialect_device::Ns;
use trialect_ir::Date;
use trialect_ir::record::Remark;

/// Where a session is to be broken off, because it was when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interruption {
    /// Where.
    pub place: Place,
    /// When, if it was later than anything that is recorded before it, ns.
    pub at: Option<Ns>,
    /// Why.
    pub reason: String,
}

/// A place in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the entry with this position, also within an instant: where a device failed.
    Entry(usize),
    /// After the instant in which this many entries have been made: where a crash cut the record.
    Instant(usize),
    /// In this trial, after everything that happens until this time: for another text, whose entries are others.
    Time {
        /// The trial.
        trial: u32,
        /// The time.
        at: Ns,
    },
}

/// Everything that decides how a session runs, besides program, machine and rig.
pub struct Plan<'a> {
    /// The subject's name; part of the names of random streams.
    pub subject: String,
    /// Ordinal of the session in the subject's chain, from 1.
    pub session: u32,
    /// The date at the place of the rig when the session begins: an input like any other, never read from a clock here.
    pub date: Date,
    /// What the subject's earlier sessions of this date have been given, by the names of the totals (`spout.delivered`),
    /// in coherent units: counts in limits of the day.
    pub given_today: BTreeMap<String, f64>,
    /// The seed of all draws.
    pub seed: u64,
    /// The subject's words at the end of the last session; none for the first.
    pub subject_words: Option<Vec<u64>>,
    /// What people answered, by name: numbers in the coherent unit, true or false, names of members, texts; null for
    /// what is missing.
    pub covariates: BTreeMap<String, Value>,
    /// What there is to say of them besides, by name.
    pub covariate_remarks: BTreeMap<String, Remark>,
    /// Covariates that come from a recording: they may lie outside their range and are then marked.
    pub covariates_given: bool,
    /// Values given for a trial (from 1) instead of drawn or computed ones.
    pub given: &'a dyn Fn(u32) -> Vec<(String, Given)>,
    /// Parameters that begin with another value; part of the run's identity.
    pub parameters: Vec<(String, Given)>,
    /// What people ask for between trials; more can come while the session runs.
    pub requests: &'a RefCell<Inbox>,
    /// Set from outside to end the session after the trial under way.
    pub stop: &'a AtomicBool,
    /// Wait at each trial until the record is on the disk.
    pub sync_each_trial: bool,
    /// End after this trial (0: before the first) for this reason, unless a rule ends it earlier.
    pub stop_after: Option<(u32, String)>,
    /// With `stop_after`: what happens between trials until this time, ns, still counts, and may end it by a rule.
    pub goes_on_until: Option<Ns>,
    /// Break the session off as it was broken off when it was recorded.
    pub interruption: Option<Interruption>,
    /// Called after each trial with its number.
    pub progress: &'a dyn Fn(u32),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Why: the name of a stop rule, `limit trials`, `limit spout`, or what happened.
    pub reason: String,
    /// Trials with a row.
    pub trials: u32,
    /// The subject's words for the next session.
    pub subject_words: Vec<u64>,
    /// True when a trial was broken off.
    pub interrupted: bool,
}
