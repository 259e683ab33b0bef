//! The command line.

use crate::machine::Kind;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use trialect_ir::Date;

/// Behavioural protocols as text: checked, compiled, run, stamped, replayed.
#[derive(Debug, Parser)]
#[command(name = "trialect", version, propagate_version = true)]
pub(crate) struct Arguments {
    /// Say more on stderr; twice or three times for more still (RUST_LOG overrides)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin a protocol: write a folder with one that checks and simulates, its scenarios and a page
    New(NewOptions),
    /// Check a protocol and show what is wrong with it
    Check(CheckOptions),
    /// Write texts in the one style; their meaning, hashes, comments and descriptions stay as they are
    Fmt(FmtOptions),
    /// Print a protocol's hash
    Hash(HashOptions),
    /// Say what two protocols do not mean alike: rule by rule, from what to what, and what that touches
    Diff(DiffOptions),
    /// Run the scenarios of a protocol, or of all protocols below a folder
    Test(TestOptions),
    /// Run sessions of a simulated animal, adding to the subject's chain
    Sim(SimOptions),
    /// Run a session on a rig, or one that the raw files of a recorded one drive
    Run(RunOptions),
    /// Run recorded inputs again and compare everything that is computed
    Replay(ReplayOptions),
    /// Check that sessions are what they were when they were sealed
    Verify(PlaceOptions),
    /// Close sessions that were broken off
    Recover(PlaceOptions),
    /// Show sessions
    Show(PlaceOptions),
    /// Hold existing data, also of other programs, against a protocol
    Audit(AuditOptions),
    /// Say afterwards that a sealed session was another subject's, or that a covariate was another
    Amend(AmendOptions),
    /// Print the documentation of a module of the library, or write that of all; without either, list the modules
    Doc(DocOptions),
    /// Serve an editor on standard input and output (Language Server Protocol); editors start this by themselves
    Lsp(LibraryOptions),
    /// Play a device without hardware, for any program that talks to it
    Emulate {
        #[command(subcommand)]
        device: Emulated,
    },
    /// Check rig files, list what is connected, calibrate devices
    Rig {
        #[command(subcommand)]
        what: RigCommand,
    },
    /// Explain a finding by its code; without a code, list all codes
    Explain {
        /// For example `unit-mismatch`
        code: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewOptions {
    /// The folder to write; its name is that of the protocol
    #[arg(value_name = "NAME")]
    pub(crate) folder: PathBuf,
    /// What to begin with
    #[arg(long, value_enum, default_value_t)]
    pub(crate) template: Template,
}

/// What a new protocol begins with.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(crate) enum Template {
    /// A visual choice between two sides, with a curriculum
    #[default]
    Choice,
    /// A lever and pellets under a ratio schedule
    Operant,
    /// Tones that foretell water or nothing
    Conditioning,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// The protocol's text
    pub(crate) protocol: PathBuf,
    /// Print the findings as a JSON array
    #[arg(long)]
    pub(crate) json: bool,
    /// Print instead how often animals that do not look are rewarded, and which criteria they meet
    #[arg(long, conflicts_with = "json")]
    pub(crate) strategies: bool,
    /// Print instead what is proven: how long trials last, what they give, for how long outputs are on, stages reached
    #[arg(long, conflicts_with = "strategies")]
    pub(crate) bounds: bool,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct FmtOptions {
    /// Texts, folders of texts, or `-` for a text on stdin that is written to stdout
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) places: Vec<PathBuf>,
    /// Change nothing, and list the files that would be changed
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffOptions {
    /// A protocol's text, or the folder of a session, which has the texts that it ran
    #[arg(value_name = "A")]
    pub(crate) first: PathBuf,
    /// Another one
    #[arg(value_name = "B")]
    pub(crate) second: PathBuf,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct HashOptions {
    /// The protocol's text
    pub(crate) protocol: PathBuf,
    /// Print the hash of each definition as well
    #[arg(long)]
    pub(crate) tree: bool,
    /// Print the hash of the source text as well
    #[arg(long)]
    pub(crate) source: bool,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct DocOptions {
    /// For example `std.adaptive`
    pub(crate) module: Option<String>,
    /// Write a page for each module, and one that lists them, as Markdown into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "module")]
    pub(crate) all: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    /// The protocol's text, or a folder of protocols
    pub(crate) protocol: PathBuf,
    /// Run the scenario with this title only
    #[arg(long, value_name = "TITLE")]
    pub(crate) scenario: Option<String>,
    /// Write the results to a file as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Print the results as a JSON array
    #[arg(long)]
    pub(crate) json: bool,
    /// What runs the program
    #[arg(long, value_enum, default_value_t)]
    pub(crate) machine: Kind,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args, Clone)]
pub(crate) struct LibraryOptions {
    /// Take the standard library from this folder (as `stdlib/std` of the project) instead of the embedded one
    #[arg(long, value_name = "DIR")]
    pub(crate) stdlib: Option<PathBuf>,
}

/// What people answer for a session.
#[derive(Debug, Args, Clone)]
pub(crate) struct CovariateOptions {
    /// The value of a covariate, with its unit or in the one in which it is recorded: weight=24.5g
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) covariate: Vec<String>,
    /// Why an optional covariate has no value
    #[arg(long, value_name = "NAME=REASON")]
    pub(crate) missing: Vec<String>,
    /// Why a value outside its range is taken all the same; needs --by
    #[arg(long = "override", value_name = "NAME=REASON", requires = "by")]
    pub(crate) overrides: Vec<String>,
    /// The person who takes the values of all --override, confirms with --confirm, and asks for what is changed between
    /// trials
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: Option<String>,
}

/// What people ask for between trials, and parameters.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct RequestOptions {
    /// Begin with another value of a parameter
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
    /// Change a parameter between two trials: "reward=5 uL at trial 120", "reward=5 uL after trial 119"
    #[arg(long, value_name = "TEXT")]
    pub(crate) change: Vec<String>,
    /// Pause between two trials: "for 10 min at trial 40"
    #[arg(long, value_name = "TEXT")]
    pub(crate) pause: Vec<String>,
    /// End the session by hand: "after trial 200"
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Option<String>,
    /// Write down words between two trials: "new cage at trial 1"
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Vec<String>,
}

impl RequestOptions {
    /// Whether anything is asked for that somebody asks for.
    pub(crate) fn asks(&self) -> bool {
        !(self.change.is_empty() && self.pause.is_empty() && self.stop.is_none() && self.note.is_empty())
    }
}

#[derive(Debug, Args)]
pub(crate) struct SimOptions {
    /// The protocol's text
    pub(crate) protocol: PathBuf,
    /// Name of the subject
    #[arg(long)]
    pub(crate) subject: String,
    /// Number of sessions to add
    #[arg(long, default_value_t = 1)]
    pub(crate) sessions: u32,
    /// Everything random follows from it
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Folder of the data; sessions go to DATA/SUBJECT/NNN
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// What runs the program
    #[arg(long, value_enum, default_value_t)]
    pub(crate) machine: Kind,
    /// A mouse of your own (TOML) instead of the embedded one
    #[arg(long, value_name = "FILE")]
    pub(crate) mouse: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) date: DateOptions,
    #[command(flatten)]
    pub(crate) confirm: ConfirmOptions,
    #[command(flatten)]
    pub(crate) covariates: CovariateOptions,
    #[command(flatten)]
    pub(crate) requests: RequestOptions,
    #[command(flatten)]
    pub(crate) carry: CarryOptions,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

/// When a session is.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct DateOptions {
    /// The date of the first session that is added, YYYY-MM-DD; without it the recording's, or the day after the
    /// session before, of a first session 2000-01-01
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<Date>,
}

/// What a person confirms of a study.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct ConfirmOptions {
    /// Go on with this stage of a study, whose condition was met in the last session; needs --by. With `all` every
    /// stage that waits for a person is confirmed as soon as its condition is met
    #[arg(long, value_name = "STAGE", requires = "by")]
    pub(crate) confirm: Option<String>,
}

/// What becomes of the subject's state in the first session that is added.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct CarryOptions {
    /// Take over the value of a variable, statistic or curriculum although its definition has changed
    #[arg(long, value_name = "NAME")]
    pub(crate) carry: Vec<String>,
    /// Begin a variable, statistic or curriculum anew, as the protocol says
    #[arg(long, value_name = "NAME")]
    pub(crate) reset: Vec<String>,
    /// Begin with this value: of an animal trained elsewhere, a stage set by hand
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) start: Vec<String>,
    /// Why; it is recorded
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what drives it").required(true).args(["rig", "recorded"]))]
pub(crate) struct RunOptions {
    /// The protocol's or the study's text
    pub(crate) protocol: PathBuf,
    /// The rig's description
    #[arg(long, value_name = "FILE", requires = "subject")]
    pub(crate) rig: Option<PathBuf>,
    /// Name of the subject on the rig
    #[arg(long, conflicts_with = "recorded")]
    pub(crate) subject: Option<String>,
    /// Folder of a raw session of rig program v5; it says whose session it is
    #[arg(long, value_name = "DIR")]
    pub(crate) recorded: Option<PathBuf>,
    /// Folder of the data; sessions go to DATA/SUBJECT/NNN
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Seed of the draws, of those that a recording does not give
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Valves and pumps stay shut on the rig; the record says so
    #[arg(long, conflicts_with = "recorded")]
    pub(crate) dry: bool,
    #[command(flatten)]
    pub(crate) confirm: ConfirmOptions,
    #[command(flatten)]
    pub(crate) requests: RequestOptions,
    #[command(flatten)]
    pub(crate) date: DateOptions,
    #[command(flatten)]
    pub(crate) covariates: CovariateOptions,
    /// What runs the program
    #[arg(long, value_enum, default_value_t)]
    pub(crate) machine: Kind,
    #[command(flatten)]
    pub(crate) carry: CarryOptions,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    /// A session, a subject's folder or a data folder
    pub(crate) place: PathBuf,
    /// Replay against this text instead of the session's own
    #[arg(long, value_name = "PROTOCOL")]
    pub(crate) with: Option<PathBuf>,
    /// What runs the program
    #[arg(long, value_enum, default_value_t)]
    pub(crate) machine: Kind,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct PlaceOptions {
    /// A session, a subject's folder or a data folder
    pub(crate) place: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct AuditOptions {
    /// The protocol's text
    pub(crate) protocol: PathBuf,
    /// Say which of two protocols the data fit better: this one or PROTOCOL
    #[arg(long, value_name = "PROTOCOL")]
    pub(crate) against: Option<PathBuf>,
    /// A table (.csv, .tsv, .parquet, .pqt, .jsonl), a file of another program (a rig program's or Bpod's session,
    /// a pyControl .tsv), or a session's folder; several are sessions of one subject in their order
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Vec<PathBuf>,
    /// The map from the data's columns to the protocol's names (TOML); without it, the names of the data's format
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// The map for the protocol of --against, when it needs another
    #[arg(long, value_name = "FILE", requires = "against")]
    pub(crate) against_map: Option<PathBuf>,
    /// Read the data in this format instead of finding it out: trialect, ibl-raw, alf, bpod, pycontrol, table
    #[arg(long, value_name = "NAME")]
    pub(crate) format: Option<String>,
    /// Print the map by which the data are read, and do nothing else
    #[arg(long)]
    pub(crate) show_map: bool,
    /// Write the report as a page with plots
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What runs the program
    #[arg(long, value_enum, default_value_t)]
    pub(crate) machine: Kind,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct AmendOptions {
    /// The folder of a sealed session
    pub(crate) session: PathBuf,
    /// `subject`, or a covariate in the unit in which it is recorded
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: String,
    /// Who says so
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Emulated {
    /// A Bpod state machine behind pseudo-terminals (Unix)
    Bpod(EmulateBpodOptions),
}

/// A board with its firmware.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum BpodModel {
    /// State machine r2.0 with firmware 22
    #[value(name = "r2.0-v22")]
    R2Firmware22,
    /// State machine r2.0 with firmware 23
    #[value(name = "r2.0-v23")]
    R2Firmware23,
    /// State machine 2+ with firmware 23
    #[value(name = "2plus-v23")]
    TwoPlusFirmware23,
}

impl From<BpodModel> for trialect_bpod::wire::Model {
    fn from(model: BpodModel) -> trialect_bpod::wire::Model {
        match model {
            BpodModel::R2Firmware22 => trialect_bpod::wire::Model::R2Firmware22,
            BpodModel::R2Firmware23 => trialect_bpod::wire::Model::R2Firmware23,
            BpodModel::TwoPlusFirmware23 => trialect_bpod::wire::Model::TwoPlusFirmware23,
        }
    }
}

#[derive(Debug, Args)]
#[cfg_attr(not(unix), allow(dead_code))] // without pseudo-terminals nobody reads them
pub(crate) struct EmulateBpodOptions {
    /// Which board
    #[arg(long, value_enum)]
    pub(crate) model: BpodModel,
    /// Make links to the ports: PATH for commands, PATH.1 and PATH.2 for the others
    #[arg(long, value_name = "PATH")]
    pub(crate) link: Option<PathBuf>,
    /// Let time jump to what happens next while a trial runs
    #[arg(long)]
    pub(crate) fast: bool,
    /// A mouse at the ports that pokes, mostly where it is lit; another one for each number
    #[arg(long, value_name = "SEED")]
    pub(crate) mouse: Option<u64>,
    /// Something from outside in a cycle (100 us) of a trial: Port1In@1:2511
    #[arg(long, value_name = "EVENT@TRIAL:CYCLE")]
    pub(crate) event: Vec<String>,
    /// Something that goes wrong: garbage=16, truncation=3, delay=50 (ms), unplug, stuck-valve=1, false-end, lost-start
    #[arg(long, value_name = "FAULT@TRIAL:CYCLE")]
    pub(crate) fault: Vec<String>,
    /// Write every byte that passes a port into a file
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RigCommand {
    /// Check a rig file by itself, or whether a protocol can run on it
    Check(RigCheckOptions),
    /// List the serial ports of USB devices, as a rig file names them
    List,
    /// Measure what a device does, and write it into the rig file
    Calibrate {
        #[command(subcommand)]
        what: Calibrated,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Calibrated {
    /// Weigh drops of a valve at several times; asks for what it is not told
    Valve(CalibrateValveOptions),
}

#[derive(Debug, Args)]
pub(crate) struct RigCheckOptions {
    /// The rig file
    pub(crate) rig: PathBuf,
    /// The protocol that is to run on it
    pub(crate) protocol: Option<PathBuf>,
    /// The day of the session, which says how old calibrations are; without it that of the computer's clock, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
    /// Print the findings as a JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) library: LibraryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct CalibrateValveOptions {
    /// The rig file
    pub(crate) rig: PathBuf,
    /// The valve, when the rig has several
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
    /// Times open, in ms: 30,50,75,100,150
    #[arg(long, value_name = "MS,…", value_delimiter = ',')]
    pub(crate) times_ms: Vec<f64>,
    /// Drops at each time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) drops: Option<u32>,
    /// Pause between two drops, in ms
    #[arg(long, value_name = "MS", default_value_t = 200.0, value_parser = pause_ms)]
    pub(crate) pause_ms: f64,
    /// Density of the fluid, in g/mL: 1 for water, 1.038 for 10% sucrose
    #[arg(long, value_name = "G_PER_ML", default_value_t = 1.0, value_parser = density)]
    pub(crate) density: f64,
    /// What a dish of water loses while one time is weighed, in g
    #[arg(long, value_name = "G", value_parser = evaporation)]
    pub(crate) evaporation_g: Option<f64>,
    /// Who weighs
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: Option<String>,
    /// The day; without it that of the computer's clock, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<Date>,
}

fn pause_ms(text: &str) -> Result<f64, String> {
    within(text, 10.0, 10_000.0)
}

fn density(text: &str) -> Result<f64, String> {
    within(text, 0.5, 2.0)
}

fn evaporation(text: &str) -> Result<f64, String> {
    within(text, 0.0, 1.0)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("write a number from {least} to {most}"))
}
