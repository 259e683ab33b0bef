//! Many tests at once: what chance alone makes of the smallest of many probabilities.

/// Probabilities adjusted by the step-down procedure of Holm (1979): an audit in which every rule holds has a probability
/// below `a` after adjustment in at most a share `a` of the cases, however the tests depend on each other.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    let mut adjusted = vec![1.0; probabilities.len()];
    let mut greatest = 0.0_f64;
    for (rank, k) in order.into_iter().enumerate() {
        let left = (probabilities.len() - rank) as f64;
        greatest = greatest.max((probabilities[k] * left).min(1.0));
        adjusted[k] = greatest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_adjustment_is_that_of_the_procedure() {
        // By hand: 0.01*4, 0.02*3, then 0.03*2 raised to 0.06, and 0.5*1.
        let adjusted = holm(&[0.5, 0.01, 0.03, 0.02]);
        let expected = [0.5, 0.04, 0.06, 0.06];
        for (found, expected) in adjusted.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
