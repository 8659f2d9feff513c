//! The order of a rollout's turns and counts, as hashes: what a copy of a history is compared with.
//!
//! Up to 0.98 turns have no ids. A fork of that time begins with a copy of its parent's records, and only the
//! comparison with the parent's own tells where the copy ends.

use std::hash::{DefaultHasher, Hasher};

/// How far apart two records of a copied history may have been written, in milliseconds: Codex writes the copy in one
/// go, whereas the fork's own first turn waits for a user and a model.
const MAX_COPY_GAP_MS: i64 = 10;

/// The hashes of a rollout's `turn_context`, `user_message` and `token_count` records in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Trail {
    hashes: Vec<u64>,
    last_ms: Option<i64>,
    pause_at: Option<usize>,
}

impl Trail {
    /// Adds a record, as written but for its timestamp. `begins_turn`: it can be the first of a turn.
    pub fn push(&mut self, raw: &str, at_ms: Option<i64>, begins_turn: bool) {
        if let (Some(at), Some(before)) = (at_ms, self.last_ms)
            && begins_turn
            && at - before > MAX_COPY_GAP_MS
            && self.pause_at.is_none()
        {
            self.pause_at = Some(self.hashes.len());
        }
        self.last_ms = at_ms.or(self.last_ms);
        let mut hasher = DefaultHasher::new();
        hasher.write(raw.as_bytes());
        self.hashes.push(hasher.finish());
    }

    /// Notes when the `session_meta` was written, from which the first gap is measured.
    pub fn begin(&mut self, at_ms: Option<i64>) {
        self.last_ms = at_ms;
    }

    /// How many records it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it has no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// How many of its first records are a copy: those that `parent` begins with too or, where the parent is not
    /// there to compare with, those that were written in one go.
    #[must_use]
    pub fn copied(&self, parent: Option<&Self>) -> usize {
        match parent {
            Some(parent) => {
                let pairs = self.hashes.iter().zip(&parent.hashes);
                pairs.take_while(|(own, theirs)| own == theirs).count()
            }
            None => self.pause_at.unwrap_or(self.hashes.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(records: &[(&str, i64)]) -> Trail {
        let mut trail = Trail::default();
        trail.begin(Some(0));
        for (raw, at) in records {
            trail.push(raw, Some(*at), raw.starts_with('t'));
        }
        trail
    }

    #[test]
    fn a_copy_ends_where_it_first_differs_from_the_parent() {
        let parent = trail(&[("t1", 0), ("c1", 9000), ("t2", 10_000), ("c2", 12_000)]);
        let fork = trail(&[("t1", 1), ("c1", 1), ("t3", 500), ("c3", 900)]);
        assert_eq!(fork.copied(Some(&parent)), 2);
        assert_eq!(parent.copied(Some(&parent)), 4);
    }

    #[test]
    fn without_the_parent_a_copy_ends_at_the_first_turn_after_a_pause() {
        let fork = trail(&[("t1", 1), ("c1", 1), ("t2", 2), ("c2", 2), ("t3", 18), ("c3", 40)]);
        assert_eq!(fork.copied(None), 4);
        assert_eq!(trail(&[("t1", 1), ("c1", 2)]).copied(None), 2);
    }
}
