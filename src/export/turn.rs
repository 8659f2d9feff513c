//! One export of a host at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::index::reading::progress::Watch;

/// The pause between two looks at a lock that is held.
const PAUSE: Duration = Duration::from_millis(20);

const LOCK: &str = "lock export";

/// Waits until no other export of the host writes to `directory`; it is this one's turn until the file is closed.
///
/// # Errors
///
/// When the file cannot be locked, the other one has not ended after `max_wait`, or the caller cancelled it.
pub(super) fn take_turns(
    directory: &Path,
    host: &str,
    max_wait: Duration,
    watch: &Watch,
) -> Result<File> {
    let path = directory.join(format!(".host={host}.lock"));
    let failed = |source| Error::io(LOCK, &path, source);
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) if watch.is_cancelled() => {
                return Err(Error::cancelled(LOCK, &path));
            }
            Err(TryLockError::WouldBlock) if began.elapsed() >= max_wait => {
                let waited = max_wait.as_secs();
                let reason = format!("another export of this host has held it for {waited} s");
                return Err(Error::invalid(LOCK, &path, reason));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_that_does_not_end_is_an_error_that_names_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let take = |host| take_turns(directory.path(), host, Duration::ZERO, &Watch::default());
        let held = take("a").unwrap();
        let lock = directory.path().join(".host=a.lock");
        assert_eq!(
            take("a").unwrap_err().to_string(),
            format!(
                "cannot lock export {}: another export of this host has held it for 0 s",
                lock.display()
            )
        );
        take("b").unwrap();
        drop(held);
        take("a").unwrap();
    }

    #[test]
    fn a_wait_ends_when_its_caller_does() {
        let directory = tempfile::tempdir().unwrap();
        let watch = Watch::default();
        let take = || take_turns(directory.path(), "a", Duration::MAX, &watch);
        let _held = take().unwrap();
        watch.cancel();
        assert!(take().unwrap_err().is_cancelled());
    }

    #[test]
    fn who_waits_is_next() {
        let directory = tempfile::tempdir().unwrap();
        let take = || take_turns(directory.path(), "a", Duration::MAX, &Watch::default());
        let held = take().unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| take().is_ok());
            drop(held);
            assert!(waiting.join().unwrap());
        });
    }
}
