//! Actions to statements: assignments, branches, outputs and their budgets.

use crate::expressions::{int, zero};
use crate::fold::{and, binary, unary};
use crate::layout::{Place, class};
use crate::{Bound, Lowering};
use trialect_ir::{Binary, Class, Code, Expr, RuleKind, Site, SiteId, Slot, Stmt, Unary, VerbKind, header};
use trialect_sema::{Action, Affine, Deed, DeviceId, Each, Lasting, Limit, StimulusId, Texpr, Type, ValueId};

impl Lowering<'_> {
    /// Where the last trial's value is kept.
    pub(crate) fn previous(&mut self, id: ValueId) -> Place {
        if let Some(place) = self.layout.previous.get(&id) {
            return *place;
        }
        let value = self.model.values[id.0].clone();
        let place = self.layout.place(self.model, &value);
        self.layout.previous.insert(id, place);
        place
    }

    pub(crate) fn actions(&mut self, actions: &[Action], code: &mut Code) {
        for action in actions {
            match action {
                Action::Set { value, keys, to, cut, span } => {
                    if let Some(cut) = cut {
                        let definition = self.model.values[value.0].path.clone();
                        let name = self.model.values[value.0].name.clone();
                        let rule = self.rule(definition, RuleKind::Saturation, name, *span);
                        let condition = self.value(cut);
                        code.push(Stmt::If { condition, then: vec![Stmt::Decide(rule)], otherwise: Code::new() });
                    }
                    self.assign(*value, keys, to, code);
                }
                Action::Let { binder, to } => {
                    let lowered = self.expr(to);
                    let slot = self.slot();
                    let class = lowered.value.class();
                    code.push(Stmt::Set { slot, value: lowered.value });
                    let present = lowered.present.filter(|_| to.ty.is_optional()).map(|present| {
                        let flag = self.slot();
                        code.push(Stmt::Set { slot: flag, value: present });
                        int(flag)
                    });
                    self.bound.insert(*binder, Bound { value: Expr::Load(slot, class), present });
                }
                Action::If { condition, then, otherwise } => {
                    let condition = self.value(condition);
                    let (mut yes, mut no) = (Code::new(), Code::new());
                    self.actions(then, &mut yes);
                    self.actions(otherwise, &mut no);
                    code.push(Stmt::If { condition, then: yes, otherwise: no });
                }
                Action::Do(deed) => self.deed(deed, code),
                Action::Draw(id) => self.draw_on_entry(*id, code),
                Action::Track { stimulus, parameter, affine, .. } => self.track(*stimulus, *parameter, affine, code),
            }
        }
    }

    /// `value[keys] := to`
    pub(crate) fn assign(&mut self, id: ValueId, keys: &[Texpr], to: &Texpr, code: &mut Code) {
        let Some(place) = self.layout.values.get(&id).copied() else { return };
        let lowered = self.expr(to);
        let index = self.key_index(keys);
        let word = self.stored(id, lowered.value);
        write(place.value, place.count, &index, word, code);
        if let Some(flag) = place.present {
            let present = lowered.present.filter(|_| to.ty.is_optional()).unwrap_or(Expr::Int(1));
            write(flag, place.count, &index, present, code);
        }
    }

    /// The word in which a value is stored: a quantity in steps becomes their number, to nearest, inside its range.
    pub(crate) fn stored(&self, id: ValueId, value: Expr) -> Expr {
        let Some((low, step, denominator)) = self.steps(id) else { return value };
        let value = if value.class() == Class::Int { unary(Unary::ToReal, value) } else { value };
        let scaled = binary(Binary::MulReal, value, Expr::Real(denominator as f64));
        let above = binary(Binary::SubReal, scaled, Expr::Real(low as f64));
        let steps = unary(Unary::Round, binary(Binary::DivReal, above, Expr::Real(step as f64)));
        let bounded = binary(Binary::MinInt, steps, Expr::Int(self.most_steps(id)));
        binary(Binary::MaxInt, bounded, Expr::Int(0))
    }

    /// Greatest number of steps of a value.
    pub(crate) fn most_steps(&self, id: ValueId) -> i64 {
        use trialect_sema::ValueKind;
        match &self.model.values[id.0].kind {
            ValueKind::Variable(variable) | ValueKind::Parameter(variable) => {
                let range = variable.within.zip(variable.by);
                range.and_then(|((low, high), by)| high.plus(low.negated())?.steps(by)).unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// The output of the program that a deed is.
    fn site(&mut self, site: Site) -> SiteId {
        if let Some(k) = self.sites.iter().position(|known| *known == site) {
            return SiteId(k as u32);
        }
        self.sites.push(site);
        SiteId(self.sites.len() as u32 - 1)
    }

    /// The output of a deed, without its effects in memory.
    pub(crate) fn site_of(&mut self, deed: &Deed) -> SiteId {
        let verb = self.model.class(deed.device).verbs[deed.verb].clone();
        let kind = match verb.lasting {
            Lasting::Instant => VerbKind::Instant,
            Lasting::Latching => VerbKind::Latching,
            Lasting::Timed => VerbKind::Timed,
            Lasting::Held => VerbKind::Held,
        };
        let adds = verb.adds.map(|total| self.total_name(deed.device, total));
        self.site(Site {
            device: deed.device.0 as u32,
            verb: of_part(&verb.part, &verb.name),
            kind,
            ends: verb.ends.map(|ends| of_part(&verb.part, &ends)),
            adds,
            stimulus: deed.stimulus.map(|stimulus| stimulus.0 as u32),
            parameters: deed.arguments.iter().map(|(name, typed)| (name.clone(), class(&typed.ty))).collect(),
            until: match deed.held {
                _ if self.of_session => trialect_ir::Clock::Session,
                true => trialect_ir::Clock::State,
                false => trialect_ir::Clock::Trial,
            },
        })
    }

    fn deed(&mut self, deed: &Deed, code: &mut Code) {
        let verb = self.model.class(deed.device).verbs[deed.verb].clone();
        let site = self.site_of(deed);
        let argument = |(_, typed): &(String, Texpr)| match typed.ty {
            Type::Times => self.train(typed),
            _ => self.value(typed),
        };
        let arguments: Vec<Expr> = deed.arguments.iter().map(argument).collect();
        let amount = arguments.first().cloned();
        let mut effect = vec![Stmt::Output { site, arguments }];
        if let Some(duration) = &deed.duration {
            let nanoseconds = unary(Unary::Nanoseconds, self.value(duration));
            let slot = self.hold_timer(site);
            effect.push(Stmt::Set { slot, value: binary(Binary::AddInt, int(header::NOW), nanoseconds) });
        }
        if let Some(counter) = verb.resets.and_then(|channel| self.layout.counters.get(&(deed.device, channel))) {
            effect.push(Stmt::Set { slot: counter.zero, value: int(counter.raw) });
            effect.push(Stmt::Set { slot: counter.count, value: Expr::Int(0) });
        }
        if let (Some(total), Some(amount)) = (verb.adds, amount) {
            return self.budgeted(deed, total, amount, effect, code);
        }
        code.extend(effect);
    }

    /// The timer that ends a hold of the present state before the state does; one for each output.
    fn hold_timer(&mut self, site: SiteId) -> Slot {
        if let Some((_, slot)) = self.hold_timers.iter().find(|(known, _)| *known == site) {
            return *slot;
        }
        // The layout has counted them.
        let slot = self.timers_left.next().map_or(header::NEXT_TRIAL, Slot);
        self.hold_timers.push((site, slot));
        slot
    }

    /// Gives an amount only when no limit forbids it; a limit that forbids it ends the session after the trial.
    fn budgeted(&mut self, deed: &Deed, total: u32, amount: Expr, effect: Code, code: &mut Code) {
        let (trial, session) = self.layout.totals[&(deed.device, total)];
        let after = |slot: Slot| binary(Binary::AddReal, Expr::Load(slot, Class::Real), amount.clone());
        let given_by = |lowering: &Self, device: DeviceId, each: Each| {
            let (trial, session) = lowering.layout.totals[&(device, total)];
            Expr::Load(if each == Each::Trial { trial } else { session }, Class::Real)
        };
        let mut allowed = Expr::Int(1);
        let mut refused = Code::new();
        for k in 0..self.model.limits.len() {
            let limit = self.model.limits[k].clone();
            if !limit.devices.contains(&deed.device) || limit.total != Some(total) {
                continue;
            }
            let most = self.value(&limit.amount);
            let own = if limit.each == Each::Trial { trial } else { session };
            let others = limit.devices.iter().filter(|device| **device != deed.device);
            let sum = others
                .fold(after(own), |sum, device| binary(Binary::AddReal, sum, given_by(self, *device, limit.each)));
            let sum = self.with_the_day(&limit, sum);
            let within = binary(Binary::LeReal, sum, most);
            let rule = self.limit_rule(k);
            refused.push(Stmt::If {
                condition: within.clone(),
                then: Code::new(),
                otherwise: vec![Stmt::Decide(rule), Stmt::Set { slot: self.layout.limits[k], value: Expr::Int(1) }],
            });
            allowed = and(allowed, within);
        }
        let mut given =
            vec![Stmt::Set { slot: trial, value: after(trial) }, Stmt::Set { slot: session, value: after(session) }];
        given.extend(effect);
        code.push(Stmt::If { condition: allowed, then: given, otherwise: refused });
    }

    /// With what earlier sessions of the day have given, for a limit of the day.
    fn with_the_day(&self, limit: &Limit, sum: Expr) -> Expr {
        let (Each::Day, Some(total)) = (limit.each, limit.total) else { return sum };
        let earlier = limit.devices.iter().filter_map(|device| self.layout.days.get(&(*device, total)));
        earlier.fold(sum, |sum, slot| binary(Binary::AddReal, sum, Expr::Load(*slot, Class::Real)))
    }

    /// The rule of a limit; one for each, however often it is needed.
    pub(crate) fn limit_rule(&mut self, k: usize) -> trialect_ir::RuleId {
        let limit = self.model.limits[k].clone();
        let definition = crate::canonical::limit_path(&limit);
        if let Some(known) =
            self.rules.iter().position(|rule| rule.definition == definition && rule.kind == RuleKind::Limit)
        {
            return trialect_ir::RuleId(known as u32);
        }
        self.rule(definition, RuleKind::Limit, format!("limit {}", limit.name), limit.span)
    }

    /// Begins to follow: offset and slope are evaluated on entry, the value with each reading.
    fn track(&mut self, stimulus: StimulusId, parameter: usize, affine: &Affine, code: &mut Code) {
        let slots = self.layout.track(stimulus, parameter);
        let offset = affine.offset.as_ref().map_or(zero(Class::Real), |offset| self.value(offset));
        let slope = self.value(&affine.slope);
        code.push(Stmt::Set { slot: slots.offset, value: offset });
        code.push(Stmt::Set { slot: slots.slope, value: slope });
        code.push(self.follow(stimulus, parameter, affine));
        let site = self.track_site(stimulus, parameter);
        code.push(Stmt::Output { site, arguments: vec![Expr::Load(slots.value, Class::Real)] });
    }

    /// `value = offset + slope * reading`
    pub(crate) fn follow(&mut self, stimulus: StimulusId, parameter: usize, affine: &Affine) -> Stmt {
        let slots = self.layout.track(stimulus, parameter);
        let reading = self.reading(affine.device, affine.channel);
        let moved = binary(Binary::MulReal, Expr::Load(slots.slope, Class::Real), reading);
        Stmt::Set { slot: slots.value, value: binary(Binary::AddReal, Expr::Load(slots.offset, Class::Real), moved) }
    }

    pub(crate) fn track_site(&mut self, stimulus: StimulusId, parameter: usize) -> SiteId {
        let slots = self.layout.track(stimulus, parameter);
        let declared = &self.model.stimuli[stimulus.0];
        let name = self.model.class(declared.device).constructors[declared.constructor].shown[parameter].name.clone();
        self.site(Site {
            device: declared.device.0 as u32,
            verb: "track".into(),
            kind: VerbKind::Track { slot: slots.value },
            ends: None,
            adds: None,
            stimulus: Some(stimulus.0 as u32),
            parameters: vec![(name, Class::Real)],
            until: if self.of_session { trialect_ir::Clock::Session } else { trialect_ir::Clock::State },
        })
    }
}

/// `led.light`: a verb as the rig hears it.
fn of_part(part: &Option<String>, verb: &str) -> String {
    part.as_ref().map_or_else(|| verb.to_string(), |part| format!("{part}.{verb}"))
}

/// Writes one of `count` words.
pub(crate) fn write(base: Slot, count: u32, index: &Expr, value: Expr, code: &mut Code) {
    match index {
        Expr::Int(k) if *k >= 0 && (*k as u64) < u64::from(count) => {
            code.push(Stmt::Set { slot: base.offset(*k as u32), value })
        }
        _ => code.push(Stmt::SetAt { base, len: count, index: index.clone(), value }),
    }
}
