//! Prices as `LiteLLM` writes them: `input_cost_per_token`, with `_above_272k_tokens` and the name of a tier behind it.
//!
//! The built-in table has this form, and so has what a user imports: one reader for both.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::billing::rates::{ModelPrices, Rates, TierRates};
use crate::rollout::record::service_tier::ServiceTier;

/// A price per token, as one per million of them, has no more than this many digits behind the point.
const DECIMALS: f64 = 1e6;

/// Tokens to a price's unit.
const PER_TOKENS: f64 = 1e6;

/// The ending of the name of a price for a long context.
const LONG: &str = "_above_272k_tokens";

const INPUT: &str = "input_cost_per_token";
const CACHED_INPUT: &str = "cache_read_input_token_cost";
const CACHE_WRITE_INPUT: &str = "cache_creation_input_token_cost";
const OUTPUT: &str = "output_cost_per_token";

/// Reads the models that have a price per token of input and output; every other entry is something else's.
///
/// # Errors
///
/// When a price is negative; the text has the model's name.
pub fn models(table: &Map<String, Value>) -> Result<BTreeMap<String, ModelPrices>, String> {
    let mut models = BTreeMap::new();
    for (name, facts) in table {
        let Some(prices) = facts.as_object().and_then(model) else { continue };
        let tiers = ServiceTier::ALL.iter().filter_map(|tier| prices.tier(*tier));
        let mut rates = tiers.flat_map(|tier| [Some(tier.usual), tier.long_context]).flatten();
        if !rates.all(|rates| rates.are_prices()) {
            return Err(format!("a price of {name} is negative"));
        }
        models.insert(name.to_ascii_lowercase(), prices);
    }
    Ok(models)
}

fn model(facts: &Map<String, Value>) -> Option<ModelPrices> {
    let standard = tier(facts, ServiceTier::Standard)?;
    let [_, others @ ..] = ServiceTier::ALL;
    Some(ModelPrices { standard, others: others.map(|other| tier(facts, other)) })
}

fn tier(facts: &Map<String, Value>, tier: ServiceTier) -> Option<TierRates> {
    let usual = rates(facts, "", tier)?;
    Some(TierRates { usual, long_context: rates(facts, LONG, tier) })
}

/// The rates of a tier; `None` where it has no price for input. What else it has no price for costs what it usually
/// does.
fn rates(facts: &Map<String, Value>, length: &str, tier: ServiceTier) -> Option<Rates> {
    let of_tier = |key: &str| {
        let suffix = match tier {
            ServiceTier::Standard => String::new(),
            other => format!("_{}", other.as_str()),
        };
        price(facts, &format!("{key}{length}{suffix}"))
    };
    let or_usual = |key: &str| of_tier(key).or_else(|| price(facts, &format!("{key}{length}")));
    Some(Rates {
        input: of_tier(INPUT)?,
        cached_input: or_usual(CACHED_INPUT),
        cache_write_input: or_usual(CACHE_WRITE_INPUT),
        output: or_usual(OUTPUT)?,
    })
}

fn price(facts: &Map<String, Value>, key: &str) -> Option<f64> {
    let per_token = facts.get(key)?.as_f64()?;
    Some((per_token * PER_TOKENS * DECIMALS).round() / DECIMALS)
}
