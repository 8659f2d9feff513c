//! The lines of a rollout on their way into the fold: those that cannot count are only passed over.

use crate::ledger::fold::Fold;
use crate::rollout::lines::{LineSink, LongLine};
use crate::rollout::record::parse;
use crate::rollout::record::prefilter::{LineKind, classify, ends_whole};
use crate::rollout::record::recover::has_seam;
use crate::rollout::timestamp::{leading_timestamp, parse_timestamp};

impl LineSink for Fold {
    fn line(&mut self, line: &[u8]) {
        self.copied_history.pass(line.len() as u64);
        match classify(line) {
            LineKind::Unneeded(unneeded) if ends_whole(last_two(line)) && !has_seam(line) => {
                self.written_ms = written_of(line).or(self.written_ms);
                self.unneeded(unneeded);
            }
            kind => self.read(line, kind),
        }
    }

    fn needs_whole(&mut self, head: &[u8]) -> bool {
        !matches!(classify(head), LineKind::Unneeded(_))
    }

    fn long_line(&mut self, line: LongLine<'_>) {
        self.copied_history.pass(line.length);
        match classify(line.head) {
            LineKind::Unneeded(unneeded) if !line.too_long && ends_whole(line.end) => {
                self.written_ms = leading_timestamp(line.head).or(self.written_ms);
                self.unneeded(unneeded);
            }
            _ => self.skipped += 1,
        }
    }
}

/// The time when a record was written, in milliseconds since 1970.
fn written_of(line: &[u8]) -> Option<i64> {
    leading_timestamp(line).or_else(|| parse_timestamp(&parse(line).ok()?.timestamp?))
}

fn last_two(line: &[u8]) -> [u8; 2] {
    match line {
        [.., first, second] => [*first, *second],
        _ => [0; 2],
    }
}
