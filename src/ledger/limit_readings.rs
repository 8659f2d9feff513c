//! The limits of the account as the records of one rollout tell of them: the last reading of each, and how much was
//! used in the hour before it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::codec::{Codec, Decoder, Encoder, codec_fields, encode};
use crate::rollout::record::rate_limits::{
    LimitReading, LimitWindow, limit_id_text, limits_text, read_limits, read_unusual_limits,
};

/// The time before the last reading that is remembered, in milliseconds.
pub const HOUR_MS: i64 = 60 * 60 * 1_000;

/// The shortest time between two remembered points of that hour, in milliseconds.
pub const APART_MS: i64 = 5 * 60 * 1_000;

/// By how much the reset of one window differs from record to record, in milliseconds: old versions say how far away it
/// is, in whole seconds, and the provider rounds.
const SAME_RESET_MS: i64 = 2 * 60 * 1_000;

/// The most limits of an account that are remembered: it has two or three.
const MAX_LIMITS: usize = 8;

/// The limits that one rollout tells of.
#[derive(Debug, Default, Clone)]
pub struct LimitReadings {
    limits: Vec<Limit>,
}

/// One limit.
#[derive(Debug, Clone)]
struct Limit {
    /// The id as the records spell it; empty where they name none.
    id: Box<[u8]>,
    last: Last,
    /// The hour before, oldest first.
    before: Vec<Point>,
}

/// The last reading: as the record has it until somebody asks.
#[derive(Debug, Clone)]
enum Last {
    Text { text: Vec<u8>, read_ms: i64 },
    Read { reading: Option<LimitReading>, read_ms: i64 },
}

/// The time of the newest reading of each limit, by the id as the records spell it.
pub type Newest = BTreeMap<Box<[u8]>, i64>;

/// The use at a moment of the window that the last reading is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// When, in milliseconds since 1970.
    pub read_ms: i64,
    /// The primary window, in thousandths of a percent.
    pub primary_milli: Option<i64>,
    /// The secondary window.
    pub secondary_milli: Option<i64>,
}

codec_fields!(Point { read_ms, primary_milli, secondary_milli });

/// A limit with the hour before its last reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitHistory {
    /// The last reading.
    pub last: LimitReading,
    /// The readings before it in the same windows, oldest first.
    pub before: Vec<Point>,
}

impl LimitReadings {
    /// Takes a `token_count` that was written at `read_ms`.
    pub fn read(&mut self, line: &[u8], read_ms: i64) {
        let Some(text) = limits_text(line) else {
            // It is spelled otherwise, or there are none.
            if let Some(reading) = read_unusual_limits(line, read_ms) {
                let id = reading.limit_id.clone();
                let reading = Some(reading);
                self.put(id.as_bytes(), read_ms, |last| *last = Last::Read { reading, read_ms });
            }
            return;
        };
        if !tells_something(text) {
            return;
        }
        self.put(limit_id_text(text), read_ms, |last| match last {
            Last::Text { text: known, read_ms: known_ms } => {
                known.clear();
                known.extend_from_slice(text);
                *known_ms = read_ms;
            }
            Last::Read { .. } => *last = Last::Text { text: text.to_vec(), read_ms },
        });
    }

    fn put(&mut self, id: &[u8], read_ms: i64, set: impl FnOnce(&mut Last)) {
        if let Some(limit) = self.limits.iter_mut().find(|limit| &*limit.id == id) {
            limit.remember_last();
            set(&mut limit.last);
        } else if self.limits.len() < MAX_LIMITS {
            let mut last = Last::Text { text: Vec::new(), read_ms };
            set(&mut last);
            self.limits.push(Limit { id: id.into(), last, before: Vec::new() });
        }
    }

    /// The limits as bytes, which [`decode`](crate::codec::decode) reads; none where no record tells of any.
    #[must_use]
    pub fn encoded(&self) -> Box<[u8]> {
        if self.limits.is_empty() { Box::default() } else { encode(self).into_boxed_slice() }
    }

    /// The limits, as far as their last records tell.
    #[must_use]
    pub fn histories(&self) -> Vec<LimitHistory> {
        self.histories_beside(&mut Newest::default())
    }

    /// The limits that may matter beside those of other rollouts: not one that was last read over an hour before the
    /// newest of its name. Of what thousands of threads tell, few are read.
    #[must_use]
    pub fn histories_beside(&self, newest: &mut Newest) -> Vec<LimitHistory> {
        let history = |limit: &Limit| {
            let read_ms = limit.last.read_ms();
            let known = newest.get(&limit.id).copied();
            if known.is_some_and(|newest| newest - read_ms > HOUR_MS + APART_MS) {
                return None;
            }
            let last = limit.last.reading()?;
            newest.insert(limit.id.clone(), known.map_or(read_ms, |known| known.max(read_ms)));
            let since = read_ms - HOUR_MS - APART_MS;
            let before = limit.before.iter().filter(|point| point.read_ms >= since);
            Some(LimitHistory { before: before.copied().collect(), last })
        };
        self.limits.iter().filter_map(history).collect()
    }
}

impl Limit {
    /// Puts the last reading with those before it, unless one of about the same time is there.
    fn remember_last(&mut self) {
        let read_ms = self.last.read_ms();
        if self.before.last().is_some_and(|point| read_ms - point.read_ms < APART_MS) {
            return;
        }
        let Some(reading) = self.last.reading() else { return };
        self.before.retain(|point| read_ms - point.read_ms <= HOUR_MS + APART_MS);
        self.before.push(Point {
            read_ms,
            primary_milli: reading.primary.map(|window| window.used_milli),
            secondary_milli: reading.secondary.map(|window| window.used_milli),
        });
    }
}

impl Last {
    fn read_ms(&self) -> i64 {
        match self {
            Self::Text { read_ms, .. } | Self::Read { read_ms, .. } => *read_ms,
        }
    }

    fn reading(&self) -> Option<LimitReading> {
        match self {
            Self::Text { text, read_ms } => read_limits(text, *read_ms),
            Self::Read { reading, .. } => reading.clone(),
        }
    }
}

/// Tells whether the text of limits has the use of a window or credits in it: an account that is billed by token has
/// neither, and a record that says nothing must not take the place of one that does.
fn tells_something(text: &[u8]) -> bool {
    static USED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"used_percent\":"));
    static CREDITS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"credits\":{"));
    let is_number = |at: usize| {
        let value = text.get(at + USED.needle().len()..).and_then(<[u8]>::first);
        value.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
    };
    USED.find_iter(text).any(is_number) || CREDITS.find(text).is_some()
}

/// Tells whether two readings are of the same window.
#[must_use]
pub fn is_same_window(one: &LimitWindow, other: &LimitWindow) -> bool {
    match (one.resets_at_ms, other.resets_at_ms) {
        (Some(one), Some(other)) => one.abs_diff(other) <= SAME_RESET_MS.unsigned_abs(),
        _ => false,
    }
}

impl Codec for LimitReadings {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.number(self.limits.len() as u64);
        for limit in &self.limits {
            encoder.raw(&limit.id);
            limit.last.read_ms().encode(encoder);
            limit.last.reading().encode(encoder);
            limit.before.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut limits = Vec::new();
        for _ in 0..decoder.number()? {
            let id = decoder.raw()?.into();
            let read_ms = i64::decode(decoder)?;
            let last = Last::Read { read_ms, reading: Option::decode(decoder)? };
            limits.push(Limit { id, last, before: Vec::decode(decoder)? });
        }
        Some(Self { limits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::decode;

    const MINUTE_MS: i64 = 60 * 1_000;

    fn line(id: &str, used: i64) -> String {
        format!(
            r#"{{"payload":{{"rate_limits":{{"limit_id":"{id}","primary":{{"used_percent":{used},"window_minutes":300,"resets_at":9000}},"secondary":null}}}}}}"#
        )
    }

    #[test]
    fn the_last_reading_and_the_hour_before_it_are_remembered() {
        let mut limits = LimitReadings::default();
        for minute in 0..120 {
            limits.read(line("codex", minute).as_bytes(), minute * MINUTE_MS);
        }
        let [history] = limits.histories().try_into().unwrap();
        assert_eq!(history.last.primary.unwrap().used_milli, 119_000);
        let minutes: Vec<i64> = history.before.iter().map(|at| at.read_ms / MINUTE_MS).collect();
        assert_eq!(minutes, [55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115]);
        let used: Vec<_> = history.before.iter().map(|at| at.primary_milli).collect();
        assert_eq!(used, minutes.iter().map(|at| Some(at * 1_000)).collect::<Vec<_>>());
    }

    #[test]
    fn each_limit_is_remembered_by_itself_and_a_record_without_any_takes_none_away() {
        let mut limits = LimitReadings::default();
        limits.read(line("codex", 1).as_bytes(), 0);
        limits.read(line("codex_other", 2).as_bytes(), 1);
        limits.read(br#"{"payload":{"rate_limits":null}}"#, 2);
        for nothing in [
            r#""primary":null"#,
            r#""primary":{"used_percent":null,"window_minutes":300}"#,
            r#""primary":{"window_minutes":300}},"info":{"a":{"#,
        ] {
            let line =
                format!(r#"{{"payload":{{"rate_limits":{{"limit_id":"codex",{nothing}}}}}}}"#);
            limits.read(line.as_bytes(), 3);
        }
        let last = |history: &LimitHistory| (history.last.limit_id.clone(), history.last.read_ms);
        let read: Vec<_> = limits.histories().iter().map(last).collect();
        assert_eq!(read, [("codex".to_owned(), 0), ("codex_other".to_owned(), 1)]);
    }

    #[test]
    fn limits_that_were_put_away_behind_any_record_go_on_as_if_they_were_not() {
        let mut whole = LimitReadings::default();
        let mut kept = encode(&whole);
        for minute in 0..200 {
            let line = match minute % 7 {
                0 => line("other", minute),
                1 => line("codex", 3).replace("\"used_percent\":3", "\"used_percent\":null"),
                2 => line("codex", minute).replace(':', ": "),
                _ => line("codex", minute),
            };
            whole.read(line.as_bytes(), minute * MINUTE_MS);
            let mut limits: LimitReadings = decode(&kept).unwrap();
            limits.read(line.as_bytes(), minute * MINUTE_MS);
            kept = encode(&limits);
            assert_eq!(limits.histories(), whole.histories());
        }
        assert_eq!(encode(&whole), kept);
    }
}
