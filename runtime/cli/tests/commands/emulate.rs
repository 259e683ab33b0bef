//! `trialect emulate`: what it refuses. What it plays is tried by the host libraries of others.

use crate::command::trialect;

fn refused(code: &str, says: &str, arguments: &[&str]) {
    let told = trialect(&[&["emulate", "bpod", "--model", "r2.0-v23"], arguments].concat()).trouble(code);
    assert!(told.contains(says), "{told}");
}

#[test]
fn what_cannot_be_played_is_refused() {
    refused("emulate-fault", "`flood` is no fault; write garbage,", &["--fault", "flood@1:2"]);
    refused("emulate-fault", "write WHAT@TRIAL:CYCLE, trials from 1", &["--fault", "unplug"]);
    refused("emulate-fault", "trials from 1", &["--fault", "unplug@0:5"]);
    refused("emulate-fault", "the number of `garbage` is 1 to 255", &["--fault", "garbage=999@1"]);
    refused("emulate-event", "`Port9In` is nothing from outside", &["--event", "Port9In@1:2"]);
    refused("emulate-event", "`Tup` is nothing from outside", &["--event", "Tup@1:2"]);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("text");
    refused("emulate-trace", "choose a folder with room", &["--trace", folder]);
    refused("emulate-link", "choose a name that is free", &["--link", folder]);
}
