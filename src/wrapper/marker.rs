//! `.ao-version`: whose set of wrappers a directory holds, and of which version.
//!
//! The orchestrator keeps wrappers of its own in the same directory and writes a bare version (`0.1.1`); ours is
//! `@ao/plugin-codex <version> <fingerprint>`, so that no two are ever taken for each other.

use std::fmt;

use crate::wrapper::scripts;

/// The name of the file.
pub const FILE_NAME: &str = ".ao-version";

const OURS: &str = "@ao/plugin-codex";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The marker that the orchestrator 0.2.0 brings. It and all that came after are never replaced unasked.
const ORCHESTRATOR: [u64; 3] = [0, 1, 1];

/// The content of a marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// The set of this very package.
    Current,
    /// A set of ours that this package may replace.
    Ours(String),
    /// A set of ours that is newer than this package.
    Newer(String),
    /// An orchestrator's set from before 0.1.1.
    Old(String),
    /// Somebody else's set.
    Foreign(String),
}

impl Marker {
    /// Parses the file; `None` for an empty file, which says nothing.
    #[must_use]
    pub fn parse(content: &str) -> Option<Self> {
        let content = content.trim();
        if content.is_empty() {
            return None;
        }
        if content == current() {
            return Some(Self::Current);
        }
        let Some(ours) = content.strip_prefix(OURS) else {
            let old = triple(content).is_some_and(|version| version < ORCHESTRATOR);
            return Some(if old {
                Self::Old(content.into())
            } else {
                Self::Foreign(content.into())
            });
        };
        let version = ours.split_whitespace().next().unwrap_or_default().to_owned();
        let newer = triple(&version) > triple(VERSION);
        Some(if newer { Self::Newer(version) } else { Self::Ours(version) })
    }

    /// Tells whether the set must be left as it is unless a person says otherwise.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        matches!(self, Self::Newer(_) | Self::Foreign(_))
    }

    /// Tells whether this package, in whatever version, wrote the set.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Current | Self::Ours(_) | Self::Newer(_))
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => VERSION,
            Self::Ours(version)
            | Self::Newer(version)
            | Self::Old(version)
            | Self::Foreign(version) => version,
        })
    }
}

/// The marker of this package's set.
#[must_use]
pub fn current() -> String {
    format!("{OURS} {VERSION} {:016x}", scripts::fingerprint())
}

/// `major.minor.patch`; what follows a `-` or `+` does not count.
fn triple(version: &str) -> Option<[u64; 3]> {
    let numbers = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut parts = numbers.split('.').map(str::parse);
    let triple = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    parts.next().is_none().then_some(triple)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_marker() {
        assert_eq!(Marker::parse(&format!("{}\n", current())), Some(Marker::Current));
    }

    #[test]
    fn replaces_older_sets_of_ours_and_keeps_newer_ones() {
        let older = Marker::parse("@ao/plugin-codex 0.0.9 0123456789abcdef").unwrap();
        assert_eq!((older.clone(), older.is_protected()), (Marker::Ours("0.0.9".into()), false));
        let same_version = format!("@ao/plugin-codex {VERSION} 0123456789abcdef");
        assert_eq!(Marker::parse(&same_version), Some(Marker::Ours(VERSION.into())));
        let newer = Marker::parse("@ao/plugin-codex 99.0.0 0123456789abcdef").unwrap();
        assert_eq!((newer.clone(), newer.is_protected()), (Marker::Newer("99.0.0".into()), true));
    }

    #[test]
    fn never_replaces_an_orchestrators_set_from_0_1_1_on() {
        for version in ["0.1.1", "0.4.1", "1.0.0", "0.10.0", "nightly"] {
            assert_eq!(Marker::parse(version), Some(Marker::Foreign(version.into())));
        }
        for version in ["0.1.0", "0.0.3", "v0.1.0\n", "0.1.0-beta.2"] {
            assert_eq!(Marker::parse(version), Some(Marker::Old(version.trim().into())));
        }
    }

    #[test]
    fn an_empty_marker_names_nobody() {
        assert_eq!(Marker::parse(" \n"), None);
    }
}
