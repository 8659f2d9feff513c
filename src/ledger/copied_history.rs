//! The order of a rollout's turns and counts, as hashes: what a copy of a history is compared with.
//!
//! Up to 0.98 turns have no ids. A fork of that time begins with a copy of its parent's records, and only the
//! comparison with the parent's own tells where the copy ends. What is compared is what the records say, not their
//! text: a newer version writes the copy of an older one's records with more fields.

use std::hash::Hash;

use crate::codec::{Codec, Decoder, Encoder, stable_hash};

/// Between two records of a copy lies less than this many milliseconds, whereas a model takes longer to answer …
const MIN_ANSWER_MS: i64 = 3;

/// … unless there is much to copy between them: a slow disk takes that many bytes in a millisecond.
const COPIED_BYTES_PER_MS: u64 = 50_000;

/// The `turn_context` and `token_count` records of a rollout in order, as hashes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CopiedHistory {
    hashes: Vec<u64>,
    last_ms: Option<i64>,
    bytes_since: u64,
    /// The first record that cannot have been written in one go with those before it.
    pause_at: Option<usize>,
}

impl Codec for CopiedHistory {
    fn encode(&self, encoder: &mut Encoder) {
        self.last_ms.encode(encoder);
        self.bytes_since.encode(encoder);
        self.pause_at.encode(encoder);
        self.hashes.len().encode(encoder);
        for hash in &self.hashes {
            encoder.fixed(*hash);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        let last_ms = Option::decode(decoder)?;
        let bytes_since = u64::decode(decoder)?;
        let pause_at = Option::decode(decoder)?;
        let hashes = 0..usize::decode(decoder)?;
        let hashes = hashes.map(|_| decoder.fixed()).collect::<Option<_>>()?;
        Some(Self { hashes, last_ms, bytes_since, pause_at })
    }
}

impl CopiedHistory {
    /// Notes when the `session_meta` was written, from which the first gap is measured.
    pub fn begin(&mut self, at_ms: Option<i64>) {
        self.last_ms = at_ms;
        self.bytes_since = 0;
    }

    /// Notes bytes of records, those of the copied history and those between.
    pub fn pass(&mut self, bytes: u64) {
        self.bytes_since = self.bytes_since.saturating_add(bytes);
    }

    /// Adds a record by what it says.
    pub fn push(&mut self, says: &impl Hash, at_ms: Option<i64>) {
        if let (Some(at), Some(before)) = (at_ms, self.last_ms)
            && self.pause_at.is_none()
        {
            let copying = i64::try_from(self.bytes_since / COPIED_BYTES_PER_MS).unwrap_or(i64::MAX);
            if at.saturating_sub(before) >= MIN_ANSWER_MS.saturating_add(copying) {
                self.pause_at = Some(self.hashes.len());
            }
        }
        self.last_ms = at_ms.or(self.last_ms);
        self.bytes_since = 0;
        self.hashes.push(stable_hash(says));
    }

    /// The number of records that it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Tells whether it has no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The number of its first records that are a copy: those that `parent` has too, in the same order, or those that
    /// were written in one go, whichever are more. A copy leaves out what was rolled back, and what the version that
    /// copies cannot read of an older one's records; and a slow one has pauses of its own.
    #[must_use]
    pub fn copied(&self, parent: Option<&Self>) -> usize {
        let Some(parent) = parent else { return self.pause_at.unwrap_or(self.hashes.len()) };
        let mut theirs = parent.hashes.iter();
        let alike = self.hashes.iter().take_while(|own| theirs.any(|one| one == *own)).count();
        alike.max(self.pause_at.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history_of(records: &[(&str, i64)]) -> CopiedHistory {
        let mut copied_history = CopiedHistory::default();
        copied_history.begin(Some(0));
        for (says, at) in records {
            copied_history.push(says, Some(*at));
        }
        copied_history
    }

    #[test]
    fn a_copy_ends_where_it_first_differs_from_the_parent() {
        let parent = history_of(&[("t1", 0), ("c1", 9000), ("t2", 10_000), ("c2", 12_000)]);
        let fork = history_of(&[("t1", 1), ("c1", 1), ("t3", 500), ("c3", 900)]);
        assert_eq!(fork.copied(Some(&parent)), 2);
        assert_eq!(parent.copied(Some(&parent)), 4);
    }

    #[test]
    fn a_copy_that_leaves_out_what_was_rolled_back_ends_at_the_first_pause() {
        let parent = history_of(&[
            ("t1", 0),
            ("c1", 900),
            ("t2", 1000),
            ("c2", 1200),
            ("t3", 1300),
            ("c3", 1500),
        ]);
        let fork =
            history_of(&[("t1", 1), ("c1", 1), ("t3", 1), ("c3", 2), ("t4", 90), ("c4", 130)]);
        assert_eq!(fork.copied(Some(&parent)), 4);
    }

    #[test]
    fn a_slow_copy_of_what_the_parent_has_is_a_copy() {
        let records = [("t1", 0), ("c1", 900), ("t2", 1000), ("c2", 1200)];
        let slow = [("t1", 1), ("c1", 50), ("t2", 100), ("c2", 150), ("t3", 200), ("c3", 300)];
        assert_eq!(history_of(&slow).copied(Some(&history_of(&records))), 4);
    }

    #[test]
    fn a_slow_copy_that_leaves_out_what_it_cannot_read_is_a_copy() {
        let records =
            [("t1", 0), ("c1", 900), ("t2", 1000), ("c2", 1200), ("t3", 1300), ("c3", 1500)];
        let slow = [("c1", 1), ("c2", 5), ("t3", 6), ("c3", 6), ("t4", 60), ("c4", 80)];
        assert_eq!(history_of(&slow).copied(Some(&history_of(&records))), 4);
    }

    #[test]
    fn without_the_parent_a_copy_ends_at_the_first_pause() {
        let fork = history_of(&[("t1", 1), ("c1", 1), ("t2", 2), ("c2", 2), ("t3", 4), ("c3", 40)]);
        assert_eq!(fork.copied(None), 5);
        assert_eq!(history_of(&[("t1", 1), ("c1", 2)]).copied(None), 2);
    }

    #[test]
    fn a_large_copy_takes_its_time() {
        let mut fork = history_of(&[("t1", 1)]);
        fork.pass(10_000_000);
        fork.push(&"c1", Some(100));
        assert_eq!(fork.copied(None), 2);
        fork.push(&"c2", Some(110));
        assert_eq!(fork.copied(None), 2);
    }
}
