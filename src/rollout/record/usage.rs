//! Counts of tokens, as records spell them.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::rollout::record::item::{Item, Malformed, TokenCount, TokenUsage, TokenUsageRecord};
use crate::rollout::record::object::{Object, object};
use crate::rollout::record::prefilter::Unneeded;
use crate::rollout::record::text::Text;

/// 2^53: the largest count that every JSON reader holds exactly. More tokens than this were never billed to anyone.
const MAX_COUNT: u64 = 1 << 53;

#[derive(Deserialize)]
pub(crate) struct WireTokenUsageRecord<'a> {
    #[serde(borrow, default)]
    thread_id: Text<'a>,
    #[serde(borrow, default)]
    turn_id: Text<'a>,
    #[serde(borrow, default)]
    response_id: Text<'a>,
    #[serde(default)]
    usage: Option<Object<WireUsage>>,
}

impl<'a> From<WireTokenUsageRecord<'a>> for Item<'a> {
    fn from(wire: WireTokenUsageRecord<'a>) -> Self {
        let Some(Object(usage)) = wire.usage else { return Self::Unneeded(Unneeded::Other) };
        Self::TokenUsageRecord(TokenUsageRecord {
            thread_id: wire.thread_id.0,
            turn_id: wire.turn_id.0,
            response_id: wire.response_id.0,
            usage: usage.into(),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct WireInfo {
    #[serde(default)]
    total_token_usage: Option<Object<WireUsage>>,
    #[serde(default)]
    last_token_usage: Option<Object<WireUsage>>,
}

impl From<WireInfo> for TokenCount {
    fn from(wire: WireInfo) -> Self {
        let usage = |wire: Option<Object<WireUsage>>| wire.map(|wire| TokenUsage::from(wire.0));
        match (usage(wire.total_token_usage), usage(wire.last_token_usage)) {
            (None, None) => Self::Empty,
            (total, last) => Self::Counter { total, last },
        }
    }
}

#[derive(Deserialize)]
struct WireTokenCount {
    #[serde(default)]
    info: Option<Object<WireInfo>>,
}

pub(crate) fn token_count(raw: &str) -> Result<TokenCount, Malformed> {
    let wire: WireTokenCount = object(raw.as_bytes())?;
    if let Some(Object(info)) = wire.info {
        return Ok(info.into());
    }
    let wire: WireUsage = object(raw.as_bytes())?;
    Ok(if wire.is_absent() { TokenCount::Empty } else { TokenCount::Single(wire.into()) })
}

#[derive(Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "the names are Codex's")]
struct WireUsage {
    input_tokens: Option<Count>,
    #[serde(alias = "cached_tokens")]
    cached_input_tokens: Option<Count>,
    cache_write_input_tokens: Option<Count>,
    output_tokens: Option<Count>,
    #[serde(alias = "reasoning_tokens")]
    reasoning_output_tokens: Option<Count>,
    total_tokens: Option<Count>,
}

impl WireUsage {
    fn is_absent(&self) -> bool {
        self.input_tokens.is_none() && self.output_tokens.is_none() && self.total_tokens.is_none()
    }
}

impl From<WireUsage> for TokenUsage {
    fn from(wire: WireUsage) -> Self {
        let count = |count: Option<Count>| count.map_or(0, |count| count.0);
        Self {
            input: count(wire.input_tokens),
            cached_input: count(wire.cached_input_tokens),
            cache_write_input: count(wire.cache_write_input_tokens),
            output: count(wire.output_tokens),
            reasoning_output: count(wire.reasoning_output_tokens),
        }
        .or_none()
    }
}

/// A number of tokens: a whole number from 0 to 2^53, nothing else.
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u64::deserialize(deserializer)?;
        if count > MAX_COUNT {
            return Err(D::Error::custom("more tokens than any thread can have"));
        }
        Ok(Self(count))
    }
}
