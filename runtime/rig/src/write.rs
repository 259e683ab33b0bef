//! Writing a calibration back into a rig file: everything else in it, comments included, stays as it is.

use crate::calibration::ValvePoint;
use thiserror::Error;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};
use trialect_ir::Date;

/// Why a calibration cannot be written into a text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WriteFlaw {
    /// The text is no TOML.
    #[error("the text is no TOML: {reason}")]
    NotToml {
        /// Where and why.
        reason: String,
    },
    /// There is no such device, or it is no table.
    #[error(
        "the text has no table `devices.{device}` to which calibrations can be added; write it as `[devices.{device}]`"
    )]
    NoDevice {
        /// Its name.
        device: String,
    },
    /// What is there under `calibrations` is no list of tables.
    #[error("`calibrations` of `{device}` is no list of tables; write each as `[[devices.{device}.calibrations]]`")]
    NoList {
        /// Its name.
        device: String,
    },
}

/// Weighed drops of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed<'w> {
    /// The day.
    pub date: Date,
    /// Who weighed them.
    pub operator: &'w str,
    /// By which weights become volumes, g/mL.
    pub density_g_per_ml: f64,
    /// In the order of their times.
    pub points: &'w [ValvePoint],
}

/// The text of a rig file with one more calibration of a device, behind those that it has: what was measured before is kept.
///
/// # Errors
/// When the text has no such device, or it is written in a way to which nothing can be added.
pub fn add_to_device(text: &str, device: &str, weighed: &Weighed<'_>) -> Result<String, WriteFlaw> {
    let mut document = parse(text)?;
    let missing = || WriteFlaw::NoDevice { device: device.into() };
    let devices = document.get_mut("devices").and_then(Item::as_table_mut).ok_or_else(missing)?;
    let table = devices.get_mut(device).and_then(Item::as_table_mut).ok_or_else(missing)?;
    add(table, device, weighed)?;
    Ok(document.to_string())
}

/// The text of a file of calibrations with one more.
///
/// # Errors
/// When it is no such file.
pub fn add_to_file(text: &str, device: &str, weighed: &Weighed<'_>) -> Result<String, WriteFlaw> {
    let mut document = parse(text)?;
    add(document.as_table_mut(), device, weighed)?;
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut, WriteFlaw> {
    text.parse::<DocumentMut>().map_err(|error| WriteFlaw::NotToml { reason: error.message().to_string() })
}

fn add(table: &mut Table, device: &str, weighed: &Weighed<'_>) -> Result<(), WriteFlaw> {
    let list = table.entry("calibrations").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let list = list.as_array_of_tables_mut().ok_or_else(|| WriteFlaw::NoList { device: device.into() })?;
    list.push(entry(weighed));
    Ok(())
}

fn entry(weighed: &Weighed<'_>) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    let date = weighed.date.to_string().parse::<toml_edit::Datetime>();
    table.insert("date", date.map_or_else(|_| value(weighed.date.to_string()), value));
    table.insert("operator", value(weighed.operator));
    table.insert("density_g_per_ml", value(weighed.density_g_per_ml));
    let mut points = Array::new();
    for point in weighed.points {
        let mut row = InlineTable::new();
        row.insert("open_ms", point.open_ms.into());
        row.insert("drops", i64::from(point.drops).into());
        row.insert("weight_g", point.weight_g.into());
        let mut row = Value::InlineTable(row);
        row.decor_mut().set_prefix("\n  ");
        points.push_formatted(row);
    }
    points.set_trailing("\n");
    points.set_trailing_comma(true);
    table.insert("points", value(points));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [ValvePoint; 3] = [
        ValvePoint { open_ms: 30.0, drops: 100, weight_g: 0.0712 },
        ValvePoint { open_ms: 60.0, drops: 100, weight_g: 0.151 },
        ValvePoint { open_ms: 120.0, drops: 50, weight_g: 0.1665 },
    ];

    fn weighed() -> Weighed<'static> {
        let date = "2026-11-30".parse().expect("a day");
        Weighed { date, operator: "K. \"Kit\" Ito", density_g_per_ml: 1.0, points: &POINTS }
    }

    const ADDED: &str = r#"
[[devices.spout.calibrations]]
date = 2026-11-30
operator = 'K. "Kit" Ito'
density_g_per_ml = 1.0
points = [
  { open_ms = 30.0, drops = 100, weight_g = 0.0712 },
  { open_ms = 60.0, drops = 100, weight_g = 0.151 },
  { open_ms = 120.0, drops = 50, weight_g = 0.1665 },
]
"#;

    #[test]
    fn a_calibration_is_added_and_all_else_stays_as_it_is() {
        let before = "# mine\n[devices.spout]   # water\nclass = \"Valve\"\n\n[[devices.spout.calibrations]]\ndate = 2026-01-02 # old\n";
        let after = "\n[devices.horn]\nclass = \"Speaker\" # loud\n";
        let text = add_to_device(&format!("{before}{after}"), "spout", &weighed()).expect("added");
        assert_eq!(text, format!("{before}{ADDED}{after}"));
    }

    #[test]
    fn a_first_calibration_stands_below_its_device() {
        let before = "[devices.spout]\nclass = \"Valve\"\n";
        assert_eq!(add_to_device(before, "spout", &weighed()).expect("added"), format!("{before}{ADDED}"));
    }

    #[test]
    fn a_file_beside_gets_it_under_its_own_name() {
        let before = "format = \"trialect calibrations 1\"\n";
        let added = ADDED.replace("devices.spout.", "");
        assert_eq!(add_to_file(before, "spout", &weighed()).expect("added"), format!("{before}{added}"));
    }

    #[test]
    fn a_text_to_which_nothing_can_be_added_is_refused() {
        let refused = |text: &str| add_to_device(text, "spout", &weighed()).expect_err("refused");
        assert!(matches!(refused("a = "), WriteFlaw::NotToml { .. }));
        assert_eq!(refused("[devices.horn]\n"), WriteFlaw::NoDevice { device: "spout".into() });
        assert_eq!(refused("devices = { spout = {} }\n"), WriteFlaw::NoDevice { device: "spout".into() });
        assert_eq!(refused("[devices.spout]\ncalibrations = 3\n"), WriteFlaw::NoList { device: "spout".into() });
    }
}
