//! The prices of models while a bill is added up.

use std::collections::HashMap;
use std::sync::Arc;

use crate::billing::cost::{Cost, cost};
use crate::billing::price_table::{PriceTable, Priced};
use crate::ledger::buckets::BucketKey;
use crate::rollout::record::TokenUsage;

/// The prices of models, each looked up once.
pub struct Prices<'t> {
    table: &'t PriceTable,
    known: HashMap<Option<Arc<str>>, Priced>,
}

impl<'t> Prices<'t> {
    /// Those of a table.
    #[must_use]
    pub fn new(table: &'t PriceTable) -> Self {
        Self { table, known: HashMap::new() }
    }

    /// The cost of what one bucket holds.
    pub fn cost(&mut self, key: &BucketKey, usage: TokenUsage) -> Cost {
        if let Some(priced) = self.known.get(&key.model) {
            return cost(priced, key, usage);
        }
        let priced = self.table.find(key.model.as_deref());
        let cost = cost(&priced, key, usage);
        self.known.insert(key.model.clone(), priced);
        cost
    }
}
