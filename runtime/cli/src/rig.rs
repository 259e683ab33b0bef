//! temporary
use crate::failure::Failure;
use std::path::Path;
use trialect_driver::Compiled;
use trialect_ir::{Date, Program};
pub(crate) fn open(path: &Path, _: &Compiled, _: &Program, _: Date) -> Result<trialect_rig::Rig, Failure> {
    Err(Failure::trouble("rig", path.display().to_string()))
}
