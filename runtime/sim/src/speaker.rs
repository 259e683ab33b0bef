//! The loudspeaker: a sound is heard a short, varying time after it is asked for.

use crate::clock::from_milliseconds;
use crate::device::{Device, Happening, Order};
use crate::parameters::SpeakerParameters;
use crate::refusal::{Arguments, Refusal, within};
use crate::stream::{Purpose, Stream};
use trialect_device::{Ns, StimulusSpec};

/// The channel `onset`.
const ONSET: usize = 0;
/// The argument that is given once for each click of a train.
const TIMES: &str = "times";
/// Longest train, in s.
const LONGEST_S: f64 = 3600.0;

/// What a mouse can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sound {
    /// A pure tone.
    Tone,
    /// A burst of noise.
    Noise,
    /// One click of a train.
    Click,
}

/// A sound that was asked for and is not heard yet.
#[derive(Debug, Clone, Copy)]
struct Coming {
    onset: Ns,
    stimulus: u32,
    /// What is heard then; none at the beginning of a train, which begins before its first click.
    sound: Option<Sound>,
    /// Whether the speaker says that a sound has begun.
    reports: bool,
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

    /// What happens first at this time: what is heard, and whether a sound has begun; none when there is no more.
    pub(crate) fn finish(&mut self, at: Ns) -> Option<(Option<Sound>, bool)> {
        let place = self.coming.iter().position(|coming| coming.onset == at)?;
        let Coming { sound, reports, .. } = self.coming.remove(place);
        Some((sound, reports))
    }

    /// Carries out `play` (a stimulus, with the times of its clicks if it is a train) or `halt` (a stimulus, or everything).
    pub(crate) fn command(
        &mut self,
        at: Ns,
        verb: &str,
        stimulus: Option<(u32, Sound)>,
        times: Arguments<'_>,
    ) -> Result<(), Refusal> {
        match (verb, stimulus) {
            ("play", Some((stimulus, sound))) => {
                self.silence(Some(stimulus));
                let latency_ms = self.latency_least_ms + self.latency_span_ms * self.stream.unit();
                let onset = (at + from_milliseconds(latency_ms)).max(at + 1);
                let heard = (sound != Sound::Click).then_some(sound);
                self.coming.push(Coming { onset, stimulus, sound: heard, reports: true });
                for (_, time) in times.iter().filter(|(name, _)| sound == Sound::Click && *name == TIMES) {
                    let time = within(TIMES, *time, 0.0, LONGEST_S)?;
                    let onset = onset + from_milliseconds(time * 1e3);
                    self.coming.push(Coming { onset, stimulus, sound: Some(Sound::Click), reports: false });
                }
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
        Speaker::command(self, at, order.verb, sound, order.arguments)
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
        while let Some((sound, reports)) = Speaker::finish(self, at) {
            told.extend(sound.map(Happening::Sound));
            told.extend(reports.then_some(Happening::Report { channel: ONSET, value: 1 }));
        }
    }

    fn bind(&mut self, stimulus: &StimulusSpec) {
        self.sounds.push(match stimulus.constructor.as_str() {
            "noise" => Sound::Noise,
            "click_train" => Sound::Click,
            _ => Sound::Tone,
        });
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
            speaker.command(at, "play", Some((0, Sound::Tone)), &[]).expect("plays");
            let onset = speaker.next().expect("comes");
            assert_eq!(speaker.finish(onset), Some((Some(Sound::Tone), true)));
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
            speaker.command(0, "play", Some((stimulus, Sound::Noise)), &[]).expect("plays");
        }
        speaker.command(0, "halt", Some((1, Sound::Noise)), &[]).expect("halts");
        assert_eq!(speaker.coming.len(), 2);
        speaker.command(0, "halt", None, &[]).expect("halts");
        assert_eq!(speaker.next(), None);
        assert_eq!(speaker.command(0, "show", Some((0, Sound::Tone)), &[]), Err(Refusal::Verb));
        assert_eq!(speaker.command(0, "play", None, &[]), Err(Refusal::Verb));
    }

    #[test]
    fn a_train_is_one_sound_with_a_click_at_each_of_its_times() {
        let mut speaker = speaker();
        let times = [("times", 0.25), ("times", 0.5)];
        speaker.command(0, "play", Some((0, Sound::Click)), &times).expect("plays");
        let onset = speaker.next().expect("begins");
        assert_eq!(speaker.finish(onset), Some((None, true)), "it begins before its first click");
        assert_eq!(speaker.next(), Some(onset + 250 * MILLISECOND));
        assert_eq!(speaker.finish(onset + 250 * MILLISECOND), Some((Some(Sound::Click), false)));
        speaker.command(onset + 300 * MILLISECOND, "halt", Some((0, Sound::Click)), &[]).expect("halts");
        assert_eq!(speaker.next(), None);
        assert!(speaker.command(0, "play", Some((0, Sound::Click)), &[("times", -1.0)]).is_err());
    }
}
