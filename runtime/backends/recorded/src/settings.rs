//! The session's settings: which program recorded it, and the subject.

use crate::raw_files::SETTINGS;
use crate::{RecordingFault, python_json};
use serde_json::Value;

/// The animal of a recorded session.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Its name at the rig.
    pub name: String,
    /// Its weight before the session, in g, if it was entered. As recorded: nobody checked it.
    pub weight: Option<f64>,
    /// The date of the session, as recorded: YYYY-MM-DD.
    pub date: Option<String>,
}

/// Checks that rig program 5 wrote the session, and finds the subject.
pub(crate) fn subject(bytes: &[u8]) -> Result<Subject, RecordingFault> {
    let settings = python_json::parse(SETTINGS, 1, bytes)?;
    let version = settings.pointer("/IBLRIG_VERSION_TAG");
    if !version.and_then(Value::as_str).is_some_and(|version| version.starts_with("5.")) {
        let found = version.map_or_else(|| "nothing".to_owned(), Value::to_string);
        return Err(RecordingFault::WrongVersion { file: SETTINGS, found });
    }
    let name = ["/PYBPOD_SUBJECTS/0", "/PYBPOD_SUBJECT_EXTRA/name"]
        .into_iter()
        .filter_map(|place| settings.pointer(place).and_then(Value::as_str))
        .find(|name| !name.is_empty())
        .ok_or_else(|| RecordingFault::BadValue {
            file: SETTINGS,
            line: 1,
            key: "PYBPOD_SUBJECTS".to_owned(),
            wants: "a list that begins with the subject's name",
            found: settings.pointer("/PYBPOD_SUBJECTS").map_or_else(|| "missing".to_owned(), Value::to_string),
        })?;
    let weight = settings.pointer("/SUBJECT_WEIGHT").and_then(Value::as_f64).filter(|weight| *weight > 0.0);
    let date = settings.pointer("/SESSION_DATE").and_then(Value::as_str).map(str::to_owned);
    Ok(Subject { name: name.to_owned(), weight, date })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_comes_from_either_place() {
        let of = |text: &str| subject(text.as_bytes());
        let both = of(
            r#"{"IBLRIG_VERSION_TAG": "5.0.0", "PYBPOD_SUBJECTS": ["a", "id"], "PYBPOD_SUBJECT_EXTRA": {"name": "b"}}"#,
        );
        assert_eq!(both.unwrap(), Subject { name: "a".to_owned(), weight: None, date: None });
        let extra = of(
            r#"{"IBLRIG_VERSION_TAG": "5.0.0", "PYBPOD_SUBJECT_EXTRA": {"name": "b"}, "SUBJECT_WEIGHT": 21.5, "SESSION_DATE": "2019-07-01"}"#,
        );
        assert_eq!(
            extra.unwrap(),
            Subject { name: "b".to_owned(), weight: Some(21.5), date: Some("2019-07-01".to_owned()) }
        );
        let unweighed = of(r#"{"IBLRIG_VERSION_TAG": "5.1.0", "PYBPOD_SUBJECTS": ["a"], "SUBJECT_WEIGHT": NaN}"#);
        assert_eq!(unweighed.unwrap().weight, None);
    }

    #[test]
    fn no_name_and_another_program_are_faults() {
        let of = |text: &str| subject(text.as_bytes()).unwrap_err().code();
        assert_eq!(of(r#"{"IBLRIG_VERSION_TAG": "5.0.0"}"#), "recording-bad-value");
        assert_eq!(of(r#"{"IBLRIG_VERSION_TAG": "6.6.4", "PYBPOD_SUBJECTS": ["a"]}"#), "recording-wrong-version");
        assert_eq!(of(r#"{"PYBPOD_SUBJECTS": ["a"]}"#), "recording-wrong-version");
        assert_eq!(of("[]"), "recording-wrong-version");
    }
}
