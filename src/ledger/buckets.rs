//! The buckets that usage is added up in: by model, workspace, service tier, quarter of an hour and length of context,
//! so that any later question — by model, by day in any time zone, by workspace — is a sum over buckets and needs no
//! second reading.

use std::collections::HashMap;
use std::sync::Arc;

use crate::codec::{Codec, Decoder, Encoder, codec_fields};
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// A quarter of an hour in milliseconds: the offset of every time zone in use is a multiple of it.
pub const QUARTER_MS: i64 = 15 * 60 * 1000;

/// The quarter of an hour of responses of which no record says when they were.
pub const UNDATED: i64 = 0;

/// A response with more input tokens than this is priced at the long-context rates of models that have them.
pub const LONG_CONTEXT_TOKENS: u64 = 272_000;

/// The key of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BucketKey {
    /// The model; `None` where the rollout names none.
    pub model: Option<Arc<str>>,
    /// The directory in which the turn ran; `None` where the rollout does not say.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turns asked for.
    pub tier: ServiceTier,
    /// The quarter of an hour, counted from 1970.
    pub quarter: i64,
    /// True if the responses had a long context.
    pub long_context: bool,
}

codec_fields!(BucketKey { model, workspace, tier, quarter, long_context });

/// The usage of one response, and the buckets it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The id of the response, where responses are listed.
    pub id: Option<Arc<str>>,
    /// The model that answered.
    pub model: Option<Arc<str>>,
    /// The directory in which the turn ran.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turn asked for.
    pub tier: ServiceTier,
    /// Its time, in milliseconds since 1970.
    pub at_ms: i64,
    /// The usage that it was billed.
    pub usage: TokenUsage,
    /// True if `usage` is one response's; several together say nothing about the length of each context.
    pub single: bool,
}

codec_fields!(Response { id, model, workspace, tier, at_ms, usage, single });

/// The number of last buckets that a response is compared with before it is looked up among all.
const RECENT_BUCKETS: usize = 16;

/// The certainty that a response was billed to the thread, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It was.
    Billed,
    /// It seems so as long as the thread that could tell is not there.
    Guessed,
    /// It was not: it is another thread's, copied.
    Inherited,
}

/// A response, where responses are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The response.
    pub response: Response,
    /// Its certainty.
    pub standing: Standing,
}

/// Usage, added up.
///
/// A thread has few buckets, and the next response mostly belongs to one of the last.
#[derive(Debug, Default, Clone)]
pub struct UsageBuckets {
    buckets: Vec<(BucketKey, TokenUsage)>,
    /// The index of each of the first buckets, as many as there were when one of them was looked for.
    places: HashMap<BucketKey, usize>,
    /// Each response by itself, where somebody wants to know.
    responses: Option<Vec<Listed>>,
}

impl PartialEq for UsageBuckets {
    fn eq(&self, other: &Self) -> bool {
        (&self.buckets, &self.responses) == (&other.buckets, &other.responses)
    }
}

impl Eq for UsageBuckets {}

/// The list of responses is not kept: who wants it reads the rollout again.
impl Codec for UsageBuckets {
    fn encode(&self, encoder: &mut Encoder) {
        self.buckets.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { buckets: Vec::decode(decoder)?, ..Self::default() })
    }
}

impl UsageBuckets {
    /// Buckets that also list each response by itself.
    #[must_use]
    pub fn listing_responses() -> Self {
        Self { responses: Some(Vec::new()), ..Self::default() }
    }

    /// Forgets each response by itself.
    pub fn stop_listing(&mut self) {
        self.responses = None;
    }

    /// Tells whether each response is listed by itself.
    #[must_use]
    pub fn lists_responses(&self) -> bool {
        self.responses.is_some()
    }

    /// The responses, in the order in which they were added; none where they are not listed.
    #[must_use]
    pub fn responses(&self) -> &[Listed] {
        self.responses.as_deref().unwrap_or_default()
    }

    /// Adds a response.
    pub fn add(&mut self, response: Response) {
        self.add_as(Standing::Billed, response);
    }

    /// Adds a response, if it was billed, and lists it as what it is.
    pub fn add_as(&mut self, standing: Standing, response: Response) {
        if response.usage.is_zero() && standing != Standing::Inherited {
            return;
        }
        if let Some(responses) = &mut self.responses {
            responses.push(Listed { response: response.clone(), standing });
        }
        if standing == Standing::Inherited {
            return;
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
        match self.place_of(&key).and_then(|place| self.buckets.get_mut(place)) {
            Some((_, sum)) => *sum = sum.plus(usage),
            None => self.buckets.push((key, usage)),
        }
    }

    fn place_of(&mut self, key: &BucketKey) -> Option<usize> {
        let before_recent = self.buckets.len().saturating_sub(RECENT_BUCKETS);
        let recent = self.buckets.get(before_recent..)?;
        if let Some(at) = recent.iter().rposition(|(known, _)| known == key) {
            return Some(before_recent + at);
        }
        if before_recent == 0 {
            return None;
        }
        let unplaced = self.buckets.iter().enumerate().skip(self.places.len());
        self.places.extend(unplaced.map(|(at, (key, _))| (key.clone(), at)));
        self.places.get(key).copied()
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: Self) {
        if self.buckets.is_empty() && self.responses().is_empty() {
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
        self.places = HashMap::new();
    }

    /// Every bucket, in the order of their first responses.
    pub fn iter(&self) -> impl Iterator<Item = (&BucketKey, &TokenUsage)> {
        self.buckets.iter().map(|(key, usage)| (key, usage))
    }

    /// Tells whether nothing was billed.
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
        self.places = HashMap::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(number: u64, model: u64) -> Response {
        Response {
            id: None,
            model: Some(format!("model-{model}").into()),
            workspace: None,
            tier: ServiceTier::Standard,
            at_ms: 0,
            usage: TokenUsage { input: number, ..TokenUsage::ZERO },
            single: true,
        }
    }

    #[test]
    fn what_was_not_billed_stays_listed_when_buckets_are_joined() {
        let mut sum = UsageBuckets::default();
        for standing in [Standing::Inherited, Standing::Billed] {
            let mut segment = UsageBuckets::listing_responses();
            segment.add_as(standing, response(7, 1));
            sum.merge(segment);
        }
        let standings: Vec<Standing> = sum.responses().iter().map(|one| one.standing).collect();
        assert_eq!(standings, [Standing::Inherited, Standing::Billed]);
        assert_eq!(sum.total().input, 7);
    }

    #[test]
    fn a_response_finds_its_bucket_however_many_came_between() {
        let models = 3 * RECENT_BUCKETS as u64;
        let mut buckets = UsageBuckets::default();
        for round in 1..=3 {
            for model in 0..models {
                buckets.add(response(round, model));
            }
        }
        let sums: Vec<_> =
            buckets.iter().map(|(key, usage)| (key.model.clone(), usage.input)).collect();
        let expected: Vec<_> =
            (0..models).map(|model| (Some(format!("model-{model}").into()), 6)).collect();
        assert_eq!(sums, expected);
        assert_eq!(crate::codec::decode(&crate::codec::encode(&buckets)), Some(buckets));
    }

    #[test]
    fn buckets_that_were_left_out_are_begun_anew() {
        let mut buckets = UsageBuckets::default();
        for model in 0..40 {
            buckets.add(response(1, model));
        }
        buckets.add(response(1, 0));
        buckets.retain(|key| key.model.as_deref() != Some("model-1"));
        for model in [0, 1, 1, 39] {
            buckets.add(response(10, model));
        }
        let input = |model: &str| {
            let found = buckets.iter().find(|(key, _)| key.model.as_deref() == Some(model));
            found.map(|(_, usage)| usage.input)
        };
        assert_eq!(
            ["model-0", "model-1", "model-2", "model-39"].map(input),
            [Some(12), Some(20), Some(1), Some(11)]
        );
        assert_eq!(buckets.iter().count(), 40);
    }
}
