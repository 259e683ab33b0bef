//! Questions to a person, on standard input and output; a script can answer them.

use crate::failure::Failure;
use crate::output;
use std::io::BufRead;

/// The answer to a question; `usual` is what an empty line means.
pub(crate) fn ask(question: &str, usual: Option<&str>) -> Result<String, Failure> {
    output::say(&match usual {
        Some(usual) if !usual.is_empty() => format!("{question} [{usual}]"),
        _ => question.to_string(),
    });
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    let nobody = |why: &str| {
        Failure::trouble("no-answer", format!("{why}: {question} Answer it, or give the answers beforehand"))
    };
    match read {
        Err(error) => Err(nobody(&format!("an answer cannot be read ({error})"))),
        Ok(0) => Err(nobody("nobody answered")),
        Ok(_) if line.trim().is_empty() => usual.map(str::to_string).ok_or_else(|| nobody("an answer is needed")),
        Ok(_) => Ok(line.trim().to_string()),
    }
}

/// Whether somebody says yes; an empty line does.
pub(crate) fn agrees(question: &str) -> Result<bool, Failure> {
    loop {
        match ask(question, Some("yes"))?.to_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            other => output::say(&format!("`{other}` is neither yes nor no")),
        }
    }
}

/// A number from a range; asked again until it is one.
pub(crate) fn number(question: &str, usual: Option<&str>, least: f64, most: f64) -> Result<f64, Failure> {
    loop {
        let answer = ask(question, usual)?;
        match answer.parse::<f64>().ok().filter(|number| (least..=most).contains(number)) {
            Some(number) => return Ok(number),
            None => output::say(&format!("`{answer}` is no number from {least} to {most}")),
        }
    }
}
