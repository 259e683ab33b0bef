//! What is declared where.

use super::{Declaration, Index, Kind, Space};
use trialect_base::Span;
use trialect_syntax::ast::{Clause, ClauseKind, File, Name};

/// Where a clause stands.
#[derive(Debug, Clone, Copy)]
struct Room<'a> {
    space: Space,
    owner: &'a str,
}

const TOP: Room<'static> = Room { space: Space::Global, owner: "" };

/// An input of a part: its name and its clause.
pub(super) struct Input {
    name: Name,
    clause: Span,
    description: Option<String>,
}

/// The enumeration of all outcomes.
pub(super) const OUTCOME: &str = "outcome";

/// What owns the names of `stop` and `advise`; no name of a text has a blank.
const RULES: &str = "rules of the session";

/// All that a file declares.
pub(super) fn file(index: &mut Index, file: &File, inputs: &mut Vec<Input>) {
    clauses(index, &file.clauses, TOP, inputs);
}

/// An input that nothing else declares is declared by the part itself.
pub(super) fn input(index: &mut Index, input: Input) {
    match index.find(Space::Global, "", &input.name.text) {
        Some(of) => {
            index.declared.insert(input.name.span);
            index.refer(input.name.span, of);
        }
        None => {
            let clause =
                Clause { kind: ClauseKind::Rig(Vec::new()), span: input.clause, description: input.description };
            one(index, &input.name, Kind::Value("input"), &clause, TOP);
        }
    }
}

fn clauses(index: &mut Index, list: &[Clause], room: Room<'_>, inputs: &mut Vec<Input>) {
    for clause in list {
        match &clause.kind {
            ClauseKind::InputOf(head) if room.space == Space::Global => {
                let (name, description) = (head.name.clone(), clause.description.clone());
                inputs.push(Input { name, clause: clause.span, description });
            }
            ClauseKind::ClockBlock { body, .. } | ClauseKind::Part { body, .. } => {
                if let ClauseKind::Part { name, .. } = &clause.kind {
                    one(index, name, Kind::Part, clause, TOP);
                }
                clauses(index, body, room, inputs);
            }
            ClauseKind::Block { name, body } => {
                one(index, name, Kind::Block, clause, TOP);
                clauses(index, body, within(&name.text), inputs);
            }
            ClauseKind::Policy { name, body } => {
                one(index, name, Kind::Policy, clause, TOP);
                clauses(index, body, within(&name.text), inputs);
            }
            ClauseKind::For { body, .. } => clauses(index, body, room, inputs),
            _ => value(index, clause, room).or_else(|| kind_of_value(index, clause)).unwrap_or_else(|| {
                machine(index, clause, inputs);
            }),
        }
    }
}

fn within(owner: &str) -> Room<'_> {
    Room { space: Space::Within, owner }
}

/// A value, a deck, an instance; none when the clause declares something else.
fn value(index: &mut Index, clause: &Clause, room: Room<'_>) -> Option<()> {
    let (name, kind) = match &clause.kind {
        ClauseKind::Define { head, .. } => (&head.name, Kind::Value("definition")),
        ClauseKind::Var { head, .. } => (&head.name, Kind::Value("var")),
        ClauseKind::Param { head, .. } => (&head.name, Kind::Value("param")),
        ClauseKind::Draw { head, .. } => (&head.name, Kind::Value("draw")),
        ClauseKind::InputOf(head) => (&head.name, Kind::Value("input")),
        ClauseKind::Stat(stat) => (&stat.head.name, Kind::Value("stat")),
        ClauseKind::Covariate(covariate) => (&covariate.head.name, Kind::Value("covariate")),
        ClauseKind::Deck { head, .. } => (&head.name, Kind::Deck),
        ClauseKind::Adapt { head, call, .. } => {
            let k = one(index, &head.name, Kind::Instance, clause, room);
            index.declarations[k].of.clone_from(&call.name.text);
            return Some(());
        }
        ClauseKind::Stop { name, .. } | ClauseKind::Advise { name, .. } => {
            one(index, name, Kind::Rule, clause, within(RULES));
            return Some(());
        }
        _ => return None,
    };
    one(index, name, kind, clause, room);
    Some(())
}

/// A type, a device class; none when the clause declares something else.
fn kind_of_value(index: &mut Index, clause: &Clause) -> Option<()> {
    const TYPES: Room<'static> = Room { space: Space::Types, owner: "" };
    match &clause.kind {
        ClauseKind::Enum { name, members } => {
            one(index, name, Kind::Type("enum"), clause, TYPES);
            members.iter().for_each(|member| member_of(index, member, Kind::Member, clause, &name.text));
        }
        ClauseKind::Outcomes(members) => {
            members.iter().for_each(|member| member_of(index, member, Kind::Outcome, clause, OUTCOME));
        }
        ClauseKind::Levels { name, .. } => _ = one(index, name, Kind::Type("levels"), clause, TYPES),
        ClauseKind::IntType { name, .. } => _ = one(index, name, Kind::Type("int"), clause, TYPES),
        ClauseKind::Quantity { name, .. } => _ = one(index, name, Kind::Type("quantity"), clause, TYPES),
        ClauseKind::DeviceClass { name, body } => {
            one(index, name, Kind::Class, clause, TYPES);
            body.iter().for_each(|clause| part_of_class(index, clause, &name.text));
        }
        _ => return None,
    }
    Some(())
}

fn member_of(index: &mut Index, member: &Name, kind: Kind, clause: &Clause, of: &str) {
    let k = one(index, member, kind, clause, Room { space: Space::Members, owner: of });
    of.clone_into(&mut index.declarations[k].of);
}

fn part_of_class(index: &mut Index, clause: &Clause, class: &str) {
    let room = within(class);
    let (name, parameters) = match &clause.kind {
        ClauseKind::Channel { name, .. } => {
            one(index, name, Kind::Channel, clause, room);
            return;
        }
        ClauseKind::Constructor { name, fixed, shown, .. } => {
            one(index, name, Kind::Constructor, clause, room);
            (name, fixed.iter().chain(shown).collect::<Vec<_>>())
        }
        ClauseKind::Verb { name, parameters, .. } => {
            one(index, name, Kind::Verb, clause, room);
            (name, parameters.iter().collect())
        }
        _ => return,
    };
    let owner = parameters_of(class, &name.text);
    for (parameter, _) in parameters {
        one(index, parameter, Kind::Parameter, clause, within(&owner));
    }
}

/// What owns the parameters of a class's verb or constructor.
pub(super) fn parameters_of(class: &str, name: &str) -> String {
    format!("{class}.{name}")
}

/// Devices, stimuli, curricula, stages, states, machines.
fn machine(index: &mut Index, clause: &Clause, inputs: &mut Vec<Input>) {
    match &clause.kind {
        ClauseKind::Rig(devices) => {
            for device in devices {
                let ClauseKind::Device { name, class, .. } = &device.kind else { continue };
                let k = one(index, name, Kind::Device, device, TOP);
                index.declarations[k].of.clone_from(&class.text);
            }
        }
        ClauseKind::Stimulus { head, device, call } => {
            let k = one(index, &head.name, Kind::Stimulus, clause, TOP);
            index.declarations[k].of.clone_from(&device.base.text);
            index.declarations[k].made.clone_from(&call.name.text);
        }
        ClauseKind::Curriculum { name, body } => {
            one(index, name, Kind::Curriculum, clause, TOP);
            for stage in body {
                let ClauseKind::Stage { name: stage_name, body, .. } = &stage.kind else { continue };
                member_of(index, stage_name, Kind::Stage, stage, &name.text);
                stage_values(index, body, &name.text);
            }
        }
        ClauseKind::Stage { name, body, .. } => {
            one(index, name, Kind::Stage, clause, TOP);
            clauses(index, body, TOP, inputs);
        }
        ClauseKind::State { name, body } => {
            one(index, name, Kind::State, clause, Room { space: Space::States, owner: "" });
            draws(index, body);
        }
        ClauseKind::Beside { head, body } => {
            one(index, &head.name, Kind::Beside, clause, TOP);
            for state in body {
                match &state.kind {
                    ClauseKind::State { name, body } => {
                        one(index, name, Kind::State, state, within(&head.name.text));
                        draws(index, body);
                    }
                    _ => _ = value(index, state, TOP),
                }
            }
        }
        _ => {}
    }
}

/// A value of several stages is one name.
fn stage_values(index: &mut Index, body: &[Clause], curriculum: &str) {
    for clause in body {
        let ClauseKind::Define { head, .. } = &clause.kind else { continue };
        match index.find(Space::Within, curriculum, &head.name.text) {
            Some(of) => {
                index.declared.insert(head.name.span);
                index.refer(head.name.span, of);
            }
            None => _ = one(index, &head.name, Kind::Value("definition"), clause, within(curriculum)),
        }
    }
}

/// Draws of a state, made on each entry.
fn draws(index: &mut Index, body: &[Clause]) {
    for clause in body {
        match &clause.kind {
            ClauseKind::Draw { head, .. } => _ = one(index, &head.name, Kind::Value("draw"), clause, TOP),
            ClauseKind::For { body, .. } => draws(index, body),
            ClauseKind::If { then, otherwise, .. } => [then, otherwise].into_iter().for_each(|body| draws(index, body)),
            _ => {}
        }
    }
}

/// A name that is declared, whatever it is.
pub(super) fn one(index: &mut Index, name: &Name, kind: Kind, clause: &Clause, room: impl Into<Place>) -> usize {
    let Place { space, owner } = room.into();
    index.declare(Declaration {
        name: name.text.clone(),
        kind,
        place: name.span,
        clause: clause.span,
        description: clause.description.clone(),
        of: String::new(),
        made: String::new(),
        space,
        owner,
    })
}

/// A space and its owner.
pub(super) struct Place {
    pub(super) space: Space,
    pub(super) owner: String,
}

impl From<Room<'_>> for Place {
    fn from(room: Room<'_>) -> Place {
        Place { space: room.space, owner: room.owner.to_string() }
    }
}
