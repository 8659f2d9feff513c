//! Where usage is added up: by model, workspace, service tier, quarter of an hour and length of context, so that any
//! later question — by model, by day in any time zone, by workspace — is a sum over buckets and needs no second reading.

use std::sync::Arc;

use crate::codec::{Codec, Decoder, Encoder, codec_fields};
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// A quarter of an hour in milliseconds: the offset of every time zone in use is a multiple of it.
pub const QUARTER_MS: i64 = 15 * 60 * 1000;

/// A response with more input tokens than this is priced at the long-context rates of models that have them.
pub const LONG_CONTEXT_TOKENS: u64 = 272_000;

/// What a bucket is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketKey {
    /// The model; `None` where the rollout names none.
    pub model: Option<Arc<str>>,
    /// Where the turn ran; `None` where the rollout does not say.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turns asked for.
    pub tier: ServiceTier,
    /// The quarter of an hour, counted from 1970.
    pub quarter: i64,
    /// Whether the responses had a long context.
    pub long_context: bool,
}

codec_fields!(BucketKey { model, workspace, tier, quarter, long_context });

/// What one response was billed, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The id of the response, where responses are listed.
    pub id: Option<Arc<str>>,
    /// The model that answered.
    pub model: Option<Arc<str>>,
    /// Where the turn ran.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turn asked for.
    pub tier: ServiceTier,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What it was billed.
    pub usage: TokenUsage,
    /// Whether `usage` is one response's; several together say nothing about the length of each context.
    pub single: bool,
}

codec_fields!(Response { id, model, workspace, tier, at_ms, usage, single });

/// Usage, added up.
///
/// A thread has few buckets, and the next response mostly belongs to the last one: a short list is searched from its end.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct UsageBuckets {
    buckets: Vec<(BucketKey, TokenUsage)>,
    /// Each response by itself, where somebody wants to know.
    responses: Option<Vec<Response>>,
}

/// The list of responses is not kept: who wants it reads the rollout again.
impl Codec for UsageBuckets {
    fn encode(&self, encoder: &mut Encoder) {
        self.buckets.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { buckets: Vec::decode(decoder)?, responses: None })
    }
}

impl UsageBuckets {
    /// Buckets that also list each response by itself.
    #[must_use]
    pub fn listing_responses() -> Self {
        Self { responses: Some(Vec::new()), ..Self::default() }
    }

    /// Whether each response is listed by itself.
    #[must_use]
    pub fn lists_responses(&self) -> bool {
        self.responses.is_some()
    }

    /// The responses, in the order in which they were added; none where they are not listed.
    #[must_use]
    pub fn responses(&self) -> &[Response] {
        self.responses.as_deref().unwrap_or_default()
    }

    /// Adds a response.
    pub fn add(&mut self, response: Response) {
        if response.usage.is_zero() {
            return;
        }
        if let Some(responses) = &mut self.responses {
            responses.push(response.clone());
        }
        let key = BucketKey {
            model: response.model,
            workspace: response.workspace,
            tier: response.tier,
            quarter: response.at_ms.div_euclid(QUARTER_MS),
            long_context: response.single && response.usage.input > LONG_CONTEXT_TOKENS,
        };
        self.add_to(key, response.usage);
    }

    fn add_to(&mut self, key: BucketKey, usage: TokenUsage) {
        match self.buckets.iter_mut().rfind(|(known, _)| *known == key) {
            Some((_, sum)) => *sum = sum.plus(usage),
            None => self.buckets.push((key, usage)),
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: Self) {
        if self.buckets.is_empty() {
            *self = other;
            return;
        }
        for (key, usage) in other.buckets {
            self.add_to(key, usage);
        }
        if let Some(responses) = &mut self.responses {
            responses.extend(other.responses.unwrap_or_default());
        }
    }

    /// Keeps the buckets that `keep` accepts.
    pub fn retain(&mut self, mut keep: impl FnMut(&BucketKey) -> bool) {
        self.buckets.retain(|(key, _)| keep(key));
    }

    /// Every bucket, in the order of their first responses.
    pub fn iter(&self) -> impl Iterator<Item = (&BucketKey, &TokenUsage)> {
        self.buckets.iter().map(|(key, usage)| (key, usage))
    }

    /// Whether nothing was billed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// The sum of all buckets.
    #[must_use]
    pub fn total(&self) -> TokenUsage {
        self.buckets.iter().fold(TokenUsage::ZERO, |sum, (_, usage)| sum.plus(*usage))
    }

    /// Gives back the room that was taken for buckets to come.
    pub fn shrink(&mut self) {
        self.buckets.shrink_to_fit();
    }
}
