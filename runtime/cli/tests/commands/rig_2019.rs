//! The basic task as the rig program ran it: whole sessions, its tables, and scenarios that break with its rules.

use crate::command::project;
use crate::folders::session;
use crate::foraging::sessions_with;
use crate::table::Table;

const SESSIONS: u32 = 20;

/// What a laboratory would answer; nothing that decides anything but the weight, which the animal says itself.
const ANSWERS: [&str; 13] = [
    "sex=female",
    "provider=jackson_laboratory",
    "implant_weight=24 g",
    "implant_age=11 wk",
    "food_protein=0.19",
    "food_fat=0.055",
    "light_cycle=inverted_12_h",
    "age=14 wk",
    "time_of_day=10 h",
    "weekend_water=citric_acid_water",
    "fecal_count=3",
    "software=6.6.4",
    "housing=housed_together",
];

#[test]
fn pool_counters_and_buffer_follow_the_rules_through_twenty_sessions() {
    let data = sessions_with(&project("protocols/ibl/rig_2019/basic.trial"), SESSIONS, &ANSWERS);
    let contrasts = [1.0, 0.5, 0.25, 0.125, 0.0625, 0.0];
    let (mut pool, mut n125) = (vec![true, true, false, false, false, false], 0);
    let mut buffer: Vec<Vec<bool>> = vec![Vec::new(); 12];
    let sum = |buffer: &[Vec<bool>], side: usize, column: usize| {
        buffer[side * 6 + column].iter().rev().take(50).filter(|correct| **correct).count()
    };
    let mut sizes = std::collections::BTreeSet::new();
    for ordinal in 1..=SESSIONS {
        let table = Table::trials(&session(data.path(), ordinal));
        for row in 0..table.rows() {
            let members: Vec<&str> = ["100%", "50%", "25%", "12.5%", "6.25%", "0%"]
                .into_iter()
                .zip(&pool)
                .filter_map(|(label, inside)| inside.then_some(label))
                .collect();
            let place = format!("session {ordinal}, row {row}");
            assert_eq!(table.text("pool", row).unwrap(), format!("{{{}}}", members.join(", ")), "{place}");
            assert_eq!(table.real("n125", row), f64::from(n125), "{place}");
            sizes.insert(members.len());
            for (k, side) in ["left", "right"].into_iter().enumerate() {
                for column in 0..6 {
                    let held = table.real(&format!("hits[{side}, {column}]"), row);
                    assert_eq!(held, sum(&buffer, k, column) as f64, "{place}, {side}, {column}");
                }
            }
            let side = usize::from(table.text("side", row).unwrap() == "right");
            let level = contrasts.iter().position(|level| *level == table.real("contrast", row)).unwrap();
            let column = pool[..level].iter().filter(|inside| **inside).count();
            assert_eq!(table.real("column", row), column as f64, "{place}");
            // A trial is looked at when the next one begins: the last of a session never is.
            if table.text("kind", row).unwrap() == "repeat" || row + 1 == table.rows() {
                continue;
            }
            buffer[side * 6 + column].push(table.text("outcome", row).as_deref() == Some("correct"));
            let passed = |column: usize| (0..2).all(|side| sum(&buffer, side, column) > 40);
            n125 += i32::from(pool[3]);
            (pool[2], pool[3]) = (pool[2] || passed(0) && passed(1), pool[3] || passed(2));
            (pool[4], pool[5]) = (pool[4] || n125 >= 200, pool[5] || n125 >= 400);
            pool[1] &= n125 < 600;
        }
    }
    assert!(sizes.len() >= 4, "the pool had only the sizes {sizes:?}");
}
