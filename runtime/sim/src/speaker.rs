//! The loudspeaker: a sound is heard a short, varying time after it is asked for.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::SpeakerParameters;
use crate::refusal::Refusal;
use crate::stream::{Purpose, Stream};
use trialect_device::{Ns, StimulusSpec};

/// The channel `onset`.
const ONSET: usize = 0;

/// What a mouse can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sound {
    /// A pure tone.
    Tone,
    /// A burst of noise.
    Noise,
}

/// A sound that was asked for and is not heard yet.
#[derive(Debug, Clone, Copy)]
struct Coming {
    onset: Ns,
    stimulus: u32,
    sound: Sound,
}

/// The speaker. Sounds end by themselves, which nothing here depends on.
#[derive(Debug)]
pub(crate) struct Speaker {
    latency_least_ms: f64,
    latency_span_ms: f64,
    stream: Stream,
    /// What it may be asked to play.
    sounds: Vec<Sound>,
    coming: Vec<Coming>,
}

impl Speaker {
    /// The speaker with this number among several, from 0; each has latencies of its own.
    pub(crate) fn new(parameters: &SpeakerParameters, (seed, session): (u64, u32), number: u32) -> Self {
        Self {
            latency_least_ms: parameters.onset_latency_least_ms,
            latency_span_ms: parameters.onset_latency_most_ms - parameters.onset_latency_least_ms,
            stream: Stream::of_device(seed, session, Purpose::Sound, number),
            sounds: Vec::new(),
            coming: Vec::new(),
        }
    }

    /// When the next sound is heard.
    pub(crate) fn next(&self) -> Option<Ns> {
        self.coming.iter().map(|coming| coming.onset).min()
    }

    /// The sound that is heard first at this time; none when there is no more.
    pub(crate) fn finish(&mut self, at: Ns) -> Option<Sound> {
        let place = self.coming.iter().position(|coming| coming.onset == at)?;
        Some(self.coming.remove(place).sound)
    }

    /// Carries out `play` (a stimulus) or `halt` (a stimulus, or everything).
    pub(crate) fn command(&mut self, at: Ns, verb: &str, stimulus: Option<(u32, Sound)>) -> Result<(), Refusal> {
        match (verb, stimulus) {
            ("play", Some((stimulus, sound))) => {
                self.silence(Some(stimulus));
                let latency_ms = self.latency_least_ms + self.latency_span_ms * self.stream.unit();
                self.coming.push(Coming { onset: (at + from_milliseconds(latency_ms)).max(at + 1), stimulus, sound });
                Ok(())
            }
            ("halt", stimulus) => {
                self.silence(stimulus.map(|(stimulus, _)| stimulus));
                Ok(())
            }
            _ => Err(Refusal::Verb),
        }
    }

    /// A sound that is not heard yet never is.
    pub(crate) fn silence(&mut self, stimulus: Option<u32>) {
        self.coming.retain(|coming| stimulus.is_some_and(|stimulus| stimulus != coming.stimulus));
    }
}

impl Device for Speaker {
    fn command(&mut self, at: Ns, order: Order<'_>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        let sound = order.stimulus.and_then(|stimulus| Some((stimulus, *self.sounds.get(stimulus as usize)?)));
        Speaker::command(self, at, order.verb, sound)
    }

    /// Ends a `play`; there is nothing to end in a `halt`.
    fn release(&mut self, _: Ns, verb: &str, stimulus: Option<u32>, _: &mut Vec<Happening>) -> Result<(), Refusal> {
        match verb {
            "play" => self.silence(stimulus),
            "halt" => {}
            _ => return Err(Refusal::Verb),
        }
        Ok(())
    }

    fn make_safe(&mut self, _: Ns, _: &mut Vec<Happening>) {
        self.silence(None);
    }

    fn next(&self) -> Option<Ns> {
        Speaker::next(self)
    }

    fn finish(&mut self, at: Ns, told: &mut Vec<Happening>) {
        while let Some(sound) = Speaker::finish(self, at) {
            told.extend([Happening::Sound(sound), Happening::Report { channel: ONSET, value: 1 }]);
        }
    }

    fn bind(&mut self, stimulus: &StimulusSpec) {
        self.sounds.push(if stimulus.constructor == "noise" { Sound::Noise } else { Sound::Tone });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MILLISECOND;

    fn speaker() -> Speaker {
        let latency = SpeakerParameters { onset_latency_least_ms: 1.0, onset_latency_most_ms: 5.0 };
        Speaker::new(&latency, (1, 1), 0)
    }

    #[test]
    fn latencies_fill_their_range() {
        let mut speaker = speaker();
        let mut latencies = Vec::new();
        for n in 0..500 {
            let at = n * 1_000_000_000;
            speaker.command(at, "play", Some((0, Sound::Tone))).expect("plays");
            let onset = speaker.next().expect("comes");
            assert_eq!(speaker.finish(onset), Some(Sound::Tone));
            assert_eq!(speaker.next(), None);
            latencies.push(onset - at);
        }
        let (least, most) = (latencies.iter().min().expect("some"), latencies.iter().max().expect("some"));
        assert!((MILLISECOND..MILLISECOND * 11 / 10).contains(least), "{least}");
        assert!((MILLISECOND * 49 / 10..MILLISECOND * 5).contains(most), "{most}");
    }

    #[test]
    fn halting_silences_what_it_names_or_everything() {
        let mut speaker = speaker();
        for stimulus in 0..3 {
            speaker.command(0, "play", Some((stimulus, Sound::Noise))).expect("plays");
        }
        speaker.command(0, "halt", Some((1, Sound::Noise))).expect("halts");
        assert_eq!(speaker.coming.len(), 2);
        speaker.command(0, "halt", None).expect("halts");
        assert_eq!(speaker.next(), None);
        assert_eq!(speaker.command(0, "show", Some((0, Sound::Tone))), Err(Refusal::Verb));
        assert_eq!(speaker.command(0, "play", None), Err(Refusal::Verb));
    }
}
