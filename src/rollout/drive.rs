//! The spellings of a directory on a drive of Windows: `C:\shop`, `c:\shop`, `\\?\C:\shop`, and `/mnt/c/shop` where the
//! Linux beside it (WSL) sees it. On Windows and there they are one; elsewhere each is what it says.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The prefix of a Windows path that is to be taken as it is.
const VERBATIM: &str = r"\\?\";

/// The prefix of such a path on the network.
const VERBATIM_UNC: &str = r"\\?\UNC\";

/// The names of devices, which no file has in any directory, whatever comes behind a dot; so are `COM` and `LPT` with a
/// digit.
const DEVICES: [&str; 4] = ["AUX", "CON", "NUL", "PRN"];

/// The directory under which the Linux beside Windows has the drives.
const MOUNTS: &str = "/mnt/";

/// The file in which a kernel says what it is.
const KERNEL_VERSION: &str = "/proc/version";

/// The spelling of a directory on a drive on this machine.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// `C:\shop`.
    Windows,
    /// `/mnt/c/shop`.
    Wsl,
    /// It has no drives.
    #[default]
    Other,
}

impl Platform {
    /// The platform of this machine. A Linux beside Windows is told by `WSL_DISTRO_NAME`, or by its kernel, which is
    /// Microsoft's.
    #[must_use]
    pub fn current() -> Self {
        static CURRENT: LazyLock<Platform> = LazyLock::new(|| {
            let is_wsl = || {
                env::var_os("WSL_DISTRO_NAME").is_some()
                    || fs::read_to_string(KERNEL_VERSION)
                        .is_ok_and(|version| version.to_ascii_lowercase().contains("microsoft"))
            };
            match () {
                () if cfg!(windows) => Platform::Windows,
                () if cfg!(target_os = "linux") && is_wsl() => Platform::Wsl,
                () => Platform::Other,
            }
        });
        *CURRENT
    }

    /// A directory on a drive as this platform spells it; `None` where the path leads to none, or there are none.
    #[must_use]
    pub fn spell(self, path: &Path) -> Option<PathBuf> {
        if self == Self::Other {
            return None;
        }
        let (drive, rest) = drive_of(path.to_str()?)?;
        let parts = rest.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
        let parts: Vec<&str> = parts.collect();
        Some(PathBuf::from(match self {
            Self::Windows => format!(r"{}:\{}", drive.to_ascii_uppercase(), parts.join(r"\")),
            _ if parts.is_empty() => format!("{MOUNTS}{drive}"),
            _ => format!("{MOUNTS}{drive}/{}", parts.join("/")),
        }))
    }
}

/// The letter of a drive in lower case, and the path on it.
fn drive_of(path: &str) -> Option<(char, &str)> {
    let (letter, rest) = if let Some(mounted) = path.strip_prefix(MOUNTS) {
        mounted.split_at_checked(1)?
    } else {
        let (letter, rest) = path.strip_prefix(VERBATIM).unwrap_or(path).split_at_checked(1)?;
        (letter, rest.strip_prefix(':')?)
    };
    let letter = letter.chars().next().filter(char::is_ascii_alphabetic)?;
    // Without a separator it is a name that begins like a drive, or a place on it that only a process knows.
    let is_whole = rest.starts_with(['/', '\\']) || (rest.is_empty() && path.starts_with(MOUNTS));
    is_whole.then_some((letter.to_ascii_lowercase(), rest))
}

/// The one spelling that all of a directory's on a drive have in common: drives do not tell upper case from lower.
#[must_use]
pub fn fold_case(path: &Path) -> PathBuf {
    path.to_str().map_or_else(|| path.to_owned(), |text| PathBuf::from(text.to_lowercase()))
}

/// Tells whether a path leads into the network: to ask for it may take a minute, or send a password.
#[must_use]
pub fn is_network(path: &Path) -> bool {
    let text = path.to_str().unwrap_or_default();
    // On Windows either slash will do.
    let is_double = text.get(..2).is_some_and(|start| {
        start == r"\\" || cfg!(windows) && start.bytes().all(|byte| matches!(byte, b'\\' | b'/'))
    });
    text.starts_with(VERBATIM_UNC)
        || (is_double && !text.starts_with(VERBATIM) && !text.starts_with(r"\\.\"))
}

/// The path of a file without links, as people write it.
///
/// # Errors
/// As [`fs::canonicalize`]; a path that leads into the network is not asked for.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    if is_network(path) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    fs::canonicalize(path).map(without_verbatim)
}

/// A path as people write it, without what Windows puts before it. What only that reaches keeps it: a volume without a
/// letter, and a name that is a device's otherwise, or ends in what Windows takes off.
#[must_use]
pub fn without_verbatim(path: PathBuf) -> PathBuf {
    let plain = path.to_str().and_then(|text| {
        if let Some(share) = text.strip_prefix(VERBATIM_UNC) {
            return Some(PathBuf::from(format!(r"\\{share}")));
        }
        let rest = text.strip_prefix(VERBATIM)?;
        let (_, names) = drive_of(rest)?;
        names.split('\\').all(is_usual_name).then(|| PathBuf::from(rest))
    });
    plain.unwrap_or(path)
}

/// True for a name that Windows takes for that of a file.
fn is_usual_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_device = DEVICES.contains(&stem.as_str())
        || stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).is_some_and(|port| {
            let mut port = port.chars();
            port.next().is_some_and(|port| port.is_ascii_digit() || "¹²³".contains(port))
                && port.next().is_none()
        });
    !is_device && !name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(platform: Platform, path: &str) -> Option<String> {
        platform.spell(Path::new(path)).map(|path| path.to_str().unwrap().to_owned())
    }

    #[test]
    fn every_spelling_of_a_directory_on_a_drive_becomes_the_platforms_own() {
        for path in [
            r"C:\Users\dev\shop",
            r"c:\Users\dev\shop\",
            r"\\?\C:\Users\dev\shop",
            "C:/Users/dev/./shop",
            "/mnt/c/Users/dev/shop",
        ] {
            let windows = spell(Platform::Windows, path);
            assert_eq!(windows.as_deref(), Some(r"C:\Users\dev\shop"), "{path}");
            let wsl = spell(Platform::Wsl, path);
            assert_eq!(wsl.as_deref(), Some("/mnt/c/Users/dev/shop"), "{path}");
            assert_eq!(spell(Platform::Other, path), None, "{path}");
        }
        assert_eq!(spell(Platform::Wsl, r"D:\").as_deref(), Some("/mnt/d"));
        assert_eq!(spell(Platform::Windows, "/mnt/d").as_deref(), Some(r"D:\"));
    }

    #[test]
    fn what_is_no_directory_on_a_drive_stays_as_it_is() {
        for path in [
            r"\\wsl.localhost\Ubuntu\home\dev",
            r"\\?\UNC\server\share",
            "/mnt/cache/shop",
            "/mnt",
            "/home/dev",
            "C:shop",
            "C:",
            "1:\\x",
            "é:\\x",
            "",
        ] {
            assert_eq!(spell(Platform::Windows, path), None, "{path}");
            assert_eq!(spell(Platform::Wsl, path), None, "{path}");
        }
    }

    #[test]
    fn nothing_shows_what_windows_puts_before_a_path() {
        let plain = |path: &str| without_verbatim(PathBuf::from(path));
        assert_eq!(plain(r"\\?\C:\x"), Path::new(r"C:\x"));
        assert_eq!(plain(r"\\?\UNC\server\share"), Path::new(r"\\server\share"));
        assert_eq!(plain("/home"), Path::new("/home"));
        assert!(is_network(Path::new(r"\\server\share")));
        assert!(!is_network(Path::new(r"\\?\C:\x")));
        assert!(canonical(Path::new(r"\\server\share")).is_err());
    }

    #[test]
    fn what_only_the_prefix_reaches_keeps_it() {
        for name in ["nul", "con.txt", "COM1", "lpt9.log", "Com¹", "aux .c", "shop.", "shop "] {
            let path = PathBuf::from(format!(r"\\?\C:\dev\{name}\src"));
            assert_eq!(without_verbatim(path.clone()), path);
        }
        let volume = PathBuf::from(r"\\?\Volume{b75e2c83}\dev");
        assert_eq!(without_verbatim(volume.clone()), volume);
        for name in ["null", "console", "COM10", "com", "lpt", ".git", "a.nul"] {
            let path = PathBuf::from(format!(r"\\?\C:\dev\{name}"));
            let plain = PathBuf::from(format!(r"C:\dev\{name}"));
            assert_eq!(without_verbatim(path), plain);
        }
    }
}
