//! The prices that reports are made with, row by row.

use ::napi::Result;
use napi_derive::napi;

use crate::billing::price_table::DEFAULT_PRICES;
use crate::billing::rates::{ModelPrices, Rates, TierRates};
use crate::billing::user_prices;
use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::runtime::blocking;
use crate::rollout::record::service_tier::ServiceTier;

/// Prices in US dollars per million tokens.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct PriceRow {
    /// The model.
    pub model: String,
    /// The source of its prices.
    #[napi(ts_type = "'built-in' | 'imported' | 'user' | 'default'")]
    pub origin: String,
    /// The service tier.
    #[napi(ts_type = "'standard' | 'priority' | 'flex' | 'ultrafast'")]
    pub tier: String,
    /// True if the prices are those of responses whose input is longer than 272,000 tokens.
    pub long_context: bool,
    /// Input that the provider had not in its cache.
    pub input: f64,
    /// Input from the cache.
    pub cached_input: f64,
    /// Input written into the cache.
    pub cache_write_input: f64,
    /// Output, reasoning included.
    pub output: f64,
}

/// The table of prices in force.
#[napi(object, object_from_js = false)]
pub struct PriceTable {
    /// The source of the row.
    pub source: String,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
    /// Its rows: the default's, then each model's, in the order of their names, tiers and lengths.
    pub rows: Vec<PriceRow>,
}

/// A table of prices that was imported.
#[napi(object, object_from_js = false)]
pub struct ImportedPrices {
    /// Its path kept.
    pub path: String,
    /// The number of models that it has.
    pub models: u32,
}

/// Gives the prices that reports are made with, row by row. Rejects when one of the user's price files cannot be read
/// or is no price table.
#[napi]
pub async fn price_table() -> Result<PriceTable> {
    blocking(|| {
        let table = user_prices::prices_in_force()?;
        let mut rows = rows_of("default", "default", &DEFAULT_PRICES);
        for (model, row) in table.rows() {
            rows.extend(rows_of(model, row.origin.as_str(), &row.prices));
        }
        let (source, as_of) = (table.source().to_owned(), table.as_of().to_owned());
        Ok(PriceTable { source, as_of, rows })
    })
    .await
}

/// Makes a table of `LiteLLM`'s (`model_prices_and_context_window.json`) the user's, in place of the one that was
/// imported before. Rejects when the file cannot be read, or holds no prices.
#[napi]
pub async fn import_prices(path: Given<String>) -> Result<ImportedPrices> {
    let path = path.path("path")?;
    blocking(move || {
        let imported = user_prices::import_prices(&path)?;
        let models = u32::try_from(imported.models).unwrap_or(u32::MAX);
        Ok(ImportedPrices { path: imported.path.to_string_lossy().into_owned(), models })
    })
    .await
}

fn rows_of(model: &str, origin: &str, prices: &ModelPrices) -> Vec<PriceRow> {
    let row = |tier: ServiceTier, long_context: bool, rates: &Rates| PriceRow {
        model: model.to_owned(),
        origin: origin.to_owned(),
        tier: tier.as_str().to_owned(),
        long_context,
        input: rates.input,
        cached_input: rates.cached_input.unwrap_or(rates.input),
        cache_write_input: rates.cache_write_input.unwrap_or(rates.input),
        output: rates.output,
    };
    let tiers = ServiceTier::ALL.into_iter().filter_map(|tier| Some((tier, prices.tier(tier)?)));
    tiers
        .flat_map(|(tier, TierRates { usual, long_context })| {
            let long = long_context.as_ref().map(|long| row(tier, true, long));
            [Some(row(tier, false, usual)), long]
        })
        .flatten()
        .collect()
}
