//! What random protocols have besides: machines beside the trial, curricula, sets that change, decks, trains, parameters.

use crate::expressions::Type;
use crate::texts::Writer;

impl Writer<'_> {
    /// Types and devices of their own, so that no two machines want one device.
    pub(crate) fn things(&mut self) {
        self.line("int Hole = 2 .. 4");
        self.line("rig { ear[Side] : Speaker; spot[Side] : Lamp; aid : Lamp; torch : Lamp; screen : Display; knob : Encoder }");
        self.line("stimulus clicks[s in Side] on ear[s] = click_train(width: 3 ms)");
        self.line("stimulus disk on screen = gabor(frequency: 0.1 cycle/deg, sigma: 7 deg, orientation: 0 deg)");
    }

    /// What can be read of the curriculum, which is written when the trial is known.
    pub(crate) fn promise_curriculum(&mut self) {
        self.line("  var lesson : Real := 0 within -2 .. 2");
        self.line("  draw talent[s in Side] ~ uniform(0 .. (if s is left then 1 else 2))");
        for name in ["lesson", "course.p[left]", "course.p[right]", "talent[left]", "course.bar"] {
            self.author.knows(name, Type::Real);
        }
        self.author.knows("(course is later)", Type::Bool);
    }

    /// Stages with values, keyed values and transitions that do something.
    pub(crate) fn curriculum(&mut self) {
        self.line("subject { curriculum course {");
        for (name, next) in [("early", "later"), ("later", "late"), ("late", "early")] {
            let k = self.author.generator.between(-9, 9);
            let p = match self.author.generator.below(3) {
                0 => format!("p[s in Side] = if s is left then {k} else lesson"),
                1 => format!("p[Side] = {{left: talent[right], right: {k}}}"),
                _ => "p[which in Side] = talent[which] * 2".to_owned(),
            };
            let (least, test) = (self.upto(6), self.author.truth(2));
            let value = self.author.real(2);
            self.line(&format!("  stage {name} {{ {p}; bar = {k} * 0.1"));
            self.line(&format!(
                "    on trial.end when course.trials >= {least} and ({test}) {{ if p[left] > bar {{ lesson := clamp({value}, -2 .. 2) }} }} -> {next}"
            ));
            self.line("    on session.end when course.sessions > 2 -> early }");
        }
        self.line("} }");
    }

    /// A set that changes, and a parameter.
    pub(crate) fn slow_sets_and_parameters(&mut self) {
        self.line("  var pool : Set[Contrast] := {100%, 50%}");
        self.line("  param gain = 0.5 within 0.25 .. 2");
        self.author.knows("gain", Type::Real);
        self.author.knows("(25% in pool)", Type::Bool);
        self.author.knows("count(c in pool for c in Contrast)", Type::Count);
    }

    /// Draws from what changes, from decks and of trains.
    pub(crate) fn draws_of_kinds(&mut self) {
        self.line("  draw shown ~ pick(pool)");
        self.line("  deck cards = {left: 3, right: 2}");
        self.line("  draw dealt ~ deal(cards)");
        self.line("  draw hole ~ pick(Hole)");
        let rate = self.author.real(2);
        self.line(&format!(
            "  draw times[s in Side] ~ poisson(clamp({rate}, 0 .. 40) * 1 Hz, during: 0 s .. 200 ms, most: 30)"
        ));
        self.author.knows("shown", Type::Contrast);
        self.author.knows("dealt", Type::Side);
        self.author.knows("rank(shown, of: pool)", Type::Count);
        self.author.knows("count(times[left])", Type::Count);
        self.author.knows("seen[2]", Type::Count);
    }

    /// Clauses of a set that changes; draws of a state, one for each side, before all else of it and known in it alone.
    pub(crate) fn keyed_draw(&mut self) {
        if self.chance(3) {
            let test = self.author.truth(1);
            self.line(&format!("    for c in pool {{ on lever.release when shown is c or {test} {{ turns += 1 }} }}"));
        }
        if !self.chance(2) {
            return;
        }
        let name = self.fresh("lag");
        let mean = self.author.time(1);
        self.line(&format!(
            "    draw {name}[s in Side] ~ exponential(clamp({mean}, 1 ms .. 1 s) + sign[s] * 0.5 ms) within 0 s .. 1 s"
        ));
        self.line("    for s in Side { play clicks[s](times: times[s]) }");
        self.author.knows(format!("{name}[left]"), Type::Time);
        self.author.knows(format!("{name}[right]"), Type::Time);
    }

    /// A machine that tracks, holds and draws, and one for each side.
    pub(crate) fn machines_of_the_trial(&mut self) {
        let [start, wait] = [self.author.truth(2), self.author.time(2)];
        let last = self.author.truth(1);
        self.line("  beside helper {");
        self.line(&format!(
            "    state calm {{ on s1.entry when {start} -> busy; on lever.press -> busy; after 120 ms -> busy }}"
        ));
        self.line("    state busy {");
        self.line("      draw coin[s in Side] ~ chance(if s is left then 20% else 70%)");
        self.line(
            "      hold light aid for 40 ms; zero knob; hold show disk(azimuth: 0 deg, contrast: shown, phase: 0 deg)",
        );
        self.line("      track disk.azimuth = gain * knob.travel * 1 deg/mm");
        self.line("      on disk.azimuth reaches 4 deg -> calm");
        self.line(&format!("      after clamp({wait}, 5 ms .. 100 ms) when coin[left] or ({last}) -> calm"));
        self.line("      after 150 ms -> calm } }");
        self.line("  beside watch[s in Side] {");
        self.line("    state out { on port[s].enter -> in_; on helper.busy.entry when s is dealt -> in_ }");
        self.line("    state in_ { hold light spot[s]; on helper.calm.entry -> out; after 60 ms -> out } }");
    }

    /// What counts by the session's clock, and the statistics and rules of what the trial draws.
    pub(crate) fn machines_of_the_session(&mut self) {
        let test = self.author.truth(2);
        self.line(&format!(
            "session {{ on trial.end {{ if {test} {{ pool := pool + {{25%, 0%}} }} else {{ pool := pool - {{25%}} }} }} }}"
        ));
        self.line("session { stat seen[hole] : Int = count(true) over last 12 trials");
        self.line("  var beats : Int within 0 .. 20 := 0");
        self.line("  beside clock {");
        self.line("    state tick { draw pace ~ uniform(20 ms .. 90 ms); after pace { beats += 1 } -> tock }");
        self.line("    state tock { hold light torch; on s0.entry -> tick; on lever.press { beats := 0 }; after 70 ms -> tick");
        self.line("                 when session.elapsed >= 5 s and beats > 18 -> rest }");
        self.line("    state rest { after 200 ms { beats := 1 } -> tick } } }");
    }
}
