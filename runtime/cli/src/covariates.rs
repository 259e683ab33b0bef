//! Covariates that a command is given: values, reasons why there are none, and values that a person takes all the same.

use crate::answers;
use crate::arguments::CovariateOptions;
use crate::failure::Failure;
use crate::output;
use serde_json::Value;
use std::collections::BTreeMap;
use trialect_export::SessionFile;
use trialect_ir::record::{Override, Remark, Source};
use trialect_ir::{Asked, Clock, Column, Covariate, Domain, Program};
use trialect_session::{is_outside, shown};

/// The covariate that simulated and recorded animals can answer by themselves: body weight, in g.
pub(crate) const WEIGHT: &str = "weight";

/// What a session is given, by name.
#[derive(Debug, Default)]
pub(crate) struct Covariates {
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) remarks: BTreeMap<String, Remark>,
}

fn trouble(message: String) -> Failure {
    Failure::trouble("covariate", message)
}

/// The column of a covariate that is asked for.
fn asked<'p>(program: &'p Program, name: &str) -> Option<(&'p Column, Covariate)> {
    let columns = program.asked.iter().map(|&k| &program.columns[k as usize]);
    columns.into_iter().find(|column| column.name == name).map(|column| (column, declared(column)))
}

fn declared(column: &Column) -> Covariate {
    column.covariate.clone().unwrap_or_default()
}

/// Whether a protocol asks for the animal's weight before the session.
pub(crate) fn asks_weight(program: &Program) -> bool {
    asked(program, WEIGHT).is_some_and(|(column, declared)| {
        let is_mass = matches!(&column.domain, Domain::Real { unit: Some(unit), .. } if unit.ucum == "g");
        is_mass && declared.asked != Some(Asked::After)
    })
}

/// Everything that is given for a session: what the options say, then what the animal or the session before answers,
/// then usual texts. What is still missing is for the session to say.
pub(crate) fn given(
    options: &CovariateOptions,
    program: &Program,
    before: Option<&SessionFile>,
    weight: Option<f64>,
) -> Result<Covariates, Failure> {
    let mut given = Covariates::default();
    values(options, program, &mut given)?;
    reasons(options, program, &mut given)?;
    let weight = weight.filter(|_| asks_weight(program));
    for column in program.asked.iter().map(|&k| &program.columns[k as usize]) {
        let declared = declared(column);
        let is_once = column.clock == Clock::Subject && declared.asked == Some(Asked::Before);
        let stays = column.clock == Clock::Subject || declared.asked == Some(Asked::OnChange);
        let before = before.filter(|_| stays);
        if is_once && let Some(was) = before {
            asked_once(column, was, &given)?;
        }
        if given.has(&column.name) {
            continue;
        }
        if let Some(weight) = weight.filter(|_| column.name == WEIGHT && !(is_once && before.is_some())) {
            given.values.insert(WEIGHT.into(), Value::from(weight));
        } else if let Some(before) = before.filter(|before| before.covariates.contains_key(&column.name)) {
            given.carry(&column.name, before);
        } else if let Some(usual) = &declared.usual {
            given.values.insert(column.name.clone(), Value::from(usual.as_str()));
            given.remark(&column.name).source = Some(Source::Standard);
        }
    }
    overrides(options, program, &mut given)?;
    Ok(given)
}

impl Covariates {
    fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn remark(&mut self, name: &str) -> &mut Remark {
        self.remarks.entry(name.into()).or_default()
    }

    /// Takes over what was answered for the session before, with all that was said of it.
    fn carry(&mut self, name: &str, before: &SessionFile) {
        self.values.insert(name.into(), before.covariates.get(name).cloned().unwrap_or_default());
        let mut remark = before.covariate_remarks.get(name).cloned().unwrap_or_default();
        remark.source = Some(Source::Carried);
        self.remarks.insert(name.into(), remark);
    }
}

/// Says which values are outside of their standard; they are recorded as such.
pub(crate) fn tell_unusual(program: &Program, values: &BTreeMap<String, Value>) {
    for (column, declared) in values.keys().filter_map(|name| asked(program, name)) {
        let Some(value) = values.get(&column.name).filter(|value| !value.is_null()) else { continue };
        let is = shown(column, value);
        if let Some(usual) = declared.usual.as_ref().filter(|usual| value.as_str() != Some(usual.as_str())) {
            output::complain(&format!("note: `{}` is \"{is}\", its standard is \"{usual}\"", column.name));
        }
        let range = declared.standard.zip(value.as_f64()).filter(|([low, high], value)| value < low || value > high);
        if let Some(([low, high], _)) = range {
            let (low, high) = (shown(column, &Value::from(low)), shown(column, &Value::from(high)));
            output::complain(&format!("note: `{}` is {is}, its standard is {low} .. {high}", column.name));
        }
    }
}

/// `NAME=TEXT` with both there.
fn pair<'t>(flag: &str, text: &'t str, example: &str) -> Result<(&'t str, &'t str), Failure> {
    let pair = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    pair.filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .ok_or_else(|| trouble(format!("`{flag} {text}`: write {flag} {example}")))
}

fn known<'p>(program: &'p Program, name: &str) -> Result<(&'p Column, Covariate), Failure> {
    asked(program, name).ok_or_else(|| {
        let names: Vec<&str> = program.asked.iter().map(|&k| program.columns[k as usize].name.as_str()).collect();
        let known =
            if names.is_empty() { "it asks for none".into() } else { format!("it asks for {}", names.join(", ")) };
        trouble(format!("the protocol does not ask for a covariate `{name}`; {known}"))
    })
}

/// `--covariate NAME=VALUE`
fn values(options: &CovariateOptions, program: &Program, given: &mut Covariates) -> Result<(), Failure> {
    for text in &options.covariate {
        let (name, text) = pair("--covariate", text, "NAME=VALUE, for example weight=24.5g")?;
        let (column, _) = known(program, name)?;
        let value =
            answers::value(column, text).map_err(|why| trouble(format!("`{name}={text}`: {why}; write NAME=VALUE")))?;
        if given.values.insert(name.into(), value).is_some() {
            return Err(trouble(format!("`{name}` is given twice; remove one `--covariate {name}=…`")));
        }
    }
    Ok(())
}

/// `--missing NAME=REASON`
fn reasons(options: &CovariateOptions, program: &Program, given: &mut Covariates) -> Result<(), Failure> {
    for text in &options.missing {
        let (name, reason) = pair("--missing", text, "NAME=REASON, for example rest=\"seal lost\"")?;
        let (_, declared) = known(program, name)?;
        if !declared.optional {
            return Err(trouble(format!("`{name}` is required, and no reason stands for it; give its value")));
        }
        if given.values.insert(name.into(), Value::Null).is_some() {
            return Err(trouble(format!("`{name}` is given and missing; remove one of the two, or one reason")));
        }
        given.remark(name).missing = Some(reason.into());
    }
    Ok(())
}

/// What is asked once cannot be answered otherwise later.
fn asked_once(column: &Column, before: &SessionFile, given: &Covariates) -> Result<(), Failure> {
    let name = &column.name;
    let (Some(was), Some(now)) = (before.covariates.get(name), given.values.get(name)) else { return Ok(()) };
    // What was missing may be found out; and 5 and 5.0 are one number.
    if was.is_null() || was == now || was.as_f64().zip(now.as_f64()).is_some_and(|(was, now)| was == now) {
        return Ok(());
    }
    let (was, now) = (shown(column, was), shown(column, now));
    Err(trouble(format!(
        "`{name}` was asked once, before the subject's first session, and is {was}, not {now}; leave it out, or declare it `asked on change`"
    )))
}

/// A person is named for what that person does.
pub(crate) fn by_whom(options: &CovariateOptions, asks: bool) -> Result<(), Failure> {
    match &options.by {
        Some(by) if options.overrides.is_empty() && !asks => {
            Err(trouble(format!("`--by {by}`: there is nothing that {by} takes or asks for; remove it")))
        }
        _ => Ok(()),
    }
}

/// `--override NAME=REASON --by PERSON`
fn overrides(options: &CovariateOptions, program: &Program, given: &mut Covariates) -> Result<(), Failure> {
    for text in &options.overrides {
        let (name, reason) = pair("--override", text, "NAME=REASON --by PERSON")?;
        let (column, declared) = known(program, name)?;
        let by = options.by.as_deref().map(str::trim).filter(|by| !by.is_empty());
        let by = by.ok_or_else(|| trouble("`--by`: name the person who takes the value".into()))?;
        let value = given.values.get(name).filter(|value| !value.is_null());
        let outside = value.filter(|value| is_outside(&declared, value));
        if outside.is_none() {
            let is = value.map_or_else(|| "has no value".into(), |value| format!("is {}", shown(column, value)));
            return Err(trouble(format!(
                "`{name}` {is}, which is not outside its range; remove `--override {name}=…`"
            )));
        }
        given.remark(name).overridden = Some(Override { by: by.into(), reason: reason.into() });
    }
    Ok(())
}
