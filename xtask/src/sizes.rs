//! What the wasm modules weigh on the way to a person, against their budgets.

use anyhow::Result;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// Most bytes, compressed with gzip, of what the worker loads.
pub const WORKER_BUDGET: usize = 80 * 1024;
/// The same of what a page loads.
pub const PAGE_BUDGET: usize = 250 * 1024;

/// The length of `bytes` after gzip at its best.
pub fn gzip_length(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// `61.2 KB gzip of 80 KB (183.0 KB raw)`, with a word when the budget is broken.
pub fn verdict(raw: usize, gzip: usize, budget: usize) -> String {
    let over = if gzip > budget { "  OVER BUDGET" } else { "" };
    let kilo = |bytes: usize| bytes as f64 / 1024.0;
    format!("{:.1} KB gzip of {:.0} KB ({:.1} KB raw){over}", kilo(gzip), kilo(budget), kilo(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_within_its_budget_is_not_complained_about() {
        assert_eq!(verdict(2048, 1024, 2048), "1.0 KB gzip of 2 KB (2.0 KB raw)");
    }

    #[test]
    fn a_module_over_its_budget_is_named_so() {
        assert!(verdict(4096, 3072, 2048).ends_with("OVER BUDGET"));
    }

    #[test]
    fn repetition_compresses() {
        assert!(gzip_length(&[7; 10_000]).is_ok_and(|length| length < 200));
    }
}
