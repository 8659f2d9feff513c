//! The use of the account's limits: the last reading in any rollout of a home, and the pace.

use std::collections::BTreeMap;

use crate::codec::decode;
use crate::error::Result;
use crate::index::home::HomeStore;
use crate::index::query::bill::limits_of_threads;
use crate::index::reading::progress::Watch;
use crate::ledger::limit_readings::{
    APART_MS, HOUR_MS, LimitHistory, LimitReadings, Newest, Point, is_same_window,
};
use crate::rollout::record::rate_limits::{LimitReading, LimitWindow};

const MINUTE_MS: i64 = 60 * 1_000;

/// A pace is not told from less time, in milliseconds: one long response would be taken for it.
const MIN_PACE_MS: i64 = 5 * MINUTE_MS;

/// All of a window, in thousandths of a percent.
const FULL_MILLI: i64 = 100_000;

/// A limit of the account, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentLimit {
    /// The last reading.
    pub reading: LimitReading,
    /// The thread whose rollout has it.
    pub thread_id: String,
    /// The shorter window; `None` where it was reset since the reading, or there is none.
    pub primary: Option<CurrentWindow>,
    /// The longer window.
    pub secondary: Option<CurrentWindow>,
    /// The windows that were reset since the reading: no record tells their use now.
    pub passed: Vec<LimitWindow>,
}

/// A window that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentWindow {
    /// The last reading.
    pub window: LimitWindow,
    /// The use in the hour before the reading, in thousandths of a percent; `None` where the records do not tell, or
    /// that hour is over.
    pub last_hour_milli: Option<i64>,
    /// The time when it is full at the pace of that hour, in milliseconds since 1970; `None` where it is reset before,
    /// or there is no pace.
    pub full_at_ms: Option<i64>,
}

/// Reads the limits of the account by their ids, as they are at `now_ms`.
///
/// # Errors
///
/// When the home cannot be read, or the caller cancelled it.
pub fn rate_limits(store: &HomeStore, now_ms: i64, watch: &Watch) -> Result<Vec<CurrentLimit>> {
    let mut by_id: BTreeMap<String, Vec<(String, LimitHistory)>> = BTreeMap::new();
    let mut newest = Newest::default();
    limits_of_threads(store, watch, |thread_id, limits| {
        let limits: LimitReadings = decode(limits).unwrap_or_default();
        for history in limits.histories_beside(&mut newest) {
            let id = history.last.limit_id.clone();
            by_id.entry(id).or_default().push((thread_id.to_owned(), history));
        }
    })?;
    Ok(by_id.into_values().filter_map(|told| account_limit(&told, now_ms)).collect())
}

fn account_limit(told: &[(String, LimitHistory)], now_ms: i64) -> Option<CurrentLimit> {
    let (thread_id, newest) = told.iter().max_by_key(|(id, told)| (told.last.read_ms, id))?;
    let reading = newest.last.clone();
    let passed = |window: &LimitWindow| {
        let length_ms = || Some(reading.read_ms + window.window_minutes?.checked_mul(MINUTE_MS)?);
        window.resets_at_ms.or_else(length_ms).is_some_and(|ends| ends <= now_ms)
    };
    let histories: Vec<&LimitHistory> = told.iter().map(|(_, history)| history).collect();
    let current = |of: Side| {
        let window = of.window(&reading).filter(|window| !passed(window))?;
        let pace =
            of.pace(&histories, &reading, &window).filter(|_| now_ms - reading.read_ms <= HOUR_MS);
        Some(CurrentWindow {
            window,
            last_hour_milli: pace.map(|pace| pace.used_milli),
            full_at_ms: pace.and_then(|pace| pace.full_at(&reading, &window)),
        })
    };
    let windows = [reading.primary, reading.secondary].into_iter().flatten();
    Some(CurrentLimit {
        thread_id: thread_id.clone(),
        primary: current(Side::Primary),
        secondary: current(Side::Secondary),
        passed: windows.filter(passed).collect(),
        reading,
    })
}

/// One of the two windows of a limit.
#[derive(Debug, Clone, Copy)]
enum Side {
    Primary,
    Secondary,
}

/// A use, and the time that it took.
#[derive(Debug, Clone, Copy)]
struct Pace {
    used_milli: i64,
    in_ms: i64,
}

impl Side {
    fn window(self, reading: &LimitReading) -> Option<LimitWindow> {
        match self {
            Self::Primary => reading.primary,
            Self::Secondary => reading.secondary,
        }
    }

    fn used_at(self, point: &Point) -> Option<i64> {
        match self {
            Self::Primary => point.primary_milli,
            Self::Secondary => point.secondary_milli,
        }
    }

    /// The use in the hour before a reading: since the beginning of the window where it began in that hour, else since
    /// about an hour before, else since the first reading in the hour. An older one tells no pace: nobody knows when
    /// the time between was worked and when it was not.
    fn pace(
        self,
        histories: &[&LimitHistory],
        reading: &LimitReading,
        window: &LimitWindow,
    ) -> Option<Pace> {
        let hour_began = reading.read_ms - HOUR_MS;
        let length_ms = window.window_minutes?.checked_mul(MINUTE_MS)?;
        let began = window.resets_at_ms?.checked_sub(length_ms)?;
        let is_same = |history: &&&LimitHistory| {
            self.window(&history.last).is_some_and(|other| is_same_window(&other, window))
        };
        let same = histories.iter().filter(is_same);
        let points = same.flat_map(|history| {
            let last =
                self.window(&history.last).map(|last| (history.last.read_ms, last.used_milli));
            let before = |point: &Point| Some((point.read_ms, self.used_at(point)?));
            history.before.iter().filter_map(before).chain(last)
        });
        let in_window = |(read_ms, used): &(i64, i64)| {
            let since = began.max(hour_began - APART_MS);
            (since..reading.read_ms).contains(read_ms) && *used <= window.used_milli
        };
        let points: Vec<(i64, i64)> = points.filter(in_window).collect();
        let (since, used) = if began >= hour_began {
            (began, 0)
        } else {
            let older = points.iter().filter(|(read_ms, _)| *read_ms <= hour_began).max();
            *older.or_else(|| points.iter().min())?
        };
        let in_ms = reading.read_ms - since;
        let used_milli = window.used_milli - used;
        (in_ms >= MIN_PACE_MS).then_some(Pace { used_milli, in_ms })
    }
}

impl Pace {
    fn full_at(self, reading: &LimitReading, window: &LimitWindow) -> Option<i64> {
        let left = (FULL_MILLI - window.used_milli).max(0);
        let lasts_ms = left.checked_mul(self.in_ms)?.checked_div(self.used_milli)?;
        let full_at = reading.read_ms.checked_add(lasts_ms)?;
        (self.used_milli > 0 && window.resets_at_ms.is_none_or(|reset| full_at < reset))
            .then_some(full_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: i64 = HOUR_MS;

    fn window(used: i64, resets_at_ms: i64) -> LimitWindow {
        let (window_minutes, resets_at_ms) = (Some(300), Some(resets_at_ms));
        LimitWindow { used_milli: used * 1_000, window_minutes, resets_at_ms }
    }

    fn told(thread: &str, read_ms: i64, primary: LimitWindow) -> (String, LimitHistory) {
        let last = LimitReading {
            limit_id: "codex".into(),
            plan_type: None,
            primary: Some(primary),
            secondary: None,
            credits: None,
            read_ms,
        };
        (thread.to_owned(), LimitHistory { last, before: Vec::new() })
    }

    fn primary(
        told: &[(String, LimitHistory)],
        now_ms: i64,
    ) -> Option<(i64, Option<i64>, Option<i64>)> {
        let window = account_limit(told, now_ms)?.primary?;
        Some((window.window.used_milli, window.last_hour_milli, window.full_at_ms))
    }

    #[test]
    fn readings_that_are_left_out_for_their_age_change_no_limit() {
        let (mut newest, now_ms) = (Newest::default(), 30 * HOURS);
        let (mut all, mut read) = (Vec::new(), Vec::new());
        // Newest first, but for every fifth: the last record of a thread need not be a reading.
        for step in 0..200 {
            let thread = format!("t-{step}");
            let before_ms = step * 7 * MINUTE_MS + (step % 5) * 40 * MINUTE_MS;
            let mut limits = LimitReadings::default();
            for back in (0..4).rev() {
                let read_ms = now_ms - before_ms - back * 11 * MINUTE_MS;
                let used = read_ms / (10 * MINUTE_MS);
                let line = format!(
                    r#"{{"payload":{{"rate_limits":{{"limit_id":"l{}","primary":{{"used_percent":{used},"window_minutes":3000,"resets_at":144000}},"secondary":null}}}}}}"#,
                    step % 3
                );
                limits.read(line.as_bytes(), read_ms);
            }
            let with_id = |history| (thread.clone(), history);
            all.extend(limits.histories().into_iter().map(with_id));
            read.extend(limits.histories_beside(&mut newest).into_iter().map(with_id));
        }
        assert!(read.len() < all.len() / 3, "{} of {}", read.len(), all.len());
        for id in ["l0", "l1", "l2"] {
            let of_id = |told: &[(String, LimitHistory)]| {
                let told = told.iter().filter(|(_, history)| history.last.limit_id == id);
                account_limit(&told.cloned().collect::<Vec<_>>(), now_ms)
            };
            let limit = of_id(&all).unwrap();
            assert!(limit.primary.unwrap().last_hour_milli.is_some());
            assert_eq!(of_id(&read), Some(limit));
        }
    }

    #[test]
    fn the_newest_reading_counts_whatever_thread_has_it() {
        let readings = || {
            vec![
                told("a", 2 * HOURS, window(20, 10 * HOURS)),
                told("b", 3 * HOURS, window(30, 10 * HOURS)),
                told("c", HOURS, window(10, 10 * HOURS)),
            ]
        };
        let limit = account_limit(&readings(), 3 * HOURS).unwrap();
        assert_eq!((limit.thread_id.as_str(), limit.passed.len()), ("b", 0));
    }

    #[test]
    fn the_pace_of_the_last_hour_tells_when_a_window_is_full() {
        let began = 5 * HOURS;
        let at = |hours: i64| began + hours * HOURS;
        let reset = began + 5 * HOURS;
        let two = |used| {
            vec![
                told("a", at(1), window(used, reset + 60_000)),
                told("b", at(2), window(60, reset)),
            ]
        };
        assert_eq!(primary(&two(20), at(2)), Some((60_000, Some(40_000), Some(at(3)))));
        // It is reset before it is full.
        assert_eq!(primary(&two(55), at(2)), Some((60_000, Some(5_000), None)));
        // Nothing was used: it lasts.
        assert_eq!(primary(&two(60), at(2)), Some((60_000, Some(0), None)));
        // That hour is over.
        assert_eq!(primary(&two(20), at(3) + 1), Some((60_000, None, None)));
        // The window began in that hour.
        let young = vec![told("a", began + HOURS / 2, window(25, reset))];
        assert_eq!(primary(&young, at(1)), Some((25_000, Some(25_000), Some(at(2)))));
        // What was used before a pause of hours is not of the last one.
        let paused = |minutes: i64| {
            let earlier = told("a", at(0) + HOURS / 2, window(20, reset));
            let before = told("b", at(4) - minutes * MINUTE_MS, window(40, reset));
            vec![earlier, before, told("c", at(4), window(45, reset))]
        };
        assert_eq!(primary(&paused(20), at(4)), Some((45_000, Some(5_000), None)));
        assert_eq!(primary(&paused(90), at(4)), Some((45_000, None, None)));
        // One reading of an older window tells no pace.
        assert_eq!(
            primary(&[told("b", at(2), window(60, reset))], at(2)),
            Some((60_000, None, None))
        );
    }

    #[test]
    fn a_window_that_was_reset_since_the_reading_is_not_current() {
        let limit = account_limit(&[told("a", 0, window(60, HOURS))], HOURS).unwrap();
        assert_eq!((limit.primary, limit.passed), (None, vec![window(60, HOURS)]));
        let unknown = LimitWindow { used_milli: 7, window_minutes: Some(60), resets_at_ms: None };
        let reading = || vec![told("a", 0, unknown)];
        assert!(primary(&reading(), HOURS - 1).is_some());
        assert_eq!(primary(&reading(), HOURS), None);
    }
}
