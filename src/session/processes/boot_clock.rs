//! The system's clock beside the one that counts since the machine started: where the two part, the former was set, and
//! a moment of before it has another time than a look at both clocks says now.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::fs::atomic::{self, make_private};
use crate::fs::guarded::{self, SMALL_BYTES};
use crate::fs::user_dirs::Directories;

/// Both clocks are corrected together: a difference between them is of one that was set, or of the reading.
const SET_MS: i64 = 10;

/// A reading that takes longer was interrupted.
const READ_MS: i64 = 1;

/// The most attempts at a reading that is not interrupted.
const MAX_ATTEMPTS: usize = 32;

/// The most settings of a clock that are remembered, the newest: nobody sets one so often.
const MAX_READINGS: usize = 64;

/// The name of the file in our cache directory: another process may begin after the clock was set.
const FILE: &str = "clock.json";

/// Changes when the machine starts.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

static CLOCK: Mutex<Option<BootClock>> = Mutex::new(None);

/// The earliest time that a moment since the machine started may have had, in milliseconds since 1970.
pub(super) fn earliest_ms(since_boot_ms: i64) -> Option<i64> {
    let now = Reading::now()?;
    let mut clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = clock.get_or_insert_with(BootClock::load);
    if clock.is_news(now) {
        // Another process may have seen the clock being set.
        clock.merge(BootClock::load());
        clock.merge(BootClock { readings: vec![now], ..BootClock::default() });
        clock.keep();
    }
    clock.earliest_ms(since_boot_ms)
}

/// Both clocks at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Reading {
    since_boot_ms: i64,
    /// The time when the machine started, by the system's clock of this moment.
    booted_ms: i64,
}

impl Reading {
    fn now() -> Option<Self> {
        let mut best: Option<(i64, Self)> = None;
        for _ in 0..MAX_ATTEMPTS {
            let began = since_boot();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
            let since_boot_ms = since_boot();
            let (took, now_ms) = (since_boot_ms - began, i64::try_from(now.as_millis()).ok()?);
            if best.is_none_or(|(shortest, _)| took < shortest) {
                best = Some((took, Self { since_boot_ms, booted_ms: now_ms - since_boot_ms }));
            }
            if took <= READ_MS {
                break;
            }
        }
        best.map(|(_, reading)| reading)
    }
}

fn since_boot() -> i64 {
    let boot = clock_gettime(ClockId::Boottime);
    boot.tv_sec * 1000 + boot.tv_nsec / 1_000_000
}

/// The readings of one run of the machine after which the clock was another, oldest first.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct BootClock {
    boot: String,
    readings: Vec<Reading>,
}

impl BootClock {
    /// Nothing where there is nothing of this run of the machine.
    fn load() -> Self {
        let boot = fs::read_to_string(BOOT_ID).unwrap_or_default().trim().to_owned();
        let kept: Option<Self> = file().and_then(|file| {
            serde_json::from_slice(&guarded::read_own(&file, SMALL_BYTES).ok()?).ok()
        });
        let kept = kept.filter(|kept| !boot.is_empty() && kept.boot == boot);
        kept.unwrap_or(Self { boot, readings: Vec::new() })
    }

    /// A cache that cannot be written costs what was seen of the clock before.
    fn keep(&self) {
        let (Some(file), false) = (file(), self.boot.is_empty()) else { return };
        let _ = serde_json::to_vec(self).map_err(Into::into).and_then(|text| {
            file.parent().map_or(Ok(()), make_private)?;
            atomic::write(&file, &text)
        });
    }

    fn is_news(&self, now: Reading) -> bool {
        self.readings.last().is_none_or(|last| (now.booted_ms - last.booted_ms).abs() > SET_MS)
    }

    fn merge(&mut self, other: Self) {
        self.readings.extend(other.readings);
        self.readings.sort_unstable();
        self.readings.dedup_by(|next, one| (next.booted_ms - one.booted_ms).abs() <= SET_MS);
        let excess = self.readings.len().saturating_sub(MAX_READINGS);
        self.readings.drain(..excess);
    }

    /// A moment is as old as the earliest clock that was in force since says: the one that was read last before it, and
    /// all later ones.
    fn earliest_ms(&self, since_boot_ms: i64) -> Option<i64> {
        let before = self.readings.partition_point(|one| one.since_boot_ms <= since_boot_ms);
        let since = self.readings.get(before.saturating_sub(1)..)?;
        Some(since.iter().map(|one| one.booted_ms).min()? + since_boot_ms)
    }
}

fn file() -> Option<PathBuf> {
    Some(Directories::from_env().cache?.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn read(readings: &[(i64, i64)]) -> BootClock {
        let mut clock = BootClock::default();
        let all = readings.iter().map(|&(since_boot_ms, booted_ms)| {
            let reading = Reading { since_boot_ms, booted_ms };
            BootClock { readings: vec![reading], ..BootClock::default() }
        });
        all.for_each(|one| clock.merge(one));
        clock
    }

    #[test]
    fn a_moment_keeps_its_time_whichever_way_the_clock_is_set_after_it() {
        for set_ms in [HOUR_MS, -HOUR_MS, 365 * 24 * HOUR_MS] {
            let clock = read(&[(1_000, 0), (9_000, set_ms)]);
            let earliest = set_ms.min(0);
            assert_eq!(clock.earliest_ms(5_000), Some(5_000 + earliest), "{set_ms}");
            // Before the first look nobody knows.
            assert_eq!(clock.earliest_ms(500), Some(500 + earliest), "{set_ms}");
            // What began after it has no other time.
            assert_eq!(clock.earliest_ms(9_000), Some(9_000 + set_ms), "{set_ms}");
        }
        assert_eq!(BootClock::default().earliest_ms(0), None);
    }

    #[test]
    fn a_clock_that_nobody_sets_is_remembered_once_and_one_that_is_set_for_ever_is_bounded() {
        assert_eq!(read(&[(0, 0), (10, 3), (20, -5), (30, 9)]).readings.len(), 1);
        let often: Vec<(i64, i64)> = (0..1_000).map(|at| (at, at * HOUR_MS)).collect();
        let clock = read(&often);
        assert_eq!(clock.readings.len(), MAX_READINGS);
        assert_eq!(clock.earliest_ms(999), Some(999 * HOUR_MS + 999));
    }
}
