//! Hours, days, weeks and months, in the system's time zone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::billing::local_time::LocalTime;
use crate::ledger::buckets::{QUARTER_MS, UNDATED};

/// A length of time that a sum is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// `2026-11-28T14:00+01:00`: with its offset, since an hour comes twice when clocks are set back.
    Hour,
    /// `2026-11-28`.
    Day,
    /// `2026-W48`, as ISO 8601 counts them: from Monday.
    Week,
    /// `2026-11`.
    Month,
}

impl Period {
    fn format(self) -> &'static str {
        match self {
            Self::Hour => "%Y-%m-%dT%H:00%:z",
            Self::Day => "%Y-%m-%d",
            Self::Week => "%G-W%V",
            Self::Month => "%Y-%m",
        }
    }
}

/// Names the periods of many quarters of an hour, each once.
#[derive(Debug)]
pub struct Periods {
    period: Period,
    time: LocalTime,
    known: HashMap<i64, Option<Arc<str>>>,
}

impl Periods {
    /// Names of this length.
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self { period, time: LocalTime::of_system(), known: HashMap::new() }
    }

    /// The period that a quarter of an hour is in; `None` beyond the years that a calendar has, and where no record
    /// says when: that is counted as the first quarter of 1970.
    pub fn name(&mut self, quarter: i64) -> Option<Arc<str>> {
        let format = self.period.format();
        let is_dated = quarter != UNDATED;
        let named = || {
            let at = self.time.at_ms(quarter.saturating_mul(QUARTER_MS)).filter(|_| is_dated)?;
            Some(Arc::from(at.format(format).to_string()))
        };
        self.known.entry(quarter).or_insert_with(named).clone()
    }
}
