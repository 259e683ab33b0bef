//! `record DEVICE.READING at RATE`: what a device measures, sampled all the time.

use crate::Checker;
use crate::model::*;
use crate::names::{lacks, named_class};
use crate::types::Type;
use trialect_base::Finding;
use trialect_syntax::ast::{Expr, Name, Place};
use trialect_units::{Decimal, Dimension};

/// Slowest and fastest, Hz: a sample in about a quarter of an hour, and what converters of 16 bit do.
const RATES: (Decimal, Decimal) = (Decimal::new(1, -3), Decimal::new(1, 6));

impl Checker<'_> {
    /// A stream of a reading.
    pub(crate) fn stream(&mut self, device: DeviceId, place: &Place, rate: &Expr) {
        let class = self.model.class(device).clone();
        let Some(member) = place.members.first() else {
            let finding = Finding::error("record-rate", "a rate is that of a reading", place.span, "the device only");
            return self.report(finding.help(readings(&class, &place.base)));
        };
        let Some(reading) = class.readings.iter().position(|reading| reading.name == member.text) else {
            if class.channels.iter().any(|channel| channel.name == member.text) {
                let message = "what a device reports is recorded as it comes, at no rate";
                let finding = Finding::error("record-rate", message, rate.span, "a rate");
                return self.report(finding.help(format!("write `record {}`", self.sources.text(place.span))));
            }
            let known = class.readings.iter().map(|reading| reading.name.as_str());
            let finding =
                lacks("unknown-event", &named_class(&class.name), "reading", (&member.text, member.span), known);
            return self.report(finding.also(class.span, "its class"));
        };
        let Some(hertz) = self.rate(rate) else { return };
        if let Some(first) = self.model.streams.iter().find(|one| (one.device, one.reading) == (device, reading)) {
            let text = format!("`{}.{}` is recorded twice", place.base.text, member.text);
            let finding = Finding::error("duplicate-name", text, place.span, "again here");
            return self.report(finding.also(first.span, "first here").help("keep one of them"));
        }
        self.model.streams.push(Stream { device, reading, rate: hertz, span: place.span });
    }

    /// A reading that is recorded without a rate.
    pub(crate) fn lacks_rate(&mut self, place: &Place) {
        let message = "what a device measures is sampled at a rate";
        let finding = Finding::error("record-rate", message, place.span, "no rate");
        self.report(finding.help(format!("write `record {} at 1 kHz`", self.sources.text(place.span))));
    }

    /// A constant frequency that can be sampled at, Hz.
    fn rate(&mut self, written: &Expr) -> Option<Decimal> {
        let typed = self.expr_as(written, &Type::Real(Dimension::NONE.over(Dimension::TIME)));
        if typed.ty == Type::Unknown {
            return None;
        }
        let Some(hertz) = self.constant_of(&typed) else {
            let finding = Finding::error("not-constant", "a rate is a constant", written.span, "not a constant");
            self.report(finding.help("write the number with its unit, `at 1 kHz`"));
            return None;
        };
        if hertz < RATES.0 || hertz > RATES.1 {
            let lies = self.lies(&typed);
            let message = "samples are taken at 0.001 Hz .. 1 MHz";
            self.report(Finding::error("empty-range", message, written.span, lies).help("write a rate in this range"));
            return None;
        }
        Some(hertz)
    }
}

/// What to write instead of a device alone.
fn readings(class: &DeviceClass, device: &Name) -> String {
    match class.readings.first() {
        Some(reading) => format!("write `record {}.{} at RATE`", device.text, reading.name),
        None => "this device measures nothing; remove the line".into(),
    }
}
