//! The limits of the account.

use ::napi::Result;
use napi_derive::napi;

use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::home::{HomeOptions, home_of};
use crate::binding::scan::{AbortSignal, OnProgress, scan};
use crate::fs::file_stamp::Timestamp;
use crate::index::homes::store_of;
use crate::index::query::limits::{self, CurrentLimit, CurrentWindow};
use crate::rollout::record::rate_limits::{Credits, LimitWindow};

/// The limits of an account, as the rollouts of a Codex home tell of them.
#[napi(object, object_from_js = false)]
pub struct RateLimits {
    /// The home that was read.
    pub codex_home: String,
    /// Each limit by its last reading, in the order of their ids.
    pub limits: Vec<RateLimit>,
}

/// A limit of the account.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RateLimit {
    /// `codex`, or what another one is called; records of old versions name none, and mean `codex`.
    pub limit_id: String,
    /// The plan of the account: `plus`, `pro`, …
    pub plan_type: Option<String>,
    /// The shorter window, of 5 hours. `null` where there is none, and where it was reset since the reading.
    pub primary: Option<RateLimitWindow>,
    /// The longer window, of a week. `null` likewise.
    pub secondary: Option<RateLimitWindow>,
    /// The rest of what was bought beside the plan.
    pub credits: Option<RateLimitCredits>,
    /// The time when the reading was written, in milliseconds since 1970.
    pub read_at_ms: i64,
    /// The thread whose rollout has it.
    pub thread_id: String,
    /// The windows that were reset since the reading, as they were: nobody knows what is used of them now. One that
    /// names neither its reset nor its length is never among them.
    pub passed: Vec<RateLimitWindow>,
}

/// A window of a limit.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RateLimitWindow {
    /// The use, in percent.
    pub used_percent: f64,
    /// The length in minutes: 300 or 10,080. `null` where the record does not say.
    pub window_minutes: Option<i64>,
    /// The time when it begins anew, in milliseconds since 1970. `null` where the record does not say.
    pub resets_at_ms: Option<i64>,
    /// The use in the hour before the reading, in percentage points. `null` where that hour is over, and where the
    /// records do not tell.
    pub last_hour_percent: Option<f64>,
    /// The time when it is full at that pace, in milliseconds since 1970. `null` where it is reset before, where no
    /// pace is known, and where nothing was used in that hour.
    pub full_at_ms: Option<i64>,
}

/// The rest of what was bought beside the plan.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RateLimitCredits {
    /// True if there are any.
    pub has_credits: bool,
    /// True if they do not end.
    pub unlimited: bool,
    /// The number that is left, as the provider spells it. `null` where the record does not say.
    pub balance: Option<String>,
}

/// Reads how much of the account's limits is used, from the last record of any thread that says so. Nobody is asked
/// over the network: the answer is as old as `readAtMs`.
///
/// `signal` ends the scan, and `onProgress` is told of it, as with `homeUsage`. Rejects when the home cannot be read.
#[napi]
pub async fn rate_limits(
    options: Option<Given<HomeOptions>>,
    signal: Option<Given<AbortSignal>>,
    #[napi(ts_arg_type = "((progress: ScanProgress) => void) | undefined | null")]
    on_progress: Option<Given<OnProgress>>,
) -> Result<RateLimits> {
    scan(signal, on_progress, |watch| {
        let home = home_of(options)?;
        Ok(move || {
            let read = limits::rate_limits(&store_of(&home), Timestamp::now().ms(), &watch)?;
            Ok(RateLimits {
                codex_home: home.path().to_string_lossy().into_owned(),
                limits: read.into_iter().map(RateLimit::from).collect(),
            })
        })
    })
    .await
}

impl From<CurrentLimit> for RateLimit {
    fn from(limit: CurrentLimit) -> Self {
        let CurrentLimit { reading, thread_id, primary, secondary, passed } = limit;
        Self {
            limit_id: reading.limit_id,
            plan_type: reading.plan_type,
            primary: primary.map(RateLimitWindow::from),
            secondary: secondary.map(RateLimitWindow::from),
            credits: reading.credits.map(RateLimitCredits::from),
            read_at_ms: reading.read_ms,
            thread_id,
            passed: passed.into_iter().map(RateLimitWindow::from).collect(),
        }
    }
}

impl From<CurrentWindow> for RateLimitWindow {
    fn from(CurrentWindow { window, last_hour_milli, full_at_ms }: CurrentWindow) -> Self {
        let last_hour_percent = last_hour_milli.map(percent);
        Self { last_hour_percent, full_at_ms, ..Self::from(window) }
    }
}

impl From<LimitWindow> for RateLimitWindow {
    fn from(LimitWindow { used_milli, window_minutes, resets_at_ms }: LimitWindow) -> Self {
        Self {
            used_percent: percent(used_milli),
            window_minutes,
            resets_at_ms,
            last_hour_percent: None,
            full_at_ms: None,
        }
    }
}

impl From<Credits> for RateLimitCredits {
    fn from(Credits { has_credits, unlimited, balance }: Credits) -> Self {
        Self { has_credits, unlimited, balance }
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is at most a thousand million")]
fn percent(milli: i64) -> f64 {
    milli as f64 / 1_000.0
}
