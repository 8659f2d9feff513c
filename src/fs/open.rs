//! Opening a file that anyone may have put there: never blocks, follows no link, and yields regular files only.

use std::fs::{File, Metadata, OpenOptions};
use std::path::Path;

use crate::error::{Error, Result};

/// The last time that a `Date` of JavaScript can hold, in milliseconds since 1970. A file's time may be any number.
pub const LAST_MS: i64 = 8_640_000_000_000_000;

/// Tells whether the system refused for want of something that it may have the next time: descriptors, memory.
#[must_use]
pub(crate) fn is_shortage(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    return matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOMEM | libc::EAGAIN)
    );
    #[cfg(not(unix))]
    return error.kind() == std::io::ErrorKind::OutOfMemory;
}

const OPERATION: &str = "read rollout";

/// Opens a rollout for reading, and says what it is at this moment.
///
/// # Errors
///
/// When it cannot be opened, or is no regular file: a FIFO of a rollout's name would block the reader for ever.
pub fn open_rollout(path: &Path) -> Result<(File, Metadata)> {
    let file = open_unchecked(path)?;
    let metadata = file.metadata().map_err(|source| Error::io(OPERATION, path, source))?;
    if !metadata.is_file() {
        return Err(not_regular(path));
    }
    Ok((file, metadata))
}

/// The error of a path that has a rollout's name and is something else.
#[cold]
#[must_use]
pub fn not_regular(path: &Path) -> Error {
    Error::invalid(OPERATION, path, "not a regular file")
}

/// Opens a rollout without asking what it is, for a reader by position: that fails on anything else than a regular
/// file.
///
/// # Errors
///
/// When it cannot be opened.
pub fn open_unchecked(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_NOFOLLOW);
    }
    options.open(path).map_err(|source| {
        #[cfg(unix)]
        if source.raw_os_error() == Some(libc::ELOOP) {
            return Error::invalid(OPERATION, path, "a link, and links are not followed");
        }
        Error::io(OPERATION, path, source)
    })
}

/// The time of the last write in milliseconds since 1970; 0 where the system cannot say.
#[cfg(unix)]
#[must_use]
pub fn modified_ms(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    unix_ms(metadata.mtime(), metadata.mtime_nsec())
}

/// A time as Unix tells it, in milliseconds since 1970, as far as JavaScript knows time.
#[cfg(unix)]
#[must_use]
pub fn unix_ms(seconds: i64, nanos: i64) -> i64 {
    let ms = seconds.saturating_mul(1000).saturating_add(nanos / 1_000_000);
    ms.clamp(-LAST_MS, LAST_MS)
}

/// The time of the last write in milliseconds since 1970; 0 where the system cannot say.
#[cfg(not(unix))]
#[must_use]
pub fn modified_ms(metadata: &Metadata) -> i64 {
    let Ok(modified) = metadata.modified() else { return 0 };
    match modified.duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(LAST_MS).min(LAST_MS),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(-LAST_MS, |ms| -ms),
    }
}
