//! Arithmetic on counts of tokens that can never wrap or go below zero.

use crate::rollout::record::TokenUsage;

impl TokenUsage {
    /// No tokens at all.
    pub const ZERO: Self =
        Self { input: 0, cached_input: 0, cache_write_input: 0, output: 0, reasoning_output: 0 };

    /// Tells whether there are no tokens at all.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Input and output together.
    #[must_use]
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// This usage, or none where there is neither input nor output: nothing was asked or answered then, and whatever
    /// else the record counts is no usage.
    #[must_use]
    pub fn or_none(self) -> Self {
        if self.total() == 0 { Self::ZERO } else { self }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.zip(other, u64::saturating_add)
    }

    /// The difference when `other` is taken away; `None` if any count would go below zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        let covers = self.input >= other.input
            && self.cached_input >= other.cached_input
            && self.cache_write_input >= other.cache_write_input
            && self.output >= other.output
            && self.reasoning_output >= other.reasoning_output;
        covers.then(|| self.zip(other, u64::saturating_sub))
    }

    fn zip(self, other: Self, with: fn(u64, u64) -> u64) -> Self {
        Self {
            input: with(self.input, other.input),
            cached_input: with(self.cached_input, other.cached_input),
            cache_write_input: with(self.cache_write_input, other.cache_write_input),
            output: with(self.output, other.output),
            reasoning_output: with(self.reasoning_output, other.reasoning_output),
        }
    }
}
