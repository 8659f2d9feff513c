//! Threads with what they were billed in dollars, and where the prices come from.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::billing::cost::Cost;
use crate::billing::price_table::{PriceTable, PricedBy};
use crate::billing::report::prices::Prices;
use crate::ledger::buckets::UsageBuckets;
use crate::ledger::threads::Thread;
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// The name of a model, a workspace or a session that no record tells.
pub const UNKNOWN: &str = "unknown";

/// A usage and its cost.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct PricedUsage {
    /// The counts.
    pub tokens: TokenUsage,
    /// US dollars, at the prices of the table.
    pub cost_usd: f64,
}

impl PricedUsage {
    /// A usage that costs so much.
    #[must_use]
    pub fn new(tokens: TokenUsage, cost: Cost) -> Self {
        Self::default().plus(Self { tokens, cost_usd: cost.usd })
    }

    /// Both together. JSON knows no infinity, which a user's own prices could lead to.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.plus(other.tokens),
            cost_usd: (self.cost_usd + other.cost_usd).min(f64::MAX),
        }
    }
}

/// A thread, and what it was billed by model and by tier.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedThread {
    /// The thread. Its buckets are added up, and gone, and its limits too: ten thousand threads need not keep them.
    pub thread: Thread,
    /// The usage that it was billed.
    pub usage: PricedUsage,
    /// The usage by model; [`UNKNOWN`] where the rollout names none.
    pub models: BTreeMap<String, PricedUsage>,
    /// The usage by the tier that the turns asked for.
    pub tiers: BTreeMap<&'static str, PricedUsage>,
    /// True if the cost holds rates that are not the model's own at its tier.
    pub is_estimate: bool,
}

impl PricedThread {
    /// Prices a thread.
    #[must_use]
    pub fn new(thread: Thread, prices: &PriceTable) -> Self {
        Self::beside_buckets(thread, &mut Prices::new(prices)).0
    }

    /// Prices a thread, and gives its buckets beside it.
    fn beside_buckets(mut thread: Thread, prices: &mut Prices<'_>) -> (Self, UsageBuckets) {
        thread.limits = Box::default();
        let buckets = std::mem::take(&mut thread.buckets);
        let mut models: BTreeMap<String, PricedUsage> = BTreeMap::new();
        let mut tiers: BTreeMap<&'static str, PricedUsage> = BTreeMap::new();
        let mut is_estimate = false;
        for ((model, tier), (tokens, cost)) in by_model_and_tier(&buckets, prices) {
            let billed = PricedUsage::new(tokens, cost);
            let of_model = models.entry(model.unwrap_or(UNKNOWN).to_owned()).or_default();
            *of_model = of_model.plus(billed);
            let of_tier = tiers.entry(tier.as_str()).or_default();
            *of_tier = of_tier.plus(billed);
            is_estimate |= cost.is_estimate;
        }
        let usage = models.values().copied().fold(PricedUsage::default(), PricedUsage::plus);
        (Self { thread, usage, models, tiers, is_estimate }, buckets)
    }
}

/// The sum of the threads of a bill, and their models.
#[derive(Debug, Default)]
pub struct Totals {
    /// The sum.
    pub usage: PricedUsage,
    models: BTreeSet<String>,
}

impl Totals {
    /// Prices threads, and adds them. `spend` is given the buckets of each in turn, which are added up then.
    pub fn price(
        &mut self,
        threads: Vec<Thread>,
        prices: &mut Prices<'_>,
        mut spend: impl FnMut(UsageBuckets),
    ) -> Vec<PricedThread> {
        let billed = threads.into_iter().map(|thread| {
            let (billed, buckets) = PricedThread::beside_buckets(thread, prices);
            spend(buckets);
            billed
        });
        let billed: Vec<PricedThread> = billed.collect();
        for thread in &billed {
            self.usage = self.usage.plus(thread.usage);
            for model in thread.models.keys() {
                if !self.models.contains(model) {
                    self.models.insert(model.clone());
                }
            }
        }
        billed
    }

    /// The source of the prices of all these threads.
    #[must_use]
    pub fn pricing(&self, prices: &PriceTable) -> Pricing {
        Pricing::of(&self.models, prices)
    }
}

/// The usage of one model at one tier, in the order of both.
type ByModelAndTier<'s> = BTreeMap<(Option<&'s str>, ServiceTier), (TokenUsage, Cost)>;

/// A long thread has thousands of buckets, and few models and tiers: each is looked up once.
fn by_model_and_tier<'s>(buckets: &'s UsageBuckets, prices: &mut Prices<'_>) -> ByModelAndTier<'s> {
    let mut sums = ByModelAndTier::new();
    for (key, usage) in buckets.iter() {
        let (sum, cost) = sums.entry((key.model.as_deref(), key.tier)).or_default();
        *sum = sum.plus(*usage);
        cost.add(prices.cost(key, *usage));
    }
    sums
}

/// The source of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pricing {
    /// The table.
    pub source: String,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
    /// The models that are priced at the default rates.
    pub default_rated: Vec<String>,
    /// The models that are priced as a relative, with its name.
    pub family_rated: BTreeMap<String, String>,
}

impl Pricing {
    /// The source of a table's prices of these models.
    #[must_use]
    pub fn of(models: &BTreeSet<String>, prices: &PriceTable) -> Self {
        let mut default_rated = Vec::new();
        let mut family_rated = BTreeMap::new();
        for model in models {
            match prices.find((model != UNKNOWN).then_some(model)).by {
                PricedBy::Name(_) => {}
                PricedBy::Family(relative) => drop(family_rated.insert(model.clone(), relative)),
                PricedBy::Default => default_rated.push(model.clone()),
            }
        }
        Self {
            source: prices.source().to_owned(),
            as_of: prices.as_of().to_owned(),
            default_rated,
            family_rated,
        }
    }
}
