//! The standard library's texts, embedded. They are written in the language; see `std/`.

/// A module of the standard library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Module {
    /// The name that `use` names.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All modules.
pub const MODULES: &[Module] = &[
    Module { name: "std.quantities", text: include_str!("../std/quantities.trial") },
    Module { name: "std.devices", text: include_str!("../std/devices.trial") },
    Module { name: "std.sides", text: include_str!("../std/sides.trial") },
    Module { name: "std.adaptive", text: include_str!("../std/adaptive.trial") },
    Module { name: "std.schedules", text: include_str!("../std/schedules.trial") },
    Module { name: "std.blocks", text: include_str!("../std/blocks.trial") },
    Module { name: "std.debias", text: include_str!("../std/debias.trial") },
    Module { name: "std.animals", text: include_str!("../std/animals.trial") },
    Module { name: "std.covariates.environment", text: include_str!("../std/covariates/environment.trial") },
    Module { name: "std.covariates.mouse", text: include_str!("../std/covariates/mouse.trial") },
    Module { name: "std.covariates.slice", text: include_str!("../std/covariates/slice.trial") },
];

/// Modules that every file may use without saying so.
pub const PRELUDE: &[&str] = &["std.quantities", "std.devices"];

/// A protocol for each module that shows how it is used; each is in `examples/`.
pub const EXAMPLES: &[Module] = &[
    Module { name: "std.adaptive", text: include_str!("../examples/adaptive.trial") },
    Module { name: "std.animals", text: include_str!("../examples/animals.trial") },
    Module { name: "std.blocks", text: include_str!("../examples/blocks.trial") },
    Module { name: "std.covariates.environment", text: include_str!("../examples/covariates_environment.trial") },
    Module { name: "std.covariates.mouse", text: include_str!("../examples/covariates_mouse.trial") },
    Module { name: "std.covariates.slice", text: include_str!("../examples/covariates_slice.trial") },
    Module { name: "std.debias", text: include_str!("../examples/debias.trial") },
    Module { name: "std.devices", text: include_str!("../examples/devices.trial") },
    Module { name: "std.quantities", text: include_str!("../examples/quantities.trial") },
    Module { name: "std.schedules", text: include_str!("../examples/schedules.trial") },
    Module { name: "std.sides", text: include_str!("../examples/sides.trial") },
];
