//! The session loop: one program, one rig, one record.
