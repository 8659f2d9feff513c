//! A Codex home: rollouts in date folders, oldest first.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use jiff::Timestamp;

use crate::rollout::{Rollout, Thread, Usage, uuid_v7};
use crate::text::Text;

/// The first thread began on 2025-12-01.
const FIRST_THREAD_MS: i64 = 1_764_547_200_000;

/// Threads begin this far apart: 32 a day.
const BETWEEN_THREADS_MS: i64 = 45 * 60 * 1000;

/// The workspace of the oldest thread, which no other has.
pub const OLDEST_WORKSPACE: &str = "/home/dev/worktrees/oldest";

/// The home to write.
pub struct Plan {
    pub files: u64,
    pub bytes: u64,
    pub workspaces: u64,
    pub seed: u64,
}

/// The home that was written.
#[derive(Debug, Default)]
pub struct Ledger {
    pub files: u64,
    pub bytes: u64,
    pub lines: u64,
    pub billed: Usage,
}

/// Writes a home.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write(home: &Path, plan: &Plan) -> io::Result<Ledger> {
    let mut rng = Rng::with_seed(plan.seed);
    let text = Text::new(&mut rng);
    let mut ledger = Ledger::default();
    for index in 0..plan.files {
        // What is left, shared among the files that are left, and each half to one and a half times that.
        let share = plan.bytes.saturating_sub(ledger.bytes) / (plan.files - index);
        let last = index + 1 == plan.files;
        let size = if last { share } else { share / 2 + rng.u64(..=share) };
        let ms = FIRST_THREAD_MS + i64::try_from(index).unwrap_or(0) * BETWEEN_THREADS_MS;
        let began = Timestamp::from_millisecond(ms).map_err(io::Error::other)?;
        let workspace = match index {
            0 => OLDEST_WORKSPACE.to_owned(),
            _ => format!("/home/dev/worktrees/task-{}", rng.u64(..plan.workspaces)),
        };
        let id = uuid_v7(ms, &mut rng);
        let dir = home.join("sessions").join(began.strftime("%Y/%m/%d").to_string());
        fs::create_dir_all(&dir)?;
        let name = format!("rollout-{}-{id}.jsonl", began.strftime("%Y-%m-%dT%H-%M-%S"));
        let file = File::create(dir.join(name))?;
        let thread = Thread { id, workspace, began };
        let written = Rollout::new(thread, &text, &mut rng, &file).fill(size)?;
        let ended = Duration::from_millis(u64::try_from(ms).unwrap_or(0) + 60_000);
        file.set_modified(SystemTime::UNIX_EPOCH + ended)?;
        ledger.files += 1;
        ledger.bytes += written.bytes;
        ledger.lines += written.lines;
        ledger.billed.add(written.billed);
    }
    Ok(ledger)
}
