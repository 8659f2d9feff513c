//! The system's time zone: the environment variable `TZ`, and without it the zone that the machine is set to.

use chrono::{DateTime, FixedOffset};

/// Tells the local time of a moment.
#[derive(Debug)]
pub struct LocalTime {
    #[cfg(unix)]
    zone: tz::TimeZone,
}

#[cfg(unix)]
impl LocalTime {
    /// The zone as it is set now. UTC where none is set, and where the one that is set is unknown: so do libc and Node.
    #[must_use]
    pub fn of_system() -> Self {
        let set = std::env::var("TZ").unwrap_or_else(|_| "localtime".into());
        Self { zone: tz::TimeZone::from_posix_tz(&set).unwrap_or_else(|_| tz::TimeZone::utc()) }
    }

    /// `None` beyond the years that a calendar has.
    #[must_use]
    pub fn at_ms(&self, ms: i64) -> Option<DateTime<FixedOffset>> {
        let utc = DateTime::from_timestamp_millis(ms)?;
        let offset =
            self.zone.find_local_time_type(utc.timestamp()).map_or(0, tz::LocalTimeType::ut_offset);
        Some(utc.with_timezone(&FixedOffset::east_opt(offset)?))
    }
}

#[cfg(windows)]
impl LocalTime {
    /// The zone as it is set now.
    #[must_use]
    pub fn of_system() -> Self {
        Self {}
    }

    /// `None` beyond the years that a calendar has.
    #[must_use]
    pub fn at_ms(&self, ms: i64) -> Option<DateTime<FixedOffset>> {
        let utc = DateTime::from_timestamp_millis(ms)?;
        Some(utc.with_timezone(&chrono::Local).fixed_offset())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn local(zone: &str, ms: i64) -> Option<String> {
        let zone = tz::TimeZone::from_posix_tz(zone).unwrap();
        Some(LocalTime { zone }.at_ms(ms)?.to_rfc3339())
    }

    #[test]
    fn a_moment_has_the_offset_that_its_zone_had_then() {
        // Clocks are set forward at 2026-03-29T01:00Z, and back at 2026-10-25T01:00Z; the rule goes on after the table.
        let berlin = |ms| local("Europe/Berlin", ms).unwrap();
        assert_eq!(
            [1_774_745_999_999, 1_774_746_000_000, 1_792_889_999_999, 1_792_890_000_000]
                .map(berlin),
            [
                "2026-03-29T01:59:59.999+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-10-25T02:59:59.999+02:00",
                "2026-10-25T02:00:00+01:00",
            ]
        );
        assert_eq!(berlin(4_118_040_000_000), "2100-06-30T14:00:00+02:00");
    }

    #[test]
    fn a_zone_may_be_a_rule_a_path_or_a_name_after_a_colon() {
        let at = 1_782_864_000_000;
        assert_eq!(
            ["<+0530>-5:30", "CET-1CEST,M3.5.0,M10.5.0/3", ":Asia/Kathmandu"]
                .map(|it| local(it, at)),
            ["2026-07-01T05:30:00+05:30", "2026-07-01T02:00:00+02:00", "2026-07-01T05:45:00+05:45"]
                .map(|it| Some(it.to_owned()))
        );
        assert_eq!(
            local("/usr/share/zoneinfo/Asia/Tokyo", at).unwrap(),
            "2026-07-01T09:00:00+09:00"
        );
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_none() {
        assert_eq!([i64::MIN, i64::MAX].map(|ms| local("UTC", ms)), [None, None]);
    }
}
