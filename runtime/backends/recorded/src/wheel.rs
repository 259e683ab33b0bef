//! The wheel as if nobody had ever zeroed it.

use crate::clocks::{ClockFit, GRID};
use crate::encoder_file::Row;
use crate::raw_files::POSITIONS;
use crate::task_data::Trial;
use crate::{RecordingFault, encoder_file};
use trialect_device::Ns;

/// Counts of one turn of the encoder, which reports -512 .. 512 and comes round.
pub(crate) const COUNTS_A_TURN: i64 = 1024;

/// A zeroing by the rig.
struct Zeroing {
    trial: usize,
    state: &'static str,
    at: Ns,
}

/// The free-running wheel.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wheel {
    /// Changes in time order, on the session clock. The first is the count at the beginning.
    pub counts: Vec<(Ns, i64)>,
    /// How many jumps of more than one count the zeroings had left, and are undone.
    pub jumps: usize,
}

impl Wheel {
    /// Reads the wheel and undoes what the rig did on entering each trial's reset states.
    pub(crate) fn read(bytes: &[u8], trials: &[Trial], fit: &ClockFit) -> Result<Wheel, RecordingFault> {
        let rows = encoder_file::rows(POSITIONS, bytes)?;
        if let Some(row) = rows.iter().find(|row| row.value.abs() > COUNTS_A_TURN / 2) {
            let (line, found) = (row.line, row.value.to_string());
            return Err(RecordingFault::BadRow { file: POSITIONS, line, wants: "-512 .. 512 counts", found });
        }
        let instants: Vec<Ns> = rows.iter().map(|row| fit.at(row.micros)).collect();
        let zeroed = zeroed_rows(&rows, &instants, &zeroings(trials))?;
        free_running(&rows, &instants, &zeroed)
    }
}

/// All zeroings of the recorded trials in time order.
fn zeroings(trials: &[Trial]) -> Vec<Zeroing> {
    let mut all = Vec::new();
    for (index, trial) in trials.iter().enumerate() {
        let first = trial.resets.iter().map(|at| ("reset_rotary_encoder", *at));
        for (state, at) in first.chain([("reset2_rotary_encoder", trial.second_reset)]) {
            all.push(Zeroing { trial: index + 1, state, at });
        }
    }
    all
}

/// The row that each zeroing wrote: 0 counts, within a step of the state machine's grid, the nearest of those.
fn zeroed_rows(rows: &[Row], instants: &[Ns], zeroings: &[Zeroing]) -> Result<Vec<usize>, RecordingFault> {
    let mut found: Vec<usize> = Vec::with_capacity(zeroings.len());
    for zeroing in zeroings {
        let first = instants.partition_point(|at| *at < zeroing.at - GRID);
        let end = instants.partition_point(|at| *at <= zeroing.at + GRID);
        let row = (first..end)
            .filter(|row| rows[*row].value == 0 && found.last().is_none_or(|last| last < row))
            .min_by_key(|row| (instants[*row] - zeroing.at).abs())
            .ok_or(RecordingFault::ZeroingMissing {
                file: POSITIONS,
                trial: zeroing.trial,
                state: zeroing.state,
                at_ns: zeroing.at,
            })?;
        found.push(row);
    }
    Ok(found)
}

/// Follows the wheel from row to row; a row that a zeroing wrote is no movement, whatever count stood above it.
fn free_running(rows: &[Row], instants: &[Ns], zeroed: &[usize]) -> Result<Wheel, RecordingFault> {
    let mut wheel = Wheel::default();
    let mut zeroed = zeroed.iter().copied().peekable();
    let mut above: Option<Row> = None;
    let mut count = 0;
    for (index, row) in rows.iter().enumerate() {
        let change = above.map_or(row.value, |above| row.value - above.value);
        let by_rig = zeroed.next_if_eq(&index).is_some();
        // The rig may have begun one more trial, which is not in the task data.
        let by_next_trial = zeroed.peek().is_none() && row.value == 0 && change.abs() > 1;
        let step = match (above, turned(change)) {
            (None, _) => Some(row.value),
            (Some(_), _) if by_rig => Some(0),
            (Some(_), Some(step)) => Some(step),
            (Some(_), None) => by_next_trial.then_some(0),
        };
        let Some(step) = step else {
            let from = above.map_or(0, |above| above.value);
            return Err(RecordingFault::WheelJump { file: POSITIONS, line: row.line, from, to: row.value });
        };
        wheel.jumps += usize::from(above.is_some() && step == 0 && change.abs() > 1);
        count += step;
        // Before the session's clock starts only the latest count matters, as the count at the beginning.
        let at = instants[index].max(0);
        if at == 0 {
            wheel.counts.clear();
        }
        if wheel.counts.last().is_none_or(|(_, last)| *last != count) {
            wheel.counts.push((at, count));
        }
        above = Some(*row);
    }
    Ok(wheel)
}

/// The step behind a change of the reported count: at most one, where coming round counts as one. None if it is neither.
fn turned(change: i64) -> Option<i64> {
    let around = change - COUNTS_A_TURN * change.signum();
    [change, around].into_iter().find(|step| step.abs() <= 1 && (*step != 0 || change == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(values: &[i64], zeroed: &[usize]) -> Result<(Vec<i64>, usize), RecordingFault> {
        let rows: Vec<Row> =
            values.iter().enumerate().map(|(n, value)| Row { line: n + 1, micros: n as i64, value: *value }).collect();
        let instants: Vec<Ns> = (1..=values.len() as Ns).collect();
        let wheel = free_running(&rows, &instants, zeroed)?;
        Ok((wheel.counts.into_iter().map(|(_, count)| count).collect(), wheel.jumps))
    }

    #[test]
    fn zeroings_are_no_movement_whether_they_show_or_not() {
        // Row 3 is a jump, row 6 looks like a step back, row 8 like nothing.
        let (counts, jumps) = followed(&[0, 1, 2, 0, -1, -1, 0, 0, 0, 1], &[3, 6, 8]).unwrap();
        assert_eq!((counts, jumps), (vec![0, 1, 2, 1, 2], 1));
        // The same rows without the zeroing that looks like a step: it is a step.
        let (counts, _) = followed(&[0, 1, 2, 0, -1, -1, 0, 0, 0, 1], &[3, 8]).unwrap();
        assert_eq!(counts, [0, 1, 2, 1, 2, 3]);
    }

    #[test]
    fn the_encoder_comes_round() {
        let (counts, jumps) = followed(&[510, 511, -512, -511, -512, 511], &[]).unwrap();
        assert_eq!((counts, jumps), (vec![510, 511, 512, 513, 512, 511], 0));
    }

    #[test]
    fn jumps_that_nobody_made_are_faults_with_their_line() {
        let fault = followed(&[0, 1, 2, 0, 1, 2, 0], &[6]).unwrap_err();
        assert_eq!(fault, RecordingFault::WheelJump { file: POSITIONS, line: 4, from: 2, to: 0 });
        // After the last known zeroing a jump to 0 is the next trial's, a jump to anything else is damage.
        assert_eq!(followed(&[0, 1, 2, 0, 1], &[0]).unwrap(), (vec![0, 1, 2, 3], 1));
        assert_eq!(followed(&[0, 1, 2, 5], &[0]).unwrap_err().code(), "recording-wheel-jump");
    }

    #[test]
    fn what_happened_before_the_clock_is_one_count() {
        let rows = [3, 4, 5].map(|value| Row { line: 1, micros: value, value });
        let wheel = free_running(&rows, &[-20, -10, 7], &[]).unwrap();
        assert_eq!(wheel.counts, [(0, 4), (7, 5)]);
    }
}
