//! The prices of a model: by service tier, and for long contexts.

use crate::rollout::record::service_tier::ServiceTier;

/// Prices in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Input that the provider had not in its cache.
    pub input: f64,
    /// Input from the cache; absent where there is no discount.
    pub cached_input: Option<f64>,
    /// Input written into the cache; absent where it costs what other input costs.
    pub cache_write_input: Option<f64>,
    /// Output, reasoning included.
    pub output: f64,
}

impl Rates {
    /// Tells whether every price is a number from zero on.
    #[must_use]
    pub fn are_prices(&self) -> bool {
        let prices =
            [Some(self.input), self.cached_input, self.cache_write_input, Some(self.output)];
        prices.into_iter().flatten().all(|price| price.is_finite() && price >= 0.0)
    }
}

/// The prices of a model at one tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TierRates {
    /// Those of most responses.
    pub usual: Rates,
    /// Those of a response whose input is longer than 272,000 tokens, where they differ.
    pub long_context: Option<Rates>,
}

/// The prices of a model at every tier that it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelPrices {
    /// The usual tier's.
    pub standard: TierRates,
    /// Those of the other tiers, in the order of [`ServiceTier::ALL`].
    pub others: [Option<TierRates>; ServiceTier::ALL.len() - 1],
}

/// The rates of a response, and whether they are those of what it asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatesOf<'p> {
    /// The rates.
    pub rates: &'p Rates,
    /// `false` where the table has none for the tier.
    pub of_its_tier: bool,
}

impl ModelPrices {
    /// A model that costs the same at every tier.
    #[must_use]
    pub const fn flat(usual: Rates) -> Self {
        Self { standard: TierRates { usual, long_context: None }, others: [None; 3] }
    }

    /// The prices of a tier of its own; `None` where it has none.
    #[must_use]
    pub fn tier(&self, tier: ServiceTier) -> Option<&TierRates> {
        match tier as usize {
            0 => Some(&self.standard),
            other => self.others.get(other - 1)?.as_ref(),
        }
    }

    /// The rates of a response. A model without rates for a tier is priced at its usual ones; a tier without rates for
    /// long contexts is not offered for them, and the provider answers at the usual tier.
    #[must_use]
    pub fn rates(&self, tier: ServiceTier, long_context: bool) -> RatesOf<'_> {
        let own = self.tier(tier);
        let of_its_tier = own.is_some();
        let TierRates { usual, long_context: long } = own.unwrap_or(&self.standard);
        let rates = match (long_context, long, &self.standard.long_context) {
            (false, ..) | (true, None, None) => usual,
            (true, Some(long), _) | (true, None, Some(long)) => long,
        };
        RatesOf { rates, of_its_tier }
    }
}
