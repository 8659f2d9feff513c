//! What a usage costs.

use crate::billing::price_table::{DEFAULT_PRICES, ModelPrices, PriceTable, Rates};
use crate::rollout::record::TokenUsage;

/// Tokens to a price's unit.
const PER_TOKENS: f64 = 1_000_000.0;

/// The prices of a model, and whether they are the default ones because the model is not in the table.
#[must_use]
pub fn prices_of(table: &PriceTable, model: Option<&str>) -> (ModelPrices, bool) {
    match model.and_then(|model| table.get(model)) {
        Some(prices) => (*prices, false),
        None => (DEFAULT_PRICES, true),
    }
}

/// The cost of a usage in US dollars. `long_context`: every response in it had more than 272,000 input tokens.
#[must_use]
pub fn cost_usd(prices: &ModelPrices, usage: TokenUsage, long_context: bool) -> f64 {
    let rates: &Rates = match &prices.long_context {
        Some(rates) if long_context => rates,
        _ => &prices.standard,
    };
    // The parts of a broken record may exceed the whole; nothing is then left at the full price.
    let cached = usage.cached_input.min(usage.input);
    let written = usage.cache_write_input.min(usage.input - cached);
    let fresh = usage.input - cached - written;
    let sum = tokens(fresh) * rates.input
        + tokens(cached) * rates.cached_input.unwrap_or(rates.input)
        + tokens(written) * rates.cache_write_input.unwrap_or(rates.input)
        + tokens(usage.output) * rates.output;
    sum / PER_TOKENS
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts are at most 2^53, or saturated sums of such"
)]
fn tokens(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: ModelPrices = ModelPrices {
        standard: Rates {
            input: 4.0,
            cached_input: Some(0.4),
            cache_write_input: Some(5.0),
            output: 20.0,
        },
        long_context: Some(Rates {
            input: 8.0,
            cached_input: Some(0.8),
            cache_write_input: Some(10.0),
            output: 30.0,
        }),
    };

    const USAGE: TokenUsage = TokenUsage {
        input: 1_000_000,
        cached_input: 600_000,
        cache_write_input: 100_000,
        output: 50_000,
        reasoning_output: 20_000,
    };

    fn assert_usd(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
    }

    #[test]
    fn fresh_cached_and_written_input_and_output_have_each_their_price() {
        assert_usd(
            cost_usd(&PRICES, USAGE, false),
            0.3 * 4.0 + 0.6 * 0.4 + 0.1 * 5.0 + 0.05 * 20.0,
        );
    }

    #[test]
    fn a_long_context_has_its_own_prices() {
        assert_usd(
            cost_usd(&PRICES, USAGE, true),
            0.3 * 8.0 + 0.6 * 0.8 + 0.1 * 10.0 + 0.05 * 30.0,
        );
        let flat = ModelPrices { long_context: None, ..PRICES };
        assert_usd(cost_usd(&flat, USAGE, true), cost_usd(&flat, USAGE, false));
    }

    #[test]
    fn without_a_discount_cached_input_costs_what_other_input_costs() {
        let rates = Rates { cached_input: None, cache_write_input: None, ..PRICES.standard };
        let prices = ModelPrices { standard: rates, long_context: None };
        assert_usd(cost_usd(&prices, USAGE, false), 4.0 + 1.0);
    }

    #[test]
    fn an_unknown_model_has_the_default_prices_and_is_marked() {
        let table = PriceTable::built_in();
        assert_eq!(prices_of(&table, Some("llama")), (DEFAULT_PRICES, true));
        assert_eq!(prices_of(&table, None), (DEFAULT_PRICES, true));
        assert!(!prices_of(&table, Some("gpt-5")).1);
    }

    #[test]
    fn parts_that_exceed_the_whole_never_cost_less_than_nothing() {
        let broken = TokenUsage { input: 10, cached_input: 50, cache_write_input: 50, ..USAGE };
        assert_usd(cost_usd(&PRICES, broken, false), (10.0 * 0.4 + 50_000.0 * 20.0) / 1e6);
    }
}
