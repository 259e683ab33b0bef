//! What every protocol must have.

use crate::{Checker, Deed, walk};
use trialect_base::{Finding, Span};

impl Checker<'_> {
    pub(crate) fn check_required(&mut self) {
        let header = self.model.header;
        if self.model.states.is_empty() {
            self.report(
                Finding::error("no-states", "a trial has at least one state", header, "has no state")
                    .help("add `state NAME { … }` to `trial { … }`"),
            );
        }
        if self.model.outcomes.is_none() {
            self.report(
                Finding::error("no-outcomes", "a trial ends with an outcome", header, "names no outcomes")
                    .help("add `outcomes NAME, …` to `trial { … }`"),
            );
        }
        if self.model.most_trials.is_none() {
            self.report(
                Finding::error(
                    "no-trial-limit",
                    "a session has a greatest number of trials, for which memory is set aside",
                    header,
                    "has none",
                )
                .help("add `limit trials 2000` to `session { … }`"),
            );
        }
        self.check_used_devices();
        self.check_held_once();
    }

    /// What the session holds is on all the time: a state that did the same would end it.
    fn check_held_once(&mut self) {
        let target = |deed: &Deed| (deed.device, deed.verb, deed.stimulus);
        let (mut held, mut findings) = (Vec::new(), Vec::new());
        walk::deeds(&self.model.held, &mut |deed| held.push((target(deed), deed.span)));
        for deed in self.all_deeds() {
            let Some((_, first)) = held.iter().find(|(other, span)| *other == target(&deed) && *span != deed.span)
            else {
                continue;
            };
            let name = &self.model.devices[deed.device.0].name;
            let message = format!("the session holds `{name}` already");
            let finding = Finding::error("given-twice", message, deed.span, "again here");
            findings.push(finding.also(*first, "held here").help("remove one of them"));
        }
        findings.extend(self.held_by_two());
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// What a machine keeps on, another one would take over and end.
    fn held_by_two(&self) -> Vec<Finding> {
        let mut kept: Vec<(Kept, Option<crate::BesideId>, Span)> = Vec::new();
        for state in self.model.states.iter().filter(|_| !self.model.besides.is_empty()) {
            let clauses = state.clauses.iter().map(|clause| clause.actions.as_slice());
            for actions in clauses.chain([state.entry.as_slice()]) {
                walk::deeds(actions, &mut |deed| {
                    let verb = &self.model.class(deed.device).verbs[deed.verb];
                    if matches!(verb.lasting, crate::Lasting::Held | crate::Lasting::Latching) {
                        kept.push((Kept::Output(deed.device, deed.verb, deed.stimulus), state.machine, deed.span));
                    }
                });
                for action in actions {
                    if let crate::Action::Track { stimulus, parameter, span, .. } = action {
                        kept.push((Kept::Parameter(*stimulus, *parameter), state.machine, *span));
                    }
                }
            }
        }
        let mut findings = Vec::new();
        for (k, (what, machine, span)) in kept.iter().enumerate() {
            let other = kept[..k].iter().find(|(first, other, _)| first == what && other != machine);
            if let Some((_, _, first)) = other {
                let message = "two machines keep the same output on, and each would end what the other began";
                let finding = Finding::error("given-twice", message, *span, "kept on here as well");
                findings.push(finding.also(*first, "first here").help("let one machine do it"));
            }
        }
        findings
    }

    /// A device that gives something needs a limit for the session: of amounts, and of the time that it is held open.
    fn check_used_devices(&mut self) {
        let mut unlimited: Vec<(String, String, Span, Span, String)> = Vec::new();
        let deeds = self.all_deeds();
        for (k, device) in self.model.devices.iter().enumerate() {
            let class = &self.model.classes[device.class.0];
            let each_session = |limit: &&crate::Limit| {
                limit.devices.iter().any(|device| device.0 == k) && limit.each != crate::Each::Trial
            };
            let limits: Vec<&crate::Limit> = self.model.limits.iter().filter(each_session).collect();
            let verb = |deed: &Deed| &class.verbs[deed.verb];
            let gives = |deed: &&Deed| deed.device.0 == k && verb(deed).adds.is_some();
            let unit = class.totals.first().and_then(|total| self.model.unit(total.dimension));
            let amount = match unit.map(|unit| unit.symbol).as_deref() {
                Some("uL") => "2 mL".to_string(),
                Some(symbol) => format!("… {symbol}"),
                None => "…".into(),
            };
            let of_amount = limits.iter().any(|limit| limit.total.is_some());
            if let Some(deed) = deeds.iter().find(gives).filter(|_| !of_amount) {
                let message = format!("what `{}` gives in a session must have a limit", device.name);
                unlimited.push((message, device.name.clone(), device.span, deed.span, amount));
            }
            // What is held open gives, and no total counts it.
            let open = |deed: &&Deed| deed.device.0 == k && deed.held && !class.totals.is_empty();
            let of_time = limits.iter().any(|limit| limit.total.is_none());
            if let Some(deed) = deeds.iter().find(open).filter(|_| !of_time) {
                let message =
                    format!("the time for which `{}` is held open in a session must have a limit", device.name);
                unlimited.push((message, device.name.clone(), device.span, deed.span, "1 s".into()));
            }
        }
        for (message, name, span, used, amount) in unlimited {
            let finding = Finding::error("no-budget", message, span, "without a limit").also(used, "gives here");
            self.report(finding.help(format!("add `limit {name} {amount} each session` to `session {{ … }}`")));
        }
    }

    /// A picture that is shown somewhere has each of its parameters somewhere.
    pub(crate) fn check_shown(&mut self) {
        let deeds = self.all_deeds();
        let tracked: Vec<(crate::StimulusId, usize)> = self.all_tracks();
        for k in 0..self.model.stimuli.len() {
            let id = crate::StimulusId(k);
            let begins = |deed: &&Deed| {
                let verb = &self.model.class(deed.device).verbs[deed.verb];
                deed.stimulus == Some(id) && verb.stimulus && verb.ends.is_none()
            };
            let Some(first) = deeds.iter().find(begins) else { continue };
            let given = |parameter: &crate::Parameter| {
                deeds.iter().filter(begins).flat_map(|deed| &deed.arguments).any(|(name, _)| *name == parameter.name)
            };
            let shown = self.shown_parameters(id);
            let follows = |place: usize| tracked.contains(&(id, place));
            let missing: Vec<&crate::Parameter> =
                shown.iter().enumerate().filter(|(k, p)| !given(p) && !follows(*k)).map(|(_, p)| p).collect();
            if !missing.is_empty() {
                self.missing_arguments(&missing, first.span);
            }
        }
    }

    fn all_tracks(&self) -> Vec<(crate::StimulusId, usize)> {
        let entries = self.model.states.iter().flat_map(|state| &state.entry);
        let track = |action: &crate::Action| match action {
            crate::Action::Track { stimulus, parameter, .. } => Some((*stimulus, *parameter)),
            _ => None,
        };
        entries.filter_map(track).collect()
    }

    /// A name without a type, though nothing else is wrong.
    pub(crate) fn check_types(&mut self) {
        if !self.findings.is_runnable() {
            return;
        }
        let untyped: Vec<(String, Span)> = self
            .model
            .values
            .iter()
            .filter(|value| value.ty == crate::Type::Unknown)
            .map(|value| (value.name.clone(), value.span))
            .collect();
        for (name, span) in untyped {
            let message = format!("nothing says of which type `{name}` is");
            self.report(Finding::error("no-type", message, span, "of no type").help(format!("write `{name} : TYPE`")));
        }
    }

    pub(super) fn all_deeds(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let states = self.model.states.iter();
        let clauses = self.model.states.iter().flat_map(|state| &state.clauses).map(|clause| clause.actions.as_slice());
        let lists = states.map(|state| state.entry.as_slice()).chain(clauses).chain([self.model.held.as_slice()]);
        lists.for_each(|list| walk::deeds(list, &mut |deed| deeds.push(deed.clone())));
        deeds.sort_by_key(|deed| deed.span);
        deeds
    }
}

/// What stays on until it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Output(crate::DeviceId, usize, Option<crate::StimulusId>),
    Parameter(crate::StimulusId, usize),
}
