//! What a backend must do: inputs, commands, time.
