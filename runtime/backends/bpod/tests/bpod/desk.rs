//! An emulated board on a desk: connected, with events allotted, in virtual time.

use trialect_bpod::emulator::{Board, Fault, Stimulus};
use trialect_bpod::wire::{Command, Ending, EventCodes, Matrix, Model, Report, TrialReader, allot, encode};

pub struct Desk {
    pub board: Board,
    pub model: Model,
    pub codes: EventCodes,
}

impl Desk {
    /// With faults and stimuli as on the command line.
    pub fn new(model: Model, plans: &[&str]) -> Desk {
        let hardware = model.hardware();
        let allotted = allot(&hardware, &[]).unwrap();
        let codes = EventCodes::new(&hardware, &allotted).unwrap();
        let mut board = Board::new(model);
        for plan in plans {
            board = match plan.parse::<Fault>() {
                Ok(fault) => board.with_faults(&[fault]),
                Err(_) => board.with_stimuli(&[Stimulus::parse(plan, &codes).unwrap()]),
            };
        }
        let mut desk = Desk { board, model, codes };
        desk.tell(&Command::Handshake);
        desk.pass(150_000);
        desk.tell(&Command::Allot(allotted));
        desk.pass(1_000);
        desk.board.take_said(0);
        desk.board.take_effects();
        desk
    }

    pub fn tell(&mut self, command: &Command) {
        self.board.receive(0, &command.encode());
    }

    pub fn pass(&mut self, us: u64) {
        let until = self.board.now() + us;
        self.board.advance(until);
    }

    pub fn upload(&mut self, matrix: &Matrix, run_asap: bool) {
        let upload = encode(matrix, self.model, &self.codes, run_asap).unwrap();
        self.tell(&Command::Upload(upload));
    }

    /// Uploads and runs a matrix until it ends, at most a minute.
    pub fn run(&mut self, matrix: &Matrix) -> Vec<Report> {
        self.upload(matrix, false);
        self.tell(&Command::Run);
        self.pass(60_000_000);
        self.reports(true)
    }

    /// What it said of one trial.
    pub fn reports(&mut self, uploaded: bool) -> Vec<Report> {
        let mut reader = TrialReader::new(self.codes.clone(), uploaded);
        reader.push(&self.board.take_said(0));
        std::iter::from_fn(|| reader.read().unwrap()).collect()
    }

    /// Events by name with their cycles, and soft codes: `Port1In Tup @12`.
    pub fn shown(&self, reports: &[Report]) -> Vec<String> {
        let name = |code: &u8| self.codes.event(*code).and_then(|event| self.codes.name(event)).unwrap();
        let shown = |report: &Report| match report {
            Report::Events { cycle, codes } => {
                Some(format!("{} @{cycle}", codes.iter().map(name).collect::<Vec<_>>().join(" ")))
            }
            Report::SoftCode(code) => Some(format!("soft code {code}")),
            Report::Ended(Ending { cycle, .. }) => Some(format!("end @{cycle}")),
            Report::Uploaded(_) | Report::Started { .. } => None,
        };
        reports.iter().filter_map(shown).collect()
    }
}
