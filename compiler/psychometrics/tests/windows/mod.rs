//! Reading the table of recorded windows: text with commas, and lists of numbers in quotes.

/// The fields of a line of comma-separated text, in which quotes keep commas together.
pub fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().expect("a field").push(other),
        }
    }
    fields
}

/// All numbers of a nested list.
pub fn numbers(text: &str) -> Vec<f64> {
    let parts = text.split(|letter: char| "[], ".contains(letter)).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().expect("a number")).collect()
}
