//! A user's own prices, and a table that the user has imported; both beside each other in `$XDG_CONFIG_HOME/ao-codex`,
//! else `~/.config/ao-codex`.
//!
//! `prices.json` is written by hand, in US dollars per million tokens:
//!
//! ```json
//! { "models": { "qwen3-coder:30b": { "input": 0, "output": 0 },
//!               "gpt-5": { "input": 1.0, "cachedInput": 0.1, "cacheWriteInput": 1.25, "output": 8.0,
//!                          "above272k": { "input": 2.0, "output": 12.0 },
//!                          "priority": { "input": 2.0, "output": 16.0 } } } }
//! ```
//!
//! A model that stands there replaces that of the imported table, and this one the built-in one of that name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::billing::litellm;
use crate::billing::local_time::LocalTime;
use crate::billing::price_table::{Origin, PriceTable, json};
use crate::billing::rates::{ModelPrices, Rates, TierRates};
use crate::error::{Error, Result};
use crate::fs::atomic::{Pending, make_private};
use crate::fs::file_stamp::Timestamp;
use crate::fs::guarded;
use crate::fs::user_dirs::Directories;
use crate::rollout::record::service_tier::ServiceTier;

/// The largest table that is read, in bytes: that of `LiteLLM` has two megabytes.
const LIMIT_BYTES: u64 = 32 * 1024 * 1024;

/// The names of prices in a user's file.
const PRICES: [&str; 4] = ["input", "cachedInput", "cacheWriteInput", "output"];

/// The name of the prices for long contexts.
const LONG: &str = "above272k";

/// The path of a user's own prices; `None` where no home directory is set.
#[must_use]
pub fn user_prices_path() -> Option<PathBuf> {
    Some(Directories::from_env().config?.join("prices.json"))
}

/// The path of the table that a user has imported; `None` where no home directory is set.
#[must_use]
pub fn imported_prices_path() -> Option<PathBuf> {
    Some(Directories::from_env().config?.join("imported-prices.json"))
}

/// The prices in force: the built-in ones, with the imported ones and the user's over them.
///
/// # Errors
///
/// When one of the user's files is there and cannot be read, or is no price table.
pub fn prices_in_force() -> Result<Arc<PriceTable>> {
    let mut table = PriceTable::built_in();
    if let Some(path) = imported_prices_path()
        && let Some(text) = read(&path)?
    {
        let imported = table.with_litellm(&text, Origin::Imported);
        table = Arc::new(imported.map_err(|reason| Error::invalid("read prices", &path, reason))?);
    }
    if let Some(path) = user_prices_path()
        && let Some(text) = read(&path)?
    {
        table = Arc::new(with_user_prices(&table, &text, &path)?);
    }
    Ok(table)
}

/// A table with the prices of a user's file over it.
///
/// # Errors
///
/// When `text` is not of the form above; with what is wrong in a person's words.
pub fn with_user_prices(table: &PriceTable, text: &str, path: &Path) -> Result<PriceTable> {
    let models = parse(text).map_err(|reason| Error::invalid("read prices", path, reason))?;
    let source = format!("{}, with {} over it", table.source(), path.display());
    Ok(table.with_rows(models, Origin::User).from_source(source))
}

/// A table that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its path kept.
    pub path: PathBuf,
    /// The number of models that it has.
    pub models: usize,
}

/// Makes a file of `LiteLLM`'s, `model_prices_and_context_window.json`, a table of the user's, in place of the one that
/// was imported before.
///
/// # Errors
///
/// When the file cannot be read, holds no price of a model, or what is made of it cannot be written.
pub fn import_prices(file: &Path) -> Result<Imported> {
    let invalid = |reason: &str| Error::invalid("import prices", file, reason);
    let text = read_given(file).map_err(|error| Error::io("import prices", file, error))?;
    let mut facts = json(&text).map_err(|reason| invalid(&reason))?;
    facts.retain(|_, facts| facts.get("input_cost_per_token").is_some());
    let models = litellm::models(&facts).map_err(|reason| invalid(&reason))?.len();
    if models == 0 {
        return Err(invalid(
            "no model in it has an \"input_cost_per_token\": is it LiteLLM's table?",
        ));
    }
    for model in facts.values_mut().filter_map(Value::as_object_mut) {
        model.retain(|key, price| key.contains("_cost") && price.is_number());
    }
    let path = imported_prices_path()
        .ok_or_else(|| invalid("no home directory is set, where the table could be kept"))?;
    let now = LocalTime::of_system().at_ms(Timestamp::now().ms());
    let table = json!({
        "source": format!("LiteLLM model prices, imported from {}", file.display()),
        "asOf": now.map(|now| now.date_naive().to_string()),
        "models": facts,
    });
    let failed = |error| Error::io("write prices", &path, error);
    put(&path, table.to_string().as_bytes()).map_err(failed)?;
    Ok(Imported { path, models })
}

/// The person named this file: a pipe, as a shell makes it of `<(curl …)`, is waited for.
fn read_given(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(LIMIT_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LIMIT_BYTES {
        return Err(io::Error::other(format!("larger than {LIMIT_BYTES} bytes")));
    }
    Ok(text)
}

fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    make_private(directory)?;
    let pending = Pending::new(path)?;
    pending.file().write_all(content)?;
    pending.file().sync_all()?;
    pending.replace()?;
    Ok(())
}

fn read(path: &Path) -> Result<Option<String>> {
    let failed = |error| Error::io("read prices", path, error);
    match guarded::read_behind_links(path, LIMIT_BYTES) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).map_err(|error| failed(io::Error::other(error)))?;
            Ok(Some(text))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn parse(text: &str) -> std::result::Result<BTreeMap<String, ModelPrices>, String> {
    let file = json(text)?;
    let Some(models) = file.get("models") else {
        let is_litellm = file.values().any(|model| model.get("input_cost_per_token").is_some());
        return Err(if is_litellm {
            "it is a table of LiteLLM's, which `ao-codex prices --from FILE` takes".to_owned()
        } else {
            "it has no \"models\"".to_owned()
        });
    };
    let models = models.as_object().ok_or("its \"models\" are no JSON object")?;
    let read = |(name, model): (&String, &Value)| {
        let facts = model.as_object().ok_or(format!("what it says of {name} is no JSON object"))?;
        Ok((name.to_ascii_lowercase(), model_prices(name, facts)?))
    };
    models.iter().map(read).collect()
}

fn model_prices(
    name: &str,
    facts: &Map<String, Value>,
) -> std::result::Result<ModelPrices, String> {
    let tiers = ServiceTier::ALL.map(ServiceTier::as_str);
    let [_, others @ ..] = tiers;
    let standard = tier_rates(name, facts, &others)?;
    let mut prices = ModelPrices { standard, others: [None; 3] };
    for (tier, own) in others.iter().zip(&mut prices.others) {
        if let Some(facts) = facts.get(*tier) {
            let of = format!("{name} at {tier}");
            let facts =
                facts.as_object().ok_or(format!("what it says of {of} is no JSON object"))?;
            *own = Some(tier_rates(&of, facts, &[])?);
        }
    }
    Ok(prices)
}

fn tier_rates(
    of: &str,
    facts: &Map<String, Value>,
    more: &[&str],
) -> std::result::Result<TierRates, String> {
    let known = |key: &str| PRICES.contains(&key) || key == LONG || more.contains(&key);
    if let Some(unknown) = facts.keys().find(|key| !known(key)) {
        return Err(format!("{of} has \"{unknown}\", which is no price: {}", known_names(more)));
    }
    let long_context = match facts.get(LONG) {
        None | Some(Value::Null) => None,
        Some(Value::Object(long)) => Some(rates(&format!("{of} above 272k"), long)?),
        Some(_) => return Err(format!("the \"{LONG}\" of {of} is no JSON object")),
    };
    Ok(TierRates { usual: rates(of, facts)?, long_context })
}

fn known_names(more: &[&str]) -> String {
    [&PRICES[..], &[LONG], more].concat().join(", ")
}

fn rates(of: &str, facts: &Map<String, Value>) -> std::result::Result<Rates, String> {
    let price = |key: &str| match facts.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64() {
            Some(price) if price >= 0.0 => Ok(Some(price)),
            Some(_) => Err(format!("a price of {of} is negative")),
            None => Err(format!("the \"{key}\" of {of} is {value}, which is no number")),
        },
    };
    let needed = |key: &str| price(key)?.ok_or_else(|| format!("{of} has no price for \"{key}\""));
    Ok(Rates {
        input: needed("input")?,
        cached_input: price("cachedInput")?,
        cache_write_input: price("cacheWriteInput")?,
        output: needed("output")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/home/dev/.config/ao-codex/prices.json";

    fn table(text: &str) -> Result<PriceTable> {
        with_user_prices(&PriceTable::built_in(), text, Path::new(PATH))
    }

    #[test]
    fn a_users_prices_lie_over_the_built_in_ones() {
        let table = table(
            r#"{"models":{"Local":{"input":0,"output":0},
                "gpt-5":{"input":1,"output":2,"priority":{"input":3,"output":4,"above272k":{"input":5,"output":6}}}}}"#,
        )
        .unwrap();
        let input =
            |model, tier, long| table.find(Some(model)).prices.rates(tier, long).rates.input;
        assert!((input("local", ServiceTier::Standard, false) - 0.0).abs() < 1e-9);
        assert!((input("gpt-5", ServiceTier::Standard, false) - 1.0).abs() < 1e-9);
        assert!((input("gpt-5", ServiceTier::Priority, false) - 3.0).abs() < 1e-9);
        assert!((input("gpt-5", ServiceTier::Priority, true) - 5.0).abs() < 1e-9);
        assert!((input("gpt-5.4", ServiceTier::Standard, false) - 2.5).abs() < 1e-9);
        assert!(table.source().ends_with(&format!(", with {PATH} over it")));
    }

    #[test]
    fn a_broken_file_is_told_in_words_with_the_model_and_the_field() {
        for (text, reason) in [
            ("", "it is empty"),
            ("{\"models\":{\n", "it ends before a bracket or a quote that it opens is closed"),
            (
                "{\"models\": {\n  \"x\": {\"input\": 1 \"output\": 2}}}",
                "it is no JSON: see line 2, near column 20, where a comma, a colon, a quote or a bracket is missing or too many",
            ),
            ("[]", "it is no JSON object"),
            ("{}", "it has no \"models\""),
            (r#"{"models":[]}"#, "its \"models\" are no JSON object"),
            (r#"{"models":{"x":1}}"#, "what it says of x is no JSON object"),
            (r#"{"models":{"x":{"input":-1,"output":2}}}"#, "a price of x is negative"),
            (r#"{"models":{"x":{"input":1}}}"#, "x has no price for \"output\""),
            (
                r#"{"models":{"x":{"input":"1","output":2}}}"#,
                "the \"input\" of x is \"1\", which is no number",
            ),
            (
                r#"{"models":{"x":{"input":1,"outputs":2}}}"#,
                "x has \"outputs\", which is no price: input, cachedInput, cacheWriteInput, output, above272k, priority, flex, ultrafast",
            ),
            (
                r#"{"models":{"x":{"input":1,"output":2,"flex":{"input":1}}}}"#,
                "x at flex has no price for \"output\"",
            ),
            (
                r#"{"x":{"input_cost_per_token":1}}"#,
                "it is a table of LiteLLM's, which `ao-codex prices --from FILE` takes",
            ),
        ] {
            let error = table(text).unwrap_err().to_string();
            assert_eq!(error, format!("cannot read prices {PATH}: {reason}"), "{text}");
        }
    }
}
