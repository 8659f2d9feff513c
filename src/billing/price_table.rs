//! The table of prices: the one that is built in, and what a user puts over it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;

use crate::error::{Error, Result};

/// Made by `scripts/update-prices.py`.
const BUILT_IN: &str = include_str!("openai-prices.json");

/// Prices of one tier, in US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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

/// Prices of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelPrices {
    /// Those of most responses.
    pub standard: Rates,
    /// Those of a response whose input is longer than 272,000 tokens, where they differ.
    pub long_context: Option<Rates>,
}

/// What an unknown or local model is priced at: the rates that the orchestrator has always documented.
pub const DEFAULT_PRICES: ModelPrices = ModelPrices {
    standard: Rates {
        input: 2.5,
        cached_input: Some(0.625),
        cache_write_input: None,
        output: 10.0,
    },
    long_context: None,
};

/// A table of prices.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceTable {
    source: String,
    as_of: String,
    models: BTreeMap<String, ModelPrices>,
}

impl PriceTable {
    /// The table that the package brings.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        static TABLE: OnceLock<Arc<PriceTable>> = OnceLock::new();
        Arc::clone(TABLE.get_or_init(|| {
            // A table that the tests have read cannot fail here; an empty one prices everything at the default.
            Arc::new(parse(BUILT_IN).unwrap_or_else(|reason| Self {
                source: format!("none: the built-in table is broken: {reason}"),
                as_of: String::new(),
                models: BTreeMap::new(),
            }))
        }))
    }

    /// This table with the prices of a user's file over it.
    ///
    /// # Errors
    ///
    /// When `text` is not of the form `{"models": {"<model>": {"input": …, "output": …}}}`, or a price is negative.
    pub fn with_user_prices(&self, text: &str, path: &Path) -> Result<Self> {
        let user = parse(text).map_err(|reason| Error::invalid("read prices", path, reason))?;
        let mut table = self.clone();
        table.models.extend(user.models);
        table.source = format!("{}, with {} over it", self.source, path.display());
        Ok(table)
    }

    /// Where the prices come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day of the prices, `YYYY-MM-DD`.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// The prices of a model, by its name, without a provider's prefix, or without the date at its end.
    #[must_use]
    pub fn get(&self, model: &str) -> Option<&ModelPrices> {
        let name = model.trim().to_ascii_lowercase();
        let bare = name.rsplit_once('/').map_or(name.as_str(), |(_provider, bare)| bare);
        self.models
            .get(&name)
            .or_else(|| self.models.get(bare))
            .or_else(|| self.models.get(undated(bare)))
    }
}

/// A model's name without `-YYYY-MM-DD` at its end.
fn undated(name: &str) -> &str {
    const DATE: usize = "-2026-11-22".len();
    let Some((bare, date)) = name.len().checked_sub(DATE).and_then(|at| name.split_at_checked(at))
    else {
        return name;
    };
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        0 | 5 | 8 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if is_date { bare } else { name }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireTable {
    #[serde(default)]
    source: String,
    #[serde(default)]
    as_of: String,
    /// For the reader of the file; there is no other.
    #[serde(default, rename = "unit")]
    _unit: Option<String>,
    models: BTreeMap<String, WireModel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireModel {
    input: f64,
    cached_input: Option<f64>,
    cache_write_input: Option<f64>,
    output: f64,
    above_272k: Option<Rates>,
}

fn parse(text: &str) -> std::result::Result<PriceTable, String> {
    let wire: WireTable = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut models = BTreeMap::new();
    for (name, model) in wire.models {
        let WireModel { input, cached_input, cache_write_input, output, above_272k } = model;
        let standard = Rates { input, cached_input, cache_write_input, output };
        for rates in [Some(standard), above_272k].into_iter().flatten() {
            let prices = [
                Some(rates.input),
                rates.cached_input,
                rates.cache_write_input,
                Some(rates.output),
            ];
            if prices.into_iter().flatten().any(|price| price < 0.0) {
                return Err(format!("a price of {name} is negative"));
            }
        }
        let prices = ModelPrices { standard, long_context: above_272k };
        models.insert(name.to_ascii_lowercase(), prices);
    }
    Ok(PriceTable { source: wire.source, as_of: wire.as_of, models })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_has_a_source_a_date_and_the_models() {
        let table = parse(BUILT_IN).unwrap();
        assert_eq!(table, *PriceTable::built_in());
        assert!(table.source().contains("LiteLLM"));
        assert_eq!(table.as_of().len(), "2026-11-22".len());
        let standard =
            Rates { input: 1.25, cached_input: Some(0.125), cache_write_input: None, output: 10.0 };
        assert_eq!(table.get("gpt-5"), Some(&ModelPrices { standard, long_context: None }));
    }

    #[test]
    fn a_model_is_found_with_a_providers_prefix_a_date_or_in_capitals() {
        let table = PriceTable::built_in();
        let expected = table.get("gpt-5.1-codex");
        assert!(expected.is_some());
        for name in ["openai/gpt-5.1-codex", "GPT-5.1-Codex", "gpt-5.1-codex-2026-01-31"] {
            assert_eq!(table.get(name), expected, "{name}");
        }
        for name in
            ["", "llama3.3:70b", "gpt-5.1-codex-", "gpt-5.1-codex-202-01-311", "-2026-01-31"]
        {
            assert_eq!(table.get(name), None, "{name}");
        }
    }

    #[test]
    fn a_users_prices_lie_over_the_built_in_ones() {
        let path = Path::new("/home/dev/.config/ao-codex/prices.json");
        let text = r#"{"models":{"Local":{"input":0,"output":0},"gpt-5":{"input":1,"output":2}}}"#;
        let table = PriceTable::built_in().with_user_prices(text, path).unwrap();
        assert_eq!(table.get("local").map(|prices| prices.standard.output), Some(0.0));
        assert_eq!(table.get("gpt-5").map(|prices| prices.standard.input), Some(1.0));
        assert!(table.get("o3").is_some());
    }

    #[test]
    fn a_users_file_of_another_form_is_an_error_that_says_where() {
        let path = Path::new("/home/dev/prices.json");
        let error =
            |text| PriceTable::built_in().with_user_prices(text, path).unwrap_err().to_string();
        assert_eq!(
            error(r#"{"models":{"x":{"input":-1,"output":2}}}"#),
            "cannot read prices /home/dev/prices.json: a price of x is negative"
        );
        assert!(error(r#"{"models":{"x":{"input":1}}}"#).contains("missing field `output`"));
        assert!(
            error(r#"{"models":{"x":{"input":1,"outputs":2}}}"#)
                .contains("unknown field `outputs`")
        );
    }
}
