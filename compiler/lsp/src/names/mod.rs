//! What the names in a text stand for: where each is declared, and all places that mean it.
//!
//! The index is made from syntax trees, so that it is there for half-typed texts too. What only types can tell (whose
//! member a word is) it asks the checked model. What it cannot decide it leaves open: such a name is not renamed.

mod declare;
mod expressions;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trialect_base::{SourceId, Span};
use trialect_sema::{Model, Type};
use trialect_syntax::ast::{File, Name};

/// What a name was declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A definition, `var`, `param`, `draw`, `stat`, `covariate`, `input`: the word of its clause, or `definition`.
    Value(&'static str),
    /// `enum`, `levels`, `int`, `quantity`.
    Type(&'static str),
    Class,
    Member,
    Outcome,
    Device,
    Stimulus,
    /// What a device class reports, gives or is set to.
    Channel,
    Constructor,
    Verb,
    /// Of a verb, a constructor.
    Parameter,
    Deck,
    Block,
    Curriculum,
    Stage,
    State,
    Beside,
    Policy,
    Part,
    Instance,
    /// `stop`, `advise`.
    Rule,
    /// Of a loop, a key, a handler.
    Local,
}

impl Kind {
    /// As people call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Value(word) | Kind::Type(word) => word,
            Kind::Class => "device class",
            Kind::Member => "member",
            Kind::Outcome => "outcome",
            Kind::Device => "device",
            Kind::Stimulus => "stimulus",
            Kind::Channel => "channel",
            Kind::Constructor => "kind of stimulus",
            Kind::Verb => "verb",
            Kind::Parameter => "parameter",
            Kind::Deck => "deck",
            Kind::Block => "block",
            Kind::Curriculum => "curriculum",
            Kind::Stage => "stage",
            Kind::State => "state",
            Kind::Beside => "machine beside the trial's",
            Kind::Policy => "policy",
            Kind::Part => "part",
            Kind::Instance => "instance of a policy",
            Kind::Rule => "rule",
            Kind::Local => "local name",
        }
    }
}

/// Where a name is looked up: all over, or within something that has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    Global,
    Types,
    States,
    Members,
    /// Within a block, a policy, a class, a curriculum, a machine, a class's constructor or verb; the owner names it.
    Within,
}

/// A declared name.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Its name.
    pub(crate) place: Span,
    /// All of its clause.
    pub(crate) clause: Span,
    pub(crate) description: Option<String>,
    /// What it is one of, or where it is: the class of a device, the device of a stimulus, the policy of an instance, the
    /// enumeration of a member.
    pub(crate) of: String,
    /// The constructor with which a stimulus is made.
    pub(crate) made: String,
    pub(crate) space: Space,
    pub(crate) owner: String,
}

/// A place where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reference {
    pub(crate) place: Span,
    /// Index into the declarations.
    pub(crate) of: usize,
}

/// Declared names and their places.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) declarations: Vec<Declaration>,
    /// By place, declarations included; a name that could be one of several stands several times.
    pub(crate) references: Vec<Reference>,
    spaces: BTreeMap<(Space, String, String), usize>,
    /// Members by name, in all enumerations.
    members: BTreeMap<String, Vec<usize>>,
    /// Places of names that are declared.
    declared: BTreeSet<Span>,
}

impl Index {
    /// The names of all texts of a program; `model` knows their types.
    pub(crate) fn new(files: &[Arc<File>], model: Option<&Model>) -> Index {
        let mut index = Index::default();
        // Parts read names of their surroundings as inputs: what is declared otherwise comes first.
        let mut inputs = Vec::new();
        for file in files {
            declare::file(&mut index, file, &mut inputs);
        }
        inputs.into_iter().for_each(|input| declare::input(&mut index, input));
        let types = model.map(enumerations).unwrap_or_default();
        for file in files {
            resolve::file(&mut index, file, &types);
        }
        index.references.sort_unstable();
        index.references.dedup();
        index
    }

    /// What is declared under a name.
    pub(crate) fn find(&self, space: Space, owner: &str, name: &str) -> Option<usize> {
        self.spaces.get(&(space, owner.to_string(), name.to_string())).copied()
    }

    /// All that is declared within something.
    pub(crate) fn within<'i>(&'i self, space: Space, owner: &'i str) -> impl Iterator<Item = &'i Declaration> {
        let all = self.spaces.range((space, owner.to_string(), String::new())..);
        all.take_while(move |((at, of, _), _)| *at == space && of == owner).map(|(_, k)| &self.declarations[*k])
    }

    /// What the name at a place may stand for, and the place of the name.
    pub(crate) fn at(&self, source: SourceId, offset: u32) -> Vec<Reference> {
        let from = Span { source, start: offset.saturating_sub(LONGEST_NAME), end: 0 };
        let first = self.references.partition_point(|reference| reference.place < from);
        let here =
            self.references[first..].iter().take_while(|one| one.place.source == source && one.place.start <= offset);
        here.filter(|one| offset <= one.place.end).copied().collect()
    }

    /// What the names of a clause declare.
    pub(crate) fn declared_by(&self, clause: Span) -> Vec<&Declaration> {
        let from = Span { end: 0, ..clause };
        let first = self.references.partition_point(|reference| reference.place < from);
        let inside =
            |reference: &&Reference| reference.place.source == clause.source && reference.place.start < clause.end;
        let here = self.references[first..].iter().take_while(inside);
        let declares = |reference: &&Reference| self.declarations[reference.of].place == reference.place;
        here.filter(declares).map(|reference| &self.declarations[reference.of]).collect()
    }

    /// All places of a declared name, its declaration among them.
    pub(crate) fn places(&self, of: usize) -> impl Iterator<Item = Span> {
        self.references.iter().filter(move |reference| reference.of == of).map(|reference| reference.place)
    }

    /// Whether a place could mean another name as well.
    pub(crate) fn is_ambiguous(&self, place: Span) -> bool {
        self.references.iter().filter(|reference| reference.place == place).count() > 1
    }

    fn declare(&mut self, declaration: Declaration) -> usize {
        let key = (declaration.space, declaration.owner.clone(), declaration.name.clone());
        let k = self.declarations.len();
        if declaration.space == Space::Members {
            self.members.entry(declaration.name.clone()).or_default().push(k);
        }
        // A second declaration is a finding; the names in the text mean the first.
        self.spaces.entry(key).or_insert(k);
        self.refer(declaration.place, k);
        self.declared.insert(declaration.place);
        self.declarations.push(declaration);
        k
    }

    fn refer(&mut self, place: Span, of: usize) {
        self.references.push(Reference { place, of });
    }

    fn refer_to(&mut self, name: &Name, of: Option<usize>) -> Option<usize> {
        of.inspect(|k| self.refer(name.span, *k))
    }
}

/// No name is longer than this, in bytes, for the search around a place.
const LONGEST_NAME: u32 = 400;

/// For each value its enumeration, by the place of its name.
fn enumerations(model: &Model) -> BTreeMap<Span, String> {
    let of = |value: &trialect_sema::Value| match value.ty.required() {
        Type::Enum(id) => Some((value.span, model.enums.get(id.0)?.name.clone())),
        _ => None,
    };
    model.values.iter().filter_map(of).collect()
}
