//! How many bytes entries take: the wheel is sampled often, and rows repeat themselves.

#![allow(clippy::unwrap_used)] // helpers of tests

use trialect_journal::{Entry, FILE, Writer, read};

/// Bytes that the entries add to a journal, each given number of them committed together.
fn bytes(entries: &[Entry], together: usize) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let mut writer = Writer::create(&path, b"{}").unwrap();
    let before = writer.length();
    for batch in entries.chunks(together) {
        batch.iter().for_each(|entry| writer.push(entry).unwrap());
        writer.commit().unwrap();
    }
    assert_eq!(read(&path).unwrap().entries, entries);
    writer.length() - before
}

#[test]
#[allow(clippy::print_stderr)]
fn a_wheel_sample_takes_five_or_six_bytes() {
    for (rate, most) in [(1000, 5.1), (100, 6.1)] {
        let step = 1_000_000_000 / rate;
        let samples: Vec<Entry> = (0..10_000)
            .map(|k| Entry::Input { line: 0, at: k * step + (k * 7919) % 1000, value: (k * 37 % 50) - 25 + k / 3 })
            .collect();
        let each = bytes(&samples, 1000) as f64 / 10_000.0;
        eprintln!("a wheel sample at {rate} Hz: {each:.2} bytes");
        assert!((4.0..=most).contains(&each), "{each} bytes at {rate} Hz");
    }
}

#[test]
#[allow(clippy::print_stderr)]
fn an_unchanged_word_of_a_row_takes_a_bit() {
    // 200 words, 12 of them reals that change each trial, 8 counters.
    let mut words = vec![0.25f64.to_bits(); 200];
    let rows: Vec<Entry> = (0..1000u32)
        .map(|trial| {
            (0..12).for_each(|k| words[k * 9] = (f64::from(trial) * 0.377 + k as f64).to_bits());
            (0..8).for_each(|k| words[k * 20 + 5] += 1);
            let at = i64::from(trial) * 4_123_456_789;
            Entry::Row { trial, at, outcome: Some(trial % 3), words: words.clone(), present: vec![u64::MAX; 4] }
        })
        .collect();
    let each = bytes(&rows, 1) as f64 / 1000.0;
    eprintln!("a row of 200 words of which 20 change: {each:.1} bytes");
    // 25 bytes of bits, 12 reals of at most 10, 8 counters of 1 or 2, a dozen for the rest, 8 for the frame.
    assert!(each < 25.0 + 120.0 + 16.0 + 12.0 + 8.0, "{each}");
}
