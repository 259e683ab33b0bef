//! Covariates that nobody gave on the command line are asked for on the terminal, before the session.

use crate::answers;
use crate::covariates::Covariates;
use crate::failure::Failure;
use crate::output;
use serde_json::Value;
use std::io::{BufRead, IsTerminal};
use trialect_ir::{Asked, Column, Program};
use trialect_session::expects;

/// Asks for what has no value yet. Without a terminal nothing is asked, and the session refuses to begin.
pub(super) fn ask(program: &Program, given: &mut Covariates) -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(());
    }
    for column in program.asked.iter().map(|&k| &program.columns[k as usize]) {
        let declared = column.covariate.clone().unwrap_or_default();
        if given.values.contains_key(&column.name) || declared.asked == Some(Asked::After) {
            continue;
        }
        while !answered(column, declared.optional, &mut stdin.lock(), given)? {}
    }
    Ok(())
}

/// One question and its answer; whether it is one.
fn answered(column: &Column, optional: bool, lines: &mut dyn BufRead, given: &mut Covariates) -> Result<bool, Failure> {
    let name = &column.name;
    let description = column.description.as_deref().map_or_else(String::new, |text| format!("{text}. "));
    let without = if optional { "; without a value: - and the reason" } else { "" };
    output::ask(&format!("{description}{name} ({}{without}): ", expects(column)));
    let mut line = String::new();
    let read = lines.read_line(&mut line).map_err(|error| {
        Failure::trouble(
            "covariate",
            format!("`{name}`: no answer can be read: {error}; give --covariate {name}=VALUE"),
        )
    })?;
    if read == 0 {
        return Err(Failure::trouble(
            "covariate",
            format!("`{name}` was not answered; give it as `--covariate {name}=VALUE`"),
        ));
    }
    let text = line.trim();
    // A number may be negative.
    let reason = text.strip_prefix('-').map(str::trim).filter(|reason| !reason.is_empty());
    if let Some(reason) = reason.filter(|reason| optional && reason.parse::<f64>().is_err()) {
        given.values.insert(name.clone(), Value::Null);
        given.remarks.entry(name.clone()).or_default().missing = Some(reason.into());
        return Ok(true);
    }
    match answers::value(column, text) {
        Ok(value) => {
            given.values.insert(name.clone(), value);
            Ok(true)
        }
        Err(why) => {
            output::complain(&why);
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trialect_ir::{Clock, Domain, Role, Slot};

    fn column(domain: Domain) -> Column {
        Column {
            name: "weight".into(),
            definition: "weight".into(),
            description: Some("Body weight".into()),
            clock: Clock::Session,
            role: Role::Covariate,
            domain,
            value: Slot(0),
            present: None,
            covariate: None,
        }
    }

    #[test]
    fn answers_are_taken_and_others_are_asked_for_again() {
        let number = column(Domain::Real { unit: None, least: None, most: None });
        let mut given = Covariates::default();
        assert!(!answered(&number, false, &mut "heavy\n".as_bytes(), &mut given).unwrap());
        assert!(!answered(&number, false, &mut "- scale broken\n".as_bytes(), &mut given).unwrap());
        assert!(answered(&number, true, &mut "-70\n".as_bytes(), &mut given).unwrap());
        assert_eq!(given.values["weight"], Value::from(-70.0));
        assert!(answered(&number, true, &mut "- scale broken\n".as_bytes(), &mut given).unwrap());
        assert_eq!(given.values["weight"], Value::Null);
        assert_eq!(given.remarks["weight"].missing.as_deref(), Some("scale broken"));
        assert!(answered(&number, true, &mut "".as_bytes(), &mut given).is_err(), "nobody is there");
    }
}
