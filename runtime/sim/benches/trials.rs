//! How many trials of the basic task a simulated rig plays in a second, by the mouse's experience.

#[path = "../tests/by_hand/mod.rs"]
mod by_hand;

use by_hand::{Hand, MS, Trial, experienced, rig};
use divan::counter::ItemsCount;
use trialect_sim::MouseParameters;

/// Trials in one run.
const TRIALS: u32 = 200;

fn main() {
    divan::main();
}

#[divan::bench(args = [0, 1_000, 6_000])]
fn trials(bencher: divan::Bencher<'_, '_>, experience: u64) {
    let mouse = MouseParameters::standard().expect("embedded");
    let state = experienced(&mouse, experience);
    bencher.counter(ItemsCount::new(TRIALS)).bench(|| {
        let mut hand = Hand::new(rig(&mouse, &state, 1, 1));
        for n in 0..TRIALS {
            let side = if n % 2 == 0 { 1.0 } else { -1.0 };
            hand.play(Trial { side, contrast: 0.5, gain: 4.0, reward_ul: 2.0, quiet: 530 * MS });
        }
        hand.now
    });
}
