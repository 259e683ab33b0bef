//! Events that a state waits for: what a device reports, and states of other machines.

use crate::Checker;
use crate::model::*;
use crate::names::{Symbol, lacks, named_class};
use crate::term::Texpr;
use trialect_base::Finding;
use trialect_syntax::ast::Place;

impl Checker<'_> {
    /// `screen.flip`, `port[side].enter`: with the condition under which it is this device's.
    pub(crate) fn device_events(&mut self, place: &Place) -> Option<Vec<(Option<Texpr>, Waits)>> {
        if self.names_a_state(place) {
            let (state, entered) = self.state_event(place)?;
            return Some(vec![(None, Waits::State(state, entered))]);
        }
        let member = match place.members.as_slice() {
            [member] => member,
            _ => {
                self.report(
                    Finding::error(
                        "unknown-event",
                        "an event is a device and what it reports",
                        place.span,
                        "not an event",
                    )
                    .help(self.event_help(place)),
                );
                return None;
            }
        };
        if matches!(place.base.text.as_str(), "trial" | "session") {
            let slower = if place.base.text == "trial" { "session" } else { "subject" };
            let message = "a state hears events of devices; it has ended when its trial or session ends";
            let finding = Finding::error("misplaced-clause", message, place.span, "not an event inside a trial");
            self.report(finding.help(format!("move the handler into `{slower} {{ … }}`")));
            return None;
        }
        let devices = self.devices_at(&place.base, &place.index, place.span)?;
        let class = self.model.class(devices.first()?.device).clone();
        let event =
            class.channels.iter().position(|channel| channel.name == member.text && channel.kind == ChannelKind::Event);
        if event.is_none() {
            let known = class
                .channels
                .iter()
                .filter(|channel| channel.kind == ChannelKind::Event)
                .map(|channel| channel.name.as_str());
            let word = (member.text.as_str(), member.span);
            let mut finding = lacks("unknown-event", &named_class(&class.name), "event", word, known);
            let counter = class.channels.iter().find(|channel| channel.kind == ChannelKind::Counter);
            let text = self.sources.text(place.span);
            let found = class.channels.iter().find(|channel| channel.name == member.text).map(|channel| channel.kind);
            match (found, &finding.help, counter) {
                (Some(ChannelKind::Flag), ..) => {
                    finding = finding.help(format!("`{text}` is a condition: write `when {text} -> …`"));
                }
                (Some(_), ..) => {
                    finding = finding.help(format!("`{text}` is a reading; wait for a level: `on {text} reaches …`"));
                }
                (None, None, Some(counter)) => {
                    let reading = format!("{}.{}", place.base.text, counter.name);
                    finding = finding.help(format!("it reports no events; wait for a level: `on {reading} reaches …`"));
                }
                _ => {}
            }
            self.report(finding.also(class.span, "its class"));
        }
        let event = event? as u32;
        Some(devices.into_iter().map(|one| (one.when, Waits::Event(one.device, event))).collect())
    }

    /// What could be meant by an event that is not written as one.
    pub(crate) fn event_help(&self, place: &Place) -> String {
        let Some(Symbol::Device(device)) = self.symbol(&place.base.text) else {
            return "write `on DEVICE.EVENT -> STATE`".into();
        };
        let events = self.model.class(device).channels.iter().filter(|channel| channel.kind == ChannelKind::Event);
        let events: Vec<String> = events.map(|event| format!("`{}.{}`", place.base.text, event.name)).collect();
        if events.is_empty() {
            "this device reports no events".into()
        } else {
            format!("write {}", events.join(" or "))
        }
    }
}
