//! A simulated rig and a simulated mouse.
