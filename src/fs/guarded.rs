//! Small files that somebody else may have put where we look: read without waiting, through no link, up to a limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The largest `.git`, `commondir`, `config` or `exclude` that is read, in bytes: they have a few hundred.
pub(crate) const SMALL_BYTES: u64 = 1024 * 1024;

/// A file that was opened, and what it was at that moment.
pub(crate) type Opened = (File, Metadata);

/// Opens a regular file. Of anything else, a link too, the error has the kind `InvalidInput`: a FIFO would wait for its
/// writer, a device never ends, and a link leads out of what was asked for.
pub(crate) fn open(path: &Path) -> io::Result<Opened> {
    open_with(path, Links::Refused)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Refused,
    Followed,
}

fn open_with(path: &Path, links: Links) -> io::Result<Opened> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let no_follow = if links == Links::Refused { libc::O_NOFOLLOW } else { 0 };
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | no_follow);
    }
    #[cfg(not(unix))]
    let _ = links;
    let file = options.open(path).map_err(|error| match error.raw_os_error() {
        #[cfg(unix)]
        Some(libc::ELOOP) if links == Links::Refused => {
            unsuitable("a link, and links are not followed")
        }
        // A socket.
        #[cfg(unix)]
        Some(libc::ENXIO) => unsuitable("not a regular file"),
        _ => error,
    })?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(unsuitable("not a regular file")) }
}

/// The whole of a regular file of up to `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_all(open(path)?, limit)
}

/// Reads a file that only we write: one of another user's is not believed.
pub(crate) fn read_own(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_all(open_own(path)?, limit)
}

/// Opens a file that only we write.
pub(crate) fn open_own(path: &Path) -> io::Result<Opened> {
    let (file, metadata) = open(path)?;
    if is_own(&metadata) { Ok((file, metadata)) } else { Err(unsuitable("another user's file")) }
}

#[cfg(unix)]
fn is_own(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Who is root acts for the user whose home it is.
    let user = rustix::process::geteuid();
    user.is_root() || metadata.uid() == user.as_raw()
}

/// On Windows the user's folders are nobody else's to write to.
#[cfg(not(unix))]
fn is_own(_metadata: &Metadata) -> bool {
    true
}

/// Reads as [`read`] does where a link is the person's own choice, as for their configuration.
pub(crate) fn read_behind_links(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read_all(open_behind_links(path)?, limit)
}

/// Opens a regular file behind the links that a person may have made.
pub(crate) fn open_behind_links(path: &Path) -> io::Result<Opened> {
    open_with(path, Links::Followed)
}

fn read_all((file, metadata): Opened, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    // It may grow while it is read.
    if metadata.len() <= limit {
        file.take(limit + 1).read_to_end(&mut content)?;
    }
    if metadata.len() > limit || content.len() as u64 > limit {
        return Err(unsuitable(&format!("larger than {limit} bytes")));
    }
    Ok(content)
}

fn unsuitable(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn only_regular_files_within_the_limit_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("file"), "12345678").unwrap();
        symlink("file", at("link")).unwrap();
        let fifo = std::process::Command::new("mkfifo").arg(at("fifo")).status().unwrap();
        assert!(fifo.success());
        let _listener = UnixListener::bind(at("socket")).unwrap();
        let reason = |path: &Path, limit| read(path, limit).unwrap_err().to_string();

        assert_eq!(read(&at("file"), 8).unwrap(), b"12345678");
        assert_eq!(reason(&at("file"), 7), "larger than 7 bytes");
        assert_eq!(reason(&at("link"), 8), "a link, and links are not followed");
        assert_eq!(reason(&at("fifo"), 8), "not a regular file");
        assert_eq!(reason(&at("socket"), 8), "not a regular file");
        assert_eq!(reason(Path::new("/dev/zero"), 8), "not a regular file");
        assert_eq!(reason(dir.path(), 8), "not a regular file");
        assert_eq!(read_behind_links(&at("link"), 8).unwrap(), b"12345678");
        assert_eq!(read(&at("gone"), 8).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
