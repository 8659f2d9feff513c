//! The cost of usage.

use crate::billing::price_table::{Priced, PricedBy};
use crate::ledger::buckets::BucketKey;
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// Tokens to a price's unit.
const PER_TOKENS: f64 = 1_000_000.0;

/// The cost of usage.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Cost {
    /// US dollars.
    pub usd: f64,
    /// True if the rates are others than the model's own at its tier: a relative's, the default ones, or those of the
    /// usual tier where the table has none for the tier that was asked for.
    pub is_estimate: bool,
}

impl Cost {
    /// Adds another cost.
    pub fn add(&mut self, other: Self) {
        self.usd += other.usd;
        self.is_estimate |= other.is_estimate;
    }
}

/// The cost of what one bucket holds, at the prices of its model.
#[must_use]
pub fn cost(priced: &Priced, key: &BucketKey, usage: TokenUsage) -> Cost {
    cost_at(priced, key.tier, key.long_context, usage)
}

fn cost_at(priced: &Priced, tier: ServiceTier, long_context: bool, usage: TokenUsage) -> Cost {
    let found = priced.prices.rates(tier, long_context);
    let rates = found.rates;
    // The parts of a broken record may exceed the whole; nothing is then left at the full price.
    let cached = usage.cached_input.min(usage.input);
    let written = usage.cache_write_input.min(usage.input - cached);
    let fresh = usage.input - cached - written;
    let sum = tokens(fresh) * rates.input
        + tokens(cached) * rates.cached_input.unwrap_or(rates.input)
        + tokens(written) * rates.cache_write_input.unwrap_or(rates.input)
        + tokens(usage.output) * rates.output;
    let by_name = matches!(priced.by, PricedBy::Name(_));
    let is_exact = usage.is_zero() || (by_name && found.of_its_tier);
    Cost { usd: sum / PER_TOKENS, is_estimate: !is_exact }
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
    use crate::billing::price_table::PriceTable;
    use crate::billing::rates::{ModelPrices, Rates, TierRates};

    const RATES: Rates =
        Rates { input: 4.0, cached_input: Some(0.4), cache_write_input: Some(5.0), output: 20.0 };

    const LONG: Rates =
        Rates { input: 8.0, cached_input: Some(0.8), cache_write_input: Some(10.0), output: 30.0 };

    const USAGE: TokenUsage = TokenUsage {
        input: 1_000_000,
        cached_input: 600_000,
        cache_write_input: 100_000,
        output: 50_000,
        reasoning_output: 20_000,
    };

    fn usd(prices: &ModelPrices, long_context: bool, usage: TokenUsage) -> f64 {
        let by_default = Priced { prices: *prices, by: PricedBy::Default };
        cost_at(&by_default, ServiceTier::Standard, long_context, usage).usd
    }

    fn assert_usd(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
    }

    #[test]
    fn fresh_cached_and_written_input_and_output_have_each_their_price() {
        let prices = ModelPrices::flat(RATES);
        assert_usd(usd(&prices, false, USAGE), 0.3 * 4.0 + 0.6 * 0.4 + 0.1 * 5.0 + 0.05 * 20.0);
    }

    #[test]
    fn a_long_context_has_its_own_prices() {
        let standard = TierRates { usual: RATES, long_context: Some(LONG) };
        let prices = ModelPrices { standard, ..ModelPrices::flat(RATES) };
        assert_usd(usd(&prices, true, USAGE), 0.3 * 8.0 + 0.6 * 0.8 + 0.1 * 10.0 + 0.05 * 30.0);
        let flat = ModelPrices::flat(RATES);
        assert_usd(usd(&flat, true, USAGE), usd(&flat, false, USAGE));
    }

    #[test]
    fn without_a_discount_cached_input_costs_what_other_input_costs() {
        let rates = Rates { cached_input: None, cache_write_input: None, ..RATES };
        assert_usd(usd(&ModelPrices::flat(rates), false, USAGE), 4.0 + 1.0);
    }

    #[test]
    fn parts_that_exceed_the_whole_never_cost_less_than_nothing() {
        let broken = TokenUsage { input: 10, cached_input: 50, cache_write_input: 50, ..USAGE };
        assert_usd(
            usd(&ModelPrices::flat(RATES), false, broken),
            (10.0 * 0.4 + 50_000.0 * 20.0) / 1e6,
        );
    }

    #[test]
    fn a_figure_is_an_estimate_unless_the_model_has_rates_for_its_tier() {
        let is_estimate = |model, tier, usage| {
            cost_at(&PriceTable::built_in().find(model), tier, false, usage).is_estimate
        };
        assert!(!is_estimate(Some("gpt-5"), ServiceTier::Priority, USAGE));
        assert!(is_estimate(Some("gpt-5-codex"), ServiceTier::Priority, USAGE));
        assert!(is_estimate(Some("gpt-6.2-sol"), ServiceTier::Standard, USAGE));
        assert!(is_estimate(None, ServiceTier::Standard, USAGE));
        assert!(!is_estimate(None, ServiceTier::Standard, TokenUsage::ZERO));
    }
}
