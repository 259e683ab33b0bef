//! `trialect explain`

use crate::failure::Failure;
use crate::output::say;

pub(crate) fn run(code: Option<&str>) -> Result<(), Failure> {
    let Some(code) = code else {
        trialect_driver::codes().chain(trialect_rig::codes()).for_each(say);
        return Ok(());
    };
    match trialect_driver::explain(code).or_else(|| trialect_rig::explain(code)) {
        Some(page) => {
            say(&format!("{code}\n\n{page}"));
            Ok(())
        }
        None => Err(Failure::trouble(
            "unknown-code",
            format!("there is no finding `{code}`; `trialect explain` lists all codes"),
        )),
    }
}
