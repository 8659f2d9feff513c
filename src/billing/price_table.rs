//! The table of prices: the one that is built in, and what a user puts over it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::billing::litellm;
use crate::billing::model_name::{Gpt, bare, spellings};
use crate::billing::rates::{ModelPrices, Rates};

/// Made by `scripts/update-prices.py`.
const BUILT_IN: &str = include_str!("openai-prices.json");

/// The price of an unknown or local model: the rates that the orchestrator has always documented.
pub const DEFAULT_PRICES: ModelPrices = ModelPrices::flat(Rates {
    input: 2.5,
    cached_input: Some(0.625),
    cache_write_input: None,
    output: 10.0,
});

/// The source of a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The table that the package brings.
    BuiltIn,
    /// The table that the user has imported.
    Imported,
    /// The user's own file.
    User,
}

impl Origin {
    /// The name that programs see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Imported => "imported",
            Self::User => "user",
        }
    }
}

/// A model's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its prices.
    pub prices: ModelPrices,
    /// Their source.
    pub origin: Origin,
}

/// A table of prices.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceTable {
    source: String,
    as_of: String,
    models: BTreeMap<String, Row>,
}

/// By what a model was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PricedBy {
    /// A name of its own.
    Name(String),
    /// Its nearest relative, of this name.
    Family(String),
    /// Nothing: it is not in the table.
    Default,
}

/// The prices of a model, and by what it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Priced {
    /// The prices.
    pub prices: ModelPrices,
    /// By what it was found.
    pub by: PricedBy,
}

impl PriceTable {
    /// The table that the package brings.
    #[must_use]
    pub fn built_in() -> Arc<Self> {
        static TABLE: OnceLock<Arc<PriceTable>> = OnceLock::new();
        Arc::clone(TABLE.get_or_init(|| {
            let empty =
                Self { source: String::new(), as_of: String::new(), models: BTreeMap::new() };
            // A table that the tests have read cannot fail here; an empty one prices everything at the default.
            Arc::new(empty.with_litellm(BUILT_IN, Origin::BuiltIn).unwrap_or_else(|reason| Self {
                source: format!("none: the built-in table is broken: {reason}"),
                ..empty
            }))
        }))
    }

    /// This table with a table of `LiteLLM`'s form over it, whose source and day it takes.
    ///
    /// # Errors
    ///
    /// When `text` is no such table; with what is wrong in a person's words.
    pub fn with_litellm(&self, text: &str, origin: Origin) -> Result<Self, String> {
        let table: Map<String, Value> = json(text)?;
        let models = table.get("models").and_then(Value::as_object);
        let models = models.ok_or("it has no \"models\"")?;
        let word = |key| table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut result = self.with_rows(litellm::models(models)?, origin);
        (result.source, result.as_of) = (word("source"), word("asOf"));
        Ok(result)
    }

    /// This table with these rows over its own.
    #[must_use]
    pub fn with_rows(&self, models: BTreeMap<String, ModelPrices>, origin: Origin) -> Self {
        let mut table = self.clone();
        let rows = models.into_iter().map(|(name, prices)| (name, Row { prices, origin }));
        table.models.extend(rows);
        table
    }

    /// This table, whose source is said to be another.
    #[must_use]
    pub fn from_source(self, source: String) -> Self {
        Self { source, ..self }
    }

    /// The source of the prices.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day of the prices, `YYYY-MM-DD`.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Every row with its name, in the order of the names.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.models.iter().map(|(name, row)| (name.as_str(), row))
    }

    /// The prices of a model: by a name of its own, else its nearest relative's, else the default ones.
    ///
    /// The relative of `gpt-<version>-<variant>` is the newest version of that variant that is not newer, else the
    /// oldest one; where no version has the variant, that of the variant without its last word (`codex-spark`, `codex`,
    /// none).
    #[must_use]
    pub fn find(&self, model: Option<&str>) -> Priced {
        for name in model.map(spellings).unwrap_or_default() {
            if let Some(row) = self.models.get(&name) {
                return Priced { prices: row.prices, by: PricedBy::Name(name) };
            }
        }
        let bare = model.map(bare).unwrap_or_default();
        let mut relative = Gpt::parse(&bare);
        while let Some(gpt) = relative {
            if let Some((name, row)) = self.nearest(gpt) {
                return Priced { prices: row.prices, by: PricedBy::Family(name.to_owned()) };
            }
            relative = gpt.less_special();
        }
        Priced { prices: DEFAULT_PRICES, by: PricedBy::Default }
    }

    fn nearest(&self, wanted: Gpt<'_>) -> Option<(&str, &Row)> {
        let versions = self.models.iter().filter_map(|(name, row)| {
            let gpt = Gpt::parse(name).filter(|gpt| gpt.variant == wanted.variant)?;
            Some((gpt.version, name.as_str(), row))
        });
        let versions: BTreeMap<_, _> =
            versions.map(|(version, name, row)| (version, (name, row))).collect();
        let older = versions.range(..=wanted.version).next_back();
        older.or_else(|| versions.first_key_value()).map(|(_, found)| *found)
    }
}

/// Reads an object of JSON; what is none is told with the place.
pub(super) fn json(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("it is no JSON object".to_owned()),
        Err(_) if text.trim().is_empty() => Err("it is empty".to_owned()),
        Err(error) if error.is_eof() => {
            Err("it ends before a bracket or a quote that it opens is closed".to_owned())
        }
        Err(error) => Err(format!(
            "it is no JSON: see line {}, near column {}, where a comma, a colon, a quote or a bracket is missing or too many",
            error.line(),
            error.column()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::record::service_tier::ServiceTier;

    fn by(model: &str) -> PricedBy {
        PriceTable::built_in().find(Some(model)).by
    }

    fn name(name: &str) -> PricedBy {
        PricedBy::Name(name.to_owned())
    }

    fn family(name: &str) -> PricedBy {
        PricedBy::Family(name.to_owned())
    }

    #[test]
    fn the_built_in_table_has_a_source_a_date_and_the_models() {
        let table = PriceTable::built_in();
        assert!(table.source().contains("LiteLLM"));
        assert_eq!(table.as_of().len(), "2026-11-22".len());
        let usual =
            Rates { input: 1.25, cached_input: Some(0.125), cache_write_input: None, output: 10.0 };
        let found = table.find(Some("gpt-5"));
        assert_eq!((found.prices.standard.usual, found.by), (usual, name("gpt-5")));
    }

    #[test]
    fn every_tier_has_its_rates_and_those_of_long_contexts() {
        let gpt_6 = PriceTable::built_in().find(Some("gpt-6-sol")).prices;
        let input = |tier, long| gpt_6.rates(tier, long).rates.input;
        let inputs = ServiceTier::ALL.map(|tier| (input(tier, false), input(tier, true)));
        assert_eq!(inputs, [(2.0, 4.0), (4.0, 8.0), (1.0, 2.0), (2.0, 4.0)]);
        assert!(!gpt_6.rates(ServiceTier::Ultrafast, false).of_its_tier);
        // Not offered for long contexts: answered at the usual tier.
        let gpt_5 = PriceTable::built_in().find(Some("gpt-5.5")).prices;
        assert!((gpt_5.rates(ServiceTier::Priority, true).rates.input - 10.0).abs() < 1e-9);
        assert!((gpt_5.rates(ServiceTier::Priority, false).rates.input - 12.5).abs() < 1e-9);
    }

    #[test]
    fn a_model_is_found_by_any_name_of_its_own() {
        for spelled in ["openai/gpt-5.1-codex", "GPT-5.1-Codex", "gpt-5.1-codex-2026-01-31"] {
            assert_eq!(by(spelled), name("gpt-5.1-codex"), "{spelled}");
        }
        assert_eq!(by("azure/gpt-5.4"), name("azure/gpt-5.4"));
        assert_eq!(by("azure/my/gpt-5.4-high"), name("gpt-5.4"));
        assert_eq!(by("us.openai.gpt-5"), name("gpt-5"));
    }

    #[test]
    fn a_model_that_is_in_no_table_is_priced_as_its_nearest_relative() {
        for (model, relative) in [
            ("gpt-6.2-sol", "gpt-6.1-sol"),
            ("openai/gpt-6.2-astra-high", "gpt-6-astra"),
            ("gpt-5.4-codex", "gpt-5.3-codex"),
            ("gpt-5-codex-mini", "gpt-5.1-codex-mini"),
            ("gpt-5.3-codex-spark", "gpt-5.3-codex"),
            ("gpt-6.2-mini", "gpt-5.4-mini"),
            ("gpt-5.3", "gpt-5.2"),
        ] {
            assert_eq!(by(model), family(relative), "{model}");
        }
        for model in ["", "llama3.3:70b", "gpt-oss:120b", "codex-auto-review", "my-gpt-5.4-x"] {
            assert_eq!(by(model), PricedBy::Default, "{model}");
        }
        assert_eq!(PriceTable::built_in().find(None).by, PricedBy::Default);
    }

    #[test]
    fn a_table_of_another_form_is_told_in_words() {
        let told = |text| PriceTable::built_in().with_litellm(text, Origin::Imported).unwrap_err();
        assert_eq!(told("[]"), "it is no JSON object");
        assert_eq!(told("{}"), "it has no \"models\"");
        let negative = r#"{"models":{"x":{"input_cost_per_token":-1,"output_cost_per_token":1}}}"#;
        assert_eq!(told(negative), "a price of x is negative");
    }
}
